"""When the samples of Polar's two streams were taken, and the merging of both.

Theory of operation (note, "Clock"). A frame has the timestamp of its last sample only. Its samples
follow those of the frame before, so they are spread evenly between the two timestamps. If these
are much further apart than that many samples, frames are missing between, and the samples are
laid backwards from their own timestamp at the stream's period instead. The period is that of
earlier frames; a loss can only stretch it, so of two middle values the shorter counts.

A Polar sensor sends acceleration and angular rate independently: different frames, different
timestamps, and oscillators more than a percent apart ("52 Hz" is 52.11 in one and 51.41 in the
other), so sample k of one soon has nothing to do with sample k of the other. But the timestamps
share a clock. So the angular rate is interpolated linearly at the acceleration's timestamps.

Acceleration waits for the angular rate around it, but not for ever: a frame takes up to two
seconds to fill. After `WAIT_S` without any, the gyroscope has stopped, and acceleration goes on
alone until angular rate returns.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, replace
from itertools import pairwise
from statistics import median_low
from typing import TYPE_CHECKING, Final

import numpy as np

from tracker.domain import Frame
from tracker.domain.units import RADPS_PER_DPS, STANDARD_GRAVITY_MPS2
from tracker.sensors.base import PacketOrder

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

LOSS_RATIO: Final = 1.5
"""Periods between samples beyond which frames are missing between."""

LATE_NS: Final = 3_000_000_000
"""A timestamp that falls by less is a late frame; by more, a clock that was set back."""

LEAP_NS: Final = 10_000_000_000
"""A timestamp that jumps ahead of the host by more is a clock that was set; links stall less."""

PERIOD_MEMORY: Final = 7
"""Frames whose period is remembered: a few seconds."""

WAIT_S: Final = 3.0
"""The longest frame seen took 2.2 s to fill, and a link may stall on top."""

BRIDGE_S: Final = 0.25
"""Longest gap in the angular rate to interpolate across."""

MOST_SAMPLES: Final = 4096
"""Samples kept of either stream: 10 s at the fastest rate, 416 Hz."""

_NS_PER_S: Final = 1_000_000_000


@dataclass(frozen=True, slots=True, eq=False)
class Samples:
    """The samples of one frame."""

    stamp_ns: int
    """Timestamp of the last one, ns of the sensor's clock."""
    time_s: NDArray[np.float64]
    """Time of each, s of the sensor's clock, shape (n,); NaN where unknown."""
    value: NDArray[np.float64]
    """Shape (n, 3)."""
    received_s: float
    """When the frame arrived, s."""
    saturated: bool
    """Whether a sample is at the end of its range."""


@dataclass(frozen=True, slots=True)
class Taken:
    """The outcome of one frame."""

    order: PacketOrder
    samples: tuple[Samples, ...] = ()
    """What can be used now: this frame, and one that waited for it."""
    lost: int = 0
    """About how many samples are missing before this frame."""


class Stream:
    """Gives the samples of one measurement their times.

    `period_ns` is the nominal time between two samples, for use before two frames have come, and
    `previous_ns` the timestamp of the frame before the first one, if known.
    """

    def __init__(self, period_ns: float | None = None, previous_ns: int | None = None) -> None:
        self._nominal_ns = period_ns
        self._previous_ns = previous_ns
        self._received_s: float | None = None
        self._periods_ns: deque[float] = deque(maxlen=PERIOD_MEMORY)
        self._unplaced: Samples | None = None

    @property
    def period_ns(self) -> float | None:
        """Time between two samples, ns; None if unknown."""
        return median_low(self._periods_ns) if self._periods_ns else self._nominal_ns

    def take(self, samples: Samples, *, patient: bool) -> Taken:
        """Place a frame, whose times are ignored.

        A `patient` first frame waits for the next, which shows the true period. Otherwise its
        times follow the nominal one, or only its last sample has a time.
        """
        previous_ns, received_s = self._previous_ns, self._received_s
        later_ns = 1 if previous_ns is None else samples.stamp_ns - previous_ns
        if later_ns == 0:
            return Taken(PacketOrder.DUPLICATE)
        if -LATE_NS < later_ns < 0:
            return Taken(PacketOrder.LATE)
        self._previous_ns, self._received_s = samples.stamp_ns, samples.received_s
        if previous_ns is None:
            return Taken(PacketOrder.NEXT, self._backward(samples, patient=patient))
        host_ns = LEAP_NS if received_s is None else (samples.received_s - received_s) * _NS_PER_S
        if later_ns < 0 or (received_s is not None and later_ns > host_ns + LEAP_NS):
            self._unplaced = None
            return Taken(PacketOrder.RESTART, self._backward(samples, patient=patient))

        count = len(samples.value)
        step_ns, period_ns = later_ns / count, self.period_ns
        self._periods_ns.append(step_ns)
        if period_ns is not None and step_ns > LOSS_RATIO * period_ns:
            lost = max(round(later_ns / period_ns) - count, 1)
            time_s = spread_s(samples.stamp_ns, count, period_ns * count)
            placed = replace(samples, time_s=time_s)
            return Taken(PacketOrder.NEXT, (*self._released(period_ns), placed), lost)
        placed = replace(samples, time_s=spread_s(samples.stamp_ns, count, later_ns))
        return Taken(PacketOrder.NEXT, (*self._released(step_ns), placed))

    def _released(self, period_ns: float) -> tuple[Samples, ...]:
        waiting, self._unplaced = self._unplaced, None
        if waiting is None:
            return ()
        count = len(waiting.value)
        return (replace(waiting, time_s=spread_s(waiting.stamp_ns, count, period_ns * count)),)

    def _backward(self, samples: Samples, *, patient: bool) -> tuple[Samples, ...]:
        """Place samples by their own timestamp alone."""
        if patient and not self._periods_ns:
            self._unplaced = samples
            return ()
        count, period_ns = len(samples.value), self.period_ns
        if period_ns is not None:
            time_s = spread_s(samples.stamp_ns, count, period_ns * count)
            return (replace(samples, time_s=time_s),)
        time_s = np.full(count, np.nan)
        time_s[-1] = samples.stamp_ns / _NS_PER_S
        return (replace(samples, time_s=time_s),)


def spread_s(stamp_ns: int, count: int, span_ns: float) -> NDArray[np.float64]:
    """Return times of `count` samples spread over a span that ends with the last one, s.

    Whole seconds are kept apart: present-day timestamps in ns exceed the precision of a float.
    """
    whole_s, rest_ns = divmod(stamp_ns, _NS_PER_S)
    before_ns = span_ns / count * np.arange(count - 1, -1, -1, dtype=np.float64)
    time_s: NDArray[np.float64] = whole_s + (rest_ns - before_ns) / _NS_PER_S
    return time_s


class StreamMerger:
    """Interpolates angular rate at the times of the acceleration."""

    def __init__(self) -> None:
        self._acc: deque[Samples] = deque()
        self._gyro_s = np.empty(0)
        self._gyro_dps = np.empty((0, 3))
        self._gyro_saturated = np.empty(0, dtype=bool)
        self.expected = False
        """Whether acceleration has to wait for angular rate."""

    def add_acc(self, samples: Samples) -> None:
        """Add a frame of acceleration, g."""
        self._acc.append(samples)

    def add_gyro(self, samples: Samples) -> None:
        """Add a frame of angular rate, degrees/s, with known, rising times."""
        self.expected = True
        if len(self._gyro_s) and samples.time_s[0] <= self._gyro_s[-1]:
            self.forget_gyro()  # the clock was set back
        self._gyro_s = np.append(self._gyro_s, samples.time_s)
        self._gyro_dps = np.vstack((self._gyro_dps, samples.value))
        saturated = np.full(len(samples.value), samples.saturated)
        self._gyro_saturated = np.append(self._gyro_saturated, saturated)
        self._keep(slice(-MOST_SAMPLES, None))

    def forget_gyro(self) -> None:
        """Drop the angular rate so far, which does not fit what follows."""
        self._keep(slice(0, 0))

    def release(self, now_s: float) -> tuple[Frame, ...]:
        """Return what need not wait any longer at host time `now_s`."""
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
        """Return how many samples of a frame have their angular rate, or never will."""
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
        time_s, acc_g = samples.time_s[rows], samples.value[rows]
        if not len(time_s):
            return
        if not len(self._gyro_s) or not np.isfinite(time_s).all():
            yield _frame(samples, time_s, acc_g, None, saturated=False)
            return
        right = np.searchsorted(self._gyro_s, time_s)
        left = np.clip(right - 1, 0, None)
        right = np.clip(right, None, len(self._gyro_s) - 1)
        exact = self._gyro_s[right] == time_s
        inside = (time_s >= self._gyro_s[0]) & (time_s <= self._gyro_s[-1])
        near = self._gyro_s[right] - self._gyro_s[left] <= BRIDGE_S
        known = inside & (near | exact)
        edges = [0, *(np.flatnonzero(np.diff(known)) + 1).tolist(), len(known)]
        for first, last in pairwise(edges):
            run = slice(first, last)
            gyro_dps = self._at(time_s[run]) if known[first] else None
            used = slice(left[first], right[last - 1] + 1)
            saturated = bool(known[first] and self._gyro_saturated[used].any())
            yield _frame(samples, time_s[run], acc_g[run], gyro_dps, saturated=saturated)
        # Later times need nothing older than the sample before the last one.
        self._keep(slice(int(left[-1]), None))

    def _at(self, time_s: NDArray[np.float64]) -> NDArray[np.float64]:
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
