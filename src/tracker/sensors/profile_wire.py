"""The packets of our own profile, and the ids of its characteristics.

Byte tables: `firmware_notes/01-profile.md`, "Samples" and "GATT table".
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from tracker.domain import FaultReason
from tracker.sensors.faults import MalformedError
from tracker.sensors.profile_config import VERSION

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tracker.sensors.profile_config import ProfileConfig

SERVICE_UUID: Final = "3d320001-e51c-40a5-86c9-636806027ef2"
IMU_UUID: Final = "3d320002-e51c-40a5-86c9-636806027ef2"
CONFIG_UUID: Final = "3d320003-e51c-40a5-86c9-636806027ef2"
CONTROL_UUID: Final = "3d320004-e51c-40a5-86c9-636806027ef2"

# 01-profile.md, "Packet header": version and flags u8, n u8, sequence u16, device time u32.
PACKET_HEADER: Final = struct.Struct("<BBHI")

# 01-profile.md, "Sample": int16 acc x y z, then gyro x y z where the packet has one.
COUNT: Final = np.dtype("<i2")
AXES_WITH_GYRO: Final = 6
AXES_WITHOUT_GYRO: Final = 3

GYRO_FLAG: Final = 0x01
SATURATED_FLAG: Final = 0x02
EXTENDED_FLAG: Final = 0x04

SEQUENCE_MODULUS: Final = 1 << 16
TIME_MODULUS_US: Final = 1 << 32

LEAST_MTU: Final = 23
"""The smallest ATT MTU that Bluetooth allows, bytes."""

NOTIFICATION_OVERHEAD: Final = 3
"""ATT opcode and handle in front of every notification's value, bytes."""

MOST_SAMPLES: Final = 255
"""What the header's n can say."""

LEAST_PACKETS_HZ: Final = 20
"""A packet waits for its last sample; a rep should be on the screen 0.1 s after it happened."""


@dataclass(frozen=True, slots=True, eq=False)
class Packet:
    """One packet, taken apart but not yet in units."""

    sequence: int
    """Packet counter, modulo 2**16."""
    device_time_us: int
    """Device time of the first sample, µs, modulo 2**32."""
    acc_counts: NDArray[np.int16]
    """Shape (n, 3)."""
    gyro_counts: NDArray[np.int16] | None
    """Shape (n, 3), or None."""
    saturated: bool
    """Whether some value is at the end of the chip's range."""


def encode_packet(
    config: ProfileConfig,
    sequence: int,
    device_time_us: int,
    acc_counts: NDArray[np.int16],
    gyro_counts: NDArray[np.int16] | None,
) -> bytes:
    """Return one packet as the sensor would notify it.

    Parameters
    ----------
    config
        What the sensor is set to.
    sequence
        Packets made since boot; may run past 16 bits.
    device_time_us
        Device time of the first sample, µs since boot; may run past 32 bits.
    acc_counts
        Accelerometer, counts, shape (n, 3).
    gyro_counts
        Gyroscope, counts, shape (n, 3); None exactly where `config` has none.

    Raises
    ------
    ValueError
        If the shapes do not fit together or to the configuration.
    """
    if (gyro_counts is None) != (config.gyro_range_dps is None):
        raise ValueError("expected gyroscope counts exactly where the configuration has a range")
    n = len(acc_counts)
    if not 1 <= n <= MOST_SAMPLES:
        raise ValueError(f"expected 1 to {MOST_SAMPLES} samples in a packet, got {n}")
    signals = (acc_counts,) if gyro_counts is None else (acc_counts, gyro_counts)
    for signal in signals:
        if signal.shape != (n, 3):
            raise ValueError(f"expected counts of shape {(n, 3)}, got {signal.shape}")
    counts = np.hstack(signals).astype(COUNT, copy=False)

    limits = np.iinfo(COUNT)
    flags = 0 if gyro_counts is None else GYRO_FLAG
    if np.any((counts == limits.min) | (counts == limits.max)):
        flags |= SATURATED_FLAG
    header = PACKET_HEADER.pack(
        VERSION << 4 | flags, n, sequence % SEQUENCE_MODULUS, device_time_us % TIME_MODULUS_US
    )
    return header + counts.tobytes()


def decode_packet(data: bytes) -> Packet:
    """Return a packet's fields and counts.

    Raises
    ------
    MalformedError
        If the bytes do not follow the note.
    """
    if len(data) < PACKET_HEADER.size:
        raise MalformedError(
            FaultReason.LENGTH, f"expected a header of {PACKET_HEADER.size} bytes, got {len(data)}"
        )
    version_and_flags, n, sequence, device_time_us = PACKET_HEADER.unpack_from(data)
    version = version_and_flags >> 4
    if version != VERSION:
        raise MalformedError(
            FaultReason.VERSION, f"expected packet version {VERSION}, got {version}"
        )
    if n == 0:
        raise MalformedError(FaultReason.FORMAT, "expected at least one sample, got n = 0")
    start = PACKET_HEADER.size
    if version_and_flags & EXTENDED_FLAG:
        # Without even the length byte the packet is short by everything that follows it.
        start += 1 + (data[start] if len(data) > start else 0)
    axes = AXES_WITH_GYRO if version_and_flags & GYRO_FLAG else AXES_WITHOUT_GYRO
    expected = start + n * axes * COUNT.itemsize
    if len(data) != expected:
        raise MalformedError(
            FaultReason.LENGTH, f"expected {expected} bytes for n = {n}, got {len(data)}"
        )
    counts = np.frombuffer(data, COUNT, offset=start).reshape(n, axes)
    return Packet(
        sequence=sequence,
        device_time_us=device_time_us,
        acc_counts=counts[:, :3],
        gyro_counts=counts[:, 3:] if axes == AXES_WITH_GYRO else None,
        saturated=bool(version_and_flags & SATURATED_FLAG),
    )


def samples_per_packet(mtu: int, config: ProfileConfig) -> int:
    """Return how many samples a sensor puts into a packet (note, "How many samples").

    Raises
    ------
    ValueError
        If `mtu` is below what Bluetooth allows.
    """
    if mtu < LEAST_MTU:
        raise ValueError(f"expected an ATT MTU of at least {LEAST_MTU}, got {mtu}")
    axes = AXES_WITHOUT_GYRO if config.gyro_range_dps is None else AXES_WITH_GYRO
    room = mtu - NOTIFICATION_OVERHEAD - PACKET_HEADER.size
    fitting = room // (axes * COUNT.itemsize)
    timely = config.rate_hz // LEAST_PACKETS_HZ
    return min(fitting, timely)
