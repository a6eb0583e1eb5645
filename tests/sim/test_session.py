from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tracker.domain import Flag, Frame, Phase, UnknownNameError
from tracker.domain.units import STANDARD_GRAVITY_MPS2
from tracker.sensors.profile import ProfileDecoder
from tracker.sim.body import ideal_readings
from tracker.sim.lifter import Performance, perform
from tracker.sim.plan import (
    Activity,
    ActivityPlan,
    LifterPlan,
    Mounting,
    Posture,
    RadioPlan,
    RepPlan,
    SensorPlan,
    SessionPlan,
    SetPlan,
    Touch,
)
from tracker.sim.repertoire import demo_plan
from tracker.sim.sensor import IDEAL
from tracker.sim.session import SetTruth, simulate, truth_of

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


def test_an_ideal_sensor_is_within_half_a_count_of_the_truth() -> None:
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


def test_the_header_says_that_the_session_is_simulated() -> None:
    info = simulate(SHORT, 1).info
    assert (info.sensor, info.origin, info.note) == ("profile", "synthetic", "two reps")
    assert "simulated" in simulate(replace(SHORT, note=""), 1).info.note


def test_what_cannot_be_simulated_is_refused() -> None:
    with pytest.raises(UnknownNameError, match="hip_trust"):
        simulate(replace(SHORT, exercise="hip_trust"), 1)
    with pytest.raises(ValueError, match="longer than"):
        simulate(replace(SHORT, blocks=(ActivityPlan(Activity.REST, 0.1),)), 1)


STEP_S = 0.0005
STEADY = LifterPlan(roll_deg=0.0, sway_deg=0.0, tremor_deg=0.0)
REP = RepPlan()
VARIED = (
    RepPlan(1.0, 1.0, 1.5, 0.5),
    RepPlan(0.6, 0.0, 0.6, 0.0),
    RepPlan(0.7, 0.1, 0.5, 0.0, skew=0.3),
    RepPlan(2.5, 2.0, 3.0, 1.0, sticking=0.6, sink=0.9),
    RepPlan(1.2, 0.5, 0.6, 0.8, touch=Touch.FLOOR),
    RepPlan(0.9, 0.5, 1.0, 0.4, sticking=0.4, sticking_at=0.7, skew=-0.2),
)


def performed(*sets: tuple[RepPlan, ...], lifter: LifterPlan = STEADY) -> Performance:
    plan = SessionPlan(
        "hip_thrust", tuple(SetPlan(reps) for reps in sets), lifter, starts=Posture.LYING
    )
    return perform(plan, np.random.default_rng(3))


def set_truth(*reps: RepPlan, lifter: LifterPlan = STEADY) -> SetTruth:
    (only,) = truth_of(performed(reps, lifter=lifter), "hip_thrust", (), 0.0).sets
    return only


def test_boundaries_are_where_the_measured_rate_crosses_a_tenth_of_its_peak() -> None:
    performance = performed(VARIED)
    truth = truth_of(performance, "hip_thrust", (), 0.0).sets[0]
    time_s = np.arange(0.0, performance.duration_s, STEP_S)
    # Identity mounting: the hips rise about -y.
    rate = -ideal_readings(performance.pose, Mounting(), time_s).rate_radps[:, 1]
    for lift, rep in zip(performance.sets[0], truth.reps, strict=True):
        up, hold, down = rep.phases
        assert (up.end_s, hold.end_s) == (hold.start_s, down.start_s)
        for turn, span, sign in ((lift.concentric, up, 1.0), (lift.eccentric, down, -1.0)):
            inside = (time_s >= turn.start_s) & (time_s <= turn.start_s + turn.duration_s)
            fast = inside & (sign * rate >= 0.1 * (sign * rate)[inside].max())
            first_s, last_s = time_s[fast][[0, -1]]
            assert span.start_s == pytest.approx(first_s, abs=2 * STEP_S)
            assert span.end_s == pytest.approx(last_s, abs=2 * STEP_S)


def test_rise_and_velocities_are_what_the_vertical_acceleration_integrates_to() -> None:
    performance = performed(VARIED)
    truth = truth_of(performance, "hip_thrust", (), 0.0).sets[0]
    time_s = np.arange(0.0, performance.duration_s, STEP_S)
    readings = ideal_readings(performance.pose, Mounting(), time_s)
    vertical = (
        np.sum(readings.specific_force_mps2 * readings.up_sensor, axis=1) - STANDARD_GRAVITY_MPS2
    )
    velocity = np.cumsum(vertical) * STEP_S
    for lift, rep in zip(performance.sets[0], truth.reps, strict=True):
        whole = (time_s >= lift.concentric.start_s) & (
            time_s <= lift.concentric.start_s + lift.concentric.duration_s
        )
        assert velocity[whole].sum() * STEP_S == pytest.approx(rep.rise_m, abs=2e-3)
        span = rep.phases[0]
        concentric = (time_s >= span.start_s) & (time_s <= span.end_s)
        assert velocity[concentric].mean() == pytest.approx(rep.mean_velocity_mps, abs=5e-3)
        assert velocity[concentric].max() == pytest.approx(rep.peak_velocity_mps, abs=5e-3)


def test_angles_are_those_of_the_lifter() -> None:
    rep = set_truth(REP, REP).reps[0]
    assert rep.rom_deg == pytest.approx(STEADY.swing_deg)
    assert rep.top_deg == STEADY.top_deg
    assert rep.rise_m == pytest.approx(
        0.45 * (np.sin(np.radians(STEADY.top_deg)) - np.sin(np.radians(STEADY.bottom_deg)))
    )


def test_a_movement_under_half_of_the_range_is_not_a_rep() -> None:
    truth = set_truth(REP, replace(REP, reach=0.45), REP, replace(REP, reach=0.55), REP)
    assert [rep.index for rep in truth.reps] == [1, 2, 3, 4]
    assert truth.reps[2].rom_deg == pytest.approx(0.55 * STEADY.swing_deg)


@pytest.mark.parametrize(("reach", "short"), [(0.86, False), (0.84, True)])
def test_a_top_lower_by_more_than_15_percent_is_short_of_lockout(
    reach: float, short: bool
) -> None:
    truth = set_truth(REP, REP, replace(REP, reach=reach))
    assert [Flag.SHORT_OF_LOCKOUT in rep.flags for rep in truth.reps] == [False, False, short]


def test_the_bottom_lasts_until_the_next_rep_even_past_an_attempt() -> None:
    first, second = set_truth(REP, replace(REP, reach=0.3), REP).reps
    assert first.bottom_s is not None
    assert first.bottom_s == pytest.approx(second.start_s - first.end_s)
    assert first.bottom_s > REP.concentric_s + REP.eccentric_s
    assert second.bottom_s is None


def test_the_first_rep_counts_and_sets_are_numbered() -> None:
    truth = truth_of(performed((REP, REP), (REP,)), "hip_thrust", (), 0.003)
    assert [(one.index, len(one.reps)) for one in truth.sets] == [(1, 2), (2, 1)]
    first = truth.sets[0]
    assert first.start_s == first.reps[0].start_s < REP.concentric_s
    assert first.end_s == first.reps[-1].end_s
    assert truth.least_delay_s == 0.003


def test_a_dip_belongs_to_the_lockout() -> None:
    truth = set_truth(replace(REP, hold_s=2.0, dips=1), REP)
    assert len(truth.reps) == 2
    assert truth.reps[0].lockout_s == pytest.approx(
        2.0 + 0.0864 * (REP.concentric_s + REP.eccentric_s), abs=1e-3
    )


def test_tilt_is_the_largest_in_the_rep() -> None:
    tilted = set_truth(REP, lifter=replace(STEADY, roll_deg=-6.0, top_deg=0.0))
    assert tilted.reps[0].tilt_deg == pytest.approx(6.0, abs=0.05)


def test_numbers_are_plain_and_phases_are_named_in_order() -> None:
    rep = set_truth(*VARIED).reps[0]
    assert [span.phase for span in rep.phases] == [
        Phase.CONCENTRIC,
        Phase.LOCKOUT,
        Phase.ECCENTRIC,
    ]
    numbers = [rep.start_s, rep.end_s, rep.rom_deg, rep.rise_m, rep.mean_velocity_mps]
    numbers += [rep.peak_velocity_mps, rep.top_deg, rep.tilt_deg, rep.bottom_s]
    assert {type(number) for number in numbers} == {float}
