"""What a movement is measured along: rotation about the lift's axis, or height.

Both tracks answer the same questions, so that one stroke finder serves hip thrusts and squats. The
rotation track finds its axis anew from the first degrees of every movement out of stillness: worn
any way round, on the first rep, and after the strap has slipped.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Protocol

import numpy as np

from tracker.detect.posture import cross
from tracker.domain.units import RADPS_PER_DPS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tracker.detect.history import History

SLOW_RADPS: Final = 3.0 * RADPS_PER_DPS
"""Slower than this the pelvis is still: a breathing, trembling lifter stays below it."""

SLOW_MPS: Final = 0.04
"""Slower than this the hips are still: under a tenth of any squat's peak."""

SAME_AXIS: Final = float(np.cos(np.radians(35.0)))
"""Axes closer than this are one: a strap slips by 10° and the pelvis rolls by 9°."""

AXIS_LEARNING: Final = 0.5
"""Weight of the newest movement in the axis: follows a slipped strap within two reps."""

ANCHOR_REACH_S: Final = 10.0
"""Stillness longer ago than this is no posture to measure a movement from."""

_BEHIND: Final = 256
_AHEAD: Final = 512
"""Samples on both sides that are worked out with those asked for: a long array costs hardly more
than a short one, and the next questions are about the neighbours."""

_LEAST_AHEAD: Final = 64
"""With fewer on hand the stream is live, where it is no use to work out the same ones again."""


@dataclass(frozen=True, slots=True)
class Onset:
    """A movement that has begun."""

    sample: int
    """Where its travel exceeded the least range."""
    anchor: int
    """The last still sample before it."""
    direction: int
    """+1 or -1 along the track."""


class Track(Protocol):
    """One coordinate of the motion and its speed."""

    signed: bool
    """Whether the way back has the other sign; otherwise every stroke leaves its own zero."""
    noise: float
    """Speed that the track shows of hips at rest, in its unit per second."""
    lag_s: float
    """How far the speed is behind the position, s."""
    tremble: float
    """Travel that the track shows of hips at rest, in its unit; 0 where that does not matter."""

    def onset(self, first: int, last: int, least: float) -> Onset | None:
        """Return the first movement out of stillness whose travel exceeds `least`."""

    def coordinate(self, first: int, last: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return position and speed for samples first ≤ i < last."""

    def slow(self, first: int, last: int) -> NDArray[np.bool_]:
        """Return where the motion counts as still."""

    def strayed(
        self, first: int, position: NDArray[np.float64], least: float
    ) -> NDArray[np.bool_]:
        """Return where more of the travel since the turn lies off the track than on it."""

    def turned(self, turn: int) -> None:
        """Start a new stroke at the sample `turn`."""

    def restart(self) -> None:
        """Forget what happened before a hole in the stream."""


class Anchor:
    """The last still sample, carried from one scan to the next."""

    def __init__(self, rate_hz: float) -> None:
        self.sample: int | None = None
        self._reach = round(ANCHOR_REACH_S * rate_hz)
        self._floor = 0

    def restart(self, floor: int) -> None:
        """Forget; nothing before the sample `floor` will be an anchor."""
        self.sample = None
        self._floor = floor

    def advance(self, first: int, slow: NDArray[np.bool_]) -> NDArray[np.intp]:
        """Return for each sample the last still one at or before it."""
        samples = np.arange(first, first + len(slow))
        start = first if self.sample is None else self.sample
        anchors = np.maximum.accumulate(np.where(slow, samples, start))
        reachable: NDArray[np.intp] = np.maximum(
            anchors, np.maximum(samples - self._reach, self._floor)
        )
        return reachable


class RotationTrack:
    """Angle about the lift's axis, rad, positive in the direction in which it was first seen."""

    signed = True
    noise = lag_s = tremble = 0.0

    def __init__(self, history: History) -> None:
        self._history = history
        self._anchor = Anchor(history.rate_hz)
        self._axis: NDArray[np.float64] = np.array([1.0, 0.0, 0.0])
        self._learnt: NDArray[np.float64] | None = None
        self._reference: NDArray[np.float64] = np.array([0.0, 0.0, 1.0])
        self._across: NDArray[np.float64] = np.array([0.0, -1.0, 0.0])
        self._turned_aside = 0.0
        self._known = range(0)
        self._angle: NDArray[np.float64] = np.empty(0)
        self._speed: NDArray[np.float64] = np.empty(0)

    def restart(self) -> None:
        """Forget the last still sample; the axis is tried again on the next movement."""
        self._anchor.restart(self._history.stop)
        self._known = range(0)

    def slow(self, first: int, last: int) -> NDArray[np.bool_]:
        """Return where the pelvis does not turn; turning about the vertical does not matter."""
        still: NDArray[np.bool_] = (
            self._history.tilting_squared(first, last) < SLOW_RADPS * SLOW_RADPS
        )
        return still

    def onset(self, first: int, last: int, least: float) -> Onset | None:
        """Return the first tilt away from the last stillness by more than `least`, rad."""
        history = self._history
        slow = self.slow(first, last)
        if slow.all():
            # Each sample is the posture that the next is compared with.
            self._anchor.sample = last - 1
            return None
        anchors = self._anchor.advance(first, slow)
        oldest = int(anchors[0])
        up = history.up(oldest, last)
        here = up[first - oldest :]
        there = up[anchors - oldest]
        beyond = np.einsum("ij,ij->i", here, there) < math.cos(least)
        self._anchor.sample = int(anchors[-1])
        if not beyond.any():
            return None
        at = int(np.argmax(beyond))
        anchor = int(anchors[at])
        axis = cross(here[at], there[at])
        # Turned upside down from one sample to the next, there is no telling about which axis.
        axis /= max(math.sqrt(float(axis @ axis)), 1e-9)
        direction = 1
        if self._learnt is not None:
            agreement = float(axis @ self._learnt)
            if abs(agreement) > SAME_AXIS:
                direction = 1 if agreement > 0 else -1
                axis = self._learnt
        self._axis = axis
        self._anchor.sample = None
        self.turned(anchor)
        return Onset(first + at, anchor, direction)

    def turned(self, turn: int) -> None:
        """Take the learnt axis and measure angles from the posture at `turn`."""
        self._known = range(0)
        if self._learnt is not None and abs(float(self._axis @ self._learnt)) > SAME_AXIS:
            self._axis = self._learnt
        up = self._history.up(turn, turn + 1)[0]
        self._turned_aside = float(up @ self._axis)
        level = up - self._axis * self._turned_aside
        self._reference = level / max(math.sqrt(float(level @ level)), 1e-9)
        self._across = cross(self._axis, self._reference)

    def coordinate(self, first: int, last: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return angle, rad, and angular rate, rad/s, about the axis."""
        if first < self._known.start or last > self._known.stop:
            self._work_out(first, last)
        part = slice(first - self._known.start, last - self._known.start)
        return self._angle[part], self._speed[part]

    def _work_out(self, first: int, last: int) -> None:
        history = self._history
        if history.stop - last >= _LEAST_AHEAD:
            first, last = max(first - _BEHIND, history.first), min(last + _AHEAD, history.stop)
        up = history.up(first, last)
        # Up turns backwards in the axes of a body that turns forwards.
        self._angle = np.arctan2(-(up @ self._across), up @ self._reference)
        self._speed = history.rate_radps(first, last) @ self._axis
        self._known = range(first, last)

    def strayed(
        self, first: int, position: NDArray[np.float64], least: float
    ) -> NDArray[np.bool_]:
        """Return where the tilt out of the plane of the lift exceeds that within it."""
        up = self._history.up(first, first + len(position))
        aside = np.abs(up @ self._axis - self._turned_aside)
        off: NDArray[np.bool_] = aside > np.maximum(np.abs(np.sin(position)), math.sin(least))
        return off

    def learn(self, axis: NDArray[np.float64]) -> None:
        """Follow the axis of a finished movement; its sign does not matter."""
        if self._learnt is None or abs(float(axis @ self._learnt)) < SAME_AXIS:
            self._learnt = axis
            return
        aligned = axis if axis @ self._learnt > 0 else -axis
        mixed = (1.0 - AXIS_LEARNING) * self._learnt + AXIS_LEARNING * aligned
        self._learnt = mixed / np.linalg.norm(mixed)


class HeightTrack:
    """Height of the hips, m, positive upwards."""

    signed = True
    noise = lag_s = tremble = 0.0

    def __init__(self, history: History) -> None:
        self._history = history
        self._anchor = Anchor(history.rate_hz)

    def restart(self) -> None:
        """Forget the last still sample."""
        self._anchor.restart(self._history.stop)

    def slow(self, first: int, last: int) -> NDArray[np.bool_]:
        """Return where the hips neither rise nor sink."""
        still: NDArray[np.bool_] = np.abs(self._history.velocity_mps(first, last)) < SLOW_MPS
        return still

    def onset(self, first: int, last: int, least: float) -> Onset | None:
        """Return the first travel away from the last stillness by more than `least`, m."""
        anchors = self._anchor.advance(first, self.slow(first, last))
        oldest = int(anchors[0])
        height = self._history.height_m(oldest, last)
        travel = height[first - oldest :] - height[anchors - oldest]
        beyond = np.abs(travel) > least
        self._anchor.sample = int(anchors[-1])
        if not beyond.any():
            return None
        at = int(np.argmax(beyond))
        self._anchor.sample = None
        return Onset(first + at, int(anchors[at]), 1 if travel[at] > 0 else -1)

    def turned(self, turn: int) -> None:
        """Nothing to do: heights have one zero."""

    def coordinate(self, first: int, last: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return height, m, and vertical velocity, m/s."""
        return self._history.height_m(first, last), self._history.velocity_mps(first, last)

    def strayed(
        self, first: int, position: NDArray[np.float64], least: float
    ) -> NDArray[np.bool_]:
        """Return False throughout: height has no second direction."""
        del first, least
        return np.zeros(len(position), dtype=np.bool_)
