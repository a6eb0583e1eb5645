from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.coach.sets import rep
from tracker.coach.velocity import (
    PHASE_TO_MOVEMENT,
    NoEstimate,
    OneRepMax,
    line_velocity_mps,
    load_share,
    loss_reached,
    one_rep_max,
    velocity_loss,
)
from tracker.domain import EXERCISES, HIP_THRUST, Exercise, Flag, Plan, Rep, parse_tempo


def lifted(*velocities_mps: float | None) -> list[Rep]:
    return [rep(number, velocity_mps=each) for number, each in enumerate(velocities_mps, 1)]


def reason(
    exercise: Exercise, load_kg: float | None, reps: list[Rep], plan: Plan | None = None
) -> str:
    told = one_rep_max(exercise, load_kg, reps, plan)
    assert isinstance(told, NoEstimate)
    return told.reason


def at_share(share: float) -> float:
    """Return what the sensor measures at a share of the greatest load, m/s."""
    return PHASE_TO_MOVEMENT * line_velocity_mps(share)


def test_the_loss_is_of_the_last_rep_against_the_best() -> None:
    loss = velocity_loss(lifted(0.48, 0.5, 0.45, 0.4))
    assert loss is not None
    assert (loss.best_mps, loss.last_mps) == (0.5, 0.4)
    assert loss.share == pytest.approx(0.2)


@pytest.mark.parametrize(
    "reps",
    [
        [],
        lifted(0.5),
        lifted(0.5, None),
        [*lifted(0.5, 0.5), rep(3, Flag.LOW_CONFIDENCE_VELOCITY, velocity_mps=0.1)],
        [*lifted(0.5, 0.5), rep(3, Flag.GAP, velocity_mps=0.1)],
        [*lifted(0.5, 0.5), rep(3, Flag.SATURATED, velocity_mps=0.1)],
        [rep(1, Flag.LOW_CONFIDENCE_VELOCITY, velocity_mps=0.9), rep(2, velocity_mps=0.5)],
    ],
    ids=["none", "one", "unknown", "too slow to tell", "gap", "saturated", "no certain best"],
)
def test_a_loss_that_is_not_certain_is_none(reps: list[Rep]) -> None:
    assert velocity_loss(reps) is None


def test_the_plan_says_which_loss_ends_a_set() -> None:
    reps = lifted(0.5, 0.5, 0.45, 0.4)
    assert loss_reached(reps, Plan(velocity_loss=0.2)) is not None
    assert loss_reached(reps, Plan(velocity_loss=0.21)) is None
    assert loss_reached(reps, Plan()) is None


def test_one_slow_rep_is_chance_unless_it_is_very_slow() -> None:
    plan = Plan(velocity_loss=0.1)
    assert loss_reached(lifted(0.5, 0.5, 0.44), plan) is None
    assert loss_reached(lifted(0.5, 0.5, 0.44, 0.49), plan) is None
    assert loss_reached(lifted(0.5, 0.5, 0.44, 0.44), plan) is not None
    assert loss_reached(lifted(0.5, 0.5, 0.42), plan) is not None
    assert loss_reached(lifted(0.7, 0.5, 0.5, 0.5), plan) is None, "the fastest was a fluke"


def test_half_a_rep_ends_no_set() -> None:
    plan = Plan(velocity_loss=0.1)
    short = [*lifted(0.5, 0.5), rep(3, Flag.SHORT_OF_LOCKOUT, velocity_mps=0.3)]
    assert loss_reached(short, plan) is None
    assert loss_reached([*short, rep(4, velocity_mps=0.44)], plan) is None


def test_the_line_is_the_published_one() -> None:
    assert line_velocity_mps(1.0) == 0.25
    assert line_velocity_mps(0.8) == pytest.approx(0.446, abs=0.001)


@given(st.floats(0.3, 1.0))
def test_the_line_goes_both_ways(share: float) -> None:
    assert load_share(line_velocity_mps(share)) == pytest.approx(share)


def test_between_its_ends_a_movement_is_faster_than_over_the_whole_way() -> None:
    """The line is of the whole way; a phase ends at a tenth of the peak speed."""
    time = np.linspace(0.0, 1.0, 200_001)
    speed = (time * (1.0 - time)) ** 2
    inside = speed[speed >= 0.1 * speed.max()]
    assert inside.mean() / speed.mean() == pytest.approx(PHASE_TO_MOVEMENT, abs=0.001)


def test_a_load_is_told_with_its_error() -> None:
    told = one_rep_max(HIP_THRUST, 80.0, lifted(at_share(0.82), at_share(0.8), at_share(0.85)))
    assert isinstance(told, OneRepMax)
    assert told.load_kg == pytest.approx(100.0)
    assert told.least_kg == pytest.approx(80.0 / 0.87)
    assert told.most_kg == pytest.approx(80.0 / 0.73)
    assert told.rep_index == 2
    assert told.share == pytest.approx(0.8)


@pytest.mark.parametrize("name", [name for name in EXERCISES if name != "hip_thrust"])
def test_the_line_is_of_no_other_exercise(name: str) -> None:
    fast = lifted(at_share(0.8), at_share(0.8))
    assert EXERCISES[name].title in reason(EXERCISES[name], 80.0, fast)


@pytest.mark.parametrize("load_kg", [None, 0.0])
def test_a_load_must_be_known(load_kg: float | None) -> None:
    fast = lifted(at_share(0.8), at_share(0.8))
    assert "enter it" in reason(HIP_THRUST, load_kg, fast)


@pytest.mark.parametrize("reps", [[], lifted(0.5), lifted(0.5, None)])
def test_one_rep_tells_nothing(reps: list[Rep]) -> None:
    assert "fewer than 2" in reason(HIP_THRUST, 80.0, reps)


def test_a_fastest_rep_that_stands_alone_is_not_believed() -> None:
    assert "stands alone" in reason(HIP_THRUST, 80.0, lifted(0.6, 0.5, 0.5))


@pytest.mark.parametrize("share", [1.1, 0.25])
def test_what_the_line_does_not_cover_is_not_told(share: float) -> None:
    reps = lifted(at_share(share), at_share(share))
    assert "outside what the line covers" in reason(HIP_THRUST, 80.0, reps)


def test_a_paced_way_up_tells_no_greatest_load() -> None:
    reps = lifted(at_share(0.8), at_share(0.8))
    paced = Plan(tempo=parse_tempo("3-0-2-1"))
    assert "paced" in reason(HIP_THRUST, 80.0, reps, paced)
    fast = Plan(tempo=parse_tempo("3-0-X-1"))
    assert isinstance(one_rep_max(HIP_THRUST, 80.0, reps, fast), OneRepMax)


@given(load_kg=st.floats(1.0, 600.0), share=st.floats(0.31, 0.99))
def test_the_error_is_around_the_load_which_is_more_than_was_lifted(
    load_kg: float, share: float
) -> None:
    told = one_rep_max(HIP_THRUST, load_kg, lifted(at_share(share), at_share(share)))
    assert isinstance(told, OneRepMax)
    assert told.least_kg < told.load_kg < told.most_kg
    assert told.load_kg >= load_kg
