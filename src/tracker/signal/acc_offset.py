"""The accelerometer's zero-g offset, learnt from the length of gravity.

A cheap part is off by 20 to 50 mg. The offset leans with the sensor, so it does not cancel in
the rise of a rep: 20 mg are centimetres in a second, and can be the whole rise in four. But
whichever way a still sensor points, what it measures must be one gravity long, and lying, sitting,
the bottom and the top of a rep point different ways.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from tracker.domain.units import STANDARD_GRAVITY_MPS2

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


class AccOffset:
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
        length = math.sqrt(float(gravity @ gravity))
        error = length - STANDARD_GRAVITY_MPS2
        if abs(error) > settings.most_length_error_mps2:
            return
        direction = gravity / length
        spread = self._spread + self._drift
        shared = spread @ direction
        gain = shared / (float(direction @ shared) + settings.still_mps2**2)
        self.offset_mps2 = self.offset_mps2 + gain * error
        self._spread = spread - gain[:, None] * shared
