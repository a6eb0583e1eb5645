"""What there is to say of how alike the reps of a set are, and of hips that tilt."""

from __future__ import annotations

from statistics import median
from typing import TYPE_CHECKING, Final

from tracker.coach.finding import Finding, Measure, knows
from tracker.domain import CueKind, Flag, LiftSignal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tracker.coach.finding import Around
    from tracker.domain import Rep

FIRST_REPS: Final = 3
"""The range that a set begins with is the median of as many reps."""

LATEST_REPS: Final = 2
"""One small rep is a slip; two in a row are a trend."""

SHRUNK_SHARE: Final = 0.9
"""Of the first range: a tired lifter loses some 6 %, and at 15 % a rep is short of lockout."""

WHOLE_SHARE: Final = 0.95
"""From here on the range is back."""


def steadiness_findings(rep: Rep, around: Around) -> Iterator[Finding]:
    """Yield what the tilt of a rep and its range against those before it show."""
    if around.exercise.signal is not LiftSignal.ROTATION:
        return
    if knows(rep, Measure.TILT):
        yield Finding(CueKind.LEVEL_HIPS, Flag.TILTED in rep.flags)
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
        yield Finding(CueKind.RANGE_SHRINKS, wrong=True)
    elif rep.rom_deg >= WHOLE_SHARE * whole_deg:
        yield Finding(CueKind.RANGE_SHRINKS, wrong=False)
