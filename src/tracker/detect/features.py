"""What is measured of a segment: which way the hips went, how far, how fast, how surely.

Rise is linear in the accelerometer's offset, of which the filters know a mean and a covariance. So
each rise comes with its uncertainty: it grows with the square of the duration and with how far the
sensor leans on the way, and shrinks as the offset becomes known. Whoever weighs a rise asks
`Movement.rise_sd_m` what it is worth.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from tracker.detect.segmentation import BESIDE_EDGES, BOUNDARY_SHARE, Edges
from tracker.detect.vectors import along, along_rows, cross, dot, turned_rad
from tracker.domain import LiftSignal, Trace
from tracker.domain.units import STANDARD_GRAVITY_MPS2
from tracker.signal.orientation import ARC_HALF_WIDTH_S

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tracker.detect.buffer import MotionBuffer
    from tracker.detect.segmentation import Segment, Segmenter, SegmentState
    from tracker.detect.tracks import ArcTrack, RotationTrack
    from tracker.domain import AccErrors

TURN_MARGIN_S: Final = 0.4
"""The angle is read this much further out: slow ends add to it, and pauses add only drift."""

STEADY_S: Final = 0.1
"""Hips turn for longer than this; what turns to and fro within it is a pocket that vibrates."""

QUIET_BEFORE_S: Final = 2.0
"""What the hips do for this long before a movement tells a rest from a walk."""

RADIUS_M: Final = 0.43
"""Hips hinge about shoulders that are 0.36 to 0.55 m away; a sensor is worn up to 10 cm aside."""

WHOLE_OF_ARC: Final = 1.6
"""Without a gyroscope the duration is of the middle 70 % of the travel; so many times as much
passes between the boundaries of the speed: 2 for minimum jerk, 1.4 at an even speed."""

AVERAGED_S: Final = 2.0 * ARC_HALF_WIDTH_S
"""How long the smoothing of gravity's arc is. Of a force that changes once within t, it leaves
about t² over the sum of both squares."""

OPPOSITE: Final = -0.6
"""Cosine between the axes of a movement there and one back (53° from the other way round): who
bends and twists comes back a little aside."""

SURGE_SHARE: Final = 0.44
"""Speed, as a share of its peak, where a minimum-jerk movement accelerates most: at 0.21 of its
duration (Flash and Hogan 1985, doi:10.1523/JNEUROSCI.05-07-01688.1985)."""

SLOWEST_TRUSTED_CONCENTRIC_S: Final = 2.0
"""A slower concentric accelerates by less than 0.5 m/s², and 1° of tilt fakes 0.17 m/s²."""

REST_S: Final = 0.15
REST_MPS2: Final = 0.2
REST_SHARE: Final = 0.2
"""Hips at rest accelerate by less than this, or than this share of the push and the brake beside
the rest, for so long."""

CREEPING_SHARE: Final = 0.5
"""A rise between its rests that is under this share of what the track crept was none."""

TREMOR_MPS: Final = 0.02
"""Speed of hips that stand still by the track: it is what the ends of an integral are off by."""

UNREST_S: Final = 0.06
"""Hips that were jolted just before still move: this long of it is left at the start."""

JOLT_SHARE: Final = 0.03
"""Share of the acceleration that a knock leaves in the integral: scale errors and clipping."""


@dataclass(slots=True, eq=False)
class Movement:
    """One segment, measured.

    Most movements are never asked how they went, so what takes work is measured when it is first
    asked for, from a copy of the samples: `rise_m` and all that is not known of it before. Nothing
    else about it changes; it is not frozen because freezing triples what each one costs.
    """

    number: int
    """Number of the segment; all news of one segment share it."""
    state: SegmentState
    """How far it has come."""
    direction: int
    """+1 or -1 along the track; +1 is up on a track of height."""
    start_s: float
    """Where its speed rose above 10 % of its peak, s."""
    end_s: float
    """Where it fell below, or the newest sample while it moves, s."""
    surge_s: float
    """Where a rise accelerated most, s: a seat that carried the hips lets go of them here; the
    start of a movement that is read from a rotation."""
    known_s: float
    """Session time at which this was known, s."""
    size: float
    """Travel: tilt, rad, or rise, m, whichever the exercise is read from."""
    rotation_rad: float
    """Angle turned about `axis`, rad."""
    axis: NDArray[np.float64]
    """Unit axis of the rotation in sensor axes, right-handed, shape (3,)."""
    planarity: float
    """Share of all turning, squared, that was about `axis`, 0 to 1."""
    coherence: float
    """Correlation of vertical velocity with angular speed about `axis`, 0 to 1."""
    rise_m: float
    """Vertical travel, up positive, m."""
    mean_velocity_mps: float
    """Rise over duration, m/s."""
    peak_velocity_mps: float
    """Largest vertical velocity in the direction of the rise, m/s."""
    tilt_rad: float
    """Largest tilt out of the plane of the lift, rad."""
    from_up: NDArray[np.float64]
    """Up in sensor axes where it began, shape (3,)."""
    to_up: NDArray[np.float64]
    """Up in sensor axes where it ended, shape (3,)."""
    peak_radps: float
    """Largest angular speed about `axis`, rad/s."""
    by_gyroscope: bool = True
    """Whether the turning was measured by a gyroscope, not read from gravity's arc."""
    rise_sd_m: float = 0.02
    """Standard deviation of what `rise_m` is off by, m."""
    jolt_before_mps2: float = 0.0
    """Root mean square of the vertical acceleration in the seconds before, m/s²."""
    upright: NDArray[np.float64] | None = None
    """Up in sensor axes of the wearer upright, shape (3,); None while nothing has shown it."""
    upright_doubt: float = 0.0
    """Probability that the sensor is worn another way than what showed `upright`."""
    row_jolt_mps2: float = math.inf
    """The same before the first of a row of movements like a rep that it goes on; infinite where
    it goes on none."""
    back_rad: float = 0.0
    """Travel of the movement just before it, if that turned the other way, rad; else 0."""
    since_s: float = math.inf
    """Time since the latest movement that was as large as a rep, s; infinite before any."""
    chord: float = field(init=False)
    """Chord of the turned angle at a radius of 1; the rise of a movement about a pivot."""
    _samples: _Samples | None = field(default=None, init=False, repr=False)
    """What is left to measure it from."""
    weighed: Any = field(default=None, init=False, repr=False)
    """What `plausibility.criteria` said of it, and for which exercise; None before."""

    def __post_init__(self) -> None:
        self.chord = _chord(self.size)

    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any:
            """Measure what was not asked for so far; Python calls this for an empty slot."""
            take = _ON_DEMAND.get(name)
            if take is None or self._samples is None:
                raise AttributeError(f"a movement has no {name}")
            for each, value in take(self, self._samples).items():
                setattr(self, each, value)
            return object.__getattribute__(self, name)

    def keep(self) -> None:
        """Take all measures and let go of the samples: a movement that is kept for long."""
        if self._samples is not None:
            for name in _ON_DEMAND:
                getattr(self, name)
            self._samples = None
        self.weighed = None

    @property
    def duration_s(self) -> float:
        """Time between the boundaries, s."""
        return self.end_s - self.start_s

    @property
    def radius_m(self) -> float:
        """Rise over the chord of the turned angle, m: how far away the pivot is."""
        return self.rise_m / self.chord

    @property
    def radius_sd_m(self) -> float:
        """Standard deviation of what `radius_m` is off by, m."""
        sd_m = self.rise_sd_m / self.chord
        return sd_m if self.by_gyroscope else math.hypot(sd_m, RADIUS_M * self.lean_share)

    @property
    def lean_share(self) -> float:
        """Share of gravity by which it leans what is taken for up, 0 to 1.

        Without a gyroscope up is where the force points, and hips that accelerate lean it: at most
        by 5.77 times the length of a minimum-jerk movement over the square of its time. Of shorter
        movements than `AVERAGED_S` the push and the brake cancel.
        """
        if self.by_gyroscope:
            return 0.0
        whole_s = WHOLE_OF_ARC * self.duration_s
        squared = whole_s * whole_s + AVERAGED_S * AVERAGED_S
        force_mps2 = 5.77 * RADIUS_M * self.chord / squared
        return min(force_mps2 / STANDARD_GRAVITY_MPS2, 1.0)


def _chord(size: float) -> float:
    return 2.0 * math.sin(min(max(size, 1e-3), math.pi) / 2.0)


@dataclass(frozen=True, slots=True, eq=False)
class Known:
    """What is known before a movement is measured."""

    upright: NDArray[np.float64] | None = None
    upright_doubt: float = 0.0
    row: tuple[float, float] | None = None
    """End of the latest movement like a rep, s, and the jolt before its row, m/s²."""
    latest: Movement | None = None
    """The latest movement that was as large as a rep."""

    def row_jolt_mps2(self, start_s: float) -> float:
        """Return the jolt before the row that a movement goes on; infinite if it does not.

        A lift jolts as well: what a row of them began with says whether somebody walked.
        """
        if self.row is None or not 0.0 <= start_s - self.row[0] < QUIET_BEFORE_S:
            return math.inf
        return self.row[1]

    def back_rad(self, start_s: float, axis: NDArray[np.float64]) -> float:
        """Return how far the hips came the other way just before a movement starts, rad."""
        latest = self.latest
        if latest is None or start_s - latest.end_s > QUIET_BEFORE_S:
            return 0.0
        return latest.size if dot(axis, latest.axis) < OPPOSITE else 0.0


def measure(
    buffer: MotionBuffer,
    segmenter: Segmenter,
    segment: Segment,
    signal: LiftSignal,
    known: Known | None = None,
) -> Movement:
    """Return the segment with its measures, from the samples that are known by now.

    Notes
    -----
    Velocity is the integral of vertical acceleration, made zero at both ends of the movement,
    where the hips turn or rest. That takes out any constant error, above all the tilt's.
    """
    rate_hz = buffer.rate_hz
    edges = segmenter.edges(segment)
    errors = buffer.acc_errors(segment.now)
    crept_m = 0.0
    if signal is LiftSignal.HEIGHT:
        crept_m = abs(_rise_m(buffer.travel(edges.leaves, edges.arrives), errors))
        edges = between_rests(buffer, segment, edges)
    first, last = edges.leaves, edges.arrives
    margin = round(TURN_MARGIN_S * rate_hz)
    turn_first = max(min(segment.turn, first), first - margin, buffer.first)
    turn_last = min(max(segment.furthest, last), last + margin)
    rows = buffer.motion(turn_first, turn_last + 1)
    from_up, to_up = rows[:3, first - turn_first].copy(), rows[:3, last - turn_first].copy()
    turned = (
        buffer.turned_rad(turn_first, turn_last)
        if buffer.gyroscope
        else _arc_between(from_up, to_up)
    )
    angle = math.sqrt(dot(turned, turned))
    start_s, end_s = buffer.time_s(edges.start), buffer.time_s(edges.end)
    reach = round(QUIET_BEFORE_S * rate_hz)
    samples = _Samples(
        rows=rows,
        first=first - turn_first,
        stop=last + 1 - turn_first,
        rate_hz=rate_hz,
        travel=buffer.travel(first, last),
        turned=buffer.turned_in_steps(turn_first, turn_last, round(STEADY_S * rate_hz)),
        errors=errors,
    )
    before = known or Known()
    axis = turned / max(angle, 1e-9)
    movement = object.__new__(Movement)
    movement.number = segment.number
    movement.state = segment.state
    movement.direction = segment.direction
    movement.start_s = movement.surge_s = start_s
    movement.end_s = end_s
    movement.known_s = buffer.time_s(segment.now)
    movement.rotation_rad = angle
    movement.axis = axis
    movement.from_up = from_up
    movement.to_up = to_up
    movement.by_gyroscope = buffer.gyroscope
    movement.jolt_before_mps2 = buffer.jolt_mps2(max(first - reach, buffer.first), first)
    movement.row_jolt_mps2 = before.row_jolt_mps2(start_s)
    movement.back_rad = before.back_rad(start_s, axis)
    movement.since_s = math.inf if before.latest is None else start_s - before.latest.end_s
    movement.upright = before.upright
    movement.upright_doubt = before.upright_doubt
    movement.weighed = None
    movement._samples = samples
    movement.size = segment.travel
    if signal is LiftSignal.HEIGHT:
        movement.surge_s = max(buffer.time_s(first + _surge(samples.velocity)), start_s)
        # The followed height leaks, above all on the first movement; the measured rise does not.
        movement.size = _size_m(abs(movement.rise_m), crept_m)
    movement.chord = _chord(movement.size)
    return movement


@dataclass(slots=True, eq=False)
class _Samples:
    """A copy of the samples of a movement, and what was worked out from them so far."""

    rows: NDArray[np.float64]
    """Up, rate and vertical acceleration, from turn to turn, shape (7, n)."""
    first: int
    """The first of them that is between the standstills."""
    stop: int
    """The first after these."""
    rate_hz: float
    travel: NDArray[np.float64]
    """As the buffer gives it."""
    turned: NDArray[np.float64]
    """Rate, summed over steps of `STEADY_S`, rad/s, shape (3, k)."""
    errors: AccErrors
    _vertical: NDArray[np.float64] | None = None
    _velocity: NDArray[np.float64] | None = None
    _speed: NDArray[np.float64] | None = None

    @property
    def up(self) -> NDArray[np.float64]:
        """Up in sensor axes between the standstills, shape (3, n)."""
        return self.rows[:3, self.first : self.stop]

    @property
    def vertical(self) -> NDArray[np.float64]:
        """Vertical acceleration without known errors, m/s², shape (n,)."""
        if self._vertical is None:
            vertical, mean = self.rows[6, self.first : self.stop], self.errors.mean
            if np.count_nonzero(mean):
                up = self.up
                vertical = vertical - along_rows(up, mean[:3])
                vertical -= along_rows(up * up, STANDARD_GRAVITY_MPS2 * mean[3:])
            self._vertical = vertical
        return self._vertical

    @property
    def velocity(self) -> NDArray[np.float64]:
        """Vertical velocity, m/s, shape (n,)."""
        if self._velocity is None:
            self._velocity = _velocity_mps(self.vertical, self.rate_hz)
        return self._velocity

    def speed(self, axis: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the angular speed of all samples about the movement's axis, rad/s."""
        if self._speed is None:
            self._speed = along_rows(self.rows[3:6], axis)
        return self._speed


def _risen(movement: Movement, samples: _Samples) -> dict[str, float]:
    rise_m = _rise_m(samples.travel, samples.errors)
    duration_s = max(movement.end_s - movement.start_s, 1e-9)
    return {"rise_m": rise_m, "mean_velocity_mps": rise_m / duration_s}


def _uncertain(movement: Movement, samples: _Samples) -> dict[str, float]:
    taken_s = (samples.stop - 1 - samples.first) / samples.rate_hz
    lean, spread = samples.travel[1:], samples.errors.spread
    jolt_mps2 = movement.jolt_before_mps2
    return {"rise_sd_m": _rise_sd_m(lean, spread, samples.vertical, taken_s, jolt_mps2)}


def _spun(movement: Movement, samples: _Samples) -> dict[str, float]:
    about_axis = along_rows(samples.turned, movement.axis)
    share = _power(about_axis) / max(_power(samples.turned), 1e-9)
    return {
        "planarity": min(share, 1.0),
        "peak_radps": float(np.maximum.reduce(samples.speed(movement.axis))),
    }


def _power(values: NDArray[np.float64]) -> float:
    return float(np.add.reduce(values * values, axis=None))


def _leaned(movement: Movement, samples: _Samples) -> dict[str, float]:
    aside = along_rows(samples.up, movement.axis)
    aside -= aside[0]
    most = max(float(np.maximum.reduce(aside)), -float(np.minimum.reduce(aside)))
    return {"tilt_rad": math.asin(min(most, 1.0))}


def _flowed(movement: Movement, samples: _Samples) -> dict[str, float]:
    velocity = samples.velocity
    peak = np.maximum.reduce if movement.rise_m > 0 else np.minimum.reduce
    speed = samples.speed(movement.axis)[samples.first : samples.stop]
    return {
        "coherence": _coherence(velocity, speed),
        "peak_velocity_mps": float(peak(velocity)),
    }


_ON_DEMAND: Final = {
    "rise_m": _risen,
    "mean_velocity_mps": _risen,
    "rise_sd_m": _uncertain,
    "planarity": _spun,
    "peak_radps": _spun,
    "tilt_rad": _leaned,
    "coherence": _flowed,
    "peak_velocity_mps": _flowed,
}
"""What takes each of the measures that are not taken at once."""


def between_rests(buffer: MotionBuffer, segment: Segment, edges: Edges) -> Edges:
    """Return the edges of a rise or a fall, with the rests beside it left out.

    Notes
    -----
    The height that a movement is found by has everything slow held back, so it goes on creeping
    where the hips have long come to rest. A rest shows in the acceleration: none to speak of for
    `REST_S` before the push, or after the brake. From there the speed is integrated anew, and the
    boundary is where it crosses 10 % of its peak.
    """
    rate_hz = buffer.rate_hz
    first, last = edges.leaves, edges.arrives
    if last - first < 4:
        return edges
    force = segment.direction * (
        buffer.vertical_mps2(first, last + 1)
        - along(buffer.up(first, last + 1), buffer.acc_errors(segment.now).mean[:3])
    )
    span = max(round(REST_S * rate_hz), 2)
    speed = segment.direction * buffer.velocity_mps(first, last + 1)
    peak = int(np.argmax(speed))
    if not 0 < peak < last - first:
        return edges
    size = max(float(force[: peak + 1].max()), -float(force[peak:].min()))
    calm = (np.abs(force) < max(REST_MPS2, REST_SHARE * size)) & (speed < 0.3 * speed[peak])
    start, end, leaves, arrives = edges.start, edges.end, first, last
    rests = _runs(calm[:peak], span)
    if len(rests):
        left = int(rests[-1][1]) - 1
        gained = np.cumsum(force[left : peak + 1])
        fast = np.flatnonzero(gained >= BOUNDARY_SHARE * gained.max())
        if gained.max() > 0.0 and len(fast):
            leaves, start = first + left, max(start, float(first + left + int(fast[0])))
    rests = _runs(calm[peak + 1 :], span)
    if len(rests) and segment.end is not None:
        right = peak + 1 + int(rests[0][0])
        lost = -np.cumsum(force[peak : right + 1][::-1])
        fast = np.flatnonzero(lost >= BOUNDARY_SHARE * lost.max())
        if lost.max() > 0.0 and len(fast):
            arrives, end = first + right, min(end, float(first + right - int(fast[0])))
    return Edges(start, max(start, end), leaves, max(arrives, leaves + 1))


def _runs(calm: NDArray[np.bool_], least: int) -> NDArray[np.intp]:
    """Return first and last-but-one of all runs of True that are long enough, shape (k, 2)."""
    padded = np.concatenate(([False], calm, [False]))
    edges = np.flatnonzero(padded[1:] != padded[:-1]).reshape(-1, 2)
    runs: NDArray[np.intp] = edges[edges[:, 1] - edges[:, 0] >= least]
    return runs


def _rise_m(travel: NDArray[np.float64], errors: AccErrors) -> float:
    """Return a rise without what the known errors of the accelerometer add to it, m."""
    return float(travel[0]) - float(np.add.reduce(travel[1:] * errors.mean))


def _size_m(rise_m: float, crept_m: float) -> float:
    """Return the size by which rises are told apart, m.

    A person who stops half-way seems to rest there, so most of the creeping is of the rise. Where
    the rise between the rests is under half of it, it was nothing but creeping.
    """
    return max(rise_m, crept_m) if rise_m >= CREEPING_SHARE * crept_m else rise_m


def _rise_sd_m(
    lean: NDArray[np.float64],
    spread: NDArray[np.float64],
    vertical_mps2: NDArray[np.float64],
    taken_s: float,
    jolt_mps2: float,
) -> float:
    """Return the standard deviation of a rise, m.

    Notes
    -----
    Three errors that know nothing of each other: offset and scale, of which `spread` is the
    covariance, as far as the sensor leans (`lean`); the speed that is left at the ends, over the
    time between them; and a share of the largest knock, which lasts a few hundredths of a second.
    """
    by_errors = float(np.add.reduce(lean * np.add.reduce(spread * lean, axis=1)))
    knock = max(float(np.maximum.reduce(vertical_mps2)), -float(np.minimum.reduce(vertical_mps2)))
    by_ends = 0.5 * math.hypot(TREMOR_MPS, UNREST_S * jolt_mps2) * taken_s
    by_knock = JOLT_SHARE * knock * 0.05 * taken_s
    return math.sqrt(max(by_errors, 0.0) + by_ends * by_ends + by_knock * by_knock + 1e-4)


def _surge(velocity_mps: NDArray[np.float64]) -> float:
    """Return the sample, with fraction, at which the speed rises above `SURGE_SHARE` of its peak.

    It is read from the speed, because the acceleration itself has the knock of the seat in it.
    """
    speed = np.abs(velocity_mps)
    peak = int(np.argmax(speed))
    threshold = SURGE_SHARE * float(speed[peak])
    below = np.flatnonzero(speed[:peak] < threshold)
    if not len(below):
        return 0.0
    left = int(below[-1])
    return left + (threshold - float(speed[left])) / float(speed[left + 1] - speed[left])


def _velocity_mps(vertical_mps2: NDArray[np.float64], rate_hz: float) -> NDArray[np.float64]:
    """Return the integral of the acceleration, zero at its first and last sample."""
    velocity = np.zeros(len(vertical_mps2))
    np.add(vertical_mps2[1:], vertical_mps2[:-1], out=velocity[1:])
    np.add.accumulate(velocity, out=velocity)
    velocity /= 2.0 * rate_hz
    velocity -= np.arange(len(velocity)) * (velocity[-1] / max(len(velocity) - 1, 1))
    return velocity


def _arc_between(from_up: NDArray[np.float64], to_up: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the smallest rotation, rad, that takes one posture to the other, shape (3,)."""
    # Up turns backwards in the axes of a body that turns forwards.
    across = cross(to_up, from_up)
    sine = math.sqrt(dot(across, across))
    angle = math.atan2(sine, dot(from_up, to_up))
    rotation: NDArray[np.float64] = across * (angle / max(sine, 1e-9))
    return rotation


def _coherence(one: NDArray[np.float64], other: NDArray[np.float64]) -> float:
    """Return the size of the correlation of two signals about zero; 0 where one is flat."""
    power = float(np.add.reduce(one * one)) * float(np.add.reduce(other * other))
    return abs(float(np.add.reduce(one * other))) / math.sqrt(power) if power > 0.0 else 0.0


class Pauses:
    """Reads pauses from the motion as long as it is remembered."""

    def __init__(self, buffer: MotionBuffer, rotation: RotationTrack, arc: ArcTrack) -> None:
        self._buffer = buffer
        self._rotation = rotation
        self._arc = arc

    def still_s(self, start_s: float, end_s: float) -> float | None:
        """Return the longest stillness within a pause, s; None where samples are missing."""
        span = self._samples(start_s, end_s)
        if span is None:
            return None
        track = self._rotation if self._buffer.gyroscope else self._arc
        still = np.concatenate(([False], track.slow(*span), [False]))
        edges = np.flatnonzero(still[1:] != still[:-1])
        return float(max(edges[1::2] - edges[::2], default=0)) / self._buffer.rate_hz

    def sag_rad(self, up: Movement, down: Movement) -> float | None:
        """Return how far the hips sank below the highest point before, in the hold between.

        Returns
        -------
        float or None
            The angle about the axis of the concentric, rad; None where samples are missing.

        Notes
        -----
        Without a gyroscope a movement is counted between 15 % and 85 % of its travel, so its last
        part lies in the pause and is left out here.
        """
        span = self._samples(up.end_s + _beside_s(up), down.start_s - _beside_s(down))
        if span is None:
            return None
        posture = self._buffer.up(*span)
        angle = turned_rad(up.axis, up.to_up, posture)
        return float((np.maximum.accumulate(angle) - angle).max())

    def touched(self, up: Movement, down: Movement, next_s: float) -> bool | None:
        """Return whether the hips or the plates touched the floor before the next rep.

        Parameters
        ----------
        up, down
            The movements of the rep.
        next_s
            When the next one begins, s.

        Returns
        -------
        bool or None
            None without a gyroscope, or where samples are missing.

        Notes
        -----
        Hips that stop in the air are braked by muscles, over a tenth of a second and more, which
        the smoothing leaves alone. A floor stops them at once, and what it takes out shows a jolt.
        It must stand out from the rest of the rep as well: some tremble.
        """
        turn_s = min(down.end_s, next_s)
        bottom = self._samples(down.end_s - KNOCK_BEFORE_S, turn_s + KNOCK_AFTER_S)
        first_s, last_s = up.start_s + 0.25 * up.duration_s, down.end_s - 0.4 * down.duration_s
        rest = self._samples(first_s, last_s)
        if bottom is None or rest is None or not (up.by_gyroscope and down.by_gyroscope):
            return None
        knock = float(np.abs(self._buffer.knock_mps2(*bottom)).max())
        usual = self._buffer.knock_mps2(*rest)
        rms = math.sqrt(float(np.add.reduce(usual * usual)) / len(usual))
        return knock > max(KNOCK_MPS2, KNOCK_SHARE * rms)

    def _samples(self, start_s: float, end_s: float) -> tuple[int, int] | None:
        first, last = self._buffer.sample_at(start_s), self._buffer.sample_at(end_s)
        if first < self._buffer.first or last > self._buffer.stop or last <= first:
            return None
        return first, last


def _beside_s(movement: Movement) -> float:
    return 0.0 if movement.by_gyroscope else BESIDE_EDGES * movement.duration_s


KNOCK_BEFORE_S: Final = 0.2
KNOCK_AFTER_S: Final = 0.3
"""A touch is looked for from so long before the end of an eccentric to so long after it."""

KNOCK_MPS2: Final = 1.0
"""Smallest jolt of a touch: 0.3 g through soft tissue leave 1.3, a brisk turn in the air 0.8."""

KNOCK_SHARE: Final = 4.0
"""And it is so many times the root mean square of the jolts in the rest of the rep."""

TRACE_S: Final = 12.0
"""A little longer than the ten seconds that screens show."""


def pitch_trace(buffer: MotionBuffer, lift: Movement | None) -> Trace:
    """Return how far the pelvis is turned up from where the latest rep began.

    Before a first rep the lift's axis is not known; then it is the tilt away from the oldest
    posture of the trace, which has no sign.
    """
    first = max(buffer.first, buffer.stop - round(TRACE_S * buffer.rate_hz))
    up = buffer.up(first, buffer.stop)
    time_s = buffer.time_s(0.0) + np.arange(first, buffer.stop) / buffer.rate_hz
    if not len(up):
        return Trace(time_s, np.empty(0))
    if lift is None:
        return Trace(time_s, np.degrees(np.arccos(np.clip(along(up, up[0]), -1.0, 1.0))))
    return Trace(time_s, np.degrees(turned_rad(lift.axis, lift.from_up, up)))
