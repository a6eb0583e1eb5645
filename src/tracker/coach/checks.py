"""What a rep shows, check by check: the top, the lowering, the bottom, steadiness and tempo.

Each check yields an `Observation` for every topic it can judge, wrong or fine. It is silent about
a topic that the rep's data cannot answer: `knows` says which they can. Thresholds stand beside the
check that uses them, except those that are a `Flag` of the rep already.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import Enum
from statistics import median
from typing import TYPE_CHECKING, Final

from tracker.coach.pacing import PaceVerdict, judge_pace, phase_errors
from tracker.coach.rules import RULES, Observation
from tracker.domain import CueKind, Flag, LiftSignal, Phase
from tracker.language import counted, localized, ngettext

if TYPE_CHECKING:
    from tracker.domain import Exercise, Plan, Rep


@dataclass(frozen=True, slots=True)
class RepContext:
    """What a rep is judged by besides itself."""

    exercise: Exercise
    plan: Plan
    """The plan of its set."""
    earlier: tuple[Rep, ...]
    """The reps of the set before it, in order."""


class Measure(Enum):
    """What a judgement needs to know of a rep."""

    TIMES = "times"
    """When its phases began and ended."""
    ANGLES = "angles"
    """How far the pelvis turned."""
    TILT = "tilt"
    """How far it tilted sideways."""
    VELOCITY = "velocity"
    """How fast the hips rose."""


_HIDDEN_BY: Final = {
    Measure.TIMES: {Flag.GAP},
    # Hips that sway turn about no single axis, which is just what tilt is about.
    Measure.TILT: {Flag.GAP, Flag.SATURATED},
    Measure.ANGLES: {Flag.GAP, Flag.SATURATED, Flag.AXIS_UNCERTAIN},
    Measure.VELOCITY: {Flag.GAP, Flag.SATURATED, Flag.LOW_CONFIDENCE_VELOCITY},
}
"""What leaves a measure uncertain. With missing samples, nothing is known; a sensor at its limit
cuts angles and velocities off, and leaves only the times."""


def knows(rep: Rep, measure: Measure) -> bool:
    """Return whether a measure of a rep is certain."""
    if measure is Measure.VELOCITY and not (rep.mean_velocity_mps or 0.0) > 0.0:
        return False
    return _HIDDEN_BY[measure].isdisjoint(rep.flags)


def seconds(value_s: float) -> str:
    """Return a planned time as the coach speaks it, `1 second` or `2.5 seconds`; empty for 0."""
    if value_s <= 0.0:
        return ""
    text = ngettext("{seconds} second", "{seconds} seconds", 1 if value_s == 1.0 else 2)
    return text.format(seconds=localized(f"{value_s:g}"))


ONE_COUNT_S: Final = 1.0
"""Without a planned hold, a lockout is held for a one-count (Contreras 2011)."""

LARGEST_REPS: Final = 3
"""The range of a full rep is the median of this many largest reps, as in the detection."""


def check_top(rep: Rep, context: RepContext) -> Iterator[Observation]:
    """Judge the top: reached, not passed, held, and held steadily."""
    if knows(rep, Measure.ANGLES):
        far = Flag.FAR_PAST_LOCKOUT in rep.flags
        past = far or Flag.PAST_LOCKOUT in rep.flags
        yield Observation(CueKind.PAST_LEVEL, past, strong=far)
        short = Flag.SHORT_OF_LOCKOUT in rep.flags
        amount = _degrees_short(rep, context) if short else ""
        yield Observation(CueKind.REACH_LOCKOUT, short, amount)
        if rep.lockout_s is not None:
            yield Observation(CueKind.HIPS_SINK, Flag.SAGGED in rep.flags)
    goal_s = hold_goal_s(context.exercise, context.plan)
    if goal_s and rep.lockout_s is not None and knows(rep, Measure.TIMES):
        brief = judge_pace(Phase.LOCKOUT, goal_s, rep.lockout_s) is PaceVerdict.TOO_FAST
        # Without a gyroscope a hold seems longer than it was: too short is certain, enough is not.
        if rep.gyroscope or brief:
            yield Observation(CueKind.HOLD_LONGER, brief, seconds(goal_s))


def hold_goal_s(exercise: Exercise, plan: Plan) -> float | None:
    """Return how long to hold the top, s: as planned, else a one-count of a hip thrust."""
    if plan.hold_s is not None:
        return plan.hold_s
    return ONE_COUNT_S if exercise.signal is LiftSignal.ROTATION else None


def _degrees_short(rep: Rep, context: RepContext) -> str:
    """Return by how many degrees a rep missed the lockout, if that is known."""
    if rep.rom_deg is None or context.exercise.signal is not LiftSignal.ROTATION:
        return ""
    ranges = (each.rom_deg for each in (*context.earlier, rep))
    known = sorted((each for each in ranges if each is not None), reverse=True)
    missing = round(median(known[:LARGEST_REPS]) - rep.rom_deg)
    return counted(missing, "degree", "degrees") if missing > 1 else ""


UNHURRIED_S: Final = 1.0
"""Without a planned tempo: dropped hips take 0.6 to 1 s, lowered ones 2 to 3 s."""


def check_lowering(rep: Rep, context: RepContext) -> Iterator[Observation]:
    """Judge the eccentric.

    Hips that drop get no second cue to lower more slowly, and a lifter who still lowers too fast
    has not stopped dropping them.
    """
    took_s = rep.eccentric_s
    if took_s is None or not knows(rep, Measure.TIMES):
        return
    tempo = context.plan.tempo
    fast, amount = False, ""
    if tempo is None:
        fast = context.exercise.signal is LiftSignal.ROTATION and took_s < UNHURRIED_S
    elif tempo.eccentric_s is not None:
        fast = judge_pace(Phase.ECCENTRIC, tempo.eccentric_s, took_s) is PaceVerdict.TOO_FAST
        amount = seconds(tempo.eccentric_s)
    # An eccentric as short as planned is no drop. Peak speeds are cut off at the sensor's limit.
    meant = tempo is not None and not fast
    dropped = Flag.DROPPED_ECCENTRIC in rep.flags and not meant and knows(rep, Measure.ANGLES)
    if dropped:
        yield Observation(CueKind.DROPPED, wrong=True)
        return
    if not fast:
        yield Observation(CueKind.DROPPED, wrong=False)
    # Without a gyroscope an eccentric seems shorter than it was: slow enough is certain, fast not.
    if rep.gyroscope or not fast:
        yield Observation(CueKind.LOWER_SLOWER, fast, amount)


def check_bottom(rep: Rep, context: RepContext) -> Iterator[Observation]:
    """Judge the bottom after a rep, which is known once the next rep has begun."""
    if context.plan.keep_tension and rep.bottom_s is not None and knows(rep, Measure.TIMES):
        down = not {Flag.RESTED_AT_BOTTOM, Flag.TOUCHED_FLOOR}.isdisjoint(rep.flags)
        yield Observation(CueKind.KEEP_TENSION, down)


FIRST_REPS: Final = 3
"""A set's initial range is the median of this many reps."""

LATEST_REPS: Final = 2
"""One small rep is a slip; two in a row are a trend."""

SHRUNK_SHARE: Final = 0.9
"""Of the initial range: a tired lifter loses some 6 %, and at 15 % a rep is short of lockout."""

WHOLE_SHARE: Final = 0.95
"""From here on the range is back."""


def check_steadiness(rep: Rep, context: RepContext) -> Iterator[Observation]:
    """Judge the tilt of a rep, and its range against the reps before it."""
    if context.exercise.signal is not LiftSignal.ROTATION:
        return
    if knows(rep, Measure.TILT):
        yield Observation(CueKind.LEVEL_HIPS, Flag.TILTED in rep.flags)
    if Flag.SHORT_OF_LOCKOUT in rep.flags or not knows(rep, Measure.ANGLES):
        return
    known = [
        each.rom_deg
        for each in (*context.earlier, rep)
        if each.rom_deg is not None and knows(each, Measure.ANGLES)
    ]
    if rep.rom_deg is None or len(known) < FIRST_REPS + LATEST_REPS:
        return
    whole_deg = median(known[:FIRST_REPS])
    if max(known[-LATEST_REPS:]) < SHRUNK_SHARE * whole_deg:
        yield Observation(CueKind.RANGE_SHRINKS, wrong=True)
    elif rep.rom_deg >= WHOLE_SHARE * whole_deg:
        yield Observation(CueKind.RANGE_SHRINKS, wrong=False)


def check_tempo(rep: Rep, context: RepContext) -> Iterator[Observation]:
    """Judge which phases were faster or slower than planned.

    Too short a hold and too fast an eccentric have cues of their own, and a hold with a goal may
    last longer. Without a gyroscope, times are off by more than any tolerance.
    """
    tempo = context.plan.tempo
    if tempo is None or not rep.gyroscope or not knows(rep, Measure.TIMES):
        return
    known = tuple(each for each in context.earlier if knows(each, Measure.TIMES))
    for error in phase_errors(rep, tempo, known):
        if error.phase is Phase.LOCKOUT and context.plan.lockout_goal_s is not None:
            continue
        amount = "" if error.planned_s is None else seconds(error.planned_s)
        for kind, verdict in (
            (CueKind.TOO_FAST, PaceVerdict.TOO_FAST),
            (CueKind.TOO_SLOW, PaceVerdict.TOO_SLOW),
        ):
            if (kind, error.phase) in RULES:
                yield Observation(kind, error.verdict is verdict, amount, error.phase)


Check = Callable[["Rep", RepContext], Iterator[Observation]]

CHECKS: Final[tuple[Check, ...]] = (
    check_top,
    check_lowering,
    check_bottom,
    check_steadiness,
    check_tempo,
)
"""Every check of a rep."""
