"""What a report shows of a session: sums and medians over its sets, and the size of a rep."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from tracker.domain import EXERCISES, LiftSignal, PainMoment
from tracker.export.report.wording import known, median

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tracker.domain import Exercise, Rep, SetRecord, Workout

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
