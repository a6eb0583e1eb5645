from __future__ import annotations

import pytest

from tests.coach.sets import rep
from tracker.coach.rules import Measure, knows, seconds
from tracker.domain import Flag


def test_a_clean_rep_can_be_judged_by_everything() -> None:
    assert all(knows(rep(), measure) for measure in Measure)


@pytest.mark.parametrize(
    ("flag", "known"),
    [
        (Flag.GAP, set()),
        (Flag.SATURATED, {Measure.TIMES}),
        (Flag.AXIS_UNCERTAIN, {Measure.TIMES, Measure.TILT, Measure.VELOCITY}),
        (Flag.LOW_CONFIDENCE_VELOCITY, {Measure.TIMES, Measure.ANGLES, Measure.TILT}),
        (Flag.TILTED, set(Measure)),
    ],
)
def test_what_a_flag_leaves_to_be_known(flag: Flag, known: set[Measure]) -> None:
    assert {measure for measure in Measure if knows(rep(1, flag), measure)} == known


@pytest.mark.parametrize("velocity_mps", [None, 0.0, -0.2])
def test_a_velocity_that_is_none_is_not_known(velocity_mps: float | None) -> None:
    assert not knows(rep(velocity_mps=velocity_mps), Measure.VELOCITY)


def test_seconds_are_said_as_people_say_them() -> None:
    assert [seconds(each) for each in (0.0, 1.0, 2.0, 2.5)] == [
        "",
        "1 second",
        "2 seconds",
        "2.5 seconds",
    ]
