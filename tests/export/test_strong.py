from __future__ import annotations

import csv
import io
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given

from tests.export.foreign import dated_workouts, start_of, whole_s
from tests.export.workouts import WORKOUT, workouts
from tracker.domain import EXERCISES, TrackerError, Workout
from tracker.export.app_terms import names_of
from tracker.export.strong import duration, write_strong


def written(workout: Workout) -> str:
    out = io.BytesIO()
    write_strong(workout, out)
    return out.getvalue().decode()


def rows_of(workout: Workout) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(written(workout), newline="")))


def number(text: str) -> float | None:
    return float(text) if text else None


def assert_rows_are(rows: list[dict[str, str]], workout: Workout) -> None:
    start = start_of(workout)
    for index, (row, record) in enumerate(zip(rows, workout.sets, strict=True), start=1):
        assert row["Workout Name"] == EXERCISES[workout.info.exercise].title
        assert whole_s(datetime.fromisoformat(row["Date"]).replace(tzinfo=start.tzinfo), start)
        assert row["Exercise Name"] == names_of(workout.info.exercise, record.load_kg).strong
        assert row["Set Order"] == str(index)
        assert int(row["Reps"]) == record.done
        for column, value in (("Weight", record.load_kg), ("RPE", record.entries.rpe)):
            expected = None if value is None else pytest.approx(value, abs=0.00005)
            assert number(row[column]) == expected, column
        assert row["Notes"].endswith(record.entries.note)
        assert row["Workout Notes"].startswith(workout.note)


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


def test_a_row_as_strong_writes_it() -> None:
    info = replace(WORKOUT.info, started_utc="2026-03-01T18:30:00+01:00")
    heading, first, *_ = written(replace(WORKOUT, info=info, note="")).splitlines()
    assert heading == (
        "Date,Workout Name,Duration,Exercise Name,Set Order,Weight,Reps,Distance,Seconds,Notes,"
        "Workout Notes,RPE"
    )
    assert first.startswith(
        "2026-03-01 18:30:00,Hip thrust,2m,Hip Thrust (Barbell),1,80.0,3,0,0,"
        '"tempo 1.5-0.5-1.0-1.5 (up'
    )


def test_pain_is_in_the_notes_of_the_workout() -> None:
    assert rows_of(WORKOUT)[0]["Workout Notes"].splitlines() == [
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
    assert duration(elapsed.total_seconds()) == text


def test_half_a_character_does_not_lose_the_rest() -> None:
    assert rows_of(replace(WORKOUT, note="good \ud83d day"))[0]["Workout Notes"].startswith(
        "good ? day"
    )
