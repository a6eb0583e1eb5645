"""A stroke with what was measured of it: which way it went, how far, how fast."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from tracker.detect.posture import cross
from tracker.domain import LiftSignal

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tracker.detect.history import History
    from tracker.detect.strokes import Stroke, StrokeState

TURN_MARGIN_S: Final = 0.4
"""The angle is read this much further out: slow ends add to it, and pauses add only drift."""

SURGE_SHARE: Final = 0.44
"""Speed, as a share of its peak, where a minimum-jerk movement accelerates most: at 0.21 of its
duration (Flash and Hogan 1985, doi:10.1523/JNEUROSCI.05-07-01688.1985)."""

SLOWEST_TRUSTED_CONCENTRIC_S: Final = 2.0
"""A slower way up accelerates by less than 0.5 m/s², and 1° of tilt fakes 0.17 m/s²."""


@dataclass(frozen=True, slots=True, eq=False)
class Movement:
    """One stroke, measured."""

    number: int
    """Number of the stroke; all news of one stroke share it."""
    state: StrokeState
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
    """Mean vertical velocity between the boundaries, m/s."""
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

    @property
    def duration_s(self) -> float:
        """Time between the boundaries, s."""
        return self.end_s - self.start_s


def measure(history: History, stroke: Stroke, signal: LiftSignal) -> Movement:
    """Return the stroke with its measures, from the samples that are known by now.

    Notes
    -----
    Velocity is the integral of vertical acceleration, made zero at both ends of the movement,
    where the hips turn or rest. That takes out any constant error, above all the tilt's.
    """
    rate_hz = history.rate_hz
    end = stroke.end if stroke.end is not None else float(stroke.now)
    first, last = min(stroke.leaves, stroke.arrives), stroke.arrives
    velocity = _velocity_mps(history.vertical_mps2(first, last + 1), rate_hz)
    between = velocity[max(math.ceil(stroke.start) - first, 0) : max(int(end) - first + 1, 1)]
    rise_m = float(np.add.reduce(velocity)) / rate_hz
    margin = round(TURN_MARGIN_S * rate_hz)
    up = history.up(first, last + 1)
    turn_first = max(min(stroke.turn, first), first - margin)
    rate = history.rate_radps(turn_first, min(max(stroke.furthest, last), last + margin) + 1)
    turned = np.add.reduce(rate) / rate_hz if history.gyroscope else _arc_between(up[0], up[-1])
    angle = math.sqrt(float(turned @ turned))
    axis = turned / max(angle, 1e-9)
    along = rate @ axis
    about_axis = float(along @ along) / max(float(np.vdot(rate, rate)), 1e-9)
    aside = up @ axis
    aside -= aside[0]
    tilt = math.asin(min(max(np.maximum.reduce(aside), -np.minimum.reduce(aside)), 1.0))
    peak = np.maximum.reduce if rise_m > 0 else np.minimum.reduce
    start_s = history.time_s(stroke.start)
    surge_s = start_s
    if signal is LiftSignal.HEIGHT:
        surge_s = max(history.time_s(first + _surge(velocity)), start_s)
    return Movement(
        number=stroke.number,
        state=stroke.state,
        direction=stroke.direction,
        start_s=start_s,
        end_s=history.time_s(end),
        surge_s=surge_s,
        known_s=history.time_s(stroke.now),
        # The followed height leaks, above all on the first movement; the measured rise does not.
        size=stroke.travel if signal is LiftSignal.ROTATION else abs(rise_m),
        rotation_rad=angle,
        axis=axis,
        planarity=about_axis,
        coherence=_coherence(velocity, along[first - turn_first : last + 1 - turn_first]),
        rise_m=rise_m,
        mean_velocity_mps=float(np.add.reduce(between)) / max(len(between), 1),
        peak_velocity_mps=float(peak(velocity)),
        tilt_rad=tilt,
        from_up=up[0].copy(),
        to_up=up[-1].copy(),
        peak_radps=float(np.maximum.reduce(along)),
        by_gyroscope=history.gyroscope,
    )


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
    sine = math.sqrt(float(across @ across))
    angle = math.atan2(sine, float(from_up @ to_up))
    rotation: NDArray[np.float64] = across * (angle / max(sine, 1e-9))
    return rotation


def _coherence(one: NDArray[np.float64], other: NDArray[np.float64]) -> float:
    """Return the size of the correlation of two signals about zero; 0 where one is flat."""
    power = float(one @ one) * float(other @ other)
    return abs(float(one @ other)) / math.sqrt(power) if power > 0.0 else 0.0
