"""Uneven samples to one uniform grid.

Each grid sample is the mean of the straight lines between the sensor's samples over one grid step.
That interpolates a slow sensor, averages a fast one (so nothing folds down), and does not care how
the samples were cut into packets. A hole longer than interpolation may cover ends the block; the
next one says that it starts anew.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Final

import numpy as np

from tracker.domain import Gap, ImuBlock

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tracker.domain import TimedFrame

GRID_RATE_HZ: Final = 100.0
"""One rate for all that follows: human movement ends below 20 Hz, so this loses nothing."""

MAX_FILL_S: Final = 0.25
"""Longest hole that a straight line may cover; the shortest concentric lasts twice as long."""


class Grid:
    """Resamples to `GRID_RATE_HZ` and reports gaps."""

    def __init__(self) -> None:
        self._time_s: float | None = None
        self._value: NDArray[np.float64] = np.empty(0)
        self._area: NDArray[np.float64] = np.empty(0)
        self._next_edge = 0
        self._edge_area: NDArray[np.float64] | None = None
        self.dropped = 0
        """Samples left out so far because their time did not advance."""

    def process(self, frame: TimedFrame) -> tuple[ImuBlock | Gap, ...]:
        """Return the grid samples that `frame` completes, and the gaps that it shows.

        Returns
        -------
        tuple of ImuBlock or Gap
            In the order of time. Blocks may be empty.
        """
        time_s = frame.time_s
        value = (
            frame.acc_mps2
            if frame.gyro_radps is None
            else np.hstack((frame.acc_mps2, frame.gyro_radps))
        )
        latest = np.maximum.accumulate(np.append(self._time_or(-np.inf), time_s))
        keep = time_s > latest[:-1]
        if not keep.all():
            self.dropped += int(np.count_nonzero(~keep))
            time_s, value = time_s[keep], value[keep]
        if not len(time_s):
            return ()
        before_s = np.append(self._time_or(time_s[0]), time_s[:-1])
        if self._time_s is not None and value.shape[1] != len(self._value):
            self._time_s = None  # a gyroscope that comes or goes is another stream
        breaks = set(np.flatnonzero(time_s - before_s > MAX_FILL_S).tolist())
        results: list[ImuBlock | Gap] = []
        for first, last in pairwise(sorted({0, *breaks, len(time_s)})):
            if first in breaks:
                results.append(Gap(float(before_s[first]), float(time_s[first])))
                self._time_s = None
            results.append(self._extend(time_s[first:last], value[first:last]))
        return tuple(results)

    def _time_or(self, other: float) -> float:
        return other if self._time_s is None else self._time_s

    def _extend(self, time_s: NDArray[np.float64], value: NDArray[np.float64]) -> ImuBlock:
        """Integrate over the new samples and read the integral at the edges of the cells."""
        restart = self._time_s is None
        if restart:
            self._time_s = float(time_s[0])
            self._value = value[0]
            self._area = np.zeros(value.shape[1])
            # Cell k reaches from edge k to edge k + 1 around its sample at k / rate.
            self._next_edge = _first_edge(self._time_s)
            self._edge_area = None
            time_s, value = time_s[1:], value[1:]
        knot_s = np.append(self._time_s, time_s)  # type: ignore[arg-type]  # set above
        knot = np.vstack((self._value, value))
        step_s = np.diff(knot_s)
        area = np.cumsum(
            np.vstack((self._area, (knot[1:] + knot[:-1]) * (step_s[:, None] / 2.0))), axis=0
        )
        edges = np.arange(self._next_edge, int(np.floor(knot_s[-1] * GRID_RATE_HZ + 0.5)) + 1)
        edge_s = (edges - 0.5) / GRID_RATE_HZ
        inside = edge_s <= knot_s[-1]
        edges, edge_s = edges[inside], edge_s[inside]
        if len(step_s) and len(edges):
            left = np.clip(np.searchsorted(knot_s, edge_s, "right") - 1, 0, len(step_s) - 1)
            into_s = (edge_s - knot_s[left])[:, None]
            slope = (knot[left + 1] - knot[left]) / step_s[left, None]
            edge_area = area[left] + knot[left] * into_s + slope * (into_s**2 / 2.0)
            first_edge = int(edges[0])
            if self._edge_area is not None:
                edge_area = np.vstack((self._edge_area, edge_area))
                first_edge -= 1
            mean = np.diff(edge_area, axis=0) * GRID_RATE_HZ
            self._edge_area = edge_area[-1]
            self._next_edge = int(edges[-1]) + 1
        else:
            first_edge = self._next_edge - (self._edge_area is not None)
            mean = np.empty((0, knot.shape[1]))
        self._time_s, self._value, self._area = float(knot_s[-1]), knot[-1], area[-1]
        return ImuBlock(
            start_s=first_edge / GRID_RATE_HZ,
            rate_hz=GRID_RATE_HZ,
            acc_mps2=mean[:, :3],
            gyro_radps=mean[:, 3:] if mean.shape[1] == 6 else None,
            restart=restart,
        )


def _first_edge(time_s: float) -> int:
    """Return the number of the first edge that is not before `time_s`, whatever rounding says."""
    edge = int(np.ceil(time_s * GRID_RATE_HZ + 0.5))
    return edge + ((edge - 0.5) / GRID_RATE_HZ < time_s)
