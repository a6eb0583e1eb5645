"""One coordinate of the body over time: movements, waves and knocks with exact derivatives."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import numpy as np

from tracker.sim.profiles import MIN_JERK, SpeedProfile

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Evaluation = tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]

_RAMP_S: Final = 0.4
"""A wave swells and fades over this long, so that it adds no step in acceleration."""

_KNOCK_CURVATURE: Final = 24.0
"""Peak acceleration of the bump (1 - u²)³ of unit height is 24 over its duration squared."""


@dataclass(frozen=True, slots=True)
class Move:
    """A change of the coordinate that stays."""

    start_s: float
    """When it starts, s."""
    duration_s: float
    """From standstill to standstill, s."""
    delta: float
    """Change, rad or m."""
    profile: SpeedProfile = MIN_JERK
    """How the speed runs."""

    def evaluate(self, time_s: NDArray[np.float64]) -> Evaluation:
        """Return value, first and second derivative at times inside the movement."""
        distance, rate, accel = self.profile.evaluate((time_s - self.start_s) / self.duration_s)
        per_s = 1.0 / self.duration_s
        return self.delta * distance, self.delta * rate * per_s, self.delta * accel * per_s**2


@dataclass(frozen=True, slots=True)
class Wave:
    """A sine that swells, lasts and fades."""

    start_s: float
    """When it starts, s."""
    duration_s: float
    """How long it lasts with its ramps, s."""
    amplitude: float
    """Half of peak to peak, rad or m."""
    frequency_hz: float
    """Cycles per second."""
    phase_rad: float = 0.0
    """Phase at the start, rad."""

    def evaluate(self, time_s: NDArray[np.float64]) -> Evaluation:
        """Return value, first and second derivative at times inside the wave."""
        since_s = time_s - self.start_s
        ramp_s = min(_RAMP_S, 0.5 * self.duration_s)
        # The ramps mirror each other and never overlap, so one step on the nearer end is both.
        to_end_s = self.duration_s - since_s
        step, step_rate, step_accel = _smooth_step(np.minimum(since_s, to_end_s) / ramp_s)
        size = self.amplitude * step
        size_rate = self.amplitude * np.where(since_s < to_end_s, step_rate, -step_rate) / ramp_s
        size_accel = self.amplitude * step_accel / ramp_s**2
        omega = 2.0 * np.pi * self.frequency_hz
        sine = np.sin(omega * since_s + self.phase_rad)
        cosine = omega * np.cos(omega * since_s + self.phase_rad)
        return (
            size * sine,
            size_rate * sine + size * cosine,
            size_accel * sine + 2.0 * size_rate * cosine - size * omega**2 * sine,
        )


@dataclass(frozen=True, slots=True)
class Knock:
    """A short bump of the coordinate that comes back: an impact through soft tissue."""

    start_s: float
    """When it starts, s."""
    duration_s: float
    """How long it lasts, s."""
    peak_accel: float
    """Acceleration in its middle, rad/s² or m/s²; around it 0.8 of that act the other way."""

    def evaluate(self, time_s: NDArray[np.float64]) -> Evaluation:
        """Return value, first and second derivative at times inside the knock."""
        per_s = 2.0 / self.duration_s
        u = (time_s - self.start_s) * per_s - 1.0
        left = 1.0 - u**2
        height = -self.peak_accel * self.duration_s**2 / _KNOCK_CURVATURE
        return (
            height * left**3,
            -6.0 * height * per_s * u * left**2,
            height * per_s**2 * left * (30.0 * u**2 - 6.0),
        )


@dataclass(slots=True)
class Channel:
    """A coordinate as the sum of its parts, each twice differentiable in closed form."""

    start: float = 0.0
    """Value before the first movement, rad or m."""
    moves: list[Move] = field(default_factory=list)
    """Lasting changes, in any order; they may overlap."""
    waves: list[Wave] = field(default_factory=list)
    """Oscillations."""
    knocks: list[Knock] = field(default_factory=list)
    """Impacts."""

    def evaluate(self, time_s: NDArray[np.float64]) -> Evaluation:
        """Return the coordinate and its derivatives at rising times."""
        value = np.full(time_s.size, self.start)
        rate = np.zeros(time_s.size)
        accel = np.zeros(time_s.size)
        parts: list[Move | Wave | Knock] = [*self.moves, *self.waves, *self.knocks]
        firsts = np.searchsorted(time_s, [part.start_s for part in parts])
        lasts = np.searchsorted(time_s, [part.start_s + part.duration_s for part in parts])
        for number in np.flatnonzero(firsts < lasts):
            span = slice(int(firsts[number]), int(lasts[number]))
            part_value, part_rate, part_accel = parts[number].evaluate(time_s[span])
            value[span] += part_value
            rate[span] += part_rate
            accel[span] += part_accel
        # One sum for what all moves leave behind: an hour has thousands of them.
        left_behind = np.zeros(time_s.size + 1)
        np.add.at(left_behind, lasts[: len(self.moves)], [move.delta for move in self.moves])
        value += np.cumsum(left_behind)[:-1]
        return value, rate, accel


def _smooth_step(u: NDArray[np.float64]) -> Evaluation:
    return MIN_JERK.evaluate(np.clip(u, 0.0, 1.0))
