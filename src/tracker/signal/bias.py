"""The biases of gyroscope and accelerometer, learnt whenever the sensor is still.

A cheap gyroscope is off by up to 10 °/s, and a slow rep turns at 10 °/s, so its bias decides
whether a slow rep has edges. Stillness is judged on windows: neither sensor may wander inside one,
and gravity may not turn, because a slow steady rotation looks still to a gyroscope alone. All
limits are lengths of vectors, so they do not depend on how the sensor is worn.

A cheap accelerometer is off by 20 to 50 mg and by 1 %. Both errors turn with the sensor, so they
do not cancel in the rise of a rep: 20 mg are centimetres after one second, and can be the whole
rise after four. But whichever way a still sensor points, it must measure exactly one gravity, and
lying, sitting, the bottom and the top of a rep all point different ways.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from tracker.domain import AccErrors
from tracker.domain.units import RADPS_PER_DPS, STANDARD_GRAVITY_MPS2
from tracker.signal.smoothing import RunningMean

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class AccOffsetSettings:
    """How large the errors may be, and how far one still moment is believed."""

    usual_mps2: float = 0.3
    """Offset of an axis to be expected before anything is known: 30 mg, as data sheets say."""
    usual_scale: float = 0.01
    """Scale error of an axis to be expected before anything is known."""
    still_mps2: float = 0.05
    """What a still moment's gravity may be off by: breathing, the place on earth, 5 mg."""
    quiet_mps2: float = 0.2
    """The same for a moment of tremble, which moves the hips at 0.1 m/s within half a second."""
    drift_mps2: float = 0.002
    """How much the offset may change from one still half second to the next: warmth."""
    most_length_error_mps2: float = 1.0
    """A still moment further from one gravity is none: a lift that starts, or other units."""


class AccelBiasEstimator:
    """Estimates offset and scale from one still moment after the other.

    Notes
    -----
    With offset ``b`` and scale error ``s``, every still mean ``f`` should satisfy
    ``|f - b - s f| = g``. Linearised about the estimate, with ``u`` the direction of ``f``, this
    is one equation in six unknowns, ``u·b + g Σ s u² = |f| - g``, taken in by the Kalman filter of
    a state that hardly changes (Kalman 1960, doi:10.1115/1.3662552). What no posture has shown yet
    stays at zero, and its covariance large: that is what makes a rise uncertain.
    """

    def __init__(self, settings: AccOffsetSettings | None = None) -> None:
        self.settings = settings or AccOffsetSettings()
        offset, scale = self.settings.usual_mps2**2, self.settings.usual_scale**2
        self.known = AccErrors(np.zeros(6), np.diag([offset] * 3 + [scale] * 3))
        """What is known so far."""
        self._drift = np.diag([self.settings.drift_mps2**2] * 3 + [0.0] * 3)

    def learn(self, mean_mps2: NDArray[np.float64], *, still: bool) -> None:
        """Take the mean specific force, m/s², shape (3,), of a moment that is still, or quiet."""
        settings, known = self.settings, self.known
        gravity = mean_mps2 - known.mean[:3] - known.mean[3:] * mean_mps2
        length = float(_length(gravity))
        error = length - STANDARD_GRAVITY_MPS2
        if abs(error) > settings.most_length_error_mps2:
            return
        up = gravity / length
        seen = np.concatenate((up, STANDARD_GRAVITY_MPS2 * up * up))
        spread = known.spread + self._drift
        # Row by row: a matrix product is rounded differently on different processors.
        shared = sum((share * row for share, row in zip(seen, spread, strict=True)), np.zeros(6))
        noise = settings.still_mps2 if still else settings.quiet_mps2
        gain = shared / (sum((seen * shared).tolist()) + noise * noise)
        self.known = AccErrors(known.mean + gain * error, spread - gain[:, None] * shared)


if TYPE_CHECKING:
    Windows = NDArray[np.bool_]


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
    quiet_gyro_radps: float = 12.0 * RADPS_PER_DPS
    """The same of a window that is only quiet: a person who holds a bar up trembles like this."""
    quiet_acc_mps2: float = 1.2
    """Furthest an acceleration may be from the mean of a quiet window."""
    quiet_turn_mps2: float = 0.08
    """Largest turn of gravity between the halves of a quiet window: 2 °/s, no slow rep."""
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
    ) -> tuple[NDArray[np.float64], tuple[tuple[int, AccErrors], ...]]:
        """Return the rates without offset, and what becomes known of the accelerometer's errors.

        Returns
        -------
        ndarray
            Shape (n, 3).
        tuple of (int, AccErrors)
            What is known from a sample of the block on, in order; the first is for its first
            sample.

        Notes
        -----
        A person under a load trembles too much for a still window, but never tires of quiet ones:
        they teach the accelerometer's errors with less weight, and the gyroscope's until enough
        still ones were there.
        """
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
        known = [(0, self._acc.known)]
        if not windows:
            return gyro_radps - self.bias_radps, tuple(known)
        still, quiet, steady, mean = self._judge(
            stream[:, : windows * size].reshape(6, windows, size)
        )
        for window in np.flatnonzero(quiet).tolist():
            self._acc.learn(mean[:3, window], still=bool(still[window]))
            known.append(((window + 1) * size - carried, self._acc.known))
        # The first still windows put an end to what quiet ones say about the gyroscope.
        early = self.still_windows + np.cumsum(still) <= self.settings.memory_windows
        taken = still | (quiet & steady & early)
        biases = self._learn(mean[3:, taken])
        self.still_windows += int(np.count_nonzero(still))
        row = np.repeat(np.concatenate(([0], np.cumsum(taken))), size)[carried : stream.shape[1]]
        corrected: NDArray[np.float64] = stream[3:, carried:] - biases.take(row, axis=1)
        return corrected.T, tuple(known)

    def _judge(
        self, windows: NDArray[np.float64]
    ) -> tuple[Windows, Windows, Windows, NDArray[np.float64]]:
        """Return which windows are still, quiet, and without a turn, and their means, (6, k)."""
        limits = self.settings
        mean = windows.mean(axis=2)
        away = windows - mean[:, :, None]
        half = windows.shape[2] // 2
        turn = windows[:3, :, :half].mean(axis=2) - windows[:3, :, half:].mean(axis=2)
        rate = mean[3:]
        acc, gyro = _length(away[:3]).max(axis=1), _length(away[3:]).max(axis=1)
        turned, slow = _length(turn), _length(rate) < limits.most_bias_radps
        still = (
            (acc < limits.acc_spread_mps2)
            & (gyro < limits.gyro_spread_radps)
            & (turned < limits.gravity_turn_mps2)
            & slow
        )
        quiet = still | (
            (acc < limits.quiet_acc_mps2)
            & (gyro < limits.quiet_gyro_radps)
            & (turned < limits.quiet_turn_mps2)
            & slow
        )
        return still, quiet, turned < limits.gravity_turn_mps2, mean

    def _learn(self, means_radps: NDArray[np.float64]) -> NDArray[np.float64]:
        """Learn from still windows; return what was known before each and after, (3, k + 1)."""
        known = self.bias_radps[:, None]
        if means_radps.size:
            known = np.concatenate((known, self._mean.process(means_radps)), axis=1)
            self.bias_radps = known[:, -1].copy()
        return known


def _length(vectors: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the lengths of vectors along the first axis."""
    x, y, z = vectors
    lengths: NDArray[np.float64] = np.sqrt(x * x + y * y + z * z)
    return lengths
