"""The cues as data: priority, pauses and words of each, and what a check observed.

`docs/coaching.md` has a row for every kind, with what it sees, its threshold and its source. The
thresholds stand with the checks.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from tracker.domain import CueKind, Phase
from tracker.language import _

SPACING_S: Final = 2.0
"""A cue takes one to two seconds to speak; the next one must not cut it off."""

MOST_EXTRA_REPS: Final = 6
"""Reps past the target after which an open set is ended: two are asked for to add load, and a set
that goes on much longer was too light to need more."""


@dataclass(frozen=True, slots=True)
class Rule:
    """When and in which words one cue is given."""

    kind: CueKind
    texts: tuple[str, ...]
    """The first time and after it; the last text stays. `{amount}` is filled in."""
    again_reps: int = 3
    """Reps of silence before it is given again."""
    again_s: float = 10.0
    """Seconds of silence before it is given again."""
    most: int = 3
    """How often it is given in one set; who has not changed by then cannot, or will not."""
    phase: Phase | None = None
    """The phase that it is about, where a kind has a row for several."""
    plain: str = ""
    """The text where there is no amount to name."""
    strong: str = ""
    """The text of the strong form."""
    praise: str = ""
    """The text given once, when the lifter has done it."""
    priority: int = 0
    """Its place in `RULES`, from 1: of several cues, the first is given."""


_ALL: Final = (
    Rule(
        CueKind.PAST_LEVEL,
        (_("Stop when level, ribs down."), _("Ribs down: stop when level.")),
        again_reps=1,
        again_s=5.0,
        strong=_("Too high: stop when level, ribs down."),
        praise=_("Level, good."),
    ),
    Rule(
        CueKind.DROPPED,
        (_("Don't drop: lower with control."), _("Lower slowly, all the way down.")),
        again_reps=2,
        again_s=6.0,
        praise=_("Well lowered."),
    ),
    Rule(
        CueKind.REACH_LOCKOUT,
        (_("Higher: {amount} short of your lockout."), _("Hips all the way up: {amount} to go.")),
        again_reps=2,
        again_s=6.0,
        plain=_("Come all the way up."),
        praise=_("Full lockout, good."),
    ),
    Rule(
        CueKind.HIPS_SINK,
        (_("Keep the hips up in the hold."), _("Squeeze: hips stay up.")),
        praise=_("Steady hold, good."),
    ),
    Rule(
        CueKind.LEVEL_HIPS,
        (_("Level your hips."), _("Keep both hips at one height.")),
        praise=_("Hips level, good."),
    ),
    Rule(
        CueKind.HOLD_LONGER,
        (_("Hold the top for {amount}."), _("Squeeze and hold: {amount}.")),
        praise=_("Good hold."),
    ),
    Rule(
        CueKind.LOWER_SLOWER,
        (_("Lower more slowly: {amount}."),),
        plain=_("Lower more slowly."),
        praise=_("Well lowered."),
    ),
    Rule(
        CueKind.RANGE_SHRINKS,
        (_("Your range is shrinking: go all the way."), _("Full range, or end the set.")),
        most=2,
        praise=_("Full range again."),
    ),
    Rule(
        CueKind.KEEP_TENSION,
        (_("Don't rest on the floor: keep the tension."), _("Stay off the floor.")),
        praise=_("Tension kept, good."),
    ),
    Rule(
        CueKind.TOO_FAST,
        (_("Slower on the way up: {amount}."),),
        phase=Phase.CONCENTRIC,
        praise=_("On tempo."),
    ),
    Rule(
        CueKind.TOO_SLOW,
        (_("Faster on the way up: {amount}."),),
        phase=Phase.CONCENTRIC,
        plain=_("Push up as fast as you can."),
        praise=_("On tempo."),
    ),
    Rule(
        CueKind.TOO_SLOW,
        (_("Lower a little faster: {amount}."),),
        phase=Phase.ECCENTRIC,
        plain=_("Let it down faster."),
        praise=_("On tempo."),
    ),
    Rule(
        CueKind.TOO_SLOW,
        (_("Shorter hold: {amount}."),),
        phase=Phase.LOCKOUT,
        plain=_("Turn at once at the top."),
        praise=_("On tempo."),
    ),
    Rule(
        CueKind.TOO_FAST,
        (_("Pause at the bottom: {amount}."),),
        phase=Phase.BOTTOM,
        praise=_("On tempo."),
    ),
    Rule(
        CueKind.TOO_SLOW,
        (_("Shorter pause at the bottom: {amount}."),),
        phase=Phase.BOTTOM,
        plain=_("Go up again without a pause."),
        praise=_("On tempo."),
    ),
    Rule(
        CueKind.BREATHE_OUT,
        (_("Breathe out on the way up."), _("Breathe out.")),
        again_reps=1,
        again_s=0.0,
        most=2,
    ),
    Rule(CueKind.TARGET_REACHED, (_("{amount}: target reached. Lower slowly."),), most=1),
    Rule(
        CueKind.EXTRA_REP,
        (_("{amount}: go on while clean, keep one spare."), _("{amount} more.")),
        again_reps=0,
        again_s=0.0,
        most=MOST_EXTRA_REPS + 1,
        plain=_("{amount} more: enough. Lower slowly."),
    ),
    Rule(CueKind.VELOCITY_LOSS, (_("End the set: {amount} slower than your best."),), most=1),
    Rule(CueKind.PRAISE, (_("Good."),)),
)

Topic = tuple[CueKind, Phase | None]
"""What a cue asks for."""

RULES: Final[dict[Topic, Rule]] = {
    (rule.kind, rule.phase): replace(rule, priority=place)
    for place, rule in enumerate(_ALL, start=1)
}
"""Every rule by its topic, the most important first."""


@dataclass(frozen=True, slots=True)
class Observation:
    """What a check found about one topic of one rep."""

    kind: CueKind
    wrong: bool
    """Whether a cue is due; False means that the rep was fine in this."""
    amount: str = ""
    """How much, in words; empty where there is no amount to name."""
    phase: Phase | None = None
    """The phase that it is about, where the kind has several."""
    strong: bool = False
    """Whether it is the strong form."""

    @property
    def topic(self) -> Topic:
        """What its cue asks for."""
        return self.kind, self.phase


def text_of(rule: Rule, observation: Observation, times: int) -> str:
    """Return the text of a cue that was given `times` times before in the set."""
    if observation.strong and rule.strong:
        return rule.strong
    if not observation.amount and rule.plain:
        return rule.plain
    return rule.texts[min(times, len(rule.texts) - 1)].format(amount=observation.amount)
