"""One coordinate of the body over time: moves, waves and knocks with exact derivatives.

A move follows a speed profile from standstill to standstill, in closed form.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Evaluation = tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]

MIN_JERK_PEAK_ACCEL: Final = 10.0 / 3.0**0.5
"""Peak acceleration of a minimum-jerk movement of unit distance and duration."""

BOUNDARY_SHARE: Final = 0.1
"""A phase starts and ends where speed crosses this share of the movement's own peak."""

_STICKING_WIDTH: Final = 0.5
"""Share of the movement's time that the sticking point slows down."""

_CROSSING_GRID: Final = 2001
"""Points among which a crossing is bracketed before it is refined."""

_REFINEMENTS: Final = 7
"""Rounds, each dividing the bracket of 1/2000 by 32: locates the crossing to 1e-14."""

_REFINEMENT_GRID: Final = 33


@dataclass(frozen=True, slots=True)
class SpeedProfile:
    """A movement of unit distance in unit time; minimum jerk by default."""

    skew: float = 0.0
    """Early (> 0) or late (< 0) peak speed, within ±0.5."""
    sticking: float = 0.0
    """Share of speed lost at the sticking point, 0 to 0.7."""
    sticking_at: float = 0.5
    """Position of the sticking point, share of the movement's time, 0.25 to 0.75."""
    start_accel: float = 0.0
    """Acceleration at the start, units per unit time²; above 0 if it follows a reversal."""
    end_brake: float = 0.0
    """Deceleration at the end, units per unit time²; above 0 if a reversal follows."""

    def __post_init__(self) -> None:
        limits = {
            "skew": (-0.5, 0.5),
            "sticking": (0.0, 0.7),
            "sticking_at": (0.25, 0.75),
            # Above 20 in the quintic's own time, the movement would run backwards.
            "start_accel": (0.0, 20.0 * self._start_slope**2),
            "end_brake": (0.0, 20.0 * self._stop_slope**2),
        }
        for name, (lowest, highest) in limits.items():
            value = getattr(self, name)
            if not lowest <= value <= highest:
                raise ValueError(f"{name} must be within {lowest} and {highest}, not {value}")

    def evaluate(self, share: NDArray[np.float64]) -> Evaluation:
        """Return distance, speed and acceleration at shares 0 to 1 of the movement's time."""
        skewed = share + self.skew * share * (1.0 - share)
        skewed_rate = 1.0 + self.skew * (1.0 - 2.0 * share)
        stuck, stuck_rate, stuck_accel = self._sticking_warp(skewed)
        warp_rate = stuck_rate * skewed_rate
        warp_accel = stuck_accel * skewed_rate**2 - 2.0 * self.skew * stuck_rate
        distance, rate, accel = self._quintic(stuck)
        return distance, rate * warp_rate, accel * warp_rate**2 + rate * warp_accel

    def crossings(self) -> tuple[float, float]:
        """Return the shares of time at which speed first exceeds and last falls below 10 %."""
        return _crossings(self)

    def _quintic(self, u: NDArray[np.float64]) -> Evaluation:
        """Return minimum jerk plus the quintics that add an acceleration at either end."""
        # The warps scale time at the ends, so the accelerations are scaled back.
        start = self.start_accel / self._start_slope**2
        brake = self.end_brake / self._stop_slope**2
        v = 1.0 - u
        distance = u * u * u * (10.0 - 15.0 * u + 6.0 * u * u)
        rate = 30.0 * (u * v) ** 2
        accel = 60.0 * u * v * (v - u)
        if not start and not brake:
            return distance, rate, accel
        distance = distance + 0.5 * start * (u * u * v**3) - 0.5 * brake * (v * v * u**3)
        rate = rate + start * (u * v**2) * (1.0 - 2.5 * u) + brake * (v * u**2) * (1.0 - 2.5 * v)
        accel = (
            accel
            + start * v * (1.0 - 8.0 * u + 10.0 * u**2)
            - brake * u * (1.0 - 8.0 * v + 10.0 * v**2)
        )
        return distance, rate, accel

    @property
    def _start_slope(self) -> float:
        return (1.0 + self.skew) * self._end_slope

    @property
    def _stop_slope(self) -> float:
        return (1.0 - self.skew) * self._end_slope

    @property
    def _end_slope(self) -> float:
        return 1.0 / (1.0 - 0.5 * self.sticking * _STICKING_WIDTH)

    def _sticking_warp(self, u: NDArray[np.float64]) -> Evaluation:
        """Return a time warp whose slope dips as a raised cosine around the sticking point."""
        if not self.sticking:
            return u, np.ones_like(u), np.zeros_like(u)
        offset = np.clip((u - self.sticking_at) / _STICKING_WIDTH, -0.5, 0.5)
        angle = 2.0 * np.pi * offset
        area = _STICKING_WIDTH * (0.5 * (offset + 0.5) + np.sin(angle) / (4.0 * np.pi))
        dip = 0.5 * (1.0 + np.cos(angle))
        slope = np.where(np.abs(offset) < 0.5, -np.pi * np.sin(angle) / _STICKING_WIDTH, 0.0)
        depth, scale = self.sticking, self._end_slope
        return (u - depth * area) * scale, (1.0 - depth * dip) * scale, -depth * slope * scale


MIN_JERK: Final = SpeedProfile()
"""The smoothest movement between two standstills."""


# A set repeats a few profiles, and one crossing costs as much as a second of samples.
@lru_cache(maxsize=256)
def _crossings(profile: SpeedProfile) -> tuple[float, float]:
    grid = np.linspace(0.0, 1.0, _CROSSING_GRID)
    rate = profile.evaluate(grid)[1]
    level = BOUNDARY_SHARE * float(rate.max())
    above = np.flatnonzero(rate >= level)
    first, last = int(above[0]), int(above[-1])
    start = 0.0 if first == 0 else _refined(profile, grid[first - 1], grid[first], level)
    end = 1.0 if last == grid.size - 1 else _refined(profile, grid[last + 1], grid[last], level)
    return start, end


def _refined(profile: SpeedProfile, below: float, above: float, level: float) -> float:
    """Return where speed reaches `level`, between a share below it and one above it."""
    for _ in range(_REFINEMENTS):
        shares = np.linspace(below, above, _REFINEMENT_GRID)
        reached = int(np.argmax(profile.evaluate(shares)[1] >= level))
        below, above = float(shares[reached - 1]), float(shares[reached])
    return 0.5 * (below + above)


_RAMP_S: Final = 0.4
"""How long a wave fades in and out, s, so that it adds no step in acceleration."""

_KNOCK_CURVATURE: Final = 24.0
"""Peak acceleration of the bump (1 - u²)³ of unit height is 24 over its duration squared."""


@dataclass(frozen=True, slots=True)
class Move:
    """A lasting change of the coordinate, from standstill to standstill."""

    start_s: float
    duration_s: float
    delta: float
    """Change, rad or m."""
    profile: SpeedProfile = MIN_JERK

    def evaluate(self, time_s: NDArray[np.float64]) -> Evaluation:
        """Return value, first and second derivative at times inside the move."""
        distance, rate, accel = self.profile.evaluate((time_s - self.start_s) / self.duration_s)
        per_s = 1.0 / self.duration_s
        return self.delta * distance, self.delta * rate * per_s, self.delta * accel * per_s**2


@dataclass(frozen=True, slots=True)
class Wave:
    """A sine that fades in and out."""

    start_s: float
    duration_s: float
    """Including both ramps, s."""
    amplitude: float
    """Half of peak to peak, rad or m."""
    frequency_hz: float
    phase_rad: float = 0.0
    """Phase at the start, rad."""

    def evaluate(self, time_s: NDArray[np.float64]) -> Evaluation:
        """Return value, first and second derivative at times inside the wave."""
        since_s = time_s - self.start_s
        ramp_s = min(_RAMP_S, 0.5 * self.duration_s)
        # The ramps are symmetric and never overlap: the distance to the nearer end serves both.
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
    """A short bump of the coordinate: an impact through soft tissue."""

    start_s: float
    duration_s: float
    peak_accel: float
    """Acceleration in the middle, rad/s² or m/s²; before and after, 0.8 of it acts in reverse."""

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
    """A coordinate as a sum of parts, each twice differentiable in closed form."""

    start: float = 0.0
    """Value before the first move, rad or m."""
    moves: list[Move] = field(default_factory=list)
    """In any order; they may overlap."""
    waves: list[Wave] = field(default_factory=list)
    knocks: list[Knock] = field(default_factory=list)

    def evaluate(self, time_s: NDArray[np.float64]) -> Evaluation:
        """Return the coordinate and its two derivatives at increasing times."""
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
        # One cumulative sum for all finished moves: an hour has thousands of them.
        left_behind = np.zeros(time_s.size + 1)
        np.add.at(left_behind, lasts[: len(self.moves)], [move.delta for move in self.moves])
        value += np.cumsum(left_behind)[:-1]
        return value, rate, accel


def _smooth_step(u: NDArray[np.float64]) -> Evaluation:
    return MIN_JERK.evaluate(np.clip(u, 0.0, 1.0))
