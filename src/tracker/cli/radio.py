"""Real sensors on the command line: which one is meant, connecting to it, and `record`."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING, TypeVar

from tracker.app.config import config_of
from tracker.app.devices import SensorRequest
from tracker.app.paths import tracker_paths
from tracker.app.text import TextOutput, number
from tracker.ble import DeviceQuery
from tracker.cli.exits import unless_interrupted
from tracker.cli.terminal import say
from tracker.domain import BatteryRead, LinkChanged, SensorError, TrackerError
from tracker.language import _, counted, localized
from tracker.sensors import family, parse_settings, refuse_without_motion

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence
    from contextlib import AbstractAsyncContextManager
    from pathlib import Path

    from tracker.app.config import SensorChoice
    from tracker.app.paths import Paths
    from tracker.app.snapshot import SessionSnapshot
    from tracker.app.training import Training
    from tracker.cli.exits import Interruption

Resource = TypeVar("Resource")


def requested_sensors(
    sensor: str | None, second: str | None, kind: str | None, settings: Sequence[str]
) -> tuple[SensorRequest, ...]:
    """Return the requested one or two sensors; raises `TrackerError` if both are the same."""
    first = chosen_sensor(sensor, kind, settings)
    if second is None:
        return (first,)
    other = chosen_sensor(second)
    each = (first.query, other.query)
    if len({query.address or query.text.casefold() for query in each}) == 1:
        raise TrackerError(
            _("Both sensors are {sensor}.").format(sensor=second),
            _("Name two of the same name by their addresses."),
        )
    return first, other


def chosen_sensor(
    text: str | None,
    kind: str | None = None,
    settings: Sequence[str] = (),
    *,
    paths: Paths | None = None,
) -> SensorRequest:
    """Return the named sensor, else the paired one; raises `TrackerError` without either."""
    saved = config_of(paths or tracker_paths()).sensor
    if text is None:
        if saved is None:
            raise SensorError(
                _("No sensor is named, and none is paired yet."),
                _(
                    "See which are nearby (tracker scan), then: tracker pair ADDRESS_OR_NAME\n"
                    "Without a sensor: tracker train --sensor sim"
                ),
            )
        text = saved.address
    refuse_blank(text)
    if saved is not None and kind is None and _is(saved, text):
        # By its address: it is found at once, and is never confused with one of the same name.
        text, kind = saved.address, saved.kind
        settings = settings or tuple((saved.settings or "").split())
    if kind is not None:
        refuse_unfit(kind, settings)
    return SensorRequest(DeviceQuery(text, kind), settings_text(settings))


def refuse_blank(text: str) -> None:
    """Raise a `TrackerError` if the name or address of a sensor is blank."""
    if not text.strip():
        raise TrackerError(
            _("Which sensor? Expected its address or its name, got {given!r}.").format(given=text),
            _("See which are nearby: tracker scan"),
        )


def refuse_unfit(kind: str, settings: Sequence[str]) -> None:
    """Raise a `TrackerError` for an unknown kind, one without a radio, or an unknown setting.

    Called before the search for a sensor, which takes a while.
    """
    known = family(kind)
    if not known.start:
        raise TrackerError(
            _("{kind} is not a kind of sensor that can be connected to.").format(kind=known.title),
            _("Leave --kind out: the sensor tells its kind."),
        )
    refuse_without_motion(known)
    known.decoder(parse_settings(settings))


def settings_text(settings: Sequence[str]) -> str | None:
    """Return settings as recordings store them; a `TrackerError` if one is not `key=value`."""
    parse_settings(settings)
    for pair in settings:
        if pair.split() != [pair]:
            raise TrackerError(_("Settings contain no blanks, got {given!r}.").format(given=pair))
    return " ".join(settings) or None


def _is(saved: SensorChoice, text: str) -> bool:
    address = DeviceQuery(text).address
    if address is not None:
        return address == DeviceQuery(saved.address).address
    return saved.name is not None and saved.name.casefold() == text.strip().casefold()


def use_sensors(
    opening: AbstractAsyncContextManager[Resource],
    sensors: Sequence[SensorRequest],
    interrupted: Interruption,
    use: Callable[[Resource], Awaitable[None]],
) -> None:
    """Enter what opens sensors, use what it yields, and leave it on every way out.

    After Ctrl-C, nothing is opened any more.
    """

    async def run() -> None:
        for each in sensors:
            say(_("looking for {sensor}").format(sensor=each.query.text))
        async with AsyncExitStack() as stack:
            entering = stack.enter_async_context(opening)
            resource = await unless_interrupted(entering, interrupted)
            if resource is not None:
                await use(resource)

    if not interrupted.happened:
        asyncio.run(run())


def record_with(
    sensors: tuple[SensorRequest, ...],
    interrupted: Interruption,
    *,
    exercise: str,
    seconds: float,
    output: Path,
    force: bool,
) -> None:
    """Record what sensors send, for `seconds` from when they began to stream."""
    # The engine costs SciPy (0.6 s).
    from tracker.app.training import TrainingRequest, TrainingService

    service = TrainingService(tracker_paths(), tell=say)
    request = TrainingRequest(sensors, exercise, seconds=seconds)

    async def use(recording: Training) -> None:
        session = recording.session
        only = LinkChanged | BatteryRead
        session.add_sink(TextOutput(say, only=only))
        session.recording.tell = say
        line = _("recording {seconds} s to {file}").format(
            seconds=localized(f"{seconds:g}"), file=output
        )
        say(f"{recording.title}\n{line}")
        with interrupted.ending(session.stop):
            await session.run()
        ended = session.snapshot()
        say(f"{output}: {_amounts(ended)}")
        refuse_undecodable(ended)
        if ended.recording_failure is not None:
            raise TrackerError(ended.recording_failure)

    use_sensors(service.recording(request, output, overwrite=force), sensors, interrupted, use)


def refuse_undecodable(ended: SessionSnapshot) -> None:
    """Raise a `SensorError` if much came and none of it could be read: that is no success."""
    if not ended.samples and ended.faults:
        reason, amount = max(ended.faults.items(), key=lambda each: each[1])
        raise SensorError(
            _("None of what the sensor sent could be decoded ({reason}: {number}).").format(
                reason=reason.value, number=amount
            ),
            _(
                "Is it of this kind, with its usual firmware and settings? What came is "
                "recorded;\ntracker decode says what is wrong with a packet."
            ),
        )


def _amounts(ended: SessionSnapshot) -> str:
    samples = _("{samples} at {rate}").format(
        samples=counted(ended.samples, "sample", "samples"),
        rate=number(ended.rate_hz, 1, " Hz"),
    )
    gaps, faults = (
        counted(len(ended.gaps), "gap", "gaps"),
        counted(sum(ended.faults.values()), "fault", "faults"),
    )
    reps = counted(sum(record.counted for record in ended.sets), "rep", "reps")
    # Translators: each is a number with its noun, like "3 gaps".
    return _("{samples}, {gaps}, {faults}, {reps} seen").format(
        samples=samples, gaps=gaps, faults=faults, reps=reps
    )
