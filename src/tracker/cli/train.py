"""`tracker train`: a live session, recorded from its first byte on."""

from __future__ import annotations

from itertools import takewhile
from typing import TYPE_CHECKING, Final

import click

from tracker.cli.examples import examples
from tracker.cli.options import MAX_SPEED, ExerciseName, PositiveNumber, headless_option

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tracker.domain import Notification

SIMULATED: Final = "sim"
"""Name of the sensor that nobody wears."""

LONGEST_S: Final = 7200.0
"""Longest simulated training, s: it is made before it begins, which takes memory and time."""

DEFAULT_SEED: Final = 1
"""The same lifter every time, so that two recordings can be compared."""


@click.command(
    epilog=examples(
        ("tracker train --sensor sim", "on the screen, with a simulated lifter"),
        ("tracker train --sensor sim --exercise glute_bridge", "another exercise"),
        ("tracker train --sensor sim --headless --seconds 60", "plain lines, one minute"),
        ("tracker train --sensor sim --headless --speed max", "the same without waiting"),
    )
)
@click.option(
    "--sensor",
    metavar="ADDRESS|sim",
    help="Which sensor; 'sim' is a simulated lifter, the only one that this version can use.",
)
@click.option(
    "--exercise",
    type=ExerciseName(),
    default="hip_thrust",
    show_default=True,
    help="What is trained; the simulated lifter does hip thrusts and bridges.",
)
@headless_option
@click.option(
    "--seconds",
    type=PositiveNumber(),
    metavar="N",
    help="End after so many seconds.  [default: when the lifter has done three sets]",
)
@click.option(
    "--seed",
    type=click.IntRange(min=0),
    default=DEFAULT_SEED,
    show_default=True,
    metavar="N",
    help="Another seed is another simulated lifter.",
)
@click.option(
    "--speed",
    type=PositiveNumber(MAX_SPEED),
    default=1.0,
    metavar="X|max",
    help="How many times as fast the simulated lifter trains.  [default: 1, as it happens]",
)
def command(
    sensor: str | None,
    exercise: str,
    headless: bool,
    seconds: float | None,
    seed: int,
    speed: float,
) -> None:
    """Train with a sensor: count, time and record.

    The recording is written while you train, so whatever ends the session costs at most its last
    second. Where it is, is said on stderr; `tracker replay` shows it again.
    """
    from tracker.domain import SensorError

    if sensor != SIMULATED:
        wanted = "no sensor is named" if sensor is None else f"sensor {sensor} cannot be reached"
        raise SensorError(
            f"{wanted}: this version has no Bluetooth link yet.",
            "To see a training, use the simulated sensor: tracker train --sensor sim\n"
            "For data of your own, read a CSV of samples: tracker analyze FILE.csv",
        )
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
        ReplaySource(simulated.info, notifications, SYSTEM_CLOCK, speed=speed),
        headless=headless,
    )
