"""Session time minus device time, as the arrivals of packets tell it.

The smallest delay of the last seconds is the one with no waiting in it. The offset follows it, but
no faster than an oscillator can be wrong, so that a stalled radio does not stretch the samples.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

DELAY_WINDOW_S: Final = 10.0
"""Arrivals of this long ago still tell the smallest delay; a radio stalls for up to 2 s or so."""

MAX_SLEW: Final = 0.01
"""Seconds of correction per second: the worst oscillator in the field runs 1 % off its name."""


class ArrivalOffset:
    """Follows the smallest recent delay, packet by packet or over many at once."""

    def __init__(self) -> None:
        self._delays_s: deque[tuple[float, float]] = deque()
        self._offset_s: float | None = None
        self._at_s = 0.0

    def restart(self) -> None:
        """Forget a clock that no longer runs."""
        self._delays_s.clear()
        self._offset_s = None

    def note(self, device_s: float, delay_s: float) -> None:
        """Keep the delays that are or may become the smallest of the window."""
        while self._delays_s and self._delays_s[-1][1] >= delay_s:
            self._delays_s.pop()
        self._delays_s.append((device_s, delay_s))
        while self._delays_s[0][0] < device_s - DELAY_WINDOW_S:
            self._delays_s.popleft()

    def follow(self, device_s: float) -> float:
        """Return the offset at a device time whose delay was noted, s."""
        smallest_s = self._delays_s[0][1]
        if self._offset_s is None:
            self._offset_s = smallest_s
        else:
            reach_s = MAX_SLEW * max(device_s - self._at_s, 0.0)
            self._offset_s = _towards(smallest_s, self._offset_s, reach_s)
        self._at_s = device_s
        return self._offset_s

    def can_run(self, device_s: NDArray[np.float64]) -> bool:
        """Return whether `run` may be asked: the times rise, and those kept have risen."""
        if self._offset_s is None:
            return False
        kept_s = [at_s for at_s, _ in self._delays_s]
        return bool(
            kept_s == sorted(kept_s)
            and device_s[0] > self._at_s == kept_s[-1]
            and (device_s[1:] > device_s[:-1]).all()
        )

    def run(
        self, device_s: NDArray[np.float64], delay_s: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """Return what `note` and `follow` would for each packet in turn, shape (p,).

        Parameters
        ----------
        device_s
            Device time of the newest sample of each packet, s, rising, shape (p,).
        delay_s
            Host time of its arrival minus that, s, shape (p,).
        """
        assert self._offset_s is not None
        kept_s, kept_delay_s = np.array(self._delays_s).T
        all_s, all_delay_s = np.append(kept_s, device_s), np.append(kept_delay_s, delay_s)
        first = np.searchsorted(all_s, device_s - DELAY_WINDOW_S)
        last = np.arange(len(kept_s), len(all_s))
        smallest_s = _smallest_between(all_delay_s, first, last)
        reach_s = MAX_SLEW * np.diff(device_s, prepend=self._at_s)
        offset_s = _slewed(smallest_s, self._offset_s, reach_s)
        self._offset_s, self._at_s = float(offset_s[-1]), float(device_s[-1])
        # What no later delay undercuts may become the smallest again.
        window = slice(int(first[-1]), None)
        later_s = np.minimum.accumulate(all_delay_s[window][::-1])[::-1]
        lasting = np.append(all_delay_s[window][:-1] < later_s[1:], [True])
        self._delays_s = deque(
            zip(
                all_s[window][lasting].tolist(), all_delay_s[window][lasting].tolist(), strict=True
            )
        )
        return offset_s


def _towards(goal: float, start: float, reach: float) -> float:
    """Return the goal, or as far on the way to it as the reach allows."""
    if abs(goal - start) <= reach:
        return goal
    return start + reach if goal > start else start - reach


def _slewed(
    goal: NDArray[np.float64], start: float, reach: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return `_towards` carried from each step to the next.

    Nearly always the goal is within reach. Only where it leaps out of it, and until it is caught
    again, are steps taken one by one.
    """
    reached = goal.copy()
    leaps = np.flatnonzero(np.abs(np.diff(goal, prepend=start)) > reach)
    caught = 0
    for leap in leaps.tolist():
        if leap < caught:
            continue
        value = float(reached[leap - 1]) if leap else start
        for caught in range(leap + 1, len(goal) + 1):
            value = _towards(float(goal[caught - 1]), value, float(reach[caught - 1]))
            reached[caught - 1] = value
            if value == goal[caught - 1]:
                break
    return reached


def _smallest_between(
    values: NDArray[np.float64], first: NDArray[np.intp], last: NDArray[np.intp]
) -> NDArray[np.float64]:
    """Return the smallest value between two indices, both included, for many pairs.

    Two overlapping stretches of a power of two cover any range (Bender and Farach-Colton 2000,
    doi:10.1007/10719839_9); the tables of their minima are made by doubling.
    """
    smallest = np.empty(len(first))
    exponent = np.frexp((last - first + 1).astype(np.float64))[1] - 1
    table = values
    for power in range(int(exponent.max()) + 1):
        reach = 1 << power
        if power:
            table = np.minimum(table[: -(reach // 2)], table[reach // 2 :])
        chosen = np.flatnonzero(exponent == power)
        if len(chosen):
            left, right = first[chosen], last[chosen] - reach + 1
            smallest[chosen] = np.minimum(table[left], table[right])
    return smallest
