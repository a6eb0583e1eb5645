"""What a movement is measured along: rotation about the lift's axis, gravity's arc, or height.

All three tracks answer the same questions, so that one segmenter serves hip thrusts and squats.
The rotation track finds its axis anew from the first degrees of every movement out of stillness:
worn any way round, on the first rep, and after the strap has slipped.

Without a gyroscope the arc track takes its place. An accelerometer shows where down is, and every
tremble as a turn. The posture is known to a degree, the speed hardly: so that track measures the
angle from the posture in which a movement began, whatever the axis, takes its speed over a fifth
of a second, and leaves it to the angle to say where a movement started and ended.

All arithmetic over samples is element by element: a sample's value does not depend on which
samples it was worked out with.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final, NamedTuple, Protocol

import numpy as np

from tracker.detect.vectors import along, along_rows, cross, dot, squared
from tracker.domain.units import RADPS_PER_DPS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tracker.detect.buffer import MotionBuffer


SLOW_RADPS: Final = 3.0 * RADPS_PER_DPS
"""Slower than this the pelvis is still: a breathing, trembling lifter stays below it."""

SLOW_MPS: Final = 0.04
"""Slower than this the hips are still: under a tenth of any squat's peak."""

SAME_AXIS: Final = float(np.cos(np.radians(35.0)))
"""Axes closer than this are one: a strap slips by 10° and the pelvis rolls by 9°."""

AXIS_LEARNING: Final = 0.5
"""Weight of the newest movement in the axis: follows a slipped strap within two reps."""

LEAST_TURN: Final = 0.1
"""Sine of the smallest turn that shows an axis, 6°."""

CREEP_SPAN_S: Final = 1.0
CREEP_RAD: Final = 1.2 * RADPS_PER_DPS
"""Hips that turn by more in this time are on their way, however slowly: the slowest eccentrics
take 12 s for 20°."""

ANCHOR_REACH_S: Final = 10.0
"""Stillness longer ago than this is no posture to measure a movement from."""


class Onset(NamedTuple):
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
    """Whether the way back has the other sign; otherwise every segment leaves its own zero."""
    noise: float
    """Speed that the track shows of hips at rest, in its unit per second."""
    lag_s: float
    """How far the speed is behind the position, s."""
    tremble: float
    """Travel that the track shows of hips at rest, in its unit; 0 where that does not matter."""
    still_span_s: float
    """How long hips have been at rest by the first sample that counts as still, s."""

    def onset(self, first: int, last: int, least: float) -> Onset | None:
        """Return the first movement out of stillness whose travel exceeds `least`."""

    def coordinate(self, first: int, last: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return position and speed for samples first ≤ i < last."""

    def slow(self, first: int, last: int) -> NDArray[np.bool_]:
        """Return where the motion counts as still."""

    def strayed(self, first: int, last: int, least: float) -> NDArray[np.bool_] | None:
        """Return where more of the travel since the turn lies off the track than on it.

        None means nowhere.
        """

    def turned(self, turn: int) -> None:
        """Start a new segment at the sample `turn`."""

    @property
    def axis(self) -> NDArray[np.float64] | None:
        """Unit axis of positive travel in sensor axes, shape (3,); None where there is none."""

    def restart(self) -> None:
        """Forget what happened before a gap in the stream."""

    def shake(self) -> None:
        """Wait for stillness before the next movement: what came last was no movement."""

    def aim(self, turn: int, now: int) -> bool:
        """Measure from `turn` along what has been travelled since, if that is another way."""


class Anchor:
    """The last still sample, carried from one scan to the next."""

    def __init__(self, rate_hz: float) -> None:
        self.sample: int | None = None
        self._reach = round(ANCHOR_REACH_S * rate_hz)
        self._floor = 0
        self._shaken = False

    def restart(self, floor: int) -> None:
        """Forget; nothing before the sample `floor` will be an anchor."""
        self.sample = None
        self._floor = floor
        self._shaken = False

    def shake(self) -> None:
        """Take no posture for one to measure from until there was stillness again."""
        self.sample = None
        self._shaken = True

    def skip(self, slow: NDArray[np.bool_]) -> int:
        """Return how many samples are not to be looked at, because nothing was still yet."""
        if not self._shaken:
            return 0
        if not slow.any():
            return len(slow)
        self._shaken = False
        return int(np.argmax(slow))

    def advance(self, first: int, slow: NDArray[np.bool_]) -> NDArray[np.intp]:
        """Return for each sample the last still one at or before it."""
        samples = np.arange(first, first + len(slow))
        start = first if self.sample is None else self.sample
        anchors: NDArray[np.intp] = np.maximum.accumulate(np.where(slow, samples, start))
        if int(anchors[0]) < max(int(samples[-1]) - self._reach, self._floor):
            np.maximum(anchors, np.maximum(samples - self._reach, self._floor), out=anchors)
        return anchors


class RotationTrack:
    """Angle about the lift's axis, rad, positive in the direction in which it was first seen."""

    signed = True
    noise = lag_s = tremble = still_span_s = 0.0

    def __init__(self, buffer: MotionBuffer) -> None:
        self._buffer = buffer
        self._anchor = Anchor(buffer.rate_hz)
        self._creep_span = round(CREEP_SPAN_S * buffer.rate_hz)
        self._axis: NDArray[np.float64] = np.array([1.0, 0.0, 0.0])
        self._learnt: NDArray[np.float64] | None = None
        self._frame = np.array(((0.0, 1.0, 0.0), (0.0, 0.0, 1.0), (1.0, 0.0, 0.0)))[:, :, None]
        """Rows that turn up into the sine and cosine of the angle, and its part along the axis."""
        self._turned_aside = 0.0
        self._aside = (0, 0, np.empty(0))
        """The part of up along the axis that `coordinate` found last, and for which samples."""

    def restart(self) -> None:
        """Forget the last still sample; the axis is tried again on the next movement."""
        self._anchor.restart(self._buffer.stop)

    def shake(self) -> None:
        """Wait for stillness before the next movement."""
        self._anchor.shake()

    @property
    def axis(self) -> NDArray[np.float64]:
        """Unit axis of positive travel in sensor axes, shape (3,)."""
        return self._axis

    def slow(self, first: int, last: int) -> NDArray[np.bool_]:
        """Return where the pelvis does not turn; turning about the vertical does not matter."""
        still: NDArray[np.bool_] = (
            self._buffer.tilting_squared(first, last) < SLOW_RADPS * SLOW_RADPS
        )
        return still

    def onset(self, first: int, last: int, least: float) -> Onset | None:
        """Return the first tilt away from the last stillness by more than `least`, rad."""
        buffer = self._buffer
        slow = self.slow(first, last) & ~self._creeps(first, last)
        skipped = self._anchor.skip(slow)
        first, slow = first + skipped, slow[skipped:]
        if not len(slow) or slow[slow.argmin()]:
            # Each sample is the posture that the next is compared with.
            self._anchor.sample = last - 1 if len(slow) else self._anchor.sample
            return None
        anchors = self._anchor.advance(first, slow)
        self._anchor.sample = int(anchors[-1])
        # A still sample is the posture that it is compared with.
        moving = (~slow).nonzero()[0]
        oldest = int(anchors[0])
        rows = buffer.turning(oldest, last)[:3]
        here = rows[:, first - oldest :].take(moving, axis=1)
        there = rows.take(anchors[moving] - oldest, axis=1)
        products = here * there
        beyond = products[0] + products[1] + products[2] < math.cos(least)
        at = int(beyond.argmax())
        if not beyond[at]:
            return None
        sample, anchor = first + int(moving[at]), int(anchors[moving[at]])
        axis = cross(here[:, at], there[:, at])
        # Turned upside down from one sample to the next, there is no telling about which axis.
        axis /= max(math.sqrt(dot(axis, axis)), 1e-9)
        direction = 1
        if self._learnt is not None:
            agreement = dot(axis, self._learnt)
            if abs(agreement) > SAME_AXIS:
                direction = 1 if agreement > 0 else -1
                axis = self._learnt
        self._axis = axis
        self._anchor.sample = None
        self.turned(anchor)
        return Onset(sample, anchor, direction)

    def _creeps(self, first: int, last: int) -> NDArray[np.bool_]:
        """Return where the pelvis moves too slowly for the speed of one sample to show it."""
        here, before = _apart(self._buffer, first, last, self._creep_span)
        creeps: NDArray[np.bool_] = squared(here - before) > CREEP_RAD**2
        return creeps

    def turned(self, turn: int) -> None:
        """Take the learnt axis and measure angles from the posture at `turn`."""
        if self._learnt is not None:
            agreement = dot(self._axis, self._learnt)
            if abs(agreement) > SAME_AXIS:
                # What was learnt may point the other way; the direction of travel may not.
                self._axis = self._learnt if agreement > 0.0 else -self._learnt
        self._measure_from(turn)

    def _measure_from(self, turn: int) -> None:
        self._aside = (0, 0, np.empty(0))
        x, y, z = self._buffer.up(turn, turn + 1)[0].tolist()
        a, b, c = self._axis.tolist()
        aside = self._turned_aside = x * a + y * b + z * c
        x, y, z = x - a * aside, y - b * aside, z - c * aside
        length = max(math.sqrt(x * x + y * y + z * z), 1e-9)
        x, y, z = x / length, y / length, z / length
        # Up turns backwards in the axes of a body that turns forwards.
        against = -(b * z - c * y), -(c * x - a * z), -(a * y - b * x)
        self._frame = np.array((against, (x, y, z), (a, b, c)))[:, :, None]

    def aim(self, turn: int, now: int) -> bool:
        """Take the axis of the turn between two samples, whatever was learnt before."""
        there, here = self._buffer.up(turn, turn + 1)[0], self._buffer.up(now, now + 1)[0]
        axis = cross(here, there)
        length = math.sqrt(dot(axis, axis))
        if length < LEAST_TURN:
            return False
        self._axis = axis / length
        self._measure_from(turn)
        return True

    def coordinate(self, first: int, last: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return angle, rad, and angular rate, rad/s, about the axis."""
        rows = self._buffer.turning(first, last)
        parts = rows[:3] * self._frame
        along_frame = parts[:, 0] + parts[:, 1]
        along_frame += parts[:, 2]
        sine, cosine, aside = along_frame
        self._aside = (first, last, aside)
        return np.arctan2(sine, cosine), along_rows(rows[3:], self._axis)

    def strayed(self, first: int, last: int, least: float) -> NDArray[np.bool_] | None:
        """Return where the tilt out of the plane of the lift exceeds that within it."""
        from_first, to_last, aside = self._aside
        if (from_first, to_last) != (first, last):
            aside = along(self._buffer.up(first, last), self._axis)
        least_aside = math.sin(least)
        most = float(np.maximum.reduce(aside)) - self._turned_aside
        if max(most, self._turned_aside - float(np.minimum.reduce(aside))) <= least_aside:
            return None
        off: NDArray[np.float64] = np.abs(aside - self._turned_aside)
        position, _ = self.coordinate(first, last)
        return off > np.maximum(np.abs(np.sin(position)), least_aside)

    def learn(self, axis: NDArray[np.float64]) -> None:
        """Follow the axis of a finished movement; its sign does not matter."""
        if self._learnt is None or abs(dot(axis, self._learnt)) < SAME_AXIS:
            self._learnt = axis
            return
        aligned = axis if dot(axis, self._learnt) > 0 else -axis
        mixed = (1.0 - AXIS_LEARNING) * self._learnt + AXIS_LEARNING * aligned
        self._learnt = mixed / math.sqrt(dot(mixed, mixed))


class HeightTrack:
    """Height of the hips, m, positive upwards."""

    signed = True
    noise = lag_s = tremble = still_span_s = 0.0

    def __init__(self, buffer: MotionBuffer) -> None:
        self._buffer = buffer
        self._anchor = Anchor(buffer.rate_hz)

    def restart(self) -> None:
        """Forget the last still sample."""
        self._anchor.restart(self._buffer.stop)

    def slow(self, first: int, last: int) -> NDArray[np.bool_]:
        """Return where the hips neither rise nor sink."""
        still: NDArray[np.bool_] = np.abs(self._buffer.velocity_mps(first, last)) < SLOW_MPS
        return still

    def onset(self, first: int, last: int, least: float) -> Onset | None:
        """Return the first travel away from the last stillness by more than `least`, m."""
        slow = self.slow(first, last)
        skipped = self._anchor.skip(slow)
        first, slow = first + skipped, slow[skipped:]
        if not len(slow):
            return None
        anchors = self._anchor.advance(first, slow)
        oldest = int(anchors[0])
        height = self._buffer.height_m(oldest, last)
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

    def shake(self) -> None:
        """Wait for stillness before the next movement."""
        self._anchor.shake()

    @property
    def axis(self) -> None:
        """Nothing: height has no axis in the sensor."""
        return None

    def aim(self, turn: int, now: int) -> bool:
        """Return False: there is nothing to aim."""
        del turn, now
        return False

    def coordinate(self, first: int, last: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return height, m, and vertical velocity, m/s."""
        return self._buffer.height_m(first, last), self._buffer.velocity_mps(first, last)

    def strayed(self, first: int, last: int, least: float) -> NDArray[np.bool_] | None:
        """Return None: height has no second direction."""
        del first, last, least
        return None


NOISE_RADPS: Final = 7.0 * RADPS_PER_DPS
"""Trembling by a hundredth of g at 2 Hz turns the arc of gravity this fast."""

TREMBLE_RAD: Final = float(np.radians(1.2))
"""Twice what a hundredth of g turns it by: more is a movement."""

SPEED_SPAN_S: Final = 0.2
"""The angle is compared over this long to tell its speed: tremor turns back within it."""

STILL_SPAN_S: Final = 0.5
"""Hips that have turned by no more than `TREMBLE_RAD` in this time, 2.4 °/s, are still."""


class ArcTrack:
    """Angle from the posture in which the movement began, rad; it has no sign."""

    signed = False
    noise = NOISE_RADPS
    lag_s = SPEED_SPAN_S / 2.0
    tremble = TREMBLE_RAD
    still_span_s = STILL_SPAN_S

    def __init__(self, buffer: MotionBuffer) -> None:
        self._buffer = buffer
        self._anchor = Anchor(buffer.rate_hz)
        self._speed_span = round(SPEED_SPAN_S * buffer.rate_hz)
        self._still_span = round(STILL_SPAN_S * buffer.rate_hz)
        self._from: NDArray[np.float64] = np.array([0.0, 0.0, 1.0])

    def restart(self) -> None:
        """Forget the last still sample."""
        self._anchor.restart(self._buffer.stop)

    def slow(self, first: int, last: int) -> NDArray[np.bool_]:
        """Return where the posture is that of half a second ago."""
        here, before = _apart(self._buffer, first, last, self._still_span)
        moved = here - before
        still: NDArray[np.bool_] = squared(moved) < TREMBLE_RAD * TREMBLE_RAD
        return still

    def onset(self, first: int, last: int, least: float) -> Onset | None:
        """Return the first departure from the last still posture by more than `least`, rad."""
        slow = self.slow(first, last)
        skipped = self._anchor.skip(slow)
        first, slow = first + skipped, slow[skipped:]
        if not len(slow):
            return None
        anchors = self._anchor.advance(first, slow)
        oldest = int(anchors[0])
        there = self._buffer.posture(oldest, last)[anchors - oldest]
        away = self._buffer.up(first, last) - there
        beyond = squared(away) > (2.0 * math.sin(least / 2.0)) ** 2
        self._anchor.sample = int(anchors[-1])
        if not beyond.any():
            return None
        at = int(np.argmax(beyond))
        self._anchor.sample = None
        self.turned(int(anchors[at]))
        return Onset(first + at, int(anchors[at]), 1)

    def turned(self, turn: int) -> None:
        """Measure angles from the posture at `turn`, but from up itself where hips moved before.

        The mean of a moment in which they moved is of where they were, not of where they turned.
        """
        posture, up = (each(turn, turn + 1)[0] for each in (self._buffer.posture, self._buffer.up))
        away = up - posture
        moved = dot(away, away) > TREMBLE_RAD * TREMBLE_RAD
        self._from = (up if moved else posture).copy()

    def shake(self) -> None:
        """Wait for stillness before the next movement."""
        self._anchor.shake()

    @property
    def axis(self) -> None:
        """Nothing: the angle is measured whatever the axis."""
        return None

    def aim(self, turn: int, now: int) -> bool:
        """Return False: there is nothing to aim."""
        del turn, now
        return False

    def coordinate(self, first: int, last: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return the angle, rad, and its mean speed over the last fifth of a second, rad/s."""
        lead = min(self._speed_span, first - self._buffer.first)
        angle = self._angle(self._buffer.up(first - lead, last))
        before = np.concatenate((np.repeat(angle[:1], self._speed_span - lead), angle))
        speed = (angle[lead:] - before[: last - first]) * (1.0 / SPEED_SPAN_S)
        return angle[lead:], speed

    def strayed(self, first: int, last: int, least: float) -> NDArray[np.bool_] | None:
        """Return None: an angle without an axis has no other direction."""
        del first, last, least
        return None

    def _angle(self, up: NDArray[np.float64]) -> NDArray[np.float64]:
        away = up - self._from
        chord = np.sqrt(squared(away))
        angle: NDArray[np.float64] = 2.0 * np.arcsin(np.minimum(chord / 2.0, 1.0))
        return angle


def _apart(
    buffer: MotionBuffer, first: int, last: int, span: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return up, and up as it was `span` samples before, or as early as it is known."""
    oldest = max(first - span, buffer.first)
    up = buffer.up(oldest, last)
    before = np.maximum(np.arange(first, last) - span, buffer.first) - oldest
    return up[first - oldest :], up[before]
