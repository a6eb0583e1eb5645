"""The shape of Strava's JSON for strength training, from "Uploading to Strava".

https://developers.strava.com/docs/uploads/, as it was in October 2026; the identifiers are those
of its groups Hip Raise, Hip Thrust and Squat.
"""

from __future__ import annotations

from typing import Any, Final

HIP_RAISE: Final = [
    "HIP_RAISE_GENERIC",
    "BARBELL_HIP_THRUST_ON_FLOOR",
    "CLAMS",
    "SINGLE_LEG_HIP_RAISE",
    "BARBELL_HIP_THRUST_WITH_BENCH",
    "HIP_RAISE",
    "ABDUCTOR_SIDE_LEG_RAISE",
    "STEP_DOWN",
    "RAISED_LEG_HIP_THRUST",
    "SINGLE_LEG_GLUTE_BRIDGE",
    "STAGGERED_HIP_THRUST",
    "BARBELL_HIP_THRUST",
    "GLUTE_BRIDGE",
    "LATERAL_WALK",
    "THRUSTER",
    "HIP_THRUST",
    "SL_ISO_HAMSTRING_HOLD",
    "GLUTE_BRIDGE_HAM_WALKOUT",
    "BARBELL_PARTIAL_GLUTE_BRIDGE",
    "DUMBBELL_SINGLE_LEG_HIP_THRUST",
    "MACHINE_GLUTE_KICKBACK",
    "GLUTE_KICKBACK_ON_FLOOR",
    "DUMBBELL_HIP_THRUST",
    "PLATE_HIP_THRUST",
    "BARBELL_SINGLE_LEG_HIP_THRUST",
    "SINGLE_LEG_GLUTE_BRIDGE_ABDUCTION",
]

HIP_THRUST: Final = [
    "MACHINE_SINGLE_LEG_HIP_THRUST",
    "RAISED_LEG_BARBELL_HIP_THRUST",
    "DUMBBELL_STAGGERED_HIP_THRUST",
    "FROG_PUMP",
    "MACHINE_HIP_THRUST",
]

SQUAT: Final = [
    "SQUAT_GENERIC",
    "BARBELL_BACK_SQUAT",
    "GOBLET_SQUAT",
    "BARBELL_FRONT_SQUAT",
    "BARBELL_SQUAT",
    "BARBELL_BOX_SQUAT",
    "AIR_SQUAT",
    "DUMBBELL_SQUAT",
]

# With a designator of the zone, which "date-time" asks for too, but only where it is checked.
_TIME: Final = {
    "type": "string",
    "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(Z|[+-]\d\d:\d\d)$",
}
_SECONDS: Final = {"type": "integer", "minimum": 0}

SCHEMA: Final[dict[str, Any]] = {
    "type": "object",
    "required": ["version", "start_time", "utc_offset", "elapsed_time", "sets"],
    "additionalProperties": False,
    "properties": {
        "version": {"const": "1.0"},
        "start_time": _TIME,
        "utc_offset": {"type": "integer", "minimum": -86400, "maximum": 86400},
        "elapsed_time": _SECONDS,
        "active_time": _SECONDS,
        "total_calories": {"type": "integer"},
        "creator": {
            "type": "object",
            "required": ["name"],
            "properties": {"name": {"type": "string"}},
        },
        "streams": {"type": "object"},
        "sets": {
            "type": "array",
            "minItems": 1,
            "items": {
                "type": "object",
                "required": ["exercise_type"],
                "additionalProperties": False,
                "properties": {
                    "exercise_type": {"enum": [*HIP_RAISE, *HIP_THRUST, *SQUAT]},
                    "repetitions": {"type": "integer", "minimum": 0},
                    "weight": {"type": "number", "minimum": 0},
                    "duration": _SECONDS,
                    "start_time": _TIME,
                },
            },
        },
    },
}
