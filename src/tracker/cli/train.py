"""`tracker train`: a live session, recorded from its first byte on."""

from __future__ import annotations

from itertools import takewhile
from typing import TYPE_CHECKING, Final

import click

from tracker.cli.completion import sensors_or_simulated
from tracker.cli.examples import examples
from tracker.cli.interruption import interruption
from tracker.cli.options import MAX_SPEED, ExerciseName, PositiveNumber, headless_option
from tracker.cli.planned import plan_options
from tracker.cli.screen import screen_is_there
from tracker.cli.sensor_options import kind_option, second_option, setting_option
from tracker.cli.sounds import sound_options

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tracker.cli.sounds import SoundWish
    from tracker.domain import Notification, Plan

SIMULATED: Final = "sim"
"""Name of the sensor that nobody wears."""

LONGEST_S: Final = 7200.0
"""Longest simulated training, s: it is made before it begins, which takes memory and time."""

HIP_THRUST: Final = "hip_thrust"
"""What is trained where nothing else is said."""

DEFAULT_SEED: Final = 1
"""The same lifter every time, so that two recordings can be compared."""


@click.command(
    epilog=examples(
        ("tracker train", "on the screen, from the list of sensors; else with the paired one"),
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
    shell_complete=sensors_or_simulated,
    help="Which sensor; 'sim' is a simulated lifter.  [default: the paired one]",
)
@second_option
@kind_option
@setting_option
@click.option(
    "--exercise",
    type=ExerciseName(),
    help="What is trained; the simulated lifter does hip thrusts and bridges.  [default: "
    "hip_thrust; from the list, what was trained last]",
)
@plan_options
@sound_options
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
    exercise: str | None,
    headless: bool,
    seconds: float | None,
    seed: int | None,
    speed: float | None,
    plan: Plan | None,
    sound: SoundWish,
) -> None:
    """Train with a sensor: count, time and record.

    On a terminal and without --sensor, it begins with a list of the sensors that are around, the
    last one first, and a set-up that remembers its plan.

    The recording is written while you train, so whatever ends the session costs at most its last
    second. Where it is, is said on stderr; `tracker replay` shows it again. A sensor that is lost
    is looked for until it is back, and the set goes on.
    """
    if sensor == SIMULATED:
        for name, given in (("--second", second), ("--kind", kind), ("--setting", settings)):
            if given:
                raise click.BadParameter("is for real sensors.", param_hint=f"'{name}'")
        _train_simulated(exercise or HIP_THRUST, headless, seconds, seed, speed, plan, sound)
        return
    named = (sensor, second, kind, settings, seconds)
    if begins_with_the_list(*named) and not headless and screen_is_there():
        _train_from_the_list(exercise, seed, speed, plan, sound)
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
            exercise=exercise or HIP_THRUST,
            seconds=seconds,
            headless=headless,
            plan=plan,
            sound=sound,
        )


def begins_with_the_list(*named: object) -> bool:
    """Say whether nothing is said of a sensor, so that it is chosen on the screen.

    Parameters
    ----------
    named
        Each option that is about a sensor, or for a training without the list.
    """
    return not any(each is not None and each != () for each in named)


def _train_from_the_list(
    exercise: str | None,
    seed: int | None,
    speed: float | None,
    plan: Plan | None,
    sound: SoundWish,
) -> None:
    # The engine costs SciPy (0.6 s), the screen Textual (0.2 s).
    from tracker.cli.coached import train_from_the_list
    from tracker.runtime.studio import Simulated

    simulated = Simulated(DEFAULT_SEED if seed is None else seed, 1.0 if speed is None else speed)
    train_from_the_list(simulated, exercise, plan, sound)


def _train_simulated(
    exercise: str,
    headless: bool,
    seconds: float | None,
    seed: int | None,
    speed: float | None,
    plan: Plan | None,
    sound: SoundWish,
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
        sound=sound,
    )
