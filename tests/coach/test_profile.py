from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.coach.sets import rep
from tests.workouts import WORKOUT, set_of
from tracker.coach.profile import (
    Point,
    Profile,
    points_of,
    profile,
    profile_lines,
    today_against_usual,
)
from tracker.coach.velocity import PHASE_TO_MOVEMENT, NoEstimate
from tracker.domain import Plan, parse_tempo

TODAY = date(2026, 3, 20)


def on_a_line(
    *loads_kg: float, one_rep_max_kg: float = 120.0, slope: float = 1.1, ago: int = 3
) -> list[Point]:
    """Return points of a lifter whose velocity falls by `slope` from no load to 1RM."""
    return [
        Point(TODAY - timedelta(days=ago), each, 0.25 + slope * (1.0 - each / one_rep_max_kg))
        for each in loads_kg
    ]


@given(st.floats(60.0, 200.0), st.floats(0.6, 1.4), st.integers(3, 6))
def test_a_lifter_on_a_line_of_their_own_is_measured_exactly(
    one_rep_max_kg: float, slope: float, loads: int
) -> None:
    shares = [0.5 + 0.4 * number / (loads - 1) for number in range(loads)]
    points = on_a_line(
        *(share * one_rep_max_kg for share in shares), one_rep_max_kg=one_rep_max_kg, slope=slope
    )
    line = profile(points, TODAY)
    assert isinstance(line, Profile)
    assert line.one_rep_max_kg == pytest.approx(one_rep_max_kg, rel=1e-6)
    assert line.r2 == pytest.approx(1.0)
    # What is left is how much people differ in the velocity at 1RM.
    assert line.one_rep_max_error_kg == pytest.approx(0.03 / slope * one_rep_max_kg, rel=1e-3)


@pytest.mark.parametrize(
    ("points", "reason"),
    [
        (on_a_line(60.0, 80.0), "needs 3 loads"),
        (on_a_line(60.0, 80.0, 100.0, ago=60), "needs 3 loads"),
        (on_a_line(80.0, 85.0, 90.0), "too close together"),
        (on_a_line(30.0, 40.0, 50.0), "too far"),
        ([replace(each, velocity_mps=0.5) for each in on_a_line(60.0, 80.0, 100.0)], "on a line"),
        (
            [
                replace(each, velocity_mps=each.velocity_mps + by)
                for each, by in zip(on_a_line(60.0, 80.0, 100.0), (0.1, -0.15, 0.1), strict=True)
            ],
            "on a line",
        ),
    ],
    ids=["two loads", "long ago", "close", "light", "flat", "scattered"],
)
def test_what_is_no_line_is_refused_with_the_reason(points: list[Point], reason: str) -> None:
    told = profile(points, TODAY)
    assert isinstance(told, NoEstimate)
    assert reason in told.reason


def test_only_working_sets_with_a_load_that_are_meant_to_be_fast_are_points() -> None:
    reps = tuple(rep(number, velocity_mps=0.5) for number in (1, 2, 3))
    fast = set_of(1, reps, plan=Plan(load_kg=80.0, tempo=parse_tempo("20X1")))
    sets = (
        fast,
        replace(fast, plan=Plan(load_kg=80.0, tempo=parse_tempo("2-0-1-1"))),
        replace(fast, plan=Plan(load_kg=80.0, warm_up=True)),
        replace(fast, plan=Plan(load_kg=0.0)),
        replace(fast, plan=Plan(load_kg=80.0, exercise="glute_bridge")),
        replace(fast, reps=reps[:1]),
    )
    (only,) = points_of(replace(WORKOUT, sets=sets), "hip_thrust", TODAY)
    assert only == Point(TODAY, 80.0, 0.5 / PHASE_TO_MOVEMENT)


def test_today_stands_against_the_days_before() -> None:
    before = on_a_line(60.0, 80.0, 100.0)
    today = [replace(each, day=TODAY, velocity_mps=1.1 * each.velocity_mps) for each in before]
    assert today_against_usual([*before, *today], TODAY) == pytest.approx(0.1)
    assert today_against_usual(before, TODAY) is None
    assert today_against_usual(today, TODAY) is None


def test_the_own_line_is_told_with_its_error_and_its_trend() -> None:
    older = on_a_line(60.0, 80.0, 100.0, one_rep_max_kg=115.0, ago=60)
    points = [*older, *on_a_line(60.0, 80.0, 100.0)]
    first, second = profile_lines(points, "hip_thrust", TODAY)
    assert first == "your own line: 1RM 120 ± 3 kg, from 3 sets at 3 loads, r² 1.00"
    assert second == "four weeks ago: 115 kg (+5 kg)"
    assert profile_lines(on_a_line(60.0, 80.0), "hip_thrust", TODAY) == []
    assert profile_lines(points, "squat", TODAY) == []
