"""Hips whose motion is known exactly, and what a sensor on them feels."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
from hypothesis import strategies as st

from tracker.domain import HIP_THRUST
from tracker.domain.units import STANDARD_GRAVITY_MPS2
from tracker.sim import (
    Activity,
    ActivityPlan,
    LifterPlan,
    Mounting,
    Posture,
    RepPlan,
    SessionPlan,
    SetPlan,
)
from tracker.sim.body import ideal_readings
from tracker.sim.lifter import perform
from tracker.sim.sensor import PRESETS, measure

if TYPE_CHECKING:
    from numpy.typing import NDArray

RATE_HZ = 100.0
QUICK = RepPlan(concentric_s=0.6, hold_s=0.3, eccentric_s=0.7, bottom_s=0.3)
USUAL = RepPlan(concentric_s=1.0, hold_s=1.0, eccentric_s=1.5, bottom_s=0.5)
SLOW = RepPlan(concentric_s=3.0, hold_s=2.0, eccentric_s=4.0, bottom_s=1.0)


@dataclass(frozen=True, slots=True, eq=False)
class Felt:
    """Samples at `RATE_HZ` with the truth behind them."""

    time_s: NDArray[np.float64]
    acc_mps2: NDArray[np.float64]
    gyro_radps: NDArray[np.float64]
    up: NDArray[np.float64]
    vertical_mps2: NDArray[np.float64]


@cache
def hips(
    rep: RepPlan = USUAL,
    reps: int = 5,
    part: str = "ideal",
    mounting: Mounting = Mounting(),  # noqa: B008 - frozen
    rest_s: float = 4.0,
) -> Felt:
    """Return what a sensor of a part feels during a set with a rest on both sides."""
    plan = SessionPlan(
        exercise=HIP_THRUST.name,
        blocks=(
            ActivityPlan(Activity.REST, rest_s),
            SetPlan((rep,) * reps),
            ActivityPlan(Activity.REST, rest_s),
        ),
        lifter=LifterPlan(tremor_deg=0.0),
        starts=Posture.LYING,
    )
    performance = perform(plan, np.random.default_rng(1))
    time_s = np.arange(0.0, performance.duration_s, 1.0 / RATE_HZ)
    truth = ideal_readings(performance.pose, mounting, time_s)
    acc_mps2, gyro_radps = measure(truth, time_s, RATE_HZ, PRESETS[part], np.random.default_rng(2))
    vertical = np.einsum("ij,ij->i", truth.specific_force_mps2, truth.up_sensor)
    return Felt(
        time_s=time_s,
        acc_mps2=acc_mps2,
        gyro_radps=gyro_radps,
        up=truth.up_sensor,
        vertical_mps2=vertical - STANDARD_GRAVITY_MPS2,
    )


def error_deg(up: NDArray[np.float64], truth: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the angles between two rows of directions."""
    sine = np.linalg.norm(np.cross(up, truth), axis=1)
    degrees: NDArray[np.float64] = np.degrees(np.arctan2(sine, np.einsum("ij,ij->i", up, truth)))
    return degrees


def rotations() -> st.SearchStrategy[NDArray[np.float64]]:
    """Draw rotation matrices, every one of them possible."""
    parts = st.tuples(*[st.floats(-1.0, 1.0)] * 4)
    return parts.filter(lambda part: sum(each * each for each in part) > 0.01).map(
        lambda part: Mounting((part[0], part[1], part[2], part[3])).matrix
    )
