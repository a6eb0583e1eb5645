"""Sessions with real sensors: open them, run, and stop them on every way out.

Which sensor a command means: the one that is named, else the one that was paired.
"""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import click

from tracker.app.clock import SYSTEM_CLOCK, local_now
from tracker.app.config import config_path, load_config
from tracker.app.paths import tracker_paths
from tracker.app.session import Session
from tracker.app.text import LinkLines, counted, number
from tracker.ble import BleakRadio, DeviceQuery, open_radio
from tracker.cli.exits import soon, unless_interrupted
from tracker.cli.options import USUAL, screen_is_there
from tracker.cli.train import run_live
from tracker.domain import SensorError, SessionInfo, TrackerError
from tracker.domain.errors import writing
from tracker.engine import build_engine
from tracker.recording import RecordingWriter
from tracker.sensors import family, parse_settings

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence
    from datetime import datetime
    from pathlib import Path

    from tracker.app.config import SensorChoice
    from tracker.app.snapshot import SessionSnapshot
    from tracker.ble import RadioSource, Sensor
    from tracker.cli.exits import Interruption
    from tracker.cli.options import SoundWish
    from tracker.domain import Plan


@dataclass(frozen=True, slots=True)
class Chosen:
    """A sensor to be opened, and how its bytes are to be read."""

    wanted: DeviceQuery
    settings: str | None
    """Settings of the decoder as `key=value` words; None without any."""


def chosen_sensor(
    text: str | None, kind: str | None = None, settings: Sequence[str] = ()
) -> Chosen:
    """Return the sensor that is meant.

    Parameters
    ----------
    text
        Address or name; None takes the one that was paired.
    kind
        What the user says it is.
    settings
        Settings of its decoder, as `key=value`.

    Raises
    ------
    SensorError
        If none is named and none was paired.
    TrackerError
        If a kind or a setting makes no sense.
    """
    saved = load_config(config_path(tracker_paths().config)).sensor
    if text is None:
        if saved is None:
            raise SensorError(
                "No sensor is named, and none is paired yet.",
                "See which are around (tracker scan), then: tracker pair ADDRESS_OR_NAME\n"
                "Without a sensor: tracker train --sensor sim",
            )
        text = saved.address
    called(text)
    if saved is not None and kind is None and _is(saved, text):
        # Its address, too: it is found at once, and no other of that name can be meant.
        text, kind = saved.address, saved.kind
        settings = settings or tuple((saved.settings or "").split())
    if kind is not None:
        refuse_unfit(kind, settings)
    return Chosen(DeviceQuery(text, kind), settings_text(settings))


def called(text: str) -> str:
    """Return what a sensor was called; raises `TrackerError` if that is nothing."""
    if not text.strip():
        raise TrackerError(
            f"Which sensor? Expected its address or its name, got {text!r}.",
            "See which are around: tracker scan",
        )
    return text


def another_sensor(text: str, first: Chosen) -> Chosen:
    """Return a second sensor, which must not be the first one.

    Raises
    ------
    TrackerError
        If it is the same.
    """
    second = chosen_sensor(text)
    one, other = first.wanted, second.wanted
    if (one.address or one.text.casefold()) == (other.address or other.text.casefold()):
        raise TrackerError(
            f"Both sensors are {text}.", "Two of the same name are told apart by their addresses."
        )
    return second


def refuse_unfit(kind: str, settings: Sequence[str]) -> None:
    """Raise a `TrackerError` if there is no such kind, no radio speaks it, or a setting is none.

    Asked before a sensor is looked for, which takes a while.
    """
    known = family(kind)
    if not known.start:
        raise TrackerError(
            f"{known.title} is no kind of sensor that can be connected to.",
            "Leave --kind out, and the sensor tells by itself.",
        )
    known.decoder(parse_settings(settings))


def settings_text(settings: Sequence[str]) -> str | None:
    """Return settings the way a recording keeps them.

    Raises
    ------
    TrackerError
        If one is not `key=value`, or has a blank in it.
    """
    parse_settings(settings)
    for pair in settings:
        if pair.split() != [pair]:
            raise TrackerError(f"A setting has no blanks in it, got {pair!r}.")
    return " ".join(settings) or None


def with_sensors(
    info: SessionInfo, sensors: Sequence[Sensor], chosen: Sequence[Chosen]
) -> SessionInfo:
    """Return the head of a session that knows who is recorded."""
    first, *others = sensors
    info = replace(
        info,
        sensor=first.family.kind,
        device_name=first.name,
        firmware=first.firmware,
        settings=chosen[0].settings,
    )
    for second in others:
        info = replace(
            info,
            second_sensor=second.family.kind,
            second_device_name=second.name,
            second_settings=chosen[1].settings,
        )
    return info


def _is(saved: SensorChoice, text: str) -> bool:
    wanted = DeviceQuery(text)
    if wanted.address is not None:
        return wanted.address == DeviceQuery(saved.address).address
    return saved.name is not None and saved.name.casefold() == text.strip().casefold()


if TYPE_CHECKING:
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
