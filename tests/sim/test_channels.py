from __future__ import annotations

import numpy as np
import pytest

from tracker.sim.trajectories import Channel, Knock, Move, SpeedProfile, Wave

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
