"""Movements in one direction, called strokes, found on a track while they happen.

Theory of operation. The finder is either *idle*, waiting for travel away from the last stillness,
or *inside* a stroke. A stroke's turning point is where it came from; its progress is the travel
from there. Inside, the first of these to happen decides:

    run-out     slowing so fast that it will have ended by now (`ENDING`), once
    slow-down   speed below 10 % of the stroke's own peak → it has ended, for now (`ENDED`)
    settling    no change for a moment after that → the end can be believed (`SETTLED`)
    resumption  faster again, and further the same way → it had only stuck and has not ended
    reversal    way back of more than a share of the progress → finished; the next stroke began
                at the furthest point
    stillness   ended and slow for a while → finished; idle
    straying    more travel off the track than on it → finished; idle

Every decision depends on samples alone, never on how they were cut into blocks.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from tracker.detect.history import History
    from tracker.detect.track import Track

BOUNDARY_SHARE: Final = 0.10
"""A phase ends where the speed crosses this share of the movement's own peak (definition)."""

MOST_BOUNDARY_SHARE: Final = 0.5
"""However noisy a track is, a movement is still there at half of its peak speed."""

EDGE_SHARE: Final = 0.15
"""Where a track trembles, a movement lies between 15 % and 85 % of its travel: what somebody marks
who looks at a curve of tilt, and beyond the tremble of 1° in movements of 8° and more."""

BULK_SHARE: Final = 0.15
"""Share of the travel by which the movement must have started: more than a tremor before it."""

LOOK_BACK_S: Final = 2.0
"""A slow movement starts this long before it is faster than what counts as still."""

LEAD_S: Final = 0.15
"""Standstill is looked for this far beyond the boundaries, where a tenth of the speed is left."""

FORESEEN_SHARE: Final = 0.6
"""A stroke this fast, as a share of its peak, is not about to stop, however hard it brakes."""

KNOWN_AHEAD_S: Final = 0.05
"""Samples that smoothing still holds have happened: a foreseen end is not said to be later."""

_FALL_SAMPLES: Final = 4
"""Samples over which the fall of the speed is read."""

HELD_S: Final = 0.3
"""Where travel tells the edges of a movement, the rest beside them is looked at for this long."""

BESIDE_EDGES: Final = 0.7
"""From standstill to the edge of a movement, as a share of its time between the edges (minimum
jerk): a slow one is far from rest `HELD_S` beside them."""

_SCAN: Final = 128
"""Samples that one scan looks at; those after the end of a stroke are looked at once more."""


@dataclass(frozen=True, slots=True)
class StrokeSettings:
    """When a movement is one, and when it is over."""

    least_travel: float
    """Smallest travel that is looked at, in the track's unit (rad or m)."""
    reversal_share: float = 0.3
    """Way back that makes a reversal, as a share of the progress: more than a dip in a hold."""
    resume_share: float = 0.2
    """Speed, as a share of the peak, at which a stuck stroke goes on: twice the boundary."""
    resume_travel_share: float = 0.2
    """Further travel that a resumption needs, as a share of `least_travel`."""
    settle_s: float = 0.15
    """A stroke that has not resumed after this has ended: sticking points last less."""
    still_s: float = 0.4
    """Stillness that ends the stroke for good, so that the next finds its own axis."""
    foresight_s: float = 0.08
    """How far ahead a slow-down is foreseen: what smoothing and a packet keep from us."""
    longest_s: float = 30.0
    """A stroke with its hold that takes longer is no rep; bounds what must be remembered."""


class StrokeState(Enum):
    """What is new about a stroke."""

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


TENTATIVE: Final = frozenset({StrokeState.BEGUN, StrokeState.ENDING, StrokeState.ENDED})
"""States in which the movement may still go on, and its measures are of what has come so far."""

UNENDED: Final = frozenset({StrokeState.BEGUN, StrokeState.ENDING})
"""States in which the end of the movement has not been seen, but foreseen at most."""


@dataclass(frozen=True, slots=True)
class Stroke:
    """News of one stroke."""

    number: int
    """Counts strokes; the news of one stroke share it."""
    state: StrokeState
    direction: int
    """+1 or -1 along the track."""
    turn: int
    """Sample at which it turned, or left stillness."""
    furthest: int
    """Sample of its furthest point so far."""
    now: int
    """Sample at which this became known."""
    start: float
    """Sample, with fraction, where the speed rose above the boundary."""
    end: float | None
    """Sample, with fraction, where it fell below, or will in a moment; None while it moves."""
    leaves: int
    """Sample before `start` at which it still stood, or turned."""
    arrives: int
    """Sample after `end` at which it stood again, or turned; the newest while it moves."""
    travel: float
    """Progress so far, in the track's unit."""


class StrokeFinder:
    """Finds strokes along a track."""

    def __init__(self, history: History, track: Track, settings: StrokeSettings) -> None:
        self._history = history
        self._track = track
        self._settings = settings
        self._lag = round(track.lag_s * history.rate_hz)
        self._settle = round(settings.settle_s * history.rate_hz)
        self._still = round(settings.still_s * history.rate_hz)
        self._longest = round(settings.longest_s * history.rate_hz)
        self._known_ahead = KNOWN_AHEAD_S * history.rate_hz
        self._foresight = round(settings.foresight_s * history.rate_hz)
        self._number = 0
        self._next = 0
        self._floor = 0
        self._inside = False

    def restart(self, track: Track | None = None) -> None:
        """Drop the stroke that a hole in the stream cut; go on along another track, if given."""
        if track is not None:
            self._track = track
            self._lag = round(track.lag_s * self._history.rate_hz)
        self._inside = False
        self._next = self._floor = self._history.stop
        self._track.restart()

    @property
    def position(self) -> int:
        """Number of the next sample to look at."""
        return self._next

    def scan(self, until: int) -> Iterator[Stroke]:
        """Yield what the samples from `position` up to `until` tell, in order."""
        while self._next < until:
            last = min(self._next + _SCAN, until)
            if self._inside:
                yield from self._scan_inside(last)
            else:
                yield from self._scan_idle(last)

    def _scan_idle(self, last: int) -> Iterator[Stroke]:
        onset = self._track.onset(self._next, last, self._settings.least_travel)
        if onset is None:
            self._next = last
            return
        self._begin(onset.anchor, onset.direction)
        self._next = onset.sample + 1
        self._follow(onset.anchor, onset.sample + 1)
        yield self._news(StrokeState.BEGUN, onset.sample)

    def _begin(self, turn: int, direction: int) -> None:
        self._inside = True
        self._number += 1
        self._turn = turn
        self._direction = direction
        self._track.turned(turn)
        position, _ = self._track.coordinate(turn, turn + 1)
        self._origin = float(position[0])
        self._progress = 0.0
        self._furthest = turn
        self._peak = 0.0
        self._end: float | None = None
        self._end_sample = turn
        self._end_progress = 0.0
        self._settled = False
        self._foreseen = False
        self._last_fast = turn

    def _follow(self, first: int, last: int) -> None:
        """Take samples into the stroke without deciding anything."""
        position, speed = self._track.coordinate(first, last)
        progress = self._direction * (position - self._origin)
        best = int(np.argmax(progress))
        if progress[best] > self._progress:
            self._progress, self._furthest = float(progress[best]), first + best
        self._peak = max(self._peak, float((self._direction * speed).max()))
        self._last_fast = last - 1

    def _scan_inside(self, last: int) -> Iterator[Stroke]:
        """Follow the stroke through the samples up to `last`, unless it is over before.

        Every decision rests on those before it, so they are taken sample by sample; only what
        needs no decision comes in arrays.
        """
        settings = self._settings
        boundary = self._boundary()
        samples = enumerate(self._samples(self._next, last), self._next)
        for now, (progress, forward, before, faster, slow, strayed) in samples:
            self._next = now + 1
            if progress > self._progress:
                self._progress, self._furthest = progress, now
            if forward > self._peak:
                self._peak = forward
                boundary = self._boundary()
            if not slow:
                self._last_fast = now
            back = self._progress - progress
            if back > settings.least_travel and back > settings.reversal_share * self._progress:
                yield from self._reverse(now)
                return
            has_stopped = self._end is not None and self._is_still(now)
            if has_stopped or strayed or now - self._turn > self._longest:
                yield self._finish(now)
                self._inside = False
                return
            if self._end is None:
                fall = (faster - forward) / _FALL_SAMPLES
                if forward < boundary and self._progress >= settings.least_travel:
                    self._end = now - 1 - self._lag + _crossing(before, forward, boundary)
                    self._end_sample, self._end_progress = now, progress
                    self._settled = False
                    yield self._news(StrokeState.ENDED, now)
                elif not self._foreseen and self._is_running_out(forward, boundary, fall):
                    self._foreseen = True
                    ahead = min((forward - boundary) / fall, self._known_ahead)
                    yield self._news(StrokeState.ENDING, now, now + ahead)
            elif self._has_resumed(progress, forward):
                self._end = None
                self._foreseen = False
            elif not self._settled and now - self._end_sample >= self._settle:
                self._settled = True
                yield self._news(StrokeState.SETTLED, now)

    def _samples(
        self, first: int, last: int
    ) -> Iterator[tuple[float, float, float, float, bool, bool]]:
        """Return what is looked at in each sample.

        Returns
        -------
        iterator of tuple
            Progress; speed in this sample, in the one before and `_FALL_SAMPLES` before, NaN where
            that was before the turn; whether it is slow; whether it has strayed.
        """
        lead = min(_FALL_SAMPLES, first - self._turn)
        position, speed = self._track.coordinate(first - lead, last)
        position = position[lead:]
        progress: list[float] = (self._direction * (position - self._origin)).tolist()
        speeds: list[float] = (self._direction * speed).tolist()
        speeds = [math.nan] * (_FALL_SAMPLES - lead) + speeds
        slow: list[bool] = self._track.slow(first, last).tolist()
        strayed = self._track.strayed(first, position, self._settings.least_travel)
        return zip(
            progress,
            speeds[_FALL_SAMPLES:],
            speeds[_FALL_SAMPLES - 1 :],
            speeds,
            slow,
            strayed.tolist(),
            strict=False,
        )

    def _is_still(self, now: int) -> bool:
        """Return whether the hips were still for a while since the stroke ended."""
        return now - max(self._last_fast, self._end_sample) >= self._still

    def _has_resumed(self, progress: float, forward: float) -> bool:
        """Return whether a stroke that had ended is faster again, and further on."""
        further = self._settings.resume_travel_share * self._settings.least_travel
        return (
            forward > self._settings.resume_share * self._peak
            and progress > self._end_progress + further
        )

    def _is_running_out(self, forward: float, boundary: float, fall: float) -> bool:
        """Return whether the speed, falling on as it does, crosses the boundary soon enough.

        A stop is braked all the way, so a straight line foresees it by some hundredths of a
        second.
        """
        return (
            forward - boundary <= fall * self._foresight
            and forward < FORESEEN_SHARE * self._peak
            and self._progress >= 2.0 * self._settings.least_travel
        )

    def _boundary(self) -> float:
        """Return the speed at which the movement starts and ends.

        That is 10 % of its peak by definition. Where the track is noisier than that, its noise
        stands in, up to half of the peak.
        """
        noise = min(self._track.noise, MOST_BOUNDARY_SHARE * self._peak)
        return max(BOUNDARY_SHARE * self._peak, noise)

    def _finish(self, now: int) -> Stroke:
        if self._end is None:
            self._end = float(self._furthest)
        return self._news(StrokeState.FINISHED, now)

    def _reverse(self, now: int) -> Iterator[Stroke]:
        """Finish the stroke and follow the one that began at its furthest point.

        Where the track trembles, that is the last point as good as the furthest.
        """
        yield self._finish(now)
        position, _ = self._track.coordinate(self._furthest, now + 1)
        progress = self._direction * (position - self._origin)
        turn = self._furthest + int(
            np.flatnonzero(progress >= self._progress - self._track.tremble)[-1]
        )
        self._begin(turn, -self._direction if self._track.signed else 1)
        self._follow(turn, now + 1)
        yield self._news(StrokeState.BEGUN, now)

    def _news(self, state: StrokeState, now: int, foreseen: float | None = None) -> Stroke:
        rate_hz = self._history.rate_hz
        first = max(self._turn - round(LOOK_BACK_S * rate_hz), self._floor)
        lead = round(LEAD_S * rate_hz)
        end = float(now) if self._end is None else self._end
        if foreseen is not None:
            end = foreseen
        reach = round(HELD_S * rate_hz) if self._track.tremble else lead
        last = min(max(math.ceil(end) + reach, self._furthest), now)
        position, speed = self._track.coordinate(first, last + 1)
        progress, forward = self._direction * (position - self._origin), self._direction * speed
        if self._track.tremble:
            start, end = self._edges(progress, self._turn - first, end - first)
            rest = max(reach, round(BESIDE_EDGES * (end - start)))
            leaves, arrives = max(int(start) - rest, 0), min(math.ceil(end) + rest, last - first)
        else:
            start, end = self._start(progress, forward, first), end - first
            leaves = _last_rest(forward, int(start), lead)
            arrives = _first_rest(forward, math.ceil(end), lead)
        return Stroke(
            number=self._number,
            state=state,
            direction=self._direction,
            turn=self._turn,
            furthest=self._furthest,
            now=now,
            start=first + start,
            end=None if self._end is None and foreseen is None else first + end,
            leaves=first + leaves,
            arrives=first + arrives,
            travel=self._progress,
        )

    def _edges(self, progress: NDArray[np.float64], turn: int, end: float) -> tuple[float, float]:
        """Return where the travel leaves the rest before it and comes within reach of that after.

        That is nearer to the middle than 10 % of the speed: a movement from standstill to
        standstill is shorter by 0.2 of its duration at each end. Nearer to rest, such a track
        tells nothing.
        """
        held = progress[math.ceil(end) :]
        level = float(np.median(held)) if len(held) else self._progress
        edge = EDGE_SHARE * level
        middle = turn + int(np.argmax(progress[turn:] >= 0.5 * level))
        below = np.flatnonzero(progress[: middle + 1] < edge)
        beyond = middle + np.flatnonzero(progress[middle:] > level - edge)
        if not len(below) or not len(beyond):
            return float(turn), end
        left, right = int(below[-1]), int(beyond[0])
        after = min(left + 1, len(progress) - 1)
        start = left + _crossing(progress[left], progress[after], edge)
        return start, right - 1 + _crossing(progress[right - 1], progress[right], level - edge)

    def _start(
        self, progress: NDArray[np.float64], forward: NDArray[np.float64], first: int
    ) -> float:
        """Return where the speed last rose above the boundary before the bulk of the travel."""
        # A tremor before the movement crosses the boundary as well; the travel tells them apart.
        past_turn = progress[self._turn - first :]
        bulk = self._turn - first + int((past_turn >= BULK_SHARE * self._progress).argmax())
        threshold = self._boundary()
        below = (forward[: bulk + 1] < threshold).nonzero()[0]
        if not len(below):
            return float(self._turn - first)
        left = int(below[-1])
        if left + 1 >= len(forward):
            return float(left)
        return left + _crossing(forward[left], forward[left + 1], threshold)


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
