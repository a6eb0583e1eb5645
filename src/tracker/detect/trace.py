"""Pitch over the last seconds, for a screen; no decision is taken from it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from tracker.domain import Trace

if TYPE_CHECKING:
    from tracker.detect.history import History
    from tracker.detect.movement import Movement

TRACE_S: Final = 12.0
"""A little longer than the ten seconds that screens show."""


def pitch_trace(history: History, lift: Movement | None) -> Trace:
    """Return how far the pelvis is turned up from where the latest rep began.

    Before a first rep the lift's axis is not known; then it is the tilt away from the oldest
    posture of the trace, which has no sign.
    """
    first = max(history.first, history.stop - round(TRACE_S * history.rate_hz))
    up = history.up(first, history.stop)
    time_s = history.time_s(0.0) + np.arange(first, history.stop) / history.rate_hz
    if not len(up):
        return Trace(time_s, np.empty(0))
    if lift is None:
        return Trace(time_s, np.degrees(np.arccos(np.clip(up @ up[0], -1.0, 1.0))))
    level = lift.from_up - lift.axis * (lift.from_up @ lift.axis)
    across = np.cross(lift.axis, level)
    return Trace(time_s, np.degrees(np.arctan2(-(up @ across), up @ level)))
