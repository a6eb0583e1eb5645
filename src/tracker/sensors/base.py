"""What the tracker knows about one family of sensors.

Everything here is data or a pure function, so that a radio runs a family without knowing it:

1. Before connecting, `recognises` tells from the advertisement, and `refuses` says in words why a
   sensor that looks like the family's cannot be used.
2. After connecting, one of `services` among those of the sensor decides; `recognises` may have
   known too little. `refuses` is asked here as well.
3. If the connection's ATT MTU is below `least_mtu`, the sensor would refuse or cut its packets:
   say so before the start.
4. `start` runs (see `script`). It stops what may be left of an earlier session first, so the same
   script serves a reconnection.
5. `battery` and `firmware` are asked (see `inquiry`), and the battery again every few minutes.
6. `stop` runs on every way out.

Short names in `channels` are for people. Steps and notifications use the UUIDs.

A sensor's start and stop as data: steps that the radio room runs and a test can read.

How a script runs
-----------------
The runner takes the steps in order and knows no family. Whatever comes from the sensor while it
does (values that were read, notifications, indications) is handed on to recording and decoder, and
is also *heard*: kept in order for `Expect` and `Decide`, the newest `MOST_HEARD` of them, from the
first step of this script to its last.

- A step fails if the sensor has no such characteristic, if the link refuses, or if an `Expect`
  runs out of time. A failed step ends a start script with a `SensorError`, but for an `Attempt`.
- In a stop script a failed step is passed over: the next one may still save the battery.
- Steps inside a step run at its place, as if they were written there.
- `Decide` is a pure function of what was heard. It may raise a `SensorError` in words for people,
  which ends the script with that message, inside an `Attempt` too.

What a sensor can be asked about itself, as data: the steps, and how the answer is read.

Settings of decoders arrive as text, from a command line or the head of a recording.

How a decoder says what is wrong with a notification, the same in every family.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Final, Generic, TypeVar

from tracker.domain import Fault, FaultReason, Notification, TrackerError, UnknownNameError
from tracker.domain.units import s_from_ns

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tracker.domain import Decoder

SMALLEST_MTU: Final = 23
"""ATT MTU of every connection before it is negotiated, bytes."""


class ClockKind(Enum):
    """What a family's samples say about time."""

    SESSION = "session"
    """Each sample carries its time on the session clock (an imported file)."""
    DEVICE = "device"
    """Packets carry stamps of the sensor's own clock."""
    NONE = "none"
    """No stamps at all: the rate is estimated from arrivals."""
    MIXED = "mixed"
    """Stamps or none, as the program on the board has it."""


@dataclass(frozen=True, slots=True)
class Advertisement:
    """What a sensor says of itself before a connection."""

    name: str | None
    """Its name, as advertised; None if it gives none."""
    service_uuids: tuple[str, ...] = ()
    """Advertised services, 128-bit form."""
    manufacturer_ids: tuple[int, ...] = ()
    """Company identifiers of its manufacturer data."""


@dataclass(frozen=True, slots=True)
class SensorFamily:
    """One family: how it is recognised, started, stopped and decoded."""

    kind: str
    """Identifier in commands and recordings."""
    title: str
    """Name for people."""
    clock: ClockKind
    """What its samples say about time."""
    channels: Mapping[str, str]
    """Short names of the channels that the decoder understands, to their UUIDs."""
    decoder: Callable[[Mapping[str, str]], Decoder]
    """Makes a fresh decoder from settings as text; raises `TrackerError` on an unknown one."""
    recognises: Callable[[Advertisement], bool] = lambda _advertisement: False
    """Whether an advertisement is one of this family's."""
    services: tuple[str, ...] = ()
    """Services that decide after connecting: one of them is enough."""
    refuses: Callable[[Advertisement], str | None] = lambda _advertisement: None
    """Why a sensor with the family's marks cannot be used, in words for people; None if it can."""
    least_mtu: int = SMALLEST_MTU
    """Smallest ATT MTU, in bytes, with which the sensor sends what the decoder understands."""
    start: tuple[Step, ...] = ()
    """Script that makes the sensor stream; it stops a stale stream first."""
    stop: tuple[Step, ...] = ()
    """Script that stops it, on every way out."""
    battery: Inquiry[int] | None = None
    """How the charge is asked for, percent; None if the sensor cannot tell."""
    firmware: Inquiry[str] | None = None
    """How the version of the firmware is asked for; None if the sensor cannot tell."""
    default_channel: str = ""
    """Channel of samples (UUID), assumed where none is named."""


MOST_HEARD: Final = 1024
"""What a runner keeps for a script's decisions: 5 s of a sensor that sends 200 times a second."""

Heard = Sequence[Notification]
"""What came since the script began, oldest first."""


@dataclass(frozen=True, slots=True)
class Read:
    """Read a characteristic; its value travels on as a notification, for decoder and recording."""

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
    """Switch a characteristic's notifications, or its indications, on."""

    channel: str


@dataclass(frozen=True, slots=True)
class Unsubscribe:
    """Switch a characteristic's notifications off."""

    channel: str


@dataclass(frozen=True, slots=True)
class Expect:
    """Wait for a notification that starts with `prefix`.

    One that came since the last `Read`, `Write` or `Subscribe` began counts as well: an answer may
    be quicker than the acknowledgement of its question.
    """

    channel: str
    prefix: bytes
    timeout_s: float
    """After this long without it the step has failed, s."""
    anywhere: bool = False
    """Whether the bytes may stand behind others, where answers share a channel with samples."""


@dataclass(frozen=True, slots=True)
class Pause:
    """Let the sensor take its time; what comes meanwhile is heard."""

    duration_s: float
    """How long, s."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """Try steps whose failure does not matter, or has a remedy."""

    steps: tuple[Step, ...]
    """They end at the first that fails."""
    otherwise: tuple[Step, ...] = ()
    """Run after a failure; a failure here is one of the script."""


@dataclass(frozen=True, slots=True)
class Where:
    """Go one of two ways, by whether the sensor has a characteristic."""

    channel: str
    """The characteristic that is looked for, without touching it."""
    steps: tuple[Step, ...]
    """Run if it is there."""
    otherwise: tuple[Step, ...] = ()
    """Run if it is not."""


@dataclass(frozen=True, slots=True)
class Decide:
    """Go on with steps that depend on what the sensor said, such as the settings it offers."""

    steps: Callable[[Heard], tuple[Step, ...]]
    """Pure: from what was heard so far to what is to be done now; may hold another `Decide`."""


Step = Read | Write | Subscribe | Unsubscribe | Expect | Pause | Attempt | Where | Decide
"""One step of a script."""


def newest(heard: Heard, channel: str, prefix: bytes = b"") -> bytes | None:
    """Return the last bytes of a channel that start with `prefix`, or None."""
    for notification in reversed(heard):
        if notification.channel == channel and notification.data.startswith(prefix):
            return notification.data
    return None


BATTERY_LEVEL_UUID: Final = "00002a19-0000-1000-8000-00805f9b34fb"
"""Battery Level of the Battery Service 180F: u8, percent."""

FIRMWARE_REVISION_UUID: Final = "00002a26-0000-1000-8000-00805f9b34fb"
"""Firmware Revision String of the Device Information Service 180A: text."""

HIGHEST_PERCENT: Final = 100

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Inquiry(Generic[T]):
    """A question that is put to a sensor after its start script, and again whenever one likes.

    The runner runs `steps` like any script, while samples stream, and gives `answer` what was
    heard meanwhile. An inquiry never breaks a session: if a step fails, the answer is unknown.
    """

    steps: tuple[Step, ...]
    """What asks."""
    answer: Callable[[Heard], T | None]
    """Pure: from what was heard to the answer; None if it is not in there."""


def _percent(heard: Heard) -> int | None:
    value = newest(heard, BATTERY_LEVEL_UUID)
    return value[0] if value and value[0] <= HIGHEST_PERCENT else None


def _text(heard: Heard) -> str | None:
    value = newest(heard, FIRMWARE_REVISION_UUID)
    text = (value or b"").split(b"\0")[0].decode("utf-8", errors="replace").strip()
    return text or None


BATTERY_LEVEL: Final = Inquiry((Read(BATTERY_LEVEL_UUID),), _percent)
"""The battery in percent, where a sensor has the standard service."""

FIRMWARE_REVISION: Final = Inquiry((Read(FIRMWARE_REVISION_UUID),), _text)
"""The version of the firmware, where a sensor has the standard service."""


def refuse_unknown(settings: Mapping[str, str], kind: str, known: Sequence[str]) -> None:
    """Raise a `TrackerError` if `settings` has a name that is not in `known`."""
    for name in settings:
        if not known:
            message = f"The sensor kind {kind!r} takes no settings; {name!r} was given."
            raise TrackerError(message)
        if name not in known:
            raise UnknownNameError(f"{kind} setting", name, known)


def whole_number(settings: Mapping[str, str], name: str, default: int) -> int:
    """Return the setting `name` as an integer, or `default` where it is not given.

    Raises
    ------
    TrackerError
        If the text is not a whole number.
    """
    text = settings.get(name)
    if text is None:
        return default
    try:
        return int(text)
    except ValueError:
        raise TrackerError(
            f"The setting {name} must be a whole number, got {text!r}.",
            f"Write for example {name}={default}.",
        ) from None


def number(settings: Mapping[str, str], name: str, default: float) -> float:
    """Return the setting `name` as a finite number, or `default` where it is not given.

    Raises
    ------
    TrackerError
        If the text is no such number.
    """
    return _number(settings, name, default, "a number", math.isfinite)


def positive_number(settings: Mapping[str, str], name: str, default: float) -> float:
    """Return the setting `name` as a number above 0, or `default` where it is not given.

    Raises
    ------
    TrackerError
        If the text is no such number.
    """
    return _number(
        settings, name, default, "a number above 0", lambda value: 0.0 < value < math.inf
    )


def _number(
    settings: Mapping[str, str],
    name: str,
    default: float,
    noun: str,
    fits: Callable[[float], bool],
) -> float:
    """Return a setting as a number that fits its noun."""
    text = settings.get(name)
    if text is None:
        return default
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not fits(value):
        raise TrackerError(
            f"The setting {name} must be {noun}, got {text!r}.",
            f"Write for example {name}={default:g}.",
        )
    return value


class MalformedError(Exception):
    """Bytes that do not follow their format; never leaves a decoder's `feed`."""

    def __init__(self, reason: FaultReason, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason
        self.detail = detail


def fault_of(
    notification: Notification, reason: FaultReason, detail: str, count: int = 1
) -> Fault:
    """Return a fault that happened when `notification` arrived."""
    return Fault(s_from_ns(notification.received_ns), reason, detail, count)


def duplicate(notification: Notification, name: str) -> Fault:
    """Return the fault of a packet or sample that was here before; it is called `name`."""
    return fault_of(notification, FaultReason.DUPLICATE, f"{name} was here before")


def late(notification: Notification, name: str) -> Fault:
    """Return the fault of a packet or sample that newer ones have overtaken."""
    return fault_of(notification, FaultReason.OUT_OF_ORDER, f"{name} came after a newer one")


def unknown_channel(notification: Notification) -> Fault:
    """Return the fault of a notification on a channel that a family does not have."""
    return fault_of(
        notification,
        FaultReason.UNKNOWN_CHANNEL,
        f"nothing is known about channel {notification.channel!r}",
    )
