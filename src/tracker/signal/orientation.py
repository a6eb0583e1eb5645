"""Which way is up, seen from the sensor, whatever way round it is worn.

With a gyroscope: rotations are added up into a frame that stands almost still, the accelerometer
is turned into that frame and low-passed there, where gravity is constant and movement averages
out. That is the inclination part of VQF (Laidig and Seel 2023, doi:10.1016/j.inffus.2022.10.014),
and every step of it works on whole blocks.

Without one: gravity's arc in the sensor is the smoothed accelerometer itself.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from tracker.domain.units import STANDARD_GRAVITY_MPS2
from tracker.signal.rotation import IDENTITY, Turn, accumulate, steps_from_rate, unit
from tracker.signal.running_mean import RunningMean
from tracker.signal.smoothing import Smoother

if TYPE_CHECKING:
    from numpy.typing import NDArray

TILT_TIME_CONSTANT_S: Final = 3.0
"""Averages over a rep, so that its accelerations cancel; VQF's default. Longer only adds drift."""

GRAVITY_TIME_CONSTANT_S: Final = 30.0
"""The size of gravity never changes; what does is the sensor's warmth."""

LEAST_GRAVITY_MPS2: Final = 0.1 * STANDARD_GRAVITY_MPS2
"""Less is free fall, or a sensor that sends zeros; neither says where up is."""

SOME_UP: Final = np.array([[0.0], [0.0], [1.0]])
"""Taken for up until gravity is felt."""

ARC_HALF_WIDTH_S: Final = 0.15
"""Smoothing of gravity's arc without a gyroscope, each side: keeps 0.5 s movements, not jolts."""


def _dot(one: NDArray[np.float64], other: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the scalar products of vectors of shape (3, n)."""
    products: NDArray[np.float64] = np.einsum("in,in->n", one, other)
    return products


def _lengths(vectors: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the lengths of vectors of shape (3, n)."""
    return np.sqrt(_dot(vectors, vectors))


def _directions(
    vectors: NDArray[np.float64], lengths: NDArray[np.float64], last: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return unit vectors, shape (3, n); where gravity is not felt, the last direction stays."""
    felt = lengths > LEAST_GRAVITY_MPS2
    if felt.all():
        return vectors / lengths
    known = np.hstack((last, vectors / np.maximum(lengths, LEAST_GRAVITY_MPS2)))
    newest = np.maximum.accumulate(np.where(felt, np.arange(1, len(felt) + 1), 0))
    directions: NDArray[np.float64] = known[:, newest]
    return directions


class UprightFilter:
    """Up and vertical acceleration from accelerometer and gyroscope."""

    def __init__(self, rate_hz: float) -> None:
        self._rate_hz = rate_hz
        self.restart()

    def restart(self) -> None:
        """Forget the orientation; after a gap it can be any."""
        self._orientation: NDArray[np.complex128] = IDENTITY
        self._last_up: NDArray[np.float64] = SOME_UP
        self._tilt = RunningMean.lasting(TILT_TIME_CONSTANT_S, self._rate_hz)
        self._gravity = RunningMean.lasting(GRAVITY_TIME_CONSTANT_S, self._rate_hz)

    def process(
        self, acc_mps2: NDArray[np.float64], rate_radps: NDArray[np.float64]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return where up is in sensor axes and the upward acceleration.

        Parameters
        ----------
        acc_mps2
            Specific force, sensor axes, m/s², shape (n, 3).
        rate_radps
            Angular rate without offset, sensor axes, rad/s, shape (n, 3).

        Returns
        -------
        up : ndarray
            Unit vectors, shape (n, 3).
        vertical_mps2 : ndarray
            Upward acceleration without gravity, m/s², shape (n,).
        """
        if not len(acc_mps2):
            return acc_mps2, np.empty(0)
        steps = steps_from_rate(rate_radps.T, 1.0 / self._rate_hz)
        orientation = accumulate(self._orientation, steps)
        self._orientation = unit(orientation[:, -1])
        turn = Turn.by(orientation)
        acc_reference = turn.there(acc_mps2.T)
        low = self._tilt.process(acc_reference)
        length = _lengths(low)
        up_reference = _directions(low, length, self._last_up)
        self._last_up = up_reference[:, -1:]
        gravity = self._gravity.process(length[None])[0]
        vertical = _dot(acc_reference, up_reference) - gravity
        return turn.back(up_reference).T, vertical


class LeanFilter:
    """What an offset of the accelerometer adds to the upward acceleration as the sensor leans."""

    def __init__(self, rate_hz: float) -> None:
        self._rate_hz = rate_hz
        self.restart()

    def restart(self) -> None:
        """Forget which way the sensor pointed."""
        self._usual = RunningMean.lasting(GRAVITY_TIME_CONSTANT_S, self._rate_hz)

    def process(
        self, up: NDArray[np.float64], offset_mps2: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """Return the acceleration that is none, m/s², shape (n,).

        What the offset adds in the usual posture is part of the gravity that the sensor feels,
        and is subtracted with it. So an offset that becomes known at rest changes nothing.
        """
        if not len(up):
            return np.empty(0)
        leaning = up - self._usual.process(up.T).T
        added: NDArray[np.float64] = np.einsum("ni,ni->n", offset_mps2, leaning)
        return added


class ArcFilter:
    """Up, angular rate and vertical acceleration from an accelerometer alone."""

    def __init__(self, rate_hz: float) -> None:
        self._rate_hz = rate_hz
        self._smoother = Smoother(round(ARC_HALF_WIDTH_S * rate_hz))
        self.delay_samples = self._smoother.delay_samples
        """How many samples the output is behind the input."""
        self.restart()

    def restart(self) -> None:
        """Forget the past."""
        self._smoother.restart()
        self._last_up: NDArray[np.float64] | None = None
        self._seen_up: NDArray[np.float64] = SOME_UP
        self._gravity = RunningMean.lasting(GRAVITY_TIME_CONSTANT_S, self._rate_hz)

    def process(
        self, acc_mps2: NDArray[np.float64]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
        """Return up, shape (n, 3), angular rate, rad/s, shape (n, 3), and vertical acceleration.

        The rate is the rotation of gravity's arc: what turns about the vertical itself is unseen.
        """
        smooth = self._smoother.process(acc_mps2)
        if not len(smooth):
            return smooth, smooth, np.empty(0)
        length = np.linalg.norm(smooth, axis=1)
        up = _directions(smooth.T, length, self._seen_up).T
        self._seen_up = up[-1:].T
        before = up[:1] if self._last_up is None else self._last_up
        earlier = np.vstack((before, up[:-1]))
        self._last_up = up[-1:]
        # Up turns backwards in the axes of a body that turns forwards.
        rate = np.cross(up, earlier) * self._rate_hz
        vertical = length - self._gravity.process(length[None])[0]
        return up, rate, vertical
