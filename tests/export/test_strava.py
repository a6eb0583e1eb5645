from __future__ import annotations

import io
import json
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import jsonschema
import pytest
from hypothesis import given

from tests.export.foreign import dated_workouts, start_of, whole_s
from tests.export.strava_schema import SCHEMA
from tests.export.workouts import WORKOUT, workouts
from tracker.domain import TrackerError, Workout
from tracker.export.app_terms import names_of
from tracker.export.strava import write_strava


def written(workout: Workout) -> dict[str, Any]:
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
    ends_s = [record.end_s for record in workout.sets]
    elapsed_s = max(workout.facts.duration_s or 0.0, *ends_s)
    assert read["elapsed_time"] - 1 <= elapsed_s <= read["elapsed_time"]
    for each, record in zip(read["sets"], workout.sets, strict=True):
        assert each["repetitions"] == record.done
        assert each["duration"] == pytest.approx(record.end_s - record.start_s, abs=0.5001)
        assert whole_s(
            datetime.fromisoformat(each["start_time"]), start + timedelta(seconds=record.start_s)
        )
        assert each["exercise_type"] == names_of(workout.info.exercise, record.load_kg).strava
        if record.load_kg is None:
            assert "weight" not in each
        else:
            assert each["weight"] == pytest.approx(record.load_kg, abs=0.00005)


@given(workout=dated_workouts())
def test_any_training_has_the_documented_shape_and_its_numbers(workout: Workout) -> None:
    assert_object_is(written(workout), workout)


@given(workout=workouts())
def test_any_training_is_written_or_refused(workout: Workout) -> None:
    try:
        read = written(workout)
    except TrackerError:
        assert workout.info.started_utc is None or not workout.sets
        return
    assert_object_is(read, workout)


def test_a_training_as_strava_gets_it() -> None:
    info = replace(WORKOUT.info, started_utc="2026-03-01T18:30:00.400000+01:00")
    assert written(replace(WORKOUT, info=info)) == {
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
                "weight": 80.0,
                "duration": 13,
                "start_time": "2026-03-01T18:30:10+01:00",
            },
            {
                "exercise_type": "BARBELL_HIP_THRUST",
                "repetitions": 3,
                "weight": 60.0,
                "duration": 8,
                "start_time": "2026-03-01T18:31:23+01:00",
            },
        ],
    }
