"""Events in, the same events with cues out.

A cue follows at once on the event that gave rise to it. What is said depends on the events alone,
never on how they were cut into calls, so a session, its replay and a whole file say the same.

What was asked for in a set, and which of several things is said next.

One thing at a time: of everything that is wrong with a rep the most important is said, and while
it was just asked for nothing less important is. It is asked for again after a while if it is
still wrong, and praised once when it is done.

One set while it goes on: its reps as they are known now, and what was said of it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from tracker.coach.checks import (
    bottom_findings,
    lowering_findings,
    steadiness_findings,
    tempo_findings,
    top_findings,
)
from tracker.coach.rules import RULES, SPACING_S, RepContext, text_of
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
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from tracker.coach.rules import Observation, Rule, Topic
    from tracker.domain import Event, Exercise, Plan, Rep


@dataclass(slots=True)
class CueState:
    """A topic that was spoken of in this set."""

    rule: Rule
    rep_index: int
    """Rep after which it was last asked for."""
    at_s: float
    """When that was, s."""
    times: int = 1
    """How often it was asked for."""
    strong: bool = False
    """Whether it was last said in its strong form."""
    pending: bool = True
    """Whether it is still to be done."""
    done_rep: int | None = None
    """Rep with which it was done, while praise for it is due."""
    praised: bool = False
    """Whether that was said."""

    def rests(self, rep_index: int, now_s: float) -> bool:
        """Return whether it is too soon to ask for it again."""
        return (
            rep_index - self.rep_index <= self.rule.again_reps
            or now_s - self.at_s < self.rule.again_s
        )


class CueScheduler:
    """Chooses what is said of the reps of one set."""

    def __init__(self, set_index: int) -> None:
        self._set_index = set_index
        self._asked: dict[Topic, CueState] = {}
        self._corrected: int | None = None
        self._corrected_s = -math.inf
        self._spoken_s = -math.inf

    def quiet(self, now_s: float) -> bool:
        """Return whether nothing was said just now."""
        return now_s - self._spoken_s >= SPACING_S

    def spoke(self, now_s: float) -> None:
        """Take note that something else was said."""
        self._spoken_s = now_s

    def withdraw(self, rep_index: int) -> None:
        """Forget what a rep that is none has shown: nothing is to be done about it."""
        if self._corrected == rep_index:
            self._corrected = None
        for asked in self._asked.values():
            if asked.rep_index == rep_index:
                asked.pending, asked.done_rep = False, None
            elif asked.done_rep == rep_index:
                asked.pending, asked.done_rep = True, None

    def hear(
        self, rep_index: int, findings: Iterable[Observation], now_s: float, *, only_strong: bool
    ) -> Cue | None:
        """Return what is said of a rep, if anything.

        Parameters
        ----------
        rep_index
            Number of the rep.
        findings
            What it shows.
        now_s
            When that became known, s.
        only_strong
            Whether the set is to end anyway, so that only what cannot wait is said.
        """
        heard = tuple(findings)
        for finding in heard:
            self._settle(finding, rep_index)
        if self._corrected == rep_index:
            return None
        sayable = [each for each in heard if each.wrong and (each.strong or not only_strong)]
        sayable = [each for each in sayable if self._may_ask(each, rep_index, now_s)]
        if sayable:
            first = min(sayable, key=lambda each: RULES[each.topic].priority)
            return self._ask(first, rep_index, now_s)
        if only_strong or not self.quiet(now_s):
            return None
        return self._praise(rep_index, now_s)

    def _settle(self, finding: Observation, rep_index: int) -> None:
        """Compare a finding with what was asked for after an earlier rep."""
        asked = self._asked.get(finding.topic)
        if asked is None or asked.rep_index >= rep_index:
            return
        if finding.wrong:
            asked.done_rep = None
        elif asked.pending:
            asked.pending = False
            asked.done_rep = None if asked.praised else rep_index

    def _may_ask(self, finding: Observation, rep_index: int, now_s: float) -> bool:
        rule = RULES[finding.topic]
        if not finding.strong and now_s - self._corrected_s < SPACING_S:
            return False
        asked = self._asked.get(finding.topic)
        if asked is not None:
            worse = finding.strong and not asked.strong
            if not worse and (asked.times >= rule.most or asked.rests(rep_index, now_s)):
                return False
        return not any(
            other.pending and other.rule.priority < rule.priority and other.rests(rep_index, now_s)
            for other in self._asked.values()
        )

    def _ask(self, finding: Observation, rep_index: int, now_s: float) -> Cue:
        rule = RULES[finding.topic]
        before = self._asked.get(finding.topic)
        times = 0 if before is None else before.times
        self._asked[finding.topic] = CueState(
            rule,
            rep_index,
            now_s,
            times=times + 1,
            strong=finding.strong,
            praised=before is not None and before.praised,
        )
        self._corrected, self._corrected_s, self._spoken_s = rep_index, now_s, now_s
        text = text_of(rule, finding, times)
        return Cue(now_s, text, rule.kind, self._set_index, finding.strong, rep_index)

    def _praise(self, rep_index: int, now_s: float) -> Cue | None:
        owed = [each for each in self._asked.values() if each.done_rep is not None]
        if not owed:
            return None
        # One word is enough for all that was done at once.
        for each in owed:
            each.done_rep, each.praised = None, True
        self._spoken_s = now_s
        text = min(owed, key=lambda each: each.rule.priority).rule.praise
        return Cue(now_s, text, CueKind.PRAISE, self._set_index, rep_index=rep_index)


if TYPE_CHECKING:
    Look = Callable[[Rep, RepContext], Iterator[Observation]]

LOOKS: Final[tuple[Look, ...]] = (
    top_findings,
    lowering_findings,
    bottom_findings,
    steadiness_findings,
    tempo_findings,
)
"""Everything that is looked for in a rep."""

BREATH_REPS: Final = 4
"""Up to which rep of a set one is reminded to breathe: after that it is a habit, or a nuisance."""

LATER_BREATHS: Final = 1
"""Reminders in each set after the first, for the same reason."""


class SetWatch:
    """Watches the reps of one set and says what there is to say."""

    def __init__(self, index: int, plan: Plan, exercise: Exercise) -> None:
        self.index = index
        self.plan = plan
        self._exercise = exercise
        self._counted: set[int] = set()
        self._reps: dict[int, Rep] = {}
        self._judged: set[tuple[int, Topic]] = set()
        self._asking = CueScheduler(index)
        self._target_rep: int | None = None
        self._loss_said = False
        self._breaths = 0
        self._breathed_after: int | None = None

    @property
    def empty(self) -> bool:
        """Whether no rep is left in it."""
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
            self._target_rep = None
        elif self._target_rep is None and self._counted:
            self._target_rep = max(self._counted)
            text = RULES[CueKind.TARGET_REACHED, None].texts[0].format(amount=_reps(done))
            yield self._outcome(at_s, text, CueKind.TARGET_REACHED, self._target_rep)

    def complete(self, rep: Rep, now_s: float) -> Iterator[Cue]:
        """Take a rep that has come to its end."""
        self._reps[rep.index] = rep
        loss = loss_reached(self._until(rep), self.plan)
        if loss is not None and not self._loss_said:
            self._loss_said = True
            rule = RULES[CueKind.VELOCITY_LOSS, None]
            text = rule.texts[0].format(amount=f"{100.0 * loss.share:.0f} %")
            yield self._outcome(now_s, text, CueKind.VELOCITY_LOSS, rep.index, strong=True)
        yield from self._judge(rep, now_s)

    def revise(self, rep: Rep, now_s: float) -> Iterator[Cue]:
        """Take what became known later; only of the latest rep is anything still said."""
        if rep.index not in self._reps:
            return
        self._reps[rep.index] = rep
        if rep.index == max(self._counted, default=rep.index):
            yield from self._judge(rep, now_s)

    def withdraw(self, rep_index: int, adjusted: int) -> None:
        """Forget a rep that turned out to be none."""
        self._counted.discard(rep_index)
        self._reps.pop(rep_index, None)
        self._judged = {each for each in self._judged if each[0] != rep_index}
        self._asking.withdraw(rep_index)
        target = self.plan.target_reps
        if target is None or len(self._counted) + adjusted < target:
            self._target_rep = None

    def rise(self, at_s: float) -> Iterator[Cue]:
        """Take the start of a way up; now and then it is a moment to think of breathing."""
        rule = RULES[CueKind.BREATHE_OUT, None]
        latest = max(self._counted, default=None)
        most = rule.most if self.index == 1 else LATER_BREATHS
        if (
            not self.plan.breathing
            or latest not in self._reps
            or latest == self._breathed_after
            or latest >= BREATH_REPS
            or self._breaths >= most
            or not self._asking.quiet(at_s)
        ):
            return
        text = rule.texts[min(self._breaths, len(rule.texts) - 1)]
        self._breaths += 1
        self._breathed_after = latest
        yield Cue(at_s, text, CueKind.BREATHE_OUT, self.index, rep_index=latest + 1)

    def _judge(self, rep: Rep, now_s: float) -> Iterator[Cue]:
        """Say the most important of what is known of a rep by now, and was not before."""
        if not rep.complete:
            return
        around = RepContext(self._exercise, self.plan, self._until(rep)[:-1])
        findings = [
            finding
            for look in LOOKS
            for finding in look(rep, around)
            if (rep.index, finding.topic) not in self._judged
        ]
        self._judged.update((rep.index, finding.topic) for finding in findings)
        ending = self._loss_said or self._target_rep == rep.index
        cue = self._asking.hear(rep.index, findings, now_s, only_strong=ending)
        if cue is not None:
            yield cue

    def _until(self, rep: Rep) -> tuple[Rep, ...]:
        """Return the reps up to one, in order."""
        return tuple(self._reps[number] for number in sorted(self._reps) if number <= rep.index)

    def _outcome(
        self, at_s: float, text: str, kind: CueKind, rep_index: int, *, strong: bool = False
    ) -> Cue:
        self._asking.spoke(at_s)
        return Cue(at_s, text, kind, self.index, strong, rep_index)


def _reps(amount: int) -> str:
    return "1 rep" if amount == 1 else f"{amount} reps"


class Coach:
    """Listens to what is detected and to what the wearer enters, and speaks now and then.

    Parameters
    ----------
    exercise
        What is trained.
    """

    def __init__(self, exercise: Exercise) -> None:
        self._exercise = exercise
        self._plan = NO_PLAN
        # By the number of the set, and not in it: a set can be withdrawn and come again.
        self._adjusted: dict[int, int] = {}
        self._set: SetWatch | None = None
        self._now_s = -math.inf

    def process(self, events: Iterable[Event]) -> tuple[Event, ...]:
        """Return the events, each followed by the cues that it gives rise to."""
        said: list[Event] = []
        for event in events:
            said.append(event)
            said += self._cues(event)
        return tuple(said)

    def _cues(self, event: Event) -> Iterator[Cue]:
        match event:
            case UserInput(entry=PlanChosen(plan=plan)):
                self._plan = plan
            case UserInput(entry=RepsAdjusted(set_index=index, by=by)):
                self._adjusted[index] = self._adjusted.get(index, 0) + by
                if self._set is not None and self._set.index == index:
                    yield from self._set.adjust(event.at_s, self._adjusted[index])
            case SetStarted(set_index=index):
                self._pass(event.at_s)
                self._set = SetWatch(index, self._plan, self._exercise)
            case SetEnded(set_index=index):
                if self._watched(index) is not None:
                    self._set = None
            case RepCounted() | RepCompleted() | RepRevised() | PhaseStarted():
                watch = self._watched(event.set_index)
                if watch is not None:
                    yield from self._of_set(watch, event)
            case _:
                pass

    def _of_set(
        self, watch: SetWatch, event: RepCounted | RepCompleted | RepRevised | PhaseStarted
    ) -> Iterator[Cue]:
        adjusted = self._adjusted.get(watch.index, 0)
        match event:
            case RepCounted(index=number):
                self._pass(event.at_s)
                yield from watch.count(number, event.at_s, adjusted)
            case RepCompleted(rep=rep):
                self._pass(event.at_s)
                yield from watch.complete(rep, self._now_s)
            case RepRevised(index=number, rep=None):
                watch.withdraw(number, adjusted)
                if watch.empty:
                    self._set = SetWatch(watch.index, watch.plan, self._exercise)
            case RepRevised(rep=rep) if rep is not None:
                # It is dated back to the rep that it is about.
                yield from watch.revise(rep, self._now_s)
            case PhaseStarted(phase=Phase.CONCENTRIC):
                self._pass(event.at_s)
                yield from watch.rise(event.at_s)
            case PhaseStarted():
                self._pass(event.at_s)

    def _watched(self, set_index: int) -> SetWatch | None:
        return self._set if self._set is not None and self._set.index == set_index else None

    def _pass(self, at_s: float) -> None:
        """Let time go on; events are said a little out of order at times."""
        self._now_s = max(self._now_s, at_s)
