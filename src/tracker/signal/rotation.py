"""Quaternion arithmetic on whole blocks; scalar first, sensor axes to reference axes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

IDENTITY: Final = np.array([1.0, 0.0, 0.0, 0.0])
IDENTITY.setflags(write=False)

_CHUNK: Final = 32
"""Rows that one scan multiplies up before the carry: five doublings, then one Python step."""


def product(left: NDArray[np.float64], right: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the Hamilton product of two quaternion arrays, components first, shape (4, …)."""
    a, b, c, d = left
    w, x, y, z = right
    return np.stack(
        (
            a * w - b * x - c * y - d * z,
            a * x + b * w + c * z - d * y,
            a * y - b * z + c * w + d * x,
            a * z + b * y - c * x + d * w,
        )
    )


def rotate(
    quaternion: NDArray[np.float64], vector: NDArray[np.float64], *, inverse: bool = False
) -> NDArray[np.float64]:
    """Return vectors, shape (3, n), turned by quaternions, shape (4, n), or turned back."""
    w, x, y, z = quaternion
    if inverse:
        w = -w
    p, q, r = vector
    tx, ty, tz = 2 * (y * r - z * q), 2 * (z * p - x * r), 2 * (x * q - y * p)
    return np.stack(
        (
            p + w * tx + y * tz - z * ty,
            q + w * ty + z * tx - x * tz,
            r + w * tz + x * ty - y * tx,
        )
    )


def steps_from_rate(rate_radps: NDArray[np.float64], period_s: float) -> NDArray[np.float64]:
    """Return the rotation of each sample period, shape (4, n), from rates of shape (3, n)."""
    angle = np.sqrt(np.einsum("in,in->n", rate_radps, rate_radps)) * period_s
    half = angle / 2.0
    return np.vstack((np.cos(half), rate_radps * (np.sinc(half / np.pi) * (period_s / 2.0))))


def accumulate(start: NDArray[np.float64], steps: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the running product `start · s₀ · s₁ …` for every step, shape (4, n).

    A product of n rotations cannot be written as one NumPy call, so chunks are multiplied up by
    doubling (Hillis and Steele 1986, doi:10.1145/7902.7903) and carried over one by one.
    """
    count = steps.shape[1]
    chunks = -(-count // _CHUNK)
    padded = np.empty((4, chunks * _CHUNK))
    padded[:, :count] = steps
    padded[:, count:] = IDENTITY[:, None]
    partial = padded.reshape(4, chunks, _CHUNK)
    reach = 1
    while reach < min(_CHUNK, count):
        partial[:, :, reach:] = product(partial[:, :, :-reach], partial[:, :, reach:])
        reach *= 2
    carries = np.empty((4, chunks, 1))
    carry = tuple(start.tolist())
    for index, total in enumerate(partial[:, :, -1].T.tolist()):
        carries[:, index, 0] = carry
        carry = _unit(_multiply(carry, total))
    whole: NDArray[np.float64] = product(carries, partial).reshape(4, -1)[:, :count]
    return whole


def _multiply(left: tuple[float, ...], right: list[float]) -> tuple[float, ...]:
    a, b, c, d = left
    w, x, y, z = right
    return (
        a * w - b * x - c * y - d * z,
        a * x + b * w + c * z - d * y,
        a * y - b * z + c * w + d * x,
        a * z + b * y - c * x + d * w,
    )


def _unit(quaternion: tuple[float, ...]) -> tuple[float, ...]:
    length = float(np.sqrt(sum(part * part for part in quaternion)))
    return tuple(part / length for part in quaternion)
