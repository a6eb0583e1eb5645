"""The tempo of a set: what was planned, what was done, and how far apart they are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from tracker.domain import CODE_ORDER, LIFTERS_ORDER, PHASE_WORDS, Extreme, Phase
from tracker.export.report.wording import UNKNOWN, all_known, known, median, number, short

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tracker.domain import Exercise, Plan, Rep, SetRecord

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
    verdict: str
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


def verdict(phase: Phase, error_s: float | None, planned: float | None) -> str:
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
        verdict=verdict(phase, error, aim),
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
