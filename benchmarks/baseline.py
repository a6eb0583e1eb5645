"""What everybody writes first: peaks of the band-passed acceleration, for comparison only."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
from scipy import signal

if TYPE_CHECKING:
    from numpy.typing import NDArray

BAND_HZ: Final = (0.1, 0.8)
"""Reps of 1.25 to 10 s."""

LEAST_SPACING_S: Final = 1.2
"""Peaks closer than this are one rep."""

PROMINENCE_MPS2: Final = 1.5
"""Height of a peak over its surroundings: gravity turns by 9° for this much."""


def peaks_s(time_s: NDArray[np.float64], acc_mps2: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return when the band-passed acceleration peaks along its strongest direction, s."""
    rate_hz = 50.0
    grid_s = np.arange(time_s[0], time_s[-1], 1.0 / rate_hz)
    even = np.column_stack([np.interp(grid_s, time_s, axis) for axis in acc_mps2.T])
    sos = signal.butter(2, BAND_HZ, "bandpass", fs=rate_hz, output="sos")
    band = signal.sosfiltfilt(sos, even, axis=0)
    _, vectors = np.linalg.eigh(band.T @ band)
    peaks, _ = signal.find_peaks(
        band @ vectors[:, -1], distance=LEAST_SPACING_S * rate_hz, prominence=PROMINENCE_MPS2
    )
    return np.asarray(grid_s[peaks])
