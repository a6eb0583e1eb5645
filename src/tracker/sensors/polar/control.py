"""The control point of a Polar sensor: replies, settings, and the scripts that start and stop it.

What the sensor offers decides what it is asked for. Byte tables: `firmware_notes/04-polar.md`,
"Control" and "Settings".
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from enum import IntEnum
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
    from collections.abc import Callable, Iterable, Mapping

    from tracker.sensors.base import Responses, Step

FEATURES: Final = 0x0F
"""First byte of the control point's value."""

REPLY: Final = 0xF0
STOPPED: Final = 0x01
"""First byte of an unsolicited message: the sensor has ended these streams."""

REPLY_BYTES: Final = 5
"""Reply, op, measurement, status and whether more follows; then come the parameters."""

BEST_RATE_HZ: Final = 104
"""Enough to time a lockout to 10 ms, while a frame still fills in half a second."""

LEAST_RANGE: Final[Mapping[Measurement, int]] = {Measurement.ACC: 8, Measurement.GYRO: 1000}
"""A rep stays below ±2 g and 250 degrees/s; the rest is for landing plates and bumps."""

REPLY_TIMEOUT_S: Final = 3.0
MORE_S: Final = 0.3
"""The rest of a long reply comes in the next connection events."""

MAX_WAITS: Final = 10
"""How often to wait for the rest of a reply."""

LEAST_MTU: Final = 232
"""36 samples of an H10 need 226 bytes, other frames up to 229, and Bluetooth 3 more."""


class Op(IntEnum):
    """Request to the control point."""

    GET_SETTINGS = 1
    START = 2
    STOP = 3


class Status(IntEnum):
    """Result of a request."""

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
    """Setting of a stream."""

    SAMPLE_RATE = 0
    RESOLUTION = 1
    RANGE = 2
    RANGE_MILLIUNIT = 3
    CHANNELS = 4
    FACTOR = 5
    SECURITY = 6


VALUES: Final[Mapping[Setting, struct.Struct]] = {
    Setting.SAMPLE_RATE: struct.Struct("<H"),
    Setting.RESOLUTION: struct.Struct("<H"),
    Setting.RANGE: struct.Struct("<H"),
    Setting.RANGE_MILLIUNIT: struct.Struct("<i"),
    Setting.CHANNELS: struct.Struct("<B"),
    Setting.FACTOR: struct.Struct("<f"),
    Setting.SECURITY: struct.Struct("<16s"),
}
"""Encoding of each setting's values."""

Values = tuple[int | float | bytes, ...]


@dataclass(frozen=True, slots=True)
class Reply:
    """A reply of the control point."""

    op: int
    measurement: int
    status: int
    more: bool
    """Whether another reply continues the parameters."""
    parameters: bytes


def decode_reply(data: bytes) -> Reply | None:
    """Return a reply; None if the bytes are something else or too short."""
    if len(data) < REPLY_BYTES - 1 or data[0] != REPLY:
        return None
    more = len(data) >= REPLY_BYTES and data[REPLY_BYTES - 1] != 0
    return Reply(data[1], data[2], data[3], more, data[REPLY_BYTES:])


def decode_features(data: bytes) -> frozenset[Measurement]:
    """Return what a sensor can measure; nothing if `data` is no list of features."""
    if len(data) < 2 or data[0] != FEATURES:
        return frozenset()
    bits = int.from_bytes(data[1:3], "little")
    # Each measurement's number is also its bit.
    return frozenset(each for each in Measurement if bits >> each & 1)


def decode_settings(data: bytes) -> dict[Setting, Values]:
    """Return the values on offer for each setting.

    Raises `MalformedError` if a setting is unknown or truncated.
    """
    settings: dict[Setting, Values] = {}
    at = 0
    while at < len(data):
        number, count = data[at], int.from_bytes(data[at + 1 : at + 2], "little")
        if number not in VALUES or at + 1 >= len(data):
            raise MalformedError(FaultReason.FORMAT, f"unknown setting {number}")
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
    """Return one value of each setting, as a start request takes them; factors are never sent."""
    return b"".join(
        bytes((setting, 1)) + VALUES[setting].pack(value)
        for setting, value in sorted(chosen.items())
        if setting not in (Setting.FACTOR, Setting.SECURITY)
    )


def chosen(measurement: Measurement, offered: Mapping[Setting, Values]) -> dict[Setting, int]:
    """Return one value of each setting on offer.

    The rate is the one nearest to 104 Hz, the range the smallest sufficient one.
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
                least = LEAST_RANGE.get(measurement, 0)
                choice[setting] = next((each for each in numbers if each >= least), numbers[-1])
            case _:
                choice[setting] = numbers[-1]
    return choice


_DONE: Final = frozenset({Status.SUCCESS, Status.ALREADY_IN_STATE})

_ADVICE: Final[Mapping[int | None, str]] = {
    Status.INVALID_MTU: "Its packets are too large for this adapter: try another one.",
    Status.IN_CHARGER: "Take it out of the charger.",
}
_STATUS_NAMES: Final[Mapping[int | None, str]] = {
    status.value: status.name.lower().replace("_", " ") for status in Status
}
_OTHER_ADVICE: Final = "Close other programs that use it, switch it off and on, and try again."


def command(op: Op, measurement: Measurement, parameters: bytes = b"") -> bytes:
    """Return a request to the control point."""
    return bytes((op, measurement)) + parameters


def _request(op: Op, measurement: Measurement, parameters: bytes = b"") -> tuple[Step, ...]:
    return (
        Write(CONTROL_UUID, command(op, measurement, parameters)),
        Expect(CONTROL_UUID, bytes((REPLY, op, measurement)), REPLY_TIMEOUT_S),
    )


def _replies(responses: Responses, op: Op, measurement: Measurement) -> list[Reply]:
    all_replies = (decode_reply(each.data) for each in responses if each.channel == CONTROL_UUID)
    return [
        reply
        for reply in all_replies
        if reply is not None and (reply.op, reply.measurement) == (op, measurement)
    ]


def _begin(responses: Responses) -> tuple[Step, ...]:
    """Choose the streams to start, by the sensor's features."""
    features = decode_features(newest(responses, CONTROL_UUID, bytes((FEATURES,))) or b"")
    if Measurement.ACC not in features:
        raise SensorError(
            "This Polar sensor does not stream acceleration.",
            "A Verity Sense, an OH1+, an H10 or a 360 does.",
        )
    if Measurement.GYRO not in features:
        return _negotiate(Measurement.ACC, _fail)
    # Angular rate first: acceleration then knows from its first frame to wait for it.
    both = (
        *_negotiate(Measurement.GYRO, _do_without),
        *_negotiate(Measurement.ACC, _fail),
    )
    if Measurement.SDK_MODE in features:
        # It unlocks rates above 52 Hz. Without it the sensor works, with more delay.
        return (Attempt(_request(Op.START, Measurement.SDK_MODE)), *both)
    return both


def _negotiate(
    measurement: Measurement, refused: Callable[[Measurement, int | None], tuple[Step, ...]]
) -> tuple[Step, ...]:
    """Return the steps that query settings and start a stream; `refused` handles a refusal."""

    def offer(responses: Responses, waited: int = 0) -> tuple[Step, ...]:
        replies = _replies(responses, Op.GET_SETTINGS, measurement)
        if not replies or replies[-1].status != Status.SUCCESS:
            return refused(measurement, _status(replies))
        if replies[-1].more and waited < MAX_WAITS:
            return (Pause(MORE_S), Decide(lambda later: offer(later, waited + 1)))
        try:
            offered = decode_settings(b"".join(reply.parameters for reply in replies))
        except MalformedError:
            return refused(measurement, Status.INVALID_PARAMETER)
        settings = encode_settings(chosen(measurement, offered))
        return (
            Attempt(_request(Op.START, measurement, settings)),
            Decide(started),
        )

    def started(responses: Responses) -> tuple[Step, ...]:
        replies = _replies(responses, Op.START, measurement)
        if replies and replies[-1].status in _DONE:
            return ()
        return refused(measurement, _status(replies))

    return (Attempt(_request(Op.GET_SETTINGS, measurement)), Decide(offer))


def _status(replies: list[Reply]) -> int | None:
    return replies[-1].status if replies else None


def _fail(measurement: Measurement, status: int | None) -> tuple[Step, ...]:
    why = "it did not reply" if status is None else f"it replied with status {status}"
    if status in _STATUS_NAMES:
        why += f", {_STATUS_NAMES[status]}"
    raise SensorError(
        f"The sensor did not start its {measurement.name} stream: {why}.",
        _ADVICE.get(status, _OTHER_ADVICE),
    )


def _do_without(_measurement: Measurement, _status: int | None) -> tuple[Step, ...]:
    return ()


def _stop_all(measurements: Iterable[Measurement]) -> tuple[Step, ...]:
    return tuple(Attempt(_request(Op.STOP, measurement)) for measurement in measurements)


_STREAMS: Final = (Measurement.GYRO, Measurement.ACC)

START: Final[tuple[Step, ...]] = (
    Subscribe(CONTROL_UUID),
    Read(CONTROL_UUID),
    # An earlier program may have ended without stopping its streams.
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
"""Without a stop, an H10 stays on until its battery is empty."""
