"""The wearer's own lockout: how far a rep is from it, and whether it can still be trusted."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

import numpy as np

from tracker.detect.vectors import cross, dot, turned_rad
from tracker.language import _

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tracker.detect.features import Movement


SLIPPED_RAD: Final = float(np.radians(5.0))
"""Bottom and top that are both turned by more have slipped with the strap, which does so by 2 to
10°. Less leaves the top well within the 8° of a remark on it; reps differ by 1 to 2°."""

NEARER_RAD: Final = float(np.radians(10.0))
"""An end of a movement that is nearer to level by as much is the upper one: two thirds of the
smallest rep of a hip thrust, and four times what a hold may wander by."""

LEAST_BETWEEN_RAD: Final = float(np.radians(15.0))
"""A lockout and a bottom that are closer give no axis: 1° of either would turn it by 4° and
more."""

SLIPPED: Final = _("the sensor has slipped since the calibration")
LOW: Final = _("the calibration hold was nearer to the bottom than to the top")
LOW_REPS: Final = _("the reference reps ended nearer to the bottom than to the top")


class LockoutReference:
    """The posture of the wearer's own lockout, in the axes of a sensor that stays where it is.

    Parameters
    ----------
    up
        Up in sensor axes at that lockout, a unit vector, shape (3,).
    range_rad
        Rotation of the reference reps, rad; None after a hold, which shows none.
    first
        The concentric that later ones are compared with; None takes the next that surely counts.
    """

    def __init__(
        self,
        up: NDArray[np.float64],
        range_rad: float | None = None,
        first: Movement | None = None,
    ) -> None:
        self._up = up
        self._first = first
        self.range_rad = range_rad

    def top_rad(self, lift: Movement) -> float:
        """Return how far the top of a concentric lies above level, rad."""
        return float(turned_rad(lift.axis, self._up, lift.to_up))

    def tilt_rad(self, lift: Movement) -> float | None:
        """Return how far the pelvis leans sideways at the top, rad; None if that cannot be told.

        Notes
        -----
        Hips that drop to one side in step with the lift only seem to turn about another axis, so
        its plane does not show it. The lockout and the bottom are both free of it, and give the
        left-right axis between them.
        """
        across = cross(self._up, lift.from_up)
        sine = math.sqrt(dot(across, across))
        if sine < math.sin(LEAST_BETWEEN_RAD):
            return None
        return abs(_aside(across / sine, lift.to_up))

    def doubted(self, lift: Movement) -> str | None:
        """Return why a concentric that surely counts proves the level wrong; None if it does not.

        Notes
        -----
        The first such concentric is what later ones are compared with. Hips that go less far down
        have another bottom, and hips that go further up another top; only a sensor that slipped
        turns both, one way and as far.
        """
        if _apart(lift.from_up, self._up) < _apart(lift.to_up, self._up):
            return LOW if self.range_rad is None else LOW_REPS
        if self._first is None:
            self._first = lift
            return None
        first, axis = self._first, self._first.axis
        bottom_rad = float(turned_rad(axis, first.from_up, lift.from_up))
        top_rad = float(turned_rad(axis, first.to_up, lift.to_up))
        aside_rad = _aside(axis, lift.from_up) - _aside(axis, first.from_up)
        about_axis = bottom_rad * top_rad > 0.0 and min(abs(bottom_rad), abs(top_rad))
        return SLIPPED if max(about_axis, abs(aside_rad)) > SLIPPED_RAD else None

    def rises(self, movement: Movement) -> bool | None:
        """Return whether a movement went up, as far as its ends tell; None if they do not."""
        from_rad, to_rad = _apart(movement.from_up, self._up), _apart(movement.to_up, self._up)
        if abs(from_rad - to_rad) < NEARER_RAD:
            return None
        return to_rad < from_rad


def _apart(one: NDArray[np.float64], other: NDArray[np.float64]) -> float:
    return math.acos(min(max(dot(one, other), -1.0), 1.0))


def _aside(axis: NDArray[np.float64], up: NDArray[np.float64]) -> float:
    """Return how far a posture leans along an axis, rad."""
    return math.asin(min(max(dot(axis, up), -1.0), 1.0))
