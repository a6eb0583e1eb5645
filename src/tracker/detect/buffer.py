"""The last stretch of motion by sample number, with everything that is computed once per sample.

What a decision reads must not depend on how the stream was cut into blocks. So integrals are
running sums that are carried from sample to sample, and the travel between two samples is the
difference of two stored numbers, whenever it is asked for. Everything else that is worked out of
the stored columns is element-wise.
"""

from __future__ import annotations

import math
import sys
from bisect import bisect_right
from operator import itemgetter
from typing import TYPE_CHECKING, Final

import numpy as np

from tracker.domain import AccErrors
from tracker.domain.units import STANDARD_GRAVITY_MPS2

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tracker.domain import MotionBlock

SPAN_S: Final = 45.0
"""Reach back: the longest movement (`SegmenterSettings.longest_s`) and a margin."""

POSTURE_S: Final = 0.2
"""Without a gyroscope a posture is the mean over this long, up to the sample it is asked for."""

_UP, _RATE, _VERTICAL, _VELOCITY, _HEIGHT, _TILTING = slice(0, 3), slice(3, 6), 6, 7, 8, 9
_TURNS: Final = slice(0, 6)
_MOTION: Final = slice(0, 7)
_POSTURE, _KNOCK, _SUMS = slice(10, 13), 13, slice(14, 32)
_CHANNELS: Final = 32

_MOST_KNOWN: Final = 64

# Within the running sums: the rate, the squared vertical acceleration; and vertical acceleration,
# up, and up squared, integrated once and twice.
_TURNED, _JOLTS, _ONCE, _TWICE = slice(0, 3), 3, slice(4, 11), slice(11, 18)

_PLAIN: Final = slice(0, 4)
"""Rows summed sample by sample, not by the trapezoidal rule."""

_sample_of: Final = itemgetter(0)

NO_ERRORS: Final = AccErrors(np.zeros(6), np.zeros((6, 6)))
"""What is taken for known of an accelerometer until its errors are said."""


class MotionBuffer:
    """A bounded buffer of motion; sample numbers count from the start of the stream."""

    def __init__(self, rate_hz: float) -> None:
        self.rate_hz = rate_hz
        self._reach = round(SPAN_S * rate_hz)
        self._posture = round(POSTURE_S * rate_hz)
        self._data: NDArray[np.float64] = np.empty((_CHANNELS, 3 * self._reach))
        self._first = 0
        self._filled = 0
        self._start_s = 0.0
        self._known: list[tuple[int, AccErrors]] = [(0, NO_ERRORS)]
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
        count = len(block.up[first:last])
        if not count:
            return
        self.gyroscope = block.gyroscope
        if self._filled + count > self._data.shape[1]:
            keep = self._data[:, self._filled - self._reach : self._filled].copy()
            self._data[:, : self._reach] = keep
            self._first += self._filled - self._reach
            self._filled = self._reach
        filled = self._filled
        self._learn(block, first, last)
        self._filled += count
        new = self._data[:, filled : self._filled]
        up, rate = new[_UP], new[_RATE]
        up[:] = block.up[first:last].T
        rate[:] = block.rate_radps[first:last].T
        new[_VERTICAL] = block.vertical_mps2[first:last]
        new[_KNOCK] = 0.0 if block.knock_mps2 is None else block.knock_mps2[first:last]
        new[_VELOCITY] = block.velocity_mps[first:last]
        new[_HEIGHT] = block.height_m[first:last]
        squares = rate * rate
        products = rate * up
        about_up = products[0] + products[1] + products[2]
        new[_TILTING] = squares[0] + squares[1] + squares[2] - about_up * about_up
        self._sum_up(new, filled)
        if not block.gyroscope:
            self._average_up(filled, count)

    def _learn(self, block: MotionBlock, first: int, last: int) -> None:
        """Take what becomes known in the samples first ≤ i < last of a block, and forget the old.

        Only what is known at the newest samples is ever asked for, live or not.
        """
        kept = bisect_right(self._known, self.stop, key=_sample_of)
        if kept > _MOST_KNOWN:
            del self._known[: kept - 1]
        for sample, errors in block.acc_errors:
            if sample < last and not (self._known and errors is self._known[-1][1]):
                self._known.append((self.stop + max(sample - first, 0), errors))

    def _sum_up(self, new: NDArray[np.float64], filled: int) -> None:
        """Carry the running sums over the new samples, by the trapezoidal rule."""
        sums = new[_SUMS]
        half = 0.5 / self.rate_hz
        before = self._data[:, filled - 1 : filled] if filled else None
        inner = np.empty((7, new.shape[1] + 1))
        inner[0, 1:], inner[1:4, 1:] = new[_VERTICAL], new[_UP]
        if before is None:
            inner[:4, 0] = inner[:4, 1]
        else:
            inner[0, :1], inner[1:4, :1] = before[_VERTICAL], before[_UP]
        np.multiply(inner[1:4], inner[1:4], out=inner[4:])
        once, twice = sums[_ONCE], sums[_TWICE]
        np.add(inner[:, 1:], inner[:, :-1], out=once)
        once *= half
        _carry(once, None if before is None else before[_SUMS][_ONCE])
        twice[:, :1] = once[:, :1] if before is None else once[:, :1] + before[_SUMS][_ONCE]
        np.add(once[:, 1:], once[:, :-1], out=twice[:, 1:])
        twice *= half
        _carry(twice, None if before is None else before[_SUMS][_TWICE])
        plain = sums[_PLAIN]
        plain[_TURNED] = new[_RATE]
        np.multiply(new[_VERTICAL], new[_VERTICAL], out=plain[_JOLTS])
        plain[:, :1] += 0.0 if before is None else before[_SUMS][_PLAIN]
        plain.cumsum(axis=1, out=plain)

    def _average_up(self, filled: int, count: int) -> None:
        """Average up over the moment before each new sample, in one order of adding."""
        before = self._posture - 1
        oldest = max(filled - before, 0)
        up = self._data[_UP, oldest : filled + count]
        # Before the first sample, the first stands in.
        missing = np.repeat(up[:, :1], before - (filled - oldest), axis=1)
        up = np.concatenate((missing, up), axis=1)
        mean = up[:, before:].copy()
        for back in range(1, self._posture):
            mean += up[:, before - back : before - back + count]
        length = np.sqrt(mean[0] * mean[0] + mean[1] * mean[1] + mean[2] * mean[2])
        self._data[_POSTURE, filled : filled + count] = mean / np.maximum(length, 1e-9)

    def time_s(self, sample: float) -> float:
        """Return the session time of a sample number, which may lie between two."""
        return self._start_s + sample / self.rate_hz

    def sample_at(self, time_s: float) -> int:
        """Return the number of the first sample after `time_s`, which may be infinite."""
        if time_s == math.inf:
            return sys.maxsize
        return math.floor((time_s - self._start_s) * self.rate_hz) + 1

    def _view(self, channels: slice | int, first: int, last: int) -> NDArray[np.float64]:
        if first < self._first or last > self.stop:
            raise ValueError(
                f"samples {first}..{last} asked for, {self._first}..{self.stop} are here"
            )
        return self._data[channels, first - self._first : last - self._first]

    def up(self, first: int, last: int) -> NDArray[np.float64]:
        """Return up in sensor axes for samples first ≤ i < last, shape (n, 3)."""
        return self._view(_UP, first, last).T

    def posture(self, first: int, last: int) -> NDArray[np.float64]:
        """Return the mean of up over the moment before each sample, shape (n, 3)."""
        return self._view(_POSTURE, first, last).T

    def rate_radps(self, first: int, last: int) -> NDArray[np.float64]:
        """Return angular rates, rad/s, shape (n, 3)."""
        return self._view(_RATE, first, last).T

    def turning(self, first: int, last: int) -> NDArray[np.float64]:
        """Return up and angular rates as rows, shape (6, n)."""
        return self._view(_TURNS, first, last)

    def motion(self, first: int, last: int) -> NDArray[np.float64]:
        """Return a copy of up, rates and upward accelerations as rows, shape (7, n)."""
        return self._view(_MOTION, first, last).copy()

    def knock_mps2(self, first: int, last: int) -> NDArray[np.float64]:
        """Return what smoothing took out of the upward acceleration, m/s², shape (n,)."""
        return self._view(_KNOCK, first, last)

    def vertical_mps2(self, first: int, last: int) -> NDArray[np.float64]:
        """Return upward accelerations with the offset's share in them, m/s², shape (n,)."""
        return self._view(_VERTICAL, first, last)

    def velocity_mps(self, first: int, last: int) -> NDArray[np.float64]:
        """Return vertical velocities, m/s, shape (n,)."""
        return self._view(_VELOCITY, first, last)

    def height_m(self, first: int, last: int) -> NDArray[np.float64]:
        """Return vertical travel, m, shape (n,)."""
        return self._view(_HEIGHT, first, last)

    def tilting_squared(self, first: int, last: int) -> NDArray[np.float64]:
        """Return the squared rate without the part about the vertical, rad²/s², shape (n,)."""
        return self._view(_TILTING, first, last)

    def acc_errors(self, sample: int) -> AccErrors:
        """Return what is known at a sample of the accelerometer's errors."""
        at = bisect_right(self._known, sample, key=_sample_of)
        return self._known[max(at - 1, 0)][1]

    def turned_rad(self, first: int, last: int) -> NDArray[np.float64]:
        """Return the rotation vector summed over the samples first < i ≤ last, rad, shape (3,)."""
        turned: NDArray[np.float64] = self._grown(_TURNED, first, last) / self.rate_hz
        return turned

    def turned_in_steps(self, first: int, last: int, step: int) -> NDArray[np.float64]:
        """Return the rate summed over each `step` of these samples, and the rest, shape (3, n)."""
        self._check(first, last)
        sums = self._data[_SUMS][_TURNED]
        at = np.append(np.arange(first, last, step), last) - self._first
        there = sums.take(at, axis=1)
        turned: NDArray[np.float64] = there[:, 1:] - there[:, :-1]
        return turned

    def jolt_mps2(self, first: int, last: int) -> float:
        """Return the root mean square of the vertical acceleration, m/s²."""
        if last <= first:
            return 0.0
        grown = float(self._grown(_JOLTS, first, last))
        return math.sqrt(max(grown, 0.0) / (last - first))

    def jolts_mps2(self, first: NDArray[np.intp], last: NDArray[np.intp]) -> NDArray[np.float64]:
        """Return the same from each of some samples to another after it, shape (n,)."""
        sums = self._data[_SUMS][_JOLTS]
        grown = np.maximum(sums[last - self._first] - sums[first - self._first], 0.0)
        jolts: NDArray[np.float64] = np.sqrt(grown / (last - first))
        return jolts

    def travel(self, first: int, last: int) -> NDArray[np.float64]:
        """Return how far the hips travel between two samples at which they stand still.

        Returns
        -------
        ndarray
            Shape (7,): the rise that the acceleration shows, m, and what an offset along each of
            the sensor's axes adds to it for each m/s², s², and a scale error, m.

        Notes
        -----
        The velocity is made zero at both samples by a constant acceleration, which takes out every
        constant error of it. Offset enters only as far as the sensor leans on the way.
        """
        self._check(first, last)
        before, after = self._sums_at(first), self._sums_at(last)
        half_s = 0.5 * (last - first) / self.rate_hz
        travelled: NDArray[np.float64] = (
            after[_TWICE] - before[_TWICE] - half_s * (before[_ONCE] + after[_ONCE])
        )
        travelled[4:] *= STANDARD_GRAVITY_MPS2
        return travelled

    def _grown(self, which: slice | int, first: int, last: int) -> NDArray[np.float64]:
        """Return by how much running sums grow from one sample to another."""
        self._check(first, last)
        grown: NDArray[np.float64] = self._sums_at(last)[which] - self._sums_at(first)[which]
        return grown

    def _sums_at(self, sample: int) -> NDArray[np.float64]:
        """Return the running sums at a sample, shape (18,)."""
        return self._data[_SUMS, sample - self._first]

    def _check(self, first: int, last: int) -> None:
        if first < self._first or last >= self.stop:
            raise ValueError(
                f"samples {first}..{last} asked for, {self._first}..{self.stop} are here"
            )


def _carry(steps: NDArray[np.float64], before: NDArray[np.float64] | None) -> None:
    """Turn steps between samples into running sums, in place; a stream's first sample has none."""
    steps[:, :1] = 0.0 if before is None else steps[:, :1] + before
    steps.cumsum(axis=1, out=steps)
