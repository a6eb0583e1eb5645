"""What a report shows of sets: sums and medians, the size of a rep, tempo against the plan."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, Generic, TypeVar

from tracker.coach import VERDICT_WORDS, PaceVerdict, judge_pace, planned_s, taken_s
from tracker.domain import (
    CODE_ORDER,
    LIFTERS_ORDER,
    NO_PLAN,
    PHASE_WORDS,
    Extreme,
    LiftSignal,
    PainMoment,
    Phase,
    tempo_code,
    tempo_words,
)
from tracker.domain.tempo import EXPLOSIVE
from tracker.export.report.wording import all_known, known, median, number, sentence_start, short
from tracker.language import _, pgettext

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from tracker.domain import Exercise, Plan, Rep, SetRecord, Workout

SYNTHETIC: Final = "synthetic"
"""Origin of a simulated session."""

CM_PER_M: Final = 100.0

LIKE_LOAD_KG: Final = 2.5
LIKE_LOAD_SHARE: Final = 0.05
"""Loads are similar within the larger of the two: the smallest pair of plates, or 5 %, which
changes velocity by 0.05 m/s (a hip thrust loses about 0.1 m/s for each tenth of 1RM)."""


Of = TypeVar("Of")


@dataclass(frozen=True, slots=True)
class Quantity(Generic[Of]):
    """What is plotted of a rep or a session."""

    title: str
    short: str
    """The title for a column."""
    unit: str
    decimals: int
    least_span: float
    """The axis spans at least this much; a tenth of it means nothing."""
    of: Callable[[Of], float | None]
    from_zero: bool = False


RANGE: Final[Quantity[Rep]] = Quantity(
    _("Range of motion"), _("Range"), "°", 1, 10.0, lambda rep: rep.rom_deg
)
RISE: Final[Quantity[Rep]] = Quantity(
    _("Rise"),
    pgettext("column", "Rise"),
    "cm",
    1,
    10.0,
    lambda rep: None if rep.rise_m is None else rep.rise_m * CM_PER_M,
)
VELOCITY: Final[Quantity[Rep]] = Quantity(
    _("Mean velocity, concentric"), _("Velocity"), "m/s", 2, 0.2, lambda rep: rep.mean_velocity_mps
)
HOLD: Final[Quantity[Rep]] = Quantity(
    _("Hold at the top"), _("Hold"), "s", 1, 1.0, lambda rep: rep.lockout_s, from_zero=True
)


def size_of(exercise: Exercise | None) -> Quantity[Rep]:
    """Return range of motion for exercises read from rotation, rise for the others."""
    by_height = exercise is not None and exercise.signal is LiftSignal.HEIGHT
    return RISE if by_height else RANGE


def is_synthetic(workout: Workout) -> bool:
    """Return whether the session was simulated."""
    return workout.info.origin == SYNTHETIC


def volume_kg(sets: Sequence[SetRecord]) -> float | None:
    """Return reps times load of the sets whose load is known, kg; None if there are none."""
    loads_kg = [(known(record.load_kg), record.done) for record in sets]
    each = [load_kg * done for load_kg, done in loads_kg if load_kg is not None]
    return sum(each) if each else None


def main_load_kg(sets: Sequence[SetRecord]) -> float | None:
    """Return the load of most reps, and the heavier of two, kg."""
    reps_by_load: Counter[float] = Counter()
    for record in sets:
        if (load_kg := known(record.load_kg)) is not None:
            reps_by_load[load_kg] += record.done
    return max(reps_by_load, key=lambda load_kg: (reps_by_load[load_kg], load_kg), default=None)


def is_like_load(load_kg: float | None, reference_kg: float | None) -> bool:
    """Return whether velocities at two loads can be compared."""
    load_kg = known(load_kg)
    if load_kg is None or reference_kg is None:
        return False
    most_kg = max(LIKE_LOAD_KG, LIKE_LOAD_SHARE * reference_kg)
    return abs(load_kg - reference_kg) <= most_kg + 1e-9


def velocity_at_mps(sets: Sequence[SetRecord], reference_kg: float | None) -> float | None:
    """Return the median of mean velocities in the sets of a similar load, m/s."""
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
    if moment is PainMoment.BETWEEN:
        return max(scores)
    return scores[0 if moment is PainMoment.BEFORE else -1]


@dataclass(frozen=True, slots=True)
class PhaseRow:
    """One phase of a set against its plan."""

    phase: Phase
    planned_s: float | None
    """Planned duration, s; None without a plan, or for as fast as possible."""
    planned: str
    """The same for people."""
    done_s: float | None
    """Median over the reps of which it is known, s."""
    error_s: float | None
    """Done less planned, s; None if either is unknown."""
    shortest_s: float | None
    """Shortest known duration of a rep, s."""
    longest_s: float | None
    """Longest known duration of a rep, s."""
    within: int
    """Reps as planned."""
    of: int
    """Reps of which the phase is known."""
    verdict: PaceVerdict | None
    """What the median makes of the plan; None without a plan."""

    @property
    def title(self) -> str:
        """The phase for people."""
        return sentence_start(PHASE_WORDS[self.phase])

    @property
    def words(self) -> str:
        """The verdict in words; empty without one."""
        return "" if self.verdict is None else VERDICT_WORDS[self.verdict]

    @property
    def is_on_tempo(self) -> bool:
        """Whether the median is as planned."""
        return self.verdict is PaceVerdict.ON_TEMPO


def order_of(exercise: Exercise | None) -> tuple[Phase, ...]:
    """Return the phases in the order in which a rep of the exercise goes through them."""
    from_top = exercise is not None and exercise.starts_from is Extreme.TOP
    return CODE_ORDER if from_top else LIFTERS_ORDER


def durations_s(rep: Rep) -> dict[Phase, float | None]:
    """Return the duration of each phase of a rep, s."""
    return {phase: known(taken_s(rep, phase)) for phase in Phase}


def median_durations_s(record: SetRecord) -> dict[Phase, float | None]:
    """Return the representative rep of a set: the median of each phase, s."""
    each = [durations_s(rep) for rep in record.reps]
    return {phase: median(rep[phase] for rep in each) for phase in Phase}


def verdict_on(phase: Phase, done_s: float | None, aim_s: float | None) -> PaceVerdict | None:
    """Return what a duration makes of its plan, both in s; None if either is unknown."""
    return None if done_s is None or aim_s is None else judge_pace(phase, aim_s, done_s)


def phase_rows(record: SetRecord, exercise: Exercise | None) -> tuple[PhaseRow, ...]:
    """Return the tempo table of a set, in the order of the exercise."""
    done = median_durations_s(record)
    reps = [durations_s(rep) for rep in record.reps]
    return tuple(
        _row(record.plan, phase, done[phase], all_known(rep[phase] for rep in reps))
        for phase in order_of(exercise)
    )


def _row(plan: Plan, phase: Phase, done_s: float | None, each_s: list[float]) -> PhaseRow:
    aim = planned_s(plan, phase)
    explosive = aim is None and plan.tempo is not None and phase is not Phase.LOCKOUT
    return PhaseRow(
        phase=phase,
        planned_s=aim,
        planned=EXPLOSIVE if explosive else short(aim),
        done_s=done_s,
        error_s=None if aim is None or done_s is None else done_s - aim,
        shortest_s=min(each_s, default=None),
        longest_s=max(each_s, default=None),
        within=sum(verdict_on(phase, each, aim) is PaceVerdict.ON_TEMPO for each in each_s),
        of=len(each_s),
        verdict=verdict_on(phase, done_s, aim),
    )


def typical_rows(workout: Workout, exercise: Exercise | None) -> tuple[PhaseRow, ...]:
    """Return the tempo table of all reps of a session; without a plan if its sets had several."""
    sets = workout.working_sets
    if not sets:
        return ()
    plans = {(record.plan.tempo, record.plan.lockout_goal_s) for record in sets}
    plan = sets[-1].plan if len(plans) == 1 else NO_PLAN
    reps = tuple(rep for record in sets for rep in record.reps)
    return phase_rows(replace(sets[-1], reps=reps, plan=plan), exercise)


def code(done_s: Mapping[Phase, float | None]) -> str:
    """Return measured tempo as coaches write it, with a dash for an unknown phase."""
    return tempo_code({phase: number(s) for phase, s in done_s.items()})


def words(done_s: Mapping[Phase, float | None], order: tuple[Phase, ...] = LIFTERS_ORDER) -> str:
    """Return measured tempo in the order of the exercise."""
    return tempo_words({phase: number(s) for phase, s in done_s.items()}, order)
