"""What FIT, Strava, Hevy and Strong share: exercise names, wall-clock times, and sets as notes.

FIT numbers are `exercise_category` and `<category>_exercise_name` in the profile of Garmin's FIT
SDK 21.218. Strava's words are from the list "Supported exercises" on
https://developers.strava.com/docs/uploads/ (October 2026), Hevy's and Strong's from their users'
exports. Where a format has no name for a variation, the nearest one is used, and `docs/exports.md`
says so. Formats with nothing but a notes field get what was measured of a set in one line.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import Enum
from typing import TYPE_CHECKING, Final

from tracker.domain import (
    InputError,
    PainMoment,
    Phase,
    activity_named,
    exercise_named,
    tempo_code,
    tempo_words,
    title_of,
)
from tracker.export.columns import SET_COLUMNS, set_rows
from tracker.language import _, decimal, localized, pgettext

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tracker.domain import PainEntered, TimedRecord, Workout
    from tracker.export.columns import SetRow


class Loading(Enum):
    """Whether a set was done with a load."""

    NOT_SAID = "not said"
    BODYWEIGHT = "bodyweight"
    LOADED = "loaded"


@dataclass(frozen=True, slots=True)
class Names:
    """The names of one exercise in other apps."""

    fit: tuple[int, int]
    """Category, and name within the category."""
    strava: str
    """Empty for what is timed: the words for it could not be verified."""
    hevy: str
    strong: str


def names_of(exercise: str, load_kg: float | None) -> Names:
    """Return what apps call `exercise` with a load; raise `UnknownNameError` for an unknown one.

    A load of 0 is bodyweight.
    """
    return NAMES[exercise_named(exercise).name][loading_of(load_kg)]


def loading_of(load_kg: float | None) -> Loading:
    """Return how a set with that load was loaded."""
    if load_kg is None:
        return Loading.NOT_SAID
    return Loading.LOADED if load_kg > 0.0 else Loading.BODYWEIGHT


def names_in(workout: Workout) -> list[Names]:
    """Return what apps call the exercise of each set.

    Somebody who entered a load for some sets did not change the exercise for the others. So a set
    whose load was not entered takes the name of the nearest set of its exercise before it that has
    one, else of the nearest after it. The load itself stays unknown.
    """
    exercises = [exercise_named(workout.exercise_of(record)).name for record in workout.sets]
    loadings = [loading_of(record.load_kg) for record in workout.sets]
    for places in (range(len(loadings)), range(len(loadings) - 1, -1, -1)):
        nearest: dict[str, Loading] = {}
        for place in places:
            if loadings[place] is Loading.NOT_SAID:
                loadings[place] = nearest.get(exercises[place], Loading.NOT_SAID)
            nearest[exercises[place]] = loadings[place]
    return [
        NAMES[exercise][loading] for exercise, loading in zip(exercises, loadings, strict=True)
    ]


def _either(without: Names, loaded: Names, not_said: Names | None = None) -> dict[Loading, Names]:
    """Return the names for each loading; an unknown load gets those without a load by default."""
    return {
        Loading.NOT_SAID: without if not_said is None else not_said,
        Loading.BODYWEIGHT: without,
        Loading.LOADED: loaded,
    }


_BARBELL: Final = "Hip Thrust (Barbell)"
_BODYWEIGHT: Final = "Hip Thrust (Bodyweight)"
_AIR_SQUAT: Final = Names((28, 61), "AIR_SQUAT", "Squat (Bodyweight)", "Squat (Bodyweight)")

NAMES: Final[dict[str, dict[Loading, Names]]] = {
    # FIT's only hip thrust on a bench is the one with a barbell, so an unknown load gets it too.
    "hip_thrust": _either(
        Names((10, 11), "HIP_THRUST", "Hip Thrust", _BODYWEIGHT),
        Names((10, 1), "BARBELL_HIP_THRUST", _BARBELL, _BARBELL),
        not_said=Names((10, 1), "HIP_THRUST", "Hip Thrust", _BARBELL),
    ),
    "glute_bridge": _either(
        Names((10, 11), "GLUTE_BRIDGE", "Glute Bridge", "Glute Bridge"),
        Names(
            (10, 12),
            "BARBELL_HIP_THRUST_ON_FLOOR",
            "Glute Bridge (Barbell)",
            "Glute Bridge (Barbell)",
        ),
    ),
    "single_leg_hip_thrust": _either(
        Names((10, 30), "SINGLE_LEG_GLUTE_BRIDGE", "Single Leg Hip Thrust", "Single Leg Bridge"),
        # The only one in Hevy that certainly has a weight.
        Names(
            (10, 31),
            "BARBELL_SINGLE_LEG_HIP_THRUST",
            "Single Leg Hip Thrust (Dumbbell)",
            "Single Leg Bridge",
        ),
    ),
    # The only weighted staggered thrust is with a dumbbell, so the general one is used.
    "b_stance_hip_thrust": _either(
        Names((10, 11), "STAGGERED_HIP_THRUST", "Hip Thrust", _BODYWEIGHT),
        Names((10, 1), "STAGGERED_HIP_THRUST", _BARBELL, _BARBELL),
        not_said=Names((10, 1), "STAGGERED_HIP_THRUST", "Hip Thrust", _BARBELL),
    ),
    "banded_hip_thrust": _either(
        Names((37, 17), "HIP_THRUST", "Hip Thrust", _BODYWEIGHT),
        Names((37, 17), "BARBELL_HIP_THRUST", _BARBELL, _BARBELL),
    ),
    "feet_elevated_hip_thrust": _either(
        Names((10, 32), "RAISED_LEG_HIP_THRUST", "Hip Thrust", _BODYWEIGHT),
        Names((10, 33), "RAISED_LEG_BARBELL_HIP_THRUST", _BARBELL, _BARBELL),
    ),
    "squat": _either(
        _AIR_SQUAT,
        Names((28, 62), "BARBELL_SQUAT", "Squat (Barbell)", "Squat (Barbell)"),
        not_said=replace(_AIR_SQUAT, strava="SQUAT_GENERIC"),
    ),
    "sit_to_stand": _either(
        _AIR_SQUAT,
        Names((28, 7), "BARBELL_BOX_SQUAT", "Box Squat (Barbell)", "Box Squat (Barbell)"),
    ),
}
"""Names of every exercise of ours, by its name and loading. In FIT, category 10 is the hip raise,
28 the squat and 37 banded exercises."""

ACTIVITY_NAMES: Final[dict[str, Names]] = {
    "hip_circles": Names((11, 7), "", "Warm Up", "Hip Circles"),
    "leg_swings": Names((31, 9), "", "Warm Up", "Leg Swings"),
    "plank": Names((19, 43), "", "Plank", "Plank"),
    "side_plank": Names((19, 66), "", "Side Plank", "Side Plank"),
    "dead_bug": Names((11, 1), "", "Dead Bug", "Dead Bug"),
    "bird_dog": Names((11, 17), "", "Bird Dog", "Bird Dog"),
    "hip_flexor_stretch": Names((31, 49), "", "Stretching", "Hip Flexor Stretch"),
    "figure_four_stretch": Names((31, 60), "", "Stretching", "Figure Four Stretch"),
    "knees_to_chest": Names((31, 52), "", "Stretching", "Knees to Chest"),
}
"""Names of every activity of ours. In FIT, category 11 is hip stability, 19 the plank and 31 the
warm-up, which has the stretches."""

FIT_TITLES: Final[dict[tuple[int, int], str]] = {
    (10, 1): "Barbell hip thrust with bench",
    (10, 11): "Hip raise",
    (10, 12): "Weighted hip raise",
    (10, 30): "Single leg hip raise",
    (10, 31): "Weighted single leg hip raise",
    (10, 32): "Single leg hip raise with foot on bench",
    (10, 33): "Weighted single leg hip raise with foot on bench",
    (11, 1): "Dead bug",
    (11, 7): "Hip circles",
    (11, 17): "Quadruped hip extension",
    (19, 43): "Plank",
    (19, 66): "Side plank",
    (28, 7): "Barbell box squat",
    (28, 61): "Squat",
    (28, 62): "Weighted squat",
    (31, 9): "Forward and backward leg swings",
    (31, 49): "Stretch lunging hip flexor",
    (31, 52): "Stretch lying knee to chest",
    (31, 60): "Stretch piriformis",
    (37, 17): "Glute bridge",
}
"""FIT's own words for its categories and names above."""

_YEARS: Final = range(2000, 2100)
"""FIT reads times before 1998 as seconds since power-on; a date outside this century comes from a
clock that was never set."""

_LONGEST_S: Final = 4_000_000.0
"""46 days: FIT counts milliseconds in 32 bits. Only a clock jump makes a session this long."""

_ADVICE: Final = _('Give its start: --started "2026-11-25T18:00+01:00"')


def started(workout: Workout, form: str) -> datetime:
    """Return the time of second 0, with the UTC offset of the recording.

    Raises `InputError` if nothing was done, or the time is unknown, without an offset or
    not in this century.
    """
    path, text = workout.facts.path, workout.info.started_utc
    if not workout.sets and not workout.timed:
        problem = _("has no set, so there is nothing to write as {form}").format(form=form)
        advice = _("See what was found with: tracker analyze FILE --format text")
        raise InputError(path, problem, advice)
    if text is None:
        problem = _("has no start time, and {form} needs a date").format(form=form)
        raise InputError(path, problem, _ADVICE)
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        problem = _("started at {text!r}, which is not a date and time").format(text=text)
    else:
        if moment.utcoffset() is None:
            problem = _("started at {text!r}, which has no offset from UTC").format(text=text)
        elif moment.year not in _YEARS:
            problem = _("started at {text!r}, expected {first} to {last}").format(
                text=text, first=_YEARS[0], last=_YEARS[-1]
            )
        else:
            return moment
    raise InputError(path, problem, _ADVICE)


def at(start: datetime, session_s: float) -> datetime:
    """Return the wall-clock time of a session second, to the nearest second, in `start`'s zone."""
    moment = start + timedelta(seconds=session_s)
    return (moment + timedelta(seconds=0.5)).replace(microsecond=0)


def offset_s(start: datetime) -> int:
    """Return how far local time is ahead of UTC, s."""
    offset = start.utcoffset()
    assert offset is not None
    return round(offset.total_seconds())


def elapsed_s(workout: Workout) -> float | None:
    """Return the length of the session, s: to its last sample, set or timed work.

    None if no sensor saw any of it. Raises `InputError` if no session can be that long.
    """
    # First, because nothing is larger than NaN, which is refused below.
    ends_s = [] if workout.facts.duration_s is None else [workout.facts.duration_s]
    ends_s += [record.end_s for record in workout.sets if record.sensed]
    ends_s += [each.end_s for each in workout.timed]
    if not ends_s:
        return None
    elapsed = max(ends_s)
    if not elapsed <= _LONGEST_S:
        raise InputError(
            workout.facts.path,
            _("lasts {seconds} s, expected at most {most} s").format(
                seconds=localized(f"{elapsed:g}"), most=f"{_LONGEST_S:g}"
            ),
            _("See its times with: tracker analyze FILE --format json"),
        )
    return elapsed


def active_s(workout: Workout) -> float | None:
    """Return the total length of the sets and of timed work, s; None if none is known."""
    lengths_s = [length_s for each in workout.sets if (length_s := each.length_s) is not None]
    lengths_s += [each.duration_s for each in workout.timed]
    return sum(lengths_s) if lengths_s else None


@dataclass(frozen=True, slots=True)
class Part:
    """What apps have a row for: a set, or something that was done for a time."""

    names: Names
    title: str
    """What to call it where it stands among others."""
    text: str
    """What is known of it, in a line, with the wearer's note below."""
    warm_up: bool
    row: SetRow | None
    """The set; None for timed work."""
    timed: TimedRecord | None
    """The timed work; None for a set."""

    @property
    def start_s(self) -> float:
        """When it began, s; of a set that no sensor saw, only its place among the others."""
        if self.timed is not None:
            return self.timed.start_s
        return 0.0 if self.row is None else self.row.record.start_s

    @property
    def duration_s(self) -> int | None:
        """How long it was done, to a whole second; None for a set."""
        return None if self.timed is None else round(self.timed.duration_s)


def parts_of(workout: Workout) -> list[Part]:
    """Return all that was done in a training, in order."""
    sets = zip(set_rows(workout), names_in(workout), set_texts(workout), strict=True)
    parts = [
        Part(names, _set_title(row.record.index), text, row.record.warm_up, row, None)
        for row, names, text in sets
    ]
    parts += [_timed_part(each) for each in workout.timed]
    return sorted(parts, key=lambda part: part.start_s)


def _set_title(number: int) -> str:
    return _("Set {number}").format(number=number)


def _timed_part(each: TimedRecord) -> Part:
    words = (
        pgettext("kind of work", "warm-up") if each.warm_up else "",
        "" if each.side is None else each.side.word,
        f"{each.duration_s:.0f} s",
    )
    return Part(
        ACTIVITY_NAMES[activity_named(each.activity).name],
        title_of(each.activity),
        "; ".join(filter(None, words)),
        each.warm_up,
        None,
        each,
    )


# As in the JSON of a session.
_DECIMALS: Final = 4


def figures_of(row: SetRow) -> dict[str, object]:
    """Return the known values of a set, by column of the table of sets."""
    values = {column.name: column.value(row) for column in SET_COLUMNS}
    return {
        name: value
        for name, value in values.items()
        if value is not None and (not isinstance(value, float) or math.isfinite(value))
    }


def rounded(value: float | None) -> float | None:
    """Return a rounded number, a whole one without decimals, as apps write it; None stays unknown.

    Some importers take `60.0` for text, and `60` is what the apps' own files have.
    """
    if value is None:
        return None
    whole = round(value, _DECIMALS)
    return int(whole) if whole == int(whole) else whole


def set_texts(workout: Workout) -> list[str]:
    """Return a line for each set, followed by the wearer's note."""
    return [
        "\n".join(filter(None, (_figures(row), row.record.entries.note)))
        for row in set_rows(workout)
    ]


def session_text(workout: Workout) -> str:
    """Return the wearer's note on the session, and the pain scores."""
    return "\n".join(filter(None, (workout.note, *map(_pain_text, workout.pain))))


def _pain_text(pain: PainEntered) -> str:
    moment = MOMENT_WORDS[pain.moment]
    if pain.set_index is None:
        return _("Pain {moment}: {score} of 10").format(moment=moment, score=pain.score)
    return _("Pain {moment} (set {number}): {score} of 10").format(
        moment=moment, number=pain.set_index, score=pain.score
    )


MOMENT_WORDS: Final = {
    # Translators: when pain was asked for, as in "Pain before: 2 of 10".
    PainMoment.BEFORE: _("before"),
    PainMoment.BETWEEN: _("between"),
    PainMoment.AFTER: _("after"),
    PainMoment.NEXT_MORNING: _("next morning"),
}
"""When pain was asked for, in words."""


def _figures(row: SetRow) -> str:
    figures = figures_of(row)
    record = row.record
    parts = [
        pgettext("kind of work", "warm-up") if record.warm_up else "",
        "" if record.side is None else record.side.word,
        _tempo(figures),
        _velocity(figures),
        _measured(figures, "mean_rom_deg", _("range {whole}°")),
        ""
        if record.length_s is None
        else _("set {whole} s").format(whole=f"{record.length_s:.0f}"),
        _measured(figures, "rest_before_s", _("rest before {whole} s")),
    ]
    if record.sensed and record.counted != record.done:
        parts.append(_("sensor counted {reps}").format(reps=record.counted))
    if record.plan.tempo is not None:
        tempo = record.plan.tempo
        parts.append(
            _("planned {code} ({words})").format(code=localized(tempo.code), words=tempo.words)
        )
    return "; ".join(filter(None, parts))


def _tempo(figures: Mapping[str, object]) -> str:
    """Return the mean tempo in both notations."""
    known = {phase: figures.get(f"mean_{phase.value}_s") for phase in Phase}
    if not any(mean_s is not None for mean_s in known.values()):
        return ""
    means = {
        phase: decimal(mean_s, 1) if isinstance(mean_s, float) else "–"
        for phase, mean_s in known.items()
    }
    return _("tempo {code} ({words})").format(code=tempo_code(means), words=tempo_words(means))


def _velocity(figures: Mapping[str, object]) -> str:
    velocity, loss = (figures.get(name) for name in ("mean_velocity_mps", "velocity_loss_pct"))
    if not isinstance(velocity, float):
        return ""
    text = f"{decimal(velocity, 2)} m/s"
    if loss is None:
        return text
    # Translators: velocity loss over the set.
    return _("{velocity}, loss {percent} %").format(velocity=text, percent=f"{loss:.0f}")


def _measured(figures: Mapping[str, object], name: str, text: str) -> str:
    return text.format(whole=f"{figures[name]:.0f}") if name in figures else ""
