"""Uneven samples to one uniform grid.

Each grid sample is the mean over one grid step of the straight lines between the sensor's samples.
That interpolates a slow sensor, averages a fast one (so nothing aliases), and does not depend on
how the samples were cut into packets. A gap too long to interpolate ends the block; the next one
is marked as a restart.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Final

import numpy as np

from tracker.domain import Gap, ImuBlock, TimedFrame

if TYPE_CHECKING:
    from numpy.typing import NDArray

GRID_RATE_HZ: Final = 100.0
"""One rate for everything downstream: human movement ends below 20 Hz, so nothing is lost."""

MAX_FILL_S: Final = 0.25
"""Longest gap to interpolate across; the shortest concentric lasts twice as long."""


class Resampler:
    """Resamples to `GRID_RATE_HZ` and reports gaps."""

    def __init__(self) -> None:
        self._time_s: float | None = None
        self._value: NDArray[np.float64] = np.empty(0)
        self._area: NDArray[np.float64] = np.empty(0)
        self._next_edge = 0
        self._edge_area: NDArray[np.float64] | None = None
        self.dropped = 0
        """Samples dropped so far because their time did not advance."""

    def process(self, frame: TimedFrame) -> tuple[ImuBlock | Gap, ...]:
        """Return the grid samples that `frame` completes, and the gaps before them.

        They come in order of time; blocks may be empty.
        """
        time_s, value = frame.time_s, frame.acc_mps2.T
        if frame.gyro_radps is not None:
            value = np.concatenate((value, frame.gyro_radps.T))
        before_s = self._before(time_s)
        if not (time_s > before_s).all():
            keep = time_s > np.maximum.accumulate(before_s)
            self.dropped += int(np.count_nonzero(~keep))
            time_s, value = time_s[keep], value[:, keep]
            before_s = self._before(time_s)
        if not len(time_s):
            return ()
        is_gap = time_s - before_s > MAX_FILL_S
        is_gap[0] &= self._time_s is not None
        if self._time_s is not None and len(value) != len(self._value):
            self._time_s = None  # a gyroscope that comes or goes makes another stream
        breaks = set(np.flatnonzero(is_gap).tolist())
        results: list[ImuBlock | Gap] = []
        for first, last in pairwise(sorted({0, *breaks, len(time_s)})):
            if first in breaks:
                results.append(Gap(float(before_s[first]), float(time_s[first])))
                self._time_s = None
            results.append(self._extend(time_s[first:last], value[:, first:last]))
        return tuple(results)

    def _before(self, time_s: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the time of the sample before each, s, shape (n,)."""
        newest_s = -np.inf if self._time_s is None else self._time_s
        return np.concatenate(([newest_s], time_s[:-1]))

    def _extend(self, time_s: NDArray[np.float64], value: NDArray[np.float64]) -> ImuBlock:
        """Integrate over the new samples, and evaluate the integral at the edges of the cells."""
        restart = self._time_s is None
        if self._time_s is None:
            self._time_s = float(time_s[0])
            self._value = value[:, 0]
            self._area = np.zeros(len(value))
            # Cell k extends from edge k to edge k + 1, around its sample at k / rate.
            self._next_edge = _first_edge(self._time_s)
            self._edge_area = None
            time_s, value = time_s[1:], value[:, 1:]
        knot_s = np.concatenate(([self._time_s], time_s))
        knot = np.concatenate((self._value[:, None], value), axis=1)
        step_s = knot_s[1:] - knot_s[:-1]
        area = np.empty_like(knot)
        area[:, 0] = self._area
        np.add(knot[:, 1:], knot[:, :-1], out=area[:, 1:])
        area[:, 1:] *= step_s / 2.0
        np.cumsum(area, axis=1, out=area)

        # The last edge that is not after a knot, for every knot.
        reached = np.floor(knot_s * GRID_RATE_HZ + 0.5).astype(np.intp)
        reached[0] = self._next_edge - 1
        edges = np.arange(self._next_edge, reached[-1] + 1)
        left = np.repeat(np.arange(len(step_s)), reached[1:] - reached[:-1])
        into_s = (edges - 0.5) / GRID_RATE_HZ - knot_s[left]
        half_slope = (knot[:, 1:] - knot[:, :-1]) / (2.0 * step_s)
        edge_area = area.take(left, axis=1) + into_s * (
            knot.take(left, axis=1) + into_s * half_slope.take(left, axis=1)
        )
        first_edge = self._next_edge
        if self._edge_area is not None:
            edge_area = np.concatenate((self._edge_area, edge_area), axis=1)
            first_edge -= 1
        mean = (edge_area[:, 1:] - edge_area[:, :-1]) * GRID_RATE_HZ
        if edge_area.size:
            self._edge_area = edge_area[:, -1:]
        self._next_edge += len(edges)
        self._time_s, self._value, self._area = float(knot_s[-1]), knot[:, -1], area[:, -1]
        return ImuBlock(
            start_s=first_edge / GRID_RATE_HZ,
            rate_hz=GRID_RATE_HZ,
            acc_mps2=mean[:3].T,
            gyro_radps=mean[3:].T if len(mean) == 6 else None,
            restart=restart,
        )


def _first_edge(time_s: float) -> int:
    """Return the number of the first edge that is not before `time_s`."""
    return int(np.ceil(time_s * GRID_RATE_HZ + 0.5))
