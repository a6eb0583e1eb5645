"""A phase against its plan, and the metronome: beats, the end of a hold, the end of a rest.

Every tolerance of tempo, and what a phase off its plan is called, stands here; screens and the
report import it. The metronome is polled, say every 50 ms, and returns what was due since the last
poll. Intervals are half-open, so that a moment on a border sounds once; a new phase is polled from
its very start, however late it became known.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Final

from tracker.domain import LIFTERS_ORDER, Phase
from tracker.language import _

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tracker.domain import Plan, Rep, Tempo

TOLERANCE_S: Final = 0.25
"""People judge seconds badly, and the ends of a phase are known to a few hundredths."""

TOLERANCE_SHARE: Final = 0.2
"""Of a long phase, a fifth: counted seconds drift by as much."""

TURN_S: Final = 0.5
"""A pause planned as 0 may take this long: a phase ends where the speed crosses a tenth of its
peak, so that even hips that turn around at once seem to rest for a moment."""

PAUSES: Final = (Phase.LOCKOUT, Phase.BOTTOM)
"""The phases in which the hips rest."""


class PaceVerdict(Enum):
    """How a phase compares with its plan."""

    ON_TEMPO = "on_tempo"
    TOO_FAST = "too_fast"
    """Shorter than planned by more than the tolerance."""
    TOO_SLOW = "too_slow"
    """Longer than planned by more than the tolerance."""


VERDICT_WORDS: Final = {
    PaceVerdict.ON_TEMPO: _("as planned"),
    PaceVerdict.TOO_FAST: _("shorter"),
    PaceVerdict.TOO_SLOW: _("longer"),
}
"""The verdicts for tables."""


@dataclass(frozen=True, slots=True)
class PhaseError:
    """A phase that is over, against its plan."""

    phase: Phase
    planned_s: float | None
    """Planned duration, s; None for as fast as possible."""
    took_s: float
    """Measured duration, s."""
    error_s: float | None
    """Time beyond the plan, s, or beyond the set's own fastest where the plan is as fast as
    possible; None where there is nothing to compare with."""
    verdict: PaceVerdict


def planned_s(plan: Plan, phase: Phase) -> float | None:
    """Return the planned duration of a phase, s; None for as fast as possible, or no plan.

    A hold planned on its own replaces the tempo's.
    """
    if phase is Phase.LOCKOUT:
        return plan.hold_s
    return None if plan.tempo is None else plan.tempo.planned_s(phase)


def taken_s(rep: Rep, phase: Phase) -> float | None:
    """Return the measured duration of a phase, s; None if unknown."""
    match phase:
        case Phase.CONCENTRIC:
            return rep.concentric_s
        case Phase.LOCKOUT:
            return rep.lockout_s
        case Phase.ECCENTRIC:
            return rep.eccentric_s
        case Phase.BOTTOM:
            return rep.bottom_s


def tolerance_s(phase: Phase, planned: float) -> float:
    """Return how far a phase may be off its planned duration, s."""
    if phase in PAUSES and planned == 0.0:
        return TURN_S
    return max(TOLERANCE_S, TOLERANCE_SHARE * planned)


def judge_pace(phase: Phase, planned: float, took_s: float) -> PaceVerdict:
    """Compare a measured duration with the planned one, both in s, to the microsecond."""
    error_s = took_s - planned
    if round(abs(error_s) - tolerance_s(phase, planned), 6) <= 0.0:
        return PaceVerdict.ON_TEMPO
    return PaceVerdict.TOO_SLOW if error_s > 0.0 else PaceVerdict.TOO_FAST


def phase_errors(rep: Rep, tempo: Tempo, earlier: Iterable[Rep] = ()) -> Iterator[PhaseError]:
    """Yield the known phases of a rep against the tempo, in the lifter's order.

    As fast as possible means as fast as the fastest of the earlier reps in its set.
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
            verdict = judge_pace(phase, planned, took_s)
            yield PhaseError(phase, planned, took_s, took_s - planned, verdict)


def _against_fastest(phase: Phase, took_s: float, fastest_s: float | None) -> PhaseError:
    """Judge a phase planned as fast as possible: never too fast, too slow only against itself.

    Only the set's own fastest shows what is possible; the first rep is taken at its word.
    """
    if fastest_s is None:
        return PhaseError(phase, None, took_s, None, PaceVerdict.ON_TEMPO)
    slow = judge_pace(phase, fastest_s, took_s) is PaceVerdict.TOO_SLOW
    verdict = PaceVerdict.TOO_SLOW if slow else PaceVerdict.ON_TEMPO
    return PhaseError(phase, None, took_s, took_s - fastest_s, verdict)


BEAT_S: Final = 1.0
"""People count tempo in seconds."""


class MomentKind(Enum):
    """What to sound."""

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
    """Something to sound."""

    kind: MomentKind
    at_s: float
    """When it is due, session seconds."""


@dataclass(frozen=True, slots=True)
class Interval:
    """What the lifter is in: a phase of a rep, or the rest after a set."""

    phase: Phase | None
    """The phase; None is the rest between two sets."""
    start_s: float
    """When it began, session seconds."""


@dataclass(frozen=True, slots=True)
class LastPoll:
    """Up to where the metronome has been polled."""

    interval: Interval
    until_s: float
    """Session time of the poll, s; a moment at exactly that time is still to come."""


def moments(interval: Interval, from_s: float, to_s: float, plan: Plan) -> list[Moment]:
    """Return everything that is due in `from_s` ≤ t < `to_s` within an interval, in order.

    A phase planned to take no time has no beat; one as fast as possible has the first beat only.
    """
    phase, start_s = interval.phase, interval.start_s
    due = []
    if phase is None:
        due.append(Moment(MomentKind.REST_OVER, start_s + plan.rest_s))
    elif phase is Phase.LOCKOUT and plan.hold_s:
        due.append(Moment(MomentKind.HOLD_DONE, start_s + plan.hold_s))
    if phase is not None and plan.tempo is not None:
        planned = plan.tempo.planned_s(phase)
        beats = 1 if planned is None else math.ceil(planned / BEAT_S)
        due += [
            Moment(MomentKind.BEAT if beat else MomentKind.ACCENT, start_s + beat * BEAT_S)
            for beat in range(beats)
        ]
    return sorted((each for each in due if from_s <= each.at_s < to_s), key=lambda each: each.at_s)


def poll(
    last: LastPoll | None, interval: Interval | None, now_s: float, plan: Plan
) -> tuple[list[Moment], LastPoll | None]:
    """Return what is due since the last poll, and what to pass to the next one.

    The interval is what the lifter is in now, at session time `now_s`; None before the first set.
    The end of an interval becomes known only once the next one has begun: what the old one still
    had to sound before that comes first.
    """
    due: list[Moment] = []
    since_s = -math.inf
    if last is not None and (interval is None or last.interval != interval):
        end_s = now_s if interval is None else interval.start_s
        due += moments(last.interval, last.until_s, end_s, plan)
    elif last is not None:
        since_s = last.until_s
    if interval is None:
        return due, None
    due += moments(interval, since_s, now_s, plan)
    return due, LastPoll(interval, max(since_s, now_s))
