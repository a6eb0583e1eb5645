"""Runs a live session and records it, always: on the screen where there is one, else as lines."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import click

from tracker.cli.interruption import interruption, soon
from tracker.cli.playing import total
from tracker.cli.screen import screen_is_there
from tracker.cli.sounds import USUAL, heard_beside_lines
from tracker.domain import TrackerError, exercise_named
from tracker.runtime.clock import local_now
from tracker.runtime.lines import LinesSink
from tracker.runtime.paths import tracker_paths
from tracker.runtime.training import recorded_training

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from tracker.cli.interruption import Interruption
    from tracker.cli.sounds import SoundWish
    from tracker.domain import Plan, SessionInfo, Source, Workout
    from tracker.runtime.session import Session
    from tracker.runtime.snapshot import SessionSnapshot


def train_live(
    title: str,
    info: SessionInfo,
    source: Source,
    *,
    headless: bool,
    plan: Plan | None = None,
    sound: SoundWish = USUAL,
) -> None:
    """Train to the end of the source, or until the wearer ends it.

    Parameters
    ----------
    title
        What it is, in a line; says so if it is simulated.
    info
        Head of the session; the time of the start is added here.
    source
        Where the notifications come from.
    headless
        Print lines even where there is a screen.
    plan
        What is planned of every set; None leaves it open.
    sound
        Whether it is heard, and where.

    Raises
    ------
    KeyboardInterrupt
        After Ctrl-C, when the recording is closed.
    OutputError
        If the recording cannot be created.
    TrackerError
        If the session ended early, or could not be recorded to its end.
    """
    with interruption() as interrupted:
        asyncio.run(
            run_live(
                title,
                info,
                source,
                started=local_now(),
                headless=headless,
                interrupted=interrupted,
                plan=plan,
                sound=sound,
            )
        )


async def run_live(
    title: str,
    info: SessionInfo,
    source: Source,
    *,
    started: datetime,
    headless: bool,
    interrupted: Interruption,
    plan: Plan | None = None,
    sound: SoundWish = USUAL,
) -> None:
    """Train on the loop that runs; see `train_live`.

    Parameters
    ----------
    title
        What it is, in a line.
    info
        Head of the session.
    source
        Where the notifications come from.
    started
        Time of session second 0.
    headless
        Print lines even where there is a screen.
    interrupted
        Tells of Ctrl-C.
    plan
        What is planned of every set; it is recorded before the first sample.
    sound
        Whether it is heard, and where.
    """
    folder = tracker_paths().recordings
    on_screen = not headless and screen_is_there()
    with recorded_training(
        source, info, started, folder, plan=plan, until_stopped=on_screen
    ) as training:
        session = training.session
        click.echo(f"{title}\nrecording to {training.recording}", err=True)
        try:
            if on_screen:
                ended = await _train_on_screen(session, interrupted, sound)
            else:
                ended = await _train_in_lines(session, interrupted, sound)
            click.echo(total(ended.sets))
        finally:
            training.close()
            # Not on the loop: the sensor is still to be stopped, whoever holds the log.
            workout = session.workout(str(training.recording))
            await asyncio.to_thread(_log, workout, training.recording)
    failure = ended.failure or ended.recording_failure
    if failure is not None:
        raise TrackerError(failure)


def _log(workout: Workout, recording: Path) -> None:
    """Put a session into the training log, or say in a line why it is not there."""
    # SQLAlchemy costs 0.2 s, which nobody should wait for before the first rep.
    from tracker.runtime.training_log import log_session

    try:
        session_id = log_session(workout, recording)
    except TrackerError as error:
        click.echo(
            f"not logged: {error.message}. The recording is kept; once that is mended, "
            "`tracker rescore --missing` adds it.",
            err=True,
        )
    else:
        if session_id is not None:
            click.echo(f"logged as session {session_id}: tracker show {session_id}", err=True)


async def _train_in_lines(
    session: Session, interrupted: Interruption, sound: SoundWish
) -> SessionSnapshot:
    session.add_sink(LinesSink(click.echo, exercise_named(session.info.exercise)))
    with interrupted.ending(lambda: soon(session.stop)):
        async with heard_beside_lines(sound, session):
            await session.run()
    return session.snapshot()


async def _train_on_screen(
    session: Session, interrupted: Interruption, sound: SoundWish
) -> SessionSnapshot:
    # Textual costs 0.2 s, which lines need not pay.
    from tracker.tui import TrackerApp

    app = TrackerApp(session, open_sound=sound.opener())
    with interrupted.ending(lambda: soon(app.leave)):
        await app.run_async()
    return session.snapshot()
