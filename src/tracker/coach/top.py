"""What there is to say of the top of a rep: reached, not passed, held, and held steadily."""

from __future__ import annotations

from statistics import median
from typing import TYPE_CHECKING, Final

from tracker.coach.finding import Finding, Measure, knows, seconds
from tracker.coach.pacing import tolerance_s
from tracker.domain import CueKind, Flag, LiftSignal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tracker.coach.finding import Around
    from tracker.domain import Exercise, Plan, Rep

ONE_COUNT_S: Final = 1.0
"""Where no hold is planned: a lockout is held for a one-count (Contreras 2011)."""

LARGEST_REPS: Final = 3
"""The wearer's own range is the median of as many largest reps, as in the detection."""


def top_findings(rep: Rep, around: Around) -> Iterator[Finding]:
    """Yield what the top of a rep shows."""
    if knows(rep, Measure.ANGLES):
        far = Flag.FAR_PAST_LOCKOUT in rep.flags
        past = far or Flag.PAST_LOCKOUT in rep.flags
        yield Finding(CueKind.PAST_LEVEL, past, strong=far)
        short = Flag.SHORT_OF_LOCKOUT in rep.flags
        amount = _short_by(rep, around) if short else ""
        yield Finding(CueKind.REACH_LOCKOUT, short, amount)
        if rep.lockout_s is not None:
            yield Finding(CueKind.HIPS_SINK, Flag.SAGGED in rep.flags)
    goal_s = hold_goal_s(around.exercise, around.plan)
    if goal_s and rep.lockout_s is not None and knows(rep, Measure.TIMES):
        brief = rep.lockout_s < goal_s - tolerance_s(goal_s)
        # Without a gyroscope a hold seems longer than it was: too short is certain, enough not.
        if rep.gyroscope or brief:
            yield Finding(CueKind.HOLD_LONGER, brief, seconds(goal_s))


def hold_goal_s(exercise: Exercise, plan: Plan) -> float | None:
    """Return how long the top is to be held, s: as planned, else a one-count of a hip thrust."""
    if plan.hold_s is not None:
        return plan.hold_s
    return ONE_COUNT_S if exercise.signal is LiftSignal.ROTATION else None


def _short_by(rep: Rep, around: Around) -> str:
    """Return how many degrees are missing to the wearer's own lockout, if that is known."""
    if rep.rom_deg is None or around.exercise.signal is not LiftSignal.ROTATION:
        return ""
    ranges = (each.rom_deg for each in (*around.earlier, rep))
    known = sorted((each for each in ranges if each is not None), reverse=True)
    missing = round(median(known[:LARGEST_REPS]) - rep.rom_deg)
    return f"{missing} degrees" if missing > 1 else ""
