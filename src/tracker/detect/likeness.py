"""How far a movement may be taken for part of a rep of the exercise.

Each trait of a movement has a limit, beyond which it is none, and a comfort, from which on it
raises no doubt. Between the two the doubt grows from 0 to 1, and the doubts add up: a movement may
be at the limit in one respect, but not near it in several. That is what tells a small, hurried or
crooked lift from a step, a turn in bed or getting up from a chair.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from tracker.detect.movement import SLOWEST_TRUSTED_CONCENTRIC_S
from tracker.domain import LiftSignal

if TYPE_CHECKING:
    from tracker.detect.movement import Movement
    from tracker.domain import Exercise

MOST_DOUBT: Final = 1.0
"""Doubts that add up to more than one trait at its limit."""

MOST_ROTATION_RAD: Final = float(np.radians(85.0))
"""The longest hip thrust turns by 55°; sitting up from lying turns by more than this."""

SHORTEST_WAY_S: Final = 0.2
"""Hips lifted by 15° as fast as anybody can, between the boundaries; a step of walking takes
0.3 s."""

SHORTEST_WAY_OF_ARC_S: Final = 0.1
"""The same without a gyroscope, where only the middle 70 % of the travel is counted, which takes
0.41 of a movement: a quarter of a second from standstill to standstill."""

COMFORTABLE_WAY_S: Final = 0.5
"""A way up at 80 % of the most that someone can lift takes 0.8 ± 0.14 s."""

LONGEST_WAY_S: Final = 12.0
"""A slower way up or down is no rep: rehab reps take up to 8 s in all."""

MOST_ROTATION_OF_ARC_RAD: Final = float(np.radians(75.0))
"""The longest hip thrust, some give of the lower back, and what its acceleration tilts gravity by;
knees that roll from side to side turn a thigh by more."""

COMFORTABLE_ROTATION_RAD: Final = float(np.radians(65.0))
"""The longest hip thrust, and some give of the lower back."""

MOST_RADIUS_M: Final = 0.9
"""Rise over turned angle; the trunk on the bench is 0.45 m. Standing up lifts without turning."""

COMFORTABLE_RADIUS_M: Final = 0.65
"""A long trunk, 0.55 m, and a rise that plates on the floor have spoilt by a fifth."""

MOST_TURN_SHARE: Final = 1.35
"""Angle turned over tilt gained. A lift's axis is level, so the two agree; walking and shuffling
turn about the vertical as well, which tilts nothing."""

COMFORTABLE_TURN_SHARE: Final = 1.2
"""A pelvis that rolls by 9° on the way adds less than this."""

LEAST_COHERENCE: Final = 0.6
"""Correlation of rising with turning. Hips that hinge on a bench or on the floor rise as they
turn; someone who bends, sits down or walks turns at one time and rises at another."""

COMFORTABLE_COHERENCE: Final = 0.95
"""A rigid trunk on a bench has 0.99 and more; flesh, straps and the lower back take some off."""


@dataclass(frozen=True, slots=True)
class Trait:
    """One measure of a movement, and what is expected of it."""

    name: str
    value: float
    limit: float
    """Worst value that can still be of a rep."""
    comfort: float
    """From here on, away from the limit, it raises no doubt."""
    doubt: float
    """0 in comfort, 1 at the limit, infinite beyond."""


def at_least(name: str, value: float, limit: float, comfort: float | None = None) -> Trait:
    """Return a trait that should not be small; without a comfort only the limit counts."""
    comfort = limit if comfort is None else comfort
    return Trait(name, value, limit, comfort, _doubt(comfort - value, comfort - limit))


def at_most(name: str, value: float, limit: float, comfort: float | None = None) -> Trait:
    """Return a trait that should not be large; without a comfort only the limit counts."""
    comfort = limit if comfort is None else comfort
    return Trait(name, value, limit, comfort, _doubt(value - comfort, limit - comfort))


def _doubt(out_of_comfort: float, room: float) -> float:
    if out_of_comfort <= 0.0:
        return 0.0
    return out_of_comfort / room if out_of_comfort <= room else math.inf


def doubt(exercise: Exercise, movement: Movement) -> float:
    """Return how doubtful it is that the movement, up or down, is part of a rep.

    Returns
    -------
    float
        0 where nothing speaks against it, more than `MOST_DOUBT` where it is taken for none.
    """
    return math.fsum(trait.doubt for trait in traits(exercise, movement))


def nearness(exercise: Exercise, movement: Movement) -> tuple[float, str | None]:
    """Return how near a movement that counts is to being none, and what speaks most against it.

    Returns
    -------
    float
        The doubt, at most 1: in a set that is under way a rep may have traits beyond a limit.
    str or None
        Name of the trait that raises most of it; None where nothing does.
    """
    judged = traits(exercise, movement)
    worst = max(judged, key=lambda trait: trait.doubt)
    whole = math.fsum(trait.doubt for trait in judged)
    return min(whole, MOST_DOUBT), worst.name if worst.doubt > 0.0 else None


def plausible(exercise: Exercise, movement: Movement) -> bool:
    """Return whether the movement, up or down, can be part of a rep of the exercise at all."""
    return doubt(exercise, movement) <= MOST_DOUBT


def fitting(exercise: Exercise, movement: Movement) -> bool:
    """Return whether the movement has the size and the duration of one of the exercise.

    In a set whose axis is known this is enough: plates that hit the floor spoil the rise, which is
    an integral of acceleration, and leave the rotation alone.
    """
    return all(trait.doubt <= MOST_DOUBT for trait in _extent(exercise, movement))


def traits(exercise: Exercise, movement: Movement) -> tuple[Trait, ...]:
    """Return every trait that is looked at, for judging and for showing what was near a limit."""
    extent = _extent(exercise, movement)
    if exercise.signal is LiftSignal.HEIGHT:
        return extent
    return extent + _shape(exercise, movement)


def _extent(exercise: Exercise, movement: Movement) -> tuple[Trait, ...]:
    """Return size and duration."""
    longest = at_most("longest_s", movement.duration_s, LONGEST_WAY_S)
    if exercise.signal is LiftSignal.HEIGHT:
        return (
            at_least("shortest_s", movement.duration_s, SHORTEST_WAY_S),
            longest,
            at_least("rise_m", movement.size, exercise.least_rise_m),
        )
    if not movement.by_gyroscope:
        return (
            at_least("shortest_s", movement.duration_s, SHORTEST_WAY_OF_ARC_S),
            longest,
            # From posture to posture; the travel was read while it trembled.
            at_least(
                "least_turn_rad",
                movement.rotation_rad,
                float(np.radians(exercise.least_range_of_arc_deg)),
            ),
            at_most("most_turn_rad", movement.rotation_rad, MOST_ROTATION_OF_ARC_RAD),
        )
    least_rad = float(np.radians(exercise.least_range_deg))
    return (
        at_least("shortest_s", movement.duration_s, SHORTEST_WAY_S, COMFORTABLE_WAY_S),
        longest,
        at_least("least_turn_rad", movement.size, least_rad, 1.6 * least_rad),
        at_most("most_turn_rad", movement.size, MOST_ROTATION_RAD, COMFORTABLE_ROTATION_RAD),
    )


def _shape(exercise: Exercise, movement: Movement) -> tuple[Trait, ...]:
    """Return how the rotation goes, and how the hips rise with it."""
    size = max(movement.size, 1e-9)
    radius_m = abs(movement.rise_m) / (2.0 * math.sin(size / 2.0))
    turn_share = max(movement.rotation_rad, 1e-9) / size
    about_vertical = max(turn_share, 1.0 / turn_share)
    if not movement.by_gyroscope:
        # Gravity's arc does not show turns about the vertical, and every tremble as a turn: what
        # is left to judge is how far the hips rose, unless they took too long for that.
        if movement.duration_s > SLOWEST_TRUSTED_CONCENTRIC_S:
            return ()
        return (
            at_least("radius_m", radius_m, exercise.least_radius_of_arc_m),
            at_most("most_radius_m", radius_m, MOST_RADIUS_M),
        )
    least_m, least_planarity = exercise.least_radius_m, exercise.least_planarity
    comfortable_planarity = least_planarity + 0.6 * (1.0 - least_planarity)
    return (
        at_least("radius_m", radius_m, least_m, 1.5 * least_m),
        at_most("most_radius_m", radius_m, MOST_RADIUS_M, COMFORTABLE_RADIUS_M),
        at_least("planarity", movement.planarity, least_planarity, comfortable_planarity),
        at_most("about_vertical", about_vertical, MOST_TURN_SHARE, COMFORTABLE_TURN_SHARE),
        at_least("coherence", movement.coherence, LEAST_COHERENCE, COMFORTABLE_COHERENCE),
    )
