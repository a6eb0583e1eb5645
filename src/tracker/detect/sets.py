"""Which drafts count, which belong together, and what is said about it.

A rep is announced when its lockout starts, the first one too. A set's first rep is provisional
until a second one like it follows: if none does, it was a set-up move and is withdrawn. What
becomes known later about an announced rep is said as a revision.
"""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass, field
from statistics import median
from typing import TYPE_CHECKING, Final

import numpy as np

from tracker.detect.reps import LONGEST_WAY_S, DraftState, plausible
from tracker.detect.strokes import StrokeState
from tracker.detect.summary import rep_from
from tracker.domain import (
    Extreme,
    LiftSignal,
    MarkKind,
    Phase,
    PhaseStarted,
    RepCompleted,
    RepCounted,
    RepRevised,
    SetEnded,
    SetStarted,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tracker.detect.reps import Draft, DraftNews, Pairing
    from tracker.domain import Event, Exercise, Rep

SAME_POSTURE: Final = float(np.cos(np.radians(30.0)))
"""Reps of a set start from one posture; a strap slips by 10°, and a restart differs by as much."""

PAIR_AXIS: Final = float(np.cos(np.radians(27.0)))
"""The two reps that make a set turn about one axis: a slip of 10°, a roll of 9°, and measuring."""

REFERENCE_REPS: Final = 3
"""The set's range is the median of its largest reps: one partial must not lower the mark."""

AT_ONCE_SHARE: Final = 0.85
"""A way up of this share of the set's range counts at once; a shorter one may only have stuck."""

FEW_REPS: Final = 3
"""As many small movements may turn out to have been set-up; more are a set, whatever follows."""

LONGEST_HOLD_S: Final = 15.0
"""A lockout may last this long on top of the set's rest-gap before the set is over."""


LONGEST_REP_S: Final = 2 * LONGEST_WAY_S + LONGEST_HOLD_S
"""Nothing older than this can still belong to a rep that is looked at."""


@dataclass(slots=True, eq=False)
class _Counted:
    """An announced rep and what was last said of it."""

    draft: Draft
    index: int
    gap: bool = False
    saturated: bool = False
    said: Rep | None = None
    """None until its end, or the lack of one, was said."""


@dataclass(slots=True, eq=False)
class _OpenSet:
    index: int
    by_hand: bool
    start_s: float
    reps: list[_Counted] = field(default_factory=list)
    rival: Draft | None = None
    """A movement that did not count; if one like it follows, the reps so far were none."""

    @property
    def confirmed(self) -> bool:
        return self.by_hand or len(self.reps) > 1

    @property
    def reference_size(self) -> float | None:
        sizes = sorted((_size(rep.draft) for rep in self.reps), reverse=True)
        return median(sizes[:REFERENCE_REPS]) if sizes else None


class SetKeeper:
    """Turns news of drafts into events."""

    def __init__(self, exercise: Exercise, pairing: Pairing) -> None:
        self._exercise = exercise
        self._pairing = pairing
        self._set: _OpenSet | None = None
        self._sets = 0
        self._busy_until_s = -math.inf
        self._lost_s = 0.0
        self._saturations: deque[tuple[float, float]] = deque()

    @property
    def deadline_s(self) -> float:
        """Session time at which the open set ends unless something happens before, s."""
        if self._set is None or not self._set.reps:
            return math.inf
        draft = self._set.reps[-1].draft
        holding = self._exercise.starts_from is Extreme.BOTTOM and draft.eccentric is None
        patience_s = self._exercise.set_gap_s + (LONGEST_HOLD_S if holding else 0.0)
        return max(draft.end_s + self._lost_s + patience_s, self._busy_until_s)

    def feed(self, news: DraftNews) -> Iterator[Event]:
        """Yield the events that news of a draft leads to."""
        draft = news.draft
        counted = self._counted(draft)
        if counted is None and draft.first.start_s > self._deadline_of_rest_s():
            yield from self.end()
        if news.state in (DraftState.GOING, DraftState.RETURNING):
            self._busy_until_s = news.movement.start_s + LONGEST_WAY_S
            yield from self._under_way(news)
            return
        if counted is not None:
            counted.draft = draft
            self._lost_s = 0.0
        elif self._may_count(draft):
            yield from self._count(draft)
            counted = self._counted(draft)
        # The measures of a movement are final a moment after its end.
        if counted is None or news.movement.state is StrokeState.ENDED:
            return
        if news.state is DraftState.RETURNED:
            yield from self._say(counted, None, "measured again")

    def saturated(self, start_s: float, end_s: float) -> None:
        """Take note of samples that hit the end of the sensor's range."""
        self._saturations.append((start_s, end_s))

    def gap(self, lost_s: float) -> Iterator[Event]:
        """Yield what a hole in the stream means: the rep that it cut keeps its count, flagged.

        The set goes on: nobody knows what happened in the hole, so it is no rest.
        """
        self._busy_until_s = -math.inf
        self._lost_s += lost_s
        if self._set is not None and self._set.reps:
            last = self._set.reps[-1]
            if last.said is None:
                last.gap = True
                yield from self._say(last, None, "samples are missing")

    def mark(self, kind: MarkKind, at_s: float) -> Iterator[Event]:
        """Yield what the wearer's key changes."""
        yield from self.end()
        if kind is MarkKind.SET_START:
            yield self._open(at_s, by_hand=True)

    def end(self) -> Iterator[Event]:
        """Yield the end of the open set, if there is one."""
        open_set = self._set
        if open_set is None:
            return
        if self._holds(open_set):
            for counted in open_set.reps:
                yield from self._say(counted, self._next_start_s(counted), "the set is over")
        else:
            for counted in tuple(reversed(open_set.reps)):
                yield from self._withdraw(counted, "nothing alike followed")
            self._sets -= 1
        end_s = open_set.reps[-1].draft.end_s if open_set.reps else open_set.start_s
        yield SetEnded(end_s, open_set.index, len(open_set.reps))
        self._set = None
        self._pairing.forget()

    @staticmethod
    def _holds(open_set: _OpenSet) -> bool:
        """Return whether a set is one: at least two reps whose end was seen, or lost in a gap."""
        whole = [rep for rep in open_set.reps if rep.draft.eccentric is not None or rep.gap]
        return open_set.by_hand or len(whole) > 1

    def _deadline_of_rest_s(self) -> float:
        """Return the latest start of a rep that still belongs to the open set, s."""
        if self._set is None or not self._set.reps:
            return math.inf
        return self._set.reps[-1].draft.end_s + self._lost_s + self._exercise.set_gap_s

    def _open(self, start_s: float, *, by_hand: bool) -> SetStarted:
        self._sets += 1
        self._set = _OpenSet(self._sets, by_hand, start_s)
        return SetStarted(start_s, self._sets)

    def _counted(self, draft: Draft) -> _Counted | None:
        reps = [] if self._set is None else self._set.reps
        return next((rep for rep in reversed(reps) if rep.draft.number == draft.number), None)

    def _may_count(self, draft: Draft) -> bool:
        """Return whether the draft can be a rep, and is far enough to say so."""
        up = draft.concentric
        if up is None or not plausible(self._exercise, up):
            return False
        reference = None if self._set is None else self._set.reference_size
        if reference is None or up.state is not StrokeState.ENDED:
            return True
        return up.size >= AT_ONCE_SHARE * reference

    def _count(self, draft: Draft) -> Iterator[Event]:
        """Announce the draft as a rep, if it fits the open set or opens one."""
        if self._set is None:
            yield self._open(draft.first.start_s, by_hand=False)
        open_set = self._set
        assert open_set is not None
        if open_set.reps and not open_set.by_hand and not self._belongs(open_set, draft):
            yield from self._settle_rivals(open_set, draft)
            return
        open_set.rival = None
        yield from self._announce(open_set, draft)

    def _belongs(self, open_set: _OpenSet, draft: Draft) -> bool:
        """Return whether a draft is a rep like those before it."""
        first = open_set.reps[0].draft
        if not open_set.confirmed and not (
            (first.eccentric is not None or open_set.reps[0].gap)
            and self._same_axis(first, draft)
        ):
            return False
        reference = open_set.reference_size
        share = self._exercise.rep_share
        return (
            reference is not None
            and share <= _size(draft) / reference <= 1.0 / share
            and _same_posture(first, draft)
        )

    def _same_axis(self, first: Draft, second: Draft) -> bool:
        """Return whether two drafts turned about one axis, where the exercise is a turning."""
        one, other = first.concentric, second.concentric
        assert one is not None
        assert other is not None
        if self._exercise.signal is LiftSignal.HEIGHT:
            return True
        return float(one.axis @ other.axis) >= PAIR_AXIS

    def _settle_rivals(self, open_set: _OpenSet, draft: Draft) -> Iterator[Event]:
        """Decide between the reps so far and a movement that is not like them.

        A much larger movement makes small ones before it set-up moves, for a movement under half
        of the range is no rep. A smaller one does not count itself, unless it has company.
        """
        rival, open_set.rival = open_set.rival, draft
        paired = rival is not None and rival.number != draft.number and _similar(rival, draft)
        first = open_set.reps[0].draft
        provisional = len(open_set.reps) <= FEW_REPS
        larger = _size(draft) > _size(first)
        half_done = not open_set.confirmed and first.eccentric is None
        if not provisional and not paired:
            return
        if provisional and not (larger or paired or half_done):
            return
        if provisional:
            for counted in tuple(reversed(open_set.reps)):
                yield from self._withdraw(counted, "the movements after it are not like it")
        else:
            yield from self.end()
            yield self._open((rival or draft).first.start_s, by_hand=False)
        now_open = self._set
        assert now_open is not None
        now_open.rival = None
        if paired and rival is not None:
            yield from self._announce(now_open, rival)
        yield from self._announce(now_open, draft)

    def _announce(self, open_set: _OpenSet, draft: Draft) -> Iterator[Event]:
        up = draft.concentric
        assert up is not None
        if open_set.reps:
            yield from self._say(open_set.reps[-1], draft.first.start_s, "the next rep has begun")
        counted = _Counted(draft, len(open_set.reps) + 1)
        open_set.reps.append(counted)
        self._lost_s = 0.0
        self._pairing.believe(up)
        yield RepCounted(up.end_s, open_set.index, counted.index)
        yield PhaseStarted(up.end_s, open_set.index, Phase.LOCKOUT)

    def _next_start_s(self, counted: _Counted) -> float | None:
        assert self._set is not None
        following = self._set.reps[counted.index : counted.index + 1]
        return following[0].draft.first.start_s if following else None

    def _say(self, counted: _Counted, next_start_s: float | None, why: str) -> Iterator[Event]:
        """Yield the rep as it is known now, unless that was said already."""
        assert self._set is not None
        up = counted.draft.concentric
        assert up is not None
        counted.saturated |= self._touches_saturation(counted.draft)
        rep = rep_from(
            counted.draft,
            counted.index,
            self._exercise,
            reference_size=self._set.reference_size,
            next_start_s=next_start_s,
            gap=counted.gap,
            saturated=counted.saturated,
        )
        if rep == counted.said:
            return
        if counted.said is None:
            yield RepCompleted(rep.end_s, self._set.index, rep)
            if rep.complete and self._exercise.starts_from is Extreme.BOTTOM:
                yield PhaseStarted(rep.end_s, self._set.index, Phase.BOTTOM)
        else:
            yield RepRevised(up.end_s, self._set.index, rep.index, rep, why)
        counted.said = rep

    def _touches_saturation(self, draft: Draft) -> bool:
        """Return whether a sample of the draft hit the end of the range; forget older ones."""
        start_s, end_s = draft.first.start_s, draft.end_s
        while self._saturations and self._saturations[0][1] < start_s - LONGEST_REP_S:
            self._saturations.popleft()
        return any(first <= end_s and last >= start_s for first, last in self._saturations)

    def _withdraw(self, counted: _Counted, why: str) -> Iterator[Event]:
        assert self._set is not None
        up = counted.draft.concentric
        assert up is not None
        if counted in self._set.reps:
            self._set.reps.remove(counted)
        yield RepRevised(up.end_s, self._set.index, counted.index, None, why)

    def _under_way(self, news: DraftNews) -> Iterator[Event]:
        """Yield the phase that a movement of an open set has entered."""
        if self._set is None or not self._set.reps:
            return
        going = news.state is DraftState.GOING
        upwards = going is (self._exercise.starts_from is Extreme.BOTTOM)
        phase = Phase.CONCENTRIC if upwards else Phase.ECCENTRIC
        yield PhaseStarted(news.movement.start_s, self._set.index, phase)


def _size(draft: Draft) -> float:
    """Return the travel of the way up, in the unit of the track."""
    assert draft.concentric is not None
    return draft.concentric.size


def _same_posture(first: Draft, second: Draft) -> bool:
    """Return whether two drafts began in one posture."""
    one, other = first.concentric, second.concentric
    assert one is not None
    assert other is not None
    return bool(one.from_up @ other.from_up >= SAME_POSTURE)


def _similar(first: Draft, second: Draft) -> bool:
    """Return whether two drafts could be reps of one set of their own."""
    return 0.5 <= _size(second) / _size(first) <= 2.0 and _same_posture(first, second)
