from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tracker.domain import Frame, UnknownNameError
from tracker.sensors import ProfileDecoder
from tracker.sim.lifter import simulate
from tracker.sim.plan import (
    Activity,
    ActivityPlan,
    Posture,
    RadioPlan,
    RepPlan,
    SensorPlan,
    SessionPlan,
    SetPlan,
)
from tracker.sim.sensor import IDEAL
from tracker.sim.sessions import demo_plan

SHORT = SessionPlan(
    "hip_thrust", (SetPlan((RepPlan(), RepPlan())),), starts=Posture.LYING, note="two reps"
)


def test_the_same_seed_gives_the_same_bytes_and_another_one_does_not() -> None:
    one, same, other = (simulate(demo_plan(3), seed) for seed in (5, 5, 6))
    assert list(one.notifications()) == list(same.notifications())
    assert one.truth == same.truth
    assert list(one.notifications()) != list(other.notifications())


def test_another_radio_leaves_the_movements_and_the_sensor_as_they_are() -> None:
    plan = demo_plan(3)
    near = simulate(plan, 5)
    far = simulate(replace(plan, radio=RadioPlan(loss_share=0.1, interval_s=0.06)), 5)
    np.testing.assert_array_equal(near.counts.acc, far.counts.acc)
    assert near.truth.sets == far.truth.sets


def test_the_bytes_decode_to_the_samples() -> None:
    session = simulate(demo_plan(1), 1)
    decoder = ProfileDecoder()
    parts = [part for one in session.notifications() for part in decoder.feed(one)]
    frames = [part for part in parts if isinstance(part, Frame)]
    assert len(frames) == len(parts)
    acc = np.vstack([frame.acc_mps2 for frame in frames])
    gyro = np.vstack([frame.gyro_radps for frame in frames if frame.gyro_radps is not None])
    _, sampled_acc, sampled_gyro = session.samples()
    np.testing.assert_allclose(acc, sampled_acc[: len(acc)], rtol=1e-6)
    assert sampled_gyro is not None
    np.testing.assert_allclose(gyro, sampled_gyro[: len(gyro)], rtol=1e-6)


def test_an_ideal_sensor_is_within_half_a_count_of_what_it_feels() -> None:
    coarse = simulate(replace(SHORT, sensor=SensorPlan(noise=IDEAL)), 1)
    fine = simulate(replace(SHORT, sensor=SensorPlan(acc_range_g=4, gyro_range_dps=250)), 1)
    (_, acc, gyro), (_, fine_acc, fine_gyro) = coarse.samples(), fine.samples()
    assert np.abs(acc - fine_acc).max() <= 0.75 * coarse.config.acc_scale_mps2
    assert gyro is not None
    assert fine_gyro is not None
    assert coarse.config.gyro_scale_radps is not None
    assert np.abs(gyro - fine_gyro).max() <= 0.75 * coarse.config.gyro_scale_radps


def test_samples_come_at_the_true_rate_of_the_oscillator() -> None:
    session = simulate(replace(SHORT, sensor=SensorPlan(rate_hz=50, rate_error=0.01)), 1)
    time_s, _, _ = session.samples()
    np.testing.assert_allclose(np.diff(time_s), 1.0 / 50.5)


def test_an_accelerometer_alone_has_no_gyroscope() -> None:
    session = simulate(replace(SHORT, sensor=SensorPlan(gyro_range_dps=None)), 1)
    assert session.samples()[2] is None
    decoder = ProfileDecoder()
    frames = [part for one in session.notifications() for part in decoder.feed(one)]
    assert frames
    assert all(isinstance(part, Frame) and part.gyro_radps is None for part in frames)


def test_a_small_range_saturates() -> None:
    session = simulate(replace(SHORT, sensor=SensorPlan(gyro_range_dps=60)), 1)
    assert session.counts.gyro is not None
    assert np.abs(session.counts.gyro.astype(int)).max() >= 32767


def test_the_head_says_that_nobody_trained() -> None:
    info = simulate(SHORT, 1).info
    assert (info.sensor, info.origin, info.note) == ("profile", "synthetic", "two reps")
    assert "simulated" in simulate(replace(SHORT, note=""), 1).info.note


def test_what_cannot_be_simulated_is_refused() -> None:
    with pytest.raises(UnknownNameError, match="hip_trust"):
        simulate(replace(SHORT, exercise="hip_trust"), 1)
    with pytest.raises(ValueError, match="longer than"):
        simulate(replace(SHORT, blocks=(ActivityPlan(Activity.REST, 0.1),)), 1)
