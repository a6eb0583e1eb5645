"""Sessions with real sensors: open them, run, and stop them on every way out."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from dataclasses import replace
from typing import TYPE_CHECKING

import click

from tracker.ble import BleakRadio, open_radio
from tracker.cli.chosen import with_sensors
from tracker.cli.interruption import soon, unless_interrupted
from tracker.cli.live import run_live
from tracker.cli.screen import screen_is_there
from tracker.cli.sounds import USUAL
from tracker.domain import SessionInfo, TrackerError
from tracker.engine import build_engine
from tracker.recording import RecordingWriter
from tracker.recording.file_errors import writing
from tracker.runtime.clock import SYSTEM_CLOCK, local_now
from tracker.runtime.link_words import LinkLines
from tracker.runtime.session import Session
from tracker.runtime.wording import counted, number

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence
    from datetime import datetime
    from pathlib import Path

    from tracker.ble import RadioSource
    from tracker.cli.chosen import Chosen
    from tracker.cli.interruption import Interruption
    from tracker.cli.sounds import SoundWish
    from tracker.domain import Plan
    from tracker.runtime.snapshot import SessionSnapshot

    Use = Callable[[RadioSource, SessionInfo, datetime], Awaitable[None]]


def train_with(
    chosen: Sequence[Chosen],
    interrupted: Interruption,
    *,
    exercise: str,
    seconds: float | None,
    headless: bool,
    plan: Plan | None = None,
    sound: SoundWish = USUAL,
) -> None:
    """Train with a sensor, and perhaps a second one beside it.

    Parameters
    ----------
    chosen
        The sensors; the first is the one that reps are counted from.
    interrupted
        Tells of Ctrl-C.
    exercise
        What is trained.
    seconds
        End so long after the sensors began to stream, s; None trains until the wearer ends it.
    headless
        Print lines even where there is a screen.
    plan
        What is planned of every set; None leaves it open.
    sound
        Whether it is heard, and where.

    Raises
    ------
    SensorError
        If a sensor cannot be reached.
    """
    if not headless and screen_is_there():
        # Not while packets arrive: it would hold up their stamps.
        import tracker.tui  # noqa: F401

    async def use(source: RadioSource, info: SessionInfo, started: datetime) -> None:
        if seconds is not None:
            source.end_after(seconds)
        await run_live(
            _title(source),
            info,
            source,
            started=started,
            headless=headless,
            interrupted=interrupted,
            plan=plan,
            sound=sound,
        )

    with_radio(chosen, interrupted, exercise, use)


def record_with(
    chosen: Sequence[Chosen],
    interrupted: Interruption,
    *,
    exercise: str,
    seconds: float,
    output: Path,
    force: bool,
) -> None:
    """Record what sensors send for a while.

    Parameters
    ----------
    chosen
        The sensors.
    interrupted
        Tells of Ctrl-C.
    exercise
        What the recording says was trained.
    seconds
        How long, from when the sensors began to stream, s.
    output
        The file.
    force
        Replace it if it exists.
    """

    async def use(source: RadioSource, info: SessionInfo, started: datetime) -> None:
        source.end_after(seconds)
        info = replace(info, started_utc=started.isoformat())
        with _new_recording(output, info, force) as recorder:
            lines = LinkLines(lambda line: click.echo(line, err=True))
            session = Session(
                source, build_engine(info), info=info, recorder=recorder, sinks=[lines]
            )
            click.echo(f"{_title(source)}\nrecording {seconds:g} s to {output}", err=True)
            with interrupted.ending(lambda: soon(session.stop)):
                await session.run()
        ended = session.snapshot()
        click.echo(f"{output}: {_yield(ended)}", err=True)
        if ended.recording_failure is not None:
            raise TrackerError(ended.recording_failure)

    with_radio(chosen, interrupted, exercise, use)


def with_radio(
    chosen: Sequence[Chosen], interrupted: Interruption, exercise: str, use: Use
) -> None:
    """Open sensors, use them, and stop them, whatever happens.

    Parameters
    ----------
    chosen
        The sensors.
    interrupted
        Tells of Ctrl-C.
    exercise
        What the session says is trained.
    use
        Is given what they send, the head of the session and the time of its second 0.
    """

    async def run() -> None:
        async with AsyncExitStack() as stack:
            for each in chosen:
                click.echo(f"looking for {each.wanted.text}", err=True)
            started = local_now()
            opening = open_radio(BleakRadio(), [each.wanted for each in chosen], SYSTEM_CLOCK)
            source = await unless_interrupted(stack.enter_async_context(opening), interrupted)
            if source is not None:
                info = with_sensors(SessionInfo("", exercise), source.sensors, chosen)
                await use(source, info, started)

    if not interrupted.happened:
        asyncio.run(run())


def _new_recording(output: Path, info: SessionInfo, force: bool) -> RecordingWriter:
    """Begin a file; called once the sensors stream, so that a failure costs no older recording."""
    if force:
        with writing(output):
            output.unlink(missing_ok=True)
    return RecordingWriter(output, info)


def _title(source: RadioSource) -> str:
    each = (
        f"{sensor.title} ({sensor.family.title}"
        + ("" if sensor.firmware is None else f", firmware {sensor.firmware}")
        + f") at {sensor.address}"
        for sensor in source.sensors
    )
    return "connected to " + " and ".join(each)


def _yield(ended: SessionSnapshot) -> str:
    faults = sum(ended.faults.values())
    return ", ".join(
        [
            f"{counted(ended.samples, 'sample')} at {number(ended.rate_hz, 1, ' Hz')}",
            counted(len(ended.gaps), "gap"),
            counted(faults, "fault"),
            f"{counted(sum(record.counted for record in ended.sets), 'rep')} seen",
        ]
    )
