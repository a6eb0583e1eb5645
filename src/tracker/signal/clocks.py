"""Session time for every sample, whatever timestamps a sensor sends.

Arrival times come in bursts and must never become sample times.

With the sensor's own timestamps, their spacing is kept and only the offset comes from arrivals.
The smallest delay of the last seconds is the one without waiting; the offset follows it, but no
faster than an oscillator can be wrong, so a stalled radio does not stretch the samples.

Without timestamps, the rate comes from the arrivals too. Sample number n is taken at o + p n and
arrives after at least the shortest delay, so every arrival lies on or above a line in the plane of
n and time. Delays are not noise with a mean: a stalled radio makes them long, never negative. So
the line is not a fit through the points but the highest one below them (S. Moon, P. Skelly,
D. Towsley, "Estimation and removal of clock skew from network delay measurements", INFOCOM 1999):
the edge of their lower convex hull over the middle has the least sum of delays of all such lines,
if arrivals are spread evenly. Its slope is off by about the spread of the shortest delays over the
length of the run: 20 ms over 20 s are 0.1 %. A run ends where samples are missing, because n is
then unknown. The slopes of earlier runs keep counting, by the square of their lengths.

A notification that comes much later than the line predicts may be held up, or others before it may
be missing. After a stall the rest comes at once and the delay disappears; after a loss it stays.
So late samples wait just long enough to tell. Then they either keep their places on the line, or
the line moves on by what is missing, and the samples leave a gap. Losses too small to wait for
show as a delay that never gets short again; the line then moves on a little after the gap.
"""

from __future__ import annotations

from collections import deque
from itertools import groupby
from statistics import median, median_low
from typing import TYPE_CHECKING, Final, NamedTuple, Protocol

import numpy as np

from tracker.domain import Frame, FrameRun, TimedFrame

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

# With timestamps

DELAY_WINDOW_S: Final = 10.0
"""How far back arrivals count for the smallest delay; a radio stalls for up to about 2 s."""

MAX_SLEW: Final = 0.01
"""Seconds of correction per second: the worst oscillator known runs 1 % off nominal."""

PERIOD_MEMORY: Final = 15
"""Packets whose spacing gives the sample period; the median of them ignores single losses."""

SAME_SPACING: Final = 1.5
"""Spacings within this ratio agree; a lost packet at least doubles one."""

MOST_WAITING: Final = 5
"""Packets that may wait for spacings that agree: a quarter of a second, on a terrible link."""

REBOOT_S: Final = -0.5
"""Device time that falls by more than this is a restarted clock, not jitter."""

# Without timestamps: the line below the arrivals

RUN_S: Final = 30.0
"""How far back arrivals count for the rate, which drifts as the sensor warms."""

ANCHOR_S: Final = DELAY_WINDOW_S
"""How far back they count for the shortest delay."""

SPACING_S: Final = 0.1
"""Of arrivals closer than this only the least delayed is kept, to bound the work."""

LEAST_RUN_S: Final = 0.9
"""Shorter runs add nothing to what earlier ones show about the rate."""

MOST_HISTORY_S2: Final = 10.0**2
"""Largest weight of earlier runs: that of one run of 10 s."""

# Without timestamps: what is late, and what is missing

START_S: Final = 1.0
"""Arrivals for this long give a first rate; until then samples wait."""

START_INTERVALS: Final = 6.5
"""The same in intervals between arrivals, for links with bursts far apart."""

LEAST_ARRIVALS: Final = 4
"""Fewer do not give a rate, however long they took."""

REFIT_S: Final = 0.5
"""How often the line is fitted again."""

LATE_S: Final = 0.1
"""Delay from which a sample waits: more than links usually take, less than the grid bridges."""

HOLD_S: Final = 0.6
"""How long to wait for the rest to arrive at once."""

HOLD_INTERVALS: Final = 3.5
"""The same in intervals between arrivals: one short burst proves nothing."""

CATCHING_UP: Final = 0.25
"""Seconds of delay that a link recovers each second, at least, if nothing is missing."""

EARLY_S: Final = 0.15
"""Samples that arrive this early show that the rate has changed, or was wrong."""

LATE_INTERVALS: Final = 0.5
"""The same in intervals between arrivals, for links with bursts far apart."""

OTHER_RATE: Final = 0.25
"""Relative change of the rate that shows that it has changed and nothing is missing."""

OTHER_RATE_BREAKS: Final = 3
"""Losses in a row that must look like that: a bad spell of the link does once or twice."""

BREAKS_APART_S: Final = 2.0
"""Losses further apart than this are not in a row."""

MISSING_S: Final = 0.03
"""A lasting delay above this means missing samples: more than the shortest delays vary."""

MISSING_INTERVALS: Final = 0.75
"""The same in intervals between arrivals, for links with bursts far apart."""

MISSING_REFITS: Final = 3
"""How long it must last, in refits: longer than links are busy."""

INTERVALS: Final = 15
"""Intervals between arrivals whose median is used."""

MOST_HELD: Final = 2048
"""Notifications that may wait: 10 s of a sensor that sends 200 times a second."""


class SessionClock(Protocol):
    """Gives every sample of a frame its session time."""

    def process(self, frame: Frame) -> tuple[TimedFrame, ...]:
        """Return the frame with times, and any that waited for it."""

    def process_run(self, run: FrameRun) -> Iterator[TimedFrame]:
        """Yield the frames with times: the samples that `process` would give one by one.

        Neighbours may come joined.
        """


class FileClock:
    """For samples that already carry session time, as in an imported file."""

    def process(self, frame: Frame) -> tuple[TimedFrame, ...]:
        """Return the frame with its own timestamps as times."""
        if frame.stamps_s is None:
            return ()
        return (_timed(frame, frame.stamps_s),)

    def process_run(self, run: FrameRun) -> Iterator[TimedFrame]:
        """Yield the frames with their own timestamps as times."""
        for frame in run.frames():
            yield from self.process(frame)


def _timed(frame: Frame, time_s: NDArray[np.float64]) -> TimedFrame:
    return TimedFrame(time_s, frame.acc_mps2, frame.gyro_radps, frame.saturated)


class ClockOffsetEstimator:
    """Follows the smallest recent delay."""

    def __init__(self) -> None:
        self._delays_s: deque[tuple[float, float]] = deque()
        self._offset_s: float | None = None
        self._at_s = 0.0

    def add(self, device_s: float, delay_s: float) -> None:
        """Add a delay; keep those that are or may become the smallest of the window."""
        while self._delays_s and self._delays_s[-1][1] >= delay_s:
            self._delays_s.pop()
        self._delays_s.append((device_s, delay_s))
        while self._delays_s[0][0] < device_s - DELAY_WINDOW_S:
            self._delays_s.popleft()

    def follow(self, device_s: float) -> float:
        """Return the offset at a device time whose delay was added, s."""
        smallest_s = self._delays_s[0][1]
        if self._offset_s is None:
            self._offset_s = smallest_s
        else:
            reach_s = MAX_SLEW * max(device_s - self._at_s, 0.0)
            self._offset_s = _towards(smallest_s, self._offset_s, reach_s)
        self._at_s = device_s
        return self._offset_s


def _towards(goal: float, start: float, reach: float) -> float:
    """Return the goal, or the point on the way to it that is within reach."""
    if abs(goal - start) <= reach:
        return goal
    return start + reach if goal > start else start - reach


class DeviceClock:
    """For packets with timestamps of the sensor's clock, at least one each."""

    def __init__(self) -> None:
        self._spacings_s: deque[float] = deque(maxlen=PERIOD_MEMORY)
        self._period_known = False
        self._waiting: list[tuple[Frame, NDArray[np.intp]]] = []
        self._last_stamp_s: float | None = None
        self._since = 0  # samples from the last timestamp to the end of its frame
        self._offset = ClockOffsetEstimator()

    def process(self, frame: Frame) -> tuple[TimedFrame, ...]:
        """Return the frame with times.

        The first packets wait until two spacings agree: one timestamp says nothing about the
        spacing of its samples, and one spacing may span a lost packet.
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
            self._offset.add(newest_s, each.received_s - newest_s)
        return tuple(
            _timed(each, device_s + self._offset.follow(float(device_s[-1])))
            for each, device_s in timed
        )

    def process_run(self, run: FrameRun) -> Iterator[TimedFrame]:
        """Yield the frames with times, equal to those from `process` one by one."""
        if run.stamp_s is None:
            return
        known = 0
        for frame in run.frames():
            if len(self._spacings_s) == PERIOD_MEMORY and self._since:
                break
            yield from self.process(frame)
            known += 1
        rest = run[known:]
        if len(rest.received_s):
            yield from self._at_once(rest)

    def _at_once(self, run: FrameRun) -> Iterator[TimedFrame]:
        """Yield frames with times, once enough packets have come before them."""
        assert self._last_stamp_s is not None
        assert run.stamp_s is not None
        size, stamp_s = run.samples_per_frame, run.stamp_s
        step_s = np.diff(stamp_s, prepend=self._last_stamp_s)
        if (step_s < REBOOT_S).any():
            for frame in run.frames():
                yield from self.process(frame)
            return
        spacings_s = step_s / size
        spacings_s[0] = step_s[0] / self._since
        spacings_s = np.concatenate((list(self._spacings_s)[1:], spacings_s))
        last_ones = np.lib.stride_tricks.sliding_window_view(spacings_s, PERIOD_MEMORY)
        period_s = np.partition(last_ones, PERIOD_MEMORY // 2, axis=1)[:, PERIOD_MEMORY // 2]
        device_s = stamp_s + np.arange(size)[:, None] * period_s
        self._spacings_s.extend(spacings_s[-PERIOD_MEMORY:].tolist())
        self._last_stamp_s, self._since = float(stamp_s[-1]), size
        offset_s = np.empty(len(stamp_s))
        for place, newest_s in enumerate(device_s[-1].tolist()):
            self._offset.add(newest_s, float(run.received_s[place]) - newest_s)
            offset_s[place] = self._offset.follow(newest_s)
        time_s = (device_s + offset_s).T.reshape(-1)
        yield TimedFrame(time_s, run.acc_mps2, run.gyro_radps, run.saturated)

    def _agreed(self) -> bool:
        """Return whether the sample period can be read from the spacings so far."""
        shortest_s = sorted(self._spacings_s)[:2]
        agree = len(shortest_s) == 2 and shortest_s[1] <= SAME_SPACING * shortest_s[0]
        return agree or len(self._waiting) == MOST_WAITING

    def _restart(self) -> None:
        """Forget a clock that has stopped; the sample period stays."""
        self._since = 0
        self._waiting.clear()
        self._offset = ClockOffsetEstimator()


def _spread(frame: Frame, carried: NDArray[np.intp], period_s: float) -> NDArray[np.float64]:
    """Return a device time for every sample: its own, or `period_s` after the one before."""
    assert frame.stamps_s is not None
    stamps_s = frame.stamps_s
    position = np.arange(len(stamps_s))
    nearest: NDArray[np.intp] | np.intp = carried[0]
    if len(carried) > 1:
        nearest = carried[np.clip(np.searchsorted(carried, position, "right") - 1, 0, None)]
    spread: NDArray[np.float64] = stamps_s[nearest] + (position - nearest) * period_s
    return spread


class Arrival(NamedTuple):
    """The arrival of a notification."""

    sample: int
    """Number of its last sample."""
    received_s: float
    """When it arrived, s."""


class SampleLine:
    """The line of sample times below the arrivals."""

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
        """Add an arrival; they come in order."""
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
        """Fit the line again; return whether there is one."""
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
        """Return when a sample was taken, up to the shortest delay, s; needs a `fit`."""
        return self._anchor_s + sample * self.period_s

    def delay_s(self, arrival: Arrival) -> float:
        """Return the delay of an arrival beyond the shortest one, s; needs a `fit`."""
        return arrival.received_s - self.time_s(arrival.sample)

    def least_delay_s(self, since_s: float) -> float:
        """Return the smallest delay since then, s; infinite without arrivals."""
        recent = (each for each in self._points if each.received_s >= since_s)
        return min(map(self.delay_s, recent), default=float("inf"))

    def break_run(self, since: Sequence[Arrival]) -> None:
        """Begin a new run with the arrivals since samples went missing; needs a `fit`."""
        self._history_s = self.period_s
        self._history_s2 = min(self._history_s2 + self._run_s2, MOST_HISTORY_S2)
        self._run_s2 = 0.0
        self._points.clear()
        for arrival in since:
            self.add(arrival)
        self.fit()

    def arrivals(self, since_s: float) -> tuple[Arrival, ...]:
        """Return the kept arrivals since then."""
        return tuple(each for each in self._points if each.received_s >= since_s)


def lower_slope_s(points: Sequence[Arrival]) -> float:
    """Return the slope of the lower convex hull at the middle sample, s; 0 if there is none."""
    hull: list[Arrival] = []
    for point in points:
        sample, received_s = point
        while len(hull) > 1:
            left_sample, left_s = hull[-2]
            middle_sample, middle_s = hull[-1]
            # Whether the middle one is on or above the line from the left one to this one.
            rise_s = (received_s - left_s) * (middle_sample - left_sample)
            if (middle_s - left_s) * (sample - left_sample) < rise_s:
                break
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


class Held(NamedTuple):
    """A frame that waits for its times."""

    arrival: Arrival
    size: int
    """Samples in it."""
    source: Frame | FrameRun
    """Itself, or the run that it is in."""
    place: int = 0
    """Which one of the run it is."""


class Placed(NamedTuple):
    """A frame whose times are known: its samples are a step apart, the first one step after."""

    held: Held
    start_s: float
    step_s: float


class ArrivalClock:
    """For samples without timestamps: their rate and time come from the arrivals."""

    def __init__(self) -> None:
        self._line: SampleLine | None = None
        self._starting = SampleLine()
        self._held: list[Held] = []
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
        return tuple(_joined(self._place(count, frame.received_s, frame)))

    def process_run(self, run: FrameRun) -> Iterator[TimedFrame]:
        """Yield the frames with times, and any that waited for them."""
        count = run.samples_per_frame
        if count:
            placed: list[Placed] = []
            for place, received_s in enumerate(run.received_s.tolist()):
                placed += self._place(count, received_s, run, place)
            yield from _joined(placed)

    def _place(
        self, count: int, received_s: float, source: Frame | FrameRun, place: int = 0
    ) -> Sequence[Placed]:
        """Take a frame, and return those whose times are known now."""
        self._sample += count
        arrival = Arrival(self._sample, received_s)
        if self._received_s is not None and received_s > self._received_s:
            self._intervals_s.append(received_s - self._received_s)
            self._interval_s = median(self._intervals_s)
        self._received_s = received_s
        self._held.append(Held(arrival, count, source, place))
        if self._line is None:
            return self._start(arrival)
        line = self._line
        delay_s = line.delay_s(arrival)
        if delay_s < -EARLY_S:
            return self._restart()
        if delay_s > max(LATE_S, LATE_INTERVALS * self._interval_s):
            return self._wait(line, arrival)
        for each in self._held:
            line.add(each.arrival)
        self._refit(line, received_s)
        return self._release(line)

    def _start(self, arrival: Arrival) -> Sequence[Placed]:
        """Wait until the arrivals give a first rate."""
        self._starting.add(arrival)
        first = self._held[0].arrival
        enough = len(self._held) >= LEAST_ARRIVALS
        start_s = max(START_S, START_INTERVALS * self._interval_s)
        if enough and arrival.received_s - first.received_s >= start_s and self._starting.fit():
            self._line = self._starting
            self._refitted_s = arrival.received_s
            self._moved = True
            return self._release(self._line)
        if len(self._held) > MOST_HELD:
            # Arrivals all at one moment have no rate, so these can have no times.
            del self._held[0]
        return ()

    def _restart(self) -> Sequence[Placed]:
        """Measure the rate again, from the waiting samples on."""
        self._line = None
        self._starting = SampleLine()
        for each in self._held:
            self._starting.add(each.arrival)
        return ()

    def _wait(self, line: SampleLine, arrival: Arrival) -> Sequence[Placed]:
        """Hold late samples until it is clear whether others are missing."""
        waited_s = arrival.received_s - self._held[0].arrival.received_s
        hold_s = max(HOLD_S, HOLD_INTERVALS * self._interval_s)
        if waited_s < hold_s and len(self._held) <= MOST_HELD:
            return ()
        arrivals = [each.arrival for each in self._held]
        middle_s = arrival.received_s - hold_s / 2.0
        before_s = min(
            (line.delay_s(each) for each in arrivals if each.received_s < middle_s),
            default=float("inf"),
        )
        since_s = min(line.delay_s(each) for each in arrivals if each.received_s >= middle_s)
        if before_s - since_s > CATCHING_UP * hold_s and len(self._held) <= MOST_HELD:
            return ()
        self._breaks = self._breaks + 1 if self._row_ends_s > arrivals[0].received_s else 1
        self._row_ends_s = arrival.received_s + BREAKS_APART_S
        other = abs(lower_slope_s(arrivals) - line.period_s) > OTHER_RATE * line.period_s
        if other and self._breaks >= OTHER_RATE_BREAKS:
            return self._restart()
        line.break_run(arrivals)
        self._refitted_s = arrival.received_s
        self._late_refits = 0
        self._moved = True
        return self._release(line)

    def _refit(self, line: SampleLine, now_s: float) -> None:
        """Fit the line from time to time, and check whether it must move on."""
        if now_s - self._refitted_s < REFIT_S:
            return
        least_s = line.least_delay_s(self._refitted_s)
        self._refitted_s = now_s
        line.fit()
        missing = least_s > max(MISSING_S, MISSING_INTERVALS * self._interval_s)
        self._late_refits = self._late_refits + 1 if missing else 0
        if self._late_refits == MISSING_REFITS:
            line.break_run(line.arrivals(now_s - MISSING_REFITS * REFIT_S))
            self._late_refits = 0
            self._moved = True

    def _release(self, line: SampleLine) -> Sequence[Placed]:
        """Put every waiting sample on the line."""
        held, self._held = self._held, []
        return [Placed(each, *self._times(line, each.arrival.sample, each.size)) for each in held]

    def _times(self, line: SampleLine, last: int, count: int) -> tuple[float, float]:
        """Return start and step of rising times along the line, which may have moved a little."""
        period_s = line.period_s
        shortest_s, longest_s = (1.0 - MAX_SLEW) * period_s, (1.0 + MAX_SLEW) * period_s
        first_s, last_s = line.time_s(last - count + 1), line.time_s(last)
        moved, self._moved = self._moved, False
        newest_s = self._newest_s
        if newest_s is None or (moved and first_s >= newest_s + shortest_s):
            start_s, step_s = first_s - period_s, period_s
        else:
            start_s = newest_s
            step_s = min(max((last_s - newest_s) / count, shortest_s), longest_s)
        self._newest_s = start_s + step_s * count
        return start_s, step_s


def _joined(placed: Sequence[Placed]) -> Iterator[TimedFrame]:
    """Yield frames with their times; neighbours of one run together."""

    def neighbours(numbered: tuple[int, Placed]) -> tuple[int, int]:
        # A run that waited too long has lost frames at its beginning.
        number, each = numbered
        return id(each.held.source), each.held.place - number

    for _, alike in groupby(enumerate(placed), neighbours):
        frames = [each for _, each in alike]
        held = frames[0].held
        step = np.array([[each.step_s] for each in frames])
        start = np.array([[each.start_s] for each in frames])
        time_s = (start + step * np.arange(1, held.size + 1, dtype=np.float64)).reshape(-1)
        source = held.source
        if isinstance(source, FrameRun):
            source = source[held.place : held.place + len(frames)]
        yield TimedFrame(time_s, source.acc_mps2, source.gyro_radps, source.saturated)


class MixedClock:
    """Uses timestamps where a frame has them, and arrivals where it has none.

    When that changes, another program runs on the board, and a fresh clock begins: what waited in
    the other one belongs to a stream that has ended.
    """

    def __init__(self) -> None:
        self._clock: SessionClock = ArrivalClock()
        self._has_stamps = False

    def process(self, frame: Frame) -> tuple[TimedFrame, ...]:
        """Return the frame with times, and any that waited for it."""
        self._choose(has_stamps=frame.stamps_s is not None)
        return self._clock.process(frame)

    def process_run(self, run: FrameRun) -> Iterator[TimedFrame]:
        """Yield the frames with times, and any that waited for them."""
        self._choose(has_stamps=run.stamp_s is not None)
        yield from self._clock.process_run(run)

    def _choose(self, *, has_stamps: bool) -> None:
        if has_stamps is not self._has_stamps:
            self._has_stamps = has_stamps
            self._clock = DeviceClock() if has_stamps else ArrivalClock()
