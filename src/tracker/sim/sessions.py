"""Sets of one exercise with rests between them, for as long as one likes.

The session that `tracker demo` shows: two sets with something to say about each.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from tracker.sim.plan import (
    Activity,
    ActivityPlan,
    LifterPlan,
    Mounting,
    Posture,
    RadioPlan,
    RepPlan,
    SensorPlan,
    SessionPlan,
    SetPlan,
    Touch,
)
from tracker.sim.repertoire import style_of
from tracker.sim.sensor import LSM6DSOX

if TYPE_CHECKING:
    from collections.abc import Callable

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


def demo_plan(seed: int) -> SessionPlan:
    """Return a session of about 80 s whose first rep starts within 4 s.

    The first set has six good reps that are held for about 1.5 s. In the second, the holds are
    short, the third rep ends short of lockout and the fourth is dropped.
    """
    rng = np.random.default_rng(seed)

    def about(value: float) -> float:
        return value * float(rng.uniform(0.93, 1.07))

    return SessionPlan(
        exercise="hip_thrust",
        blocks=(
            ActivityPlan(Activity.LIE_BACK, 2.4),
            ActivityPlan(Activity.REST, 1.3),
            _good_set(about),
            ActivityPlan(Activity.REST, 16.0),
            _hasty_set(about),
            ActivityPlan(Activity.REST, 3.0),
            ActivityPlan(Activity.SIT_UP, 3.0),
            ActivityPlan(Activity.STAND_UP, 3.0),
            ActivityPlan(Activity.WALK, 6.0),
        ),
        lifter=LifterPlan(roll_deg=1.2),
        mounting=Mounting.drawn(rng),
        sensor=SensorPlan(noise=LSM6DSOX, rate_error=0.004, crystal_ppm=20.0),
        radio=RadioPlan(samples_per_packet=5),
        starts=Posture.SITTING,
        note="A simulated demo; nobody trained.",
    )


def _good_set(about: Callable[[float], float]) -> SetPlan:
    reps = tuple(
        RepPlan(
            concentric_s=about(1.0 + 0.03 * number),
            # The ends of the movements, below a tenth of their peak speed, add a quarter second.
            hold_s=about(1.25),
            eccentric_s=about(1.7),
            bottom_s=about(0.4),
        )
        for number in range(6)
    )
    return SetPlan(reps)


def _hasty_set(about: Callable[[float], float]) -> SetPlan:
    def hasty(reach: float = 1.0) -> RepPlan:
        return RepPlan(
            concentric_s=about(1.1),
            hold_s=about(0.3),
            eccentric_s=about(1.3),
            bottom_s=about(0.4),
            reach=reach,
        )

    dropped = RepPlan(
        concentric_s=about(1.15),
        hold_s=about(0.3),
        eccentric_s=about(0.6),
        bottom_s=about(0.9),
        touch=Touch.FLOOR,
        knock_g=4.0,
    )
    return SetPlan((hasty(), hasty(), hasty(reach=0.72), dropped, hasty()))
