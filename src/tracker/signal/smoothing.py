"""Linear-phase smoothing with carried state: a known delay, the same for every frequency.

Phase boundaries are read off the smoothed signal, so its delay must be exact; a recursive low-pass
would shift slow and fast reps by different amounts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy import signal

if TYPE_CHECKING:
    from numpy.typing import NDArray


class Smoother:
    """Weighted moving mean (Hann window) over an odd number of samples, delay removed.

    Parameters
    ----------
    half_width_samples
        Samples on each side of the middle one; also the delay.

    References
    ----------
    Harris 1978, doi:10.1109/PROC.1978.10837 (Hann window).
    """

    def __init__(self, half_width_samples: int) -> None:
        if half_width_samples < 1:
            raise ValueError(f"half_width_samples must be at least 1, got {half_width_samples}")
        window = signal.windows.hann(2 * half_width_samples + 3)[1:-1]
        self._taps = window / window.sum()
        self.delay_samples = half_width_samples
        """How many samples the output is behind the input."""
        self._past: NDArray[np.float64] | None = None
        self._to_skip = 0

    def restart(self) -> None:
        """Forget the past; the next block starts flat from its first sample."""
        self._past = None

    def process(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the smoothed samples that `values` completes.

        Parameters
        ----------
        values
            Shape (n, k).

        Returns
        -------
        ndarray
            Shape (m, k): as many as came in, less the first `delay_samples` of a stream.
        """
        if not len(values):
            return values
        if self._past is None:
            self._past = np.repeat(values[:1].T, len(self._taps) - 1, axis=1)
            self._to_skip = self.delay_samples
        skipped = min(self._to_skip, len(values))
        self._to_skip -= skipped
        stream = np.concatenate((self._past, values.T), axis=1)
        self._past = stream[:, len(values) :].copy()
        smooth = np.empty((len(stream), len(values) - skipped))
        if smooth.size:
            for channel, result in zip(stream, smooth, strict=True):
                # The window is its own mirror image, so correlation is convolution.
                result[:] = np.correlate(channel[skipped:], self._taps)
        return smooth.T
