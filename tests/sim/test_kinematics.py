from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from tracker.domain.units import STANDARD_GRAVITY_MPS2
from tracker.sim.body import Pose, Slip, feel
from tracker.sim.plan import Mounting
from tracker.sim.trajectories import Channel, Knock, Move, Wave

if TYPE_CHECKING:
    from numpy.typing import NDArray

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
def test_at_rest_any_mounting_feels_gravity_and_nothing_else(seed: int, pitch_rad: float) -> None:
    felt = feel(Pose(LENGTH_M, Channel(pitch_rad)), mounting_from(seed), np.linspace(0, 1, 5))
    np.testing.assert_allclose(
        felt.specific_force_mps2, STANDARD_GRAVITY_MPS2 * felt.up_sensor, atol=1e-12
    )
    np.testing.assert_allclose(np.linalg.norm(felt.up_sensor, axis=1), 1.0)
    np.testing.assert_array_equal(felt.rate_radps, 0.0)


@settings(max_examples=25)
@given(seed=SEEDS, swing_rad=st.floats(0.1, 1.2))
def test_the_integrated_gyroscope_gives_the_swing(seed: int, swing_rad: float) -> None:
    mounting = mounting_from(seed)
    time_s = np.arange(0.0, 2.0, 1.0 / RATE_HZ)
    felt = feel(lift(swing_rad), mounting, time_s)
    # The hips rise about the axis to the wearer's right.
    axis_sensor = mounting.matrix @ np.array([0.0, -1.0, 0.0])
    turned_rad = np.trapezoid(felt.rate_radps @ axis_sensor, time_s)
    assert turned_rad == pytest.approx(swing_rad, abs=1e-6)


@settings(max_examples=25)
@given(seed=SEEDS, swing_rad=st.floats(0.1, 1.2))
def test_twice_integrated_vertical_acceleration_gives_the_rise(
    seed: int, swing_rad: float
) -> None:
    quaternion = mounting_from(seed).quaternion
    time_s = np.arange(0.0, 2.0, 1.0 / RATE_HZ)
    felt = feel(lift(swing_rad), Mounting(quaternion), time_s)
    vertical = np.sum(felt.specific_force_mps2 * felt.up_sensor, axis=1) - STANDARD_GRAVITY_MPS2
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
    felt = feel(pose, mounting, time_s)
    # A knock's ends have a kink in the acceleration, which differences smear.
    np.testing.assert_allclose(felt.specific_force_mps2, expected, atol=0.2)
    assert np.median(np.abs(felt.specific_force_mps2 - expected)) < 1e-4


@settings(max_examples=25)
@given(seed=SEEDS)
def test_the_gyroscope_agrees_with_differences_of_the_attitude(seed: int) -> None:
    pose, mounting = tumble(), mounting_from(seed)
    step_s = 1e-4
    time_s = np.linspace(0.1, 1.9, 301)
    turn = attitude(pose, time_s - step_s).inv() * attitude(pose, time_s + step_s)
    # Half of the turn brings it from the earlier axes to those of the middle; it is tiny.
    expected = turn.as_rotvec() / (2.0 * step_s) @ mounting.matrix.T
    np.testing.assert_allclose(feel(pose, mounting, time_s).rate_radps, expected, atol=1e-3)


def test_tilt_is_the_slope_of_the_left_right_axis() -> None:
    pose = Pose(LENGTH_M, Channel(0.0), roll=Channel(0.1))
    assert feel(pose, Mounting(), np.zeros(1)).tilt_rad == pytest.approx([0.1])


def test_a_slipping_strap_turns_the_axes_but_not_the_force() -> None:
    time_s = np.arange(0.0, 2.0, 1.0 / RATE_HZ)
    firm = lift()
    loose = lift()
    axis = (0.0, 0.0, 1.0)
    loose.slips.append(Slip(axis, Channel(moves=[Move(1.7, 0.2, 0.1)])))
    before = feel(firm, Mounting(), time_s)
    after = feel(loose, Mounting(), time_s)
    np.testing.assert_allclose(
        np.linalg.norm(after.specific_force_mps2, axis=1),
        np.linalg.norm(before.specific_force_mps2, axis=1),
    )
    extra_rad = np.trapezoid((after.rate_radps - before.rate_radps)[:, 2], time_s)
    assert extra_rad == pytest.approx(0.1, abs=1e-6)
    np.testing.assert_allclose(
        Rotation.from_rotvec([0.0, 0.0, -0.1]).apply(before.up_sensor[-1]), after.up_sensor[-1]
    )
