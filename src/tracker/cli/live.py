"""Runs a live session and records it, always: on the screen where there is one, else as lines."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

import click

from tracker.cli.interruption import interruption, soon
from tracker.cli.playing import screen_is_there, total
from tracker.domain import TrackerError
from tracker.engine import build_engine
from tracker.recording import RecordingWriter
from tracker.runtime.clock import local_now
from tracker.runtime.lines import LinesSink
from tracker.runtime.paths import new_recording_path, tracker_paths
from tracker.runtime.session import Session

if TYPE_CHECKING:
    from datetime import datetime

    from tracker.cli.interruption import Interruption
    from tracker.domain import SessionInfo, Source
    from tracker.runtime.snapshot import SessionSnapshot


def train_live(title: str, info: SessionInfo, source: Source, *, headless: bool) -> None:
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
    """
    info = replace(info, started_utc=started.isoformat())
    engine = build_engine(info)
    path = new_recording_path(tracker_paths().recordings, started, info.exercise)
    with RecordingWriter(path, info) as recorder:
        session = Session(source, engine, info=info, recorder=recorder)
        click.echo(f"{title}\nrecording to {path}", err=True)
        if headless or not screen_is_there():
            ended = await _train_in_lines(session, interrupted)
        else:
            ended = await _train_on_screen(session, interrupted)
        click.echo(total(ended.sets))
    failure = ended.failure or ended.recording_failure
    if failure is not None:
        raise TrackerError(failure)


async def _train_in_lines(session: Session, interrupted: Interruption) -> SessionSnapshot:
    session.add_sink(LinesSink(click.echo))
    with interrupted.ending(lambda: soon(session.stop)):
        await session.run()
    return session.snapshot()


async def _train_on_screen(session: Session, interrupted: Interruption) -> SessionSnapshot:
    # Textual costs 0.2 s, which lines need not pay.
    from tracker.tui import TrackerApp

    app = TrackerApp(session)
    with interrupted.ending(lambda: soon(app.leave)):
        await app.run_async()
    return session.snapshot()
