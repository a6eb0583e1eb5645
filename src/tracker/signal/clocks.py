"""Session time minus device time, as the arrivals of packets tell it.

The smallest delay of the last seconds is the one with no waiting in it. The offset follows it, but
no faster than an oscillator can be wrong, so that a stalled radio does not stretch the samples.

Device ticks to session seconds.

Arrival times come in bursts and must never become sample times; the sensor's own stamps are even
but run on another crystal and another zero. The session clock keeps the spacing of the stamps and
takes only its offset from the arrivals: the smallest delay seen over the last seconds is the one
with no waiting in it, and the offset follows that slowly.

Session seconds for sensors that send no time at all.

Sample n is put on the line that `Pace` lays below the arrivals: the spacing of samples is the rate
that was measured, never the one in the data sheet, and arrivals in bursts do not move them.

A notification that comes much later than the line says may be held up, or others before it may be
missing. Which of the two shows soon: after a stall the rest comes at once and the delay goes away;
after a loss it stays. So late samples wait, no longer than that takes, and then either keep their
places on the line, or the line moves on by what is missing, and the samples leave a hole.

What losses are too small to wait for shows as a delay that never gets short again. The line then
moves on as well, a little after the hole.

Session seconds for sensors of which some send stamps and others do not.
"""

from __future__ import annotations

from collections import deque
from statistics import median, median_low
from typing import TYPE_CHECKING, Final, Protocol

import numpy as np

from tracker.domain import TimedFrame
from tracker.signal.sample_rate import Arrival, Pace, lower_slope_s

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from tracker.domain import Frame, FrameRun

DELAY_WINDOW_S: Final = 10.0
"""Arrivals of this long ago still tell the smallest delay; a radio stalls for up to 2 s or so."""

MAX_SLEW: Final = 0.01
"""Seconds of correction per second: the worst oscillator in the field runs 1 % off its name."""


class ClockOffsetEstimator:
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


PERIOD_MEMORY: Final = 15
"""Packets whose spacing gives the sample period; the median of them ignores single losses."""

SAME_SPACING: Final = 1.5
"""Spacings within this ratio agree; a lost packet at least doubles one."""

MOST_WAITING: Final = 5
"""Packets that may wait for spacings that agree: a quarter second, on a terrible link."""

REBOOT_S: Final = -0.5
"""Device time that falls by more than this is a new clock, not jitter."""


class SessionClock(Protocol):
    """Gives every sample of a frame its time on the session clock."""

    def process(self, frame: Frame) -> tuple[TimedFrame, ...]:
        """Return the frame with times, and any that waited for it."""


class FileClock:
    """For samples that carry session time already, as an imported file's do."""

    def process(self, frame: Frame) -> tuple[TimedFrame, ...]:
        """Return the frame with its own stamps as times."""
        if frame.stamps_s is None:
            return ()
        return (TimedFrame(frame.stamps_s, frame.acc_mps2, frame.gyro_radps, frame.saturated),)


class DeviceClock:
    """For packets that carry stamps of the sensor's clock, at least one each."""

    def __init__(self) -> None:
        self._spacings_s: deque[float] = deque(maxlen=PERIOD_MEMORY)
        self._period_known = False
        self._waiting: list[tuple[Frame, NDArray[np.intp]]] = []
        self._last_stamp_s: float | None = None
        self._since = 0  # samples from the last stamp to the end of its frame
        self._offset = ClockOffsetEstimator()

    def process(self, frame: Frame) -> tuple[TimedFrame, ...]:
        """Return the frame with times.

        The first packets wait until two spacings agree: one stamp says nothing about the spacing
        of the samples behind it, and one spacing may have a lost packet in it.
        """
        if frame.stamps_s is None:
            return ()
        carried = np.flatnonzero(np.isfinite(frame.stamps_s))
        if not len(carried):
            return ()
        stamp_s = float(frame.stamps_s[carried[0]])
        if self._last_stamp_s is not None and stamp_s - self._last_stamp_s < REBOOT_S:
            self._restart()
        if self._last_stamp_s is not None and self._since:
            between = self._since + int(carried[0])
            self._spacings_s.append((stamp_s - self._last_stamp_s) / between)
        self._last_stamp_s = stamp_s
        self._since = len(frame.stamps_s) - int(carried[0])
        self._waiting.append((frame, carried))
        self._period_known = self._period_known or self._agreed()
        if not self._period_known:
            return ()
        frames, self._waiting = self._waiting, []
        # A lost packet can only lengthen a spacing, so of two middle ones the shorter is right.
        period_s = median_low(self._spacings_s)
        timed = [(each, _spread(each, marks, period_s)) for each, marks in frames]
        for each, device_s in timed:
            newest_s = float(device_s[-1])
            self._offset.note(newest_s, each.received_s - newest_s)
        return tuple(
            TimedFrame(
                device_s + self._offset.follow(float(device_s[-1])),
                each.acc_mps2,
                each.gyro_radps,
                each.saturated,
            )
            for each, device_s in timed
        )

    def process_run(self, run: FrameRun) -> Iterator[TimedFrame]:
        """Yield the frames with times, equal to those that `process` gives one by one."""
        known = 0
        for frame in run.frames():
            if len(self._spacings_s) == PERIOD_MEMORY and self._since:
                break
            yield from self.process(frame)
            known += 1
        rest = run[known:]
        if len(rest.stamp_s):
            yield from self._at_once(rest)

    def _at_once(self, run: FrameRun) -> Iterator[TimedFrame]:
        """Yield frames with times, once there are enough packets before them."""
        assert self._last_stamp_s is not None
        size, stamp_s = run.samples_per_frame, run.stamp_s
        step_s = np.diff(stamp_s, prepend=self._last_stamp_s)
        spacings_s = step_s / size
        spacings_s[0] = step_s[0] / self._since
        spacings_s = np.concatenate((list(self._spacings_s)[1:], spacings_s))
        last_ones = np.lib.stride_tricks.sliding_window_view(spacings_s, PERIOD_MEMORY)
        period_s = np.partition(last_ones, PERIOD_MEMORY // 2, axis=1)[:, PERIOD_MEMORY // 2]
        device_s = stamp_s + np.arange(size)[:, None] * period_s
        newest_s = device_s[-1]
        if not self._offset.can_run(newest_s):
            # Among others where the clock began anew: then its time falls.
            for frame in run.frames():
                yield from self.process(frame)
            return
        self._spacings_s.extend(spacings_s[-PERIOD_MEMORY:].tolist())
        self._last_stamp_s, self._since = float(stamp_s[-1]), size
        offset_s = self._offset.run(newest_s, run.received_s - newest_s)
        time_s = (device_s + offset_s).T.reshape(-1)
        yield TimedFrame(time_s, run.acc_mps2, run.gyro_radps, run.saturated)

    def _agreed(self) -> bool:
        """Return whether the sample period can be read from the spacings so far."""
        shortest_s = sorted(self._spacings_s)[:2]
        agree = len(shortest_s) == 2 and shortest_s[1] <= SAME_SPACING * shortest_s[0]
        return agree or len(self._waiting) == MOST_WAITING

    def _restart(self) -> None:
        """Forget a clock that no longer runs; the sample period stays what it was."""
        self._since = 0
        self._waiting.clear()
        self._offset.restart()


def _spread(frame: Frame, carried: NDArray[np.intp], period_s: float) -> NDArray[np.float64]:
    """Return a device time for every sample: carried stamps, and others `period_s` apart."""
    assert frame.stamps_s is not None
    stamps_s = frame.stamps_s
    position = np.arange(len(stamps_s))
    nearest: NDArray[np.intp] | np.intp = carried[0]
    if len(carried) > 1:
        nearest = carried[np.clip(np.searchsorted(carried, position, "right") - 1, 0, None)]
    spread: NDArray[np.float64] = stamps_s[nearest] + (position - nearest) * period_s
    return spread


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


class MixedClock:
    """Goes by the stamps where there are some, and by the arrivals where there are none.

    A program that is changed in between, to one that stamps or to one that does not, begins with
    a fresh clock: what waited in the other is of a stream that has ended.
    """

    def __init__(self) -> None:
        self._clock: SessionClock = ArrivalClock()
        self._has_stamps = False

    def process(self, frame: Frame) -> tuple[TimedFrame, ...]:
        """Return the frame with times, and any that waited for it."""
        has_stamps = frame.stamps_s is not None
        if has_stamps is not self._has_stamps:
            self._has_stamps = has_stamps
            self._clock = DeviceClock() if has_stamps else ArrivalClock()
        return self._clock.process(frame)
