"""What pain scores mean for the training, and when to see somebody about it. No diagnosis.

Scores are of the numeric rating scale, 0 to 10. Two points are the smallest change that people
with back pain call a change (Ostelo et al. 2008; Suzuki et al. 2020). The three lights are how
physiotherapists tell patients what to make of a score; where they put the limits differs, and the
stricter is taken here.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Final

from tracker.domain import PainMoment

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tracker.domain import PainEntered

RISE_THAT_STOPS: Final = 2
"""Points above the score before the training: the smallest change that is more than chance."""

SCORE_THAT_STOPS: Final = 5
"""From here on every version of the three lights asks for less, or for help."""

SCORE_THAT_WAITS: Final = 3
"""From here on the training stays as it is."""


class PainLight(Enum):
    """What pain allows."""

    GREEN = "green"
    """Go on, and progress."""
    AMBER = "amber"
    """Go on as before, without making it harder."""
    RED = "red"
    """Stop, and ask somebody who knows."""


@dataclass(frozen=True, slots=True)
class PainVerdict:
    """What the scores of a training mean for the next one."""

    light: PainLight
    worst: int
    """Highest score of all, 0 to 10."""
    rise: int | None
    """Points between the score before and the worst after it; None without both."""
    words: str
    """What to tell the wearer."""

    @property
    def stops(self) -> bool:
        """Whether the plan goes no further until somebody was asked."""
        return self.light is PainLight.RED


@dataclass(frozen=True, slots=True)
class RedFlag:
    """A sign that is not for a training program to judge."""

    sign: str
    """What one notices, in plain words."""
    urgent: bool
    """Whether it is an emergency, today; else it is for a doctor, soon."""


RED_FLAGS: Final = (
    RedFlag("you cannot hold or pass urine as usual, or cannot control your bowels", urgent=True),
    RedFlag(
        "numbness or tingling between the legs, around the genitals or the bottom, where a "
        "saddle would touch",
        urgent=True,
    ),
    RedFlag(
        "weakness in one leg or both, or a foot that drags, new or getting worse", urgent=True
    ),
    RedFlag("pain after a fall, a crash or another injury", urgent=False),
    RedFlag("pain that wakes you at night and does not ease in any position", urgent=False),
    RedFlag("fever, or feeling ill, together with the pain", urgent=False),
    RedFlag("losing weight without trying", urgent=False),
    RedFlag(
        "cancer, weak bones, long use of steroids, or a weak immune system, now or earlier",
        urgent=False,
    ),
)
"""Shown once, before the first training; whoever shows them remembers that."""

RED_FLAGS_HEADING: Final = (
    "Before you start: if one of these is true for you, do not train, and ask first."
)
"""Stands above them."""

ASK_SOMEBODY: Final = (
    "Stop for today and ask a doctor or physiotherapist before you go on. "
    "This program cannot tell where pain comes from."
)
"""What a red light says besides its reason."""


def red_flag_lines() -> tuple[str, ...]:
    """Return what is shown once, line by line."""
    urgent = tuple(f"• {flag.sign}" for flag in RED_FLAGS if flag.urgent)
    others = tuple(f"• {flag.sign}" for flag in RED_FLAGS if not flag.urgent)
    return (
        RED_FLAGS_HEADING,
        "Get emergency help today:",
        *urgent,
        "See a doctor first:",
        *others,
    )


def judge_pain(entries: Sequence[PainEntered]) -> PainVerdict | None:
    """Return what pain scores, in the order in which they were said, mean; None without any.

    The rise is counted from the first score before the training to the worst after it.
    """
    if not entries:
        return None
    before = [each.score for each in entries if each.moment is PainMoment.BEFORE]
    later = [each.score for each in entries if each.moment is not PainMoment.BEFORE]
    worst = max(each.score for each in entries)
    rise = max(later) - before[0] if before and later else None
    if rise is not None and rise >= RISE_THAT_STOPS:
        reason = f"Pain went up from {before[0]} to {max(later)}."
        return PainVerdict(PainLight.RED, worst, rise, f"{reason} {ASK_SOMEBODY}")
    if worst >= SCORE_THAT_STOPS:
        reason = f"Pain of {worst} is too much to train on."
        return PainVerdict(PainLight.RED, worst, rise, f"{reason} {ASK_SOMEBODY}")
    if worst >= SCORE_THAT_WAITS or (rise is not None and rise > 0):
        words = f"Pain of {worst}: stay at what you do, and watch how it is tomorrow."
        return PainVerdict(PainLight.AMBER, worst, rise, words)
    return PainVerdict(PainLight.GREEN, worst, rise, "Pain is low and did not go up.")
