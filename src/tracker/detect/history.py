"""The last stretch of motion by sample number, so that a finished movement can be re-read."""

from __future__ import annotations

import math
import sys
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tracker.domain import MotionBlock

SPAN_S: Final = 45.0
"""Reach back: the longest movement with its hold (`StrokeSettings.longest_s`) and a margin."""

_COLUMNS: Final = 10


class History:
    """A bounded buffer of motion; sample numbers count from the start of the stream."""

    def __init__(self, rate_hz: float) -> None:
        self.rate_hz = rate_hz
        self._reach = round(SPAN_S * rate_hz)
        self._rows: NDArray[np.float64] = np.empty((2 * self._reach, _COLUMNS))
        self._first = 0
        self._filled = 0
        self._start_s = 0.0
        self.gyroscope = True
        """Whether the rates of the newest samples come from a gyroscope."""

    @property
    def stop(self) -> int:
        """Number of the sample that comes next."""
        return self._first + self._filled

    @property
    def first(self) -> int:
        """Number of the oldest sample that is still here."""
        return self._first

    def restart(self, start_s: float) -> None:
        """Empty the buffer; numbers go on, times start at `start_s`."""
        self._first = self.stop
        self._filled = 0
        self._start_s = start_s - self._first / self.rate_hz

    def append(self, block: MotionBlock, first: int, last: int) -> None:
        """Take the samples first ≤ i < last of a block, at most as many as the reach."""
        self.gyroscope = block.gyroscope
        up, rate = block.up[first:last], block.rate_radps[first:last]
        rows = np.empty((len(up), _COLUMNS))
        rows[:, 0:3] = up
        rows[:, 3:6] = rate
        rows[:, 6] = block.vertical_mps2[first:last]
        rows[:, 7] = block.velocity_mps[first:last]
        rows[:, 8] = block.height_m[first:last]
        about_up = np.einsum("ij,ij->i", rate, up)
        rows[:, 9] = np.einsum("ij,ij->i", rate, rate) - about_up**2
        if self._filled + len(rows) > len(self._rows):
            keep = self._rows[self._filled - self._reach : self._filled]
            self._rows[: self._reach] = keep.copy()
            self._first += self._filled - self._reach
            self._filled = self._reach
        self._rows[self._filled : self._filled + len(rows)] = rows
        self._filled += len(rows)

    def time_s(self, sample: float) -> float:
        """Return the session time of a sample number, which may lie between two."""
        return self._start_s + sample / self.rate_hz

    def sample_at(self, time_s: float) -> int:
        """Return the number of the first sample after `time_s`, which may be infinite."""
        if time_s == math.inf:
            return sys.maxsize
        return math.floor((time_s - self._start_s) * self.rate_hz) + 1

    def _view(self, first: int, last: int, columns: slice | int) -> NDArray[np.float64]:
        if first < self._first or last > self.stop:
            raise ValueError(
                f"samples {first}..{last} asked for, {self._first}..{self.stop} are here"
            )
        return self._rows[first - self._first : last - self._first, columns]

    def up(self, first: int, last: int) -> NDArray[np.float64]:
        """Return up in sensor axes for samples first ≤ i < last, shape (n, 3)."""
        return self._view(first, last, slice(0, 3))

    def rate_radps(self, first: int, last: int) -> NDArray[np.float64]:
        """Return angular rates, rad/s, shape (n, 3)."""
        return self._view(first, last, slice(3, 6))

    def vertical_mps2(self, first: int, last: int) -> NDArray[np.float64]:
        """Return upward accelerations, m/s², shape (n,)."""
        return self._view(first, last, 6)

    def velocity_mps(self, first: int, last: int) -> NDArray[np.float64]:
        """Return vertical velocities, m/s, shape (n,)."""
        return self._view(first, last, 7)

    def height_m(self, first: int, last: int) -> NDArray[np.float64]:
        """Return vertical travel, m, shape (n,)."""
        return self._view(first, last, 8)

    def tilting_squared(self, first: int, last: int) -> NDArray[np.float64]:
        """Return the squared rate without the part about the vertical, rad²/s², shape (n,)."""
        return self._view(first, last, 9)
