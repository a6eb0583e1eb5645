from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.sim.trajectories import (
    MIN_JERK,
    MIN_JERK_PEAK_ACCEL,
    Channel,
    Knock,
    Move,
    SpeedProfile,
    Wave,
)

MOVING = Channel(
    start=0.3,
    moves=[Move(0.5, 1.0, 0.8), Move(1.2, 0.9, -0.5, SpeedProfile(skew=0.3))],
    waves=[Wave(0.2, 2.0, 0.05, 3.0, 0.7)],
    knocks=[Knock(1.6, 0.2, 9.0)],
)


def test_the_derivatives_are_those_of_the_value() -> None:
    step = 1e-5
    time_s = np.linspace(0.1, 2.9, 997)
    before, after = MOVING.evaluate(time_s - step), MOVING.evaluate(time_s + step)
    _, rate, accel = MOVING.evaluate(time_s)
    np.testing.assert_allclose(rate, (after[0] - before[0]) / (2 * step), atol=1e-5)
    np.testing.assert_allclose(accel, (after[1] - before[1]) / (2 * step), atol=2e-2)


def test_a_move_stays_and_a_wave_and_a_knock_go() -> None:
    value, rate, accel = MOVING.evaluate(np.array([0.0, 5.0]))
    np.testing.assert_allclose(value, [0.3, 0.6])
    np.testing.assert_allclose(rate, 0.0, atol=1e-15)
    np.testing.assert_allclose(accel, 0.0, atol=1e-15)


def test_the_value_does_not_depend_on_which_times_are_asked_for() -> None:
    time_s = np.linspace(0.0, 3.0, 301)
    whole = np.stack(MOVING.evaluate(time_s))
    halves = np.hstack([np.stack(MOVING.evaluate(part)) for part in (time_s[:150], time_s[150:])])
    np.testing.assert_array_equal(whole, halves)


def test_a_knock_peaks_in_its_middle() -> None:
    knock = Channel(knocks=[Knock(1.0, 0.04, 50.0)])
    time_s = np.linspace(0.9, 1.1, 20001)
    accel = knock.evaluate(time_s)[2]
    assert accel.max() == pytest.approx(50.0)
    assert time_s[accel.argmax()] == pytest.approx(1.02, abs=1e-4)
    assert accel.min() == pytest.approx(-40.0, rel=1e-3)


def test_no_times_give_no_values() -> None:
    assert [part.size for part in MOVING.evaluate(np.empty(0))] == [0, 0, 0]


PROFILES = st.builds(
    SpeedProfile,
    skew=st.floats(-0.5, 0.5),
    sticking=st.floats(0.0, 0.7),
    sticking_at=st.floats(0.25, 0.75),
    start_accel=st.floats(0.0, 5.0),
    end_brake=st.floats(0.0, 5.0),
)


@given(PROFILES)
def test_every_profile_goes_from_0_to_1_without_turning_back(profile: SpeedProfile) -> None:
    distance, rate, _ = profile.evaluate(np.linspace(0.0, 1.0, 501))
    assert distance[0] == pytest.approx(0.0, abs=1e-12)
    assert distance[-1] == pytest.approx(1.0, abs=1e-12)
    assert rate[0] == pytest.approx(0.0, abs=1e-12)
    assert rate[-1] == pytest.approx(0.0, abs=1e-12)
    assert rate.min() > -1e-9


@given(PROFILES)
def test_speed_and_acceleration_are_the_derivatives(profile: SpeedProfile) -> None:
    step = 1e-5
    middle = np.linspace(step, 1.0 - step, 301)
    before, after = profile.evaluate(middle - step), profile.evaluate(middle + step)
    _, rate, accel = profile.evaluate(middle)
    np.testing.assert_allclose(rate, (after[0] - before[0]) / (2 * step), atol=1e-6)
    np.testing.assert_allclose(accel, (after[1] - before[1]) / (2 * step), atol=2e-2)


@given(PROFILES)
def test_at_the_crossings_the_speed_is_a_tenth_of_the_peak(profile: SpeedProfile) -> None:
    crossings = np.array(profile.crossings())
    peak = profile.evaluate(np.linspace(0.0, 1.0, 20001))[1].max()
    np.testing.assert_allclose(profile.evaluate(crossings)[1] / peak, 0.1, rtol=1e-4)
    outside = np.concatenate(
        [np.linspace(0.0, crossings[0], 200), np.linspace(crossings[1], 1.0, 200)]
    )
    assert profile.evaluate(outside)[1].max() <= 0.1001 * peak


@given(start=st.floats(0.0, 5.0), brake=st.floats(0.0, 5.0), skew=st.floats(-0.5, 0.5))
def test_a_reversal_has_the_acceleration_that_was_asked_for(
    start: float, brake: float, skew: float
) -> None:
    profile = SpeedProfile(skew=skew, start_accel=start, end_brake=brake)
    accel = profile.evaluate(np.array([0.0, 1.0]))[2]
    np.testing.assert_allclose(accel, [start, -brake], atol=1e-9)


def test_minimum_jerk_has_its_known_peaks_and_crossings() -> None:
    _, rate, accel = MIN_JERK.evaluate(np.linspace(0.0, 1.0, 20001))
    assert rate.max() == pytest.approx(1.875, rel=1e-9)  # Flash and Hogan 1985
    assert accel.max() == pytest.approx(MIN_JERK_PEAK_ACCEL, rel=1e-6)
    # 16 u² (1 - u)² = 0.1, solved for u.
    crossing = 0.5 - np.sqrt(0.25 - np.sqrt(0.1 / 16.0))
    assert MIN_JERK.crossings() == pytest.approx((crossing, 1.0 - crossing), abs=1e-12)


def test_a_sticking_point_slows_down_where_it_is() -> None:
    sticky = SpeedProfile(sticking=0.6, sticking_at=0.5)
    rate = sticky.evaluate(np.array([0.3, 0.5, 0.7]))[1]
    assert rate[1] < 0.8 * min(rate[0], rate[2])


@pytest.mark.parametrize(
    "wrong",
    [{"skew": 0.6}, {"sticking": 0.8}, {"sticking_at": 0.1}, {"start_accel": 21.0}],
)
def test_what_would_run_backwards_is_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match=next(iter(wrong))):
        SpeedProfile(**wrong)
