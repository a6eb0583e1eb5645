"""Which way is up, seen from the sensor, whatever way round it is worn.

With a gyroscope: rotations are added up into a frame that stands almost still, the accelerometer
is turned into that frame and low-passed there, where gravity is constant and movement averages
out. That is the inclination part of VQF (Laidig and Seel 2023, doi:10.1016/j.inffus.2022.10.014),
and every step of it works on whole blocks.

Without one: gravity's arc in the sensor is the smoothed accelerometer itself.

Rotations are unit quaternions w + xi + yj + zk, sensor axes to reference axes; a block of n has
the shape (4, n). All arithmetic is element by element in real numbers: each result is rounded in
the same way on every processor, and grouped in the same way however the stream is cut into blocks.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from tracker.domain.units import STANDARD_GRAVITY_MPS2
from tracker.signal.smoothing import RunningMean, Smoother

if TYPE_CHECKING:
    from numpy.typing import NDArray

Quaternion = tuple[float, float, float, float]

IDENTITY: Final[Quaternion] = (1.0, 0.0, 0.0, 0.0)

_CHUNK: Final = 32
"""Rotations that are multiplied side by side; between chunks the error of rounding is removed."""

_LEAST_ANGLE_RAD: Final = 1e-150
"""Added to every angle, so that its sine can be divided by it; far below the last bit of any."""


def _product(left: Any, right: Any) -> Any:
    """Return the rotations `right`, then `left`: four numbers, or four arrays."""
    a, b, c, d = left
    w, x, y, z = right
    return (
        a * w - b * x - c * y - d * z,
        a * x + b * w + c * z - d * y,
        a * y - b * z + c * w + d * x,
        a * z + b * y - c * x + d * w,
    )


def _unit(rotation: Quaternion) -> Quaternion:
    """Return a rotation without the error of rounding that products leave in it."""
    w, x, y, z = rotation
    length = math.sqrt(w * w + x * x + y * y + z * z)
    return w / length, x / length, y / length, z / length


class OrientationIntegrator:
    """The running product of rotations, bit for bit the same for any cut of the stream.

    A product of n rotations cannot be written as one NumPy call. Chunks are multiplied up side by
    side, and each is then turned by what came before it (Blelloch 1990, "Prefix sums and their
    applications"). Chunks are counted from the first rotation of the stream, and what a block
    adds to an incomplete chunk is multiplied up one by one, in the same order.
    """

    def __init__(self) -> None:
        self._before = IDENTITY
        """Orientation at the start of the current chunk."""
        self._partial = IDENTITY
        """Product of the current chunk's steps so far."""
        self._filled = 0

    def process(self, steps: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the orientation after each step, both of shape (4, n)."""
        count = steps.shape[1]
        head = min(-self._filled % _CHUNK, count)
        tail = head + (count - head) // _CHUNK * _CHUNK
        return np.concatenate(
            (
                self._one_by_one(steps[:, :head]),
                self._in_chunks(steps[:, head:tail]),
                self._one_by_one(steps[:, tail:]),
            ),
            axis=1,
        )

    def _one_by_one(self, steps: NDArray[np.float64]) -> NDArray[np.float64]:
        after = []
        for step in steps.T.tolist():
            self._partial = _product(self._partial, step) if self._filled else tuple(step)
            after.append(_product(self._before, self._partial))
            self._filled = (self._filled + 1) % _CHUNK
            if not self._filled:
                self._before = _unit(after[-1])
        return np.array(after).reshape(-1, 4).T

    def _in_chunks(self, steps: NDArray[np.float64]) -> NDArray[np.float64]:
        if not steps.shape[1]:
            return steps
        partial = np.ascontiguousarray(steps.reshape(4, -1, _CHUNK).transpose(2, 0, 1))
        factors = _factors(partial)
        parts = np.empty((4, *partial.shape[1:]))
        for index in range(1, _CHUNK):
            # Part by part as in `_product`, so that each sum is rounded alike.
            np.multiply(partial[index - 1][:, None], factors[index], out=parts)
            np.add(parts[0], parts[1], out=partial[index])
            partial[index] += parts[2]
            partial[index] += parts[3]
        before = []
        w, x, y, z = self._before
        for a, b, c, d in partial[-1].T.tolist():
            before.append((w, x, y, z))
            # `_unit` of `_product`, without the calls.
            w, x, y, z = (
                w * a - x * b - y * c - z * d,
                w * b + x * a + y * d - z * c,
                w * c - x * d + y * a + z * b,
                w * d + x * c - y * b + z * a,
            )
            length = math.sqrt(w * w + x * x + y * y + z * z)
            w, x, y, z = w / length, x / length, y / length, z / length
        self._before = (w, x, y, z)
        after = np.array(_product(np.array(before).T[:, None], partial.transpose(1, 0, 2)))
        return after.transpose(0, 2, 1).reshape(4, -1)


def _factors(right: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return what each part of a rotation before others is multiplied by, to add up to both.

    From (n, 4, m) to (n, 4, 4, m): `_product` of two rotations is the sum over the first of the
    parts, in their order.
    """
    factors = np.empty((len(right), 4, *right.shape[1:]))
    for part, row in enumerate(_ROWS):
        for place, (source, sign) in enumerate(row):
            if sign > 0:
                factors[:, part, place] = right[:, source]
            else:
                np.negative(right[:, source], out=factors[:, part, place])
    return factors


_ROWS: Final = (
    ((0, 1), (1, 1), (2, 1), (3, 1)),
    ((1, -1), (0, 1), (3, -1), (2, 1)),
    ((2, -1), (3, 1), (0, 1), (1, -1)),
    ((3, -1), (2, -1), (1, 1), (0, 1)),
)
"""Which part of the right rotation, and with which sign, each part of the left one meets."""


def steps_from_rate(rate_radps: NDArray[np.float64], period_s: float) -> NDArray[np.float64]:
    """Return the rotation of each sample period, shape (4, n), from rates of shape (3, n)."""
    half_turn = rate_radps * (period_s / 2.0)
    half = lengths(half_turn) + _LEAST_ANGLE_RAD
    return np.concatenate((np.cos(half)[None], half_turn * (np.sin(half) / half)))


def to_matrices(rotations: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return rotations of shape (4, n) as matrices, shape (3, 3, n)."""
    w, x, y, z = rotations
    ww, xx, yy, zz = rotations * rotations
    wx, wy, wz = 2.0 * w * x, 2.0 * w * y, 2.0 * w * z
    xy, xz, yz = 2.0 * x * y, 2.0 * x * z, 2.0 * y * z
    return np.array(
        (
            (ww + xx - yy - zz, xy - wz, xz + wy),
            (xy + wz, ww - xx + yy - zz, yz - wx),
            (xz - wy, yz + wx, ww - xx - yy + zz),
        )
    )


def turned(matrices: NDArray[np.float64], vectors: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return vectors of shape (3, n) in the axes that the matrices lead into."""
    x, y, z = vectors
    result: NDArray[np.float64] = matrices[:, 0] * x + matrices[:, 1] * y + matrices[:, 2] * z
    return result


TILT_TIME_CONSTANT_S: Final = 3.0
"""Averages over a rep, so that its accelerations cancel; VQF's default. Longer only adds drift."""

GRAVITY_TIME_CONSTANT_S: Final = 30.0
"""The size of gravity never changes; what does is the sensor's warmth."""

LEAST_GRAVITY_MPS2: Final = 0.1 * STANDARD_GRAVITY_MPS2
"""Less is free fall, or a sensor that sends zeros; neither says where up is."""

SOME_UP: Final = np.array([[0.0], [0.0], [1.0]])
"""Taken for up until gravity is felt."""

ARC_HALF_WIDTH_S: Final = 0.35
"""Smoothing of gravity's arc without a gyroscope, each side: what hips push at the start of a
movement they brake at its end, so the mean force over all of it is that of gravity. The whole of
it lasts as long as a brisk rep takes one way; longer would only be later."""

FORCE_HALF_WIDTH_S: Final = 0.15
"""The same of the force along it: keeps 0.5 s movements, not jolts."""


def _dot(one: NDArray[np.float64], other: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the scalar products of vectors of shape (3, n)."""
    x, y, z = one * other
    products: NDArray[np.float64] = x + y + z
    return products


def lengths(vectors: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the lengths of vectors along the first axis."""
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
        self._orientation = OrientationIntegrator()
        self._last_up: NDArray[np.float64] = SOME_UP
        self._tilt = RunningMean.lasting(TILT_TIME_CONSTANT_S, rate_hz)
        self._gravity = RunningMean.lasting(GRAVITY_TIME_CONSTANT_S, rate_hz)

    def process(
        self, acc_mps2: NDArray[np.float64], rate_radps: NDArray[np.float64]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return where up is in sensor axes and the upward acceleration.

        All in sensor axes: from the specific force, m/s², and the angular rate without offset,
        rad/s, both of shape (n, 3), to unit vectors, shape (n, 3), and the acceleration without
        gravity, m/s², shape (n,).
        """
        if not len(acc_mps2):
            return acc_mps2, np.empty(0)
        steps = steps_from_rate(rate_radps.T, 1.0 / self._rate_hz)
        to_reference = to_matrices(self._orientation.process(steps))
        acc_reference = turned(to_reference, acc_mps2.T)
        low = self._tilt.process(acc_reference)
        length = lengths(low)
        up_reference = _directions(low, length, self._last_up)
        self._last_up = up_reference[:, -1:]
        gravity = self._gravity.process(length[None])[0]
        vertical = _dot(acc_reference, up_reference) - gravity
        return turned(to_reference.transpose(1, 0, 2), up_reference).T, vertical


class AccelBiasCompensator:
    """What an offset of the accelerometer adds to the upward acceleration as the sensor leans."""

    def __init__(self, rate_hz: float) -> None:
        self._usual = RunningMean.lasting(GRAVITY_TIME_CONSTANT_S, rate_hz)

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
        return _dot(offset_mps2.T, leaning.T)


class AccelOnlyInclination:
    """Up, angular rate and vertical acceleration from an accelerometer alone."""

    def __init__(self, rate_hz: float) -> None:
        self._rate_hz = rate_hz
        self._smoother = Smoother(round(ARC_HALF_WIDTH_S * rate_hz))
        self._brief = Smoother(round(FORCE_HALF_WIDTH_S * rate_hz))
        self._force = np.empty((0, 3))
        """Forces that up is not known for yet."""
        self.delay_samples = self._smoother.delay_samples
        """How many samples the output is behind the input."""
        self._last_up: NDArray[np.float64] | None = None
        self._seen_up: NDArray[np.float64] = SOME_UP
        self._gravity = RunningMean.lasting(GRAVITY_TIME_CONSTANT_S, rate_hz)

    def process(
        self, acc_mps2: NDArray[np.float64]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
        """Return up, shape (n, 3), angular rate, rad/s, shape (n, 3), and vertical acceleration.

        The rate is the rotation of gravity's arc: what turns about the vertical itself is unseen.
        """
        smooth = self._smoother.process(acc_mps2)
        self._force = np.concatenate((self._force, self._brief.process(acc_mps2)))
        if not len(smooth):
            return smooth, smooth, np.empty(0)
        length = lengths(smooth.T)
        up = _directions(smooth.T, length, self._seen_up).T
        self._seen_up = up[-1:].T
        before = up[:1] if self._last_up is None else self._last_up
        earlier = np.vstack((before, up[:-1]))
        self._last_up = up[-1:]
        # Up turns backwards in the axes of a body that turns forwards.
        rate = np.cross(up, earlier) * self._rate_hz
        force, self._force = self._force[: len(up)], self._force[len(up) :]
        vertical = _dot(force.T, up.T) - self._gravity.process(length[None])[0]
        return up, rate, vertical
