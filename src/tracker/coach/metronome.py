"""The moments to be heard: beats within a phase, a hold that is done, a rest that is over.

Whoever plays them looks every now and then, say each 50 ms, and asks what was due since the last
look. Intervals are half-open, so that a moment on a border is heard once; and a phase is always
asked about from its very start, however late it was known.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Final

from tracker.coach.pacing import planned_s
from tracker.domain import Phase

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tracker.domain import Plan, Tempo

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
