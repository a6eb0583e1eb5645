"""Reference reps: three whole reps that are alike are the wearer's own measure of a rep."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import combinations
from statistics import median
from typing import TYPE_CHECKING, Final

import numpy as np

from tracker.detect.level import Level
from tracker.detect.posture import mean_posture
from tracker.domain import (
    Calibrated,
    CalibrationFailed,
    CalibrationLost,
    CalibrationWay,
    Flag,
    ReferenceRep,
    RepCompleted,
    RepRevised,
    SetEnded,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tracker.detect.movement import Movement
    from tracker.detect.open_set import Counted, OpenSet
    from tracker.domain import Event, Exercise


@dataclass(frozen=True, slots=True)
class ReferenceSettings:
    """What makes reps a reference."""

    reps: int = 3
    """One may be off by chance, and two that differ do not say which; fewer than that of a set."""
    hold_s: float = 0.5
    """Least lockout: touch-and-go turns wherever the hips happen to be."""
    alike_deg: float = 5.0
    """Tops further apart are not one posture: reps differ by 1 to 2°, a missed lockout or a strap
    that slips by more."""
    patience_s: float = 60.0
    """Longest wait for the next that counts: lying back under the bar takes half a minute, and a
    slow rep 12 s."""


DEFAULT_SETTINGS = ReferenceSettings()
"""The settings of every session."""

MOST_COMPARED: Final = 8
"""So many of the latest reps are compared; who needs more should ask for what is wrong."""

NOT_WHOLE: Final = "it was not seen whole"
GAP: Final = "samples are missing in it"
SATURATED: Final = "the sensor hit the end of its range in it"
NOT_HELD: Final = "its lockout was not held"
SAGGED: Final = "the hips sank in its hold"
TILTED: Final = "the pelvis was tilted in it"
SHORT: Final = "it was short of lockout"
UNLIKE: Final = "it is not like the others"
NONE: Final = "the reference reps turned out to be none"

_FLAWS: Final = {
    Flag.GAP: GAP,
    Flag.SATURATED: SATURATED,
    Flag.SAGGED: SAGGED,
    Flag.TILTED: TILTED,
}


class ReferenceReps:
    """Waits for three reps that are alike, told of everything that is said about reps.

    A rep that does not fit the others is kept in mind: if those after it are like it, the first
    ones were the odd ones out. Once there are three, it only watches whether they stay reps.
    """

    def __init__(
        self, exercise: Exercise, at_s: float, settings: ReferenceSettings = DEFAULT_SETTINGS
    ) -> None:
        self._exercise = exercise
        self._settings = settings
        self._alike: Sequence[Counted] = ()
        self.deadline_s = at_s + settings.patience_s
        """Session time at which it is given up, s; by then three that were found are settled."""
        self.level: Level | None = None
        """What the three show; None before, and once they turned out to be none."""
        self.over = False
        """Whether nothing more can come of it."""

    @property
    def so_far(self) -> str:
        """How many there are, in words."""
        return f"{len(self._alike)} of {self._settings.reps} reference reps"

    def follow(self, event: Event, open_set: OpenSet) -> Iterator[Event]:
        """Yield what something that was said of the open set means for the reference."""
        if self.over:
            return
        match event:
            case SetEnded(reps=reps):
                # A set that is withdrawn was a set-up move, and the wait goes on.
                self.over = reps > 0 or self.level is not None
                if self.over and self.level is None:
                    yield CalibrationFailed(event.at_s, f"the set ended: {self.so_far}")
            case RepRevised(rep=None) if self.level is not None:
                self.over = any(rep not in open_set.reps for rep in self._alike)
                if self.over:
                    self.level = None
                    yield CalibrationLost(event.at_s, NONE)
            case RepCompleted() | RepRevised() if self.level is None:
                yield from self._count(event, open_set)
            case _:
                pass

    def _count(self, event: RepCompleted | RepRevised, open_set: OpenSet) -> Iterator[Event]:
        """Compare the reps of the set anew, and say what has changed by the latest news."""
        before, of = self._alike, self._settings.reps
        whole = [rep for rep in open_set.reps if rep.said and not self._flaw(rep, open_set)]
        self._alike = self._largest_alike(whole[-MOST_COMPARED:])
        if len(self._alike) > len(before):
            self.deadline_s = event.at_s + self._settings.patience_s
        if isinstance(event, RepCompleted):
            (newest,) = (rep for rep in open_set.reps if rep.said is event.rep)
            why = None if newest in self._alike else self._flaw(newest, open_set) or UNLIKE
            yield ReferenceRep(event.at_s, len(self._alike), of, why)
        elif len(self._alike) > len(before):
            yield ReferenceRep(event.at_s, len(self._alike), of)
        elif len(self._alike) < len(before):
            lost = next(rep for rep in before if rep not in self._alike)
            gone = lost not in open_set.reps
            why = event.reason if gone else self._flaw(lost, open_set) or UNLIKE
            yield ReferenceRep(event.at_s, len(self._alike), of, why)
        if len(self._alike) == of:
            yield self._calibrated(event.at_s)

    def _calibrated(self, at_s: float) -> Calibrated:
        ways_up = [_way_up(rep) for rep in self._alike]
        up, wander_rad = mean_posture(np.array([way_up.to_up for way_up in ways_up]))
        range_rad = median(way_up.rotation_rad for way_up in ways_up)
        self.level = Level(up, range_rad, ways_up[-1])
        return Calibrated(
            at_s, math.degrees(wander_rad), CalibrationWay.REPS, math.degrees(range_rad)
        )

    def _flaw(self, counted: Counted, open_set: OpenSet) -> str | None:
        """Return why a rep can be no reference, whatever the others are like; None if it can."""
        rep = counted.said
        flags = () if rep is None else rep.flags
        flaws = [_FLAWS[flag] for flag in flags if flag in _FLAWS]
        if flaws:
            return flaws[0]
        if rep is None or rep.lockout_s is None:
            return NOT_WHOLE
        if rep.lockout_s < self._settings.hold_s:
            return NOT_HELD
        # The flag itself may be against an older reference, which is about to be replaced.
        full = (1.0 - self._exercise.lockout_share) * (open_set.reference_size or 0.0)
        return SHORT if _way_up(counted).size < full else None

    def _largest_alike(self, whole: Sequence[Counted]) -> Sequence[Counted]:
        for size in range(self._settings.reps, 1, -1):
            for group in combinations(whole, size):
                if all(self._are_alike(*pair) for pair in combinations(group, 2)):
                    return group
        return whole[:1]

    def _are_alike(self, one: Counted, other: Counted) -> bool:
        """Return whether two reps have one posture at the top, and one range."""
        first, second = _way_up(one), _way_up(other)
        smaller, larger = sorted((first.rotation_rad, second.rotation_rad))
        return (
            float(first.to_up @ second.to_up) >= math.cos(math.radians(self._settings.alike_deg))
            and smaller >= (1.0 - self._exercise.lockout_share) * larger
        )


def _way_up(counted: Counted) -> Movement:
    assert counted.draft.concentric is not None
    return counted.draft.concentric
