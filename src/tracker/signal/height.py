"""Vertical velocity and travel of the hips, as far as an accelerometer can tell while moving.

Integration drifts, so everything slower than a few reps is held back: what is left is travel
about a middle that follows slowly. It is meant for finding the movements; the rise of one rep is
measured between its own two standstills.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
from scipy import signal

if TYPE_CHECKING:
    from numpy.typing import NDArray

CORNER_HZ: Final = 0.08
"""Below this, travel is drift: a rep takes 1 to 8 s."""


class HeightFilter:
    """Leaky double integration of vertical acceleration."""

    def __init__(self, rate_hz: float) -> None:
        self._rate_hz = rate_hz
        corner = 2.0 * np.pi * CORNER_HZ
        # s / (s + w)² from acceleration to velocity, and once more from velocity to travel.
        self._taps = signal.bilinear([1.0, 0.0], [1.0, 2.0 * corner, corner**2], fs=rate_hz)
        self.restart()

    def restart(self) -> None:
        """Stand still in the middle."""
        self._velocity_state = np.zeros(2)
        self._height_state = np.zeros(2)

    def process(
        self, vertical_mps2: NDArray[np.float64]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return velocity, m/s, and height, m, each of shape (n,)."""
        if not len(vertical_mps2):
            return vertical_mps2, vertical_mps2
        numerator, denominator = self._taps
        velocity, self._velocity_state = signal.lfilter(
            numerator, denominator, vertical_mps2, zi=self._velocity_state
        )
        height, self._height_state = signal.lfilter(
            numerator, denominator, velocity, zi=self._height_state
        )
        return velocity, height
