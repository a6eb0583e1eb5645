"""Rotations of whole blocks, sensor axes to reference axes.

A unit quaternion w + xi + yj + zk is kept as the two complex numbers w + xi and y + zi, because
then a product is four multiplications of complex arrays instead of sixteen of real ones. A block
of n rotations has the shape (2, n), complex.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

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
