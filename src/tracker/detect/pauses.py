"""What the hips do in the pauses of a rep: sink in the hold, rest at the bottom."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from tracker.detect.posture import turned_rad
from tracker.detect.strokes import BESIDE_EDGES

if TYPE_CHECKING:
    from tracker.detect.arc_track import ArcTrack
    from tracker.detect.history import History
    from tracker.detect.movement import Movement
    from tracker.detect.track import RotationTrack


class Pauses:
    """Reads pauses from the motion as long as it is remembered."""

    def __init__(self, history: History, rotation: RotationTrack, arc: ArcTrack) -> None:
        self._history = history
        self._rotation = rotation
        self._arc = arc

    def still_s(self, start_s: float, end_s: float) -> float | None:
        """Return the longest stillness within a pause, s; None where samples are missing."""
        span = self._samples(start_s, end_s)
        if span is None:
            return None
        track = self._rotation if self._history.gyroscope else self._arc
        still = np.concatenate(([False], track.slow(*span), [False]))
        edges = np.flatnonzero(still[1:] != still[:-1])
        return float(max(edges[1::2] - edges[::2], default=0)) / self._history.rate_hz

    def sag_rad(self, up: Movement, down: Movement) -> float | None:
        """Return how far the hips sank below the highest point before, in the hold between.

        Returns
        -------
        float or None
            The angle about the axis of the way up, rad; None where samples are missing.

        Notes
        -----
        Without a gyroscope a movement is counted between 15 % and 85 % of its travel, so its last
        part lies in the pause and is left out here.
        """
        span = self._samples(up.end_s + _beside_s(up), down.start_s - _beside_s(down))
        if span is None:
            return None
        posture = self._history.up(*span)
        angle = turned_rad(up.axis, up.to_up, posture)
        return float((np.maximum.accumulate(angle) - angle).max())

    def _samples(self, start_s: float, end_s: float) -> tuple[int, int] | None:
        first, last = self._history.sample_at(start_s), self._history.sample_at(end_s)
        if first < self._history.first or last > self._history.stop or last <= first:
            return None
        return first, last


def _beside_s(movement: Movement) -> float:
    return 0.0 if movement.by_gyroscope else BESIDE_EDGES * movement.duration_s
