"""The same questions as in `track`, answered without a gyroscope: the arc of gravity alone.

An accelerometer shows where down is, and every tremble as a turn. The posture is known to a
degree, the speed hardly: so this track measures the angle from the posture in which a movement
began, whatever the axis, takes its speed over a fifth of a second, and leaves it to the angle to
say where a movement started and ended.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

import numpy as np

from tracker.detect.track import Anchor, Onset
from tracker.domain.units import RADPS_PER_DPS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tracker.detect.history import History

NOISE_RADPS: Final = 7.0 * RADPS_PER_DPS
"""Trembling by a hundredth of g at 2 Hz turns the arc of gravity this fast."""

TREMBLE_RAD: Final = float(np.radians(1.2))
"""Twice what a hundredth of g turns it by: more is a movement."""

SPEED_SPAN_S: Final = 0.2
"""The angle is compared over this long to tell its speed: tremor turns back within it."""

STILL_SPAN_S: Final = 0.5
"""Hips that have turned by no more than `TREMBLE_RAD` in this time, 2.4 °/s, are still."""

POSTURE_S: Final = 0.2
"""A posture is the mean over this long, up to the sample at which it is asked for."""


class ArcTrack:
    """Angle from the posture in which the movement began, rad; it has no sign."""

    signed = False
    noise = NOISE_RADPS
    lag_s = SPEED_SPAN_S / 2.0
    tremble = TREMBLE_RAD

    def __init__(self, history: History) -> None:
        self._history = history
        self._anchor = Anchor(history.rate_hz)
        self._speed_span = round(SPEED_SPAN_S * history.rate_hz)
        self._still_span = round(STILL_SPAN_S * history.rate_hz)
        self._posture_span = round(POSTURE_S * history.rate_hz)
        self._from: NDArray[np.float64] = np.array([0.0, 0.0, 1.0])

    def restart(self) -> None:
        """Forget the last still sample."""
        self._anchor.restart(self._history.stop)

    def slow(self, first: int, last: int) -> NDArray[np.bool_]:
        """Return where the posture is that of half a second ago."""
        here, before = self._apart(first, last, self._still_span)
        moved = here - before
        still: NDArray[np.bool_] = np.einsum("ij,ij->i", moved, moved) < TREMBLE_RAD * TREMBLE_RAD
        return still

    def onset(self, first: int, last: int, least: float) -> Onset | None:
        """Return the first departure from the last still posture by more than `least`, rad."""
        anchors = self._anchor.advance(first, self.slow(first, last))
        oldest = int(anchors[0])
        postures = self._postures(oldest, last)
        there = postures[anchors - oldest]
        away = self._history.up(first, last) - there
        beyond = np.einsum("ij,ij->i", away, away) > (2.0 * math.sin(least / 2.0)) ** 2
        self._anchor.sample = int(anchors[-1])
        if not beyond.any():
            return None
        at = int(np.argmax(beyond))
        self._anchor.sample = None
        self.turned(int(anchors[at]))
        return Onset(first + at, int(anchors[at]), 1)

    def turned(self, turn: int) -> None:
        """Measure angles from the posture at `turn`."""
        self._from = self._postures(turn, turn + 1)[0]

    def coordinate(self, first: int, last: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return the angle, rad, and its mean speed over the last fifth of a second, rad/s."""
        lead = min(self._speed_span, first - self._history.first)
        angle = self._angle(self._history.up(first - lead, last))
        before = np.concatenate((np.repeat(angle[:1], self._speed_span - lead), angle))
        speed = (angle[lead:] - before[: last - first]) * (1.0 / SPEED_SPAN_S)
        return angle[lead:], speed

    def strayed(
        self, first: int, position: NDArray[np.float64], least: float
    ) -> NDArray[np.bool_]:
        """Return False throughout: an angle without an axis has no other direction."""
        del first, least
        return np.zeros(len(position), dtype=np.bool_)

    def _angle(self, up: NDArray[np.float64]) -> NDArray[np.float64]:
        away = up - self._from
        chord = np.sqrt(np.einsum("ij,ij->i", away, away))
        angle: NDArray[np.float64] = 2.0 * np.arcsin(np.minimum(chord / 2.0, 1.0))
        return angle

    def _apart(
        self, first: int, last: int, span: int
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return up, and up as it was `span` samples before, or as early as it is known."""
        oldest = max(first - span, self._history.first)
        up = self._history.up(oldest, last)
        before = np.maximum(np.arange(first, last) - span, self._history.first) - oldest
        return up[first - oldest :], up[before]

    def _postures(self, first: int, last: int) -> NDArray[np.float64]:
        """Return the mean of up over the moment before each sample."""
        oldest = max(first - self._posture_span, self._history.first)
        up = self._history.up(oldest, last)
        sums = np.vstack((np.zeros((1, 3)), np.cumsum(up, axis=0)))
        stops = np.arange(first, last) + 1 - oldest
        starts = np.maximum(stops - self._posture_span, 0)
        means = (sums[stops] - sums[starts]) / (stops - starts)[:, None]
        unit: NDArray[np.float64] = means / np.linalg.norm(means, axis=1)[:, None]
        return unit
