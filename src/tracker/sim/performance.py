"""A plan carried out: the body's coordinates over time and what was done when."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tracker.sim.activities import perform_activity
from tracker.sim.body import Body
from tracker.sim.lifting import perform_set
from tracker.sim.plan import ActivityPlan, SetPlan

if TYPE_CHECKING:
    import numpy as np

    from tracker.sim.body import Episode
    from tracker.sim.kinematics import Pose
    from tracker.sim.lifting import Lift
    from tracker.sim.plan import SessionPlan


@dataclass(frozen=True, slots=True)
class Performance:
    """What a body did."""

    pose: Pose
    """Its coordinates over time."""
    sets: tuple[tuple[Lift, ...], ...]
    """The movements of each set, in order."""
    episodes: tuple[Episode, ...]
    """Everything labelled that is no rep, in order of its start."""
    duration_s: float
    """From session second 0 to the end, s."""


def perform(plan: SessionPlan, rng: np.random.Generator) -> Performance:
    """Carry a plan out.

    Raises
    ------
    ValueError
        If a set does not start lying back.
    """
    body = Body(plan.lifter, plan.starts, rng)
    sets = []
    for block in plan.blocks:
        match block:
            case SetPlan():
                sets.append(perform_set(body, block))
            case ActivityPlan():
                perform_activity(body, block)
    episodes = tuple(sorted(body.episodes, key=lambda episode: episode.start_s))
    return Performance(body.pose, tuple(sets), episodes, body.now_s)
