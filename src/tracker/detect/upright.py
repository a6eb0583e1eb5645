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
from numpy.lib.stride_tricks import sliding_window_view

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

LOOKS_ELSEWHERE: Final = 6
"""So many looks in a row at one posture (3.5 s) take the place of steps seen before: a few scoots
or reps of a small range look like steps, too."""

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
        lags = np.arange(least, most, 2)
        # Most steps come again within the first of them.
        self._lags = (lags[: len(lags) // 2], lags)
        self._due = self._step
        """The sample before which the next look is taken."""
        self._seen: NDArray[np.float64] | None = None
        """What the look before showed; None if nobody walked."""
        self.upright: NDArray[np.float64] | None = None
        """Up in sensor axes of the wearer upright, shape (3,); None while nothing has shown it."""
        self.doubt = 0.0
        """Probability that it is not that of the sensor as it is worn now."""
        self._laid = False
        """Whether it comes from a set, not from steps."""
        self._elsewhere = 0
        """Looks in a row at steps in another posture."""

    def skip(self, until: int) -> None:
        """Take none of the looks that are due up to the sample `until`."""
        if self._due <= until:
            self._due = (until // self._step + 1) * self._step

    def look(self, until: int) -> None:
        """Take the looks that are due up to the sample `until`: each at the steps before it."""
        if self._due > until:
            return
        due = np.arange(self._due, until + 1, self._step)
        self._due = int(due[-1]) + self._step
        jolt = np.zeros(len(due))
        known = due - self._window >= self._buffer.first
        jolt[known] = self._buffer.jolts_mps2(due[known] - self._window, due[known] - 1)
        moved = (jolt > LEAST_JOLT_MPS2) & (jolt < MOST_JOLT_MPS2)
        if not moved.any():
            self._seen = None
            return
        walked = self._walked(due[moved])
        for at in due.tolist():
            self._see(walked.get(at))

    def _see(self, seen: NDArray[np.float64] | None) -> None:
        """Take what one look shows."""
        before, self._seen = self._seen, seen
        if seen is None or before is None or dot(seen, before) < SAME:
            self._elsewhere = 0
            return
        known = self.upright
        elsewhere = known is not None and dot(seen, known) < SAME
        self._elsewhere = self._elsewhere + 1 if elsewhere else 0
        if known is None or self._laid or self._elsewhere >= LOOKS_ELSEWHERE:
            self.upright, self._laid, self.doubt = seen, False, REMOUNTED
        elif not elsewhere:
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

    def _walked(self, due: NDArray[np.intp]) -> dict[int, NDArray[np.float64]]:
        """Return the mean posture, shape (3,), of those looks whose last seconds were walked."""
        oldest = int(due[0]) - self._window
        windows = due - self._window - oldest
        up = sliding_window_view(self._buffer.up(oldest, int(due[-1])).T, self._window, axis=1)[
            :, windows
        ]
        total = up.sum(axis=2)
        x, y, z = total
        # Of a sensor that turns over, the sum may be nothing, and then it is no posture either.
        mean = total / np.maximum(np.sqrt(x * x + y * y + z * z), 1e-9)
        parts = up * mean[:, :, None]
        swaying = (parts[0] + parts[1] + parts[2]).min(axis=1)
        steady = np.flatnonzero(swaying >= LEAST_SWAY)
        if not len(steady):
            return {}
        vertical = sliding_window_view(
            self._buffer.vertical_mps2(oldest, int(due[-1])), self._window
        )[windows[steady]]
        vertical = vertical - (vertical.sum(axis=1) / self._window)[:, None]
        walked = steady[self._repeat(vertical)].tolist()
        return {int(due[each]): mean[:, each] for each in walked}

    def _repeat(self, vertical: NDArray[np.float64]) -> NDArray[np.bool_]:
        """Return which accelerations turn round and come back alike, as with steps."""
        few, all_of_them = self._lags
        found = _comes_back(vertical, few)
        if not found.all():
            left = np.flatnonzero(~found)
            found[left] = _comes_back(vertical[left], all_of_them)
        return found


def _comes_back(values: NDArray[np.float64], lags: NDArray[np.intp]) -> NDArray[np.bool_]:
    """Return which rows are unlike themselves at one lag, and alike at a later one.

    Parameters
    ----------
    values
        Shape (k, n).
    lags
        Samples, shape (m,), rising by equal steps.

    Returns
    -------
    ndarray
        Shape (k,).
    """
    count, size = values.shape
    most = int(lags[-1])
    padded = np.zeros((count, most + size))
    padded[:, most:] = values
    shifts = slice(most - int(lags[0]), None, int(lags[0]) - int(lags[1]))
    earlier = sliding_window_view(padded, size, axis=1)[:, shifts]
    shared = np.einsum("klj,kj->kl", earlier, values)
    power = np.zeros((count, size + 1))
    np.cumsum(values * values, axis=1, out=power[:, 1:])
    sizes = (power[:, -1:] - power[:, lags]) * power[:, size - lags]
    turned = np.logical_or.accumulate(shared < 0.0, axis=1)
    found: NDArray[np.bool_] = (turned & (shared > ALIKE * np.sqrt(sizes))).any(axis=1)
    return found
