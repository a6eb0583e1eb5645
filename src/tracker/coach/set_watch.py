"""One set while it goes on: its reps as they are known now, and what was said of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tracker.coach.asking import Asking
from tracker.coach.finding import Around
from tracker.coach.lowering import bottom_findings, lowering_findings
from tracker.coach.on_tempo import tempo_findings
from tracker.coach.rules import RULES
from tracker.coach.steadiness import steadiness_findings
from tracker.coach.top import top_findings
from tracker.coach.velocity import loss_reached
from tracker.domain import Cue, CueKind

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tracker.coach.finding import Finding
    from tracker.coach.rules import Topic
    from tracker.domain import Exercise, Plan, Rep

    Look = Callable[[Rep, Around], Iterator[Finding]]

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
        self._asking = Asking(index)
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
        around = Around(self._exercise, self.plan, self._until(rep)[:-1])
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
