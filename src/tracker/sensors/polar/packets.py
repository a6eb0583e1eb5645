"""Polar's measurement data: the frame, with plain or compressed samples.

Byte tables: `firmware_notes/04-polar.md`.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING, Final

import numpy as np

from tracker.domain import FaultReason
from tracker.sensors.base import MalformedError, check_length

if TYPE_CHECKING:
    from collections.abc import Mapping

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
    (Measurement.GYRO, COMPRESSED | 1): Layout(4, 1.0, scaled=False, floats=True),
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
    check_length(data, HEADER.size, "a header", exact=False)
    kind, stamp_ns, frame_type = HEADER.unpack_from(data)
    return FrameHeader(kind & TYPE_MASK, stamp_ns, frame_type), data[HEADER.size :]


def decode_samples(header: FrameHeader, content: bytes, factor: float) -> NDArray[np.float64]:
    """Return samples of acceleration (g) or angular rate (degrees/s), shape (n, 3).

    Raises `MalformedError` if the frame type is unknown, or the content does not match it.
    """
    layout = LAYOUTS.get((header.measurement, header.frame_type))
    if layout is None:
        kind = "compressed " if header.frame_type & COMPRESSED else ""
        raise MalformedError(
            FaultReason.FORMAT,
            f"unknown {kind}frame type {header.frame_type & ~COMPRESSED} of "
            f"measurement {header.measurement}",
        )
    if header.frame_type & COMPRESSED:
        counts = decode_deltas(content, AXES, 8 * layout.value_bytes)
    else:
        counts = _plain(content, AXES, layout.value_bytes)
    if not len(counts):
        raise MalformedError(FaultReason.LENGTH, "expected at least one sample, got none")
    if layout.floats:
        with np.errstate(invalid="ignore"):  # a signalling NaN stays a NaN
            floats: NDArray[np.float64] = counts.astype("<u4").view("<f4").astype(np.float64)
        return floats
    return counts.astype(np.float64) * (layout.unit * factor if layout.scaled else layout.unit)


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
            FaultReason.LENGTH, f"expected a first sample of {at} bytes, got {len(content)}"
        )
    samples = 1
    while at < len(content):
        if len(content) - at < BLOCK.size:
            raise MalformedError(FaultReason.LENGTH, "a block of differences has no header")
        width, count = BLOCK.unpack_from(content, at)
        at += BLOCK.size
        samples += count
        if width > WIDEST_DELTA or samples > MOST_SAMPLES:
            raise MalformedError(
                FaultReason.FORMAT, f"a block claims {count} differences of {width} bits"
            )
        end = at + -(-channels * width * count // 8)
        if end > len(content):
            raise MalformedError(
                FaultReason.LENGTH, f"a block needs {end - at} bytes, got {len(content) - at}"
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
            FaultReason.LENGTH, f"expected a multiple of {sample_bytes} bytes, got {len(content)}"
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
