"""How a Polar sensor is started: what it offers decides what it is asked for.

What a Polar sensor answers on its control point, and which of its settings the tracker takes.

Byte tables: `firmware_notes/04-polar.md`, "Control" and "Settings".
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from enum import IntEnum
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from tracker.domain import FaultReason, SensorError
from tracker.sensors.base import (
    Attempt,
    Decide,
    Expect,
    MalformedError,
    Pause,
    Read,
    Subscribe,
    Unsubscribe,
    Write,
    newest,
)
from tracker.sensors.polar.packets import CONTROL_UUID, DATA_UUID, Measurement

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from tracker.sensors.base import Heard, Step

FEATURES: Final = 0x0F
"""First byte of what the control point reads as."""

REPLY: Final = 0xF0
STOPPED: Final = 0x01
"""First byte of what comes unasked: these streams were ended by the sensor."""

REPLY_BYTES: Final = 5
"""Reply, op, measurement, status and whether more follows; the parameters come behind."""

FEATURE_BITS: Final = MappingProxyType(
    {
        Measurement.ECG: 0,
        Measurement.PPG: 1,
        Measurement.ACC: 2,
        Measurement.PPI: 3,
        Measurement.GYRO: 5,
        Measurement.MAG: 6,
        Measurement.SKIN_TEMPERATURE: 7,
        Measurement.SDK_MODE: 9,
        Measurement.LOCATION: 10,
        Measurement.PRESSURE: 11,
        Measurement.TEMPERATURE: 12,
    }
)
"""Which bit of the feature bytes says that a sensor has it."""

BEST_RATE_HZ: Final = 104
"""An edge of the lockout is found to 10 ms, and a frame is full after half a second."""

LEAST_RANGE: Final = MappingProxyType({Measurement.ACC: 8, Measurement.GYRO: 1000})
"""A rep stays below ±2 g and 250 degrees/s; the rest is room for plates that land and bumps."""


class Op(IntEnum):
    """What the control point is asked to do."""

    GET_SETTINGS = 1
    START = 2
    STOP = 3


class Status(IntEnum):
    """How that went."""

    SUCCESS = 0
    INVALID_OP = 1
    INVALID_TYPE = 2
    NOT_SUPPORTED = 3
    INVALID_LENGTH = 4
    INVALID_PARAMETER = 5
    ALREADY_IN_STATE = 6
    INVALID_RESOLUTION = 7
    INVALID_RATE = 8
    INVALID_RANGE = 9
    INVALID_MTU = 10
    INVALID_CHANNELS = 11
    INVALID_STATE = 12
    IN_CHARGER = 13
    DISK_FULL = 14


class Setting(IntEnum):
    """What a stream can be set to."""

    SAMPLE_RATE = 0
    RESOLUTION = 1
    RANGE = 2
    RANGE_MILLIUNIT = 3
    CHANNELS = 4
    FACTOR = 5
    SECURITY = 6


VALUES: Final = MappingProxyType(
    {
        Setting.SAMPLE_RATE: struct.Struct("<H"),
        Setting.RESOLUTION: struct.Struct("<H"),
        Setting.RANGE: struct.Struct("<H"),
        Setting.RANGE_MILLIUNIT: struct.Struct("<i"),
        Setting.CHANNELS: struct.Struct("<B"),
        Setting.FACTOR: struct.Struct("<f"),
        Setting.SECURITY: struct.Struct("<16s"),
    }
)
"""How a value of each setting is stored."""

Values = tuple[int | float | bytes, ...]


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer of the control point."""

    op: int
    measurement: int
    status: int
    more: bool
    """Whether another answer goes on with the parameters."""
    parameters: bytes


def decode_reply(data: bytes) -> Reply | None:
    """Return an answer; None if it is none or too short."""
    if len(data) < REPLY_BYTES - 1 or data[0] != REPLY:
        return None
    more = len(data) >= REPLY_BYTES and data[REPLY_BYTES - 1] != 0
    return Reply(data[1], data[2], data[3], more, data[REPLY_BYTES:])


def decode_features(data: bytes) -> frozenset[Measurement]:
    """Return what a sensor has; nothing if this is no list of features."""
    if len(data) < 2 or data[0] != FEATURES:
        return frozenset()
    bits = int.from_bytes(data[1:3], "little")
    return frozenset(each for each, bit in FEATURE_BITS.items() if bits >> bit & 1)


def decode_settings(data: bytes) -> dict[Setting, Values]:
    """Return the values that are offered of each setting.

    Raises
    ------
    MalformedError
        If a setting is not known or cut short.
    """
    settings: dict[Setting, Values] = {}
    at = 0
    while at < len(data):
        number, count = data[at], int.from_bytes(data[at + 1 : at + 2], "little")
        if number not in VALUES or at + 1 >= len(data):
            raise MalformedError(FaultReason.FORMAT, f"nothing is known about setting {number}")
        layout = VALUES[Setting(number)]
        at, end = at + 2, at + 2 + count * layout.size
        if end > len(data):
            raise MalformedError(
                FaultReason.LENGTH,
                f"setting {number} needs {end - at} bytes, got {len(data) - at}",
            )
        settings[Setting(number)] = tuple(value for (value,) in layout.iter_unpack(data[at:end]))
        at = end
    return settings


def encode_settings(chosen: Mapping[Setting, int | float]) -> bytes:
    """Return one value of each setting, as a start takes them; a factor is never sent."""
    return b"".join(
        bytes((setting, 1)) + VALUES[setting].pack(value)
        for setting, value in sorted(chosen.items())
        if setting not in (Setting.FACTOR, Setting.SECURITY)
    )


def chosen(measurement: Measurement, offered: Mapping[Setting, Values]) -> dict[Setting, int]:
    """Return one value of each setting that is offered.

    The rate is the one nearest to 104 Hz, the range the smallest that is large enough.
    """
    choice: dict[Setting, int] = {}
    for setting, values in offered.items():
        numbers = sorted(value for value in values if isinstance(value, int))
        if not numbers or setting in (Setting.FACTOR, Setting.SECURITY):
            continue
        match setting:
            case Setting.SAMPLE_RATE:
                choice[setting] = min(numbers, key=lambda rate: abs(rate - BEST_RATE_HZ))
            case Setting.RANGE:
                choice[setting] = _enough(numbers, LEAST_RANGE.get(measurement, 0))
            case _:
                choice[setting] = numbers[-1]
    return choice


def _enough(numbers: Sequence[int], least: int) -> int:
    """Return the smallest number that is large enough, or else the largest."""
    return next((number for number in numbers if number >= least), numbers[-1])


REPLY_TIMEOUT_S: Final = 3.0
MORE_S: Final = 0.3
"""Answers that go on come in the next connection events."""

MOST_MORE: Final = 10
"""How often to wait for the rest of an answer."""

LEAST_MTU: Final = 232
"""36 samples of an H10 need 226 bytes, other frames up to 229, and Bluetooth 3 more."""

_DONE: Final = frozenset({Status.SUCCESS, Status.ALREADY_IN_STATE})

_ADVICE: Final[Mapping[int | None, str]] = MappingProxyType(
    {
        Status.INVALID_MTU: "Its packets do not fit this Bluetooth adapter: try another one.",
        Status.IN_CHARGER: "Take it out of the charger.",
    }
)
_STATUS_NAMES: Final[Mapping[int | None, str]] = MappingProxyType(
    {status.value: status.name.lower().replace("_", " ") for status in Status}
)
_OTHER_ADVICE: Final = "Close other programs that use it, switch it off and on, and try again."


def command(op: Op, measurement: Measurement, parameters: bytes = b"") -> bytes:
    """Return what is written to the control point."""
    return bytes((op, measurement)) + parameters


def _ask(op: Op, measurement: Measurement, parameters: bytes = b"") -> tuple[Step, ...]:
    return (
        Write(CONTROL_UUID, command(op, measurement, parameters)),
        Expect(CONTROL_UUID, bytes((REPLY, op, measurement)), REPLY_TIMEOUT_S),
    )


def _replies(heard: Heard, op: Op, measurement: Measurement) -> list[Reply]:
    all_replies = (decode_reply(each.data) for each in heard if each.channel == CONTROL_UUID)
    return [
        reply
        for reply in all_replies
        if reply is not None and (reply.op, reply.measurement) == (op, measurement)
    ]


def _begin(heard: Heard) -> tuple[Step, ...]:
    """Decide what to start, by what the sensor has."""
    features = decode_features(newest(heard, CONTROL_UUID, bytes((FEATURES,))) or b"")
    if Measurement.ACC not in features:
        raise SensorError(
            "This Polar sensor does not stream acceleration.",
            "A Verity Sense, an OH1+, an H10 or a 360 does.",
        )
    if Measurement.GYRO not in features:
        return _negotiate(Measurement.ACC, _must)
    # The angular rate first, so that it is known to come when the first acceleration does.
    both = (
        *_negotiate(Measurement.GYRO, _may),
        *_negotiate(Measurement.ACC, _must),
    )
    if Measurement.SDK_MODE in features:
        # It opens the rates above 52 Hz. Without it the sensor works, with more delay.
        return (Attempt(_ask(Op.START, Measurement.SDK_MODE)), *both)
    return both


def _negotiate(
    measurement: Measurement, refused: Callable[[Measurement, int | None], tuple[Step, ...]]
) -> tuple[Step, ...]:
    """Return the steps that ask for settings and start; `refused` tells what if it will not."""

    def offer(heard: Heard, waited: int = 0) -> tuple[Step, ...]:
        replies = _replies(heard, Op.GET_SETTINGS, measurement)
        if not replies or replies[-1].status != Status.SUCCESS:
            return refused(measurement, _status(replies))
        if replies[-1].more and waited < MOST_MORE:
            return (Pause(MORE_S), Decide(lambda later: offer(later, waited + 1)))
        try:
            offered = decode_settings(b"".join(reply.parameters for reply in replies))
        except MalformedError:
            return refused(measurement, Status.INVALID_PARAMETER)
        settings = encode_settings(chosen(measurement, offered))
        return (
            Attempt(_ask(Op.START, measurement, settings)),
            Decide(started),
        )

    def started(heard: Heard) -> tuple[Step, ...]:
        replies = _replies(heard, Op.START, measurement)
        if replies and replies[-1].status in _DONE:
            return ()
        return refused(measurement, _status(replies))

    return (Attempt(_ask(Op.GET_SETTINGS, measurement)), Decide(offer))


def _status(replies: list[Reply]) -> int | None:
    return replies[-1].status if replies else None


def _must(measurement: Measurement, status: int | None) -> tuple[Step, ...]:
    why = "it did not answer" if status is None else f"it answered with status {status}"
    if status in _STATUS_NAMES:
        why += f", {_STATUS_NAMES[status]}"
    raise SensorError(
        f"The sensor was asked for {measurement.name} data: {why}.",
        _ADVICE.get(status, _OTHER_ADVICE),
    )


def _may(_measurement: Measurement, _status: int | None) -> tuple[Step, ...]:
    return ()


def _stop_all(measurements: Iterable[Measurement]) -> tuple[Step, ...]:
    return tuple(Attempt(_ask(Op.STOP, measurement)) for measurement in measurements)


_STREAMS: Final = (Measurement.GYRO, Measurement.ACC)

START: Final[tuple[Step, ...]] = (
    Subscribe(CONTROL_UUID),
    Read(CONTROL_UUID),
    # Streams may be left over from a program that ended without a word.
    *_stop_all(_STREAMS),
    Subscribe(DATA_UUID),
    Decide(_begin),
)

STOP: Final[tuple[Step, ...]] = (
    *(Write(CONTROL_UUID, command(Op.STOP, measurement)) for measurement in _STREAMS),
    Write(CONTROL_UUID, command(Op.STOP, Measurement.SDK_MODE)),
    Unsubscribe(DATA_UUID),
    Unsubscribe(CONTROL_UUID),
)
"""An H10 that is not told to stop stays on until its battery is empty."""
