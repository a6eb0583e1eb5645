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

import math
from typing import TYPE_CHECKING, Final

import numpy as np

from tracker.domain import AccErrors
from tracker.domain.units import RADPS_PER_DPS, STANDARD_GRAVITY_MPS2
from tracker.signal.orientation import lengths
from tracker.signal.smoothing import RunningMean

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Board = tuple[float, NDArray[np.float64], NDArray[np.float64]]
    Windows = NDArray[np.bool_]

USUAL_OFFSET_MPS2: Final = 0.3
"""Offset of an axis to be expected before anything is known: 30 mg, as data sheets say."""

USUAL_SCALE: Final = 0.01
"""Scale error of an axis to be expected before anything is known."""

BOARDS: Final = ((0.8, 1.0), (0.2, 3.0))
"""Share of boards, and their errors as a multiple of the usual ones: as the data sheet says, and
soldered or knocked, where it allows 80 mg and more."""

STILL_ERROR_MPS2: Final = 0.05
"""What a still moment's gravity may be off by: breathing, the place on earth, 5 mg."""

QUIET_ERROR_MPS2: Final = 0.2
"""The same for a moment of tremble, which moves the hips at 0.1 m/s within half a second."""

DRIFT: Final = np.diag([0.002**2] * 3 + [0.0] * 3)
"""How much the offset, m/s², may change from one still half second to the next: warmth."""

MOST_LENGTH_ERROR_MPS2: Final = 1.0
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

    How large is a matter of the board. So there is one filter for each of `BOARDS`, weighed by how
    likely it made what was measured: a board that is far off in one posture will be so in others.
    What is known is the mean and the covariance over all of them.
    """

    def __init__(self) -> None:
        usual = np.diag([USUAL_OFFSET_MPS2**2] * 3 + [USUAL_SCALE**2] * 3)
        self._boards = [(share, np.zeros(6), size * size * usual) for share, size in BOARDS]
        self.known = _mixed(self._boards)
        """What is known so far."""

    def learn(self, mean_mps2: NDArray[np.float64], *, still: bool) -> None:
        """Take the mean specific force, m/s², shape (3,), of a moment that is still, or quiet."""
        known = self.known.mean
        gravity = mean_mps2 - known[:3] - known[3:] * mean_mps2
        length = _length(gravity)
        error = length - STANDARD_GRAVITY_MPS2
        if abs(error) > MOST_LENGTH_ERROR_MPS2:
            return
        up = gravity / length
        seen = np.concatenate((up, STANDARD_GRAVITY_MPS2 * up * up))
        noise = STILL_ERROR_MPS2 if still else QUIET_ERROR_MPS2
        boards = []
        for share, mean, spread in self._boards:
            widened = spread + DRIFT
            # Row by row: a matrix product is rounded differently on different processors.
            shared = np.add.reduce(seen[:, None] * widened, axis=0)
            variance = sum((seen * shared).tolist()) + noise * noise
            missed = error - sum((seen * (mean - known)).tolist())
            likely = math.exp(-0.5 * missed * missed / variance) / math.sqrt(variance)
            gain = shared / variance
            updated = widened - gain[:, None] * shared
            boards.append((share * max(likely, 1e-30), mean + gain * missed, updated))
        total = sum(share for share, _, _ in boards)
        # Rounded, because the last bit of an exponential is a matter of the processor.
        self._boards = [(round(share / total, 9), mean, own) for share, mean, own in boards]
        self.known = _mixed(self._boards)


def _mixed(boards: Sequence[Board]) -> AccErrors:
    """Return the mean and the covariance of the errors over boards with their probabilities."""
    mean, spread = np.zeros(6), np.zeros((6, 6))
    for share, each, _ in boards:
        mean = mean + share * each
    for share, each, own in boards:
        apart = each - mean
        spread = spread + share * (own + apart[:, None] * apart)
    return AccErrors(mean, spread)


def _length(vector: NDArray[np.float64]) -> float:
    x, y, z = vector.tolist()
    return math.sqrt(x * x + y * y + z * z)


WINDOW_SAMPLES: Final = 50
"""Length of a window on the grid: 0.5 s, shorter than any pause worth learning from."""

STILL_GYRO_RADPS: Final = 1.8 * RADPS_PER_DPS
"""Furthest a rate may be from the mean of a still window: ten times a cheap part's noise."""

STILL_ACC_MPS2: Final = 0.36
"""Furthest an acceleration may be from the mean of a still window."""

STILL_TURN_MPS2: Final = 0.04
"""Largest change of the mean acceleration between a window's halves: 1 °/s of turning."""

QUIET_GYRO_RADPS: Final = 12.0 * RADPS_PER_DPS
"""The same of a window that is only quiet: a person who holds a bar up trembles like this."""

QUIET_ACC_MPS2: Final = 1.2
"""Furthest an acceleration may be from the mean of a quiet window."""

QUIET_TURN_MPS2: Final = 0.08
"""Largest turn of gravity between the halves of a quiet window: 2 °/s, no slow rep."""

MOST_BIAS_RADPS: Final = 18.0 * RADPS_PER_DPS
"""An offset beyond every datasheet (10 °/s on each axis) is a rotation."""

MEMORY_WINDOWS: Final = 20
"""Still windows that the running mean spans: 10 s, against noise but not warmth."""


class GyroBiasEstimator:
    """Subtracts the offset as it was known before each window."""

    def __init__(self) -> None:
        self.bias_radps: NDArray[np.float64] = np.zeros(3)
        """Offset known so far, rad/s, shape (3,)."""
        self.still_windows = 0
        """Windows that it was learnt from."""
        self._mean = RunningMean(warm_up=MEMORY_WINDOWS, gain=1.0 / MEMORY_WINDOWS)
        self._acc = AccelBiasEstimator()
        self._open = np.empty((6, 0))

    def restart(self) -> None:
        """Drop the open window; the offsets outlive a gap."""
        self._open = np.empty((6, 0))

    def process(
        self, acc_mps2: NDArray[np.float64], gyro_radps: NDArray[np.float64]
    ) -> tuple[NDArray[np.float64], tuple[tuple[int, AccErrors], ...]]:
        """Return the rates without offset, and what becomes known of the accelerometer's errors.

        The rates have the shape (n, 3). What is known holds from a sample of the block on; the
        first is for its first sample.

        A person under a load trembles too much for a still window, but never tires of quiet ones:
        they teach the accelerometer's errors with less weight, and the gyroscope's until enough
        still ones were there.
        """
        size = WINDOW_SAMPLES
        carried = self._open.shape[1]
        # Time last in memory: a mean adds up in the order in which the samples lie there.
        stream = np.empty((6, carried + len(acc_mps2)))
        stream[:, :carried] = self._open
        stream[:3, carried:], stream[3:, carried:] = acc_mps2.T, gyro_radps.T
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
        early = self.still_windows + np.cumsum(still) <= MEMORY_WINDOWS
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
        mean = windows.mean(axis=2)
        away = windows - mean[:, :, None]
        half = windows.shape[2] // 2
        turn = windows[:3, :, :half].mean(axis=2) - windows[:3, :, half:].mean(axis=2)
        rate = mean[3:]
        acc, gyro = lengths(away[:3]).max(axis=1), lengths(away[3:]).max(axis=1)
        turned, slow = lengths(turn), lengths(rate) < MOST_BIAS_RADPS
        still = (
            (acc < STILL_ACC_MPS2) & (gyro < STILL_GYRO_RADPS) & (turned < STILL_TURN_MPS2) & slow
        )
        quiet = still | (
            (acc < QUIET_ACC_MPS2) & (gyro < QUIET_GYRO_RADPS) & (turned < QUIET_TURN_MPS2) & slow
        )
        return still, quiet, turned < STILL_TURN_MPS2, mean

    def _learn(self, means_radps: NDArray[np.float64]) -> NDArray[np.float64]:
        """Learn from still windows; return what was known before each and after, (3, k + 1)."""
        known = self.bias_radps[:, None]
        if means_radps.size:
            known = np.concatenate((known, self._mean.process(means_radps)), axis=1)
            self.bias_radps = known[:, -1].copy()
        return known
