"""Which way is up in sensor axes, however the sensor is worn.

With a gyroscope: its rotations are accumulated into a reference frame that is almost at rest. The
accelerometer is turned into that frame and low-passed there, where gravity is constant and
movement averages out. That is the inclination part of VQF (Laidig and Seel 2023,
doi:10.1016/j.inffus.2022.10.014), applied to whole blocks.

Without one: the smoothed accelerometer itself follows gravity.

A unit quaternion w + xi + yj + zk is kept as the two complex numbers w + xi and y + zi, because
then a product is four multiplications of complex arrays instead of sixteen of real ones. A block
of n rotations has the shape (2, n), complex.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from tracker.domain.units import STANDARD_GRAVITY_MPS2
from tracker.signal.smoothing import RunningMean, Smoother

if TYPE_CHECKING:
    from numpy.typing import NDArray

IDENTITY: Final = np.array([1.0 + 0.0j, 0.0j])
IDENTITY.setflags(write=False)

_CHUNK: Final = 8
"""Rotations that one level of the scan multiplies up, one array call for each."""

_FEW: Final = 32
"""So many rotations are multiplied faster one by one than as arrays."""

_LEAST_ANGLE_RAD: Final = 1e-150
"""Added to every angle, so that its sine can be divided by it; far below the last bit of any."""


def product(left: NDArray[np.complex128], right: NDArray[np.complex128]) -> NDArray[np.complex128]:
    """Return the rotations `right`, then `left`, in the shape of `right`, (2, …)."""
    a, b = left
    c, d = right
    c_mirrored, d_mirrored = right.conj()
    both = np.empty_like(right)
    np.subtract(a * c, b * d_mirrored, out=both[0])
    np.add(a * d, b * c_mirrored, out=both[1])
    return both


@dataclass(frozen=True, slots=True, eq=False)
class Turn:
    """Rotations that are ready to turn vectors there and back.

    With a vector (p, q, r) as p and the complex c = q + ri, the turned one is

        p' = level · p + 2 · Im(mixed · c)
        c' = first · c + second · c* - 2i · p · both

    and the way back the same with the conjugates that turn the rotation round.
    """

    level: NDArray[np.float64]
    """|a|² - |b|² of each rotation (a, b), shape (n,)."""
    mixed: NDArray[np.complex128]
    """a · b*, shape (n,)."""
    first: NDArray[np.complex128]
    """a², shape (n,)."""
    second: NDArray[np.complex128]
    """b², shape (n,)."""
    both: NDArray[np.complex128]
    """a · b, shape (n,)."""

    @classmethod
    def by(cls, rotations: NDArray[np.complex128]) -> Turn:
        """Return what turns vectors by rotations of shape (2, n)."""
        a, b = rotations
        return cls(
            level=a.real**2 + a.imag**2 - b.real**2 - b.imag**2,
            mixed=a * b.conj(),
            first=a * a,
            second=b * b,
            both=a * b,
        )

    def there(self, vectors: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return vectors, shape (3, n), in reference axes."""
        return _turned(vectors, self.level, self.mixed, self.first, self.second, -2.0j * self.both)

    def back(self, vectors: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return vectors, shape (3, n), in sensor axes."""
        return _turned(
            vectors,
            self.level,
            -self.both.conj(),
            self.first.conj(),
            self.second,
            2.0j * self.mixed.conj(),
        )


def _turned(
    vectors: NDArray[np.float64],
    level: NDArray[np.float64],
    into_p: NDArray[np.complex128],
    keeping: NDArray[np.complex128],
    mirroring: NDArray[np.complex128],
    from_p: NDArray[np.complex128],
) -> NDArray[np.float64]:
    p = vectors[0]
    c = np.empty(vectors.shape[1], np.complex128)
    c.real, c.imag = vectors[1], vectors[2]
    turned = np.empty_like(vectors)
    turned[0] = level * p + 2.0 * (into_p * c).imag
    c_turned = keeping * c + mirroring * c.conj() + from_p * p
    turned[1], turned[2] = c_turned.real, c_turned.imag
    return turned


def steps_from_rate(rate_radps: NDArray[np.float64], period_s: float) -> NDArray[np.complex128]:
    """Return the rotation of each sample period, shape (2, n), from rates of shape (3, n)."""
    x, y, z = half_turn = rate_radps * (period_s / 2.0)
    half = np.sqrt(x * x + y * y + z * z) + _LEAST_ANGLE_RAD
    x, y, z = half_turn * (np.sin(half) / half)
    steps = np.empty((2, rate_radps.shape[1]), np.complex128)
    steps[0].real, steps[0].imag = np.cos(half), x
    steps[1].real, steps[1].imag = y, z
    return steps


def accumulate(
    start: NDArray[np.complex128], steps: NDArray[np.complex128]
) -> NDArray[np.complex128]:
    """Return the running product `start · s₀ · s₁ …` for every step, shape (2, n).

    A product of n rotations cannot be written as one NumPy call. Chunks are multiplied up side by
    side, their totals are accumulated the same way, and each chunk is turned by what came before
    it: two products for each step in all (Blelloch 1990, "Prefix sums and their applications").
    """
    count = steps.shape[1]
    if count <= _FEW:
        return _one_by_one(start, steps)
    chunks = -(-count // _CHUNK)
    partial = np.empty((2, chunks * _CHUNK), np.complex128)
    partial[:, :count] = steps
    partial[:, count:] = IDENTITY[:, None]
    partial = partial.reshape(2, chunks, _CHUNK)
    for index in range(1, _CHUNK):
        partial[:, :, index] = product(partial[:, :, index - 1], partial[:, :, index])
    before = np.empty((2, chunks, 1), np.complex128)
    before[:, 0, 0] = start
    before[:, 1:, 0] = accumulate(start, partial[:, :-1, -1])
    whole: NDArray[np.complex128] = product(before, partial).reshape(2, -1)[:, :count]
    return whole


def _one_by_one(
    start: NDArray[np.complex128], steps: NDArray[np.complex128]
) -> NDArray[np.complex128]:
    a, b = start.tolist()
    products = []
    for c, d in steps.T.tolist():
        a, b = a * c - b * d.conjugate(), a * d + b * c.conjugate()
        products.append((a, b))
    return np.array(products, np.complex128).reshape(-1, 2).T


def unit(rotation: NDArray[np.complex128]) -> NDArray[np.complex128]:
    """Return a rotation, shape (2,), without the error of rounding that products leave in it."""
    a, b = rotation.tolist()
    length = (abs(a) ** 2 + abs(b) ** 2) ** 0.5
    return np.array([a / length, b / length])


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


class InclinationFilter:
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


class AccelBiasCompensator:
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


class AccelOnlyInclination:
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
