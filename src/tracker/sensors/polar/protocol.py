"""The bytes of a Polar sensor: samples, the control point, and the scripts that start and stop it.

What the sensor offers decides what it is asked for. Byte tables: `firmware_notes/04-polar.md`.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING, Final

import numpy as np

from tracker.domain import FaultReason, SensorError
from tracker.language import _
from tracker.sensors.base import (
    Attempt,
    Decide,
    Expect,
    MalformedError,
    Pause,
    Read,
    Responses,
    Step,
    Subscribe,
    Unsubscribe,
    Write,
    check_length,
    newest,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from numpy.typing import NDArray

SERVICE_UUID: Final = "fb005c80-02e7-f387-1cad-8acd2d8df0c8"
CONTROL_UUID: Final = "fb005c81-02e7-f387-1cad-8acd2d8df0c8"
DATA_UUID: Final = "fb005c82-02e7-f387-1cad-8acd2d8df0c8"
COMPANY_ID: Final = 0x006B

# 04-polar.md, "Frame": type u8, stamp u64, frame type u8.
HEADER: Final = struct.Struct("<BQB")
TYPE_MASK: Final = 0x3F
COMPRESSED: Final = 0x80

# 04-polar.md, "Compressed samples": bit width u8, number of samples u8.
BLOCK: Final = struct.Struct("<BB")
WIDEST_DELTA: Final = 32
AXES: Final = 3

MOST_SAMPLES: Final = 1024
"""Samples of one frame: 115 were seen, but a block of zero-bit differences could claim more."""


class Measurement(IntEnum):
    """What a sensor can measure."""

    ECG = 0
    PPG = 1
    ACC = 2
    PPI = 3
    GYRO = 5
    MAG = 6
    SKIN_TEMPERATURE = 7
    SDK_MODE = 9
    LOCATION = 10
    PRESSURE = 11
    TEMPERATURE = 12


@dataclass(frozen=True, slots=True)
class Layout:
    """How the samples of a frame type are stored."""

    value_bytes: int
    """Bytes of a value of one axis; of the first one, if the others are differences."""
    unit: float
    """One count, g or degrees/s, before the device's factor."""
    scaled: bool = True
    """Whether the device's factor applies."""
    floats: bool = False
    """Whether values are the bits of a float32."""


LAYOUTS: Final[Mapping[tuple[int, int], Layout]] = {
    (Measurement.ACC, 0): Layout(1, 1e-3, scaled=False),
    (Measurement.ACC, 1): Layout(2, 1e-3, scaled=False),
    (Measurement.ACC, 2): Layout(3, 1e-3, scaled=False),
    (Measurement.ACC, COMPRESSED | 0): Layout(2, 1.0),
    (Measurement.ACC, COMPRESSED | 1): Layout(2, 1e-3),
    (Measurement.GYRO, COMPRESSED | 0): Layout(2, 1.0),
    (Measurement.GYRO, COMPRESSED | 1): Layout(4, 1.0, floats=True),
}
"""The frame types that carry motion, by measurement and frame type byte."""


@dataclass(frozen=True, slots=True)
class FrameHeader:
    """What precedes the samples of a frame."""

    measurement: int
    """Which stream it belongs to: a `Measurement`, if known."""
    stamp_ns: int
    """Time of the **last** sample, ns of the sensor's clock."""
    frame_type: int
    """How the samples are stored; bit 7 means compressed."""


def decode_header(data: bytes) -> tuple[FrameHeader, bytes]:
    """Return a frame's header and its content.

    Raises `MalformedError` if it is shorter than a header.
    """
    check_length(data, HEADER.size, _("a header"), exact=False)
    kind, stamp_ns, frame_type = HEADER.unpack_from(data)
    return FrameHeader(kind & TYPE_MASK, stamp_ns, frame_type), data[HEADER.size :]


def decode_samples(header: FrameHeader, content: bytes, factor: float) -> NDArray[np.float64]:
    """Return samples of acceleration (g) or angular rate (degrees/s), shape (n, 3).

    Raises `MalformedError` if the frame type is unknown, or the content does not match it.
    """
    layout = LAYOUTS.get((header.measurement, header.frame_type))
    if layout is None:
        unknown = (
            _("unknown compressed frame type {type} of measurement {measurement}")
            if header.frame_type & COMPRESSED
            else _("unknown frame type {type} of measurement {measurement}")
        )
        raise MalformedError(
            FaultReason.FORMAT,
            unknown.format(type=header.frame_type & ~COMPRESSED, measurement=header.measurement),
        )
    if header.frame_type & COMPRESSED:
        counts = decode_deltas(content, AXES, 8 * layout.value_bytes)
    else:
        counts = _plain(content, AXES, layout.value_bytes)
    if not len(counts):
        raise MalformedError(FaultReason.LENGTH, _("expected at least one sample, got none"))
    with np.errstate(invalid="ignore"):  # a signalling NaN stays a NaN
        values: NDArray[np.float64] = (
            counts.astype("<u4").view("<f4") if layout.floats else counts
        ).astype(np.float64)
    return values * (layout.unit * factor if layout.scaled else layout.unit)


def decode_deltas(content: bytes, channels: int, bits: int) -> NDArray[np.int64]:
    """Return samples stored as a first one and differences, shape (n, channels).

    A value of the first sample has so many `bits`; with 32, values wrap as unsigned ones. Blocks
    of differences follow. Raises `MalformedError` if one is malformed or longer than the rest of
    the content.
    """
    at = channels * bits // 8
    parts = [_plain(content[:at], channels, bits // 8)]
    if not len(parts[0]):
        raise MalformedError(
            FaultReason.LENGTH,
            _("expected a first sample of {size} bytes, got {got}").format(
                size=at, got=len(content)
            ),
        )
    samples = 1
    while at < len(content):
        if len(content) - at < BLOCK.size:
            raise MalformedError(FaultReason.LENGTH, _("a block of differences has no header"))
        width, count = BLOCK.unpack_from(content, at)
        at += BLOCK.size
        samples += count
        if width > WIDEST_DELTA or samples > MOST_SAMPLES:
            raise MalformedError(
                FaultReason.FORMAT,
                _("a block claims {count} differences of {width} bits").format(
                    count=count, width=width
                ),
            )
        end = at + -(-channels * width * count // 8)
        if end > len(content):
            raise MalformedError(
                FaultReason.LENGTH,
                _("a block needs {size} bytes, got {got}").format(
                    size=end - at, got=len(content) - at
                ),
            )
        parts.append(_unpacked(content[at:end], width, count * channels).reshape(-1, channels))
        at = end
    total = np.cumsum(np.concatenate(parts), axis=0)
    return total & 0xFFFFFFFF if bits == WIDEST_DELTA else total


def _plain(content: bytes, channels: int, value_bytes: int) -> NDArray[np.int64]:
    """Return signed little-endian values, shape (n, channels)."""
    sample_bytes = channels * value_bytes
    if len(content) % sample_bytes:
        raise MalformedError(
            FaultReason.LENGTH,
            _("expected a multiple of {size} bytes, got {got}").format(
                size=sample_bytes, got=len(content)
            ),
        )
    octets = np.frombuffer(content, "u1").reshape(-1, value_bytes)
    bits = np.unpackbits(octets, axis=1, bitorder="little")
    return _signed(bits).reshape(-1, channels)


def _unpacked(packed: bytes, width: int, count: int) -> NDArray[np.int64]:
    """Return `count` two's complement numbers of `width` bits, lowest bit first."""
    if not width:
        return np.zeros(count, dtype=np.int64)
    bits = np.unpackbits(np.frombuffer(packed, "u1"), count=width * count, bitorder="little")
    return _signed(bits.reshape(count, width))


def _signed(bits: NDArray[np.uint8]) -> NDArray[np.int64]:
    """Return the numbers in rows of bits, lowest bit first."""
    weights = np.int64(1) << np.arange(bits.shape[1], dtype=np.int64)
    weights[-1] *= -1
    return bits.astype(np.int64) @ weights


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
            raise MalformedError(
                FaultReason.FORMAT, _("unknown setting {number}").format(number=number)
            )
        layout = VALUES[Setting(number)]
        at, end = at + 2, at + 2 + count * layout.size
        if end > len(data):
            raise MalformedError(
                FaultReason.LENGTH,
                _("setting {number} needs {size} bytes, got {got}").format(
                    number=number, size=end - at, got=len(data) - at
                ),
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
    Status.INVALID_MTU: _("Its packets are too large for this adapter: try another one."),
    Status.IN_CHARGER: _("Take it out of the charger."),
}
_STATUS_NAMES: Final[Mapping[int | None, str]] = {
    status.value: status.name.lower().replace("_", " ") for status in Status
}
_OTHER_ADVICE: Final = _("Close other programs that use it, switch it off and on, and try again.")


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
            _("This Polar sensor does not stream acceleration."),
            _("A Verity Sense, an OH1+, an H10 or a 360 does."),
        )
    if Measurement.GYRO not in features:
        return _negotiate(Measurement.ACC, _fail)
    # Angular rate first: acceleration then knows from its first frame to wait for it.
    both = (
        *_negotiate(Measurement.GYRO, lambda _measurement, _status: ()),
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
    message = (
        _("The sensor did not start its {stream} stream: it did not reply.")
        if status is None
        else _("The sensor did not start its {stream} stream: it replied with status {status}.")
    )
    told = f"{status}, {_STATUS_NAMES[status]}" if status in _STATUS_NAMES else status
    raise SensorError(
        message.format(stream=measurement.name, status=told),
        _ADVICE.get(status, _OTHER_ADVICE),
    )


_STREAMS: Final = (Measurement.GYRO, Measurement.ACC)

START: Final[tuple[Step, ...]] = (
    Subscribe(CONTROL_UUID),
    Read(CONTROL_UUID),
    # An earlier program may have ended without stopping its streams.
    *(Attempt(_request(Op.STOP, measurement)) for measurement in _STREAMS),
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
