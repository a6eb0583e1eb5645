"""What there is to say of the way down and of the bottom."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tracker.coach.finding import Finding, Measure, knows, seconds
from tracker.coach.pacing import tolerance_s
from tracker.domain import CueKind, Flag, LiftSignal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tracker.coach.finding import Around
    from tracker.domain import Rep

UNHURRIED_S: Final = 1.0
"""Where no tempo is planned: hips are dropped in 0.6 to 1 s and lowered in 2 to 3 s."""


def lowering_findings(rep: Rep, around: Around) -> Iterator[Finding]:
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
        yield Finding(CueKind.DROPPED, wrong=True)
        return
    if not fast:
        yield Finding(CueKind.DROPPED, wrong=False)
    # Without a gyroscope a way down seems shorter than it was: slow enough is certain, fast not.
    if rep.gyroscope or not fast:
        yield Finding(CueKind.LOWER_SLOWER, fast, amount)


def bottom_findings(rep: Rep, around: Around) -> Iterator[Finding]:
    """Yield what the bottom after a rep shows, once the next rep has begun."""
    if not around.plan.keep_tension or rep.bottom_s is None or not knows(rep, Measure.TIMES):
        return
    yield Finding(CueKind.KEEP_TENSION, Flag.RESTED_AT_BOTTOM in rep.flags)
