"""Whether the hips have begun to sink, before the detection is sure of the way down.

That a way down has begun is known when it is half over: its own peak speed decides where it
began. The hold must not seem to go on for so long, least of all be told as done.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

WINDOW_S: Final = 0.1
"""A trembling hold turns up and down ten times a second: over one turn it comes to nothing."""

SINKING_DPS: Final = 3.0
"""A tenth of the peak speed of a way down of 47° in 3 s, where by definition it begins."""

LEAST_DROP_DEG: Final = 0.5
"""Less is within the noise of a posture."""

LOOKED_BACK_S: Final = 1.0
"""Longer than it takes until the way down is known."""


def lowering_since_s(
    time_s: NDArray[np.float64], pitch_deg: NDArray[np.float64], since_s: float
) -> float | None:
    """Return when the hips began to sink, if they have been sinking up to now.

    Parameters
    ----------
    time_s, pitch_deg
        The trace, even steps, shape (n,).
    since_s
        Start of the hold, s; what was before is not looked at.

    Returns
    -------
    float or None
        Session time, s; None while the hips stay where they are.
    """
    first = int(np.searchsorted(time_s, max(since_s, _last(time_s) - LOOKED_BACK_S)))
    time_s, pitch_deg = time_s[first:], pitch_deg[first:]
    if time_s.size < 3:
        return None
    window = max(1, round(WINDOW_S * (time_s.size - 1) / (time_s[-1] - time_s[0])))
    if time_s.size <= window:
        return None
    drop_dps = (pitch_deg[:-window] - pitch_deg[window:]) / WINDOW_S
    calm = np.flatnonzero(drop_dps < SINKING_DPS)
    if calm.size and calm[-1] == drop_dps.size - 1:
        return None
    # The middle of the last window in which they did not sink.
    began = (int(calm[-1]) if calm.size else 0) + window // 2
    if pitch_deg[began] - pitch_deg[-1] < LEAST_DROP_DEG:
        return None
    return float(time_s[began])


def _last(time_s: NDArray[np.float64]) -> float:
    return float(time_s[-1]) if time_s.size else 0.0
