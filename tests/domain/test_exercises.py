from __future__ import annotations

import pytest

from tracker.domain import EXERCISES, Extreme, LiftSignal, UnknownNameError, exercise_named


def test_every_exercise_is_found_by_its_name() -> None:
    for name, exercise in EXERCISES.items():
        assert exercise_named(name) is exercise
        assert exercise.name == name
        assert exercise.title


def test_the_list_is_the_one_that_is_documented() -> None:
    assert list(EXERCISES) == [
        "hip_thrust",
        "glute_bridge",
        "single_leg_hip_thrust",
        "b_stance_hip_thrust",
        "banded_hip_thrust",
        "feet_elevated_hip_thrust",
        "squat",
        "sit_to_stand",
    ]


def test_an_unknown_exercise_is_explained() -> None:
    with pytest.raises(UnknownNameError, match="Did you mean hip_thrust"):
        exercise_named("hipthrust")


@pytest.mark.parametrize("name", sorted(EXERCISES))
def test_an_exercise_has_the_limit_that_its_signal_needs(name: str) -> None:
    known = exercise_named(name)
    if known.signal is LiftSignal.ROTATION:
        assert known.least_range_deg > 0.0
        assert known.starts_from is Extreme.BOTTOM
    else:
        assert known.least_rise_m > 0.0
    assert 0.0 < known.lockout_share < known.rep_share < 1.0
    assert known.set_gap_s == 12.0
