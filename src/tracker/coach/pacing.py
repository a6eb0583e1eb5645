"""How a phase runs against its plan, while it runs and after it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Final

from tracker.domain import LIFTERS_ORDER, Phase

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tracker.domain import Plan, Rep, Tempo

TOLERANCE_S: Final = 0.25
"""People judge seconds badly, and the ends of a phase are seen to a few hundredths."""

TOLERANCE_SHARE: Final = 0.2
"""Of a long phase, a fifth: counted seconds drift by as much."""

TURN_S: Final = 0.5
"""A pause that is planned as none may take so long: a phase ends where the speed crosses a tenth
of its peak, so that even hips that turn at once seem to rest for a moment."""

PAUSES: Final = (Phase.LOCKOUT, Phase.BOTTOM)
"""The phases in which the hips rest."""


class PaceVerdict(Enum):
    """How a phase compares with its plan."""

    ON_TEMPO = "on_tempo"
    TOO_FAST = "too_fast"
    """Shorter than planned by more than the tolerance."""
    TOO_SLOW = "too_slow"
    """Longer than planned by more than the tolerance."""


@dataclass(frozen=True, slots=True)
class Pace:
    """A phase that is under way, against its plan."""

    planned_s: float | None
    """How long it is to take, s; None for as fast as possible, or where nothing is planned."""
    elapsed_s: float
    """How long it has taken so far, s."""

    @property
    def error_s(self) -> float | None:
        """Time beyond the plan, s; below 0 while there is some left, None without a number."""
        return None if self.planned_s is None else self.elapsed_s - self.planned_s

    @property
    def share(self) -> float | None:
        """How much of the planned time is over, 0 to 1; None without a number above 0."""
        if not self.planned_s:
            return None
        return min(1.0, max(0.0, self.elapsed_s / self.planned_s))


@dataclass(frozen=True, slots=True)
class PhaseError:
    """A phase that is over, against its plan."""

    phase: Phase
    planned_s: float | None
    """How long it was to take, s; None for as fast as possible."""
    took_s: float
    """How long it took, s."""
    error_s: float | None
    """Time beyond the plan, s, or beyond the set's own fastest where the plan is as fast as
    possible; None where there is nothing to compare with."""
    verdict: PaceVerdict


def pace(phase: Phase, start_s: float, now_s: float, plan: Plan) -> Pace:
    """Return how a phase that began at `start_s` runs against the plan, at `now_s`."""
    return Pace(planned_s(plan, phase), max(0.0, now_s - start_s))


def planned_s(plan: Plan, phase: Phase) -> float | None:
    """Return how long a phase is to take, s; None for as fast as possible, or not planned.

    A lockout goal of its own stands above the tempo's hold.
    """
    if phase is Phase.LOCKOUT:
        return plan.hold_s
    return None if plan.tempo is None else plan.tempo.planned_s(phase)


def tolerance_s(planned: float) -> float:
    """Return how far off a phase may be, s."""
    return max(TOLERANCE_S, TOLERANCE_SHARE * planned)


def phase_errors(rep: Rep, tempo: Tempo, earlier: Iterable[Rep] = ()) -> Iterator[PhaseError]:
    """Yield the phases of a rep that are known, against the tempo, in the lifter's order.

    Parameters
    ----------
    rep
        The rep.
    tempo
        What was planned.
    earlier
        The reps before it in its set: as fast as possible is as fast as the fastest of them.
    """
    before = tuple(earlier)
    for phase in LIFTERS_ORDER:
        took_s = taken_s(rep, phase)
        if took_s is None:
            continue
        planned = tempo.planned_s(phase)
        if planned is None:
            known = (taken_s(each, phase) for each in before)
            fastest_s = min((each for each in known if each is not None), default=None)
            yield _against_fastest(phase, took_s, fastest_s)
        else:
            yield PhaseError(
                phase, planned, took_s, took_s - planned, _verdict(phase, planned, took_s)
            )


def taken_s(rep: Rep, phase: Phase) -> float | None:
    """Return how long a phase of a rep took, s; None if unknown."""
    match phase:
        case Phase.CONCENTRIC:
            return rep.concentric_s
        case Phase.LOCKOUT:
            return rep.lockout_s
        case Phase.ECCENTRIC:
            return rep.eccentric_s
        case Phase.BOTTOM:
            return rep.bottom_s


def _verdict(phase: Phase, planned: float, took_s: float) -> PaceVerdict:
    if phase in PAUSES and planned == 0.0:
        return PaceVerdict.TOO_SLOW if took_s > TURN_S else PaceVerdict.ON_TEMPO
    if took_s < planned - tolerance_s(planned):
        return PaceVerdict.TOO_FAST
    if took_s > planned + tolerance_s(planned):
        return PaceVerdict.TOO_SLOW
    return PaceVerdict.ON_TEMPO


def _against_fastest(phase: Phase, took_s: float, fastest_s: float | None) -> PhaseError:
    """Judge a phase that is done as fast as possible: never too fast, and too slow against itself.

    What is possible is only known from the set's own fastest; the first one is taken at its word.
    """
    if fastest_s is None:
        return PhaseError(phase, None, took_s, None, PaceVerdict.ON_TEMPO)
    slow = took_s > fastest_s + tolerance_s(fastest_s)
    verdict = PaceVerdict.TOO_SLOW if slow else PaceVerdict.ON_TEMPO
    return PhaseError(phase, None, took_s, took_s - fastest_s, verdict)
