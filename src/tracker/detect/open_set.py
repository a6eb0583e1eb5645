"""The set that is under way: its reps so far, and what makes another movement one of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from statistics import median
from typing import TYPE_CHECKING, Final

import numpy as np

from tracker.detect.form import FIRST_REPS
from tracker.detect.summary import starts_s
from tracker.domain import LiftSignal

if TYPE_CHECKING:
    from tracker.detect.level import Level
    from tracker.detect.movement import Movement
    from tracker.detect.reps import Draft
    from tracker.domain import Exercise, Rep

SAME_POSTURE: Final = float(np.cos(np.radians(30.0)))
"""Reps of a set start from one posture; a strap slips by 10°, and a restart differs by as much."""

PAIR_AXIS: Final = float(np.cos(np.radians(27.0)))
"""The two reps that make a set turn about one axis: a slip of 10°, a roll of 9°, and measuring."""

REFERENCE_REPS: Final = 3
"""The set's range is the median of its largest reps: one partial must not lower the mark."""


@dataclass(slots=True, eq=False)
class Counted:
    """An announced rep and what was last said of it."""

    draft: Draft
    index: int
    """Number in the set, from 1."""
    gap: bool = False
    """Whether a hole in the stream cut it."""
    from_rest: bool = True
    """Whether the start of its way up was seen."""
    hole_after: bool = False
    """Whether the stream had a hole between its end and the next rep."""
    saturated: bool = False
    """Whether the sensor hit the end of its range inside."""
    sag_rad: float | None = None
    """How far the hips sank during the hold, rad; None if unknown."""
    still_s: float | None = None
    """Longest stillness at the bottom after it, s; None if unknown."""
    watched: Draft | None = None
    """The draft whose hold was looked at."""
    level: Level | None = None
    """The wearer's level when it was done; None without a calibration."""
    leveled: bool = False
    """Whether that is settled, because the rep surely counts."""
    said: Rep | None = None
    """None until its end, or the lack of one, was said."""


@dataclass(slots=True, eq=False)
class OpenSet:
    """A set while reps may still be added to it."""

    index: int
    """Number in the session, from 1."""
    by_hand: bool
    """Whether the wearer started it."""
    start_s: float
    """Start of its first rep, or time of the key, s."""
    exercise: Exercise
    reps: list[Counted] = field(default_factory=list)
    rival: Draft | None = None
    """A movement that did not count; if one like it follows, the reps so far were none."""

    @property
    def confirmed(self) -> bool:
        """Whether a second rep like the first, or the wearer, has made it a set."""
        return self.by_hand or len(self.reps) > 1

    def lasts(self, *, cut_short: bool) -> bool:
        """Return whether it is a set now that it is over.

        That takes two reps whose end was seen or lost in a hole. A last rep of which the stream or
        a key cut the end off is one as well; one that just never ended was none.
        """
        whole = [rep for rep in self.reps if rep.draft.eccentric is not None or rep.gap]
        return self.by_hand or len(whole) + cut_short > 1

    @property
    def reference_size(self) -> float | None:
        """Travel of a full rep, in the unit of the track; None before the first."""
        sizes = sorted((size_of(rep.draft) for rep in self.reps), reverse=True)
        return median(sizes[:REFERENCE_REPS]) if sizes else None

    def find(self, draft: Draft) -> Counted | None:
        """Return the rep that was announced for a draft."""
        same = (rep for rep in reversed(self.reps) if rep.draft.number == draft.number)
        return next(same, None)

    def next_start_s(self, counted: Counted) -> float | None:
        """Return when the rep after this one starts, s; None after the last.

        With a hole before it nobody knows: there may have been another in between.
        """
        if counted.hole_after:
            return None
        following = self.reps[counted.index : counted.index + 1]
        return starts_s(following[0].draft, self.exercise) if following else None

    def first_ways_up(self, counted: Counted) -> tuple[Movement, ...]:
        """Return the ways up of the set's first reps before this one: its own lockouts."""
        before = self.reps[: min(counted.index - 1, FIRST_REPS)]
        return tuple(_way_up(rep.draft) for rep in before)

    def takes(self, draft: Draft) -> bool:
        """Return whether a draft is a rep like those before it."""
        reference = self.reference_size
        if reference is None:
            return True
        first = self.reps[0]
        if not self.confirmed and not (
            (first.draft.eccentric is not None or first.gap) and self._one_axis(first.draft, draft)
        ):
            return False
        share = self.exercise.rep_share
        return share <= size_of(draft) / reference <= 1.0 / share and _one_posture(
            first.draft, draft
        )

    def has_rival_like(self, draft: Draft) -> bool:
        """Return whether the movement that did not count before was like this one."""
        rival = self.rival
        return (
            rival is not None
            and rival.number != draft.number
            and 0.5 <= size_of(draft) / size_of(rival) <= 2.0
            and _one_posture(rival, draft)
        )

    def _one_axis(self, first: Draft, second: Draft) -> bool:
        """Return whether two drafts turned about one axis, where the exercise is a turning."""
        if self.exercise.signal is LiftSignal.HEIGHT:
            return True
        return float(_way_up(first).axis @ _way_up(second).axis) >= PAIR_AXIS


def size_of(draft: Draft) -> float:
    """Return the travel of the way up, in the unit of the track."""
    return _way_up(draft).size


def _one_posture(first: Draft, second: Draft) -> bool:
    """Return whether two drafts began in one posture."""
    return bool(_way_up(first).from_up @ _way_up(second).from_up >= SAME_POSTURE)


def _way_up(draft: Draft) -> Movement:
    """Return the concentric of a draft that has come so far."""
    if draft.concentric is None:
        raise ValueError("the draft has no way up yet")
    return draft.concentric
