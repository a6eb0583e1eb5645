"""What the exercises are called elsewhere, each by what is known of its load.

FIT numbers are of `exercise_category` and `<category>_exercise_name` in the profile of Garmin's
FIT SDK 21.218. Strava's words are of the list "Supported exercises" on
https://developers.strava.com/docs/uploads/ (October 2026). Hevy's and Strong's are of what their
users' exports hold. Where a format has no name for a variation, the nearest stands here, and
`docs/exports.md` says so.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Final

from tracker.domain import exercise_named

FIT_HIP_RAISE: Final = 10
FIT_SQUAT: Final = 28
FIT_BANDED: Final = 37


class Loading(Enum):
    """What is known of the load of a set."""

    NOT_SAID = "not said"
    BODYWEIGHT = "bodyweight"
    LOADED = "loaded"


@dataclass(frozen=True, slots=True)
class Names:
    """What one exercise is called elsewhere."""

    fit: tuple[int, int]
    """Category, and name within the category."""
    strava: str
    hevy: str
    strong: str


def loading_of(load_kg: float | None) -> Loading:
    """Return what a load says; 0 is bodyweight."""
    if load_kg is None:
        return Loading.NOT_SAID
    return Loading.LOADED if load_kg > 0.0 else Loading.BODYWEIGHT


def names_of(exercise: str, load_kg: float | None) -> Names:
    """Return what `exercise` with a load is called elsewhere.

    Raises
    ------
    UnknownNameError
        If there is no such exercise.
    """
    return NAMES[exercise_named(exercise).name][loading_of(load_kg)]


def _either(without: Names, loaded: Names, not_said: Names | None = None) -> dict[Loading, Names]:
    """Return the names for each loading; where none is said, those without a load fit both."""
    return {
        Loading.NOT_SAID: without if not_said is None else not_said,
        Loading.BODYWEIGHT: without,
        Loading.LOADED: loaded,
    }


def _hip_raise(name: int, strava: str, hevy: str, strong: str) -> Names:
    return Names((FIT_HIP_RAISE, name), strava, hevy, strong)


def _squat(name: int, strava: str, hevy: str, strong: str) -> Names:
    return Names((FIT_SQUAT, name), strava, hevy, strong)


def _banded(strava: str, hevy: str, strong: str) -> Names:
    return Names((FIT_BANDED, 17), strava, hevy, strong)


_BARBELL: Final = "Hip Thrust (Barbell)"
_BODYWEIGHT: Final = "Hip Thrust (Bodyweight)"

NAMES: Final[dict[str, dict[Loading, Names]]] = {
    # FIT's only hip thrust on a bench is the one with a barbell, so that is what it is called as
    # long as nobody says that there was none.
    "hip_thrust": _either(
        _hip_raise(11, "HIP_THRUST", "Hip Thrust", _BODYWEIGHT),
        _hip_raise(1, "BARBELL_HIP_THRUST", _BARBELL, _BARBELL),
        not_said=_hip_raise(1, "HIP_THRUST", "Hip Thrust", _BARBELL),
    ),
    "glute_bridge": _either(
        _hip_raise(11, "GLUTE_BRIDGE", "Glute Bridge", "Glute Bridge"),
        _hip_raise(
            12,
            "BARBELL_HIP_THRUST_ON_FLOOR",
            "Glute Bridge (Barbell)",
            "Glute Bridge (Barbell)",
        ),
    ),
    "single_leg_hip_thrust": _either(
        _hip_raise(30, "SINGLE_LEG_GLUTE_BRIDGE", "Single Leg Hip Thrust", "Single Leg Bridge"),
        # The one in Hevy that is sure to have a weight.
        _hip_raise(
            31,
            "BARBELL_SINGLE_LEG_HIP_THRUST",
            "Single Leg Hip Thrust (Dumbbell)",
            "Single Leg Bridge",
        ),
    ),
    # No weighted staggered thrust but the one with a dumbbell: the general one is kept.
    "b_stance_hip_thrust": _either(
        _hip_raise(11, "STAGGERED_HIP_THRUST", "Hip Thrust", _BODYWEIGHT),
        _hip_raise(1, "STAGGERED_HIP_THRUST", _BARBELL, _BARBELL),
        not_said=_hip_raise(1, "STAGGERED_HIP_THRUST", "Hip Thrust", _BARBELL),
    ),
    "banded_hip_thrust": _either(
        _banded("HIP_THRUST", "Hip Thrust", _BODYWEIGHT),
        _banded("BARBELL_HIP_THRUST", _BARBELL, _BARBELL),
    ),
    "feet_elevated_hip_thrust": _either(
        _hip_raise(32, "RAISED_LEG_HIP_THRUST", "Hip Thrust", _BODYWEIGHT),
        _hip_raise(33, "RAISED_LEG_BARBELL_HIP_THRUST", _BARBELL, _BARBELL),
    ),
    "squat": _either(
        _squat(61, "AIR_SQUAT", "Squat (Bodyweight)", "Squat (Bodyweight)"),
        _squat(62, "BARBELL_SQUAT", "Squat (Barbell)", "Squat (Barbell)"),
        not_said=_squat(61, "SQUAT_GENERIC", "Squat (Bodyweight)", "Squat (Bodyweight)"),
    ),
    "sit_to_stand": _either(
        _squat(61, "AIR_SQUAT", "Squat (Bodyweight)", "Squat (Bodyweight)"),
        _squat(7, "BARBELL_BOX_SQUAT", "Box Squat (Barbell)", "Box Squat (Barbell)"),
    ),
}
"""Every exercise of ours by its name."""
