"""How people do each exercise: bodies, tempos and fatigue, drawn within what was measured.

The path of the hips comes from Zabaleta-Korta and Fernández-Peña (2024): net displacement and its
direction, for the hip thrust 36.7 ± 3.5 cm at 102 ± 6° and for the floor bridge 17.8 ± 5.4 cm at
62 ± 11° (90° is straight up). On a rigid trunk of length R the displacement is a chord: the swing
is twice the arcsine of half of it over R, and its middle lies at right angles to the chord.
The variations' shares and all tempos are assumptions; `docs/simulator.md` has the table.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

import numpy as np

from tracker.domain import UnknownNameError
from tracker.sim.plan import LifterPlan, RepPlan, SetPlan

if TYPE_CHECKING:
    from collections.abc import Mapping

Range = tuple[float, float]
"""Lowest and highest value."""

_TRUNK_M: Final = (0.42, 0.54)
"""From the shoulder blades to the hips; within it, three estimates of the swing agree."""

_SPREAD: Final = 1.0
"""Bodies are drawn within so many standard deviations; further out, a bridge could cross level."""

_ROM_LOSS: Final = 0.06
"""A tired lifter's range shrinks by up to this share: less than what makes a rep short."""


@dataclass(frozen=True, slots=True)
class Tempo:
    """The four times of a rep, from standstill to standstill."""

    concentric_s: float
    """Way up, s."""
    hold_s: float
    """Standstill at the top, s."""
    eccentric_s: float
    """Way down, s."""
    bottom_s: float
    """Standstill at the bottom, s."""


@dataclass(frozen=True, slots=True)
class TempoRange:
    """Between which times a tempo is drawn."""

    concentric_s: Range
    """Way up, s."""
    hold_s: Range
    """Standstill at the top, s."""
    eccentric_s: Range
    """Way down, s."""
    bottom_s: Range
    """Standstill at the bottom, s."""

    def drawn(self, rng: np.random.Generator) -> Tempo:
        """Return a tempo within the range."""
        return Tempo(
            concentric_s=_between(self.concentric_s, rng),
            hold_s=_between(self.hold_s, rng),
            eccentric_s=_between(self.eccentric_s, rng),
            bottom_s=_between(self.bottom_s, rng),
        )


@dataclass(frozen=True, slots=True)
class Style:
    """What is usual for one exercise."""

    chord_m: Range
    """Net displacement of the hips: mean and standard deviation, m."""
    direction_deg: Range
    """Direction of it, 90 is straight up: mean and standard deviation, degrees."""
    tempo: TempoRange
    """Usual times."""
    roll_deg: Range
    """Drop of one side of the pelvis at the top, degrees."""
    duration_cv: Range
    """Variation of durations within a set, share of the mean."""
    sticking_at: float
    """Where a hard rep sticks, share of the way's time."""

    def drawn_lifter(self, rng: np.random.Generator) -> LifterPlan:
        """Return somebody who does this exercise."""
        trunk_length_m = _between(_TRUNK_M, rng)
        chord_m = _normal(self.chord_m, rng)
        middle_deg = 90.0 - _normal(self.direction_deg, rng)
        half_deg = float(np.degrees(np.arcsin(0.5 * chord_m / trunk_length_m)))
        return LifterPlan(
            trunk_length_m=trunk_length_m,
            bottom_deg=middle_deg - half_deg,
            top_deg=middle_deg + half_deg,
            roll_deg=float(rng.choice((-1.0, 1.0))) * _between(self.roll_deg, rng),
            sway_deg=_between((0.2, 0.4 + 0.15 * self.roll_deg[1]), rng),
            tremor_deg=_between((0.01, 0.06), rng),
            breath_deg=_between((0.1, 0.4), rng),
        )

    def drawn_set(
        self,
        rng: np.random.Generator,
        reps: int,
        tempo: Tempo | None = None,
        fatigue: float = 0.1,
    ) -> SetPlan:
        """Return a set whose movements vary and slow down.

        Parameters
        ----------
        rng
            Draws tempo and variation.
        reps
            How many.
        tempo
            Times of the first rep; None draws what is usual.
        fatigue
            Growth of the durations from the first to the last rep, share.
        """
        first = tempo or self.tempo.drawn(rng)
        cv = _between(self.duration_cv, rng)
        skew = _between((-0.15, 0.15), rng)
        plans = []
        for number in range(reps):
            tired = number / max(1, reps - 1)
            slower = 1.0 + fatigue * tired
            vary = np.exp(cv * np.clip(rng.standard_normal(4), -2.0, 2.0))
            plans.append(
                RepPlan(
                    concentric_s=float(first.concentric_s * slower * vary[0]),
                    hold_s=float(first.hold_s * vary[1]),
                    eccentric_s=float(first.eccentric_s * vary[2]),
                    bottom_s=float(first.bottom_s * slower * vary[3]),
                    reach=1.0 - _ROM_LOSS * min(1.0, 2.0 * fatigue) * tired,
                    sink=_between((0.97, 1.0), rng),
                    skew=skew,
                    sticking=min(0.6, 1.2 * fatigue * tired),
                    sticking_at=self.sticking_at,
                )
            )
        return SetPlan(tuple(plans))


_HIP_THRUST: Final = Style(
    chord_m=(0.3668, 0.0351),
    direction_deg=(102.2, 6.3),
    tempo=TempoRange((0.8, 1.2), (0.3, 2.0), (0.8, 2.5), (0.3, 1.2)),
    roll_deg=(0.2, 2.5),
    duration_cv=(0.06, 0.10),
    sticking_at=0.3,
)


def _variation(share: float, tempo: TempoRange, roll_deg: Range, cv: Range) -> Style:
    mean_m, deviation_m = _HIP_THRUST.chord_m
    return replace(
        _HIP_THRUST,
        chord_m=(share * mean_m, share * deviation_m),
        tempo=tempo,
        roll_deg=roll_deg,
        duration_cv=cv,
    )


STYLES: Final[Mapping[str, Style]] = MappingProxyType(
    {
        "hip_thrust": _HIP_THRUST,
        "glute_bridge": replace(
            _HIP_THRUST,
            chord_m=(0.1784, 0.0542),
            direction_deg=(61.8, 11.1),
            tempo=TempoRange((0.58, 0.9), (1.0, 4.0), (1.0, 2.5), (0.2, 1.0)),
        ),
        "single_leg_hip_thrust": _variation(
            0.8,
            TempoRange((1.0, 1.6), (0.5, 2.0), (1.0, 2.0), (0.1, 1.0)),
            (3.0, 8.0),
            (0.10, 0.15),
        ),
        "b_stance_hip_thrust": _variation(
            0.9,
            TempoRange((0.9, 1.4), (0.5, 2.0), (1.0, 2.0), (0.1, 1.0)),
            (2.0, 5.0),
            (0.08, 0.12),
        ),
        "banded_hip_thrust": replace(
            _variation(
                0.95,
                TempoRange((0.8, 1.3), (1.0, 3.0), (1.0, 2.0), (0.1, 1.0)),
                (0.2, 2.5),
                (0.08, 0.12),
            ),
            sticking_at=0.7,
        ),
        "feet_elevated_hip_thrust": replace(
            _variation(
                1.07,
                TempoRange((0.8, 1.2), (1.0, 3.0), (1.0, 3.0), (0.1, 1.0)),
                (0.2, 2.5),
                (0.08, 0.12),
            ),
            # Feet up: the hips start lower and end no higher.
            direction_deg=(104.0, 5.0),
        ),
    }
)
"""What is usual, by the exercise's name."""


def style_of(exercise: str) -> Style:
    """Return what is usual for an exercise.

    Raises
    ------
    UnknownNameError
        If nobody can simulate it.
    """
    try:
        return STYLES[exercise]
    except KeyError:
        raise UnknownNameError("simulated exercise", exercise, tuple(STYLES)) from None


def _between(limits: Range, rng: np.random.Generator) -> float:
    return float(rng.uniform(*limits))


def _normal(moments: Range, rng: np.random.Generator) -> float:
    mean, deviation = moments
    return mean + deviation * float(np.clip(rng.standard_normal(), -_SPREAD, _SPREAD))
