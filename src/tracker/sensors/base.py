"""What the tracker knows about one family of sensors, as data and pure functions.

A radio runs a family without knowing it:

1. Before connecting, `recognises` decides from the advertisement, and `refuses` says in words why
   a sensor that looks like one of the family cannot be used.
2. After connecting, one of `services` decides; the advertisement may have said too little.
   `refuses` is asked again.
3. If the connection's ATT MTU is below `least_mtu`, the sensor would refuse to stream or truncate
   its packets, so the radio reports that before the start.
4. `start` runs. It first stops whatever an earlier session left running, so the same script serves
   a reconnection.
5. `battery` and `firmware` are queried, and the battery again every few minutes. A heart rate in
   the standard service is subscribed to, whatever the family.
6. `stop` runs on every way out.

Short names in `channels` are for people. Steps and notifications use the UUIDs.

How a script runs
-----------------
The runner takes the steps in order. Whatever the sensor sends meanwhile (values that were read,
notifications, indications) goes to recording and decoder, and is also kept, in order, as
*responses* for `Expect` and `Decide`: the newest `MAX_RESPONSES` since the script's first step.

- A step fails if the sensor lacks the characteristic, if the link refuses, or if an `Expect` times
  out. A failed step ends a start script with a `SensorError`, unless an `Attempt` holds it.
- A stop script carries on after a failed step: the next one may still save the battery.
- Steps inside a step run in its place, as if they were written there.
- `Decide` is a pure function of the responses. It may raise a `SensorError` in words for people,
  which ends the script with that message, even inside an `Attempt`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from itertools import groupby, pairwise
from typing import TYPE_CHECKING, Any, Final, Generic, Literal, TypeVar

import numpy as np

from tracker.domain import (
    MEND_SETTINGS,
    RESERVED_CHANNELS,
    UNMENDED,
    Fault,
    FaultReason,
    Frame,
    FrameRun,
    Notification,
    SensorError,
    TrackerError,
    UnknownNameError,
    mend_in,
)
from tracker.domain.units import NS_PER_S, s_from_ns
from tracker.language import _, localized, ngettext

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from tracker.domain import SensorMend

T = TypeVar("T")

SMALLEST_MTU: Final = 23
"""ATT MTU of every connection before it is negotiated, bytes."""


class ClockKind(Enum):
    """Which timestamps a family's samples carry."""

    SESSION = "session"
    """Each sample has its time on the session clock (an imported file)."""
    DEVICE = "device"
    """Packets have timestamps of the sensor's own clock."""
    NONE = "none"
    """None: the rate is estimated from arrivals."""
    MIXED = "mixed"
    """It depends on the program that runs on the board."""


@dataclass(frozen=True, slots=True)
class Advertisement:
    """What a sensor advertises before a connection."""

    name: str | None
    """The advertised name; None without one."""
    service_uuids: tuple[str, ...] = ()
    """Advertised services, 128-bit form."""
    manufacturer_ids: tuple[int, ...] = ()
    """Company identifiers of the manufacturer data."""

    def is_named(self, *starts: str) -> bool:
        """Return whether the name starts with one of `starts`, given in lower case."""
        return (self.name or "").lower().startswith(starts)

    def offers(self, service_uuid: str) -> bool:
        """Return whether a service, given in lower case, is advertised."""
        return service_uuid in (uuid.lower() for uuid in self.service_uuids)


@dataclass(frozen=True, slots=True)
class SensorFamily:
    """One family: how it is recognised, started, stopped and decoded."""

    kind: str
    """Identifier in commands and recordings."""
    title: str
    """Name for people."""
    clock: ClockKind
    """Which timestamps its samples carry."""
    channels: Mapping[str, str]
    """UUIDs of the channels that the decoder understands, by their short names."""
    new_decoder: Callable[[Mapping[str, str]], PacketDecoder]
    """Makes a fresh decoder from `settings` as text; raises `TrackerError` on a wrong value."""
    settings: tuple[str, ...] = ()
    """Names of the decoder's settings, beside those of a mend that every family has."""
    recognises: Callable[[Advertisement], bool] = lambda _advertisement: False
    """Whether an advertisement comes from this family."""
    services: tuple[str, ...] = ()
    """Services that decide after connecting: one of them is enough."""
    refuses: Callable[[Advertisement], str | None] = lambda _advertisement: None
    """Why a sensor that looks like the family cannot be used, for people; None if it can."""
    least_mtu: int = SMALLEST_MTU
    """Smallest ATT MTU, in bytes, at which the sensor sends what the decoder understands."""
    start: tuple[Step, ...] = ()
    """Script that makes the sensor stream; it stops a stale stream first."""
    confirms_start: bool = False
    """Whether `start` ends only once the sensor has said that it streams: silence after that is a
    sensor that takes its time, not one that misunderstood."""
    stop: tuple[Step, ...] = ()
    """Script that stops it, on every way out."""
    battery: Inquiry[int] | None = None
    """How to ask for the charge, percent; None if only the standard service may tell."""
    firmware: Inquiry[str] | None = None
    """How to ask for the firmware version; None if the sensor does not report it."""
    default_channel: str = ""
    """Channel of samples (UUID), assumed where none is named."""
    second_channel: str = ""
    """Where some models of the family send their samples instead (UUID); empty if none does."""
    carries_samples: Callable[[bytes], bool] = lambda _data: True
    """Whether a notification of those channels is of the stream, not a reply that shares it."""
    has_motion: bool = True
    """Whether reps can be counted with it; without, it can only be the second sensor."""
    pause_s: float = 0.0
    """Silence between two notifications that is usual, beyond that of a stream of motion, s."""

    def is_of_stream(self, channel: str, data: bytes) -> bool:
        """Return whether a notification carries samples, judging by its place and first bytes."""
        return channel in (self.default_channel, self.second_channel) and self.carries_samples(
            data
        )

    def decoder(self, settings: Mapping[str, str]) -> PacketDecoder:
        """Return a fresh decoder; raises `TrackerError` on an unknown or wrong setting."""
        own = {name: text for name, text in settings.items() if name not in MEND_SETTINGS}
        for name in own:
            if name not in self.settings:
                known = (*self.settings, *MEND_SETTINGS)
                raise UnknownNameError(_("{kind} setting").format(kind=self.kind), name, known)
        mend, decoder = mend_in(settings), self.new_decoder(own)
        if mend == UNMENDED:
            return decoder
        return _MendedDecoder(decoder, mend)


def refuse_without_motion(family: SensorFamily) -> None:
    """Raise a `SensorError` if reps cannot be counted with a family's sensors."""
    if not family.has_motion:
        raise SensorError(
            _("A {title} sends no motion, so no reps can be counted with it.").format(
                title=family.title
            ),
            _("Wear it beside a motion sensor: tracker train --sensor ADDRESS --second STRAP"),
        )


MAX_RESPONSES: Final = 1024
"""What a runner keeps for a script's decisions: 5 s of a sensor that sends 200 times a second."""

Responses = Sequence[Notification]
"""What the sensor has sent since the script began, oldest first."""


@dataclass(frozen=True, slots=True)
class Read:
    """Read a characteristic; decoder and recording get its value as a notification."""

    channel: str
    """UUID in lower case, as in every step."""


@dataclass(frozen=True, slots=True)
class Write:
    """Write a value to a characteristic."""

    channel: str
    data: bytes
    with_response: bool = True
    """Whether the sensor acknowledges the write before the next step runs."""


@dataclass(frozen=True, slots=True)
class Subscribe:
    """Enable a characteristic's notifications or indications."""

    channel: str


@dataclass(frozen=True, slots=True)
class Unsubscribe:
    """Disable a characteristic's notifications."""

    channel: str


@dataclass(frozen=True, slots=True)
class Expect:
    """Wait for a notification that starts with `prefix`.

    One that arrived since the last `Read`, `Write` or `Subscribe` began counts too: a response may
    overtake the acknowledgement of its request.
    """

    channel: str
    prefix: bytes
    timeout_s: float
    """The step fails after this long, s."""
    anywhere: bool = False
    """Whether other bytes may precede the prefix, where samples share the channel."""


@dataclass(frozen=True, slots=True)
class Pause:
    """Give the sensor time; responses are collected meanwhile."""

    duration_s: float
    """How long, s."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """Try steps whose failure does not matter or can be remedied."""

    steps: tuple[Step, ...]
    """They stop at the first that fails."""
    otherwise: tuple[Step, ...] = ()
    """Run after a failure; a failure here fails the script."""


@dataclass(frozen=True, slots=True)
class Where:
    """Branch on whether the sensor has a characteristic."""

    channel: str
    """The characteristic to look for; it is not accessed."""
    steps: tuple[Step, ...]
    """Run if the sensor has it."""
    otherwise: tuple[Step, ...] = ()
    """Run if it has not."""


@dataclass(frozen=True, slots=True)
class Decide:
    """Choose the next steps by what the sensor has sent, such as the settings it offers."""

    steps: Callable[[Responses], tuple[Step, ...]]
    """Pure: from the responses so far to the steps to run now, which may hold another `Decide`."""


Step = Read | Write | Subscribe | Unsubscribe | Expect | Pause | Attempt | Where | Decide
"""One step of a script."""


def newest(responses: Responses, channel: str, prefix: bytes = b"") -> bytes | None:
    """Return the last bytes of a channel that start with `prefix`, or None."""
    for notification in reversed(responses):
        if notification.channel == channel and notification.data.startswith(prefix):
            return notification.data
    return None


HEART_RATE_UUID: Final = "00002a37-0000-1000-8000-00805f9b34fb"
"""Heart Rate Measurement of the Heart Rate Service 180D."""

BATTERY_LEVEL_UUID: Final = "00002a19-0000-1000-8000-00805f9b34fb"
"""Battery Level of the Battery Service 180F: u8, percent."""

STANDARD_CHANNELS: Final = frozenset({HEART_RATE_UUID, BATTERY_LEVEL_UUID})
"""Channels that any sensor may have beside its own; they say nothing about motion."""

FIRMWARE_REVISION_UUID: Final = "00002a26-0000-1000-8000-00805f9b34fb"
"""Firmware Revision String of the Device Information Service 180A: text."""


@dataclass(frozen=True, slots=True)
class Inquiry(Generic[T]):
    """A question to a sensor, put after its start script and whenever else it is of interest.

    The runner runs `steps` like any script, while samples stream, and passes the responses to
    `answer`. An inquiry never breaks a session: if a step fails, the answer is unknown.
    """

    steps: tuple[Step, ...]
    answer: Callable[[Responses], T | None]
    """Pure: from the responses to the answer, or None if they do not hold it."""


def reading(channel: str, answer: Callable[[bytes], T | None]) -> Inquiry[T]:
    """Return the question that reads a characteristic; `answer` gets its value, or nothing."""
    return Inquiry((Read(channel),), lambda heard: answer(newest(heard, channel) or b""))


def percent_in(value: bytes) -> int | None:
    """Return the charge in the first byte of a value, or None if it is no percentage."""
    return value[0] if value and value[0] <= 100 else None


def version_in(value: bytes) -> str | None:
    """Return the firmware version in three bytes (major, minor, patch), or None."""
    return ".".join(map(str, value)) if len(value) == 3 else None


def _text(value: bytes) -> str | None:
    return value.split(b"\0")[0].decode("utf-8", errors="replace").strip() or None


BATTERY_LEVEL: Final = reading(BATTERY_LEVEL_UUID, percent_in)
"""The charge in percent, from a sensor with the standard service."""

BATTERY_IF_THERE: Final = replace(
    BATTERY_LEVEL, steps=(Where(BATTERY_LEVEL_UUID, BATTERY_LEVEL.steps),)
)
"""The same from a sensor whose family does not promise it."""

FIRMWARE_REVISION: Final = reading(FIRMWARE_REVISION_UUID, _text)
"""The firmware version, from a sensor with the standard service."""


def whole_number(settings: Mapping[str, str], name: str, default: int) -> int:
    """Return the setting `name` as an integer, or `default` where it is not given.

    Raises `TrackerError` if the text is not a whole number.
    """
    wrong = _("The setting {name} must be a whole number, got {text!r}.")
    return _parsed(settings, name, default, int, wrong)


def number(
    settings: Mapping[str, str], name: str, default: float, *, positive: bool = False
) -> float:
    """Return the setting `name` as a finite (`positive`) number, or `default` if it is not given.

    Raises `TrackerError` if the text is not such a number.
    """

    def parse(text: str) -> float:
        value = float(text)
        if not math.isfinite(value) or (positive and value <= 0.0):
            raise ValueError
        return value

    wrong = (
        _("The setting {name} must be a number above 0, got {text!r}.")
        if positive
        else _("The setting {name} must be a number, got {text!r}.")
    )
    return _parsed(settings, name, default, parse, wrong)


def _parsed(
    settings: Mapping[str, str], name: str, default: T, parse: Callable[[str], T], wrong: str
) -> T:
    """Return the setting `name`, or raise a `TrackerError` that says what is `wrong` with it."""
    try:
        return parse(settings[name]) if name in settings else default
    except ValueError:
        example = f"{default:g}" if isinstance(default, float) else default
        raise TrackerError(
            wrong.format(name=name, text=settings[name]),
            _("Write for example {name}={example}.").format(name=name, example=example),
        ) from None


RANGE_SLACK: Final = 0.2
"""Share by which chips read beyond their nominal range; anything larger is corrupt."""

CLIP_SLACK: Final = 0.005
"""Share by which the real end of a range differs from the nominal one."""


class MalformedError(Exception):
    """Bytes that do not follow their format; never leaves a decoder's `feed`."""

    def __init__(self, reason: FaultReason, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason
        self.detail = detail


def check_length(data: bytes, size: int, what: str, *, exact: bool = True) -> None:
    """Raise `MalformedError` for bytes that are not `size` long, or, if not `exact`, shorter.

    `what` they should be is for people, such as "a header".
    """
    if len(data) < size or (exact and len(data) > size):
        expected = (
            _("expected {what} of {size} bytes, got {got}")
            if exact
            else _("expected {what} of {size} bytes or more, got {got}")
        )
        raise MalformedError(
            FaultReason.LENGTH, expected.format(what=what, size=size, got=len(data))
        )


def check_range(values: NDArray[np.float64], most: float) -> None:
    """Raise `MalformedError` for values that no chip measures, whose largest range is `most`."""
    if not np.isfinite(values).all():
        raise MalformedError(FaultReason.NOT_FINITE, _("a sample is not finite"))
    if (np.abs(values) > most * (1.0 + RANGE_SLACK)).any():
        raise MalformedError(
            FaultReason.FORMAT,
            _("a value is beyond the largest range, {most}").format(most=localized(f"{most:g}")),
        )


def fault_of(
    notification: Notification, reason: FaultReason, detail: str, count: int = 1
) -> Fault:
    """Return a fault that happened when `notification` arrived."""
    return Fault(s_from_ns(notification.received_ns), reason, detail, count)


class PacketDecoder:
    """What every family's decoder is: a reader for each channel, and faults for what is not read.

    A reader turns its channel's notifications into frames and faults, and may raise
    `MalformedError`. The family's other channels, which say nothing about motion, are `silent`.
    """

    def __init__(
        self,
        readers: Mapping[str, Callable[[Notification], Iterable[Frame | Fault]]],
        silent: Iterable[str] = (),
    ) -> None:
        self._readers = readers
        self._silent = RESERVED_CHANNELS.union(STANDARD_CHANNELS, silent)

    @property
    def promised_hz(self) -> float | None:
        """Samples per second that the sensor has said it sends; None if it has not."""
        return None

    def configuration(self) -> dict[str, object]:
        """Return what gives the bytes their meaning now, by its name; empty if nothing can vary.

        For people: what the sensor has said, or else what is assumed. Values are text, numbers,
        lists, or None where unknown.
        """
        return {}

    def feed(self, notification: Notification) -> tuple[Frame | Fault, ...]:
        """Decode one notification; never raises on bytes."""
        channel = notification.channel
        reader = self._readers.get(channel)
        try:
            if reader is not None:
                return tuple(reader(notification))
            if channel in self._silent:
                return ()
            raise MalformedError(
                FaultReason.UNKNOWN_CHANNEL,
                _("unknown channel {channel!r}").format(channel=channel),
            )
        except MalformedError as error:
            return (fault_of(notification, error.reason, error.detail),)

    def feed_run(
        self, notifications: Sequence[Notification]
    ) -> Iterator[Frame | FrameRun | Fault]:
        """Decode notifications to what `feed` makes of them one by one, bit for bit.

        A file delivers thousands at once. A family whose packets can be parsed together does so.
        """
        for notification in notifications:
            yield from self.feed(notification)


def received_s_of(notifications: Sequence[Notification]) -> NDArray[np.float64]:
    """Return when notifications arrived, s, shape (p,)."""
    return np.array([each.received_ns for each in notifications], dtype=np.int64) / NS_PER_S


def alike(notifications: Sequence[Notification]) -> Iterator[list[Notification]]:
    """Yield all notifications in order, neighbours on one channel and of one length together."""
    for __, group in groupby(notifications, lambda each: (each.channel, len(each.data))):
        yield list(group)


def stretches(kinds: NDArray[Any]) -> Iterator[slice]:
    """Yield the stretches of equal neighbours, in order; none of an empty array."""
    edges = [0, *(np.flatnonzero(kinds[1:] != kinds[:-1]) + 1).tolist(), len(kinds)]
    return (slice(first, last) for first, last in pairwise(edges) if last > first)


def runs_of(
    acc_mps2: NDArray[np.float64],
    gyro_radps: NDArray[np.float64] | None,
    stamp_s: NDArray[np.float64] | None,
    received_s: NDArray[np.float64],
    saturated: NDArray[np.bool_],
) -> Iterator[FrameRun]:
    """Yield frames of one shape as runs; `saturated` says of each frame whether it is, (p,)."""
    whole = FrameRun(acc_mps2, gyro_radps, stamp_s, received_s)
    for part in stretches(saturated):
        yield replace(whole[part], saturated=bool(saturated[part.start]))


def guarded(
    new_decoder: Callable[[Mapping[str, str]], PacketDecoder],
) -> Callable[[Mapping[str, str]], PacketDecoder]:
    """Return what makes the same decoders, whose errors become faults: a packet costs no set."""
    return lambda settings: _GuardedDecoder(new_decoder(settings))


class _AroundDecoder(PacketDecoder):
    """What stands around another decoder says of the sensor what that one says."""

    def __init__(self, decoder: PacketDecoder) -> None:
        super().__init__({})
        self._decoder = decoder

    @property
    def promised_hz(self) -> float | None:
        """Samples per second that the sensor has said it sends."""
        return self._decoder.promised_hz

    def configuration(self) -> dict[str, object]:
        """Return what gives the bytes their meaning now."""
        return self._decoder.configuration()


class _GuardedDecoder(_AroundDecoder):
    """A decoder of another package, which may fail on bytes that its author never saw."""

    def feed(self, notification: Notification) -> tuple[Frame | Fault, ...]:
        """Decode one notification; whatever is raised is a fault."""
        try:
            return tuple(self._decoder.feed(notification))
        except Exception as error:  # it is somebody else's code
            detail = _("the decoder failed ({kind}: {error})").format(
                kind=type(error).__name__, error=error
            )
            return (fault_of(notification, FaultReason.FORMAT, detail),)


class _MendedDecoder(_AroundDecoder):
    """A decoder whose samples are put right before anybody sees them."""

    def __init__(self, decoder: PacketDecoder, mend: SensorMend) -> None:
        super().__init__(decoder)
        self._mend = mend

    def feed(self, notification: Notification) -> tuple[Frame | Fault, ...]:
        """Decode one notification; never raises on bytes."""
        return tuple(self._mended(each) for each in self._decoder.feed(notification))

    def feed_run(
        self, notifications: Sequence[Notification]
    ) -> Iterator[Frame | FrameRun | Fault]:
        """Decode notifications to what `feed` makes of them one by one."""
        return (self._mended(each) for each in self._decoder.feed_run(notifications))

    def _mended(self, decoded: T) -> T:
        if not isinstance(decoded, Frame | FrameRun):
            return decoded
        gyro = None if decoded.gyro_radps is None else self._mend.gyro(decoded.gyro_radps)
        return replace(decoded, acc_mps2=self._mend.acc(decoded.acc_mps2), gyro_radps=gyro)


class PacketOrder(Enum):
    """How a packet relates to the ones before it."""

    NEXT = "next"
    """The first one, or newer than all; use it."""
    DUPLICATE = "duplicate"
    """Seen before; drop it."""
    LATE = "late"
    """Newer ones have been used already; drop it."""
    RESTART = "restart"
    """The sensor's counters or clock restarted; use it."""

    @property
    def is_usable(self) -> bool:
        """Whether the packet's samples continue the stream."""
        return self in (PacketOrder.NEXT, PacketOrder.RESTART)


@dataclass(frozen=True, slots=True)
class PacketPosition:
    """Where a packet belongs in its stream."""

    order: PacketOrder
    time_us: int
    """Device time of the first sample since the sensor booted, unwrapped, µs."""
    lost: int = 0
    """What is missing between the newest packet before and this one: packets, or samples."""


MOST_PERIODS: Final = 1.5
"""The longest step between two samples, in periods, in which none is lost."""


def lost_in(periods: float) -> int:
    """Return how many samples are lost in a step of so many periods."""
    return round(periods) - 1 if periods > MOST_PERIODS else 0


def order_faults(
    notification: Notification,
    order: PacketOrder,
    name: str,
    lost: int = 0,
    what: Literal["samples", "packets", "lines"] = "samples",
) -> tuple[Fault, ...]:
    """Return the fault that the place of a packet called `name` shows, if any.

    `lost` is how many of `what` are missing before it.
    """
    match order:
        case PacketOrder.DUPLICATE:
            reason, detail = FaultReason.DUPLICATE, _("{name} is a duplicate")
        case PacketOrder.LATE:
            reason, detail = FaultReason.OUT_OF_ORDER, _("{name} came after a newer one")
        case PacketOrder.RESTART:
            reason, detail = FaultReason.CLOCK, _("the sensor's clock restarted at {name}")
        case PacketOrder.NEXT:
            if not lost:
                return ()
            detail = _lost_before(lost, what).format(lost=lost, name=name)
            return (fault_of(notification, FaultReason.LOST, detail, lost),)
    return (fault_of(notification, reason, detail.format(name=name)),)


def _lost_before(lost: int, what: Literal["samples", "packets", "lines"]) -> str:
    match what:
        case "samples":
            return ngettext(
                "{lost} sample lost before {name}", "{lost} samples lost before {name}", lost
            )
        case "packets":
            return ngettext(
                "{lost} packet lost before {name}", "{lost} packets lost before {name}", lost
            )
        case "lines":
            return ngettext(
                "{lost} line lost before {name}", "{lost} lines lost before {name}", lost
            )
