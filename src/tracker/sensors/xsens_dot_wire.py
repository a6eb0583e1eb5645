"""The measurement payloads of a Movella DOT, and the ids of its characteristics.

Byte tables: `firmware_notes/06-xsens-dot.md`.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

import numpy as np

from tracker.domain import FaultReason
from tracker.domain.units import RADPS_PER_DPS, STANDARD_GRAVITY_MPS2
from tracker.sensors.faults import MalformedError

if TYPE_CHECKING:
    from numpy.typing import NDArray


def _uuid(short: int) -> str:
    """Return the id of a characteristic or service of the DOT."""
    return f"1517{short:04x}-4947-11e9-8646-d663bd873d93"


CONFIGURATION_SERVICE_UUID: Final = _uuid(0x1000)
INFO_UUID: Final = _uuid(0x1001)
CONTROL_UUID: Final = _uuid(0x1002)
MEASUREMENT_SERVICE_UUID: Final = _uuid(0x2000)
MEASUREMENT_UUID: Final = _uuid(0x2001)
LONG_UUID: Final = _uuid(0x2002)
MEDIUM_UUID: Final = _uuid(0x2003)
SHORT_UUID: Final = _uuid(0x2004)
BATTERY_UUID: Final = _uuid(0x3001)

STAMP_MODULUS_US: Final = 1 << 32
"""The stamp counts µs in 32 bits: it wraps every 71 min 35 s."""

ACC_RANGE_MPS2: Final = 16 * STANDARD_GRAVITY_MPS2
GYRO_RANGE_RADPS: Final = 2000 * RADPS_PER_DPS

CLIPPED_SHARE: Final = 0.998
"""Calibration moves the end of the range a little; nothing real stays this close to it."""

IMPOSSIBLE_SHARE: Final = 2.0
"""No chip measures twice its range: such bytes are not what the mode says."""

CLIPPING_BITS: Final = 0x003F
"""Status bits 0 to 2 say that an axis of the accelerometer clipped, 3 to 5 of the gyroscope."""

_VECTOR: Final = struct.Struct("<3f")
_STAMP: Final = struct.Struct("<I")
_STATUS: Final = struct.Struct("<H")


@dataclass(frozen=True, slots=True)
class Mode:
    """Where the values that we use stand in a payload of one measurement mode."""

    channel: str
    """UUID of the characteristic that notifies it."""
    size: int
    """Bytes of the payload; zeros follow, up to the length of the characteristic."""
    acc_at: int
    """Offset of the acceleration, three float32, m/s²."""
    gyro_at: int | None = None
    """Offset of the angular rate, three float32, degrees/s; None if the mode has none."""
    status_at: int | None = None
    """Offset of the status word, u16; None if the mode has none."""


CHANNEL_BYTES: Final = MappingProxyType({SHORT_UUID: 20, MEDIUM_UUID: 40, LONG_UUID: 63})
"""Lengths of the characteristics, to which payloads are filled up."""

MODES: Final = MappingProxyType(
    {
        2: Mode(MEDIUM_UUID, 36, acc_at=20, status_at=32),
        6: Mode(SHORT_UUID, 16, acc_at=4),
        20: Mode(MEDIUM_UUID, 34, acc_at=4, gyro_at=16),
        21: Mode(MEDIUM_UUID, 28, acc_at=4, gyro_at=16),
        26: Mode(LONG_UUID, 44, acc_at=20, gyro_at=32),
    }
)
"""06-xsens-dot.md, "Payloads"; gravity is missing from the acceleration of modes 2 and 6."""

STREAMING_MODE: Final = 21
"""What we start: acceleration with gravity, and angular rate, in 28 bytes."""


@dataclass(frozen=True, slots=True, eq=False)
class Payload:
    """One sample, taken apart."""

    stamp_us: int
    """Time since the sensor booted, µs, modulo 2**32."""
    acc_mps2: NDArray[np.float64]
    """Shape (1, 3)."""
    gyro_radps: NDArray[np.float64] | None
    """Shape (1, 3), or None."""
    saturated: bool
    """Whether an axis is at the end of what the chip measures."""


def encode_payload(
    mode: int,
    stamp_us: int,
    acc_mps2: NDArray[np.float64],
    gyro_radps: NDArray[np.float64] | None,
) -> bytes:
    """Return one sample as the sensor would notify it.

    Parameters
    ----------
    mode
        One of `MODES`.
    stamp_us
        Time since boot, µs; may run past 32 bits.
    acc_mps2
        Acceleration, m/s², shape (3,); what is beyond the range is cut to it.
    gyro_radps
        Angular rate, rad/s, shape (3,); None exactly where the mode has none.

    Raises
    ------
    ValueError
        If there is a rate without a place for it, or a place without a rate.
    """
    layout = MODES[mode]
    data = bytearray(CHANNEL_BYTES[layout.channel])
    _STAMP.pack_into(data, 0, stamp_us % STAMP_MODULUS_US)
    acc = np.clip(acc_mps2, -ACC_RANGE_MPS2, ACC_RANGE_MPS2)
    _VECTOR.pack_into(data, layout.acc_at, *acc)
    if (gyro_radps is None) != (layout.gyro_at is None):
        raise ValueError(f"expected a rate exactly where mode {mode} has one")
    if gyro_radps is not None and layout.gyro_at is not None:
        gyro = np.clip(gyro_radps, -GYRO_RANGE_RADPS, GYRO_RANGE_RADPS) / RADPS_PER_DPS
        _VECTOR.pack_into(data, layout.gyro_at, *gyro)
    return bytes(data)


def decode_payload(mode: int, data: bytes) -> Payload:
    """Return the values of one notification.

    Raises
    ------
    MalformedError
        If the bytes are no payload of that mode.
    """
    layout = MODES[mode]
    longest = CHANNEL_BYTES[layout.channel]
    if not layout.size <= len(data) <= longest:
        raise MalformedError(
            FaultReason.LENGTH,
            f"expected {layout.size} to {longest} bytes of mode {mode}, got {len(data)}",
        )
    acc_mps2 = _vector(data, layout.acc_at)
    gyro_radps = None if layout.gyro_at is None else _vector(data, layout.gyro_at) * RADPS_PER_DPS
    shares = [acc_mps2 / ACC_RANGE_MPS2]
    if gyro_radps is not None:
        shares.append(gyro_radps / GYRO_RANGE_RADPS)
    largest = float(np.abs(np.concatenate(shares)).max())
    if not np.isfinite(largest):
        raise MalformedError(FaultReason.NOT_FINITE, "a value is not a number")
    if largest > IMPOSSIBLE_SHARE:
        raise MalformedError(
            FaultReason.FORMAT, f"expected values of mode {mode}, got some that no chip measures"
        )
    clipped = layout.status_at is not None and bool(
        _STATUS.unpack_from(data, layout.status_at)[0] & CLIPPING_BITS
    )
    (stamp_us,) = _STAMP.unpack_from(data)
    return Payload(stamp_us, acc_mps2, gyro_radps, clipped or largest >= CLIPPED_SHARE)


def _vector(data: bytes, offset: int) -> NDArray[np.float64]:
    return np.array([_VECTOR.unpack_from(data, offset)], dtype=np.float64)
