from __future__ import annotations

import pytest

from tracker.domain import Flag
from tracker.sim.lifter import simulate
from tracker.sim.sessions import demo_plan


@pytest.mark.parametrize("seed", range(4))
def test_the_demo_has_two_sets_with_something_to_say_about_each(seed: int) -> None:
    truth = simulate(demo_plan(seed), seed).truth
    good, hasty = truth.sets
    assert 70.0 < truth.duration_s < 90.0
    assert good.start_s < 4.0
    assert hasty.start_s - good.end_s > 14.0
    assert len(good.reps) == 6
    assert all(rep.lockout_s == pytest.approx(1.5, abs=0.2) for rep in good.reps)
    assert [Flag.SHORT_OF_LOCKOUT in rep.flags for rep in hasty.reps] == [
        False,
        False,
        True,
        False,
        False,
    ]
    dropped = hasty.reps[3]
    assert dropped.eccentric_s is not None
    assert dropped.concentric_s is not None
    assert dropped.eccentric_s < dropped.concentric_s
    assert max(rep.lockout_s or 0.0 for rep in hasty.reps) < 0.7


def test_every_seed_is_another_demo() -> None:
    assert demo_plan(1) == demo_plan(1)
    assert demo_plan(1) != demo_plan(2)
