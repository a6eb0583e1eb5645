"""The gyroscope's zero-rate offset, learnt whenever the sensor is still.

A cheap part is off by up to 10 °/s and a slow rep turns at 10 °/s, so the offset decides whether a
slow rep has edges. Stillness is judged on windows: neither sensor may wander inside one, and
gravity may not turn, because a slow steady rotation looks still to a gyroscope alone. All limits
are lengths of vectors, so that it does not matter which way round the sensor is worn.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from tracker.domain.units import RADPS_PER_DPS
from tracker.signal.running_mean import RunningMean

if TYPE_CHECKING:
    from numpy.typing import NDArray


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


class BiasFilter:
    """Subtracts the offset as it was known before each window."""

    def __init__(self, settings: BiasSettings | None = None) -> None:
        self.settings = settings or BiasSettings()
        self.bias_radps: NDArray[np.float64] = np.zeros(3)
        """Offset known so far, rad/s, shape (3,)."""
        self.still_windows = 0
        """Windows that it was learnt from."""
        memory = self.settings.memory_windows
        self._mean = RunningMean(warm_up=memory, gain=1.0 / memory)
        self._open = np.empty((6, 0))

    def restart(self) -> None:
        """Drop the open window; the offset outlives a gap."""
        self._open = np.empty((6, 0))

    def process(
        self, acc_mps2: NDArray[np.float64], gyro_radps: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """Return the rates without offset, shape (n, 3)."""
        size = self.settings.window_samples
        carried = self._open.shape[1]
        stream = np.concatenate((self._open, np.concatenate((acc_mps2.T, gyro_radps.T))), axis=1)
        windows = stream.shape[1] // size
        self._open = stream[:, windows * size :]
        if not windows:
            return gyro_radps - self.bias_radps
        still, mean = self._judge(stream[:, : windows * size].reshape(6, windows, size))
        biases = self._learn(mean[:, still])
        learnt_before = np.concatenate(([0], np.cumsum(still)))
        bias_of_row = np.repeat(learnt_before, size)[carried : stream.shape[1]]
        corrected: NDArray[np.float64] = stream[3:, carried:] - biases.take(bias_of_row, axis=1)
        return corrected.T

    def _judge(
        self, windows: NDArray[np.float64]
    ) -> tuple[NDArray[np.bool_], NDArray[np.float64]]:
        """Return which windows are still, and the mean rate of each, shape (3, windows)."""
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
        return still, rate

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
