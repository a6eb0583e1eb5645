"""Remarks on how a rep was done, as far as a sensor on the pelvis can tell.

They are of movements that turn about one axis; a squat has none of them.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING, Final

import numpy as np

from tracker.detect.posture import turned_rad
from tracker.domain import Flag, LiftSignal

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tracker.detect.movement import Movement
    from tracker.detect.reps import Draft
    from tracker.domain import Exercise

PAST_LOCKOUT_RAD: Final = float(np.radians(8.0))
"""Hips this far above the wearer's own lockout: as much as a pelvis sensor is off, 3 to 9° (Bolink
2016), and no number for all, because the lumbar share of the lift is 12 ± 21°."""

FAR_PAST_LOCKOUT_RAD: Final = float(np.radians(12.0))
"""From here on it is no error of measuring any more."""

FIRST_REPS: Final = 3
"""The set's own lockout is the median of as many tops, before anybody is tired."""

DROPPED_SHARE: Final = 0.8
"""Way down over way up, in time: reps of one tempo differ by 6 to 15 %, a fifth is no chance."""

DROPPED_S: Final = 1.0
"""The hips are dropped in 0.6 to 1 s and lowered in 2 to 3 s; a slower way down is not dropped,
however long the way up was ground out."""

LEAST_SAG_RAD: Final = float(np.radians(3.0))
"""Without a gyroscope a trembling hold seems to turn by 1.2° either way; less is no sag."""

RESTED_S: Final = 1.0
"""Touch-and-go turns at once and a dead stop takes half a second; longer stillness is a rest."""


@dataclass(frozen=True, slots=True)
class Remarked:
    """What is known of a rep besides its movements; None is unknown."""

    top_rad: float | None = None
    """Top above the wearer's level, rad."""
    range_rad: float | None = None
    """Rotation of the wearer's reference reps, rad."""
    tilt_rad: float | None = None
    """Sideways lean at the top against the wearer's level, rad."""
    beyond_rad: float | None = None
    """Top beyond those of the set's first reps, rad."""
    sag_rad: float | None = None
    """How far the hips sank during the hold, rad."""
    still_s: float | None = None
    """Longest stillness at the bottom after the rep, s."""


def form_flags(
    exercise: Exercise, draft: Draft, remarked: Remarked, *, whole: bool = True
) -> Iterator[Flag]:
    """Yield the remarks on how a rep was done.

    Parameters
    ----------
    exercise
        What is trained.
    draft
        Its movements.
    remarked
        What else is known; without a calibration the set's own tops are the reference.
    whole
        Whether the way up was seen from end to end, so that others compare with it.
    """
    up, down = draft.concentric, draft.eccentric
    if exercise.signal is LiftSignal.HEIGHT or up is None:
        return
    past_rad = remarked.beyond_rad if remarked.top_rad is None else remarked.top_rad
    if past_rad is not None and past_rad > PAST_LOCKOUT_RAD:
        far = past_rad > FAR_PAST_LOCKOUT_RAD
        yield Flag.FAR_PAST_LOCKOUT if far else Flag.PAST_LOCKOUT
    # Below this the hold would not have been a lockout to begin with.
    sunk_rad = max(exercise.lockout_share * up.rotation_rad, LEAST_SAG_RAD)
    if remarked.sag_rad is not None and remarked.sag_rad > sunk_rad:
        yield Flag.SAGGED
    if whole and down is not None and _dropped(up, down):
        yield Flag.DROPPED_ECCENTRIC
    if remarked.still_s is not None and remarked.still_s > RESTED_S:
        yield Flag.RESTED_AT_BOTTOM
    if largest_tilt_rad(draft, remarked) > math.radians(exercise.most_tilt_deg):
        yield Flag.TILTED


def largest_tilt_rad(draft: Draft, remarked: Remarked) -> float:
    """Return the largest sideways tilt of the pelvis, out of the plane of the lift or of level."""
    legs = (leg for leg in (draft.concentric, draft.eccentric) if leg is not None)
    return max(remarked.tilt_rad or 0.0, *(leg.tilt_rad for leg in legs))


def beyond_rad(first: Sequence[Movement], up: Movement) -> float | None:
    """Return how far a top lies beyond those of a set's first ways up, rad; None if too few.

    Both the posture at the top and the travel must go further: a slipped strap changes the one,
    a deeper bottom the other.
    """
    if len(first) < FIRST_REPS:
        return None
    tops_rad = [float(turned_rad(up.axis, each.to_up, up.to_up)) for each in first]
    sizes = [each.size for each in first]
    return min(median(tops_rad), up.size - median(sizes))


def _dropped(up: Movement, down: Movement) -> bool:
    """Return whether the way down was shorter than the way up, and faster at its peak."""
    return (
        down.duration_s < DROPPED_S
        and down.duration_s < DROPPED_SHARE * up.duration_s
        and down.peak_radps * DROPPED_SHARE > up.peak_radps
    )
