from __future__ import annotations

import pytest

from tracker.domain import UnknownNameError
from tracker.sim.lifter import simulate
from tracker.sim.plan import SetPlan
from tracker.sim.repertoire import STYLES
from tracker.sim.sessions import LEAST_SETS, training_plan


@pytest.mark.parametrize("exercise", STYLES)
def test_every_exercise_starts_at_once_and_has_its_sets(exercise: str) -> None:
    session = simulate(training_plan(exercise, 1), 1)
    assert session.info.exercise == exercise
    assert session.info.origin == "synthetic"
    assert "nobody trained" in session.info.note
    assert len(session.truth.sets) == LEAST_SETS
    assert session.truth.sets[0].start_s < 4.0
    for earlier, later in zip(session.truth.sets, session.truth.sets[1:], strict=False):
        assert later.start_s - earlier.end_s > 12.0


@pytest.mark.parametrize("least_s", [1.0, 500.0, 900.0])
def test_it_lasts_at_least_as_long_as_asked_for(least_s: float) -> None:
    truth = simulate(training_plan("hip_thrust", 3, least_s), 3).truth
    assert truth.duration_s >= least_s
    assert truth.duration_s < max(least_s, 250.0) + 120.0


def test_longer_is_the_same_training_with_more_sets() -> None:
    short, long = training_plan("hip_thrust", 5), training_plan("hip_thrust", 5, 600.0)
    assert long.lifter == short.lifter
    sets_of_short = [block for block in short.blocks if isinstance(block, SetPlan)]
    sets_of_long = [block for block in long.blocks if isinstance(block, SetPlan)]
    assert sets_of_long[: len(sets_of_short)] == sets_of_short
    assert len(sets_of_long) > len(sets_of_short)


def test_every_seed_is_another_training() -> None:
    assert training_plan("glute_bridge", 1) == training_plan("glute_bridge", 1)
    assert training_plan("glute_bridge", 1) != training_plan("glute_bridge", 2)


@pytest.mark.parametrize("exercise", ["squat", "sit_to_stand"])
def test_an_exercise_that_nobody_simulates_is_told(exercise: str) -> None:
    with pytest.raises(UnknownNameError, match=exercise):
        training_plan(exercise, 1)
