"""`tracker demo`: a simulated lifter through the same path as a real one."""

from __future__ import annotations

from itertools import takewhile
from typing import TYPE_CHECKING, Final

import click

from tracker.cli.examples import examples
from tracker.cli.options import headless_option, seconds_option, speed_option
from tracker.cli.planned import plan_options
from tracker.cli.sounds import sound_options

if TYPE_CHECKING:
    from tracker.cli.sounds import SoundWish
    from tracker.domain import Plan

DEFAULT_SEED: Final = 1
"""The same session every time, so that two people see the same demo."""


@click.command(
    epilog=examples(
        ("tracker demo", "on the screen, as it would happen"),
        ("tracker demo --speed 4", "four times as fast"),
        ("tracker demo --headless", "plain lines, at once"),
        ("tracker demo --hold 2 --reps 6", "with a plan that cues keep to"),
        ("tracker demo --headless --speed 1 --seconds 30", "plain lines, half a minute"),
    )
)
@headless_option
@seconds_option
@click.option(
    "--seed",
    type=click.IntRange(min=0),
    default=DEFAULT_SEED,
    show_default=True,
    metavar="N",
    help="Another seed is another session.",
)
@speed_option
@plan_options
@sound_options
def command(
    headless: bool,
    seconds: float | None,
    seed: int,
    speed: float | None,
    plan: Plan | None,
    sound: SoundWish,
) -> None:
    """Train with a simulated sensor, to see what it is like.

    The lifter is simulated, the packets are real: they go through the same decoder and the same
    detection as those of a sensor. Nothing is stored.
    """
    # The engine costs SciPy (0.6 s).
    from tracker.cli.playing import Piece, play
    from tracker.domain import PlanChosen, entry_notification
    from tracker.domain.units import s_from_ns
    from tracker.sim import demo_plan, simulate

    simulated = simulate(demo_plan(seed), seed)
    notifications = tuple(simulated.notifications())
    if seconds is not None:
        notifications = tuple(
            takewhile(lambda each: s_from_ns(each.received_ns) < seconds, notifications)
        )
    if plan is not None:
        notifications = (entry_notification(0, PlanChosen(plan)), *notifications)
    piece = Piece(
        title=f"simulated session, seed {seed}: no sensor is connected",
        info=simulated.info,
        notifications=lambda: iter(notifications),
        end_s=s_from_ns(notifications[-1].received_ns) if notifications else None,
        recording_name=None,
    )
    play(piece, headless=headless, speed=speed, sound=sound)
