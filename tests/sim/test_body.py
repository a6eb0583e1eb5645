from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from tracker.domain.units import STANDARD_GRAVITY_MPS2
from tracker.sim.body import Body, Incident, Pose, Slip, ideal_readings
from tracker.sim.plan import LifterPlan, Mounting, Posture
from tracker.sim.trajectories import Channel, Knock, Move, Wave

if TYPE_CHECKING:
    from numpy.typing import NDArray


LIFTER = LifterPlan()


def body_at(posture: Posture) -> Body:
    return Body(LIFTER, posture, np.random.default_rng(4))


def test_turning_and_waiting_take_time() -> None:
    body = body_at(Posture.LYING)
    body.pitch_to(5.0, 1.5)
    body.wait(0.5)
    assert body.now_s == 2.0
    pitch_rad = body.pose.pitch.evaluate(np.array([0.0, 2.0]))[0]
    np.testing.assert_allclose(np.degrees(pitch_rad), [LIFTER.bottom_deg, 5.0])


@pytest.mark.parametrize(
    ("posture", "hip_m", "pitch_deg"),
    [(Posture.SITTING, 0.12, -62.0), (Posture.LYING, 0.16, LIFTER.bottom_deg)],
)
def test_settling_brings_the_hips_to_the_posture(
    posture: Posture, hip_m: float, pitch_deg: float
) -> None:
    body = body_at(Posture.STANDING)
    body.settle(posture, 2.0)
    time_s = np.arange(0.0, 2.5, 0.001)
    readings = ideal_readings(body.pose, Mounting(), time_s)
    vertical = (
        np.sum(readings.specific_force_mps2 * readings.up_sensor, axis=1) - STANDARD_GRAVITY_MPS2
    )
    assert np.cumsum(vertical).sum() * 1e-6 == pytest.approx(hip_m - 0.95, abs=1e-3)
    assert body.posture is posture
    assert np.degrees(body.pose.pitch.evaluate(time_s[-1:])[0]) == pytest.approx([pitch_deg])


def test_a_slip_is_as_large_as_asked_for_and_is_labelled() -> None:
    body = body_at(Posture.LYING)
    body.wait(3.0)
    body.slip(7.0)
    (slip,) = body.pose.slips
    assert np.linalg.norm(slip.axis) == pytest.approx(1.0)
    assert np.degrees(slip.angle.evaluate(np.array([9.0]))[0]) == pytest.approx([7.0])
    assert [(note.kind, note.start_s) for note in body.episodes] == [(Incident.SLIP, 3.0)]


def test_a_knock_is_centred_on_its_time() -> None:
    body = body_at(Posture.LYING)
    body.knock(body.pose.upward, 40.0, 0.04, 1.0)
    assert body.pose.upward.evaluate(np.array([1.0]))[2] == pytest.approx([40.0])


RATE_HZ = 2000.0
SEEDS = st.integers(0, 2**32 - 1)
LENGTH_M = 0.45


def mounting_from(seed: int) -> Mounting:
    return Mounting.drawn(np.random.default_rng(seed))


def lift(swing_rad: float = 0.8) -> Pose:
    return Pose(LENGTH_M, Channel(-0.6, moves=[Move(0.5, 1.0, swing_rad)]))


def tumble() -> Pose:
    """Return a pose in which everything moves at once."""
    return Pose(
        trunk_length_m=LENGTH_M,
        pitch=Channel(-0.6, moves=[Move(0.3, 1.0, 0.8)]),
        heading=Channel(0.4, moves=[Move(0.2, 1.2, 1.5)]),
        sway=Channel(waves=[Wave(0.1, 1.8, 0.2, 1.1)]),
        roll=Channel(moves=[Move(0.4, 0.9, 0.3)]),
        forward=Channel(moves=[Move(0.1, 1.5, 0.6)]),
        leftward=Channel(waves=[Wave(0.0, 2.0, 0.05, 1.7)]),
        upward=Channel(knocks=[Knock(1.1, 0.1, 30.0)]),
    )


def attitude(pose: Pose, time_s: NDArray[np.float64]) -> Rotation:
    heading, pitch, sway, roll = (
        channel.evaluate(time_s)[0] for channel in (pose.heading, pose.pitch, pose.sway, pose.roll)
    )
    turns = ((heading, "z"), (-pitch, "y"), (sway, "z"), (roll, "x"))
    product = Rotation.identity()
    for angle, axis in turns:
        product = product * Rotation.from_rotvec(np.outer(angle, np.eye(3)["xyz".index(axis)]))
    return product


@given(seed=SEEDS, pitch_rad=st.floats(-1.5, 1.5))
def test_at_rest_any_mounting_reads_gravity_alone(seed: int, pitch_rad: float) -> None:
    readings = ideal_readings(
        Pose(LENGTH_M, Channel(pitch_rad)), mounting_from(seed), np.linspace(0, 1, 5)
    )
    np.testing.assert_allclose(
        readings.specific_force_mps2, STANDARD_GRAVITY_MPS2 * readings.up_sensor, atol=1e-12
    )
    np.testing.assert_allclose(np.linalg.norm(readings.up_sensor, axis=1), 1.0)
    np.testing.assert_array_equal(readings.rate_radps, 0.0)


@settings(max_examples=25)
@given(seed=SEEDS, swing_rad=st.floats(0.1, 1.2))
def test_the_integrated_gyroscope_gives_the_swing(seed: int, swing_rad: float) -> None:
    mounting = mounting_from(seed)
    time_s = np.arange(0.0, 2.0, 1.0 / RATE_HZ)
    readings = ideal_readings(lift(swing_rad), mounting, time_s)
    # The hips rise about the axis to the wearer's right.
    axis_sensor = mounting.matrix @ np.array([0.0, -1.0, 0.0])
    turned_rad = np.trapezoid(readings.rate_radps @ axis_sensor, time_s)
    assert turned_rad == pytest.approx(swing_rad, abs=1e-6)


@settings(max_examples=25)
@given(seed=SEEDS, swing_rad=st.floats(0.1, 1.2))
def test_twice_integrated_vertical_acceleration_gives_the_rise(
    seed: int, swing_rad: float
) -> None:
    quaternion = mounting_from(seed).quaternion
    time_s = np.arange(0.0, 2.0, 1.0 / RATE_HZ)
    readings = ideal_readings(lift(swing_rad), Mounting(quaternion), time_s)
    vertical = (
        np.sum(readings.specific_force_mps2 * readings.up_sensor, axis=1) - STANDARD_GRAVITY_MPS2
    )
    velocity = np.cumsum(vertical) / RATE_HZ
    rise_m = velocity.sum() / RATE_HZ
    assert velocity[-1] == pytest.approx(0.0, abs=1e-6)
    assert rise_m == pytest.approx(LENGTH_M * (np.sin(swing_rad - 0.6) - np.sin(-0.6)), abs=1e-5)


@settings(max_examples=25)
@given(seed=SEEDS)
def test_the_accelerometer_agrees_with_differences_of_the_path(seed: int) -> None:
    pose, mounting = tumble(), mounting_from(seed)
    step_s = 1e-4
    time_s = np.linspace(0.1, 1.9, 501)
    arm = np.array([LENGTH_M, 0.0, 0.0]) + np.array(mounting.lever_arm_m)

    def place(at_s: NDArray[np.float64]) -> NDArray[np.float64]:
        pivot = [c.evaluate(at_s)[0] for c in (pose.forward, pose.leftward, pose.upward)]
        return np.stack(pivot, axis=1) + attitude(pose, at_s).apply(arm)

    accel = (place(time_s - step_s) - 2.0 * place(time_s) + place(time_s + step_s)) / step_s**2
    accel[:, 2] += STANDARD_GRAVITY_MPS2
    expected = attitude(pose, time_s).inv().apply(accel) @ mounting.matrix.T
    readings = ideal_readings(pose, mounting, time_s)
    # A knock's ends have a kink in the acceleration, which differences smear.
    np.testing.assert_allclose(readings.specific_force_mps2, expected, atol=0.2)
    assert np.median(np.abs(readings.specific_force_mps2 - expected)) < 1e-4


@settings(max_examples=25)
@given(seed=SEEDS)
def test_the_gyroscope_agrees_with_differences_of_the_attitude(seed: int) -> None:
    pose, mounting = tumble(), mounting_from(seed)
    step_s = 1e-4
    time_s = np.linspace(0.1, 1.9, 301)
    turn = attitude(pose, time_s - step_s).inv() * attitude(pose, time_s + step_s)
    # Half of the turn brings it from the earlier axes to those of the middle; it is tiny.
    expected = turn.as_rotvec() / (2.0 * step_s) @ mounting.matrix.T
    np.testing.assert_allclose(
        ideal_readings(pose, mounting, time_s).rate_radps, expected, atol=1e-3
    )


def test_tilt_is_the_slope_of_the_left_right_axis() -> None:
    pose = Pose(LENGTH_M, Channel(0.0), roll=Channel(0.1))
    assert ideal_readings(pose, Mounting(), np.zeros(1)).tilt_rad == pytest.approx([0.1])


def test_a_slipping_strap_turns_the_axes_but_not_the_force() -> None:
    time_s = np.arange(0.0, 2.0, 1.0 / RATE_HZ)
    firm = lift()
    loose = lift()
    axis = (0.0, 0.0, 1.0)
    loose.slips.append(Slip(axis, Channel(moves=[Move(1.7, 0.2, 0.1)])))
    before = ideal_readings(firm, Mounting(), time_s)
    after = ideal_readings(loose, Mounting(), time_s)
    np.testing.assert_allclose(
        np.linalg.norm(after.specific_force_mps2, axis=1),
        np.linalg.norm(before.specific_force_mps2, axis=1),
    )
    extra_rad = np.trapezoid((after.rate_radps - before.rate_radps)[:, 2], time_s)
    assert extra_rad == pytest.approx(0.1, abs=1e-6)
    np.testing.assert_allclose(
        Rotation.from_rotvec([0.0, 0.0, -0.1]).apply(before.up_sensor[-1]), after.up_sensor[-1]
    )
