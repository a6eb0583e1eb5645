"""From what a perfect sensor would feel to what a cheap one reports."""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

import numpy as np

from tracker.domain.units import RADPS_PER_DPS, STANDARD_GRAVITY_MPS2
from tracker.sim.equipment import MemsNoise

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tracker.sim.kinematics import Kinematics

_WARM_UP_S: Final = 180.0
"""A gyroscope's error settles with about this time constant after it was switched on, s."""

IDEAL: Final = MemsNoise()
"""No errors but rounding and the ends of the range."""

LSM6DSOX: Final = MemsNoise(70.0, 3.8, 20.0, 1.0, 0.2, 0.01, 0.005)
"""Like a good part of today: 70 µg/√Hz, ±20 mg."""

BMI270: Final = MemsNoise(160.0, 8.0, 20.0, 0.5, 0.2, 0.01, 0.005)
"""Like the part in many wearables."""

MPU6050: Final = MemsNoise(400.0, 5.0, 50.0, 5.0, 1.0, 0.03, 0.02)
"""Like the hobby part of old, with what is left of its offset after a firmware's trim."""

PRESETS: Final = MappingProxyType(
    {
        "ideal": IDEAL,
        "lsm6dsox": LSM6DSOX,
        "bmi270": BMI270,
        "mpu6050": MPU6050,
        "drifting": replace(BMI270, gyro_bias_dps=3.0, gyro_drift_dps=3.0),
    }
)
"""Noise by a part's name; figures and sources are in `docs/simulator.md`."""


def measure(
    kinematics: Kinematics,
    time_s: NDArray[np.float64],
    rate_hz: float,
    noise: MemsNoise,
    rng: np.random.Generator,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return what the sensor reports before it rounds.

    Parameters
    ----------
    kinematics
        What a perfect sensor feels.
    time_s
        Times of the samples, s, shape (n,).
    rate_hz
        Samples per second: noise within half of it ends up in the samples.
    noise
        How large the errors may be.
    rng
        Draws the errors of this specimen, and the noise.

    Returns
    -------
    tuple of arrays
        Specific force, m/s², and angular rate, rad/s, both of shape (n, 3).
    """
    bandwidth_root = np.sqrt(0.5 * rate_hz)
    acc_sigma_mps2 = noise.acc_density_ug_rthz * 1e-6 * STANDARD_GRAVITY_MPS2 * bandwidth_root
    gyro_sigma_radps = noise.gyro_density_mdps_rthz * 1e-3 * RADPS_PER_DPS * bandwidth_root
    acc_bias_mps2 = _within(noise.acc_bias_mg * 1e-3 * STANDARD_GRAVITY_MPS2, rng)
    gyro_bias_radps = _within(noise.gyro_bias_dps * RADPS_PER_DPS, rng)
    gyro_drift_radps = _within(noise.gyro_drift_dps * RADPS_PER_DPS, rng)
    warmth = 1.0 - np.exp(-time_s / _WARM_UP_S)

    acc_mps2 = kinematics.specific_force_mps2 @ _sensitivity(noise, rng).T
    acc_mps2 = acc_mps2 + acc_bias_mps2 + acc_sigma_mps2 * rng.standard_normal(acc_mps2.shape)
    gyro_radps = kinematics.rate_radps @ _sensitivity(noise, rng).T
    gyro_radps = gyro_radps + gyro_bias_radps + warmth[:, None] * gyro_drift_radps
    gyro_radps = gyro_radps + gyro_sigma_radps * rng.standard_normal(gyro_radps.shape)
    return acc_mps2, gyro_radps


def _within(limit: float, rng: np.random.Generator) -> NDArray[np.float64]:
    return limit * rng.uniform(-1.0, 1.0, 3)


def _sensitivity(noise: MemsNoise, rng: np.random.Generator) -> NDArray[np.float64]:
    """Return the matrix from what is felt to what is shown, shape (3, 3)."""
    matrix = np.eye(3) + noise.cross_axis * rng.uniform(-1.0, 1.0, (3, 3))
    np.fill_diagonal(matrix, 1.0 + _within(noise.scale_error, rng))
    return matrix
