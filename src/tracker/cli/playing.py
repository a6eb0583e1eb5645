"""Plays a known session: on the screen where there is one, otherwise as plain lines."""

from __future__ import annotations

import asyncio
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import click

from tracker.cli.interruption import interruption, soon
from tracker.cli.screen import screen_is_there
from tracker.cli.sounds import USUAL, heard_beside_lines
from tracker.domain import TrackerError, exercise_named
from tracker.engine import build_engine
from tracker.recording import ReplaySource
from tracker.runtime.clock import SYSTEM_CLOCK
from tracker.runtime.lines import LinesSink
from tracker.runtime.playback import Playback
from tracker.runtime.session import Session
from tracker.runtime.wording import counted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from tracker.cli.sounds import SoundWish
    from tracker.domain import Notification, SessionInfo, SetRecord


@dataclass(frozen=True, slots=True)
class Piece:
    """A known session, ready to be played."""

    title: str
    """What it is, in a line; says so if it is simulated."""
    info: SessionInfo
    """The head of the session."""
    notifications: Callable[[], Iterator[Notification]]
    """Starts over at the first notification."""
    end_s: float | None
    """Session time of its end, s; None if unknown."""
    recording_name: str | None
    """Name of the file; None for a simulated session."""


def play(piece: Piece, *, headless: bool, speed: float | None, sound: SoundWish = USUAL) -> None:
    """Play a session to its end.

    Parameters
    ----------
    piece
        What to play.
    headless
        Print lines even where there is a screen.
    speed
        Session seconds per second; None is 1 on the screen and no waiting for lines.
    sound
        Whether it is heard, and where.
    """
    if headless or not screen_is_there():
        _play_lines(piece, math.inf if speed is None else speed, sound)
    else:
        _play_on_screen(piece, 1.0 if speed is None else speed, sound)


def _source(piece: Piece, speed: float) -> ReplaySource:
    return ReplaySource(piece.info, piece.notifications, SYSTEM_CLOCK, speed=speed)


def _play_lines(piece: Piece, speed: float, sound: SoundWish) -> None:
    session = Session(
        _source(piece, speed),
        build_engine(piece.info),
        info=piece.info,
        sinks=[LinesSink(click.echo, exercise_named(piece.info.exercise))],
    )
    # Not the loop's own handling: between two loops, Ctrl-C would tear at whatever is being done.
    with interruption() as interrupted:
        click.echo(piece.title)
        with interrupted.ending(lambda: soon(session.stop)):
            asyncio.run(_run(session, sound))
        click.echo(total(session.snapshot().sets))


async def _run(session: Session, sound: SoundWish) -> None:
    async with heard_beside_lines(sound, session):
        await session.run()


def total(sets: Sequence[SetRecord]) -> str:
    """Return how much was done, in a line."""
    reps = sum(record.counted for record in sets)
    return f"{counted(len(sets), 'set')}, {counted(reps, 'rep')}"


def _play_on_screen(piece: Piece, speed: float, sound: SoundWish) -> None:
    # Textual costs 0.2 s, which lines need not pay.
    from tracker.tui import run_app

    playback = Playback(
        piece.info,
        lambda: _source(piece, speed),
        lambda: build_engine(piece.info),
        end_s=piece.end_s,
        recording_name=piece.recording_name,
    )
    playback.speed = speed
    snapshot = run_app(playback, sound.opener())
    if snapshot.failure is not None:
        raise TrackerError(snapshot.failure)
    click.echo(total(snapshot.sets))
