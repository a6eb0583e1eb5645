"""What a Polar sensor sends, from samples: for tests and for sensors that are played."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from tracker.sensors.polar.packets import AXES, BLOCK, COMPRESSED, HEADER, LAYOUTS, Measurement

if TYPE_CHECKING:
    from numpy.typing import NDArray

BLOCK_SAMPLES: Final = 12
"""Differences that share a width; sensors choose their blocks in ways of their own."""


def encode_frame(
    measurement: Measurement,
    stamp_ns: int,
    values: NDArray[np.float64],
    frame_type: int = COMPRESSED | 1,
    factor: float = 1.0,
) -> bytes:
    """Return a frame of samples.

    Parameters
    ----------
    measurement
        Acceleration or angular rate.
    stamp_ns
        When the last sample was taken, ns of the sensor's clock.
    values
        Samples, g or degrees/s, shape (n, 3); rounded to whole counts and cut off at their ends.
    frame_type
        How they are stored; compressed type 1 for a Verity's acceleration, 1 for that of an H10,
        compressed type 0 for angular rate.
    factor
        What one count is worth, where the frame type has a factor.

    Raises
    ------
    ValueError
        If there is no sample, or the frame type does not carry whole counts.
    """
    layout = LAYOUTS[measurement, frame_type]
    if layout.floats or not len(values):
        raise ValueError("expected samples for a frame type of whole counts")
    limit = 1 << (8 * layout.value_bytes - 1)
    unit = layout.unit * factor if layout.scaled else layout.unit
    counts = np.clip(np.rint(values / unit), -limit, limit - 1).astype(np.int64)
    if frame_type & COMPRESSED:
        content = encode_deltas(counts, 8 * layout.value_bytes)
    else:
        content = _plain(counts, layout.value_bytes)
    return HEADER.pack(measurement, stamp_ns, frame_type) + content


def encode_deltas(counts: NDArray[np.int64], bits: int) -> bytes:
    """Return samples as a first one and blocks of differences."""
    content = [_plain(counts[:1], bits // 8)]
    deltas = np.diff(counts, axis=0)
    for first in range(0, len(deltas), BLOCK_SAMPLES):
        block = deltas[first : first + BLOCK_SAMPLES]
        width = max(_width(int(block.min())), _width(int(block.max())))
        rows = (block.reshape(-1, 1) >> np.arange(width)) & 1
        packed = np.packbits(rows.astype(np.uint8), bitorder="little").tobytes()
        content.append(BLOCK.pack(width, len(block)) + packed)
    return b"".join(content)


def _width(number: int) -> int:
    """Return how many bits a number takes in two's complement; zero takes none."""
    return (number if number >= 0 else ~number).bit_length() + (number != 0)


def _plain(counts: NDArray[np.int64], value_bytes: int) -> bytes:
    assert counts.shape[1] == AXES
    return b"".join(
        int(value).to_bytes(value_bytes, "little", signed=True) for value in counts.flat
    )
