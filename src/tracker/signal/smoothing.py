"""Low-pass filters with carried state.

`Smoother` has linear phase: phase boundaries are read off its output, so its delay must be the
same at every frequency; a recursive low-pass would shift slow and fast reps differently.
`RunningMean` is recursive, for slow averages, and has no start-up error.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from scipy import signal

if TYPE_CHECKING:
    from numpy.typing import NDArray


class Smoother:
    """Weighted moving mean (Hann window) over an odd number of samples, delay removed.

    There are `half_width_samples` on each side of the middle one; they are also the delay. See
    Harris 1978, doi:10.1109/PROC.1978.10837 (Hann window).
    """

    def __init__(self, half_width_samples: int) -> None:
        if half_width_samples < 1:
            raise ValueError(f"half_width_samples must be at least 1, got {half_width_samples}")
        window = signal.windows.hann(2 * half_width_samples + 3)[1:-1]
        # The window is its own mirror image: the outermost weight first, the middle one last.
        self._weights = (window / window.sum())[: half_width_samples + 1]
        self.delay_samples = half_width_samples
        """How many samples the output is behind the input."""
        self._past: NDArray[np.float64] | None = None
        self._to_skip = 0

    def process(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the smoothed samples that `values` completes.

        From (n, k) to (m, k): as many as came in, less the first `delay_samples` of a stream.
        """
        if not len(values):
            return values
        if self._past is None:
            # As if the first sample had lasted.
            self._past = np.repeat(values[:1].T, 2 * self.delay_samples, axis=1)
            self._to_skip = self.delay_samples
        skipped = min(self._to_skip, len(values))
        self._to_skip -= skipped
        stream = np.concatenate((self._past, values.T), axis=1)
        self._past = stream[:, len(values) :].copy()
        return self._weighted_mean(stream[:, skipped:], len(values) - skipped).T

    def _weighted_mean(self, stream: NDArray[np.float64], count: int) -> NDArray[np.float64]:
        """Return the means around `count` samples, added up alike on every processor.

        NumPy's correlation leaves the sum to BLAS, whose kernels round differently.
        """
        middle = self.delay_samples
        mean: NDArray[np.float64] = self._weights[middle] * stream[:, middle : middle + count]
        for first, weight in enumerate(self._weights[:middle]):
            last = 2 * middle - first
            mean += weight * (stream[:, first : first + count] + stream[:, last : last + count])
        return mean


class RunningMean:
    """First-order low-pass that starts as a plain mean, and so is right from the first sample.

    The first `warm_up` samples are averaged evenly; from then on the newest has the weight `gain`.
    """

    def __init__(self, warm_up: int, gain: float) -> None:
        self._warm_up = warm_up
        self._gain = gain
        self._sum: NDArray[np.float64] | None = None
        self._seen = 0

    @classmethod
    def lasting(cls, time_constant_s: float, rate_hz: float) -> RunningMean:
        """Return a low-pass with a time constant, in effect once that time has passed.

        Raises `ValueError` if the time constant or the rate is not positive.
        """
        if time_constant_s <= 0.0 or rate_hz <= 0.0:
            raise ValueError(
                f"time constant and rate must be positive, got {time_constant_s} and {rate_hz}"
            )
        samples = time_constant_s * rate_hz
        return cls(round(samples), 1.0 - math.exp(-1.0 / samples))

    def process(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the low-passed values, shape (k, n) as given, time last."""
        first = values[:, : max(self._warm_up - self._seen, 0)]
        if self._sum is None:
            self._sum = np.zeros((len(values), 1))
        if not first.shape[1]:
            return self._settled(values)
        totals = np.cumsum(np.hstack((self._sum, first)), axis=1)[:, 1:]
        means = totals / np.arange(self._seen + 1, self._seen + first.shape[1] + 1)
        self._seen += first.shape[1]
        # After the warm-up the same array holds the filter's last output.
        self._sum = totals[:, -1:] if self._seen < self._warm_up else means[:, -1:]
        return np.hstack((means, self._settled(values[:, first.shape[1] :])))

    def _settled(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        if not values.shape[1]:
            return values
        assert self._sum is not None
        keep = 1.0 - self._gain
        low, _ = signal.lfilter([self._gain], [1.0, -keep], values, axis=1, zi=keep * self._sum)
        self._sum = low[:, -1:]
        smoothed: NDArray[np.float64] = low
        return smoothed
