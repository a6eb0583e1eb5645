"""What pain scores mean for training, and when to see somebody about it. No diagnosis.

Scores use the numeric rating scale, 0 to 10. Two points are the smallest change that people with
back pain call a change (Ostelo et al. 2008; Suzuki et al. 2020). Physiotherapists explain scores
with three lights; they differ on where to put the limits, and ours are the stricter ones. Limits
and wording are stated here; screens and the report import them.
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
"""Points above the score before training: the smallest change that is more than chance."""

SCORE_THAT_STOPS: Final = 5
"""From here on, every version of the three lights asks for less, or for help."""

SCORE_THAT_WAITS: Final = 3
"""From here on, nothing gets harder."""


class PainLight(Enum):
    """What pain allows."""

    GREEN = "green"
    """Go on, and progress."""
    AMBER = "amber"
    """Go on as before, without making it harder."""
    RED = "red"
    """Stop, and ask a professional."""


@dataclass(frozen=True, slots=True)
class PainVerdict:
    """What the scores of a training mean for the next one."""

    light: PainLight
    worst: int
    """Highest score of all, 0 to 10."""
    rise: int | None
    """Points between the score before and the worst after it; None without both."""
    reason: str
    """What the scores show, in a sentence."""

    @property
    def stops(self) -> bool:
        """Whether the plan stops until the wearer has asked a professional."""
        return self.light is PainLight.RED

    @property
    def words(self) -> str:
        """The reason, and what to do about it."""
        return f"{self.reason} {_ADVICE[self.light]}".rstrip()


URGENT_RED_FLAGS: Final = (
    "you cannot hold or pass urine as usual, or cannot control your bowels",
    (
        "numbness or tingling between the legs, around the genitals or the bottom, where a "
        "saddle would touch"
    ),
    "weakness in one leg or both, or a foot that drags, new or getting worse",
)
"""Signs of an emergency, today, that a training program must not judge."""

OTHER_RED_FLAGS: Final = (
    "pain after a fall, a crash or another injury",
    "pain that wakes you at night and does not ease in any position",
    "fever, or feeling ill, together with the pain",
    "losing weight without trying",
    "cancer, weak bones, long use of steroids, or a weak immune system, now or earlier",
)
"""Signs for a doctor, soon."""

_ADVICE: Final = {
    PainLight.GREEN: "",
    PainLight.AMBER: "Train as before, and watch how it is tomorrow.",
    PainLight.RED: "Stop for today and ask a doctor or physiotherapist before you go on. "
    "This program cannot tell where pain comes from.",
}


def red_flag_lines() -> tuple[str, ...]:
    """Return the red flags with their headings, line by line."""
    return (
        "Before you start: if one of these is true for you, do not train, and ask first.",
        "Get emergency help today:",
        *(f"• {sign}" for sign in URGENT_RED_FLAGS),
        "See a doctor first:",
        *(f"• {sign}" for sign in OTHER_RED_FLAGS),
    )


def judge_pain(entries: Sequence[PainEntered]) -> PainVerdict | None:
    """Return what pain scores mean, given in the order in which they were entered; None without.

    The rise is from the first score before training to the worst one after it started.
    """
    if not entries:
        return None
    before = [each.score for each in entries if each.moment is PainMoment.BEFORE]
    later = [each.score for each in entries if each.moment is not PainMoment.BEFORE]
    worst = max(each.score for each in entries)
    rise = max(later) - before[0] if before and later else None
    if rise is not None and rise > 0:
        light = PainLight.RED if rise >= RISE_THAT_STOPS else PainLight.AMBER
        reason = f"Pain went up from {before[0]} to {max(later)}."
    elif worst >= SCORE_THAT_WAITS:
        light, reason = PainLight.AMBER, f"Pain reached {worst}."
    else:
        light, reason = PainLight.GREEN, "Pain is low and did not go up."
    if worst >= SCORE_THAT_STOPS and light is not PainLight.RED:
        light, reason = PainLight.RED, f"Pain of {worst} is too much to train on."
    return PainVerdict(light, worst, rise, reason)
