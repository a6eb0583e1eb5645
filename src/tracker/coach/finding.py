"""What a rep shows about one topic, and what of a rep can be known at all."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from tracker.domain import CueKind, Flag, Phase

if TYPE_CHECKING:
    from tracker.coach.rules import Topic
    from tracker.domain import Exercise, Plan, Rep


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
class Finding:
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
class Around:
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
