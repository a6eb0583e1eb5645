"""Session seconds for sensors that send no time at all.

Sample n is put on the line that `Pace` lays below the arrivals: the spacing of samples is the rate
that was measured, never the one in the data sheet, and arrivals in bursts do not move them.

A notification that comes much later than the line says may be held up, or others before it may be
missing. Which of the two shows soon: after a stall the rest comes at once and the delay goes away;
after a loss it stays. So late samples wait, no longer than that takes, and then either keep their
places on the line, or the line moves on by what is missing, and the samples leave a hole.

What losses are too small to wait for shows as a delay that never gets short again. The line then
moves on as well, a little after the hole.
"""

from __future__ import annotations

from collections import deque
from statistics import median
from typing import TYPE_CHECKING, Final

import numpy as np

from tracker.domain import TimedFrame
from tracker.signal.clock import MAX_SLEW
from tracker.signal.pace import Arrival, Pace, lower_slope_s

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tracker.domain import Frame

START_S: Final = 1.0
"""Arrivals for this long give a first rate; till then samples wait."""

START_INTERVALS: Final = 6.5
"""The same in intervals between arrivals, for links that bring bursts far apart."""

LEAST_ARRIVALS: Final = 4
"""Fewer say nothing about a rate, however long they took."""

REFIT_S: Final = 0.5
"""How often the line is laid anew; what it is laid on lasts for seconds."""

LATE_S: Final = 0.1
"""Delay from which a sample waits: above what links do all the time, below what a grid bridges."""

HOLD_S: Final = 0.6
"""How long to wait for the rest to come at once."""

HOLD_INTERVALS: Final = 3.5
"""The same in intervals between arrivals: one short burst says nothing."""

CATCHING_UP: Final = 0.25
"""Seconds of delay that a link makes good each second, at least, if nothing is missing."""

EARLY_S: Final = 0.15
"""Samples cannot come before they are taken: the rate has changed, or was wrong."""

LATE_INTERVALS: Final = 0.5
"""The same in intervals between arrivals, for links that bring bursts far apart."""

OTHER_RATE: Final = 0.25
"""Share by which the rate before and after differ if it has changed and nothing is missing."""

OTHER_RATE_BREAKS: Final = 3
"""Losses in a row that have to look like that: a bad spell of the link looks so once or twice."""

BREAKS_APART_S: Final = 2.0
"""Losses further apart than this are no row."""

MISSING_S: Final = 0.03
"""Delay that, if it stays, is samples that are missing: more than the shortest ones differ by."""

MISSING_INTERVALS: Final = 0.75
"""The same in intervals between arrivals, for links that bring bursts far apart."""

MISSING_REFITS: Final = 3
"""How long it has to stay, in refits: longer than links are busy."""

INTERVALS: Final = 15
"""Intervals between arrivals whose median is the usual one."""

MOST_HELD: Final = 2048
"""Notifications that may wait: 10 s of a sensor that sends 200 times a second."""


class ArrivalClock:
    """For samples without stamps: their rate and their time come from the arrivals."""

    def __init__(self) -> None:
        self._pace: Pace | None = None
        self._starting = Pace()
        self._held: list[tuple[Frame, Arrival]] = []
        self._sample = -1
        self._newest_s: float | None = None
        self._refitted_s = 0.0
        self._moved = True
        self._late_refits = 0
        self._breaks = 0
        self._row_ends_s = 0.0
        self._intervals_s: deque[float] = deque(maxlen=INTERVALS)
        self._interval_s = 0.0
        self._received_s: float | None = None

    def process(self, frame: Frame) -> tuple[TimedFrame, ...]:
        """Return the frame with times, and any that waited for it."""
        count = len(frame.acc_mps2)
        if not count:
            return ()
        self._sample += count
        arrival = Arrival(self._sample, frame.received_s)
        if self._received_s is not None and frame.received_s > self._received_s:
            self._intervals_s.append(frame.received_s - self._received_s)
            self._interval_s = median(self._intervals_s)
        self._received_s = frame.received_s
        self._held.append((frame, arrival))
        if self._pace is None:
            return self._start(arrival)
        pace = self._pace
        delay_s = pace.delay_s(arrival)
        if delay_s < -EARLY_S:
            return self._restart()
        if delay_s > max(LATE_S, LATE_INTERVALS * self._interval_s):
            return self._wait(pace, arrival)
        for _, each in self._held:
            pace.add(each)
        self._refit(pace, arrival.received_s)
        return self._release(pace)

    def _start(self, arrival: Arrival) -> tuple[TimedFrame, ...]:
        """Wait until the arrivals give a first rate."""
        self._starting.add(arrival)
        first = self._held[0][1]
        enough = len(self._held) >= LEAST_ARRIVALS
        start_s = max(START_S, START_INTERVALS * self._interval_s)
        if enough and arrival.received_s - first.received_s >= start_s and self._starting.fit():
            self._pace = self._starting
            self._refitted_s = arrival.received_s
            self._moved = True
            return self._release(self._pace)
        if len(self._held) > MOST_HELD:
            # Arrivals that are all of one moment have no rate; nobody can say when these were.
            del self._held[0]
        return ()

    def _restart(self) -> tuple[TimedFrame, ...]:
        """Measure the rate anew, from the samples that wait on."""
        self._pace = None
        self._starting = Pace()
        for _, arrival in self._held:
            self._starting.add(arrival)
        return ()

    def _wait(self, pace: Pace, arrival: Arrival) -> tuple[TimedFrame, ...]:
        """Hold late samples until it shows whether others are missing."""
        waited_s = arrival.received_s - self._held[0][1].received_s
        hold_s = max(HOLD_S, HOLD_INTERVALS * self._interval_s)
        if waited_s < hold_s and len(self._held) <= MOST_HELD:
            return ()
        arrivals = [each for _, each in self._held]
        middle_s = arrival.received_s - hold_s / 2.0
        before_s = min(
            (pace.delay_s(each) for each in arrivals if each.received_s < middle_s),
            default=float("inf"),
        )
        since_s = min(pace.delay_s(each) for each in arrivals if each.received_s >= middle_s)
        if before_s - since_s > CATCHING_UP * hold_s and len(self._held) <= MOST_HELD:
            return ()
        self._breaks = self._breaks + 1 if self._row_ends_s > arrivals[0].received_s else 1
        self._row_ends_s = arrival.received_s + BREAKS_APART_S
        other = abs(lower_slope_s(arrivals) - pace.period_s) > OTHER_RATE * pace.period_s
        if other and self._breaks >= OTHER_RATE_BREAKS:
            return self._restart()
        pace.break_run(arrivals)
        self._refitted_s = arrival.received_s
        self._late_refits = 0
        self._moved = True
        return self._release(pace)

    def _refit(self, pace: Pace, now_s: float) -> None:
        """Lay the line anew from time to time, and see whether it has to move on."""
        if now_s - self._refitted_s < REFIT_S:
            return
        least_s = pace.least_delay_s(self._refitted_s)
        self._refitted_s = now_s
        pace.fit()
        missing = least_s > max(MISSING_S, MISSING_INTERVALS * self._interval_s)
        self._late_refits = self._late_refits + 1 if missing else 0
        if self._late_refits == MISSING_REFITS:
            pace.break_run(pace.arrivals(now_s - MISSING_REFITS * REFIT_S))
            self._late_refits = 0
            self._moved = True

    def _release(self, pace: Pace) -> tuple[TimedFrame, ...]:
        """Put every sample that waits on the line."""
        held, self._held = self._held, []
        return tuple(
            TimedFrame(
                self._times_s(pace, arrival.sample, len(frame.acc_mps2)),
                frame.acc_mps2,
                frame.gyro_radps,
                frame.saturated,
            )
            for frame, arrival in held
        )

    def _times_s(self, pace: Pace, last: int, count: int) -> NDArray[np.float64]:
        """Return rising times that follow the line, which itself may have moved a little."""
        period_s = pace.period_s
        shortest_s, longest_s = (1.0 - MAX_SLEW) * period_s, (1.0 + MAX_SLEW) * period_s
        first_s, last_s = pace.time_s(last - count + 1), pace.time_s(last)
        moved, self._moved = self._moved, False
        newest_s = self._newest_s
        if newest_s is None or (moved and first_s >= newest_s + shortest_s):
            start_s, step_s = first_s - period_s, period_s
        else:
            start_s = newest_s
            step_s = min(max((last_s - newest_s) / count, shortest_s), longest_s)
        times_s = start_s + step_s * np.arange(1, count + 1, dtype=np.float64)
        self._newest_s = float(times_s[-1])
        return times_s
