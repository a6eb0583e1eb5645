"""What makes a movement a rep of the set under way, and when the set ends."""

from __future__ import annotations

import math
from collections import deque
from typing import TYPE_CHECKING, Final

from tracker.detect.open_set import (
    MOST_COMPARED,
    SAME_POSTURE,
    CountedRep,
    OpenSet,
    concentric_of,
    size_of,
    way_of,
)
from tracker.detect.pairing import CandidateState
from tracker.detect.plausibility import (
    IN_SET,
    LONGEST_WAY_S,
    PENDING,
    before,
    confidence,
    evidence,
    membership,
    model_of,
    pooled,
    weakest,
)
from tracker.detect.rep_report import (
    CONFIDENT,
    RepContext,
    Saturations,
    beyond_rad,
    rep_from,
    starts_s,
)
from tracker.detect.segmentation import TENTATIVE, SegmentState
from tracker.detect.vectors import dot
from tracker.domain import (
    CalibrationLost,
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
from tracker.language import _

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

    import numpy as np
    from numpy.typing import NDArray

    from tracker.detect.features import Movement, Pauses
    from tracker.detect.lockout import LockoutReference
    from tracker.detect.pairing import CandidateUpdate, RepCandidate, RepPairer
    from tracker.domain import Event, Exercise


AT_ONCE_SHARE: Final = 0.85
"""A concentric of this share of the set's range counts at once; a shorter one may be stuck, and
counts as soon as it has stopped where it is clearly a rep, stuck or not."""

CLEAR: Final = 4.0
"""A rep with this much evidence, nats, is one for sure; done in full it is not taken back."""

FIRST_SAYS: Final = 1.0
"""Nats of a first rep that is announced before it is over: most of those with less go on to be no
rep."""

FEW_REPS: Final = 3
"""As many doubtful movements may turn out to have been set-up; more are a set for good."""

MANY_SMALLER: Final = 4
"""So many smaller movements that are alike are a set of their own; fewer are no reps."""

ELSEWHERE: Final = math.cos(math.radians(60.0))
"""Cosine of the angle from both ends of the reps beyond which nobody is within a set: a strap
slips by 30° at most."""

HELD_S: Final = 15.0
"""A lockout that lasts this much longer than the set's rest-gap is a hold only if the hips are
still up."""

LONGEST_HOLD_S: Final = 150.0
"""An isometric bridge is held for 10 to 60 s, sometimes for 120 s."""

LONGEST_HOLE_S: Final = 60.0
"""Nobody pauses for so long within a set, whatever happened meanwhile."""

MOST_PENDING: Final = 4
"""As many doubtful movements before a rep may have been the set's first."""

SURELY_A_SET: Final = 0.95
SURELY_REPS: Final = 4
"""A set with this confidence and so many reps shows how its wearer lies."""

YOUNG_REPS: Final = 4
"""A set of up to as many reps may, taken together, turn out to be none."""

SURELY_NONE: Final = -0.5
"""Nats: what was counted is not taken back for nothing."""

SURELY_SOME: Final = 3.0
"""Nats that a young set needs to be kept when much larger reps follow: 19 in 20 with that much are
sets."""

RESTATED_REPS: Final = 40
"""At its end, as many of the latest reps of a set are told again where they are seen otherwise by
then: what comes before was told with a range that hardly changes any more."""

LONGEST_REP_S: Final = 2 * LONGEST_WAY_S + LONGEST_HOLD_S
"""Nothing older than this can still belong to a rep that is looked at."""

CUT_START_S: Final = 0.3
"""A rep that starts this soon after a gap may have begun inside it."""

SEEN_START_S: Final = 0.02
"""A movement that starts this soon after the first sample was under way by then: two samples."""

# Why a rep that was announced turned out to be none.
WENT_ON: Final = _("the movement went on and was no rep")
NEVER_DOWN: Final = _("no eccentric followed it")
ALONE: Final = _("no second whole rep like it followed")
CUT_BY_KEY: Final = _("a key was pressed before a second rep like it")
CUT_BY_END: Final = _("the session ended before a second rep like it")
NO_SET: Final = _("taken together, the movements are no set")
UNLIKE: Final = _("the movements after it are not like it")


class SetTracker:
    """Turns news of candidates into events."""

    def __init__(
        self, exercise: Exercise, pairer: RepPairer, pauses: Pauses | None = None
    ) -> None:
        self._exercise = exercise
        self._pairer = pairer
        self._pauses = pauses
        self._set: OpenSet | None = None
        self._sets = 0
        self._busy_until_s = -math.inf
        self._pending: deque[RepCandidate] = deque(maxlen=MOST_PENDING)
        """Movements that were too doubtful by themselves, the latest last."""
        self._passed: deque[RepCandidate] = deque(maxlen=MOST_COMPARED)
        """Movements there and back that did not count while no set was sure, the latest last."""
        self._lost_s = 0.0
        self._held_s = 0.0
        self._begun_s = -math.inf
        self._resumed_s = -math.inf
        self._resumed_way_s = -math.inf
        """End of the latest half rep whose other half fell into a gap, s."""
        self._saturations = Saturations()
        self.shown: Movement | None = None
        """The last concentric of the latest set that was surely one."""

    @property
    def held(self) -> CountedRep | None:
        """The latest rep while its lockout is held."""
        if self._set is None or not self._set.reps:
            return None
        counted = self._set.reps[-1]
        return counted if counted.candidate.eccentric is None else None

    def has_counted(self, number: int) -> bool:
        """Return whether a segment with this number is the concentric that counted last."""
        if self._set is None or not self._set.reps:
            return False
        up = self._set.reps[-1].candidate.concentric
        return up is not None and up.number == number

    @property
    def open_set(self) -> OpenSet | None:
        """The set that is under way, or whose end is being published."""
        return self._set

    @property
    def deadline_s(self) -> float:
        """Session time at which the open set ends unless something happens before, s."""
        if self._set is None or not self._set.reps:
            return math.inf
        candidate = self._set.reps[-1].candidate
        holding = self._exercise.starts_from is Extreme.BOTTOM and candidate.eccentric is None
        patience_s = self._exercise.set_gap_s + (HELD_S + self._held_s if holding else 0.0)
        latest_s = max(candidate.end_s + self._lost_s, self._resumed_way_s)
        return max(latest_s + patience_s, self._busy_until_s)

    def still_holds(self, up: NDArray[np.float64]) -> bool:
        """Return whether the set goes on at its deadline, because the hips are still up.

        Parameters
        ----------
        up
            Up in sensor axes now, shape (3,).
        """
        if self._set is None or not self._set.reps or self._held_s >= LONGEST_HOLD_S:
            return False
        candidate = self._set.reps[-1].candidate
        lift = candidate.concentric
        if lift is None or candidate.eccentric is not None:
            return False
        if self._exercise.signal is LiftSignal.HEIGHT:
            return False
        if dot(up, lift.to_up) <= dot(up, lift.from_up):
            return False
        self._held_s += self._exercise.set_gap_s
        return True

    def feed(self, news: CandidateUpdate) -> Iterator[Event]:
        """Yield the events that news of a candidate leads to."""
        candidate = news.candidate
        counted = self._find(candidate)
        if counted is None and candidate.first.start_s > self._deadline_of_rest_s():
            yield from self.end()
        if news.state in (CandidateState.GOING, CandidateState.RETURNING):
            # Its start may still move, because hips sway before they sink.
            self._busy_until_s = news.movement.known_s + LONGEST_WAY_S
            yield from self._under_way(news)
            return
        if counted is not None:
            # Measured to its end, what had gone up may turn out to have gone down.
            lifted = candidate.concentric is not None
            if lifted:
                counted.candidate = candidate
            self._lost_s = 0.0
            over = news.movement.state is SegmentState.FINISHED
            if not lifted or (over and not self._still_counts(counted)):
                yield from self._take_back(counted)
                return
            if over and self._set is not None and counted is self._set.reps[-1]:
                self._pairer.know_better(concentric_of(candidate))
        else:
            yield from self._judge(candidate)
            counted = self._find(candidate)
        # The measures of a movement are final a moment after its end.
        if counted is None or news.movement.state in TENTATIVE:
            return
        if news.movement.state is SegmentState.FINISHED and self._is_none():
            yield from self.end(why=NO_SET)
            self._pairer.restart()
            return
        if news.state is CandidateState.RETURNED:
            yield from self._say(counted, None, _("measured again"))

    def _evidence(self, candidate: RepCandidate) -> float:
        """Return how much speaks for a concentric being the set's next rep, or a first, nats."""
        up = candidate.concentric
        if up is None:
            return -math.inf
        model = None if self._set is None else self._set.model(without=candidate)
        if self._set is None or model is None:
            by_hand = self._set is not None
            said = evidence(self._exercise, up, first=not by_hand)
            said += IN_SET - before(up) if by_hand else 0.0
            return said if self._pairer.goes_up(up) else -math.inf
        first = self._set.reps[0]
        alone = not self._set.confirmed and first.candidate.number != candidate.number
        if alone and first.candidate.eccentric is None and not first.gap:
            return -math.inf
        if alone and model.size < self._exercise.rep_share * up.size:
            # Under half of the range, the first was no rep of a set with this one.
            return -math.inf
        return membership(self._exercise, model, up, confirmed=self._set.confirmed)

    def _still_counts(self, counted: CountedRep) -> bool:
        """Return whether a concentric that was counted early is that of a rep now that it is over.

        One that was under way when the stream began cannot be measured well enough to tell.
        """
        up = counted.candidate.concentric
        if up is None or up.start_s - self._begun_s < CUT_START_S:
            return True
        counted.evidence = self._evidence(counted.candidate)
        return counted.evidence > 0.0

    def _is_none(self) -> bool:
        """Return whether the few reps of a young set, taken together, are more likely none."""
        open_set = self._set
        if open_set is None or open_set.by_hand or not 1 < len(open_set.reps) <= YOUNG_REPS:
            return False
        return self._taken_together(open_set) < SURELY_NONE

    def _taken_together(self, open_set: OpenSet) -> float:
        """Return how much speaks for a young set being one, nats; infinite if none was whole."""
        whole = [
            (way_of(rep), rep.candidate.eccentric)
            for rep in open_set.reps
            if rep.from_rest and not rep.gap
        ]
        first = way_of(open_set.reps[0])
        return pooled(self._exercise, whole, first) if whole else math.inf

    def _take_back(self, counted: CountedRep) -> Iterator[Event]:
        """Withdraw a rep that turned out to be none, with its set if it was the first."""
        assert self._set is not None
        self._pairer.restart()
        if self._set.confirmed:
            yield from self._withdraw(counted, WENT_ON)
        else:
            yield from self.end(why=WENT_ON)

    def saturated(self, start_s: float, end_s: float) -> None:
        """Take note of samples that hit the end of the sensor's range."""
        self._saturations.add(start_s, end_s)

    def measure_against(self, level: LockoutReference) -> None:
        """Give the open set a level that its own reps have shown, but for reps before a slip."""
        for counted in self._set.reps if self._set is not None else ():
            up = counted.candidate.concentric
            if up is not None and level.doubted(up) is None:
                counted.level, counted.leveled = level, True

    def begin(self, start_s: float) -> None:
        """Take note of where the stream begins or goes on."""
        self._begun_s = start_s

    def gap(self, lost_s: float, resumed_s: float) -> Iterator[Event]:
        """Yield what a gap in the stream means: the rep that it cut keeps its count, flagged.

        The set goes on: nobody knows what happened in the gap, so it is no rest; unless it was
        longer than any pause within a set.
        """
        self._busy_until_s = -math.inf
        self._lost_s += lost_s
        self._resumed_s = resumed_s
        if self._set is not None and self._set.reps:
            last = self._set.reps[-1]
            if last.published is None:
                last.gap = True
                yield from self._say(last, None, _("samples are missing"))
        if lost_s > LONGEST_HOLE_S:
            yield from self.end(cut_short=True, why=_("the data was gone for too long"))

    def mark(self, kind: MarkKind, at_s: float) -> Iterator[Event]:
        """Yield what the wearer's key changes; a movement under way belongs to no set."""
        yield from self.end(cut_short=True, why=CUT_BY_KEY)
        self._pairer.drop()
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
        if open_set.confirmed and open_set.lasts(cut_short=cut_short) and why != NO_SET:
            for counted in open_set.reps[-RESTATED_REPS:]:
                yield from self._say(counted, open_set.next_start_s(counted), _("the set is over"))
        else:
            for counted in tuple(reversed(open_set.reps)):
                yield from self._withdraw(counted, why or _lack(counted))
            self._sets -= 1
            # What did not fit a set-up move may be the first rep of the set after it.
            self._pending.clear()
            self._pending.extend(open_set.competing)
        end_s = open_set.reps[-1].candidate.end_s if open_set.reps else open_set.start_s
        sure = open_set.count_confidence() if open_set.reps else None
        if sure is not None and sure >= SURELY_A_SET and len(open_set.reps) >= SURELY_REPS:
            self.shown = open_set.reps[-1].candidate.concentric
        yield SetEnded(end_s, open_set.index, len(open_set.reps), sure)
        self._set = None
        self._resumed_way_s = -math.inf
        self._pairer.forget()

    def saw(self, movement: Movement) -> None:
        """Take note of a movement behind a gap: half a rep shows that the set went on in it."""
        if self._set is None or not self._set.reps or movement.state in TENTATIVE:
            return
        behind = self._resumed_s >= self._set.reps[-1].candidate.end_s
        if behind and self.goes_on_with(movement):
            self._resumed_way_s = movement.end_s

    def is_elsewhere(self, movement: Movement) -> bool:
        """Return whether a movement begins where nobody is within the open set, which is over."""
        model = None if self._set is None else self._set.model()
        if model is None or self._exercise.signal is LiftSignal.HEIGHT:
            return False
        start = movement.from_up
        return max(dot(start, model.bottom), dot(start, model.top)) < ELSEWHERE

    def goes_on_with(self, movement: Movement) -> bool:
        """Return whether a movement runs between the bottom and the top of the open set."""
        model = None if self._set is None else self._set.model()
        if model is None or movement.size < self._exercise.rep_share * model.size:
            return False
        ends = ((movement.from_up, movement.to_up), (movement.to_up, movement.from_up))
        return any(
            dot(low, model.bottom) > SAME_POSTURE and dot(high, model.top) > SAME_POSTURE
            for low, high in ends
        )

    def _deadline_of_rest_s(self) -> float:
        """Return the latest start of a rep that still belongs to the open set, s."""
        if self._set is None or not self._set.reps:
            return math.inf
        latest_s = self._set.reps[-1].candidate.end_s + self._lost_s
        return max(latest_s, self._resumed_way_s) + self._exercise.set_gap_s

    def _open(self, start_s: float, *, by_hand: bool) -> SetStarted:
        self._sets += 1
        self._set = OpenSet(self._sets, by_hand, start_s, self._exercise)
        return SetStarted(start_s, self._sets)

    def _find(self, candidate: RepCandidate) -> CountedRep | None:
        return None if self._set is None else self._set.find(candidate)

    def _judge(self, candidate: RepCandidate) -> Iterator[Event]:
        """Announce a candidate if it is a rep, or keep it in mind if it competes with the set."""
        up = candidate.concentric
        if up is None:
            return
        open_set = self._set
        said = self._evidence(candidate)
        if said > 0.0:
            reference = None if open_set is None else open_set.reference_size
            early = up.state in TENTATIVE and reference is not None
            stopped = up.state is SegmentState.ENDED and said >= CLEAR
            if early and not stopped and up.size < AT_ONCE_SHARE * (reference or 0.0):
                return
            if open_set is None:
                if said < FIRST_SAYS and up.state is not SegmentState.FINISHED:
                    return
                open_set = yield from self._open_after(self._chain_before(candidate), candidate)
            self._pending.clear()
            open_set.competing.clear()
            open_set.refused.pop(candidate.number, None)
            yield from self._announce(open_set, candidate, said)
        elif open_set is None:
            if up.state in TENTATIVE:
                return
            _keep(self._passed, candidate)
            if said > PENDING:
                _keep(self._pending, candidate)
        elif up.state is SegmentState.ENDED or up.state not in TENTATIVE:
            if said > -math.inf and up.state not in TENTATIVE:
                open_set.refused[candidate.number] = said
            # A movement that has just stopped may be stuck; clearly a rep, it is one all the same.
            enough = CLEAR if up.state in TENTATIVE else 0.0
            alone = evidence(self._exercise, up)
            if open_set.reps and alone > enough and self._pairer.goes_up(up):
                open_set.compete(candidate)
                yield from self._settle_competition(open_set)

    def _open_after(
        self, before: list[RepCandidate], candidate: RepCandidate
    ) -> Generator[Event, None, OpenSet]:
        """Open a set with the movements that were its first reps, ready for a candidate."""
        first = before[0] if before else candidate
        yield self._open(first.first.start_s, by_hand=False)
        open_set = self._set
        assert open_set is not None
        for each in before:
            assert each.concentric is not None
            alone = evidence(self._exercise, each.concentric)
            yield from self._announce(open_set, each, alone)
        return open_set

    def _chain_before(self, candidate: RepCandidate) -> list[RepCandidate]:
        """Return the movements kept in mind that were reps of one set with a candidate."""
        chain = [candidate]
        for pending in reversed(self._pending):
            if pending.number == candidate.number:
                continue
            if not self._was_before(pending, chain[0]):
                break
            chain.insert(0, pending)
        return chain[:-1]

    def _was_before(self, pending: RepCandidate, candidate: RepCandidate) -> bool:
        """Return whether a movement that was too doubtful by itself is like the rep after it."""
        up, following = pending.concentric, candidate.concentric
        if up is None or following is None or pending.eccentric is None:
            return False
        if following.start_s - pending.end_s > self._exercise.set_gap_s:
            return False
        model = model_of([following], following.size)
        return membership(self._exercise, model, up, confirmed=False) > PENDING

    def _settle_competition(self, open_set: OpenSet) -> Iterator[Event]:
        """Decide between the reps so far and movements that are not like them.

        A movement under half of the range is no rep. So a single small one before a much larger
        one was a set-up move, and so were two or three that were doubtful. What was clear and done
        in full stays: two larger movements that are alike, or four smaller ones, begin a new set
        after it, because getting up after a heavy double is one large movement as well. If the
        new movements are over twice as large, the old reps must also convince taken together.
        """
        rivals, newest = open_set.competing, open_set.competing[-1]
        first = open_set.reps[0]
        larger = size_of(newest) > size_of(first.candidate)
        half_done = not open_set.confirmed and first.candidate.eccentric is None and not first.gap
        clear = open_set.confirmed and all(rep.evidence >= CLEAR for rep in open_set.reps[:2])
        if size_of(first.candidate) < self._exercise.rep_share * size_of(newest):
            clear = clear and self._taken_together(open_set) >= SURELY_SOME
        doubtful = not clear and len(open_set.reps) <= FEW_REPS
        if doubtful:
            replaced = len(rivals) > 1 or half_done or (larger and not open_set.confirmed)
        else:
            replaced = len(rivals) > 1 and (larger or len(rivals) >= MANY_SMALLER)
        if not replaced:
            return
        if doubtful:
            why = UNLIKE
            for counted in tuple(reversed(open_set.reps)):
                yield from self._withdraw(counted, why)
            open_set.settled = 0
        else:
            yield from self.end()
            yield self._open(rivals[0].first.start_s, by_hand=False)
        now_open = self._set
        assert now_open is not None
        now_open.competing = []
        for each in rivals if len(rivals) > 1 else [newest]:
            assert each.concentric is not None
            yield from self._announce(now_open, each, evidence(self._exercise, each.concentric))

    def _announce(
        self, open_set: OpenSet, candidate: RepCandidate, said: float
    ) -> Iterator[Event]:
        up = candidate.concentric
        assert up is not None
        if open_set.reps:
            before = open_set.reps[-1]
            resumed_s = self._resumed_s
            before.hole_after = (
                before.candidate.end_s < resumed_s < candidate.first.start_s + SEEN_START_S
            )
            self._watch_bottom(before, candidate)
            next_s = None if before.hole_after else starts_s(candidate, self._exercise)
            yield from self._say(before, next_s, _("the next rep has begun"))
        counted = CountedRep(
            candidate,
            len(open_set.reps) + 1,
            gap=self._may_begin_in_gap(candidate.first),
            from_rest=not self._may_begin_in_gap(up) and up.start_s - self._begun_s > SEEN_START_S,
            evidence=said,
        )
        open_set.add(counted)
        if self._passed and len(open_set.reps) > 1:
            open_set.weigh_before(self._passed)
            self._passed.clear()
        self._resumed_way_s = -math.inf
        self._lost_s = self._held_s = 0.0
        self._pairer.believe(up, sure=open_set.confirmed)
        yield RepCounted(up.end_s, open_set.index, counted.index)
        yield PhaseStarted(up.end_s, open_set.index, Phase.LOCKOUT)

    def _may_begin_in_gap(self, movement: Movement) -> bool:
        return abs(movement.start_s - self._resumed_s) < CUT_START_S

    def _say(self, counted: CountedRep, next_start_s: float | None, why: str) -> Iterator[Event]:
        """Yield the rep as it is known now, unless that was published already."""
        assert self._set is not None
        up = counted.candidate.concentric
        assert up is not None
        yield from self._settle_level(self._set, counted)
        start_s, end_s = counted.candidate.first.start_s, counted.candidate.end_s
        self._saturations.forget(start_s - LONGEST_REP_S)
        counted.saturated |= self._saturations.touch(start_s, end_s)
        told_from = self._set.told_from(counted, next_start_s)
        if told_from is not None and told_from == counted.told_from:
            return
        counted.told_from = told_from
        rep = rep_from(
            counted.candidate,
            counted.index,
            self._exercise,
            reference_size=self._set.reference_size,
            next_start_s=next_start_s,
            after_s=self._set.end_before_s(counted),
            gap=counted.gap,
            from_rest=counted.from_rest,
            saturated=counted.saturated,
            context=self._context(self._set, counted, up),
            confidence=confidence(counted.evidence),
            reason=self._reason(self._set, counted, up),
        )
        if rep == counted.published:
            return
        before, counted.published = counted.published, rep
        if before is None:
            yield RepCompleted(rep.end_s, self._set.index, rep)
            if rep.complete and self._exercise.starts_from is Extreme.BOTTOM:
                yield PhaseStarted(rep.end_s, self._set.index, Phase.BOTTOM)
        else:
            yield RepRevised(up.end_s, self._set.index, rep.index, rep, why)

    def _reason(self, open_set: OpenSet, counted: CountedRep, up: Movement) -> str | None:
        """Return what speaks most against a rep, where it is not sure enough to say nothing."""
        if confidence(counted.evidence) >= CONFIDENT:
            return None
        model = open_set.model(without=counted.candidate)
        return "alone" if model is None else weakest(self._exercise, up, model) or "alone"

    def _context(self, open_set: OpenSet, counted: CountedRep, up: Movement) -> RepContext:
        """Return what is known of a rep besides its movements."""
        down = counted.candidate.eccentric
        if (
            self._pauses is not None
            and down is not None
            and counted.watched is not counted.candidate
        ):
            counted.watched = counted.candidate
            counted.sag_rad = self._pauses.sag_rad(up, down)
        first = open_set.first_concentrics(counted)
        if counted.compared != (up, *first):
            counted.compared, counted.beyond_rad = (up, *first), beyond_rad(first, up)
        return RepContext(
            top_rad=None if counted.level is None else counted.level.top_rad(up),
            range_rad=None if counted.level is None else counted.level.range_rad,
            tilt_rad=None if counted.level is None else counted.level.tilt_rad(up),
            beyond_rad=counted.beyond_rad,
            sag_rad=counted.sag_rad,
            still_s=counted.still_s,
            touched=counted.touched,
        )

    def _settle_level(self, open_set: OpenSet, latest: CountedRep) -> Iterator[Event]:
        """Give the reps up to the latest the level that they were done at, unless it is lost.

        A rep that may still turn out to be none shows nothing about the level.
        """
        for counted in open_set.reps[open_set.settled : latest.index]:
            up = counted.candidate.concentric
            if counted.leveled or up is None:
                continue
            counted.level = self._pairer.level
            if not open_set.confirmed or up.state in TENTATIVE:
                continue
            counted.leveled = True
            if counted.index == open_set.settled + 1:
                open_set.settled = counted.index
            why = None if counted.level is None else counted.level.doubted(up)
            if why is not None:
                counted.level = self._pairer.level = None
                yield CalibrationLost(up.end_s, why)

    def _watch_bottom(self, counted: CountedRep, following: RepCandidate) -> None:
        """Take note of what the hips did before the next rep, while that is known."""
        up, down = counted.candidate.concentric, counted.candidate.eccentric
        if self._pauses is not None and down is not None:
            start_s, end_s = counted.candidate.end_s, following.first.start_s
            counted.still_s = self._pauses.still_s(start_s, end_s)
            if up is not None:
                counted.touched = self._pauses.touched(up, down, end_s)

    def _withdraw(self, counted: CountedRep, why: str) -> Iterator[Event]:
        assert self._set is not None
        up = counted.candidate.concentric
        assert up is not None
        if counted in self._set.reps:
            self._set.reps.remove(counted)
            self._passed.append(counted.candidate)
        yield RepRevised(up.end_s, self._set.index, counted.index, None, why)

    def _under_way(self, news: CandidateUpdate) -> Iterator[Event]:
        """Yield the phase that a movement of an open set has entered."""
        if self._set is None or not self._set.reps:
            return
        going = news.state is CandidateState.GOING
        upwards = going is (self._exercise.starts_from is Extreme.BOTTOM)
        phase = Phase.CONCENTRIC if upwards else Phase.ECCENTRIC
        yield PhaseStarted(news.movement.start_s, self._set.index, phase)


def _lack(counted: CountedRep) -> str:
    """Return what a rep lacked when its set was over and was none."""
    never_down = counted.candidate.eccentric is None and not counted.gap
    return NEVER_DOWN if never_down else ALONE


def _keep(candidates: deque[RepCandidate], candidate: RepCandidate) -> None:
    """Keep a movement in mind, or more that is known of it."""
    if candidates and candidates[-1].number == candidate.number:
        candidates.pop()
    candidates.append(candidate)
