"""How fast a sensor without a clock takes its samples, from when they arrive.

Theory of operation. Sample number n is taken at o + p n and arrives after a delay that is at least
the shortest one, so that every arrival lies on or above a line in the plane of n and time. The
delays are not noise with a mean: a radio that stalls makes them long, never negative. So the line
is not one through the points but the highest one below them (S. Moon, P. Skelly, D. Towsley,
"Estimation and removal of clock skew from network delay measurements", INFOCOM 1999): the edge of
their lower convex hull that spans the middle has the least sum of delays of all such lines, if
arrivals are spread evenly.

Its slope is off by about the spread of the shortest delays over the length of the run: 20 ms over
20 s are 0.1 %. A run ends where samples are missing, because n no longer tells how many there
were. Slopes of earlier runs go on to count, by the square of their lengths.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

RUN_S: Final = 30.0
"""Arrivals older than this no longer tell the rate, which drifts as the sensor warms."""

ANCHOR_S: Final = 10.0
"""Arrivals of this long ago still tell the shortest delay; a radio stalls for up to 2 s or so."""

SPACING_S: Final = 0.1
"""Of arrivals closer than this only the least delayed one is kept, which bounds the work."""

LEAST_RUN_S: Final = 0.9
"""Shorter runs say nothing about the rate that earlier ones did not."""

MOST_HISTORY_S2: Final = 10.0**2
"""Weight that earlier runs keep: that of one run of 10 s."""


class Arrival(NamedTuple):
    """A notification."""

    sample: int
    """Number of its last sample."""
    received_s: float
    """When it came, s."""


class Pace:
    """Follows the line on which samples are taken, as far as arrivals tell it."""

    def __init__(self) -> None:
        self._points: deque[Arrival] = deque()
        self._history_s = 0.0
        self._history_s2 = 0.0
        self._run_s2 = 0.0
        self._anchor_s = 0.0
        self._period_s: float | None = None

    @property
    def period_s(self) -> float:
        """Time between two samples, s; needs a `fit`."""
        assert self._period_s is not None
        return self._period_s

    def add(self, arrival: Arrival) -> None:
        """Take note of an arrival; they come in order."""
        points = self._points
        slot = arrival.received_s // SPACING_S
        if self._period_s is not None and points and points[-1].received_s // SPACING_S == slot:
            gained_s = (arrival.sample - points[-1].sample) * self.period_s
            if arrival.received_s - points[-1].received_s <= gained_s:
                points[-1] = arrival
            return
        points.append(arrival)
        while arrival.received_s - points[0].received_s > RUN_S:
            points.popleft()

    def fit(self) -> bool:
        """Lay the line anew; return whether there is one."""
        points = self._points
        if not points:
            return self._period_s is not None
        run_s = points[-1].received_s - points[0].received_s
        slope_s = lower_slope_s(points) if run_s >= LEAST_RUN_S else 0.0
        if slope_s > 0.0:
            self._run_s2 = run_s**2
            weight_s2 = self._history_s2 + self._run_s2
            self._period_s = (
                self._history_s * self._history_s2 + slope_s * self._run_s2
            ) / weight_s2
        if self._period_s is None:
            return False
        oldest_s = points[-1].received_s - ANCHOR_S
        self._anchor_s = min(
            arrival.received_s - arrival.sample * self.period_s
            for arrival in points
            if arrival.received_s >= oldest_s
        )
        return True

    def time_s(self, sample: int) -> float:
        """Return when a sample was taken, but for the shortest delay, s; needs a `fit`."""
        return self._anchor_s + sample * self.period_s

    def delay_s(self, arrival: Arrival) -> float:
        """Return how much longer than the shortest way an arrival took, s; needs a `fit`."""
        return arrival.received_s - self.time_s(arrival.sample)

    def least_delay_s(self, since_s: float) -> float:
        """Return the least delay of the arrivals since then, s; infinite if there were none."""
        recent = (each for each in self._points if each.received_s >= since_s)
        return min(map(self.delay_s, recent), default=float("inf"))

    def break_run(self, since: Sequence[Arrival]) -> None:
        """Begin a new run with the arrivals `since` samples went missing; needs a `fit`."""
        self._history_s = self.period_s
        self._history_s2 = min(self._history_s2 + self._run_s2, MOST_HISTORY_S2)
        self._run_s2 = 0.0
        self._points.clear()
        for arrival in since:
            self.add(arrival)
        self.fit()

    def arrivals(self, since_s: float) -> tuple[Arrival, ...]:
        """Return those arrivals since then that were kept."""
        return tuple(each for each in self._points if each.received_s >= since_s)


def lower_slope_s(points: Sequence[Arrival]) -> float:
    """Return the slope of the lower convex hull in the middle of the samples, s; 0 if none."""
    hull: list[Arrival] = []
    for point in points:
        while len(hull) > 1 and _lies_above(hull[-2], hull[-1], point):
            hull.pop()
        hull.append(point)
    middle = (points[0].sample + points[-1].sample) / 2.0
    left, right = hull[0], hull[-1]
    for point in hull:
        if point.sample <= middle:
            left = point
        else:
            right = point
            break
    if right.sample <= left.sample:
        return 0.0
    return (right.received_s - left.received_s) / (right.sample - left.sample)


def _lies_above(left: Arrival, middle: Arrival, right: Arrival) -> bool:
    """Return whether `middle` is on or above the line from `left` to `right`."""
    rise_s = (right.received_s - left.received_s) * (middle.sample - left.sample)
    return (middle.received_s - left.received_s) * (right.sample - left.sample) >= rise_s
