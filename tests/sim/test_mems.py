from __future__ import annotations

import numpy as np
import pytest

from tracker.domain.units import RADPS_PER_DPS, STANDARD_GRAVITY_MPS2
from tracker.sim.body import Kinematics, Pose, feel
from tracker.sim.plan import MemsNoise, Mounting
from tracker.sim.sensor import IDEAL, PRESETS, measure
from tracker.sim.trajectories import Channel

RATE_HZ = 100.0
TIME_S = np.arange(0.0, 200.0, 1.0 / RATE_HZ)


def still() -> Kinematics:
    return feel(Pose(0.45, Channel(0.0)), Mounting(), TIME_S)


def test_an_ideal_sensor_shows_what_it_feels() -> None:
    felt = still()
    acc, gyro = measure(felt, TIME_S, RATE_HZ, IDEAL, np.random.default_rng(1))
    np.testing.assert_array_equal(acc, felt.specific_force_mps2)
    np.testing.assert_array_equal(gyro, felt.rate_radps)


def test_white_noise_has_the_density_of_the_data_sheet() -> None:
    noise = MemsNoise(acc_density_ug_rthz=100.0, gyro_density_mdps_rthz=10.0)
    acc, gyro = measure(still(), TIME_S, RATE_HZ, noise, np.random.default_rng(1))
    root = np.sqrt(RATE_HZ / 2)
    assert acc.std(axis=0) == pytest.approx(100e-6 * STANDARD_GRAVITY_MPS2 * root, rel=0.03)
    assert gyro.std(axis=0) == pytest.approx(10e-3 * RADPS_PER_DPS * root, rel=0.03)


@pytest.mark.parametrize("seed", range(10))
def test_errors_stay_within_their_limits(seed: int) -> None:
    noise = MemsNoise(acc_bias_mg=20.0, gyro_bias_dps=1.0, gyro_drift_dps=0.5, scale_error=0.01)
    acc, gyro = measure(still(), TIME_S, RATE_HZ, noise, np.random.default_rng(seed))
    off_mg = np.abs(acc - [0.0, 0.0, STANDARD_GRAVITY_MPS2]) / STANDARD_GRAVITY_MPS2 * 1e3
    assert off_mg.max() <= 20.0 + 10.0
    assert np.abs(gyro[0]).max() <= 1.0 * RADPS_PER_DPS
    drift_radps = np.abs(gyro[-1] - gyro[0])
    assert 0.0 < drift_radps.max() <= 0.5 * RADPS_PER_DPS


def test_one_axis_leaks_into_another() -> None:
    acc, _ = measure(
        still(), TIME_S, RATE_HZ, MemsNoise(cross_axis=0.02), np.random.default_rng(5)
    )
    assert 0.0 < np.abs(acc[0, :2]).max() <= 0.02 * STANDARD_GRAVITY_MPS2


def test_there_is_a_perfect_part_and_several_real_ones() -> None:
    assert PRESETS["ideal"] == MemsNoise()
    assert {"lsm6dsox", "bmi270", "mpu6050"} <= set(PRESETS)
