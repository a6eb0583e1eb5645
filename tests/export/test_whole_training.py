"""Sets that no sensor saw, work done for a time, warm-ups and sides, in each format's own way."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest

from tests.export.fit_readers import read_with_fitdecode, read_with_sdk
from tests.export.strava_schema import SCHEMA as STRAVA
from tests.recordings.readers import SCHEMA
from tests.workouts import WORKOUT
from tracker.domain import (
    ACTIVITIES,
    SessionInfo,
    SetEntries,
    SetRecord,
    Side,
    SourceFacts,
    TimedRecord,
    Workout,
    parse_set,
)
from tracker.export.formats import FORMATS, Session
from tracker.export.report.page import report_html

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.export.fit_readers import Messages

READERS = (read_with_sdk, read_with_fitdecode)


def by_hand(number: int, words: str, at_s: float) -> SetRecord:
    return SetRecord(number, at_s, at_s, (), 0, ended=True, entries=parse_set(words))


BY_HAND = Workout(
    SessionInfo("entered", started_utc="2026-03-01T18:30:00+01:00", origin="entered"),
    SourceFacts("entered by hand", "entered", None, None, 0),
    (by_hand(1, "reps=8 warm_up=yes", 1.0), by_hand(2, "reps=10 load=60kg rpe=8", 2.0)),
    (),
    {},
    note="at the hotel",
)

FIRST, SECOND = WORKOUT.sets
ROUTINE = replace(
    WORKOUT,
    info=replace(WORKOUT.info, started_utc="2026-03-01T18:30:00+01:00"),
    sets=(
        replace(FIRST, entries=SetEntries(load_kg=0.0, warm_up=True)),
        replace(
            SECOND, entries=SetEntries(60.0, exercise="single_leg_hip_thrust", side=Side.LEFT)
        ),
    ),
    timed=(
        TimedRecord("leg_swings", 1.0, 5.0, Side.RIGHT, warm_up=True),
        TimedRecord("plank", 85.0, 20.0),
    ),
)
"""Leg swings, a warm-up set, a set on the left leg, and a plank."""


def text_of(workout: Workout, form: str) -> str:
    out = io.BytesIO()
    FORMATS[form].write(Session(workout), out)
    return out.getvalue().decode()


def rows_of(workout: Workout, form: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text_of(workout, form), newline="")))


def object_of(workout: Workout, form: str) -> dict[str, Any]:
    read: dict[str, Any] = json.loads(text_of(workout, form))
    return read


def fit_of(workout: Workout, read: Callable[[bytes], Messages]) -> Messages:
    out = io.BytesIO()
    FORMATS["fit"].write(Session(workout), out)
    return read(out.getvalue())


# What no sensor measured is unknown.


def test_a_table_of_sets_leaves_out_what_nobody_measured() -> None:
    for row in rows_of(BY_HAND, "csv-sets"):
        assert (row["start_s"], row["end_s"], row["rest_before_s"], row["reps_counted"]) == (
            ("",) * 4
        )
    assert [row["reps"] for row in rows_of(BY_HAND, "csv-sets")] == ["8", "10"]


@pytest.mark.parametrize(
    ("form", "notes"), [("hevy", "exercise_notes"), ("strong", "Notes"), ("fitnotes", "Comment")]
)
def test_the_notes_say_only_what_is_known(form: str, notes: str) -> None:
    for row in rows_of(BY_HAND, form):
        assert not any(word in row[notes] for word in (" 0", "rest", "sensor", "set 0"))
    assert "warm-up" in rows_of(BY_HAND, form)[0][notes]


def test_a_session_of_unknown_length_has_none() -> None:
    assert {row["Duration"] for row in rows_of(BY_HAND, "strong")} == {""}


def test_json_of_a_set_by_hand_has_no_times() -> None:
    read = object_of(BY_HAND, "json")
    jsonschema.validate(read, SCHEMA)
    assert {(each["start_s"], each["end_s"]) for each in read["sets"]} == {(None, None)}


def test_strava_gets_no_times_of_sets_by_hand() -> None:
    read = object_of(BY_HAND, "strava")
    jsonschema.validate(read, STRAVA)
    assert "active_time" not in read
    for each in read["sets"]:
        assert not {"duration", "start_time"} & set(each)


@pytest.mark.parametrize("read", READERS)
def test_fit_has_no_lengths_of_what_nobody_measured(read: Callable[[bytes], Messages]) -> None:
    messages = fit_of(BY_HAND, read)
    assert [each["repetitions"] for each in messages["set"]] == [8, 10]
    for each in messages["set"]:
        for name in ("duration", "start_time", "reps_counted", "start_s", "end_s"):
            assert each.get(name) is None, name
    (session,) = messages["session"]
    assert session.get("total_elapsed_time") is None
    assert session.get("total_timer_time") is None


def test_the_report_shows_a_set_by_hand_without_a_sensor() -> None:
    page = report_html(BY_HAND)
    assert "sensor: 0" not in page
    assert "entered by hand" in page
    assert "<dt>Samples</dt><dd>0</dd>" not in page
    assert "no sensor saw this session" in page
    assert "No rep has a remark" not in page


def test_a_set_added_to_a_recorded_session_has_no_rest_and_no_times() -> None:
    added = replace(WORKOUT, sets=(*WORKOUT.sets, by_hand(3, "reps=5", SECOND.end_s + 1.0)))
    *_, last = rows_of(added, "csv-sets")
    assert (last["start_s"], last["rest_before_s"], last["reps_counted"]) == ("", "", "")
    assert "sensor counted" not in rows_of(added, "strong")[-1]["Notes"]
    assert "sensor: 0" not in report_html(added)


# Work done for a time.


def test_hevy_has_timed_work_as_sets_with_a_duration() -> None:
    rows = rows_of(ROUTINE, "hevy")
    assert [(row["exercise_title"], row["duration_seconds"], row["reps"]) for row in rows] == [
        ("Warm Up", "5", ""),
        ("Hip Thrust", "", str(ROUTINE.sets[0].done)),
        ("Single Leg Hip Thrust (Dumbbell)", "", str(ROUTINE.sets[1].done)),
        ("Plank", "20", ""),
    ]
    assert [row["set_type"] for row in rows] == ["warmup", "warmup", "normal", "normal"]
    assert rows[0]["exercise_notes"] == "Leg swings: warm-up; right; 5 s"
    assert "left" in rows[2]["exercise_notes"]


def test_strong_has_timed_work_in_seconds_and_marks_warm_ups() -> None:
    rows = rows_of(ROUTINE, "strong")
    wanted = ("Exercise Name", "Set Order", "Weight", "Reps", "Seconds")
    assert [tuple(row[name] for name in wanted) for row in rows] == [
        ("Leg Swings", "W", "0", "0", "5"),
        ("Hip Thrust (Bodyweight)", "W", "0", str(ROUTINE.sets[0].done), "0"),
        ("Single Leg Bridge", "1", "60", str(ROUTINE.sets[1].done), "0"),
        ("Plank", "1", "0", "0", "20"),
    ]
    assert rows[0]["Notes"] == "warm-up; right; 5 s"


def test_fitnotes_has_timed_work_as_time() -> None:
    rows = rows_of(ROUTINE, "fitnotes")
    assert [(row["Exercise"], row["Time"], row["Reps"]) for row in rows][::3] == [
        ("Leg Swings", "0:00:05", ""),
        ("Plank", "0:00:20", ""),
    ]


@pytest.mark.parametrize("read", READERS)
def test_fit_has_timed_work_as_sets_without_reps(read: Callable[[bytes], Messages]) -> None:
    messages = fit_of(ROUTINE, read)
    active = [each for each in messages["set"] if each["set_type"] == "active"]
    assert [each.get("repetitions") for each in active] == [
        None,
        ROUTINE.sets[0].done,
        ROUTINE.sets[1].done,
        None,
    ]
    swings, _, _, plank = active
    assert (swings["duration"], plank["duration"]) == (5.0, 20.0)
    assert (swings["category"], plank["category"]) == ("warm_up", "plank")
    assert [each["warm_up"] for each in active] == [1.0, 1.0, 0.0, 0.0]
    assert [each.get("side") for each in active] == ["right", None, "left", None]
    titles = [each["wkt_step_name"] for each in messages["exercise_title"]]
    assert titles[swings["wkt_step_index"]] == "Forward and backward leg swings"
    assert titles[plank["wkt_step_index"]] == "Plank"
    assert [each["message_index"] for each in messages["set"]] == list(range(len(messages["set"])))


def test_what_is_timed_ends_a_rest() -> None:
    between = replace(ROUTINE, timed=(TimedRecord("plank", 30.0, 20.0),))
    *_, last = rows_of(between, "csv-sets")
    assert float(last["rest_before_s"]) == SECOND.start_s - 50.0


def test_a_training_of_timed_work_alone_is_one() -> None:
    alone = replace(ROUTINE, sets=())
    assert len(rows_of(alone, "hevy")) == len(rows_of(alone, "strong")) == 2
    for read in READERS:
        assert len([e for e in fit_of(alone, read)["set"] if e["set_type"] == "active"]) == 2


def test_strava_has_no_name_for_it_and_leaves_it_out() -> None:
    assert len(object_of(ROUTINE, "strava")["sets"]) == len(ROUTINE.sets)


@pytest.mark.parametrize("name", ACTIVITIES)
def test_every_activity_goes_into_every_file_of_an_app(name: str) -> None:
    alone = replace(ROUTINE, sets=(), timed=(TimedRecord(name, 3.0, 30.0),))
    for form in ("hevy", "strong", "fitnotes"):
        assert len(rows_of(alone, form)) == 1
    for read in READERS:
        (each,) = fit_of(alone, read)["set"]
        assert each["duration"] == 30.0


# Warm-up, side and exercise of each set.


@pytest.mark.parametrize("form", ["csv", "csv-sets"])
def test_tables_have_the_exercise_side_and_warm_up_of_each_set(form: str) -> None:
    found = {
        (row["set"], row["exercise"], row["side"], row["warm_up"])
        for row in rows_of(ROUTINE, form)
    }
    assert found == {
        ("1", "hip_thrust", "", "true"),
        ("2", "single_leg_hip_thrust", "left", "false"),
    }


def test_the_report_names_exercise_side_and_warm_up_of_each_set_and_the_timed_work() -> None:
    page = report_html(ROUTINE)
    assert "Set 1: warm-up: " in page
    assert "Set 2: Single-leg hip thrust, left: " in page
    assert "Leg swings, right, warm-up" in page
    assert "Plank" in page


def test_json_keeps_all_of_it() -> None:
    read = object_of(ROUTINE, "json")
    jsonschema.validate(read, SCHEMA)
    assert [(each["exercise"], each["side"], each["warm_up"]) for each in read["sets"]] == [
        ("hip_thrust", None, True),
        ("single_leg_hip_thrust", "left", False),
    ]
    assert [each["activity"] for each in read["timed"]] == ["leg_swings", "plank"]
