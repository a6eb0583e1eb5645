"""`tracker train`: a live session, recorded from its first byte on."""

from __future__ import annotations

from itertools import takewhile
from typing import TYPE_CHECKING, Final

import click

from tracker.cli.examples import examples
from tracker.cli.interruption import interruption
from tracker.cli.options import MAX_SPEED, ExerciseName, PositiveNumber, headless_option
from tracker.cli.planned import plan_options
from tracker.cli.sensor_options import kind_option, second_option, setting_option

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tracker.domain import Notification, Plan

SIMULATED: Final = "sim"
"""Name of the sensor that nobody wears."""

LONGEST_S: Final = 7200.0
"""Longest simulated training, s: it is made before it begins, which takes memory and time."""

DEFAULT_SEED: Final = 1
"""The same lifter every time, so that two recordings can be compared."""


@click.command(
    epilog=examples(
        ("tracker train", "with the sensor that was paired"),
        ("tracker train --sensor WT901BLE67", "with another one, by its name or address"),
        ("tracker train --exercise glute_bridge --headless", "plain lines, another exercise"),
        ("tracker train --load-kg 60 --reps 8 --tempo 3-0-1-2", "with a plan that cues keep to"),
        ("tracker train --sensor sim", "on the screen, with a simulated lifter"),
        ("tracker train --sensor sim --headless --speed max", "the same without waiting"),
    )
)
@click.option(
    "--sensor",
    metavar="ADDRESS_OR_NAME|sim",
    help="Which sensor; 'sim' is a simulated lifter.  [default: the paired one]",
)
@second_option
@kind_option
@setting_option
@click.option(
    "--exercise",
    type=ExerciseName(),
    default="hip_thrust",
    show_default=True,
    help="What is trained; the simulated lifter does hip thrusts and bridges.",
)
@plan_options
@headless_option
@click.option(
    "--seconds",
    type=PositiveNumber(),
    metavar="N",
    help="End so many seconds after the sensor began to stream.  [default: when you end it; the "
    "simulated lifter ends after three sets]",
)
@click.option(
    "--seed",
    type=click.IntRange(min=0),
    metavar="N",
    help=f"Another seed is another simulated lifter.  [default: {DEFAULT_SEED}]",
)
@click.option(
    "--speed",
    type=PositiveNumber(MAX_SPEED),
    metavar="X|max",
    help="How many times as fast the simulated lifter trains.  [default: 1, as it happens]",
)
def command(
    sensor: str | None,
    second: str | None,
    kind: str | None,
    settings: tuple[str, ...],
    exercise: str,
    headless: bool,
    seconds: float | None,
    seed: int | None,
    speed: float | None,
    plan: Plan | None,
) -> None:
    """Train with a sensor: count, time and record.

    The recording is written while you train, so whatever ends the session costs at most its last
    second. Where it is, is said on stderr; `tracker replay` shows it again. A sensor that is lost
    is looked for until it is back, and the set goes on.
    """
    if sensor == SIMULATED:
        for name, given in (("--second", second), ("--kind", kind), ("--setting", settings)):
            if given:
                raise click.BadParameter("is for real sensors.", param_hint=f"'{name}'")
        _train_simulated(exercise, headless, seconds, seed, speed, plan)
        return
    for name, value in (("--seed", seed), ("--speed", speed)):
        if value is not None:
            raise click.BadParameter(
                "is for the simulated lifter: --sensor sim.", param_hint=f"'{name}'"
            )

    with interruption() as interrupted:
        from tracker.cli.chosen import another_sensor, chosen_sensor

        chosen = [chosen_sensor(sensor, kind, settings)]
        if second is not None:
            chosen.append(another_sensor(second, chosen[0]))

        # The engine costs SciPy (0.6 s), which a sensor that is not even named need not wait for.
        from tracker.cli.radio_session import train_with

        train_with(
            chosen,
            interrupted,
            exercise=exercise,
            seconds=seconds,
            headless=headless,
            plan=plan,
        )


def _train_simulated(
    exercise: str,
    headless: bool,
    seconds: float | None,
    seed: int | None,
    speed: float | None,
    plan: Plan | None,
) -> None:
    seed = DEFAULT_SEED if seed is None else seed
    if seconds is not None and seconds > LONGEST_S:
        raise click.BadParameter(
            f"the simulated lifter trains for at most {LONGEST_S:g} s.", param_hint="'--seconds'"
        )

    # The engine costs SciPy (0.6 s).
    from tracker.cli.live import train_live
    from tracker.domain.units import ns_from_s
    from tracker.recording import ReplaySource
    from tracker.runtime.clock import SYSTEM_CLOCK
    from tracker.sim import simulate, training_plan

    simulated = simulate(training_plan(exercise, seed, seconds or 0.0), seed)
    end_ns = None if seconds is None else ns_from_s(seconds)

    def notifications() -> Iterator[Notification]:
        return takewhile(
            lambda each: end_ns is None or each.received_ns < end_ns, simulated.notifications()
        )

    train_live(
        f"simulated training, seed {seed}: no sensor is connected",
        simulated.info,
        ReplaySource(
            simulated.info, notifications, SYSTEM_CLOCK, speed=1.0 if speed is None else speed
        ),
        headless=headless,
        plan=plan,
    )
