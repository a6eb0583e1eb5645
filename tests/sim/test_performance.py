from __future__ import annotations

import numpy as np
import pytest

from tracker.sim.body import Incident
from tracker.sim.lifting import perform
from tracker.sim.plan import Activity, ActivityPlan, RepPlan, SessionPlan, SetPlan

PLAN = SessionPlan(
    "hip_thrust",
    (
        ActivityPlan(Activity.WALK, 5.0),
        ActivityPlan(Activity.LIE_BACK, 3.0),
        SetPlan((RepPlan(), RepPlan(reach=0.3))),
        ActivityPlan(Activity.REST, 15.0),
        SetPlan((RepPlan(),)),
    ),
)


def test_blocks_follow_each_other_without_a_break() -> None:
    performance = perform(PLAN, np.random.default_rng(1))
    assert [len(lifts) for lifts in performance.sets] == [2, 1]
    assert performance.sets[0][0].up.start_s == 8.0
    assert performance.sets[1][0].up.start_s == 8.0 + 2 * 4.0 + 15.0
    assert performance.duration_s == pytest.approx(8.0 + 8.0 + 15.0 + 4.0)


def test_episodes_are_in_order_of_their_start() -> None:
    episodes = perform(PLAN, np.random.default_rng(1)).episodes
    assert [episode.kind for episode in episodes] == [
        Activity.WALK,
        Activity.LIE_BACK,
        Incident.ATTEMPT,
        Activity.REST,
    ]


def test_the_seed_decides_the_fidgets_only() -> None:
    one, same, other = (perform(PLAN, np.random.default_rng(seed)) for seed in (1, 1, 2))
    assert one.pose == same.pose
    assert one.pose != other.pose
    assert one.sets == other.sets
