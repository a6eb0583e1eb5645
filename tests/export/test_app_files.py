from __future__ import annotations

import csv
import io
import json
import math
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from garmin_fit_sdk import Profile
from hypothesis import given

from tests.export.foreign import dated_workouts, start_of, whole_s
from tests.export.strava_schema import HIP_RAISE, HIP_THRUST, SCHEMA, SQUAT
from tests.workouts import EMPTY, WORKOUT, patient, plausible_workouts
from tracker.domain import (
    ACTIVITIES,
    EXERCISES,
    InputError,
    SetEntries,
    SetRecord,
    TrackerError,
    UnknownNameError,
    Workout,
)
from tracker.domain.foreign_text import visible
from tracker.export.app_files import (
    hevy_minute,
    hevy_span,
    strong_duration,
    write_fitnotes,
    write_hevy,
    write_strava,
    write_strong,
)
from tracker.export.app_terms import (
    ACTIVITY_NAMES,
    NAMES,
    Loading,
    Names,
    active_s,
    at,
    elapsed_s,
    figures_of,
    names_in,
    names_of,
    offset_s,
    rounded,
    session_text,
    set_texts,
    started,
)
from tracker.export.columns import SetRow
from tracker.export.formats import FORMATS, Session

DOCUMENTED = Path(__file__).parents[2] / "docs" / "exports.md"


# Of Hevy's list of exercises, as its API and hevy2garmin 0.12 have it.
HEVY = {
    "Hip Thrust",
    "Hip Thrust (Barbell)",
    "Single Leg Hip Thrust",
    "Single Leg Hip Thrust (Dumbbell)",
    "Glute Bridge",
    "Glute Bridge (Barbell)",
    "Box Squat (Barbell)",
    "Squat (Barbell)",
    "Squat (Bodyweight)",
}


# Of the same list, what is done for a time.
HEVY_TIMED = {"Warm Up", "Stretching", "Plank", "Side Plank", "Dead Bug", "Bird Dog"}


# Of Strong's; the bridges are Hevy's, which imports these files.
STRONG = {
    "Hip Thrust (Barbell)",
    "Hip Thrust (Bodyweight)",
    "Single Leg Bridge",
    "Glute Bridge",
    "Glute Bridge (Barbell)",
    "Box Squat (Barbell)",
    "Squat (Barbell)",
    "Squat (Bodyweight)",
}


def fit_words(category: int, name: int) -> tuple[str, str]:
    types = Profile["types"]
    word = types["exercise_category"][category]
    return word, types[f"{word}_exercise_name"][name]


def test_every_exercise_has_a_name_for_every_load() -> None:
    assert NAMES.keys() == EXERCISES.keys()
    assert all(row.keys() == set(Loading) for row in NAMES.values())


@pytest.mark.parametrize("exercise", EXERCISES)
def test_every_name_is_known_there(exercise: str) -> None:
    for names in NAMES[exercise].values():
        assert fit_words(*names.fit)
        assert names.strava in {*HIP_RAISE, *HIP_THRUST, *SQUAT}
        assert names.hevy in HEVY
        assert names.strong in STRONG


@pytest.mark.parametrize(
    ("exercise", "load_kg", "words"),
    [
        ("hip_thrust", None, ("hip_raise", "barbell_hip_thrust_with_bench")),
        ("hip_thrust", 80.0, ("hip_raise", "barbell_hip_thrust_with_bench")),
        ("hip_thrust", 0.0, ("hip_raise", "hip_raise")),
        ("glute_bridge", None, ("hip_raise", "hip_raise")),
        ("glute_bridge", 20.0, ("hip_raise", "weighted_hip_raise")),
        ("single_leg_hip_thrust", 0.0, ("hip_raise", "single_leg_hip_raise")),
        ("single_leg_hip_thrust", 10.0, ("hip_raise", "weighted_single_leg_hip_raise")),
        ("b_stance_hip_thrust", None, ("hip_raise", "barbell_hip_thrust_with_bench")),
        ("banded_hip_thrust", None, ("banded_exercises", "glute_bridge")),
        (
            "feet_elevated_hip_thrust",
            None,
            ("hip_raise", "single_leg_hip_raise_with_foot_on_bench"),
        ),
        ("squat", 60.0, ("squat", "weighted_squat")),
        ("sit_to_stand", None, ("squat", "squat")),
        ("sit_to_stand", 8.0, ("squat", "barbell_box_squat")),
    ],
)
def test_numbers_of_fit_mean_what_is_meant(
    exercise: str, load_kg: float | None, words: tuple[str, str]
) -> None:
    assert fit_words(*names_of(exercise, load_kg).fit) == words


def test_zero_is_bodyweight_and_nothing_is_not_said() -> None:
    row = NAMES["squat"]
    assert names_of("squat", None) is row[Loading.NOT_SAID]
    assert names_of("squat", 0.0) is row[Loading.BODYWEIGHT]
    assert names_of("squat", 0.5) is row[Loading.LOADED]


def test_an_unknown_exercise_is_refused() -> None:
    with pytest.raises(UnknownNameError):
        names_of("hip_thrusts", None)


@pytest.mark.parametrize("activity", ACTIVITIES)
def test_every_activity_has_a_name_that_is_known_there(activity: str) -> None:
    names = ACTIVITY_NAMES[activity]
    assert fit_words(*names.fit)
    assert names.hevy in HEVY_TIMED


def test_every_name_of_an_activity_is_documented() -> None:
    rows = [
        [cell.strip(" `≈") for cell in line.strip("|").split("|")]
        for line in DOCUMENTED.read_text(encoding="utf-8").splitlines()
        if line.startswith("| `") and line.count("|") == 5
    ]
    expected = [
        [name, "/".join(map(str, each.fit)), each.hevy, each.strong]
        for name, each in ACTIVITY_NAMES.items()
    ]
    assert [row for row in rows if row[0] in ACTIVITIES] == expected
    assert ACTIVITY_NAMES.keys() == ACTIVITIES.keys()


def test_every_name_is_documented() -> None:
    rows = [
        [cell.strip(" `≈") for cell in line.strip("|").split("|")]
        for line in DOCUMENTED.read_text(encoding="utf-8").splitlines()
        if line.startswith("| `") and line.count("|") == 7
    ]
    assert rows == [
        [exercise, loading.value, "/".join(map(str, names.fit)), *other_names(names)]
        for exercise, row in NAMES.items()
        for loading, names in row.items()
    ]


def other_names(names: Names) -> list[str]:
    return [names.strava, names.hevy, names.strong]


def starting(text: str | None) -> Workout:
    return replace(WORKOUT, info=replace(WORKOUT.info, started_utc=text))


@pytest.mark.parametrize(
    ("text", "ahead"),
    [
        ("2026-11-25T18:00:00+01:00", timedelta(hours=1)),
        ("2026-11-25T18:00:00Z", timedelta(0)),
        ("2026-11-25T18:00:00.123456-03:30", timedelta(hours=-3, minutes=-30)),
    ],
)
def test_the_offset_is_kept(text: str, ahead: timedelta) -> None:
    start = started(starting(text), "fit")
    assert start == datetime.fromisoformat(text)
    assert start.utcoffset() == ahead
    assert offset_s(start) == ahead.total_seconds()
    assert at(start, 90.0).utcoffset() == ahead


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (None, "has no start time, and hevy needs a date"),
        ("yesterday", "which is not a date and time"),
        ("2026-11-25T18:00:00", "no offset from UTC"),
        ("1970-01-01T00:00:03+00:00", "expected 2000 to 2099"),
        ("9999-12-31T23:59:59+00:00", "expected 2000 to 2099"),
    ],
)
def test_a_date_that_is_none_is_refused_with_advice(text: str | None, problem: str) -> None:
    with pytest.raises(InputError, match=problem) as caught:
        started(starting(text), "hevy")
    assert "session.arrows" in caught.value.message
    assert caught.value.advice is not None
    assert '--started "2026-11-25T18:00+01:00"' in caught.value.advice


@pytest.mark.parametrize(("session_s", "second"), [(0.4, 0), (0.6, 1), (59.6, 60), (61.0, 61)])
def test_times_are_to_the_nearest_second(session_s: float, second: int) -> None:
    start = datetime.fromisoformat("2026-11-25T18:00:00+01:00")
    assert at(start, session_s) == start + timedelta(seconds=second)


def test_a_session_lasts_to_its_last_sample_or_set() -> None:
    assert elapsed_s(WORKOUT) == 120.0
    assert elapsed_s(replace(WORKOUT, facts=EMPTY.facts)) == 91.5
    assert elapsed_s(EMPTY) is None


def test_the_sets_took_this_long_together() -> None:
    assert active_s(WORKOUT) == 21.5
    assert active_s(EMPTY) is None


@pytest.mark.parametrize("duration_s", [1e12, math.inf, math.nan])
def test_a_session_of_months_is_refused(duration_s: float) -> None:
    facts = replace(WORKOUT.facts, duration_s=duration_s)
    with pytest.raises(InputError, match="expected at most 4e"):
        elapsed_s(replace(WORKOUT, facts=facts))


def test_a_training_without_sets_is_refused() -> None:
    with pytest.raises(InputError, match="nothing to write as strava"):
        started(EMPTY, "strava")


BARE = replace(
    WORKOUT.sets[1],
    reps=(replace(WORKOUT.sets[1].reps[0], phases=(), bottom_s=None, rom_deg=None),),
    entries=SetEntries(),
    counted=1,
)


def with_sets(*sets: object) -> Workout:
    return replace(WORKOUT, sets=sets)  # type: ignore[arg-type]


def test_a_set_in_a_line_and_the_words_of_the_wearer_after_it() -> None:
    first, second = set_texts(WORKOUT)
    assert first == (
        "tempo 1.5-0.5-1.0-1.5 (up 1.0 · hold 1.5 · down 1.5 · floor 0.5); 0.45 m/s, loss 20 %; "
        "range 45°; set 13 s; planned 2-0-1-2 (up 1 · hold 2 · down 2 · floor 0)\n"
        'said "heavy", then went on'
    )
    assert "rest before 60 s; sensor counted 2" in second


def test_what_is_unknown_is_left_out() -> None:
    assert set_texts(with_sets(BARE)) == ["set 8 s"]


def test_an_unknown_phase_of_a_tempo_is_a_dash() -> None:
    record = replace(BARE, reps=(replace(WORKOUT.sets[1].reps[0], bottom_s=None),))
    (text,) = set_texts(with_sets(record))
    assert text.startswith("tempo 1.5-–-1.0-1.5 (up 1.0 · hold 1.5 · down 1.5 · floor –); ")


def test_pain_follows_the_note_of_the_session() -> None:
    assert session_text(WORKOUT).splitlines()[2:] == [
        "Pain before: 1 of 10",
        "Pain between (set 1): 2 of 10",
        "Pain after (set 2): 3 of 10",
    ]
    assert session_text(EMPTY) == ""


def test_figures_are_finite_or_missing() -> None:
    reps = (replace(WORKOUT.sets[0].reps[0], rom_deg=math.nan),)
    figures = figures_of(SetRow(WORKOUT, replace(WORKOUT.sets[0], reps=reps)))
    assert "mean_rom_deg" not in figures
    assert figures["mean_lockout_s"] == 1.5
    assert "rest_before_s" not in figures


def test_rounding_keeps_what_is_unknown() -> None:
    assert rounded(0.1 + 0.2) == 0.3
    assert rounded(None) is None


def strava_object(workout: Workout) -> dict[str, Any]:
    out = io.BytesIO()
    write_strava(workout, out)
    read: dict[str, Any] = json.loads(out.getvalue())
    return read


def assert_object_is(read: dict[str, Any], workout: Workout) -> None:
    jsonschema.validate(read, SCHEMA)
    start = start_of(workout)
    began = datetime.fromisoformat(read["start_time"])
    assert whole_s(began, start)
    assert began.utcoffset() == start.utcoffset() == timedelta(seconds=read["utc_offset"])
    ends_s = [record.end_s for record in workout.sets if record.sensed]
    elapsed_s = max([workout.facts.duration_s or 0.0, *ends_s])
    assert read["elapsed_time"] - 1 <= elapsed_s <= read["elapsed_time"]
    for each, record, load_kg in zip(
        read["sets"], workout.sets, loads_for_names(workout), strict=True
    ):
        assert each["repetitions"] == record.done
        if record.sensed:
            assert each["duration"] == pytest.approx(record.length_s, abs=0.5001)
            began = datetime.fromisoformat(each["start_time"])
            assert whole_s(began, start + timedelta(seconds=record.start_s))
        else:
            assert not {"duration", "start_time"} & set(each)
        assert each["exercise_type"] == names_of(workout.info.exercise, load_kg).strava
        if record.load_kg is None:
            assert "weight" not in each
        else:
            assert each["weight"] == pytest.approx(record.load_kg, abs=0.00005)


@patient
@given(workout=dated_workouts())
def test_any_training_has_the_documented_shape_and_its_numbers(workout: Workout) -> None:
    assert_object_is(strava_object(workout), workout)


@patient
@given(workout=plausible_workouts())
def test_strava_any_training_is_written_or_refused(workout: Workout) -> None:
    try:
        read = strava_object(workout)
    except TrackerError:
        assert workout.info.started_utc is None or not workout.sets
        return
    assert_object_is(read, workout)


def test_a_training_as_strava_gets_it() -> None:
    info = replace(WORKOUT.info, started_utc="2026-03-01T18:30:00.400000+01:00")
    assert strava_object(replace(WORKOUT, info=info)) == {
        "version": "1.0",
        "start_time": "2026-03-01T18:30:00+01:00",
        "utc_offset": 3600,
        "elapsed_time": 120,
        "active_time": 22,
        "creator": {"name": "tracker"},
        "sets": [
            {
                "exercise_type": "BARBELL_HIP_THRUST",
                "repetitions": 3,
                "weight": 80,
                "duration": 13,
                "start_time": "2026-03-01T18:30:10+01:00",
            },
            {
                "exercise_type": "BARBELL_HIP_THRUST",
                "repetitions": 3,
                "weight": 60,
                "duration": 8,
                "start_time": "2026-03-01T18:31:23+01:00",
            },
        ],
    }


def hevy_text(*workouts: Workout) -> str:
    out = io.BytesIO()
    write_hevy(workouts, out)
    return out.getvalue().decode()


def loads_for_names(workout: Workout) -> list[float | None]:
    """Return the loads that decide the names: the nearest that was entered, rather earlier."""
    entered = [(place, each.load_kg) for place, each in enumerate(workout.sets)]
    known = [each for each in entered if each[1] is not None]
    loads: list[float | None] = []
    for place, _ in entered:
        before = [load_kg for at_set, load_kg in known if at_set <= place]
        after = [load_kg for at_set, load_kg in known if at_set > place]
        loads.append(before[-1] if before else after[0] if after else None)
    return loads


def hevy_rows(workout: Workout) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(hevy_text(workout), newline="")))


def number(text: str) -> float | None:
    return float(text) if text else None


def in_a_cell(text: str) -> str:
    """Return text with the line ends of a cell, and its invisible characters shown."""
    return visible(text.replace("\r\n", "\n").replace("\r", "\n"))


def begins_with(cell: str, text: str) -> bool:
    """Return whether a cell begins with a text, after the apostrophe that makes it no formula."""
    return any(each.startswith(in_a_cell(text)) for each in (cell, cell.removeprefix("'")))


def assert_hevy_rows_are(rows: list[dict[str, str]], workout: Workout) -> None:
    start = start_of(workout).replace(tzinfo=None)
    seen: list[str] = []
    names = [names_of(workout.info.exercise, load_kg).hevy for load_kg in loads_for_names(workout)]
    grouped = sorted(zip(workout.sets, names, strict=True), key=lambda each: names.index(each[1]))
    for row, (record, name) in zip(rows, grouped, strict=True):
        assert row["title"] == EXERCISES[workout.info.exercise].title
        began = datetime.strptime(row["start_time"], "%d %b %Y, %H:%M")
        assert timedelta(0) <= start + timedelta(seconds=0.5) - began < timedelta(minutes=1)
        ended = datetime.strptime(row["end_time"], "%d %b %Y, %H:%M")
        assert ended > began
        ends_s = [each.end_s for each in workout.sets if each.sensed]
        last_s = max([workout.facts.duration_s or 0.0, *ends_s])
        over = ended - (start + timedelta(seconds=last_s))
        assert timedelta(seconds=-0.5) <= over or ended == began + timedelta(minutes=1)
        assert over <= timedelta(minutes=2)
        assert row["exercise_title"] == name
        assert row["set_index"] == str(seen.count(name))
        seen.append(name)
        assert int(row["reps"]) == record.done
        for column, value in (("weight_kg", record.load_kg), ("rpe", record.entries.rpe)):
            expected = None if value is None else pytest.approx(value, abs=0.00005)
            assert number(row[column]) == expected, column
        assert in_a_cell(record.entries.note) in row["exercise_notes"]
        assert begins_with(row["description"], workout.note)


@patient
@given(workout=dated_workouts())
def test_hevy_reads_any_training_back(workout: Workout) -> None:
    assert_hevy_rows_are(hevy_rows(workout), workout)


@patient
@given(workout=plausible_workouts())
def test_hevy_any_training_is_written_or_refused(workout: Workout) -> None:
    try:
        rows = hevy_rows(workout)
    except TrackerError:
        assert workout.info.started_utc is None or not workout.sets
        return
    assert_hevy_rows_are(rows, workout)


def test_the_heading_is_hevys_and_text_is_quoted() -> None:
    heading, first, *_ = hevy_text(WORKOUT).splitlines()
    assert heading == (
        '"title","start_time","end_time","description","exercise_title","superset_id",'
        '"exercise_notes","set_index","set_type","weight_kg","reps","distance_km",'
        '"duration_seconds","rpe"'
    )
    assert first.startswith('"Hip thrust","1 Mar 2026, 17:30","1 Mar 2026, 17:32","Knie gut.')


def test_every_row_of_an_exercise_has_the_notes_of_all_its_sets() -> None:
    bare = replace(WORKOUT.sets[1], index=3, entries=SetEntries(load_kg=0.0))
    rows = hevy_rows(replace(WORKOUT, sets=(*WORKOUT.sets, bare)))
    assert [row["set_index"] for row in rows] == ["0", "1", "0"]
    assert rows[0]["exercise_notes"] == rows[1]["exercise_notes"]
    assert rows[0]["exercise_notes"].splitlines() == [
        (
            "Set 1: tempo 1.5-0.5-1.0-1.5 (up 1.0 · hold 1.5 · down 1.5 · floor 0.5); 0.45 m/s, "
            "loss 20 %; range 45°; set 13 s; planned 2-0-1-2 (up 1 · hold 2 · down 2 · floor 0)"
        ),
        'said "heavy", then went on',
        (
            "Set 2: tempo 1.5-0.5-1.0-1.5 (up 1.0 · hold 1.5 · down 1.5 · floor 0.5); 0.30 m/s; "
            "range 45°; set 8 s; rest before 60 s; sensor counted 2"
        ),
    ]
    assert rows[2]["exercise_title"] == "Hip Thrust"
    assert rows[2]["exercise_notes"].startswith("Set 3: ")


def test_a_set_of_which_nothing_is_known_but_its_reps_has_no_note() -> None:
    typed = SetRecord(1, 0.0, 0.0, (), 0, ended=True, entries=SetEntries(reps=10))
    (row,) = hevy_rows(replace(WORKOUT, sets=(typed,)))
    assert row["exercise_notes"] == ""


def test_months_are_english_whatever_the_locale() -> None:
    months = [hevy_minute(datetime(2025, month, 6, 7, 6)) for month in range(1, 13)]
    assert months[6] == "6 Jul 2025, 07:06"
    assert [text.split()[1] for text in months] == (
        ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
    )


def test_times_are_local() -> None:
    info = replace(WORKOUT.info, started_utc="2026-03-01T23:59:45-05:00")
    row = hevy_rows(replace(WORKOUT, info=info))[0]
    assert (row["start_time"], row["end_time"]) == ("1 Mar 2026, 23:59", "2 Mar 2026, 00:02")


@pytest.mark.parametrize(
    ("start", "lasts_s", "span"),
    [
        ("18:30:10", 50, ("18:30", "18:31")),
        ("18:30:10", 51, ("18:30", "18:32")),
        ("18:30:00", 0, ("18:30", "18:31")),
        ("18:30:59", 1, ("18:30", "18:31")),
        ("18:30:00", 3600, ("18:30", "19:30")),
    ],
)
def test_no_training_ends_in_the_minute_in_which_it_starts(
    start: str, lasts_s: int, span: tuple[str, str]
) -> None:
    began = datetime.fromisoformat(f"2026-03-01T{start}")
    minutes = hevy_span(began, began + timedelta(seconds=lasts_s))
    assert tuple(f"{each:%H:%M}" for each in minutes) == span


UNSAID = replace(
    WORKOUT.sets[0], entries=SetEntries(), plan=replace(WORKOUT.sets[0].plan, load_kg=None)
)
SIXTY = replace(UNSAID, entries=SetEntries(load_kg=60.0))
NO_WEIGHT = replace(UNSAID, entries=SetEntries(load_kg=0.0))


@pytest.mark.parametrize(
    ("sets", "names"),
    [
        ((UNSAID, SIXTY, UNSAID), ["Hip Thrust (Barbell)"] * 3),
        ((UNSAID, NO_WEIGHT, UNSAID), ["Hip Thrust"] * 3),
        (
            (NO_WEIGHT, SIXTY, UNSAID),
            ["Hip Thrust", "Hip Thrust (Barbell)", "Hip Thrust (Barbell)"],
        ),
        ((UNSAID, UNSAID), ["Hip Thrust", "Hip Thrust"]),
    ],
)
def test_a_load_that_was_not_entered_takes_the_name_from_the_other_sets(
    sets: tuple[SetRecord, ...], names: list[str]
) -> None:
    workout = replace(WORKOUT, sets=sets)
    assert [each.hevy for each in names_in(workout)] == names
    assert [row["weight_kg"] for row in hevy_rows(workout)].count("") == sets.count(UNSAID)


def test_the_sets_of_an_exercise_stand_together() -> None:
    rows = hevy_rows(replace(WORKOUT, sets=(SIXTY, NO_WEIGHT, SIXTY)))
    assert [(row["exercise_title"], row["set_index"]) for row in rows] == [
        ("Hip Thrust (Barbell)", "0"),
        ("Hip Thrust (Barbell)", "1"),
        ("Hip Thrust", "0"),
    ]


def test_numbers_are_as_the_apps_write_them() -> None:
    assert [hevy_rows(WORKOUT)[0]["weight_kg"], strong_rows(WORKOUT)[0]["Weight"]] == ["80", "80"]
    half = replace(WORKOUT, sets=(replace(SIXTY, entries=SetEntries(load_kg=62.5)),))
    assert hevy_rows(half)[0]["weight_kg"] == "62.5"


@pytest.mark.parametrize("name", ["hevy", "strong", "fitnotes", "csv", "csv-sets"])
def test_several_trainings_share_one_file_and_one_heading(name: str) -> None:
    one, two = io.BytesIO(), io.BytesIO()
    FORMATS[name].write(Session(WORKOUT), one)
    FORMATS[name].write_joined((Session(WORKOUT), Session(WORKOUT)), two)
    alone, both = (
        list(csv.reader(io.StringIO(each.getvalue().decode(), newline=""))) for each in (one, two)
    )
    assert both == [*alone, *alone[1:]]


def test_a_row_as_fitnotes_writes_it_and_liftlog_reads_it() -> None:
    out = io.BytesIO()
    info = replace(WORKOUT.info, started_utc="2026-03-31T00:40:00+02:00")
    write_fitnotes((replace(WORKOUT, info=info),), out)
    first, _ = csv.DictReader(io.StringIO(out.getvalue().decode(), newline=""))
    assert list(first) == [
        *("Date", "Exercise", "Category", "Weight", "Weight Unit", "Reps"),
        *("Distance", "Distance Unit", "Time", "Comment"),
    ]
    assert (first["Date"], first["Exercise"]) == ("2026-03-31", "Hip Thrust (Barbell)")
    assert (first["Weight"], first["Weight Unit"], first["Reps"]) == ("80", "kgs", "3")
    assert first["Comment"].endswith('; said "heavy", then went on')


def test_hevy_half_a_character_does_not_lose_the_rest() -> None:
    rows = hevy_rows(replace(WORKOUT, note="good \ud83d day"))
    assert rows[0]["description"].startswith("good \\ud83d day")


def strong_text(workout: Workout) -> str:
    out = io.BytesIO()
    write_strong((workout,), out)
    return out.getvalue().decode()


def strong_rows(workout: Workout) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(strong_text(workout), newline="")))


def assert_strong_rows_are(rows: list[dict[str, str]], workout: Workout) -> None:
    start = start_of(workout)
    seen: list[str] = []
    for row, record, load_kg in zip(rows, workout.sets, loads_for_names(workout), strict=True):
        name = names_of(workout.info.exercise, load_kg).strong
        seen.append(name)
        assert row["Workout Name"] == EXERCISES[workout.info.exercise].title
        assert whole_s(datetime.fromisoformat(row["Date"]).replace(tzinfo=start.tzinfo), start)
        assert row["Exercise Name"] == name
        assert row["Set Order"] == str(seen.count(name))
        assert int(row["Reps"]) == record.done
        for column, value in (("Weight", record.load_kg), ("RPE", record.entries.rpe)):
            expected = None if value is None else pytest.approx(value, abs=0.00005)
            assert number(row[column]) == expected, column
        assert row["Notes"].endswith(in_a_cell(record.entries.note))
        assert begins_with(row["Workout Notes"], workout.note)


@patient
@given(workout=dated_workouts())
def test_strong_reads_any_training_back(workout: Workout) -> None:
    assert_strong_rows_are(strong_rows(workout), workout)


@patient
@given(workout=plausible_workouts())
def test_strong_any_training_is_written_or_refused(workout: Workout) -> None:
    try:
        rows = strong_rows(workout)
    except TrackerError:
        assert workout.info.started_utc is None or not workout.sets
        return
    assert_strong_rows_are(rows, workout)


def test_a_row_as_strong_writes_it() -> None:
    info = replace(WORKOUT.info, started_utc="2026-03-01T18:30:00+01:00")
    heading, first, *_ = strong_text(replace(WORKOUT, info=info, note="")).splitlines()
    assert heading == (
        "Date,Workout Name,Duration,Exercise Name,Set Order,Weight,Reps,Distance,Seconds,Notes,"
        "Workout Notes,RPE"
    )
    assert first.startswith(
        "2026-03-01 18:30:00,Hip thrust,2m,Hip Thrust (Barbell),1,80,3,0,0,"
        '"tempo 1.5-0.5-1.0-1.5 (up'
    )


def test_pain_is_in_the_notes_of_the_workout() -> None:
    assert strong_rows(WORKOUT)[0]["Workout Notes"].splitlines() == [
        "Knie gut.",
        "Second line.",
        "Pain before: 1 of 10",
        "Pain between (set 1): 2 of 10",
        "Pain after (set 2): 3 of 10",
    ]


@pytest.mark.parametrize(
    ("elapsed", "text"),
    [
        (timedelta(seconds=50.4), "50s"),
        (timedelta(seconds=59.7), "1m"),
        (timedelta(minutes=45, seconds=20), "45m"),
        (timedelta(minutes=59, seconds=45), "1h 0m"),
        (timedelta(hours=1, minutes=5), "1h 5m"),
    ],
)
def test_durations_are_in_hours_and_minutes(elapsed: timedelta, text: str) -> None:
    assert strong_duration(elapsed.total_seconds()) == text


def test_strong_half_a_character_does_not_lose_the_rest() -> None:
    assert strong_rows(replace(WORKOUT, note="good \ud83d day"))[0]["Workout Notes"].startswith(
        "good \\ud83d day"
    )


@pytest.mark.parametrize("note", ["\r", "a\rb", '"', ",", "\n", "\r\n", ""])
def test_no_note_breaks_a_row_and_an_rpe_of_0_is_kept(note: str) -> None:
    entries = replace(WORKOUT.sets[0].entries, note=note, rpe=0.0)
    record = replace(WORKOUT.sets[0], entries=entries)
    workout = replace(WORKOUT, sets=(record, record), note=note)
    tables = {name: io.BytesIO() for name in ("csv-sets", "hevy", "strong")}
    for name, out in tables.items():
        FORMATS[name].write(Session(workout), out)
        text = out.getvalue().decode()
        rows = list(csv.DictReader(io.StringIO(text, newline=""), strict=True))
        assert len(rows) == 2
        for row in rows:
            assert {key.lower(): value for key, value in row.items()}["rpe"] in ("0.0", "0")
            assert None not in row.values()
