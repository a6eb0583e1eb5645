"""What was asked for in a set, and which of several things is said next.

One thing at a time: of everything that is wrong with a rep the most important is said, and while
it was just asked for nothing less important is. It is asked for again after a while if it is
still wrong, and praised once when it is done.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tracker.coach.rules import RULES, SPACING_S, text_of
from tracker.domain import Cue, CueKind

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tracker.coach.finding import Finding
    from tracker.coach.rules import Rule, Topic


@dataclass(slots=True)
class Asked:
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


class Asking:
    """Chooses what is said of the reps of one set."""

    def __init__(self, set_index: int) -> None:
        self._set_index = set_index
        self._asked: dict[Topic, Asked] = {}
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
        self, rep_index: int, findings: Iterable[Finding], now_s: float, *, only_strong: bool
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

    def _settle(self, finding: Finding, rep_index: int) -> None:
        """Compare a finding with what was asked for after an earlier rep."""
        asked = self._asked.get(finding.topic)
        if asked is None or asked.rep_index >= rep_index:
            return
        if finding.wrong:
            asked.done_rep = None
        elif asked.pending:
            asked.pending = False
            asked.done_rep = None if asked.praised else rep_index

    def _may_ask(self, finding: Finding, rep_index: int, now_s: float) -> bool:
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

    def _ask(self, finding: Finding, rep_index: int, now_s: float) -> Cue:
        rule = RULES[finding.topic]
        before = self._asked.get(finding.topic)
        times = 0 if before is None else before.times
        self._asked[finding.topic] = Asked(
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
