"""`tracker demo` and `tracker replay`: play a known session, on the screen or as plain lines."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import click

from tracker.app.clock import SYSTEM_CLOCK
from tracker.cli.events import STDOUT, event_outputs
from tracker.cli.exits import interruption
from tracker.cli.options import (
    DEFAULT_SOUND,
    FILE,
    LIVE_BLOCK_SAMPLES,
    PositiveNumber,
    events_option,
    examples,
    exercise_option,
    headless_option,
    import_options,
    plan_options,
    screen_is_there,
    sound_beside_lines,
    sound_options,
    speed_option,
)
from tracker.cli.terminal import print_text, say
from tracker.domain import TrackerError, exercise_named
from tracker.language import _, counted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from tracker.cli.events import EventOutputs
    from tracker.cli.options import SoundOptions
    from tracker.domain import DataWarning, Notification, Plan, SessionInfo, SetRecord
    from tracker.importers import ImportOptions
    from tracker.recording import ReplaySource


@dataclass(frozen=True, slots=True)
class Piece:
    """A known session, ready to be played."""

    title: str
    """What it is, in one line; says so if it is simulated."""
    info: SessionInfo
    notifications: Callable[[], Iterator[Notification]]
    """Starts over at the first notification."""
    end_s: float | None
    """Session time of its end, s; None if unknown."""
    recording_name: str | None
    """Name of the file; None for a simulated session."""
    warnings: tuple[DataWarning, ...] = ()
    """What opening the file showed."""


def play(
    piece: Piece,
    *,
    headless: bool,
    speed: float | None,
    sound: SoundOptions = DEFAULT_SOUND,
    events: Sequence[str] = (),
) -> None:
    """Play a session to its end; without `speed`, lines come as fast as possible."""
    if headless or STDOUT in events or not screen_is_there():
        _play_lines(piece, math.inf if speed is None else speed, sound, events)
    else:
        with event_outputs(events) as outputs:
            _play_on_screen(piece, 1.0 if speed is None else speed, sound, outputs)


def _source(piece: Piece, speed: float) -> ReplaySource:
    from tracker.recording import ReplaySource

    return ReplaySource(piece.info, piece.notifications, SYSTEM_CLOCK, speed=speed)


def _play_lines(piece: Piece, speed: float, sound: SoundOptions, events: Sequence[str]) -> None:
    import asyncio

    from tracker.app.session import Session
    from tracker.app.text import TextOutput
    from tracker.engine import build_engine

    write = say if STDOUT in events else print_text
    session = Session(
        _source(piece, speed),
        build_engine(piece.info),
        info=piece.info,
        sinks=[TextOutput(write, exercise_named(piece.info.exercise))],
    )

    async def run() -> None:
        async with sound_beside_lines(sound, session):
            await session.run()

    # Not the loop's own handling: between two loops, Ctrl-C would interrupt anything.
    with interruption() as interrupted, event_outputs(events, interrupted) as outputs:
        outputs.attach(session)
        write(piece.title)
        with interrupted.ending(session.stop):
            asyncio.run(run())
        write(total(session.snapshot().sets))


def total(sets: Sequence[SetRecord]) -> str:
    """Return how much was done, in one line."""
    reps = sum(record.counted for record in sets)
    # Translators: so many sets, so many reps.
    return _("{sets}, {reps}").format(
        sets=counted(len(sets), "set", "sets"), reps=counted(reps, "rep", "reps")
    )


def _play_on_screen(
    piece: Piece, speed: float, sound: SoundOptions, outputs: EventOutputs
) -> None:
    # Textual costs 0.2 s, which lines do not need.
    from tracker.app.playback import Playback, events_of
    from tracker.engine import build_engine
    from tracker.tui import TrackerApp, playing

    playback = Playback(
        piece.info,
        lambda: _source(piece, speed),
        lambda: build_engine(piece.info),
        end_s=piece.end_s,
        recording_name=piece.recording_name,
        events=lambda: events_of(lambda: build_engine(piece.info), piece.notifications()),
    )
    playback.speed = speed
    outputs.attach(playback)
    # Lines tell it themselves; on the screen it would pass by in the first second.
    for warning in piece.warnings:
        say(f"{piece.title}: {warning.text}")
    TrackerApp(playing(playback), open_sound=sound.opener()).run()
    snapshot = playback.snapshot()
    if snapshot.failure is not None:
        raise TrackerError(snapshot.failure)
    print_text(total(snapshot.sets))


DEFAULT_SEED: Final = 1
"""The same session every time, so that two people see the same demo."""


@click.command(
    epilog=examples(
        ("tracker demo", _("on the screen, as it would happen")),
        ("tracker demo --speed 4", _("four times as fast")),
        ("tracker demo --headless", _("plain lines, at once")),
        ("tracker demo --hold 2 --reps 6", _("with a plan that the cues follow")),
        ("tracker demo --headless --speed 1 --seconds 30", _("plain lines, half a minute")),
    )
)
@headless_option
@click.option(
    "--seconds",
    type=PositiveNumber(),
    metavar="N",
    help=_("End after N seconds of the session."),
)
@click.option(
    "--seed",
    type=click.IntRange(min=0),
    default=DEFAULT_SEED,
    show_default=True,
    metavar="N",
    help=_("Another seed is another session."),
)
@speed_option
@plan_options
@sound_options
@events_option
def demo(
    headless: bool,
    seconds: float | None,
    seed: int,
    speed: float | None,
    plan: Plan | None,
    sound: SoundOptions,
    events: tuple[str, ...],
) -> None:
    """Train with a simulated sensor, to see what it is like.

    The lifter is simulated, the packets are real: they go through the same decoder and the same
    detection as those of a sensor. Nothing is stored.
    """
    # The engine costs SciPy (0.6 s).
    from tracker.domain import PlanChosen, entry_message
    from tracker.domain.units import s_from_ns
    from tracker.sim import demo_plan, simulate

    simulated = simulate(demo_plan(seed), seed)
    notifications = tuple(simulated.notifications(math.inf if seconds is None else seconds))
    if plan is not None:
        notifications = (entry_message(0, PlanChosen(plan)), *notifications)
    piece = Piece(
        title=_("simulated session, seed {seed}: no sensor is connected").format(seed=seed),
        info=simulated.info,
        notifications=lambda: iter(notifications),
        end_s=s_from_ns(notifications[-1].received_ns) if notifications else None,
        recording_name=None,
    )
    play(piece, headless=headless, speed=speed, sound=sound, events=events)


@click.command(
    epilog=examples(
        ("tracker replay session.arrows", _("on the screen, as it was")),
        ("tracker replay session.arrows --speed 0.25", _("a lockout in slow motion")),
        ("tracker replay session.arrows --headless", _("plain lines, at once")),
        ("tracker replay phone.csv --exercise squat", _("a CSV of samples")),
    )
)
@click.argument("file", type=FILE)
@speed_option
@headless_option
@exercise_option
@import_options
@sound_options
@events_option
def replay(
    file: Path,
    speed: float | None,
    headless: bool,
    exercise: str | None,
    options: ImportOptions,
    sound: SoundOptions,
    events: tuple[str, ...],
) -> None:
    """Watch a recording or a CSV of samples as if it happened now.

    On the screen, the keys pause, change the speed and go back and forth.
    """
    # Arrow and SciPy cost 0.8 s together.
    from tracker.app.session_files import open_session_file

    session = open_session_file(
        file,
        exercise=exercise,
        options=options,
        # So that the events are emitted when they are in `tracker analyze --format events`.
        block_samples=LIVE_BLOCK_SAMPLES if events else None,
    )
    title = (
        _("replay of simulated {file}")
        if session.info.origin == "synthetic"
        else _("replay of {file}")
    )
    piece = Piece(
        title=title.format(file=file.name),
        info=session.info,
        notifications=session.notifications,
        end_s=session.end_s,
        recording_name=file.name,
        warnings=session.warnings,
    )
    play(piece, headless=headless, speed=speed, sound=sound, events=events)
