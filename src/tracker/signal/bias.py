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
        mean = windows.mean(axis=1)
        away = windows - mean[:, None]
        half = windows.shape[1] // 2
        turn = windows[:, :half, :3].mean(axis=1) - windows[:, half:, :3].mean(axis=1)
        rate = mean[:, 3:]
        still = (
            (_length(away[:, :, :3]).max(axis=1) < limits.acc_spread_mps2)
            & (_length(away[:, :, 3:]).max(axis=1) < limits.gyro_spread_radps)
            & (_length(turn) < limits.gravity_turn_mps2)
            & (_length(rate) < limits.most_bias_radps)
        )
        return still, rate

    def _learn(self, mean_radps: NDArray[np.float64]) -> None:
        self.still_windows += 1
        weight = 1.0 / min(self.still_windows, self.settings.memory_windows)
        self.bias_radps = self.bias_radps + weight * (mean_radps - self.bias_radps)


def _length(vectors: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the lengths of vectors along the last axis."""
    lengths: NDArray[np.float64] = np.sqrt(np.einsum("...i,...i->...", vectors, vectors))
    return lengths
