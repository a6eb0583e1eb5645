"""The cues as data: priority, pauses and words of each, and what a check observed.

`docs/coaching.md` has a row for every kind, with what it sees, its threshold and its source. The
thresholds stand with the checks.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from tracker.domain import CueKind, Phase

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
        ("Stop when level, ribs down.", "Ribs down: stop when level."),
        again_reps=1,
        again_s=5.0,
        strong="Too high: stop when level, ribs down.",
        praise="Level, good.",
    ),
    Rule(
        CueKind.DROPPED,
        ("Don't drop: lower with control.", "Lower slowly, all the way down."),
        again_reps=2,
        again_s=6.0,
        praise="Well lowered.",
    ),
    Rule(
        CueKind.REACH_LOCKOUT,
        ("Higher: {amount} short of your lockout.", "Hips all the way up: {amount} to go."),
        again_reps=2,
        again_s=6.0,
        plain="Come all the way up.",
        praise="Full lockout, good.",
    ),
    Rule(
        CueKind.HIPS_SINK,
        ("Keep the hips up in the hold.", "Squeeze: hips stay up."),
        praise="Steady hold, good.",
    ),
    Rule(
        CueKind.LEVEL_HIPS,
        ("Level your hips.", "Keep both hips at one height."),
        praise="Hips level, good.",
    ),
    Rule(
        CueKind.HOLD_LONGER,
        ("Hold the top for {amount}.", "Squeeze and hold: {amount}."),
        praise="Good hold.",
    ),
    Rule(
        CueKind.LOWER_SLOWER,
        ("Lower more slowly: {amount}.",),
        plain="Lower more slowly.",
        praise="Well lowered.",
    ),
    Rule(
        CueKind.RANGE_SHRINKS,
        ("Your range is shrinking: go all the way.", "Full range, or end the set."),
        most=2,
        praise="Full range again.",
    ),
    Rule(
        CueKind.KEEP_TENSION,
        ("Don't rest on the floor: keep the tension.", "Stay off the floor."),
        praise="Tension kept, good.",
    ),
    Rule(
        CueKind.TOO_FAST,
        ("Slower on the way up: {amount}.",),
        phase=Phase.CONCENTRIC,
        praise="On tempo.",
    ),
    Rule(
        CueKind.TOO_SLOW,
        ("Faster on the way up: {amount}.",),
        phase=Phase.CONCENTRIC,
        plain="Push up as fast as you can.",
        praise="On tempo.",
    ),
    Rule(
        CueKind.TOO_SLOW,
        ("Lower a little faster: {amount}.",),
        phase=Phase.ECCENTRIC,
        plain="Let it down faster.",
        praise="On tempo.",
    ),
    Rule(
        CueKind.TOO_SLOW,
        ("Shorter hold: {amount}.",),
        phase=Phase.LOCKOUT,
        plain="Turn at once at the top.",
        praise="On tempo.",
    ),
    Rule(
        CueKind.TOO_FAST,
        ("Pause at the bottom: {amount}.",),
        phase=Phase.BOTTOM,
        praise="On tempo.",
    ),
    Rule(
        CueKind.TOO_SLOW,
        ("Shorter pause at the bottom: {amount}.",),
        phase=Phase.BOTTOM,
        plain="Go up again without a pause.",
        praise="On tempo.",
    ),
    Rule(
        CueKind.BREATHE_OUT,
        ("Breathe out on the way up.", "Breathe out."),
        again_reps=1,
        again_s=0.0,
        most=2,
    ),
    Rule(CueKind.TARGET_REACHED, ("{amount}: target reached. Lower slowly.",), most=1),
    Rule(
        CueKind.EXTRA_REP,
        ("{amount}: go on while clean, keep one spare.", "{amount} more."),
        again_reps=0,
        again_s=0.0,
        most=MOST_EXTRA_REPS + 1,
        plain="{amount} more: enough. Lower slowly.",
    ),
    Rule(CueKind.VELOCITY_LOSS, ("End the set: {amount} slower than your best.",), most=1),
    Rule(CueKind.PRAISE, ("Good.",)),
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
