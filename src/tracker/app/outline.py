"""What happens in a whole session and when, for a time line: sets, reps, cues and gaps."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tracker.domain import Cue, Phase, SessionState

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tracker.domain import Event, Rep


@dataclass(frozen=True, slots=True)
class Outline:
    """The marks of a time line, each in order."""

    sets: tuple[tuple[float, float], ...] = ()
    """Start and end of each set, s."""
    reps: tuple[float, ...] = ()
    """When the lockout of each rep began, else when the rep ended, s."""
    cues: tuple[Cue, ...] = ()
    gaps: tuple[tuple[float, float], ...] = ()
    """Start and end of each gap in the data, s."""


NO_OUTLINE = Outline()
"""Before it is known."""


def outline_of(events: Iterable[Event]) -> Outline:
    """Return the outline of a session from all of its events; withdrawn reps are left out."""
    state, cues = SessionState(), []
    for event in events:
        state.accept((event,))
        if isinstance(event, Cue):
            cues.append(event)
    sets = state.sets
    return Outline(
        sets=tuple((each.start_s, each.end_s) for each in sets),
        reps=tuple(_counted_s(rep) for each in sets for rep in each.reps),
        cues=tuple(cues),
        gaps=tuple((gap.start_s, gap.end_s) for gap in state.gaps),
    )


def _counted_s(rep: Rep) -> float:
    """Return when the lockout of a rep began, else when the rep ended, s."""
    tops = (span.start_s for span in rep.phases if span.phase is Phase.LOCKOUT)
    return next(tops, rep.end_s)
