"""The cues as data: how important each is, when it may be said again, and in which words.

`docs/coaching.md` has a row for every kind, with what it sees, its threshold and its source. The
thresholds stand with the functions that look for them.

What a rep shows about one topic, and what of a rep can be known at all.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Final

from tracker.domain import CueKind, Flag, Phase

if TYPE_CHECKING:
    from tracker.domain import Exercise, Plan, Rep

SPACING_S: Final = 2.0
"""A cue takes one to two seconds to say; the next one does not cut it off."""


@dataclass(frozen=True, slots=True)
class Rule:
    """How one thing is said."""

    kind: CueKind
    texts: tuple[str, ...]
    """What is said the first time and after it; the last one stays. `{amount}` is filled in."""
    priority: int
    """Of several things, the one with the smallest number is said."""
    again_reps: int = 3
    """Reps that pass in silence before it is said again."""
    again_s: float = 10.0
    """Seconds that pass in silence before it is said again."""
    most: int = 3
    """How often it is said in one set; who has not changed it by then cannot, or will not."""
    phase: Phase | None = None
    """The phase that it is about, where a kind has a row for several."""
    plain: str = ""
    """What is said where there is no amount to name."""
    strong: str = ""
    """What is said of the strong form."""
    praise: str = ""
    """What is said once, when it was done."""


_ALL: Final = (
    Rule(
        CueKind.PAST_LEVEL,
        ("Stop when level, ribs down.", "Ribs down: stop when level."),
        priority=1,
        again_reps=1,
        again_s=5.0,
        strong="Too high: stop when level, ribs down.",
        praise="Level, good.",
    ),
    Rule(
        CueKind.DROPPED,
        ("Don't drop: lower with control.", "Lower slowly, all the way down."),
        priority=2,
        again_reps=2,
        again_s=6.0,
        praise="Well lowered.",
    ),
    Rule(
        CueKind.REACH_LOCKOUT,
        ("Higher: {amount} short of your lockout.", "Hips all the way up: {amount} to go."),
        priority=3,
        again_reps=2,
        again_s=6.0,
        plain="Come all the way up.",
        praise="Full lockout, good.",
    ),
    Rule(
        CueKind.HIPS_SINK,
        ("Keep the hips up in the hold.", "Squeeze: hips stay up."),
        priority=4,
        praise="Steady hold, good.",
    ),
    Rule(
        CueKind.LEVEL_HIPS,
        ("Level your hips.", "Keep both hips at one height."),
        priority=5,
        praise="Hips level, good.",
    ),
    Rule(
        CueKind.HOLD_LONGER,
        ("Hold the top for {amount}.", "Squeeze and hold: {amount}."),
        priority=6,
        praise="Good hold.",
    ),
    Rule(
        CueKind.LOWER_SLOWER,
        ("Lower more slowly: {amount}.",),
        priority=7,
        plain="Lower more slowly.",
        praise="Well lowered.",
    ),
    Rule(
        CueKind.RANGE_SHRINKS,
        ("Your range is shrinking: go all the way.", "Full range, or end the set."),
        priority=8,
        most=2,
        praise="Full range again.",
    ),
    Rule(
        CueKind.KEEP_TENSION,
        ("Don't rest on the floor: keep the tension.", "Stay off the floor."),
        priority=9,
        praise="Tension kept, good.",
    ),
    Rule(
        CueKind.TOO_FAST,
        ("Slower on the way up: {amount}.",),
        priority=10,
        phase=Phase.CONCENTRIC,
        praise="On tempo.",
    ),
    Rule(
        CueKind.TOO_SLOW,
        ("Faster on the way up: {amount}.",),
        priority=11,
        phase=Phase.CONCENTRIC,
        plain="Push up as fast as you can.",
        praise="On tempo.",
    ),
    Rule(
        CueKind.TOO_SLOW,
        ("Lower a little faster: {amount}.",),
        priority=12,
        phase=Phase.ECCENTRIC,
        plain="Let it down faster.",
        praise="On tempo.",
    ),
    Rule(
        CueKind.TOO_SLOW,
        ("Shorter hold: {amount}.",),
        priority=13,
        phase=Phase.LOCKOUT,
        plain="Turn at once at the top.",
        praise="On tempo.",
    ),
    Rule(
        CueKind.TOO_FAST,
        ("Pause at the bottom: {amount}.",),
        priority=14,
        phase=Phase.BOTTOM,
        praise="On tempo.",
    ),
    Rule(
        CueKind.TOO_SLOW,
        ("Shorter pause at the bottom: {amount}.",),
        priority=15,
        phase=Phase.BOTTOM,
        plain="Go up again without a pause.",
        praise="On tempo.",
    ),
    Rule(
        CueKind.BREATHE_OUT,
        ("Breathe out on the way up.", "Breathe out."),
        priority=16,
        again_reps=1,
        again_s=0.0,
        most=2,
    ),
    Rule(
        CueKind.TARGET_REACHED,
        ("{amount}: target reached. Lower slowly.",),
        priority=17,
        most=1,
    ),
    Rule(
        CueKind.VELOCITY_LOSS,
        ("End the set: {amount} slower than your best.",),
        priority=18,
        most=1,
    ),
    Rule(CueKind.PRAISE, ("Good.",), priority=19),
)

Topic = tuple[CueKind, Phase | None]
"""What is asked for, and remembered as asked."""

RULES: Final[dict[Topic, Rule]] = {(rule.kind, rule.phase): rule for rule in _ALL}
"""Every rule by its topic."""


def text_of(rule: Rule, finding: Observation, times: int) -> str:
    """Return what is said of a finding, once it was said `times` times before."""
    if finding.strong and rule.strong:
        return rule.strong
    if not finding.amount and rule.plain:
        return rule.plain
    return rule.texts[min(times, len(rule.texts) - 1)].format(amount=finding.amount)


class Measure(Enum):
    """What is needed of a rep to judge it."""

    TIMES = "times"
    """When its phases began and ended."""
    ANGLES = "angles"
    """How far the pelvis turned."""
    TILT = "tilt"
    """How far it tilted sideways."""
    VELOCITY = "velocity"
    """How fast the hips rose."""


@dataclass(frozen=True, slots=True)
class Observation:
    """One topic of one rep."""

    kind: CueKind
    wrong: bool
    """Whether there is something to say; else the rep was fine in this."""
    amount: str = ""
    """How much, in words; empty where there is none to name."""
    phase: Phase | None = None
    """The phase that it is about, where the kind has several."""
    strong: bool = False
    """Whether it is the strong form."""

    @property
    def topic(self) -> Topic:
        """What it is about."""
        return self.kind, self.phase


@dataclass(frozen=True, slots=True)
class RepContext:
    """What a rep is judged by besides itself."""

    exercise: Exercise
    plan: Plan
    """The plan of its set."""
    earlier: tuple[Rep, ...]
    """The reps of the set before it, in order."""


def knows(rep: Rep, measure: Measure) -> bool:
    """Return whether a rep can be judged by a measure.

    Of a rep with missing samples nothing is certain. Where the sensor hit its limit, angles and
    velocities are cut off, and only the times are left.
    """
    flags = rep.flags
    if Flag.GAP in flags:
        return False
    match measure:
        case Measure.TIMES:
            return True
        case Measure.TILT:
            # Hips that sway turn about no single axis: that is what it is about.
            return Flag.SATURATED not in flags
        case Measure.ANGLES:
            return Flag.SATURATED not in flags and Flag.AXIS_UNCERTAIN not in flags
        case Measure.VELOCITY:
            return (
                Flag.SATURATED not in flags
                and Flag.LOW_CONFIDENCE_VELOCITY not in flags
                and rep.mean_velocity_mps is not None
                and rep.mean_velocity_mps > 0.0
            )


def seconds(value_s: float) -> str:
    """Return a planned time as it is said, `1 second` or `2.5 seconds`; empty for none."""
    if value_s <= 0.0:
        return ""
    return "1 second" if value_s == 1.0 else f"{value_s:g} seconds"
