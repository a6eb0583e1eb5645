from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.coach.sets import rep
from tests.workouts import set_of
from tracker.coach import ACTIVITY_HOW, ROUTINES, RoutineStep, side_difference, steps_of
from tracker.domain import ACTIVITIES, EXERCISES, Plan, SetEntries, SetRecord, Side, parse_tempo

MAIN = Plan(load_kg=60.0, target_reps=12, sets=3, or_more=True, tempo=parse_tempo("3-0-1-2"))


def names(steps: tuple[RoutineStep, ...]) -> list[str]:
    return [step.name for step in steps]


def test_without_a_routine_only_two_sides_make_steps() -> None:
    assert steps_of("", "hip_thrust", MAIN) == ()
    sides = [step.side for step in steps_of("", "single_leg_hip_thrust", MAIN)]
    assert sides == [Side.LEFT, Side.RIGHT] * 3


def test_a_warm_up_comes_before_the_sets_and_is_marked() -> None:
    steps = steps_of("warm_up", "hip_thrust", MAIN)
    assert names(steps) == ["hip_circles", *["leg_swings"] * 2, *["hip_thrust"] * 5]
    assert [step.warm_up for step in steps] == [True] * 5 + [False] * 3
    easy, half = (step.plan for step in steps[3:5])
    assert easy is not None
    assert half is not None
    assert (easy.load_kg, half.load_kg) == (0.0, 30.0)
    assert easy.warm_up
    assert half.warm_up
    assert all(step.plan == MAIN for step in steps[5:])


def test_a_whole_routine_goes_on_with_others_core_and_stretches() -> None:
    steps = steps_of("full", "hip_thrust", MAIN)
    after = names(steps)[8:]
    assert after[:6] == ["glute_bridge"] * 2 + ["single_leg_hip_thrust"] * 4
    assert after[6:10] == ["plank", "side_plank", "side_plank", "dead_bug"]
    bridge = steps[8].plan
    assert bridge is not None
    assert (bridge.exercise, bridge.warm_up) == ("glute_bridge", False)
    assert "glute_bridge" not in names(steps_of("full", "glute_bridge", MAIN))[8:]


plans = st.builds(
    Plan,
    load_kg=st.none() | st.floats(0.0, 300.0),
    target_reps=st.none() | st.integers(1, 30),
    sets=st.none() | st.integers(1, 5),
)


@given(st.sampled_from(sorted(ROUTINES)), st.sampled_from(sorted(EXERCISES)), plans)
def test_every_step_is_a_set_or_takes_time_and_has_words(
    routine: str, exercise: str, plan: Plan
) -> None:
    for step in steps_of(routine, exercise, plan):
        assert (step.plan is None) is (step.name in ACTIVITIES)
        assert (step.duration_s > 0.0) is (step.plan is None)
        assert step.words.endswith(".")
        if step.plan is not None:
            assert step.plan.side is step.side
            assert (step.plan.exercise or exercise) == step.name
            assert step.plan.warm_up is step.warm_up


def test_every_activity_has_two_lines() -> None:
    assert set(ACTIVITY_HOW) == set(ACTIVITIES)
    assert all(len(line) <= 99 for lines in ACTIVITY_HOW.values() for line in lines)


def one(side: Side, reps: int, velocity_mps: float = 0.5, **more: object) -> SetRecord:
    done = tuple(rep(number, velocity_mps=velocity_mps) for number in range(1, reps + 1))
    return replace(set_of(1, done, entries=SetEntries(side=side)), **more)  # type: ignore[arg-type]


def test_sides_are_compared_from_two_sets_a_side_on() -> None:
    left, right = one(Side.LEFT, 10), one(Side.RIGHT, 8, 0.4)
    assert side_difference([left, right, left]) is None
    told = side_difference([left, right, left, right])
    assert told is not None
    assert told.reps == pytest.approx(-2.0 / 9.0)
    assert told.range == pytest.approx(0.0)
    assert told.velocity == pytest.approx(-0.1 / 0.45)
    assert told.words == "right against left: 22% less reps, 22% less velocity"
    even = side_difference([left, left, one(Side.RIGHT, 10), one(Side.RIGHT, 10)])
    assert even is not None
    assert even.words == ""


def test_warm_ups_are_not_compared() -> None:
    warm = one(Side.LEFT, 10, entries=SetEntries(side=Side.LEFT, warm_up=True))
    assert side_difference([warm, warm, one(Side.RIGHT, 8), one(Side.RIGHT, 8)]) is None
