"""The biases of gyroscope and accelerometer, learnt whenever the sensor is still.

A cheap gyroscope is off by up to 10 °/s, and a slow rep turns at 10 °/s, so its bias decides
whether a slow rep has edges. Stillness is judged on windows: neither sensor may wander inside one,
and gravity may not turn, because a slow steady rotation looks still to a gyroscope alone. All
limits are lengths of vectors, so they do not depend on how the sensor is worn.

A cheap accelerometer is off by 20 to 50 mg. The bias turns with the sensor, so it does not cancel
in the rise of a rep: 20 mg are centimetres after one second, and can be the whole rise after four.
But whichever way a still sensor points, it must measure exactly one gravity, and lying, sitting,
the bottom and the top of a rep all point different ways.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from tracker.domain.units import RADPS_PER_DPS, STANDARD_GRAVITY_MPS2
from tracker.signal.smoothing import RunningMean

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class AccOffsetSettings:
    """How large an offset may be, and how far one still moment is believed."""

    usual_mps2: float = 0.3
    """Offset of an axis to be expected before anything is known: 30 mg, as data sheets say."""
    still_mps2: float = 0.05
    """What a still moment's gravity may be off by: breathing, the place on earth, 5 mg."""
    drift_mps2: float = 0.002
    """How much the offset may change from one still half second to the next: warmth."""
    most_length_error_mps2: float = 1.0
    """A still moment further from one gravity is none: a lift that starts, or other units."""


class AccelBiasEstimator:
    """Estimates the offset from one still moment after the other.

    Notes
    -----
    With the offset ``b``, every still mean ``f`` should satisfy ``|f - b| = g``. Linearised about
    the estimate, this is one equation along the direction of ``f``, taken in by the Kalman filter
    of a state that hardly changes (Kalman 1960, doi:10.1115/1.3662552). What no posture has shown
    yet stays at zero.
    """

    def __init__(self, settings: AccOffsetSettings | None = None) -> None:
        self.settings = settings or AccOffsetSettings()
        self.offset_mps2: NDArray[np.float64] = np.zeros(3)
        """Offset known so far, m/s², sensor axes, shape (3,)."""
        self._spread = np.eye(3) * self.settings.usual_mps2**2
        self._drift = np.eye(3) * self.settings.drift_mps2**2

    def learn(self, means_mps2: NDArray[np.float64]) -> NDArray[np.float64]:
        """Take the mean specific force of still moments.

        Parameters
        ----------
        means_mps2
            Shape (3, k), in order.

        Returns
        -------
        ndarray
            The offset as it was known before each moment and after the last, shape (3, k + 1).
        """
        known = np.empty((3, means_mps2.shape[1] + 1))
        known[:, 0] = self.offset_mps2
        for index, mean in enumerate(means_mps2.T):
            self._take(mean)
            known[:, index + 1] = self.offset_mps2
        return known

    def _take(self, mean_mps2: NDArray[np.float64]) -> None:
        settings = self.settings
        gravity = mean_mps2 - self.offset_mps2
        length = float(_length(gravity))
        error = length - STANDARD_GRAVITY_MPS2
        if abs(error) > settings.most_length_error_mps2:
            return
        direction = gravity / length
        spread = self._spread + self._drift
        # Row by row: a matrix product is rounded differently on different processors.
        x, y, z = direction
        shared = x * spread[0] + y * spread[1] + z * spread[2]
        share = x * shared[0] + y * shared[1] + z * shared[2]
        gain = shared / (share + settings.still_mps2**2)
        self.offset_mps2 = self.offset_mps2 + gain * error
        self._spread = spread - gain[:, None] * shared


@dataclass(frozen=True, slots=True)
class BiasSettings:
    """When the sensor counts as still, and how fast the offset is believed."""

    window_samples: int = 50
    """Length of a window on the grid: 0.5 s, shorter than any pause worth learning from."""
    gyro_spread_radps: float = 1.8 * RADPS_PER_DPS
    """Furthest a rate may be from the mean of a still window: ten times a cheap part's noise."""
    acc_spread_mps2: float = 0.36
    """Furthest an acceleration may be from the mean of a still window."""
    gravity_turn_mps2: float = 0.04
    """Largest change of the mean acceleration between a window's halves: 1 °/s of turning."""
    most_bias_radps: float = 18.0 * RADPS_PER_DPS
    """An offset beyond every datasheet (10 °/s on each axis) is a rotation."""
    memory_windows: int = 20
    """Still windows that the running mean spans: 10 s, against noise but not warmth."""

    def __post_init__(self) -> None:
        for name, least in (("window_samples", 2), ("memory_windows", 1)):
            if getattr(self, name) < least:
                raise ValueError(f"{name} must be at least {least}, got {getattr(self, name)}")


class GyroBiasEstimator:
    """Subtracts the offset as it was known before each window."""

    def __init__(self, settings: BiasSettings | None = None) -> None:
        self.settings = settings or BiasSettings()
        self.bias_radps: NDArray[np.float64] = np.zeros(3)
        """Offset known so far, rad/s, shape (3,)."""
        self.still_windows = 0
        """Windows that it was learnt from."""
        memory = self.settings.memory_windows
        self._mean = RunningMean(warm_up=memory, gain=1.0 / memory)
        self._acc = AccelBiasEstimator()
        self._open = np.empty((6, 0))

    def restart(self) -> None:
        """Drop the open window; the offsets outlive a gap."""
        self._open = np.empty((6, 0))

    def process(
        self, acc_mps2: NDArray[np.float64], gyro_radps: NDArray[np.float64]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return the rates without offset, and the accelerometer's offset so far, each (n, 3)."""
        size = self.settings.window_samples
        carried = self._open.shape[1]
        # Time last in memory: a mean adds up in the order in which the samples lie there.
        stream = np.empty((6, carried + len(acc_mps2)))
        stream[:, :carried], stream[:3, carried:], stream[3:, carried:] = (
            self._open,
            acc_mps2.T,
            gyro_radps.T,
        )
        windows = stream.shape[1] // size
        self._open = stream[:, windows * size :]
        if not windows:
            offset_mps2 = np.broadcast_to(self._acc.offset_mps2, acc_mps2.shape)
            return gyro_radps - self.bias_radps, offset_mps2
        still, mean = self._judge(stream[:, : windows * size].reshape(6, windows, size))
        acc_offsets, biases = self._acc.learn(mean[:3, still]), self._learn(mean[3:, still])
        learnt_before = np.concatenate(([0], np.cumsum(still)))
        row = np.repeat(learnt_before, size)[carried : stream.shape[1]]
        corrected: NDArray[np.float64] = stream[3:, carried:] - biases.take(row, axis=1)
        return corrected.T, acc_offsets.take(row, axis=1).T

    def _judge(
        self, windows: NDArray[np.float64]
    ) -> tuple[NDArray[np.bool_], NDArray[np.float64]]:
        """Return which windows are still, and the mean of each, shape (6, windows)."""
        limits = self.settings
        mean = windows.mean(axis=2)
        away = windows - mean[:, :, None]
        half = windows.shape[2] // 2
        turn = windows[:3, :, :half].mean(axis=2) - windows[:3, :, half:].mean(axis=2)
        rate = mean[3:]
        still = (
            (_length(away[:3]).max(axis=1) < limits.acc_spread_mps2)
            & (_length(away[3:]).max(axis=1) < limits.gyro_spread_radps)
            & (_length(turn) < limits.gravity_turn_mps2)
            & (_length(rate) < limits.most_bias_radps)
        )
        return still, mean

    def _learn(self, means_radps: NDArray[np.float64]) -> NDArray[np.float64]:
        """Learn from still windows; return what was known before each and after, (3, k + 1)."""
        known = self.bias_radps[:, None]
        if means_radps.size:
            known = np.concatenate((known, self._mean.process(means_radps)), axis=1)
            self.bias_radps = known[:, -1].copy()
            self.still_windows += means_radps.shape[1]
        return known


def _length(vectors: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the lengths of vectors along the first axis."""
    x, y, z = vectors
    lengths: NDArray[np.float64] = np.sqrt(x * x + y * y + z * z)
    return lengths
