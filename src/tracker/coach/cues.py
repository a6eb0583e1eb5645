"""Events in, the same events with cues out.

A cue follows the event that caused it at once. Cues depend on the events alone, never on how these
were cut into calls, so a session, its replay and a whole file get the same.

`Coach` follows the session, `SetWatch` one set, and `CueScheduler` picks one cue at a time: of
everything that is wrong with a rep the most important, and while a more important one is fresh,
none. A cue comes again after a pause if nothing has changed, and earns praise once if it has.
"""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from tracker.coach.checks import CHECKS, RepContext
from tracker.coach.rules import MOST_EXTRA_REPS, RULES, SPACING_S, text_of
from tracker.coach.texts import reps_words
from tracker.coach.velocity import loss_reached
from tracker.domain import (
    NO_PLAN,
    Cue,
    CueKind,
    Phase,
    PhaseStarted,
    PlanChosen,
    RepCompleted,
    RepCounted,
    RepRevised,
    RepsAdjusted,
    SetEnded,
    SetStarted,
    UserInput,
    exercise_named,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tracker.coach.rules import Observation, Rule, Topic
    from tracker.domain import Event, Exercise, Plan, Rep, Side


@dataclass(slots=True)
class CueState:
    """A topic on which a cue was given in this set."""

    rule: Rule
    rep_index: int
    """Rep after which the cue was last given."""
    at_s: float
    """When that was, s."""
    times: int = 1
    """How often it was given."""
    strong: bool = False
    """Whether it was last given in its strong form."""
    pending: bool = True
    """Whether the lifter has still to do it."""
    done_rep: int | None = None
    """Rep with which the lifter did it, while praise for it is due."""
    praised: bool = False
    """Whether praise was given."""

    def pauses(self, rep_index: int, now_s: float) -> bool:
        """Return whether it is too soon to give it again."""
        return (
            rep_index - self.rep_index <= self.rule.again_reps
            or now_s - self.at_s < self.rule.again_s
        )


class CueScheduler:
    """Chooses the cues about the reps of one set."""

    def __init__(self, set_index: int) -> None:
        self._set_index = set_index
        self._states: dict[Topic, CueState] = {}
        self._corrected_rep: int | None = None
        self._corrected_s = -math.inf
        self._spoken_s = -math.inf

    def is_quiet(self, now_s: float) -> bool:
        """Return whether the last cue has been spoken to its end."""
        return now_s - self._spoken_s >= SPACING_S

    def note_spoken(self, now_s: float) -> None:
        """Keep quiet for a while, because of a cue that is about no rep's form."""
        self._spoken_s = now_s

    def withdraw(self, rep_index: int) -> None:
        """Forget what a withdrawn rep showed: nothing is to be done about it."""
        if self._corrected_rep == rep_index:
            self._corrected_rep = None
        for state in self._states.values():
            if state.rep_index == rep_index:
                state.pending, state.done_rep = False, None
            elif state.done_rep == rep_index:
                state.pending, state.done_rep = True, None

    def choose(
        self,
        rep_index: int,
        observations: Iterable[Observation],
        now_s: float,
        *,
        only_strong: bool,
    ) -> Cue | None:
        """Return the cue about a rep, from what was seen of it by now, if one is due.

        `only_strong` is for a set that should end now: it leaves only the cues that cannot wait.
        """
        seen = tuple(observations)
        for each in seen:
            self._update(each, rep_index)
        if self._corrected_rep == rep_index:
            return None
        due = [each for each in seen if each.wrong and (each.strong or not only_strong)]
        due = [each for each in due if self._may_give(each, rep_index, now_s)]
        if due:
            first = min(due, key=lambda each: RULES[each.topic].priority)
            return self._give(first, rep_index, now_s)
        if only_strong or not self.is_quiet(now_s):
            return None
        return self._praise(rep_index, now_s)

    def _update(self, observation: Observation, rep_index: int) -> None:
        """Compare an observation with a cue given after an earlier rep."""
        state = self._states.get(observation.topic)
        if state is None or state.rep_index >= rep_index:
            return
        if observation.wrong:
            state.done_rep = None
        elif state.pending:
            state.pending = False
            state.done_rep = None if state.praised else rep_index

    def _may_give(self, observation: Observation, rep_index: int, now_s: float) -> bool:
        rule = RULES[observation.topic]
        if not observation.strong and now_s - self._corrected_s < SPACING_S:
            return False
        state = self._states.get(observation.topic)
        if state is not None:
            worse = observation.strong and not state.strong
            if not worse and (state.times >= rule.most or state.pauses(rep_index, now_s)):
                return False
        return not any(
            other.pending
            and other.rule.priority < rule.priority
            and other.pauses(rep_index, now_s)
            for other in self._states.values()
        )

    def _give(self, observation: Observation, rep_index: int, now_s: float) -> Cue:
        rule = RULES[observation.topic]
        before = self._states.get(observation.topic)
        times = 0 if before is None else before.times
        self._states[observation.topic] = CueState(
            rule,
            rep_index,
            now_s,
            times=times + 1,
            strong=observation.strong,
            praised=before is not None and before.praised,
        )
        self._corrected_rep, self._corrected_s, self._spoken_s = rep_index, now_s, now_s
        text = text_of(rule, observation, times)
        return Cue(now_s, text, rule.kind, self._set_index, observation.strong, rep_index)

    def _praise(self, rep_index: int, now_s: float) -> Cue | None:
        owed = [each for each in self._states.values() if each.done_rep is not None]
        if not owed:
            return None
        # One word is enough for everything done at once.
        for each in owed:
            each.done_rep, each.praised = None, True
        self._spoken_s = now_s
        text = min(owed, key=lambda each: each.rule.priority).rule.praise
        return Cue(now_s, text, CueKind.PRAISE, self._set_index, rep_index=rep_index)


BREATH_REPS: Final = 4
"""Breathing reminders end with this rep of a set: later they are a habit, or a nuisance."""

LATER_BREATHS: Final = 1
"""Breathing reminders in each set after the first, for the same reason."""


class SetWatch:
    """Follows the reps of one set and yields the cues about them.

    An open-ended set goes on past its target: the extra reps are counted aloud.
    """

    def __init__(
        self, index: int, plan: Plan, exercise: Exercise, *, open_ended: bool = False
    ) -> None:
        self.index = index
        self.plan = plan
        self.exercise = exercise
        self._counted: set[int] = set()
        self._reps: dict[int, Rep] = {}
        self._observed: set[tuple[int, Topic]] = set()
        self._scheduler = CueScheduler(index)
        self._target_rep: int | None = None
        self.open_ended = open_ended
        self._extra_reps = 0
        """How many reps past the target were counted aloud."""
        self._loss_reached = False
        self._breaths = 0
        self._breathed_after: int | None = None

    @property
    def empty(self) -> bool:
        """Whether the set has no rep left."""
        return not self._counted

    def count(self, rep_index: int, at_s: float, adjusted: int) -> Iterator[Cue]:
        """Take a rep that was counted."""
        self._counted.add(rep_index)
        yield from self.adjust(at_s, adjusted)

    def adjust(self, at_s: float, adjusted: int) -> Iterator[Cue]:
        """Compare the count, corrected by the wearer, with the target."""
        target = self.plan.target_reps
        done = len(self._counted) + adjusted
        if target is None or done < target:
            self._target_rep, self._extra_reps = None, 0
        elif self._target_rep is None and self._counted:
            self._target_rep = max(self._counted)
            kind = CueKind.EXTRA_REP if self.open_ended else CueKind.TARGET_REACHED
            text = RULES[kind, None].texts[0].format(amount=reps_words(done))
            yield self._outcome(at_s, text, kind, self._target_rep)
        elif self.open_ended and self._extra_reps < done - target <= MOST_EXTRA_REPS:
            self._extra_reps = done - target
            rule = RULES[CueKind.EXTRA_REP, None]
            text = rule.plain if self._extra_reps == MOST_EXTRA_REPS else rule.texts[1]
            text = text.format(amount=self._extra_reps)
            yield self._outcome(at_s, text, CueKind.EXTRA_REP, max(self._counted, default=1))

    def complete(self, rep: Rep, now_s: float) -> Iterator[Cue]:
        """Take a rep that has ended."""
        self._reps[rep.index] = rep
        loss = loss_reached(self._until(rep), self.plan)
        if loss is not None and not self._loss_reached:
            self._loss_reached = True
            rule = RULES[CueKind.VELOCITY_LOSS, None]
            text = rule.texts[0].format(amount=f"{100.0 * loss.share:.0f} %")
            yield self._outcome(now_s, text, CueKind.VELOCITY_LOSS, rep.index, strong=True)
        yield from self._judge(rep, now_s)

    def revise(self, rep: Rep, now_s: float) -> Iterator[Cue]:
        """Take what became known later; only the latest rep still gets a cue."""
        if rep.index not in self._reps:
            return
        self._reps[rep.index] = rep
        if rep.index == max(self._counted, default=rep.index):
            yield from self._judge(rep, now_s)

    def withdraw(self, rep_index: int, adjusted: int) -> None:
        """Forget a rep that was withdrawn."""
        self._counted.discard(rep_index)
        self._reps.pop(rep_index, None)
        self._observed = {each for each in self._observed if each[0] != rep_index}
        self._scheduler.withdraw(rep_index)
        target = self.plan.target_reps
        if target is None or len(self._counted) + adjusted < target:
            self._target_rep, self._extra_reps = None, 0
        elif target is not None:
            self._extra_reps = min(self._extra_reps, len(self._counted) + adjusted - target)

    def start_concentric(self, at_s: float) -> Iterator[Cue]:
        """Take the start of a concentric, now and then the moment for a breathing reminder."""
        rule = RULES[CueKind.BREATHE_OUT, None]
        latest = max(self._counted, default=None)
        most = rule.most if self.index == 1 else LATER_BREATHS
        if (
            not self.plan.breathing
            or latest not in self._reps
            or latest == self._breathed_after
            or latest >= BREATH_REPS
            or self._breaths >= most
            or not self._scheduler.is_quiet(at_s)
        ):
            return
        text = rule.texts[min(self._breaths, len(rule.texts) - 1)]
        self._breaths += 1
        self._breathed_after = latest
        yield Cue(at_s, text, CueKind.BREATHE_OUT, self.index, rep_index=latest + 1)

    def _judge(self, rep: Rep, now_s: float) -> Iterator[Cue]:
        """Yield the most important cue from what is known of a rep by now, and was not before."""
        if not rep.complete:
            return
        context = RepContext(self.exercise, self.plan, self._until(rep)[:-1])
        observations = [
            each
            for check in CHECKS
            for each in check(rep, context)
            if (rep.index, each.topic) not in self._observed
        ]
        self._observed.update((rep.index, each.topic) for each in observations)
        ending = self._loss_reached or (self._target_rep == rep.index and not self.open_ended)
        cue = self._scheduler.choose(rep.index, observations, now_s, only_strong=ending)
        if cue is not None:
            yield cue

    def _until(self, rep: Rep) -> tuple[Rep, ...]:
        """Return the reps up to this one, in order."""
        return tuple(self._reps[number] for number in sorted(self._reps) if number <= rep.index)

    def _outcome(
        self, at_s: float, text: str, kind: CueKind, rep_index: int, *, strong: bool = False
    ) -> Cue:
        self._scheduler.note_spoken(at_s)
        return Cue(at_s, text, kind, self.index, strong, rep_index)


class Coach:
    """Adds cues to the events of a session."""

    def __init__(self, exercise: Exercise) -> None:
        self._exercise = exercise
        self._plan = NO_PLAN
        # By set number, not in the set: a set can be withdrawn and start again.
        self._adjusted: dict[int, int] = {}
        self._set: SetWatch | None = None
        self._sets_done: Counter[tuple[str | None, Side | None]] = Counter()
        """Working sets that have ended, by exercise and side."""
        self._now_s = -math.inf

    def process(self, events: Iterable[Event]) -> tuple[Event, ...]:
        """Return the events, each followed by the cues that it causes."""
        result: list[Event] = []
        for event in events:
            result.append(event)
            result += self._cues(event)
        return tuple(result)

    def _cues(self, event: Event) -> Iterator[Cue]:
        match event:
            case UserInput(entry=PlanChosen(plan=plan)):
                self._plan = plan
            case UserInput(entry=RepsAdjusted(set_index=index, by=by)):
                self._adjusted[index] = self._adjusted.get(index, 0) + by
                if self._set is not None and self._set.index == index:
                    yield from self._set.adjust(event.at_s, self._adjusted[index])
            case SetStarted(set_index=index):
                self._advance(event.at_s)
                open_ended = self._is_last(self._plan)
                name = self._plan.exercise
                exercise = self._exercise if name is None else exercise_named(name)
                self._set = SetWatch(index, self._plan, exercise, open_ended=open_ended)
            case SetEnded(set_index=index, reps=reps):
                watch = self._watched(index)
                if watch is not None:
                    if reps and not watch.plan.warm_up:
                        self._sets_done[watch.plan.exercise, watch.plan.side] += 1
                    self._set = None
            case RepCounted() | RepCompleted() | RepRevised() | PhaseStarted():
                watch = self._watched(event.set_index)
                if watch is not None:
                    yield from self._set_cues(watch, event)
            case _:
                pass

    def _set_cues(
        self, watch: SetWatch, event: RepCounted | RepCompleted | RepRevised | PhaseStarted
    ) -> Iterator[Cue]:
        adjusted = self._adjusted.get(watch.index, 0)
        match event:
            case RepCounted(index=number):
                self._advance(event.at_s)
                yield from watch.count(number, event.at_s, adjusted)
            case RepCompleted(rep=rep):
                self._advance(event.at_s)
                yield from watch.complete(rep, self._now_s)
            case RepRevised(index=number, rep=None):
                watch.withdraw(number, adjusted)
                if watch.empty:
                    self._set = SetWatch(
                        watch.index, watch.plan, watch.exercise, open_ended=watch.open_ended
                    )
            case RepRevised(rep=rep) if rep is not None:
                # A revision is dated back to its rep.
                yield from watch.revise(rep, self._now_s)
            case PhaseStarted(phase=Phase.CONCENTRIC):
                self._advance(event.at_s)
                yield from watch.start_concentric(event.at_s)
            case PhaseStarted():
                self._advance(event.at_s)

    def _is_last(self, plan: Plan) -> bool:
        """Return whether a set that starts now is the last one, and goes on past its target."""
        done = self._sets_done[plan.exercise, plan.side]
        return (
            plan.or_more and not plan.warm_up and plan.sets is not None and done + 1 >= plan.sets
        )

    def _watched(self, set_index: int) -> SetWatch | None:
        return self._set if self._set is not None and self._set.index == set_index else None

    def _advance(self, at_s: float) -> None:
        # Events come a little out of order at times.
        self._now_s = max(self._now_s, at_s)
