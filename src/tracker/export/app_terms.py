"""What the exercises are called elsewhere, each by what is known of its load.

FIT numbers are of `exercise_category` and `<category>_exercise_name` in the profile of Garmin's
FIT SDK 21.218. Strava's words are of the list "Supported exercises" on
https://developers.strava.com/docs/uploads/ (October 2026). Hevy's and Strong's are of what their
users' exports hold. Where a format has no name for a variation, the nearest stands here, and
`docs/exports.md` says so.

When things happened by the clock on the wall: what formats of other programs are sorted by.

What was measured of a set in one line, for formats that have nothing but a field for notes.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from typing import TYPE_CHECKING, Final

from tracker.domain import (
    CODE_ORDER,
    LIFTERS_ORDER,
    PHASE_WORDS,
    InputError,
    Phase,
    exercise_named,
)
from tracker.export.columns import SET_COLUMNS, set_rows

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tracker.domain import Workout
    from tracker.export.columns import SetRow

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


_YEARS: Final = range(2000, 2100)
"""FIT takes times before 1998 for seconds since a device was switched on; a date outside of this
century is a clock that was never set."""

_LONGEST_S: Final = 4_000_000.0
"""46 days: FIT counts milliseconds in 32 bits. Only a clock that jumped makes it as long."""

_ADVICE: Final = 'Say when it was: --started "2026-11-25T18:00+01:00"'


def started(workout: Workout, form: str) -> datetime:
    """Return the time of second 0, with the offset from UTC that it was recorded with.

    Raises
    ------
    InputError
        If it is not known, or is no time of day with an offset in this century.
    """
    path, text = workout.facts.path, workout.info.started_utc
    if text is None:
        raise InputError(path, f"does not say when it started, and {form} needs a date", _ADVICE)
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise InputError(
            path, f"started at {text!r}, which is no date and time", _ADVICE
        ) from None
    if moment.utcoffset() is None:
        problem = f"started at {text!r}, which has no offset from UTC"
        raise InputError(path, problem, _ADVICE)
    if moment.year not in _YEARS:
        problem = f"started at {text!r}, expected {_YEARS[0]} to {_YEARS[-1]}"
        raise InputError(path, problem, _ADVICE)
    return moment


def at(start: datetime, session_s: float) -> datetime:
    """Return when a session second was, to the nearest whole second, in the zone of `start`."""
    moment = start + timedelta(seconds=session_s)
    return (moment + timedelta(seconds=0.5)).replace(microsecond=0)


def offset_s(start: datetime) -> int:
    """Return how far local time is ahead of UTC, s."""
    offset = start.utcoffset()
    assert offset is not None
    return round(offset.total_seconds())


def elapsed_s(workout: Workout) -> float:
    """Return how long the session took, s: to its last sample, or to the end of its last set.

    Raises
    ------
    InputError
        If no session can take that long.
    """
    ends_s = (record.end_s for record in workout.sets)
    elapsed = max((workout.facts.duration_s or 0.0, *ends_s))
    if not elapsed <= _LONGEST_S:
        problem = f"lasts {elapsed:g} s, expected at most {_LONGEST_S:g} s"
        raise InputError(
            workout.facts.path, problem, "See its times with: tracker analyze FILE --format json"
        )
    return elapsed


def active_s(workout: Workout) -> float:
    """Return how long the sets took together, s."""
    return sum(record.end_s - record.start_s for record in workout.sets)


def require_sets(workout: Workout, form: str) -> None:
    """Raise an `InputError` if there is nothing to log."""
    if not workout.sets:
        raise InputError(
            workout.facts.path,
            f"has no set, so there is nothing that {form} could hold",
            "See what was found with: tracker analyze FILE --format text",
        )


_MEANS: Final = {
    Phase.CONCENTRIC: "mean_concentric_s",
    Phase.LOCKOUT: "mean_lockout_s",
    Phase.ECCENTRIC: "mean_eccentric_s",
    Phase.BOTTOM: "mean_bottom_s",
}
_UNKNOWN: Final = "–"

# As in the JSON of a session.
_DECIMALS: Final = 4


def figures_of(row: SetRow) -> dict[str, object]:
    """Return what every column of the table of sets says of one, where that is known."""
    values = {column.name: column.value(row) for column in SET_COLUMNS}
    return {
        name: value
        for name, value in values.items()
        if value is not None and not (isinstance(value, float) and not math.isfinite(value))
    }


def rounded(value: float | None) -> float | None:
    """Return a number without the noise of its last digits; None stays unknown."""
    return None if value is None else round(value, _DECIMALS)


def set_texts(workout: Workout) -> list[str]:
    """Return a line for each set, and after it what the wearer wrote of it."""
    return ["\n".join(filter(None, _lines(row))) for row in set_rows(workout)]


def session_text(workout: Workout) -> str:
    """Return what the wearer says of the whole session, and how much it hurt."""
    pain = [
        f"Pain {said.moment.value}"
        + (f" (set {said.set_index})" if said.set_index is not None else "")
        + f": {said.score} of 10"
        for said in workout.pain
    ]
    return "\n".join(filter(None, (workout.note, *pain)))


def _lines(row: SetRow) -> tuple[str, str]:
    figures = figures_of(row)
    parts = [_tempo(figures), _velocity(figures), _measured(figures, "mean_rom_deg", "range", "°")]
    parts.append(f"set {row.record.end_s - row.record.start_s:.0f} s")
    parts.append(_measured(figures, "rest_before_s", "rest before", " s"))
    if row.record.counted != row.record.done:
        parts.append(f"sensor counted {row.record.counted}")
    if row.record.plan.tempo is not None:
        parts.append(f"planned {row.record.plan.tempo.code} ({row.record.plan.tempo.words})")
    return "; ".join(filter(None, parts)), row.record.entries.note


def _tempo(figures: Mapping[str, object]) -> str:
    """Return the mean tempo both ways, as a plan is written."""
    means = {
        phase: f"{figures[name]:.1f}" if name in figures else _UNKNOWN
        for phase, name in _MEANS.items()
    }
    if all(mean == _UNKNOWN for mean in means.values()):
        return ""
    code = "-".join(means[phase] for phase in CODE_ORDER)
    words = " · ".join(f"{PHASE_WORDS[phase]} {means[phase]}" for phase in LIFTERS_ORDER)
    return f"tempo {code} ({words})"


def _velocity(figures: Mapping[str, object]) -> str:
    if "mean_velocity_mps" not in figures:
        return ""
    loss = f", loss {figures['velocity_loss_pct']:.0f} %" if "velocity_loss_pct" in figures else ""
    return f"{figures['mean_velocity_mps']:.2f} m/s{loss}"


def _measured(figures: Mapping[str, object], name: str, word: str, unit: str) -> str:
    return f"{word} {figures[name]:.0f}{unit}" if name in figures else ""
