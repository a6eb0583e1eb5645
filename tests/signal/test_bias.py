from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.heavy import tries
from tests.signal.hips import RATE_HZ, SLOW, USUAL, hips, rotations
from tracker.domain.units import RADPS_PER_DPS, STANDARD_GRAVITY_MPS2
from tracker.signal.bias import AccelBiasEstimator, GyroBiasEstimator

if TYPE_CHECKING:
    from numpy.typing import NDArray


def turning(
    rate_dps: float, duration_s: float, noise_dps: float = 0.0
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return samples of a sensor that turns steadily about a level axis."""
    time_s = np.arange(0.0, duration_s, 1.0 / RATE_HZ)
    angle_rad = np.radians(rate_dps) * time_s
    rest = np.zeros_like(time_s)
    acc_mps2 = STANDARD_GRAVITY_MPS2 * np.column_stack(
        (rest, np.sin(angle_rad), np.cos(angle_rad))
    )
    gyro_radps = np.column_stack((rest + rate_dps * RADPS_PER_DPS, rest, rest))
    noise = np.random.default_rng(1).standard_normal(gyro_radps.shape)
    return acc_mps2, gyro_radps + noise_dps * RADPS_PER_DPS * noise


offsets_dps = st.tuples(*[st.floats(-10.0, 10.0)] * 3).map(np.array)


@settings(deadline=None, max_examples=tries(100))
@given(offset_dps=offsets_dps)
def test_an_offset_within_data_sheets_is_learnt_at_rest(offset_dps: NDArray[np.float64]) -> None:
    acc_mps2, gyro_radps = turning(0.0, 6.0, noise_dps=0.1)
    stage = GyroBiasEstimator()
    corrected, _ = stage.process(acc_mps2, gyro_radps + offset_dps * RADPS_PER_DPS)
    np.testing.assert_allclose(np.degrees(stage.bias_radps), offset_dps, atol=0.05)
    np.testing.assert_allclose(np.degrees(corrected[100:].mean(axis=0)), 0.0, atol=0.1)


@pytest.mark.parametrize("rate_dps", [1.5, 3.0, 8.0, -14.0])
def test_a_slow_steady_rotation_is_not_taken_for_an_offset(rate_dps: float) -> None:
    acc_mps2, gyro_radps = turning(rate_dps, 8.0)
    stage = GyroBiasEstimator()
    corrected, _ = stage.process(acc_mps2, gyro_radps)
    assert stage.still_windows == 0
    np.testing.assert_array_equal(corrected, gyro_radps)


def test_rates_beyond_every_data_sheet_are_a_rotation() -> None:
    acc_mps2, gyro_radps = turning(0.0, 4.0)
    stage = GyroBiasEstimator()
    # About the vertical, gravity does not show that it turns.
    stage.process(acc_mps2, gyro_radps + np.array([0.0, 0.0, 30.0 * RADPS_PER_DPS]))
    assert stage.still_windows == 0


def test_what_is_learnt_holds_from_the_next_window_on() -> None:
    acc_mps2, gyro_radps = turning(0.0, 2.0)
    offset_radps = np.array([0.05, 0.0, -0.02])
    stage = GyroBiasEstimator()
    corrected, _ = stage.process(acc_mps2, gyro_radps + offset_radps)
    np.testing.assert_allclose(corrected[:50], np.tile(offset_radps, (50, 1)))
    np.testing.assert_allclose(corrected[50:], 0.0, atol=1e-12)


def test_a_set_of_slow_reps_teaches_no_offset_but_the_rests_do() -> None:
    felt = hips(SLOW, 3, "ideal")
    stage = GyroBiasEstimator()
    stage.process(felt.acc_mps2, felt.gyro_radps)
    assert stage.still_windows > 0
    assert np.abs(np.degrees(stage.bias_radps)).max() < 0.3


@settings(max_examples=25, deadline=None)
@given(rotation=rotations())
@pytest.mark.parametrize("part", ["lsm6dsox", "mpu6050"])
def test_what_counts_as_still_does_not_depend_on_the_mounting(
    part: str, rotation: NDArray[np.float64]
) -> None:
    felt = hips(USUAL, 3, part)
    plain, turned = GyroBiasEstimator(), GyroBiasEstimator()
    plain.process(felt.acc_mps2, felt.gyro_radps)
    turned.process(felt.acc_mps2 @ rotation.T, felt.gyro_radps @ rotation.T)
    assert turned.still_windows == plain.still_windows > 0
    np.testing.assert_allclose(turned.bias_radps, rotation @ plain.bias_radps, atol=1e-12)


def test_a_warming_sensor_is_followed() -> None:
    acc_mps2, gyro_radps = turning(0.0, 120.0)
    drift_radps = np.linspace(0.0, 2.0, len(acc_mps2))[:, None] * RADPS_PER_DPS
    stage = GyroBiasEstimator()
    corrected, _ = stage.process(acc_mps2, gyro_radps + drift_radps)
    # The running mean spans 10 s, so it lags by about half of that and a window.
    assert np.abs(np.degrees(corrected)).max() < 0.25


def test_the_offset_outlives_a_restart_and_the_open_window_does_not() -> None:
    acc_mps2, gyro_radps = turning(0.0, 1.3)
    stage = GyroBiasEstimator()
    stage.process(acc_mps2, gyro_radps + 0.03)
    stage.restart()
    np.testing.assert_allclose(stage.bias_radps, 0.03)
    # 30 samples were in the open window; without them 20 more complete none.
    stage.process(acc_mps2[:20], gyro_radps[:20] + 0.03)
    assert stage.still_windows == 2


SIDES = np.vstack((np.eye(3), -np.eye(3))).T


def taught(stage: AccelBiasEstimator, means_mps2: NDArray[np.float64]) -> AccelBiasEstimator:
    """Teach a stage still means, shape (3, n), one by one."""
    for mean in means_mps2.T:
        stage.learn(mean, still=True)
    return stage


def felt(
    postures: NDArray[np.float64], offset_mps2: NDArray[np.float64], repeats: int = 4
) -> NDArray[np.float64]:
    """Return still means, shape (3, n), of a sensor that is turned from posture to posture."""
    return np.tile(STANDARD_GRAVITY_MPS2 * postures + offset_mps2[:, None], (1, repeats))


offsets_mps2 = st.tuples(*[st.floats(-0.5, 0.5)] * 3).map(np.array)


@settings(deadline=None, max_examples=tries(100))
@given(offset_mps2=offsets_mps2)
def test_six_sides_tell_the_whole_offset(offset_mps2: NDArray[np.float64]) -> None:
    stage = taught(AccelBiasEstimator(), felt(SIDES, offset_mps2, repeats=10))
    np.testing.assert_allclose(stage.known.mean[:3], offset_mps2, atol=0.03)


@settings(deadline=None, max_examples=tries(100))
@given(offset_mps2=offsets_mps2)
def test_bottom_and_top_of_a_rep_tell_what_leans_with_the_pelvis(
    offset_mps2: NDArray[np.float64],
) -> None:
    pitch_rad = np.radians([-36.0, 10.0])
    postures = np.array([np.sin(pitch_rad), np.zeros(2), np.cos(pitch_rad)])
    stage = taught(AccelBiasEstimator(), felt(postures, offset_mps2, repeats=20))
    left = offset_mps2 - stage.known.mean[:3]
    # Along both postures, so everywhere between them; across them only as far as 46° allow.
    assert np.abs(postures.T @ left).max() < 0.1
    # Gravity never pointed along the hips' axis, so next to nothing was learnt about it.
    assert stage.known.mean[:3][1] == pytest.approx(0.0, abs=0.05)


@settings(deadline=None, max_examples=tries(100))
@given(offset_mps2=offsets_mps2, rotation=rotations())
def test_the_mounting_does_not_matter(
    offset_mps2: NDArray[np.float64], rotation: NDArray[np.float64]
) -> None:
    """What is known of gravity along any posture is the same, however the sensor is worn."""
    means = felt(SIDES[:, :4], offset_mps2)
    plain = taught(AccelBiasEstimator(), means)
    turned = taught(AccelBiasEstimator(), rotation @ means)
    for side in SIDES[:, :4].T:
        there = rotation @ side
        one = plain.known.mean[:3] @ side + plain.known.mean[3:] @ side**2
        other = turned.known.mean[:3] @ there + turned.known.mean[3:] @ there**2
        assert one == pytest.approx(other, abs=0.1)


def test_what_no_posture_has_shown_stays_uncertain() -> None:
    stage = taught(AccelBiasEstimator(), felt(SIDES[:, :1], np.zeros(3), repeats=20))
    along, across = SIDES[:, 0], np.roll(SIDES[:, 0], 1)
    spread = stage.known.spread[:3, :3]
    assert along @ spread @ along < 0.3 * (across @ spread @ across)


def test_a_board_that_is_far_off_in_one_posture_is_trusted_less_in_the_others() -> None:
    usual, bad = (
        taught(AccelBiasEstimator(), felt(SIDES[:, :1], np.array([off_mps2, 0.0, 0.0])))
        for off_mps2 in (0.1, 0.8)
    )
    across = SIDES[:, 1]
    assert across @ bad.known.spread[:3, :3] @ across > 0.6**2
    assert across @ usual.known.spread[:3, :3] @ across < 0.45**2


def test_a_scale_error_is_learnt_as_well() -> None:
    means = STANDARD_GRAVITY_MPS2 * SIDES * np.array([[1.01], [1.0], [0.99]])
    stage = taught(AccelBiasEstimator(), np.tile(means, (1, 20)))
    np.testing.assert_allclose(stage.known.mean[3:], [0.01, 0.0, -0.01], atol=0.004)


def test_other_units_and_free_fall_teach_nothing() -> None:
    stage = taught(AccelBiasEstimator(), felt(SIDES, np.zeros(3)) / STANDARD_GRAVITY_MPS2)
    stage.learn(np.zeros(3), still=True)
    np.testing.assert_array_equal(stage.known.mean, 0.0)
