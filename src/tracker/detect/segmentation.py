"""Movements in one direction, called segments, found on a track while they happen.

Theory of operation. The finder is either *idle*, waiting for travel away from the last stillness,
or *inside* a segment. A segment's turning point is where it came from; its progress is the travel
from there. Inside, the first of these to happen decides:

    run-out     slowing so fast that it will have ended by now (`ENDING`), once
    slow-down   speed below 10 % of the segment's own peak → it has ended, for now (`ENDED`)
    settling    no change for a moment after that → the end can be believed (`SETTLED`)
    resumption  soon faster again, and further the same way → it had only stuck and not ended
    reversal    way back of more than a share of the progress, or than any dip → finished; the
                next segment began at the furthest point
    stillness   ended and slow for a while → finished; idle
    straying    more travel off the track than on it → finished; idle

Every decision depends on samples alone, never on how they were cut into blocks.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from tracker.detect.buffer import MotionBuffer
    from tracker.detect.tracks import Track


BOUNDARY_SHARE: Final = 0.10
"""A phase ends where the speed crosses this share of the movement's own peak (definition)."""

MOST_BOUNDARY_SHARE: Final = 0.5
"""However noisy a track is, a movement is still there at half of its peak speed."""

EDGE_SHARE: Final = 0.15
"""Where a track trembles, a movement lies between 15 % and 85 % of its travel: what somebody marks
who looks at a curve of tilt, and beyond the tremble of 1° in movements of 8° and more."""

BULK_SHARE: Final = 0.15
"""The bulk of a movement lies between 15 % and 85 % of its travel: a tremor before it, and the
creep of hips at the lockout, stay outside."""

BULK_LASTS: Final = 0.4
"""A minimum-jerk movement goes from 15 % to 85 % of its travel in this share of its duration."""

SWAY_SHARE: Final = 0.05
QUICK_S: Final = 1.0
"""A movement of over `QUICK_S` is hardly faster than its lifter sways. So its speed is averaged
over `SWAY_SHARE` of the excess before and after each sample. That widens it by under 1 %."""

LOOK_BACK_S: Final = 2.0
"""A slow movement starts this long before it is faster than what counts as still."""

LEAD_S: Final = 0.15
"""Standstill is looked for this far beyond the boundaries, where a tenth of the speed is left."""

FORESEEN_SHARE: Final = 0.6
"""A segment this fast, as a share of its peak, is not about to stop, however hard it brakes."""

KNOWN_AHEAD_S: Final = 0.05
"""Samples that smoothing still holds have happened: a foreseen end is not reported to be later."""

_FALL_SAMPLES: Final = 4
"""Samples over which the fall of the speed is read."""

HELD_S: Final = 0.3
"""Samples this long after the end of a movement are read as well, to find its edges."""

BESIDE_EDGES: Final = 0.7
"""From standstill to the edge of a movement, as a share of its time between the edges (minimum
jerk): a slow one is far from rest `HELD_S` beside them."""

_SCAN: Final = 192
"""Samples that one scan looks at; those after the end of a segment are looked at once more."""

_SCAN_IDLE: Final = 512
"""The same where no segment is followed."""


@dataclass(frozen=True, slots=True)
class SegmenterSettings:
    """When a movement is one, and when it is over."""

    least_travel: float
    """Smallest travel that is looked at, in the track's unit (rad or m)."""
    reversal_share: float = 0.3
    """Way back that makes a reversal, as a share of the progress: more than a dip in a hold."""
    most_dip: float = math.inf
    """Way back that makes a reversal however far a segment went, in the track's unit: no dip in a
    hold is deeper, and what went further than any rep holds nothing."""
    resume_share: float = 0.2
    """Speed, as a share of the peak, at which a stuck segment goes on: twice the boundary."""
    resume_travel_share: float = 0.2
    """Further travel that a resumption needs, as a share of `least_travel`."""
    resume_within_s: float = 2.0
    """And it does so within this: what moves on later is the sway of a hold."""
    settle_s: float = 0.15
    """A segment that has not resumed after this has ended: sticking points last less."""
    still_s: float = 0.4
    """Stillness that ends the segment for good, so that the next finds its own axis."""
    foresight_s: float = 0.08
    """How far ahead a slow-down is foreseen: what smoothing and a packet keep from us."""
    shortest_s: float = 0.08
    """A segment that turns back sooner is shaking: a step takes 0.3 s."""
    longest_s: float = 30.0
    """A segment with its hold that takes longer is no rep; bounds what must be remembered."""


class SegmentState(Enum):
    """What is new about a segment."""

    BEGUN = "begun"
    """It has travelled far enough to be looked at."""
    ENDING = "ending"
    """Its speed falls so fast that it is about to cross the boundary; `end` is foreseen."""
    ENDED = "ended"
    """Its speed fell below the boundary."""
    SETTLED = "settled"
    """It has stayed below for a moment."""
    FINISHED = "finished"
    """A reversal or stillness followed: nothing about it will change."""


TENTATIVE: Final = (SegmentState.BEGUN, SegmentState.ENDING, SegmentState.ENDED)
"""States in which the movement may still go on, and its measures are of what has come so far."""

UNENDED: Final = (SegmentState.BEGUN, SegmentState.ENDING)
"""States in which the end of the movement has not been seen, but foreseen at most."""


@dataclass(slots=True, eq=False)
class Segment:
    """News of one segment; it is not frozen because freezing triples what each one costs."""

    number: int
    """Counts segments; the news of one segment share it."""
    state: SegmentState
    direction: int
    """+1 or -1 along the track."""
    turn: int
    """Sample at which it turned, or left stillness."""
    furthest: int
    """Sample of its furthest point so far."""
    now: int
    """Sample at which this became known."""
    end: float | None
    """Sample, with fraction, where its speed fell below the boundary, or will in a moment; None
    while it moves."""
    travel: float
    """Progress so far, in the track's unit."""
    peak: float
    """Largest speed so far, in the track's unit per second."""
    axis: NDArray[np.float64] | None
    """Unit axis about which it turns, in sensor axes, shape (3,); None where that is unknown."""
    floor: int
    """First sample after the latest gap in the stream."""
    origin: float
    """Coordinate of the track at which it turned."""


class Edges(NamedTuple):
    """Where a segment starts and ends."""

    start: float
    """Sample, with fraction, where the speed rose above the boundary."""
    end: float
    """Sample, with fraction, where it fell below, or the newest while it moves."""
    leaves: int
    """Sample before `start` at which it still stood, or turned."""
    arrives: int
    """Sample after `end` at which it stood again, or turned; the newest while it moves."""


class _Path:
    """Progress and speed of one segment, each sample's worked out once."""

    def __init__(self) -> None:
        self._values: NDArray[np.float64] = np.empty((2, 2 * _SCAN))
        self.first = 0
        """Number of the first sample."""
        self.stop = 0
        """Number of the sample that comes next."""

    def begin(self, first: int) -> None:
        """Follow another segment, from the sample `first` on."""
        self.first = self.stop = first

    def extend(
        self, position: NDArray[np.float64], speed: NDArray[np.float64], origin: float, sign: int
    ) -> None:
        """Take the next samples of a track; the segment goes up on it, or down with `sign` -1."""
        held = self.stop - self.first
        count = held + len(position)
        if count > self._values.shape[1]:
            grown = np.empty((2, 2 * count))
            grown[:, :held] = self._values[:, :held]
            self._values = grown
        self.stop += len(position)
        progress, forward = self._values[:, held:count]
        if sign > 0:
            np.subtract(position, origin, out=progress)
            forward[:] = speed
        else:
            np.subtract(origin, position, out=progress)
            np.negative(speed, out=forward)

    def progress(self, first: int, last: int) -> NDArray[np.float64]:
        """Return the travel since the turn for samples first ≤ i < last, shape (n,)."""
        return self._values[0, first - self.first : last - self.first]

    def forward(self, first: int, last: int) -> NDArray[np.float64]:
        """Return the speed in the direction of the segment, shape (n,)."""
        return self._values[1, first - self.first : last - self.first]


class Segmenter:
    """Finds segments along a track."""

    def __init__(self, buffer: MotionBuffer, track: Track, settings: SegmenterSettings) -> None:
        self._buffer = buffer
        self._settings = settings
        rate_hz = buffer.rate_hz
        self._settle = round(settings.settle_s * rate_hz)
        self._resume = round(settings.resume_within_s * rate_hz)
        self._longest = round(settings.longest_s * rate_hz)
        self._shortest = round(settings.shortest_s * rate_hz)
        self._known_ahead = KNOWN_AHEAD_S * rate_hz
        self._foresight = round(settings.foresight_s * rate_hz)
        self._look_back = round(LOOK_BACK_S * rate_hz)
        self._path = _Path()
        self._number = 0
        self._next = 0
        self._floor = 0
        self._turned_now = -1
        self._inside = False
        self._along(track)

    def _along(self, track: Track) -> None:
        self._track = track
        rate_hz = self._buffer.rate_hz
        self._lag = round(track.lag_s * rate_hz)
        self._still = round(self._settings.still_s * rate_hz)
        self._still_span = min(round(track.still_span_s * rate_hz), self._still - 1)
        """Samples of stillness that the first still one has behind it."""

    def restart(self, track: Track | None = None) -> None:
        """Drop the segment that a gap in the stream cut; go on along another track, if given."""
        if track is not None:
            self._along(track)
        self._inside = False
        self._next = self._floor = self._buffer.stop
        self._track.restart()

    @property
    def position(self) -> int:
        """Number of the next sample to look at."""
        return self._next

    def scan(self, until: int) -> Iterator[Segment]:
        """Yield what the samples from `position` up to `until` tell, in order."""
        while self._next < until:
            if self._inside:
                yield from self._scan_inside(min(self._next + _SCAN, until))
            else:
                yield from self._scan_idle(min(self._next + _SCAN_IDLE, until))

    def _scan_idle(self, last: int) -> Iterator[Segment]:
        onset = self._track.onset(self._next, last, self._settings.least_travel)
        if onset is None:
            self._next = last
            return
        self._next = onset.sample + 1
        self._begin(onset.anchor, onset.direction, onset.sample)
        yield self._news(SegmentState.BEGUN, onset.sample)

    def _begin(self, turn: int, direction: int, now: int) -> None:
        """Follow a new segment from the sample at which it turned up to the newest."""
        self._inside = True
        self._number += 1
        self._turn = turn
        self._direction = direction
        self._track.turned(turn)
        self._aimed_again = False
        self._follow(now)
        self._end: float | None = None
        self._end_sample = turn
        self._end_progress = 0.0
        self._settled = False
        self._foreseen = False
        self._last_fast = now

    def _follow(self, now: int) -> None:
        """Take the samples from the turn up to the newest into the segment."""
        turn, path = self._turn, self._path
        first = max(turn - self._look_back, self._floor)
        position, speed = self._track.coordinate(first, now + 1)
        self._origin = float(position[turn - first])
        path.begin(first)
        path.extend(position, speed, self._origin, self._direction)
        progress = path.progress(turn, now + 1)
        best = int(progress.argmax())
        self._progress, self._furthest = max(float(progress[best]), 0.0), turn + best
        self._peak = max(float(path.forward(turn, now + 1).max()), 0.0)

    def _scan_inside(self, last: int) -> Iterator[Segment]:
        """Follow the segment through the samples up to `last`, unless it is over before.

        What the rows of the table ask of a sample is worked out for many at once; which row
        applies is decided sample by sample, from the first that asks for a decision to the next.
        """
        settings, path, first = self._settings, self._path, self._next
        if path.stop < last:
            position, speed = self._track.coordinate(path.stop, last)
            path.extend(position, speed, self._origin, self._direction)
        least, count = settings.least_travel, last - first
        progress, forward = path.progress(first, last), path.forward(first, last)
        furthest = _largest_so_far(progress, self._progress)
        peak = _largest_so_far(forward, self._peak)
        boundary = BOUNDARY_SHARE * peak
        if self._track.noise:
            np.maximum(
                boundary,
                np.minimum(self._track.noise, MOST_BOUNDARY_SHARE * peak),
                out=boundary,
            )
        over = self._over(first, progress, furthest)
        fast: NDArray[np.intp] | None = None
        ended: NDArray[np.bool_] | None = None
        at = 0
        while at < count:
            if self._end is None:
                ended = None
                wanted = forward < boundary
                if self._progress < least:
                    wanted &= furthest >= least
                wanted |= over
                if not self._foreseen:
                    wanted |= self._foresees(first, forward, boundary, peak, furthest)
            else:
                if fast is None:
                    samples = np.arange(first, last)
                    fast = np.maximum.accumulate(
                        np.where(self._track.slow(first, last), self._last_fast, samples)
                    )
                if ended is None:
                    further = settings.resume_travel_share * least
                    ended = forward > settings.resume_share * peak
                    ended &= progress > self._end_progress + further
                    ended[max(self._end_sample + self._resume + 1 - first, 0) :] = False
                    ended |= over
                    stood = np.maximum(fast - self._still_span, self._end_sample)
                    ended |= samples - stood >= self._still
                wanted = ended
                if not self._settled:
                    wanted = ended.copy()
                    wanted[max(self._end_sample + self._settle - first, 0) :] = True
            found = int(wanted[at:].argmax()) + at
            decided = bool(wanted[found])
            if not decided:
                found = count - 1
            if furthest[found] > self._progress:
                self._furthest = first + at + int((progress[at:] >= furthest[found]).argmax())
                self._progress = float(furthest[found])
            self._peak = float(peak[found])
            if fast is not None:
                self._last_fast = int(fast[found])
            now, at = first + found, found + 1
            self._next = now + 1
            if decided:
                yield from self._decide(
                    now,
                    over=bool(over[found]),
                    progress=float(progress[found]),
                    forward=float(forward[found]),
                    boundary=float(boundary[found]),
                )
                if not self._inside or self._turned_now == now:
                    return

    def _over(
        self, first: int, progress: NDArray[np.float64], furthest: NDArray[np.float64]
    ) -> NDArray[np.bool_]:
        """Return where a segment has turned back, strayed, or lasted too long."""
        settings = self._settings
        back = furthest - progress
        over: NDArray[np.bool_] = back > settings.least_travel
        if over[over.argmax()]:
            over &= back > np.minimum(settings.reversal_share * furthest, settings.most_dip)
        strayed = self._track.strayed(first, first + len(progress), settings.least_travel)
        if strayed is not None:
            over |= strayed
        over[max(self._turn + self._longest + 1 - first, 0) :] = True
        return over

    def _foresees(
        self,
        first: int,
        forward: NDArray[np.float64],
        boundary: NDArray[np.float64],
        peak: NDArray[np.float64],
        furthest: NDArray[np.float64],
    ) -> NDArray[np.bool_]:
        """Return where the speed falls so fast that it will be below the boundary in a moment."""
        foreseen: NDArray[np.bool_] = forward < FORESEEN_SHARE * peak
        if furthest[0] < 2.0 * self._settings.least_travel:
            foreseen &= furthest >= 2.0 * self._settings.least_travel
        # Before the turn, the speed is not of this segment.
        own = max(self._turn + _FALL_SAMPLES - first, 0)
        foreseen[:own] = False
        if foreseen[foreseen.argmax()]:
            start, last = first + own, first + len(forward)
            before = self._path.forward(start - _FALL_SAMPLES, last - _FALL_SAMPLES)
            fall = (before - forward[own:]) / _FALL_SAMPLES
            foreseen[own:] &= forward[own:] - boundary[own:] <= fall * self._foresight
        return foreseen

    def _decide(
        self,
        now: int,
        *,
        over: bool,
        progress: float,
        forward: float,
        boundary: float,
    ) -> Iterator[Segment]:
        """Take the first row of the table that applies to a sample."""
        settings = self._settings
        if over or (
            self._end is not None
            and now - max(self._last_fast - self._still_span, self._end_sample) >= self._still
        ):
            yield from self._end_it(now, progress)
        elif self._end is None:
            if forward < boundary and self._progress >= settings.least_travel:
                before = float(self._path.forward(now - 1, now)[0])
                self._end = now - 1 - self._lag + _crossing(before, forward, boundary)
                self._end_sample, self._end_progress = now, progress
                self._settled = False
                yield self._news(SegmentState.ENDED, now)
            else:
                self._foreseen = True
                earlier = float(self._path.forward(now - _FALL_SAMPLES, now)[0])
                fall = max((earlier - forward) / _FALL_SAMPLES, 1e-12)
                ahead = min(max((forward - boundary) / fall, 0.0), self._known_ahead)
                yield self._news(SegmentState.ENDING, now, now + ahead)
        elif (
            now - self._end_sample <= self._resume
            and forward > settings.resume_share * self._peak
            and progress
            > self._end_progress + settings.resume_travel_share * settings.least_travel
        ):
            self._end = None
            self._foreseen = False
        else:
            self._settled = True
            yield self._news(SegmentState.SETTLED, now)

    def _end_it(self, now: int, progress: float) -> Iterator[Segment]:
        """Finish the segment, and follow the one that began at its furthest point, if any did.

        Where the track trembles, that is the last point as good as the furthest. A segment turns
        later than the one before it and lasts for a while: what turns faster than hips can is
        shaking, and nothing is looked for before it has come to rest.
        """
        settings = self._settings
        back = self._progress - progress
        in_time = now - self._turn <= self._longest
        reversed_ = (
            in_time
            and back > settings.least_travel
            and back > min(settings.reversal_share * self._progress, settings.most_dip)
        )
        if self._end is None and in_time and not reversed_ and not self._aimed_again:
            # It has strayed: the first degrees were not of the axis about which it goes on.
            self._aimed_again = True
            if self._track.aim(self._turn, now):
                self._turned_now, self._direction = now, 1
                self._follow(now)
                return
        if self._end is None:
            self._end = float(self._furthest)
        self._inside = False
        yield self._news(SegmentState.FINISHED, now)
        if not reversed_:
            return
        turn = self._furthest
        if self._track.tremble:
            near = self._path.progress(turn, now + 1) >= self._progress - self._track.tremble
            turn += int(np.flatnonzero(near)[-1]) if near.any() else 0
        if turn - self._turn < self._shortest:
            self._track.shake()
            return
        self._turned_now = now
        self._begin(turn, -self._direction if self._track.signed else 1, now)
        yield self._news(SegmentState.BEGUN, now)

    def _news(self, state: SegmentState, now: int, foreseen: float | None = None) -> Segment:
        axis = self._track.axis
        return Segment(
            number=self._number,
            state=state,
            direction=self._direction,
            axis=axis if axis is None or self._direction > 0 else -axis,
            turn=self._turn,
            furthest=self._furthest,
            now=now,
            end=foreseen if foreseen is not None else self._end,
            travel=self._progress,
            peak=self._peak,
            floor=self._floor,
            origin=self._origin,
        )

    def edges(self, segment: Segment) -> Edges:
        """Return where a segment that was just reported left rest, and where it came to rest.

        It reads nothing after the sample at which the news became known.
        """
        rate_hz, track = self._buffer.rate_hz, self._track
        first = max(segment.turn - self._look_back, segment.floor)
        lead = round(LEAD_S * rate_hz)
        end = float(segment.now) if segment.end is None else segment.end
        reach = round(HELD_S * rate_hz)
        last = min(max(math.ceil(end) + reach, segment.furthest), segment.now)
        progress = self._path.progress(first, last + 1)
        turn = segment.turn - first
        if track.tremble:
            start, end = _edges_of_travel(progress, turn, end - first, segment.travel)
            rest = max(reach, round(BESIDE_EDGES * (end - start)))
            leaves, arrives = max(int(start) - rest, 0), min(math.ceil(end) + rest, last - first)
        else:
            forward = self._path.forward(first, last + 1)
            end -= first
            left, right = _bulk(progress, turn, segment.travel)
            over, boundary = segment.state not in TENTATIVE, self._boundary(segment.peak)
            start = _start(forward, left, turn, boundary)
            if over:
                end = _end(forward, right, end, boundary)
            leaves = _last_rest(forward, int(start), lead)
            arrives = _first_rest(forward, min(math.ceil(end), last - first), lead)
            longer = (right - left) / BULK_LASTS - QUICK_S * rate_hz
            half = math.floor(SWAY_SHARE * longer)
            if half > 0:
                # Where it stood still is told by the speed as it is.
                steady = _mean_over(forward, half)
                boundary = self._boundary(float(steady[turn:].max()))
                start = _start(steady, left, turn, boundary)
                if over:
                    end = _end(steady, right, end, boundary)
        return Edges(
            start=first + start,
            end=first + max(end, start),
            leaves=first + leaves,
            arrives=max(first + arrives, first + leaves),
        )

    def _boundary(self, peak: float) -> float:
        """Return the speed at which a movement starts and ends.

        That is 10 % of its peak by definition. Where the track is noisier than that, its noise
        stands in, up to half of the peak.
        """
        return max(BOUNDARY_SHARE * peak, min(self._track.noise, MOST_BOUNDARY_SHARE * peak))


def _largest_so_far(values: NDArray[np.float64], before: float) -> NDArray[np.float64]:
    """Return for each sample the largest value up to it, and what was the largest before."""
    largest = np.maximum(values, before)
    np.maximum.accumulate(largest, out=largest)
    return largest


def _median(values: NDArray[np.float64]) -> float:
    """Return the median; `np.median` takes ten times as long for a few values."""
    ordered, count = np.sort(values), len(values)
    return float(ordered[(count - 1) // 2] + ordered[count // 2]) / 2.0


def _edges_of_travel(
    progress: NDArray[np.float64], turn: int, end: float, travel: float
) -> tuple[float, float]:
    """Return where the travel leaves the rest before it and comes within reach of that after.

    That is nearer to the middle than 10 % of the speed: a movement from standstill to standstill
    is shorter by 0.2 of its duration at each end. Nearer to rest, such a track tells nothing.
    """
    held = progress[math.ceil(end) :]
    level = _median(held) if len(held) else travel
    edge = EDGE_SHARE * level
    middle = turn + int(np.argmax(progress[turn:] >= 0.5 * level))
    below = np.flatnonzero(progress[: middle + 1] < edge)
    beyond = middle + np.flatnonzero(progress[middle:] > level - edge)
    if not len(below) or not len(beyond):
        return float(turn), max(end, float(turn))
    left, right = int(below[-1]), int(beyond[0])
    after = min(left + 1, len(progress) - 1)
    start = left + _crossing(progress[left], progress[after], edge)
    stop = right - 1 + _crossing(progress[right - 1], progress[right], level - edge)
    return start, max(start, stop)


def _bulk(progress: NDArray[np.float64], turn: int, travel: float) -> tuple[int, int]:
    """Return the samples between which the bulk of the travel lies.

    A tremor before a movement crosses the boundary of its speed as well, and so does a dip in the
    hold before it: they are over by the last sample with less than the bulk. What comes after the
    first sample with all of it but a little is rest.
    """
    right = turn + int((progress[turn:] >= (1.0 - BULK_SHARE) * travel).argmax())
    less = (progress[turn : right + 1] < BULK_SHARE * travel).nonzero()[0]
    return turn + (int(less[-1]) if len(less) else 0), right


def _start(forward: NDArray[np.float64], left: int, turn: int, threshold: float) -> float:
    """Return where the speed last rose above the boundary before the bulk of the travel."""
    below = (forward[: left + 2] < threshold).nonzero()[0]
    if not len(below):
        return float(turn)
    last = int(below[-1])
    if last + 1 >= len(forward):
        return float(last)
    return last + _crossing(forward[last], forward[last + 1], threshold)


def _end(forward: NDArray[np.float64], right: int, end: float, threshold: float) -> float:
    """Return where the speed first fell below the boundary after the bulk, or `end`."""
    below = (forward[right:] < threshold).nonzero()[0]
    if not len(below):
        return end
    first = right + int(below[0])
    return first - 1 + _crossing(forward[first - 1], forward[first], threshold)


def _mean_over(speed: NDArray[np.float64], half: int) -> NDArray[np.float64]:
    """Return the mean over `half` samples before and after each, fewer at both ends."""
    at = np.arange(len(speed))
    before, after = np.maximum(at - half, 0), np.minimum(at + half + 1, len(speed))
    summed = np.concatenate(((0.0,), np.cumsum(speed)))
    mean: NDArray[np.float64] = (summed[after] - summed[before]) / (after - before)
    return mean


def _last_rest(forward: NDArray[np.float64], start: int, lead: int) -> int:
    """Return the last sample before `start`, within `lead`, that stood still or went back."""
    first = max(start - lead, 0)
    resting = (forward[first : start + 1] <= 0.0).nonzero()[0]
    return first + (int(resting[-1]) if len(resting) else 0)


def _first_rest(forward: NDArray[np.float64], end: int, lead: int) -> int:
    """Return the first sample after `end`, within `lead`, that stood still or went back."""
    ahead = forward[end : end + lead + 1]
    resting = (ahead <= 0.0).nonzero()[0]
    return min(end + (int(resting[0]) if len(resting) else lead), len(forward) - 1)


def _crossing(before: float, after: float, threshold: float) -> float:
    """Return the fraction of a step at which a straight line meets the threshold."""
    if before == after:
        return 0.0
    return float(min(max((threshold - before) / (after - before), 0.0), 1.0))
