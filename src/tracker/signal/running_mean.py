"""A mean over the recent past that knows no start-up error."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from scipy import signal

if TYPE_CHECKING:
    from numpy.typing import NDArray


class RunningMean:
    """First-order low-pass that starts as a plain mean, so that it is right from the first sample.

    Parameters
    ----------
    warm_up
        How many samples are averaged evenly.
    gain
        Weight of the newest sample from then on.
    """

    def __init__(self, warm_up: int, gain: float) -> None:
        self._warm_up = warm_up
        self._gain = gain
        self._sum: NDArray[np.float64] | None = None
        self._seen = 0

    @classmethod
    def lasting(cls, time_constant_s: float, rate_hz: float) -> RunningMean:
        """Return a low-pass with a time constant, once more samples than that have come.

        Raises
        ------
        ValueError
            If the time constant or the rate is not positive.
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
