"""Postures and axes as vectors in sensor axes.

All arithmetic is element by element: it is rounded in the same way on every processor, and a
sample's value does not depend on which samples it was worked out with.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


def dot(one: NDArray[np.float64], other: NDArray[np.float64]) -> float:
    """Return the scalar product of two vectors, shape (3,)."""
    a, b, c = one.tolist()
    x, y, z = other.tolist()
    product: float = a * x + b * y + c * z
    return product


def along(vectors: NDArray[np.float64], axis: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the parts of vectors, shape (3,) or (n, 3), along an axis, shape () or (n,)."""
    if vectors.ndim > 1:
        return along_rows(vectors.T, axis)
    part: NDArray[np.float64] = np.float64(dot(vectors, axis))  # type: ignore[assignment]
    return part


def along_rows(rows: NDArray[np.float64], axis: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the parts of vectors, shape (3, n), along an axis, shape (n,); equal to `along`."""
    parts = rows * axis[:, None]
    part: NDArray[np.float64] = parts[0]
    part += parts[1]
    part += parts[2]
    return part


def squared(vectors: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the squared lengths of vectors, shape (n, 3)."""
    x, y, z = vectors.T
    lengths: NDArray[np.float64] = x * x + y * y + z * z
    return lengths


def cross(one: NDArray[np.float64], other: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the cross product of two vectors; `np.cross` costs ten times as much for one pair."""
    a, b, c = one.tolist()
    x, y, z = other.tolist()
    return np.array([b * z - c * y, c * x - a * z, a * y - b * x])


def turned_rad(
    axis: NDArray[np.float64], from_up: NDArray[np.float64], to_up: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return the signed angle from one posture to others about an axis.

    Parameters
    ----------
    axis
        Unit axis in sensor axes, right-handed, shape (3,).
    from_up
        Up in sensor axes before, shape (3,).
    to_up
        Up in sensor axes after, shape (3,) or (n, 3).

    Returns
    -------
    NDArray
        Angles, rad, within ±π, shape () or (n,); what lies along the axis does not matter.
    """
    return Turn(axis, from_up).rad(to_up)


class Turn:
    """Turns about one axis from one posture on; see `turned_rad`."""

    def __init__(self, axis: NDArray[np.float64], from_up: NDArray[np.float64]) -> None:
        self._level = from_up - axis * dot(from_up, axis)
        self._across = cross(axis, self._level)

    def rad(self, to_up: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the signed angle to postures, rad, shape () or (n,)."""
        # Up turns backwards in the axes of a body that turns forwards.
        angle: NDArray[np.float64] = np.arctan2(
            -along(to_up, self._across), along(to_up, self._level)
        )
        return angle


def mean_posture(up: NDArray[np.float64]) -> tuple[NDArray[np.float64], float]:
    """Return the mean of postures and how far they are from it at most.

    Parameters
    ----------
    up
        Up in sensor axes, unit vectors, shape (n, 3).

    Returns
    -------
    NDArray
        The mean, a unit vector, shape (3,).
    float
        Largest angle from it, rad.
    """
    mean = up.mean(axis=0)
    mean /= math.sqrt(dot(mean, mean))
    away = up - mean
    chord = math.sqrt(float(squared(away).max()))
    return mean, 2.0 * math.asin(min(chord / 2.0, 1.0))
