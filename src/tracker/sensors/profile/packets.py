"""The bytes of our own profile: its characteristics, its configuration and its packets.

Byte tables: `firmware_notes/01-profile.md`.
"""

from __future__ import annotations

import math
import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from tracker.domain import FaultReason
from tracker.domain.units import RADPS_PER_DPS, STANDARD_GRAVITY_MPS2
from tracker.language import _, localized
from tracker.sensors.base import MalformedError, check_length

if TYPE_CHECKING:
    from numpy.typing import NDArray

SERVICE_UUID: Final = "3d320001-e51c-40a5-86c9-636806027ef2"
IMU_UUID: Final = "3d320002-e51c-40a5-86c9-636806027ef2"
CONFIG_UUID: Final = "3d320003-e51c-40a5-86c9-636806027ef2"
CONTROL_UUID: Final = "3d320004-e51c-40a5-86c9-636806027ef2"

VERSION: Final = 1
"""Version of the configuration's format and of the packets that it describes."""

# 01-profile.md, "Configuration value": version, flags, rate, acc range, gyro range, acc LSB,
# gyro LSB, boot id.
CONFIG: Final = struct.Struct("<BBHHHffI")

# 01-profile.md, "Configuration request": the first five fields of the value.
REQUEST: Final = struct.Struct("<BBHHH")

GYRO_FLAG: Final = 0x01
"""Flag of the configuration: the sensor has a gyroscope and sends it."""

LOWEST_RATE_HZ: Final = 25
"""Any slower, and the fastest concentric (0.4 s) has fewer than ten samples."""

HIGHEST_RATE_HZ: Final = 200
"""Hips move below 10 Hz; more only costs battery and bandwidth."""

COUNTS_PER_RANGE: Final = 32768
"""Half the span of an int16: the range, unless the LSB says otherwise."""

LEAST_SPAN: Final = 0.9
"""If 32768 counts cover less than this share of the range, the LSB is wrong."""

GREATEST_SPAN: Final = 2.0
"""The same upwards: real chips stay below 1.6; an LSB in thousandths or radians is far off."""

LARGEST_U16: Final = 0xFFFF


@dataclass(frozen=True, slots=True)
class ProfileConfig:
    """The value of the config characteristic; the defaults are those that the note recommends."""

    rate_hz: int = 100
    """Nominal samples per second."""
    acc_range_g: int = 8
    """The accelerometer measures from minus to plus this, g."""
    gyro_range_dps: int | None = 1000
    """The gyroscope measures from minus to plus this, degrees/s; None without one."""
    acc_lsb_g: float | None = None
    """One accelerometer count, g; None for the range over 32768."""
    gyro_lsb_dps: float | None = None
    """One gyroscope count, degrees/s; None for the range over 32768."""
    boot_id: int = 0
    """A random number drawn at boot: a new one means that the sensor restarted."""

    def __post_init__(self) -> None:
        if not LOWEST_RATE_HZ <= self.rate_hz <= HIGHEST_RATE_HZ:
            raise ValueError(
                _("expected a rate of {lowest} to {highest} Hz, got {got}").format(
                    lowest=LOWEST_RATE_HZ, highest=HIGHEST_RATE_HZ, got=self.rate_hz
                )
            )
        _check_scale(_("accelerometer"), "g", self.acc_range_g, self.acc_lsb_g)
        if self.gyro_range_dps is not None:
            # Translators: a unit.
            unit = _("degrees/s")
            _check_scale(_("gyroscope"), unit, self.gyro_range_dps, self.gyro_lsb_dps)
        elif self.gyro_lsb_dps is not None:
            raise ValueError(_("expected no gyroscope LSB without a gyroscope range"))
        if not 0 <= self.boot_id < 1 << 32:
            raise ValueError(
                _("expected a boot id of 32 bits, got {boot_id}").format(boot_id=self.boot_id)
            )

    @property
    def acc_count_g(self) -> float:
        """One accelerometer count, g."""
        return self.acc_lsb_g or self.acc_range_g / COUNTS_PER_RANGE

    @property
    def gyro_count_dps(self) -> float | None:
        """One gyroscope count, degrees/s, or None without a gyroscope."""
        if self.gyro_range_dps is None:
            return None
        return self.gyro_lsb_dps or self.gyro_range_dps / COUNTS_PER_RANGE

    @property
    def acc_scale_mps2(self) -> float:
        """One accelerometer count, m/s²."""
        return self.acc_count_g * STANDARD_GRAVITY_MPS2

    @property
    def gyro_scale_radps(self) -> float | None:
        """One gyroscope count, rad/s, or None without a gyroscope."""
        count_dps = self.gyro_count_dps
        return None if count_dps is None else count_dps * RADPS_PER_DPS

    def acc_counts(self, acc_mps2: NDArray[np.float64]) -> NDArray[np.int16]:
        """Return what the accelerometer would count, saturated at its ends, shape (n, 3)."""
        return _counts(acc_mps2, self.acc_scale_mps2)

    def gyro_counts(self, gyro_radps: NDArray[np.float64]) -> NDArray[np.int16]:
        """Return what the gyroscope would count, saturated at its ends, shape (n, 3).

        Raises `ValueError` if this sensor has no gyroscope.
        """
        scale_radps = self.gyro_scale_radps
        if scale_radps is None:
            raise ValueError("expected a configuration with a gyroscope, got one without")
        return _counts(gyro_radps, scale_radps)

    def encode(self) -> bytes:
        """Return the value of the config characteristic."""
        return CONFIG.pack(
            VERSION,
            0 if self.gyro_range_dps is None else GYRO_FLAG,
            self.rate_hz,
            self.acc_range_g,
            self.gyro_range_dps or 0,
            self.acc_count_g,
            self.gyro_count_dps or 0.0,
            self.boot_id,
        )

    def request(self) -> bytes:
        """Return the value that asks a sensor for this configuration."""
        return REQUEST.pack(
            VERSION,
            0 if self.gyro_range_dps is None else GYRO_FLAG,
            self.rate_hz,
            self.acc_range_g,
            self.gyro_range_dps or 0,
        )

    def falls_short_of(self, wanted: ProfileConfig) -> bool:
        """Return whether rate, ranges or gyroscope are less than wanted."""
        return (
            self.rate_hz < wanted.rate_hz
            or self.acc_range_g < wanted.acc_range_g
            or (self.gyro_range_dps or 0) < (wanted.gyro_range_dps or 0)
        )

    @classmethod
    def decode(cls, data: bytes) -> ProfileConfig:
        """Return the configuration in a config value; later fields are ignored.

        Raises `MalformedError` if the value does not follow the note.
        """
        _check_version(data[:1], _("expected configuration version {expected}, got {got}"))
        check_length(data, CONFIG.size, _("a configuration"), exact=False)
        _version, flags, rate_hz, acc_range_g, gyro_range_dps, acc_lsb_g, gyro_lsb_dps, boot_id = (
            CONFIG.unpack_from(data)
        )
        has_gyro = bool(flags & GYRO_FLAG)
        try:
            return cls(
                rate_hz,
                acc_range_g,
                gyro_range_dps if has_gyro else None,
                _unless_nominal(acc_lsb_g, acc_range_g),
                _unless_nominal(gyro_lsb_dps, gyro_range_dps) if has_gyro else None,
                boot_id,
            )
        except ValueError as error:
            raise MalformedError(FaultReason.FORMAT, str(error)) from error


def _check_version(version: bytes, wrong: str) -> None:
    """Raise `MalformedError` for another version, of which not even the length is known."""
    if version and version[0] != VERSION:
        raise MalformedError(
            FaultReason.VERSION,
            wrong.format(expected=VERSION, got=version[0]),
        )


def _unless_nominal(lsb: float, full_range: int) -> float | None:
    """Return None for the LSB that the range implies; every such quotient is an exact float32."""
    return None if lsb == full_range / COUNTS_PER_RANGE else lsb


def counts_span(full_range: int, lsb: float) -> float:
    """Return how much of a range 32768 counts cover; infinity for what makes no sense."""
    span = lsb * COUNTS_PER_RANGE / full_range if full_range else math.inf
    return span if math.isfinite(span) else math.inf


def _check_scale(sensor: str, unit: str, full_range: int, lsb: float | None) -> None:
    if not 0 < full_range <= LARGEST_U16:
        raise ValueError(
            _("expected a range of 1 to {most} {unit}, got {got}").format(
                most=LARGEST_U16, unit=unit, got=full_range
            )
        )
    if lsb is None:
        return
    if not LEAST_SPAN <= counts_span(full_range, lsb) <= GREATEST_SPAN:
        raise ValueError(
            _(
                "expected an LSB of the {sensor} near {expected} {unit} for a range of {range} "
                "{unit}, got {got}"
            ).format(
                sensor=sensor,
                expected=localized(f"{full_range / COUNTS_PER_RANGE:.3g}"),
                unit=unit,
                range=full_range,
                got=localized(f"{lsb:.3g}"),
            )
        )


def _counts(signal: NDArray[np.float64], scale: float) -> NDArray[np.int16]:
    counts = np.rint(signal / scale)
    return np.clip(counts, -COUNTS_PER_RANGE, COUNTS_PER_RANGE - 1).astype(np.int16)


# 01-profile.md, "Packet header": version and flags u8, n u8, sequence u16, device time u32.
PACKET_HEADER: Final = struct.Struct("<BBHI")

# 01-profile.md, "Sample": int16 acc x y z, then gyro x y z where the packet has one.
COUNT: Final = np.dtype("<i2")
AXES_WITH_GYRO: Final = 6
AXES_WITHOUT_GYRO: Final = 3

SATURATED_FLAG: Final = 0x02
EXTENDED_FLAG: Final = 0x04

SEQUENCE_MODULUS: Final = 1 << 16
TIME_MODULUS_US: Final = 1 << 32

MOST_SAMPLES: Final = 255
"""The largest n that the header can hold."""


@dataclass(frozen=True, slots=True, eq=False)
class Packet:
    """One packet, parsed but not yet in SI units."""

    sequence: int
    """Packet counter, modulo 2**16."""
    device_time_us: int
    """Device time of the first sample, µs, modulo 2**32."""
    acc_counts: NDArray[np.int16]
    """Shape (n, 3)."""
    gyro_counts: NDArray[np.int16] | None
    """Shape (n, 3), or None."""
    saturated: bool
    """Whether a value is at the end of the chip's range."""


def encode_packet(
    config: ProfileConfig,
    sequence: int,
    device_time_us: int,
    acc_counts: NDArray[np.int16],
    gyro_counts: NDArray[np.int16] | None,
) -> bytes:
    """Return one packet as the sensor would notify it.

    `sequence` counts the packets since boot, and `device_time_us` is the time of the first sample
    since boot; both may run past their fields. Counts have the shape (n, 3). Raises `ValueError`
    if the shapes do not fit together or to the configuration.
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

    Raises `MalformedError` if the bytes do not follow the note.
    """
    wrong_version = _("expected packet version {expected}, got {got}")
    _check_version(bytes(octet >> 4 for octet in data[:1]), wrong_version)
    check_length(data, PACKET_HEADER.size, _("a header"), exact=False)
    version_and_flags, n, sequence, device_time_us = PACKET_HEADER.unpack_from(data)
    if n == 0:
        raise MalformedError(FaultReason.FORMAT, _("expected at least one sample, got n = 0"))
    start = PACKET_HEADER.size
    if version_and_flags & EXTENDED_FLAG:
        # Without even the length byte the packet is short by everything that follows it.
        start += 1 + (data[start] if len(data) > start else 0)
    axes = AXES_WITH_GYRO if version_and_flags & GYRO_FLAG else AXES_WITHOUT_GYRO
    expected = start + n * axes * COUNT.itemsize
    check_length(data, expected, _("a packet with n = {n}").format(n=n))
    counts = np.frombuffer(data, COUNT, offset=start).reshape(n, axes)
    return Packet(
        sequence=sequence,
        device_time_us=device_time_us,
        acc_counts=counts[:, :3],
        gyro_counts=counts[:, 3:] if axes == AXES_WITH_GYRO else None,
        saturated=bool(version_and_flags & SATURATED_FLAG),
    )
