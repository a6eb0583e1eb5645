"""How a phase runs against its plan, while it runs and after it.

The moments to be heard: beats within a phase, a hold that is done, a rest that is over.

Whoever plays them looks every now and then, say each 50 ms, and asks what was due since the last
look. Intervals are half-open, so that a moment on a border is heard once; and a phase is always
asked about from its very start, however late it was known.
"""

from __future__ import annotations

import math
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


BEAT_S: Final = 1.0
"""People count tempo in seconds."""


class MomentKind(Enum):
    """What is to be heard."""

    ACCENT = "accent"
    """The first beat of a phase."""
    BEAT = "beat"
    """A further second of it."""
    HOLD_DONE = "hold_done"
    """The top was held for as long as planned."""
    REST_OVER = "rest_over"
    """The rest after a set was as long as planned."""


@dataclass(frozen=True, slots=True)
class Moment:
    """One of them."""

    kind: MomentKind
    at_s: float
    """When it is due, session seconds."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """What the lifter is in: a phase of a rep, or the rest after a set."""

    phase: Phase | None
    """The phase; None is the rest between two sets."""
    start_s: float
    """When it began, session seconds."""


@dataclass(frozen=True, slots=True)
class Heard:
    """Up to where somebody has listened."""

    stretch: Stretch
    until_s: float
    """The end of the last look, session seconds; that moment itself is still to come."""


def beats(phase: Phase, start_s: float, from_s: float, to_s: float, tempo: Tempo) -> list[Moment]:
    """Return the beats of a phase that are due in `from_s` ≤ t < `to_s`.

    Parameters
    ----------
    phase
        The phase; one that is planned to take no time has no beat.
    start_s
        When it began, session seconds.
    from_s, to_s
        The interval, session seconds.
    tempo
        How long it is to take; as fast as possible has the first beat only.
    """
    planned = tempo.planned_s(phase)
    amount = 1 if planned is None else math.ceil(planned / BEAT_S)
    due = (start_s + number * BEAT_S for number in range(amount))
    return [
        Moment(MomentKind.BEAT if number else MomentKind.ACCENT, at_s)
        for number, at_s in enumerate(due)
        if from_s <= at_s < to_s
    ]


def moments(stretch: Stretch, from_s: float, to_s: float, plan: Plan) -> list[Moment]:
    """Return everything that is due in `from_s` ≤ t < `to_s` within a stretch, in order."""
    found = list(_ends(stretch, plan))
    if stretch.phase is not None and plan.tempo is not None:
        found += beats(stretch.phase, stretch.start_s, from_s, to_s, plan.tempo)
    return sorted(
        (each for each in found if from_s <= each.at_s < to_s), key=lambda each: each.at_s
    )


def listen(
    heard: Heard | None, stretch: Stretch | None, now_s: float, plan: Plan
) -> tuple[list[Moment], Heard | None]:
    """Return what is due since the last look, and what to remember for the next one.

    Parameters
    ----------
    heard
        What the last look returned; None at the first.
    stretch
        What the lifter is in now; None outside sets, before the first.
    now_s
        Session time of this look, s.
    plan
        The plan of the set.

    Notes
    -----
    The end of a stretch becomes known when the next one has begun: what the old one still had
    before that is returned first.
    """
    due: list[Moment] = []
    since_s = -math.inf
    if heard is not None and (stretch is None or heard.stretch != stretch):
        end_s = now_s if stretch is None else stretch.start_s
        due += moments(heard.stretch, heard.until_s, end_s, plan)
    elif heard is not None:
        since_s = heard.until_s
    if stretch is None:
        return due, None
    due += moments(stretch, since_s, now_s, plan)
    return due, Heard(stretch, max(since_s, now_s))


def _ends(stretch: Stretch, plan: Plan) -> Iterator[Moment]:
    if stretch.phase is None:
        yield Moment(MomentKind.REST_OVER, stretch.start_s + plan.rest_s)
    elif stretch.phase is Phase.LOCKOUT:
        hold_s = planned_s(plan, Phase.LOCKOUT)
        if hold_s:
            yield Moment(MomentKind.HOLD_DONE, stretch.start_s + hold_s)
