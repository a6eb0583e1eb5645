"""Which drafts count, which belong together, and what is said about it.

A rep is announced when its lockout starts, the first one too. A set's first rep is provisional
until a second one like it follows: if none does, it was a set-up move and is withdrawn. What
becomes known later about an announced rep is said as a revision.
"""

from __future__ import annotations

import math
from collections import deque
from typing import TYPE_CHECKING, Final

from tracker.detect.form import Remarked, beyond_rad
from tracker.detect.likeness import LONGEST_WAY_S, doubt, fitting, plausible
from tracker.detect.open_set import Counted, OpenSet, size_of
from tracker.detect.reps import DraftState
from tracker.detect.strokes import TENTATIVE, StrokeState
from tracker.detect.summary import rep_from, starts_s
from tracker.domain import (
    CalibrationLost,
    Extreme,
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

    from tracker.detect.level import Level
    from tracker.detect.movement import Movement
    from tracker.detect.pauses import Pauses
    from tracker.detect.reps import Draft, DraftNews, Pairing
    from tracker.domain import Event, Exercise

AT_ONCE_SHARE: Final = 0.85
"""A way up of this share of the set's range counts at once; a shorter one may only have stuck."""

DOUBTFUL: Final = 0.5
"""Half of the doubt that a movement may raise before it is taken for none."""

FEW_REPS: Final = 3
"""As many small movements may turn out to have been set-up; more are a set, whatever follows."""

LONGEST_HOLD_S: Final = 15.0
"""A lockout may last this long on top of the set's rest-gap before the set is over."""

LONGEST_REP_S: Final = 2 * LONGEST_WAY_S + LONGEST_HOLD_S
"""Nothing older than this can still belong to a rep that is looked at."""

CUT_START_S: Final = 0.3
"""A rep that starts this soon after a hole may have begun inside it."""

SEEN_START_S: Final = 0.02
"""A movement that starts this soon after the first sample was under way by then: two samples."""

SAME_SATURATION_S: Final = 0.2
"""Packets that hit the range this close to each other are one event; a packet spans 0.05 s."""

MOST_SATURATIONS: Final = 4000
"""Events that are remembered: one each second of an hour that comes in one block."""

# Why a rep that was announced turned out to be none.
WENT_ON: Final = "the movement went on and was no rep"
NEVER_DOWN: Final = "no way down followed it"
ALONE: Final = "no second whole rep like it followed"
CUT_BY_KEY: Final = "a key was pressed before a second rep like it"
CUT_BY_END: Final = "the session ended before a second rep like it"
UNLIKE: Final = "the movements after it are not like it"


class SetKeeper:
    """Turns news of drafts into events."""

    def __init__(self, exercise: Exercise, pairing: Pairing, pauses: Pauses | None = None) -> None:
        self._exercise = exercise
        self._pairing = pairing
        self._pauses = pauses
        self._set: OpenSet | None = None
        self._sets = 0
        self._busy_until_s = -math.inf
        self._lost_s = 0.0
        self._begun_s = -math.inf
        self._resumed_s = -math.inf
        self._saturations: deque[tuple[float, float]] = deque(maxlen=MOST_SATURATIONS)

    @property
    def open_set(self) -> OpenSet | None:
        """The set that is under way, or whose end is being said."""
        return self._set

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
        counted = self._find(draft)
        if counted is None and draft.first.start_s > self._deadline_of_rest_s():
            yield from self.end()
        if news.state in (DraftState.GOING, DraftState.RETURNING):
            self._busy_until_s = news.movement.start_s + LONGEST_WAY_S
            yield from self._under_way(news)
            return
        if counted is not None:
            counted.draft = draft
            self._lost_s = 0.0
            if news.movement.state is StrokeState.FINISHED and not self._still_counts(counted):
                yield from self._take_back(counted)
                return
        elif self._may_count(draft):
            yield from self._count(draft)
            counted = self._find(draft)
        # The measures of a movement are final a moment after its end.
        if counted is None or news.movement.state in TENTATIVE:
            return
        if news.state is DraftState.RETURNED:
            yield from self._say(counted, None, "measured again")

    def _is_lift(self, up: Movement) -> bool:
        """Return whether a way up can count: one of a set that is under way needs less proof."""
        if self._set is not None and len(self._set.reps) > 1:
            return fitting(self._exercise, up)
        return plausible(self._exercise, up) and self._pairing.goes_up(up)

    def _still_counts(self, counted: Counted) -> bool:
        """Return whether a way up that was counted early is that of a rep now that it is over.

        One that was under way when the stream began cannot be measured well enough to tell.
        """
        up = counted.draft.concentric
        if up is None or up.start_s - self._begun_s < CUT_START_S:
            return True
        return self._is_lift(up)

    def _take_back(self, counted: Counted) -> Iterator[Event]:
        """Withdraw a rep that turned out to be none, with its set if it was the first."""
        assert self._set is not None
        self._pairing.restart()
        if self._set.confirmed:
            yield from self._withdraw(counted, WENT_ON)
        else:
            yield from self.end(why=WENT_ON)

    def saturated(self, start_s: float, end_s: float) -> None:
        """Take note of samples that hit the end of the sensor's range."""
        if self._saturations and start_s - self._saturations[-1][1] < SAME_SATURATION_S:
            start_s = self._saturations.pop()[0]
        self._saturations.append((start_s, end_s))

    def measure_against(self, level: Level) -> None:
        """Give the open set a level that its own reps have shown, but for reps before a slip."""
        for counted in self._set.reps if self._set is not None else ():
            up = counted.draft.concentric
            if up is not None and level.doubted(up) is None:
                counted.level, counted.leveled = level, True

    def begin(self, start_s: float) -> None:
        """Take note of where the stream begins or goes on."""
        self._begun_s = start_s

    def gap(self, lost_s: float, resumed_s: float) -> Iterator[Event]:
        """Yield what a hole in the stream means: the rep that it cut keeps its count, flagged.

        The set goes on: nobody knows what happened in the hole, so it is no rest.
        """
        self._busy_until_s = -math.inf
        self._lost_s += lost_s
        self._resumed_s = resumed_s
        if self._set is not None and self._set.reps:
            last = self._set.reps[-1]
            if last.said is None:
                last.gap = True
                yield from self._say(last, None, "samples are missing")

    def mark(self, kind: MarkKind, at_s: float) -> Iterator[Event]:
        """Yield what the wearer's key changes; a movement under way belongs to no set."""
        yield from self.end(cut_short=True, why=CUT_BY_KEY)
        self._pairing.drop()
        if kind is MarkKind.SET_START:
            yield self._open(at_s, by_hand=True)

    def end(self, *, cut_short: bool = False, why: str | None = None) -> Iterator[Event]:
        """Yield the end of the open set, if there is one.

        Parameters
        ----------
        cut_short
            Whether it ends because the stream or a key says so, perhaps in the middle of a rep.
        why
            Why its reps are withdrawn if it is none; None where each rep tells for itself.
        """
        open_set = self._set
        if open_set is None:
            return
        if open_set.confirmed and open_set.lasts(cut_short=cut_short):
            for counted in open_set.reps:
                yield from self._say(counted, open_set.next_start_s(counted), "the set is over")
        else:
            for counted in tuple(reversed(open_set.reps)):
                yield from self._withdraw(counted, why or _lack(counted))
            self._sets -= 1
        end_s = open_set.reps[-1].draft.end_s if open_set.reps else open_set.start_s
        yield SetEnded(end_s, open_set.index, len(open_set.reps))
        self._set = None
        self._pairing.forget()

    def _deadline_of_rest_s(self) -> float:
        """Return the latest start of a rep that still belongs to the open set, s."""
        if self._set is None or not self._set.reps:
            return math.inf
        return self._set.reps[-1].draft.end_s + self._lost_s + self._exercise.set_gap_s

    def _open(self, start_s: float, *, by_hand: bool) -> SetStarted:
        self._sets += 1
        self._set = OpenSet(self._sets, by_hand, start_s, self._exercise)
        return SetStarted(start_s, self._sets)

    def _find(self, draft: Draft) -> Counted | None:
        return None if self._set is None else self._set.find(draft)

    def _may_count(self, draft: Draft) -> bool:
        """Return whether the draft can be a rep, and is far enough to say so."""
        up = draft.concentric
        if up is None or not self._is_lift(up):
            return False
        reference = None if self._set is None else self._set.reference_size
        if reference is None or up.state not in TENTATIVE:
            return True
        return up.size >= AT_ONCE_SHARE * reference

    def _count(self, draft: Draft) -> Iterator[Event]:
        """Announce the draft as a rep, if it fits the open set or opens one."""
        if self._set is None:
            yield self._open(draft.first.start_s, by_hand=False)
        open_set = self._set
        assert open_set is not None
        if not open_set.takes(draft):
            yield from self._settle_rivals(open_set, draft)
            return
        open_set.rival = None
        yield from self._announce(open_set, draft)

    def _settle_rivals(self, open_set: OpenSet, draft: Draft) -> Iterator[Event]:
        """Decide between the reps so far and a movement that is not like them.

        A movement under half of the range is no rep. So a single small one before a much larger
        one was a set-up move, and so were two or three that were doubtful themselves. Two clean
        reps need two larger ones that are alike: getting up after a heavy double is one large
        movement as well. A smaller movement does not count itself, unless it has company.
        """
        paired = open_set.has_rival_like(draft)
        rival, open_set.rival = open_set.rival, draft
        first = open_set.reps[0].draft
        provisional = len(open_set.reps) <= FEW_REPS
        larger = size_of(draft) > size_of(first)
        half_done = not open_set.confirmed and first.eccentric is None
        doubtful = provisional and (not open_set.confirmed or self._doubtful(first))
        if not paired and not (doubtful and (larger or half_done)):
            return
        if provisional:
            for counted in tuple(reversed(open_set.reps)):
                yield from self._withdraw(counted, UNLIKE)
        else:
            yield from self.end()
            yield self._open((rival or draft).first.start_s, by_hand=False)
        now_open = self._set
        assert now_open is not None
        now_open.rival = None
        if paired and rival is not None:
            yield from self._announce(now_open, rival)
        yield from self._announce(now_open, draft)

    def _doubtful(self, draft: Draft) -> bool:
        """Return whether a rep was hardly one: a scoot on the bench, a shuffle under the bar."""
        up = draft.concentric
        return up is None or doubt(self._exercise, up) > DOUBTFUL

    def _announce(self, open_set: OpenSet, draft: Draft) -> Iterator[Event]:
        up = draft.concentric
        assert up is not None
        if open_set.reps:
            before = open_set.reps[-1]
            resumed_s = self._resumed_s
            before.hole_after = before.draft.end_s < resumed_s < draft.first.start_s + SEEN_START_S
            self._watch_bottom(before, draft)
            next_s = None if before.hole_after else starts_s(draft, self._exercise)
            yield from self._say(before, next_s, "the next rep has begun")
        counted = Counted(
            draft,
            len(open_set.reps) + 1,
            gap=self._may_begin_in_gap(draft.first),
            from_rest=not self._may_begin_in_gap(up) and up.start_s - self._begun_s > SEEN_START_S,
        )
        open_set.reps.append(counted)
        self._lost_s = 0.0
        self._pairing.believe(up, sure=open_set.confirmed)
        yield RepCounted(up.end_s, open_set.index, counted.index)
        yield PhaseStarted(up.end_s, open_set.index, Phase.LOCKOUT)

    def _may_begin_in_gap(self, movement: Movement) -> bool:
        return abs(movement.start_s - self._resumed_s) < CUT_START_S

    def _say(self, counted: Counted, next_start_s: float | None, why: str) -> Iterator[Event]:
        """Yield the rep as it is known now, unless that was said already."""
        assert self._set is not None
        up = counted.draft.concentric
        assert up is not None
        yield from self._settle_level(self._set, counted)
        counted.saturated |= self._touches_saturation(counted.draft)
        rep = rep_from(
            counted.draft,
            counted.index,
            self._exercise,
            reference_size=self._set.reference_size,
            next_start_s=next_start_s,
            gap=counted.gap,
            from_rest=counted.from_rest,
            saturated=counted.saturated,
            remarked=self._remarked(self._set, counted, up),
        )
        if rep == counted.said:
            return
        before, counted.said = counted.said, rep
        if before is None:
            yield RepCompleted(rep.end_s, self._set.index, rep)
            if rep.complete and self._exercise.starts_from is Extreme.BOTTOM:
                yield PhaseStarted(rep.end_s, self._set.index, Phase.BOTTOM)
        else:
            yield RepRevised(up.end_s, self._set.index, rep.index, rep, why)

    def _remarked(self, open_set: OpenSet, counted: Counted, up: Movement) -> Remarked:
        """Return what is known of a rep besides its movements."""
        down = counted.draft.eccentric
        if self._pauses is not None and down is not None and counted.watched is not counted.draft:
            counted.watched = counted.draft
            counted.sag_rad = self._pauses.sag_rad(up, down)
        return Remarked(
            top_rad=None if counted.level is None else counted.level.top_rad(up),
            range_rad=None if counted.level is None else counted.level.range_rad,
            tilt_rad=None if counted.level is None else counted.level.tilt_rad(up),
            beyond_rad=beyond_rad(open_set.first_ways_up(counted), up),
            sag_rad=counted.sag_rad,
            still_s=counted.still_s,
        )

    def _settle_level(self, open_set: OpenSet, latest: Counted) -> Iterator[Event]:
        """Give the reps up to the latest the level that they were done at, unless it is lost.

        A rep that may still turn out to be none shows nothing about the level.
        """
        for counted in open_set.reps[: latest.index]:
            up = counted.draft.concentric
            if counted.leveled or up is None:
                continue
            counted.level = self._pairing.level
            if not open_set.confirmed or up.state in TENTATIVE:
                continue
            counted.leveled = True
            why = None if counted.level is None else counted.level.doubted(up)
            if why is not None:
                counted.level = self._pairing.level = None
                yield CalibrationLost(up.end_s, why)

    def _watch_bottom(self, counted: Counted, following: Draft) -> None:
        """Take note of how long the hips lay still before the next rep, while that is known."""
        if self._pauses is not None and counted.draft.eccentric is not None:
            start_s, end_s = counted.draft.end_s, following.first.start_s
            counted.still_s = self._pauses.still_s(start_s, end_s)

    def _touches_saturation(self, draft: Draft) -> bool:
        """Return whether a sample of the draft hit the end of the range; forget older ones."""
        start_s, end_s = draft.first.start_s, draft.end_s
        while self._saturations and self._saturations[0][1] < start_s - LONGEST_REP_S:
            self._saturations.popleft()
        return any(first <= end_s and last >= start_s for first, last in self._saturations)

    def _withdraw(self, counted: Counted, why: str) -> Iterator[Event]:
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


def _lack(counted: Counted) -> str:
    """Return what a rep lacked when its set was over and was none."""
    never_down = counted.draft.eccentric is None and not counted.gap
    return NEVER_DOWN if never_down else ALONE
