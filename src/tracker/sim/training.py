"""Sets of one exercise with rests between them, for as long as one likes."""

from __future__ import annotations

from typing import Final

import numpy as np

from tracker.sim.equipment import Mounting, RadioPlan, SensorPlan
from tracker.sim.mems import LSM6DSOX
from tracker.sim.plan import Activity, ActivityPlan, Posture, SessionPlan, SetPlan
from tracker.sim.repertoire import style_of

LEAST_SETS: Final = 3
"""What people usually do of one exercise."""

_REPS: Final = (6, 11)
"""Fewest reps of a set, and one more than the most."""

_REST_S: Final = (20.0, 30.0)
"""Shortest and longest rest between two sets, s: short for training, long for somebody who looks
on; well above the pause that still belongs to a set."""


def training_plan(exercise: str, seed: int, least_s: float = 0.0) -> SessionPlan:
    """Return a training of one exercise whose first rep starts within 4 s.

    Parameters
    ----------
    exercise
        Name of the exercise.
    seed
        Decides who trains, how, and how the sensor sits.
    least_s
        Sets are added until the training lasts so long, s.

    Raises
    ------
    UnknownNameError
        If nobody can simulate the exercise.
    """
    style = style_of(exercise)
    rng = np.random.default_rng(seed)
    lifter = style.drawn_lifter(rng)
    mounting = Mounting.drawn(rng)
    tempo = style.tempo.drawn(rng)

    blocks: list[SetPlan | ActivityPlan] = [
        ActivityPlan(Activity.LIE_BACK, 2.4),
        ActivityPlan(Activity.REST, 1.3),
    ]
    sets = 0
    planned_s = 0.0
    while sets < LEAST_SETS or planned_s < least_s:
        lifts = style.drawn_set(rng, int(rng.integers(*_REPS)), tempo)
        rest = ActivityPlan(Activity.REST, float(rng.uniform(*_REST_S)))
        blocks += [lifts, rest]
        sets += 1
        planned_s += sum(rep.duration_s for rep in lifts.reps) + rest.duration_s
    blocks += [
        ActivityPlan(Activity.SIT_UP, 3.0),
        ActivityPlan(Activity.STAND_UP, 3.0),
        ActivityPlan(Activity.WALK, 6.0),
    ]
    return SessionPlan(
        exercise=exercise,
        blocks=tuple(blocks),
        lifter=lifter,
        mounting=mounting,
        sensor=SensorPlan(noise=LSM6DSOX, rate_error=0.004, crystal_ppm=20.0),
        radio=RadioPlan(samples_per_packet=5),
        starts=Posture.SITTING,
        note="A simulated training; nobody trained.",
    )
