"""When the samples of a Polar stream were taken: a frame tells it of its last one only.

Theory of operation (note, "Clock"). The samples of a frame follow on those of the frame before, so
they are spread evenly between the two stamps. If those are much further apart than the samples
that lie between, some frames are missing, and the samples go back from their own stamp at the
stream's pace instead. The pace is that of the frames before; a loss can only stretch it, so of two
middle ones the shorter counts.

Angular rate at the moments of the acceleration, from two streams of different pace.

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
from dataclasses import dataclass, replace
from enum import Enum
from itertools import pairwise
from statistics import median_low
from typing import TYPE_CHECKING, Final

import numpy as np

from tracker.domain import Frame
from tracker.domain.units import RADPS_PER_DPS, STANDARD_GRAVITY_MPS2

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

LOSS_RATIO: Final = 1.5
"""Samples further apart than this many periods: frames are missing between."""

LATE_NS: Final = 3_000_000_000
"""A stamp that falls by less is an old frame, by more a clock that was set back."""

LEAP_NS: Final = 10_000_000_000
"""A stamp that runs ahead of the host by more is a clock that was set; links stall for less."""

PERIOD_MEMORY: Final = 7
"""Frames whose pace is remembered, a few seconds of them."""

_NS_PER_S: Final = 1_000_000_000


class FrameOrder(Enum):
    """How a frame relates to the ones before it."""

    NEXT = "next"
    """The first one, or newer than all; use it."""
    DUPLICATE = "duplicate"
    """Its stamp was here before; drop it."""
    LATE = "late"
    """Newer ones were used already; drop it."""
    RESTART = "restart"
    """The clock was set, or began again; use it."""


@dataclass(frozen=True, slots=True, eq=False)
class Samples:
    """Samples of one frame in their place."""

    stamp_ns: int
    """When the last one was taken, ns of the sensor's clock."""
    time_s: NDArray[np.float64]
    """When each was taken, s of the sensor's clock, shape (n,); NaN where that is not known."""
    value: NDArray[np.float64]
    """Shape (n, 3)."""
    received_s: float
    """When the frame arrived, s."""
    saturated: bool
    """Whether a sample is at the end of its range."""


@dataclass(frozen=True, slots=True)
class Taken:
    """What came of a frame."""

    order: FrameOrder
    samples: tuple[Samples, ...] = ()
    """What can be used now: of this frame, and of one that waited for it."""
    lost: int = 0
    """About how many samples are missing before this frame."""


class Stream:
    """Places the samples of one measurement in time.

    Parameters
    ----------
    period_ns
        Time between two samples, as far as it is known before the first two frames.
    previous_ns
        Stamp of the frame before the first one, if there was any.
    """

    def __init__(self, period_ns: float | None = None, previous_ns: int | None = None) -> None:
        self._nominal_ns = period_ns
        self._previous_ns = previous_ns
        self._received_s: float | None = None
        self._periods_ns: deque[float] = deque(maxlen=PERIOD_MEMORY)
        self._unplaced: Samples | None = None

    @property
    def period_ns(self) -> float | None:
        """Time between two samples, ns; None if nothing is known of it."""
        return median_low(self._periods_ns) if self._periods_ns else self._nominal_ns

    def take(self, samples: Samples, *, patient: bool) -> Taken:
        """Place a frame.

        Parameters
        ----------
        samples
            The frame; its times are not looked at.
        patient
            Whether a first frame waits for the next, which shows the true pace, or goes on with
            times by the nominal one, or with that of its last sample alone.
        """
        previous_ns, received_s = self._previous_ns, self._received_s
        later_ns = 1 if previous_ns is None else samples.stamp_ns - previous_ns
        if later_ns == 0:
            return Taken(FrameOrder.DUPLICATE)
        if -LATE_NS < later_ns < 0:
            return Taken(FrameOrder.LATE)
        self._previous_ns, self._received_s = samples.stamp_ns, samples.received_s
        if previous_ns is None:
            return Taken(FrameOrder.NEXT, self._backward(samples, patient=patient))
        host_ns = LEAP_NS if received_s is None else (samples.received_s - received_s) * _NS_PER_S
        if later_ns < 0 or (received_s is not None and later_ns > host_ns + LEAP_NS):
            self._unplaced = None
            return Taken(FrameOrder.RESTART, self._backward(samples, patient=patient))

        count = len(samples.value)
        step_ns, period_ns = later_ns / count, self.period_ns
        self._periods_ns.append(step_ns)
        if period_ns is not None and step_ns > LOSS_RATIO * period_ns:
            lost = max(round(later_ns / period_ns) - count, 1)
            time_s = spread_s(samples.stamp_ns, count, period_ns * count)
            placed = replace(samples, time_s=time_s)
            return Taken(FrameOrder.NEXT, (*self._waited(period_ns), placed), lost)
        placed = replace(samples, time_s=spread_s(samples.stamp_ns, count, later_ns))
        return Taken(FrameOrder.NEXT, (*self._waited(step_ns), placed))

    def _waited(self, period_ns: float) -> tuple[Samples, ...]:
        """Return the frame that waited for the pace, which is known now."""
        waited, self._unplaced = self._unplaced, None
        if waited is None:
            return ()
        count = len(waited.value)
        return (replace(waited, time_s=spread_s(waited.stamp_ns, count, period_ns * count)),)

    def _backward(self, samples: Samples, *, patient: bool) -> tuple[Samples, ...]:
        """Place samples by their own stamp alone."""
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
    """Return times of `count` samples that share a span, the last one at its end, s.

    The whole seconds are kept apart: in ns, stamps of today are beyond what a float can count.
    """
    whole_s, rest_ns = divmod(stamp_ns, _NS_PER_S)
    before_ns = span_ns / count * np.arange(count - 1, -1, -1, dtype=np.float64)
    time_s: NDArray[np.float64] = whole_s + (rest_ns - before_ns) / _NS_PER_S
    return time_s


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
