"""Many packets of our own profile at once: neighbours of one shape are taken apart together.

A packet's shape is its length, its version and flags, and its number of samples. What does not
follow the note, or says that it was extended, is left to the way packet by packet.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Final

import numpy as np

from tracker.sensors.profile_config import VERSION
from tracker.sensors.profile_wire import (
    AXES_WITH_GYRO,
    AXES_WITHOUT_GYRO,
    COUNT,
    EXTENDED_FLAG,
    GYRO_FLAG,
    PACKET_HEADER,
    SATURATED_FLAG,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Any

    from numpy.typing import NDArray

# The same as `PACKET_HEADER`, for arrays.
_HEADER: Final = np.dtype(
    [("version_and_flags", "u1"), ("n", "u1"), ("sequence", "<u2"), ("device_time_us", "<u4")]
)


@dataclass(frozen=True, slots=True, eq=False)
class PacketRun:
    """Packets of one shape, taken apart but not yet in units."""

    sequence: NDArray[np.int64]
    """Packet counters, modulo 2**16, shape (p,)."""
    device_time_us: NDArray[np.int64]
    """Device time of each packet's first sample, µs, modulo 2**32, shape (p,)."""
    samples_per_packet: int
    """How many samples each packet has, n."""
    acc_counts: NDArray[np.int16]
    """Samples of all packets, shape (p * n, 3)."""
    gyro_counts: NDArray[np.int16] | None
    """Shape (p * n, 3), or None."""
    saturated: bool
    """Whether every packet says that some value is at the end of the chip's range."""


def packet_runs(payloads: Sequence[bytes]) -> Iterator[tuple[slice, PacketRun | None]]:
    """Yield runs of payloads, all of them in order; None for a run of no plain packets."""
    if not payloads:
        return
    lengths = np.fromiter(map(len, payloads), np.intp, len(payloads))
    for equal in _stretches(lengths):
        length = int(lengths[equal.start])
        if length < PACKET_HEADER.size:
            yield equal, None
            continue
        packets = np.frombuffer(b"".join(payloads[equal]), np.uint8).reshape(-1, length)
        headers = packets[:, : _HEADER.itemsize].copy().view(_HEADER)[:, 0]
        shapes = headers["version_and_flags"].astype(np.intp) << 8 | headers["n"]
        for alike in _stretches(shapes):
            run = slice(equal.start + alike.start, equal.start + alike.stop)
            yield run, _taken_apart(headers[alike], packets[alike])


def _stretches(values: NDArray[np.intp]) -> Iterator[slice]:
    """Yield where neighbouring values are equal."""
    changes = np.flatnonzero(values[1:] != values[:-1]) + 1
    for first, last in pairwise((0, *changes.tolist(), len(values))):
        yield slice(first, last)


def _taken_apart(headers: NDArray[Any], packets: NDArray[np.uint8]) -> PacketRun | None:
    """Return packets of one shape, or None if the note says more, or less, about that shape."""
    version_and_flags, n = int(headers["version_and_flags"][0]), int(headers["n"][0])
    axes = AXES_WITH_GYRO if version_and_flags & GYRO_FLAG else AXES_WITHOUT_GYRO
    is_plain = (
        version_and_flags >> 4 == VERSION
        and n > 0
        and not version_and_flags & EXTENDED_FLAG
        and packets.shape[1] == PACKET_HEADER.size + n * axes * COUNT.itemsize
    )
    if not is_plain:
        return None
    counts = packets[:, PACKET_HEADER.size :].copy().view(COUNT).reshape(-1, axes)
    return PacketRun(
        sequence=headers["sequence"].astype(np.int64),
        device_time_us=headers["device_time_us"].astype(np.int64),
        samples_per_packet=n,
        acc_counts=counts[:, :3],
        gyro_counts=counts[:, 3:] if axes == AXES_WITH_GYRO else None,
        saturated=bool(version_and_flags & SATURATED_FLAG),
    )
