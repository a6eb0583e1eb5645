"""What a report shows of a session: sums and medians over its sets, and the size of a rep.

The tempo of a set: what was planned, what was done, and how far apart they are.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from tracker.domain import (
    CODE_ORDER,
    EXERCISES,
    LIFTERS_ORDER,
    PHASE_WORDS,
    Extreme,
    LiftSignal,
    PainMoment,
    Phase,
)
from tracker.export.report.wording import UNKNOWN, all_known, known, median, number, short

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from tracker.domain import Exercise, Plan, Rep, SetRecord, Workout

SYNTHETIC: Final = "synthetic"
"""Origin of a session that nobody trained."""

CM_PER_M: Final = 100.0

LIKE_LOAD_KG: Final = 2.5
LIKE_LOAD_SHARE: Final = 0.05
"""Loads are alike within the larger of the two: the smallest pair of plates, or 5 %, which changes
velocity by 0.05 m/s (a hip thrust loses about 0.1 m/s for each tenth of the most that one can
lift)."""


@dataclass(frozen=True, slots=True)
class Size:
    """The measure of how far a rep goes, which depends on the exercise."""

    title: str
    unit: str
    decimals: int
    least_span: float
    """Differences below a tenth of it mean nothing."""
    of: Callable[[Rep], float | None]


RANGE: Final = Size("Range of motion", "°", 1, 10.0, lambda rep: known(rep.rom_deg))
RISE: Final = Size(
    "Rise", "cm", 1, 10.0, lambda rep: None if rep.rise_m is None else known(rep.rise_m * CM_PER_M)
)


def exercise_of(workout: Workout) -> Exercise | None:
    """Return the exercise of a training; None for one of a later version."""
    return EXERCISES.get(workout.info.exercise)


def size_of(exercise: Exercise | None) -> Size:
    """Return range for exercises that are read from rotation, rise for the others."""
    by_height = exercise is not None and exercise.signal is LiftSignal.HEIGHT
    return RISE if by_height else RANGE


def is_synthetic(workout: Workout) -> bool:
    """Say whether nobody trained."""
    return workout.info.origin == SYNTHETIC


def set_volume_kg(record: SetRecord) -> float | None:
    """Return reps times load of a set, kg; None if the load is not known."""
    load_kg = known(record.load_kg)
    return None if load_kg is None else record.done * load_kg


def volume_kg(sets: Sequence[SetRecord]) -> float | None:
    """Return the sum over the sets whose load is known, kg; None if it is known of none."""
    each = [volume for record in sets if (volume := set_volume_kg(record)) is not None]
    return sum(each) if each else None


def main_load_kg(sets: Sequence[SetRecord]) -> float | None:
    """Return the load that most reps were done with, the larger of two, kg."""
    reps_by_load: dict[float, int] = {}
    for record in sets:
        if (load_kg := known(record.load_kg)) is not None:
            reps_by_load[load_kg] = reps_by_load.get(load_kg, 0) + record.done
    if not reps_by_load:
        return None
    return max(reps_by_load, key=lambda load_kg: (reps_by_load[load_kg], load_kg))


def is_like_load(load_kg: float | None, reference_kg: float | None) -> bool:
    """Say whether velocities at two loads can be compared."""
    load_kg = known(load_kg)
    if load_kg is None or reference_kg is None:
        return False
    most_kg = max(LIKE_LOAD_KG, LIKE_LOAD_SHARE * reference_kg)
    return abs(load_kg - reference_kg) <= most_kg + 1e-9


def velocity_at_mps(sets: Sequence[SetRecord], reference_kg: float | None) -> float | None:
    """Return the median of mean velocities in the sets of about that load, m/s."""
    return median(
        rep.mean_velocity_mps
        for record in sets
        if is_like_load(record.load_kg, reference_kg)
        for rep in record.reps
    )


def pain_at(workout: Workout, moment: PainMoment) -> int | None:
    """Return the score before the first set, the worst between sets, or the last after them."""
    scores = [pain.score for pain in workout.pain if pain.moment is moment]
    if not scores:
        return None
    match moment:
        case PainMoment.BEFORE:
            return scores[0]
        case PainMoment.BETWEEN:
            return max(scores)
        case PainMoment.AFTER:
            return scores[-1]


# The same three numbers as the coach's while training; a test holds them together.
TOLERANCE_S: Final = 0.25
"""Nobody hits a second more closely without a metronome, s."""

TOLERANCE_SHARE: Final = 0.2
"""Long phases may be off by this share of what is planned."""

TURN_S: Final = 0.5
"""A pause that is planned as none may take so long, s: phases end at a tenth of the peak speed, so
hips that turn at once seem to rest for a moment."""

PAUSES: Final = (Phase.LOCKOUT, Phase.BOTTOM)
"""The phases in which the hips rest."""

EXPLOSIVE: Final = "X"
"""Stands for a phase that is done as fast as possible."""


@dataclass(frozen=True, slots=True)
class PhaseRow:
    """One phase of a set against its plan."""

    phase: Phase
    title: str
    planned_s: float | None
    """What was planned, s; None where nothing was, or as fast as possible."""
    planned: str
    """The same for people."""
    done_s: float | None
    """Median over the reps of which it is known, s."""
    error_s: float | None
    """Done less planned, s; None where one of them is not known."""
    tolerance_s: float | None
    """What the error may be, s."""
    shortest_s: float | None
    """Shortest of the reps of which it is known, s."""
    longest_s: float | None
    """Longest of them, s."""
    within: int
    """Reps whose own error is within the tolerance."""
    of: int
    """Reps of which the phase is known."""
    tempo_verdict: str
    """In words; empty where nothing is planned."""


def order_of(exercise: Exercise | None) -> tuple[Phase, ...]:
    """Return the phases in the order in which a rep of the exercise goes through them."""
    if exercise is not None and exercise.starts_from is Extreme.TOP:
        return (Phase.ECCENTRIC, Phase.BOTTOM, Phase.CONCENTRIC, Phase.LOCKOUT)
    return LIFTERS_ORDER


def durations_s(rep: Rep) -> dict[Phase, float | None]:
    """Return how long each phase of a rep took, s."""
    return {
        Phase.CONCENTRIC: known(rep.concentric_s),
        Phase.LOCKOUT: known(rep.lockout_s),
        Phase.ECCENTRIC: known(rep.eccentric_s),
        Phase.BOTTOM: known(rep.bottom_s),
    }


def median_durations_s(record: SetRecord) -> dict[Phase, float | None]:
    """Return the representative rep of a set: the median of each phase, s."""
    each = [durations_s(rep) for rep in record.reps]
    return {phase: median(rep[phase] for rep in each) for phase in Phase}


def planned_s(plan: Plan, phase: Phase) -> float | None:
    """Return what is planned of a phase, s; None for nothing, and for as fast as possible."""
    if phase is Phase.LOCKOUT:
        return plan.hold_s
    return None if plan.tempo is None else plan.tempo.planned_s(phase)


def tolerance_s(phase: Phase, planned: float) -> float:
    """Return how far off a phase may be, s."""
    if phase in PAUSES and planned == 0.0:
        return TURN_S
    return max(TOLERANCE_S, TOLERANCE_SHARE * planned)


def tempo_verdict(phase: Phase, error_s: float | None, planned: float | None) -> str:
    """Return what an error means: as planned, shorter or longer; empty without one."""
    if error_s is None or planned is None:
        return ""
    if is_within(phase, error_s, planned):
        return "as planned"
    return "longer" if error_s > 0.0 else "shorter"


def is_within(phase: Phase, error_s: float, planned: float) -> bool:
    """Say whether an error is no more than the tolerance, to the microsecond."""
    return round(abs(error_s) - tolerance_s(phase, planned), 6) <= 0.0


def phase_rows(record: SetRecord, exercise: Exercise | None) -> tuple[PhaseRow, ...]:
    """Return the tempo table of a set, in the order of the exercise."""
    done = median_durations_s(record)
    reps = [durations_s(rep) for rep in record.reps]
    return tuple(
        _row(record.plan, phase, done[phase], [rep[phase] for rep in reps])
        for phase in order_of(exercise)
    )


def _row(plan: Plan, phase: Phase, done_s: float | None, each_s: list[float | None]) -> PhaseRow:
    aim = planned_s(plan, phase)
    text = short(aim)
    if aim is None and plan.tempo is not None and phase is not Phase.LOCKOUT:
        text = EXPLOSIVE
    error = None if aim is None or done_s is None else done_s - aim
    seen = all_known(each_s)
    return PhaseRow(
        phase=phase,
        title=PHASE_WORDS[phase].capitalize(),
        planned_s=aim,
        planned=text,
        done_s=done_s,
        error_s=error,
        tolerance_s=None if aim is None else tolerance_s(phase, aim),
        shortest_s=min(seen, default=None),
        longest_s=max(seen, default=None),
        within=0 if aim is None else sum(is_within(phase, each - aim, aim) for each in seen),
        of=len(seen),
        tempo_verdict=tempo_verdict(phase, error, aim),
    )


def code(done_s: Mapping[Phase, float | None]) -> str:
    """Return measured tempo as coaches write it: eccentric, bottom, concentric, top.

    Between the hyphens of a code the dash would be lost, so an unknown phase is a question mark.
    """
    each = (number(done_s[phase]) for phase in CODE_ORDER)
    return "-".join("?" if text == UNKNOWN else text for text in each)


def words(done_s: Mapping[Phase, float | None], order: tuple[Phase, ...] = LIFTERS_ORDER) -> str:
    """Return measured tempo in the order in which the exercise happens."""
    return " · ".join(f"{PHASE_WORDS[phase]} {number(done_s[phase])}" for phase in order)
