"""What there is to say of the top of a rep: reached, not passed, held, and held steadily.

What there is to say of the way down and of the bottom.

What there is to say of how alike the reps of a set are, and of hips that tilt.

What there is to say of a rep against the planned tempo, beside holding and lowering.
"""

from __future__ import annotations

from statistics import median
from typing import TYPE_CHECKING, Final

from tracker.coach.pacing import PaceVerdict, phase_errors, tolerance_s
from tracker.coach.rules import RULES, Measure, Observation, knows, seconds
from tracker.domain import CueKind, Flag, LiftSignal, Phase

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tracker.coach.rules import RepContext
    from tracker.domain import Exercise, Plan, Rep

ONE_COUNT_S: Final = 1.0
"""Where no hold is planned: a lockout is held for a one-count (Contreras 2011)."""

LARGEST_REPS: Final = 3
"""The wearer's own range is the median of as many largest reps, as in the detection."""


def top_findings(rep: Rep, around: RepContext) -> Iterator[Observation]:
    """Yield what the top of a rep shows."""
    if knows(rep, Measure.ANGLES):
        far = Flag.FAR_PAST_LOCKOUT in rep.flags
        past = far or Flag.PAST_LOCKOUT in rep.flags
        yield Observation(CueKind.PAST_LEVEL, past, strong=far)
        short = Flag.SHORT_OF_LOCKOUT in rep.flags
        amount = _short_by(rep, around) if short else ""
        yield Observation(CueKind.REACH_LOCKOUT, short, amount)
        if rep.lockout_s is not None:
            yield Observation(CueKind.HIPS_SINK, Flag.SAGGED in rep.flags)
    goal_s = hold_goal_s(around.exercise, around.plan)
    if goal_s and rep.lockout_s is not None and knows(rep, Measure.TIMES):
        brief = rep.lockout_s < goal_s - tolerance_s(goal_s)
        # Without a gyroscope a hold seems longer than it was: too short is certain, enough not.
        if rep.gyroscope or brief:
            yield Observation(CueKind.HOLD_LONGER, brief, seconds(goal_s))


def hold_goal_s(exercise: Exercise, plan: Plan) -> float | None:
    """Return how long the top is to be held, s: as planned, else a one-count of a hip thrust."""
    if plan.hold_s is not None:
        return plan.hold_s
    return ONE_COUNT_S if exercise.signal is LiftSignal.ROTATION else None


def _short_by(rep: Rep, around: RepContext) -> str:
    """Return how many degrees are missing to the wearer's own lockout, if that is known."""
    if rep.rom_deg is None or around.exercise.signal is not LiftSignal.ROTATION:
        return ""
    ranges = (each.rom_deg for each in (*around.earlier, rep))
    known = sorted((each for each in ranges if each is not None), reverse=True)
    missing = round(median(known[:LARGEST_REPS]) - rep.rom_deg)
    return f"{missing} degrees" if missing > 1 else ""


UNHURRIED_S: Final = 1.0
"""Where no tempo is planned: hips are dropped in 0.6 to 1 s and lowered in 2 to 3 s."""


def lowering_findings(rep: Rep, around: RepContext) -> Iterator[Observation]:
    """Yield what the way down of a rep shows.

    Hips that were dropped are not told to be lowered more slowly as well, and whoever still
    lowers too fast has not stopped dropping.
    """
    took_s = rep.eccentric_s
    if took_s is None or not knows(rep, Measure.TIMES):
        return
    tempo = around.plan.tempo
    fast, amount = False, ""
    if tempo is None:
        fast = around.exercise.signal is LiftSignal.ROTATION and took_s < UNHURRIED_S
    elif tempo.eccentric_s is not None:
        fast = took_s < tempo.eccentric_s - tolerance_s(tempo.eccentric_s)
        amount = seconds(tempo.eccentric_s)
    # A way down that is as short as planned is no drop. Peak speeds are cut off at the limit.
    meant = tempo is not None and not fast
    dropped = Flag.DROPPED_ECCENTRIC in rep.flags and not meant and knows(rep, Measure.ANGLES)
    if dropped:
        yield Observation(CueKind.DROPPED, wrong=True)
        return
    if not fast:
        yield Observation(CueKind.DROPPED, wrong=False)
    # Without a gyroscope a way down seems shorter than it was: slow enough is certain, fast not.
    if rep.gyroscope or not fast:
        yield Observation(CueKind.LOWER_SLOWER, fast, amount)


def bottom_findings(rep: Rep, around: RepContext) -> Iterator[Observation]:
    """Yield what the bottom after a rep shows, once the next rep has begun."""
    if not around.plan.keep_tension or rep.bottom_s is None or not knows(rep, Measure.TIMES):
        return
    yield Observation(CueKind.KEEP_TENSION, Flag.RESTED_AT_BOTTOM in rep.flags)


FIRST_REPS: Final = 3
"""The range that a set begins with is the median of as many reps."""

LATEST_REPS: Final = 2
"""One small rep is a slip; two in a row are a trend."""

SHRUNK_SHARE: Final = 0.9
"""Of the first range: a tired lifter loses some 6 %, and at 15 % a rep is short of lockout."""

WHOLE_SHARE: Final = 0.95
"""From here on the range is back."""


def steadiness_findings(rep: Rep, around: RepContext) -> Iterator[Observation]:
    """Yield what the tilt of a rep and its range against those before it show."""
    if around.exercise.signal is not LiftSignal.ROTATION:
        return
    if knows(rep, Measure.TILT):
        yield Observation(CueKind.LEVEL_HIPS, Flag.TILTED in rep.flags)
    if Flag.SHORT_OF_LOCKOUT in rep.flags or not knows(rep, Measure.ANGLES):
        return
    known = [
        each.rom_deg
        for each in (*around.earlier, rep)
        if each.rom_deg is not None and knows(each, Measure.ANGLES)
    ]
    if rep.rom_deg is None or len(known) < FIRST_REPS + LATEST_REPS:
        return
    whole_deg = median(known[:FIRST_REPS])
    if max(known[-LATEST_REPS:]) < SHRUNK_SHARE * whole_deg:
        yield Observation(CueKind.RANGE_SHRINKS, wrong=True)
    elif rep.rom_deg >= WHOLE_SHARE * whole_deg:
        yield Observation(CueKind.RANGE_SHRINKS, wrong=False)


def tempo_findings(rep: Rep, around: RepContext) -> Iterator[Observation]:
    """Yield which phases of a rep were faster or slower than planned.

    A hold that is too short and a way down that is too fast have cues of their own, and a hold
    with a goal may last longer. Without a gyroscope times are off by more than any tolerance.
    """
    tempo = around.plan.tempo
    if tempo is None or not rep.gyroscope or not knows(rep, Measure.TIMES):
        return
    known = tuple(each for each in around.earlier if knows(each, Measure.TIMES))
    for error in phase_errors(rep, tempo, known):
        if error.phase is Phase.LOCKOUT and around.plan.lockout_goal_s is not None:
            continue
        amount = "" if error.planned_s is None else seconds(error.planned_s)
        for kind, verdict in (
            (CueKind.TOO_FAST, PaceVerdict.TOO_FAST),
            (CueKind.TOO_SLOW, PaceVerdict.TOO_SLOW),
        ):
            if (kind, error.phase) in RULES:
                yield Observation(kind, error.verdict is verdict, amount, error.phase)
