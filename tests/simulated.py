"""Simulated sessions that several tests share; each is built once per process."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import numpy as np
from corpus import SCENARIOS

from tracker.sim import demo_plan, simulate, training_plan

if TYPE_CHECKING:
    from tracker.sim import SimulatedSession


@cache
def demo(seed: int = 1) -> SimulatedSession:
    """Return the session of `tracker demo`: two sets in 80 s."""
    return simulate(demo_plan(seed), seed)


@cache
def training(seed: int, exercise: str = "hip_thrust") -> SimulatedSession:
    """Return three sets of one exercise."""
    return simulate(training_plan(exercise, seed), seed)


@cache
def scenario(name: str, plan_seed: tuple[int, int] = (11, 2), seed: int = 7) -> SimulatedSession:
    """Return a session from the catalogue."""
    return simulate(SCENARIOS[name](np.random.default_rng(plan_seed)), seed)
