from __future__ import annotations

import csv
import io
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given

from tests.export.foreign import dated_workouts, start_of
from tests.export.workouts import WORKOUT, workouts
from tracker.domain import EXERCISES, SetEntries, TrackerError, Workout
from tracker.export.app_terms import names_of
from tracker.export.hevy import HEADER, minute, write_hevy


def written(workout: Workout) -> str:
    out = io.BytesIO()
    write_hevy(workout, out)
    return out.getvalue().decode()


def rows_of(workout: Workout) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(written(workout), newline="")))


def number(text: str) -> float | None:
    return float(text) if text else None


def assert_rows_are(rows: list[dict[str, str]], workout: Workout) -> None:
    start = start_of(workout).replace(tzinfo=None)
    seen: list[str] = []
    for row, record in zip(rows, workout.sets, strict=True):
        assert row["title"] == EXERCISES[workout.info.exercise].title
        began = datetime.strptime(row["start_time"], "%d %b %Y, %H:%M")
        assert timedelta(0) <= start + timedelta(seconds=0.5) - began < timedelta(minutes=1)
        name = names_of(workout.info.exercise, record.load_kg).hevy
        assert row["exercise_title"] == name
        assert row["set_index"] == str(seen.count(name))
        seen.append(name)
        assert int(row["reps"]) == record.done
        for column, value in (("weight_kg", record.load_kg), ("rpe", record.entries.rpe)):
            expected = None if value is None else pytest.approx(value, abs=0.00005)
            assert number(row[column]) == expected, column
        assert record.entries.note in row["exercise_notes"]
        assert row["description"].startswith(workout.note)


@given(workout=dated_workouts())
def test_any_training_is_read_back(workout: Workout) -> None:
    assert_rows_are(rows_of(workout), workout)


@given(workout=workouts())
def test_any_training_is_written_or_refused(workout: Workout) -> None:
    try:
        rows = rows_of(workout)
    except TrackerError:
        assert workout.info.started_utc is None or not workout.sets
        return
    assert_rows_are(rows, workout)


def test_the_heading_is_hevys_and_text_is_quoted() -> None:
    heading, first, *_ = written(WORKOUT).splitlines()
    assert heading == (
        '"title","start_time","end_time","description","exercise_title","superset_id",'
        '"exercise_notes","set_index","set_type","weight_kg","reps","distance_km",'
        '"duration_seconds","rpe"'
    )
    assert heading.replace('"', "").split(",") == list(HEADER)
    assert first.startswith('"Hip thrust","1 Mar 2026, 17:30","1 Mar 2026, 17:32","Knie gut.')


def test_every_row_of_an_exercise_has_the_notes_of_all_its_sets() -> None:
    bare = replace(WORKOUT.sets[1], index=3, entries=SetEntries(load_kg=0.0))
    rows = rows_of(replace(WORKOUT, sets=(*WORKOUT.sets, bare)))
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


def test_months_are_english_whatever_the_locale() -> None:
    months = [minute(datetime(2025, month, 6, 7, 6)) for month in range(1, 13)]
    assert months[6] == "6 Jul 2025, 07:06"
    assert [text.split()[1] for text in months] == (
        ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
    )


def test_times_are_local() -> None:
    info = replace(WORKOUT.info, started_utc="2026-03-01T23:59:45-05:00")
    row = rows_of(replace(WORKOUT, info=info))[0]
    assert (row["start_time"], row["end_time"]) == ("1 Mar 2026, 23:59", "2 Mar 2026, 00:01")


def test_half_a_character_does_not_lose_the_rest() -> None:
    rows = rows_of(replace(WORKOUT, note="good \ud83d day"))
    assert rows[0]["description"].startswith("good ? day")
