"""The gyroscope's zero-rate offset, learnt whenever the sensor is still.

A cheap part is off by up to 10 °/s and a slow rep turns at 10 °/s, so the offset decides whether a
slow rep has edges. Stillness is judged on windows: neither sensor may wander inside one, and
gravity may not turn, because a slow steady rotation looks still to a gyroscope alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from tracker.domain.units import RADPS_PER_DPS

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class BiasSettings:
    """When the sensor counts as still, and how fast the offset is believed."""

    window_samples: int = 50
    """Length of a window on the grid: 0.5 s, shorter than any pause worth learning from."""
    gyro_spread_radps: float = 3.0 * RADPS_PER_DPS
    """Largest range of any gyro axis in a still window; noise of cheap parts stays below 2 °/s."""
    acc_spread_mps2: float = 0.6
    """Largest range of any accelerometer axis in a still window."""
    gravity_turn_mps2: float = 0.04
    """Largest change of the mean acceleration between a window's halves: 1 °/s of turning."""
    most_bias_radps: float = 15.0 * RADPS_PER_DPS
    """An offset beyond every datasheet (10 °/s) is a rotation."""
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
        self._open = np.empty((0, 6))

    def restart(self) -> None:
        """Drop the open window; the offset outlives a gap."""
        self._open = np.empty((0, 6))

    def process(
        self, acc_mps2: NDArray[np.float64], gyro_radps: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """Return the rates without offset, shape (n, 3)."""
        size = self.settings.window_samples
        carried = len(self._open)
        stream = np.vstack((self._open, np.hstack((acc_mps2, gyro_radps))))
        windows = len(stream) // size
        self._open = stream[windows * size :]
        biases = np.empty((windows + 1, 3))
        biases[0] = self.bias_radps
        if windows:
            still, mean = self._judge(stream[: windows * size].reshape(windows, size, 6))
            for index in range(windows):
                if still[index]:
                    self._learn(mean[index])
                biases[index + 1] = self.bias_radps
        window_of_row = np.arange(carried, len(stream)) // size
        corrected: NDArray[np.float64] = gyro_radps - biases[window_of_row]
        return corrected

    def _judge(
        self, windows: NDArray[np.float64]
    ) -> tuple[NDArray[np.bool_], NDArray[np.float64]]:
        """Return which windows are still, and the mean rate of each."""
        limits = self.settings
        spread = np.ptp(windows, axis=1)
        half = windows.shape[1] // 2
        turn = windows[:, :half, :3].mean(axis=1) - windows[:, half:, :3].mean(axis=1)
        mean = windows[:, :, 3:].mean(axis=1)
        still = (
            (spread[:, :3].max(axis=1) < limits.acc_spread_mps2)
            & (spread[:, 3:].max(axis=1) < limits.gyro_spread_radps)
            & (np.abs(turn).max(axis=1) < limits.gravity_turn_mps2)
            & (np.abs(mean).max(axis=1) < limits.most_bias_radps)
        )
        return still, mean

    def _learn(self, mean_radps: NDArray[np.float64]) -> None:
        self.still_windows += 1
        weight = 1.0 / min(self.still_windows, self.settings.memory_windows)
        self.bias_radps = self.bias_radps + weight * (mean_radps - self.bias_radps)
