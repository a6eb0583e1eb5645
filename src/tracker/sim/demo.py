"""The session that `tracker demo` shows: two sets with something to say about each."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from tracker.sim.equipment import Mounting, RadioPlan, SensorPlan
from tracker.sim.mems import LSM6DSOX
from tracker.sim.plan import (
    Activity,
    ActivityPlan,
    LifterPlan,
    Posture,
    RepPlan,
    SessionPlan,
    SetPlan,
    Touch,
)

if TYPE_CHECKING:
    from collections.abc import Callable


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
