"""Angular rate at the moments of the acceleration, from two streams of different pace.

A Polar sensor sends both on their own: other frames, other stamps, and oscillators that differ by
more than a percent ("52 Hz" is 52.11 of one and 51.41 of the other), so that sample k of one soon
has nothing to do with sample k of the other. The stamps are of one clock. So the angular rate is
read off the straight lines between its samples, at the stamps of the acceleration.

Acceleration waits for the angular rate around it, but not for ever: a frame takes up to two
seconds to fill. If nothing came for `WAIT_S`, the gyroscope has stopped, and acceleration goes on
alone until it comes again.
"""

from __future__ import annotations

from collections import deque
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING, Final

import numpy as np

from tracker.domain import Frame
from tracker.domain.units import RADPS_PER_DPS, STANDARD_GRAVITY_MPS2

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from tracker.sensors.polar_stream import Samples

WAIT_S: Final = 3.0
"""The longest frame that was seen took 2.2 s to fill, and a link may stall as well."""

BRIDGE_S: Final = 0.25
"""Longest hole in the angular rate that a straight line may cover."""

MOST_SAMPLES: Final = 4096
"""Samples of either stream that are kept: 10 s at the fastest rate, 416 Hz."""


class Pairing:
    """Joins two streams of samples."""

    def __init__(self) -> None:
        self._acc: deque[Samples] = deque()
        self._gyro_s = np.empty(0)
        self._gyro_dps = np.empty((0, 3))
        self._gyro_saturated = np.empty(0, dtype=bool)
        self.expected = False
        """Whether acceleration has to wait for angular rate."""

    def add_acc(self, samples: Samples) -> None:
        """Take a frame of acceleration, g."""
        self._acc.append(samples)

    def add_gyro(self, samples: Samples) -> None:
        """Take a frame of angular rate, degrees/s; its times are known and rise."""
        self.expected = True
        if len(self._gyro_s) and samples.time_s[0] <= self._gyro_s[-1]:
            self.forget_gyro()  # the clock was set back
        self._gyro_s = np.append(self._gyro_s, samples.time_s)
        self._gyro_dps = np.vstack((self._gyro_dps, samples.value))
        saturated = np.full(len(samples.value), samples.saturated)
        self._gyro_saturated = np.append(self._gyro_saturated, saturated)
        self._keep(slice(-MOST_SAMPLES, None))

    def forget_gyro(self) -> None:
        """Forget the angular rate so far, which no longer belongs to what comes."""
        self._keep(slice(0, 0))

    def release(self, now_s: float) -> tuple[Frame, ...]:
        """Return what need not wait any longer at the host's time `now_s`."""
        frames: list[Frame] = []
        while self._acc:
            samples = self._acc.popleft()
            ready = self._ready(samples, now_s)
            frames += self._frames(samples, slice(0, ready))
            if ready < len(samples.value):
                rest = replace(samples, time_s=samples.time_s[ready:], value=samples.value[ready:])
                self._acc.appendleft(rest)
                break
        return tuple(frames)

    def _ready(self, samples: Samples, now_s: float) -> int:
        """Return how many samples of a frame have their angular rate, or will never have one."""
        if self.expected and (now_s - samples.received_s > WAIT_S or self._is_full()):
            self.expected = False
        if not self.expected:
            return len(samples.value)
        if not len(self._gyro_s):
            return 0
        return int(np.searchsorted(samples.time_s, self._gyro_s[-1], "right"))

    def _is_full(self) -> bool:
        return sum(len(samples.value) for samples in self._acc) > MOST_SAMPLES

    def _frames(self, samples: Samples, rows: slice) -> Iterator[Frame]:
        """Yield the samples of a frame in runs with and without angular rate."""
        time_s, acc_g = samples.time_s[rows], samples.value[rows]
        if not len(time_s):
            return
        if not len(self._gyro_s) or not np.isfinite(time_s).all():
            yield _frame(samples, time_s, acc_g, None, saturated=False)
            return
        right = np.searchsorted(self._gyro_s, time_s)
        left = np.clip(right - 1, 0, None)
        right = np.clip(right, None, len(self._gyro_s) - 1)
        on_it = self._gyro_s[right] == time_s
        inside = (time_s >= self._gyro_s[0]) & (time_s <= self._gyro_s[-1])
        near = self._gyro_s[right] - self._gyro_s[left] <= BRIDGE_S
        known = inside & (near | on_it)
        edges = [0, *(np.flatnonzero(np.diff(known)) + 1).tolist(), len(known)]
        for first, last in pairwise(edges):
            run = slice(first, last)
            gyro_dps = self._at(time_s[run]) if known[first] else None
            used = slice(left[first], right[last - 1] + 1)
            saturated = bool(known[first] and self._gyro_saturated[used].any())
            yield _frame(samples, time_s[run], acc_g[run], gyro_dps, saturated=saturated)
        # What comes next lies behind the last sample; one before it is enough.
        self._keep(slice(int(left[-1]), None))

    def _at(self, time_s: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the angular rate at some times."""
        columns = [np.interp(time_s, self._gyro_s, column) for column in self._gyro_dps.T]
        return np.stack(columns, axis=1)

    def _keep(self, rows: slice) -> None:
        self._gyro_s = self._gyro_s[rows]
        self._gyro_dps = self._gyro_dps[rows]
        self._gyro_saturated = self._gyro_saturated[rows]


def _frame(
    samples: Samples,
    time_s: NDArray[np.float64],
    acc_g: NDArray[np.float64],
    gyro_dps: NDArray[np.float64] | None,
    *,
    saturated: bool,
) -> Frame:
    return Frame(
        acc_g * STANDARD_GRAVITY_MPS2,
        None if gyro_dps is None else gyro_dps * RADPS_PER_DPS,
        time_s,
        samples.received_s,
        samples.saturated or saturated,
    )
