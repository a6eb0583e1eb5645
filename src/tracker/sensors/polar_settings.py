"""What a Polar sensor answers on its control point, and which of its settings the tracker takes.

Byte tables: `firmware_notes/04-polar.md`, "Control" and "Settings".
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from enum import IntEnum
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from tracker.domain import FaultReason
from tracker.sensors.faults import MalformedError
from tracker.sensors.polar_wire import Measurement

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

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
