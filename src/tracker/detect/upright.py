"""How the sensor hangs on its wearer who walks: the posture that no hip thrust ends in.

Nobody says how the sensor is worn, but who walks to the bench shows it. Steps come once or twice
in a second, jolt the hips and hardly turn them, and gravity then points along the body. From there
on a lift is known to end lying and to turn about an axis across the body, while bending over
plates, sitting down and climbing stairs end upright, and rolling over turns about the body itself.
A set that was surely one shows it as well, though less exactly.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from tracker.detect.vectors import dot

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tracker.detect.buffer import MotionBuffer
    from tracker.detect.features import Movement
    from tracker.domain import Exercise

LOOK_S: Final = 0.5
"""A look is taken so often."""

WINDOW_S: Final = 2.0
"""Two strides of walking, one and a half of strolling."""

LEAST_JOLT_MPS2: Final = 0.7
MOST_JOLT_MPS2: Final = 8.0
"""Root mean square of the vertical acceleration: slow steps, and running."""

LEAST_SWAY: Final = float(np.cos(np.radians(15.0)))
"""Hips of somebody who walks stay this near to their mean posture (cosine)."""

LAGS_S: Final = (0.16, 1.2)
"""From half of the shortest step to the longest stride."""

ALIKE: Final = 0.5
"""Correlation of one step, or stride, with the next."""

SAME: Final = float(np.cos(np.radians(20.0)))
"""Two looks at one walk (cosine)."""

NEWEST: Final = 0.2
"""Weight of the newest look in a posture that is known."""

REMOUNTED: Final = 0.03
"""Share of sensors that were carried while somebody walked, or lifted, and put on anew after."""

SHOWN_TWICE: Final = 0.003
"""The same once a set has ended where the steps say that it must: one in three hundred is put on
anew between sets."""

FITS_DEG: Final = 40.0
"""Twice the standard deviation of where reps end: a set within this fits what steps have shown."""


class UprightWatch:
    """Learns the upright posture from steps, and before the first from a set."""

    def __init__(self, buffer: MotionBuffer, exercise: Exercise) -> None:
        self._buffer = buffer
        self._top_deg = exercise.top_deg[0]
        self._step = round(LOOK_S * buffer.rate_hz)
        self._window = round(WINDOW_S * buffer.rate_hz)
        least, most = (round(each * buffer.rate_hz) for each in LAGS_S)
        self._lags = range(least, most, 2)
        self._seen: NDArray[np.float64] | None = None
        """What the look before showed; None if nobody walked."""
        self.upright: NDArray[np.float64] | None = None
        """Up in sensor axes of the wearer upright, shape (3,); None while nothing has shown it."""
        self.doubt = 0.0
        """Probability that it is not that of the sensor as it is worn now."""
        self._laid = False
        """Whether it comes from a set, not from steps."""

    def next_look(self, position: int) -> int:
        """Return the number of the first sample after `position` at which a look is due."""
        return (position // self._step + 1) * self._step

    def look(self, at: int) -> None:
        """Look at the steps before the sample `at`, where a look is due."""
        if at % self._step:
            return
        seen = self._walking(at)
        before, self._seen = self._seen, seen
        if seen is None or before is None or dot(seen, before) < SAME:
            return
        known = self.upright
        if known is None or self._laid or dot(seen, known) < SAME:
            self.upright, self._laid, self.doubt = seen, False, REMOUNTED
        else:
            mixed = known + NEWEST * (seen - known)
            self.upright = mixed / np.sqrt((mixed * mixed).sum())

    def lay(self, lift: Movement) -> None:
        """Take what a set has shown: it ended the exercise's `top_deg` from upright.

        The hips turned away from upright on the way up. Steps show it better, and are believed
        more once a set ends where they say that sets end.
        """
        fits = False
        if self.upright is not None:
            ends_deg = np.degrees(np.arccos(np.clip(dot(self.upright, lift.to_up), -1.0, 1.0)))
            fits = bool(abs(ends_deg - self._top_deg) <= FITS_DEG)
        if self.upright is not None and not self._laid:
            self.doubt = SHOWN_TWICE if fits else self.doubt
            return
        sense = np.cross(lift.from_up, lift.to_up)
        size = np.sqrt((sense * sense).sum())
        if size > 0.0:
            ahead = np.cross(sense / size, lift.to_up)
            turned = float(np.radians(self._top_deg))
            self.upright = np.cos(turned) * lift.to_up - np.sin(turned) * ahead
            self._laid, self.doubt = True, SHOWN_TWICE if fits else REMOUNTED

    def _walking(self, at: int) -> NDArray[np.float64] | None:
        """Return the mean posture if the last seconds were walked, shape (3,); None if not."""
        first = at - self._window
        if first < self._buffer.first:
            return None
        if not LEAST_JOLT_MPS2 < self._buffer.jolt_mps2(first, at - 1) < MOST_JOLT_MPS2:
            return None
        up = self._buffer.up(first, at)
        total = up.sum(axis=0)
        mean: NDArray[np.float64] = total / np.sqrt((total * total).sum())
        if (up * mean).sum(axis=1).min() < LEAST_SWAY:
            return None
        vertical = self._buffer.vertical_mps2(first, at)
        return mean if self._repeats(vertical - vertical.sum() / len(vertical)) else None

    def _repeats(self, vertical: NDArray[np.float64]) -> bool:
        """Return whether an acceleration turns round and comes back alike, as with steps."""
        turned = False
        for lag in self._lags:
            alike = _correlation(vertical, lag)
            turned = turned or alike < 0.0
            if turned and alike > ALIKE:
                return True
        return False


def _correlation(values: NDArray[np.float64], lag: int) -> float:
    """Return how alike values are to themselves `lag` samples later, -1 to 1."""
    one, other = values[lag:], values[:-lag]
    size = float((one * one).sum()) * float((other * other).sum())
    return float((one * other).sum()) / np.sqrt(size) if size > 0.0 else 0.0
