"""The wearer's own lockout, told by a hold or by reference reps."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import combinations
from statistics import median
from typing import TYPE_CHECKING, Final

import numpy as np

from tracker.detect.lockout import LockoutReference
from tracker.detect.open_set import concentric_of
from tracker.detect.vectors import along, dot, mean_posture
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
from tracker.language import _

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from tracker.detect.buffer import MotionBuffer
    from tracker.detect.open_set import CountedRep, OpenSet
    from tracker.domain import Event, Exercise


@dataclass(frozen=True, slots=True)
class CalibrationSettings:
    """What counts as holding still."""

    hold_s: float = 3.0
    """As long a hold as people can be asked for with a bar on the hips."""
    mean_s: float = 2.0
    """The end of the hold, over which its posture is the mean: before it, the hips settle."""
    wander_deg: float = 2.5
    """A posture further from where the hold began starts it anew. A trembling hold without a
    gyroscope seems to turn by 1.2° either way."""
    patience_s: float = 15.0
    """Who has not held still by now is not going to: a lockout is seldom held for so long."""


HOLD_SETTINGS = CalibrationSettings()
"""The settings of every session."""


@dataclass(frozen=True, slots=True, eq=False)
class Held:
    """A hold that was long and still enough."""

    sample: int
    """Where this became known."""
    up: NDArray[np.float64]
    """Mean of up in sensor axes, a unit vector, shape (3,)."""
    wander_deg: float
    """Largest angle from that mean, degrees."""


class CalibrationHold:
    """Waits for a hold, sample by sample, however the samples come."""

    def __init__(
        self, buffer: MotionBuffer, at_s: float, settings: CalibrationSettings = HOLD_SETTINGS
    ) -> None:
        self._buffer = buffer
        self._at_s = at_s
        self._patience_s = settings.patience_s
        self._hold = round(settings.hold_s * buffer.rate_hz)
        self._mean = round(settings.mean_s * buffer.rate_hz)
        self._least_cosine = math.cos(math.radians(settings.wander_deg))
        self.restart()

    def restart(self) -> None:
        """Start anew with the samples to come, as after a gap in the stream."""
        buffer = self._buffer
        self._began = self._next = max(buffer.sample_at(self._at_s), buffer.stop)
        self.deadline = buffer.sample_at(self._at_s + self._patience_s)
        """Sample at which it is given up."""

    def scan(self, until: int) -> Held | None:
        """Take the samples before `until` and return the hold once there is one."""
        while self._next < until:
            # The posture is looked at from where the hold began up to where it may be complete.
            last = min(until, self._began + self._hold)
            up = self._buffer.up(self._next, last)
            there = self._buffer.up(self._began, self._began + 1)[0]
            wandered = np.flatnonzero(along(up, there) < self._least_cosine)
            if len(wandered):
                self._began = self._next + int(wandered[0])
                self._next = self._began
                last = min(until, self._began + 1)
            self._next = last
            if self._next - self._began == self._hold:
                return self._held()
        return None

    def _held(self) -> Held:
        up, wander_rad = mean_posture(self._buffer.up(self._next - self._mean, self._next))
        return Held(self._next, up, math.degrees(wander_rad))


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


REFERENCE_SETTINGS = ReferenceSettings()
"""The settings of every session."""

MOST_COMPARED: Final = 8
"""So many of the latest reps are compared; who needs more should ask for what is wrong."""

NOT_WHOLE: Final = _("it was not seen whole")
GAP: Final = _("samples are missing in it")
SATURATED: Final = _("the sensor hit the end of its range in it")
NOT_HELD: Final = _("its lockout was not held")
SAGGED: Final = _("the hips sank in its hold")
TILTED: Final = _("the pelvis was tilted in it")
SHORT: Final = _("it was short of lockout")
UNLIKE: Final = _("it is not like the others")
NONE: Final = _("the reference reps turned out to be none")

_FLAWS: Final = {
    Flag.GAP: GAP,
    Flag.SATURATED: SATURATED,
    Flag.SAGGED: SAGGED,
    Flag.TILTED: TILTED,
}


class ReferenceReps:
    """Waits for three reps that are alike, told of everything that is published about reps.

    A rep that does not fit the others is kept in mind: if those after it are like it, the first
    ones were the odd ones out. Once there are three, it only watches whether they stay reps.
    """

    def __init__(
        self, exercise: Exercise, at_s: float, settings: ReferenceSettings = REFERENCE_SETTINGS
    ) -> None:
        self._exercise = exercise
        self._settings = settings
        self._alike: Sequence[CountedRep] = ()
        self.deadline_s = at_s + settings.patience_s
        """Session time at which it is given up, s; by then three that were found are settled."""
        self.level: LockoutReference | None = None
        """What the three show; None before, and once they turned out to be none."""
        self.over = False
        """Whether nothing more can come of it."""

    @property
    def so_far(self) -> str:
        """How many there are, in words."""
        return _("{done} of {of} reference reps").format(
            done=len(self._alike), of=self._settings.reps
        )

    def follow(self, event: Event, open_set: OpenSet) -> Iterator[Event]:
        """Yield what something that was published of the open set means for the reference."""
        if self.over:
            return
        match event:
            case SetEnded(reps=reps):
                # A set that is withdrawn was a set-up move, and the wait goes on.
                self.over = reps > 0 or self.level is not None
                if self.over and self.level is None:
                    why = _("the set ended: {so_far}").format(so_far=self.so_far)
                    yield CalibrationFailed(event.at_s, why)
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
        whole = [rep for rep in open_set.reps if rep.published and not self._flaw(rep, open_set)]
        self._alike = self._largest_alike(whole[-MOST_COMPARED:])
        if len(self._alike) > len(before):
            self.deadline_s = event.at_s + self._settings.patience_s
        if isinstance(event, RepCompleted):
            (newest,) = (rep for rep in open_set.reps if rep.published is event.rep)
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
        concentrics = [concentric_of(rep.candidate) for rep in self._alike]
        up, wander_rad = mean_posture(np.array([up.to_up for up in concentrics]))
        range_rad = median(up.rotation_rad for up in concentrics)
        self.level = LockoutReference(up, range_rad, concentrics[-1])
        return Calibrated(
            at_s, math.degrees(wander_rad), CalibrationWay.REPS, math.degrees(range_rad)
        )

    def _flaw(self, counted: CountedRep, open_set: OpenSet) -> str | None:
        """Return why a rep can be no reference, whatever the others are like; None if it can."""
        rep = counted.published
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
        return SHORT if concentric_of(counted.candidate).size < full else None

    def _largest_alike(self, whole: Sequence[CountedRep]) -> Sequence[CountedRep]:
        for size in range(self._settings.reps, 1, -1):
            for group in combinations(whole, size):
                if all(self._are_alike(*pair) for pair in combinations(group, 2)):
                    return group
        return whole[:1]

    def _are_alike(self, one: CountedRep, other: CountedRep) -> bool:
        """Return whether two reps have one posture at the top, and one range."""
        first, second = concentric_of(one.candidate), concentric_of(other.candidate)
        smaller, larger = sorted((first.rotation_rad, second.rotation_rad))
        return (
            dot(first.to_up, second.to_up) >= math.cos(math.radians(self._settings.alike_deg))
            and smaller >= (1.0 - self._exercise.lockout_share) * larger
        )
