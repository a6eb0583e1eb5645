from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given

from tests.export.workouts import EMPTY, WORKOUT, patient, workouts
from tracker.export.columns import REP_COLUMNS, SET_COLUMNS
from tracker.export.csv_files import write_reps, write_sets
from tracker.export.session_json import session_object

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import BinaryIO

    from tracker.domain import Workout


def written(write: Callable[[Workout, BinaryIO], None], workout: Workout) -> str:
    out = io.BytesIO()
    write(workout, out)
    return out.getvalue().decode()


def rows_in(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text, newline=""), strict=True))


def test_a_rep_is_a_row_with_its_units_in_the_header() -> None:
    text = written(write_reps, WORKOUT)
    assert text.startswith("started_utc,source,exercise,set,rep,start_s,end_s,complete,")
    first = rows_in(text)[0]
    assert first["concentric_s"] == "1.0"
    assert first["rom_deg"] == "45.0"
    assert first["load_kg"] == "80.0"
    assert first["planned_tempo"] == "2-0-1-2"
    assert first["complete"] == "true"


def test_what_is_not_known_is_empty() -> None:
    third, fourth = rows_in(written(write_reps, WORKOUT))[2:4]
    assert third["bottom_s"] == third["top_deg"] == ""
    assert fourth["mean_velocity_mps"] == fourth["planned_tempo"] == ""


def test_several_flags_are_words_in_one_cell() -> None:
    assert rows_in(written(write_reps, WORKOUT))[3]["flags"] == "gap;low_confidence_velocity"


def test_a_set_is_a_row() -> None:
    first, second = rows_in(written(write_sets, WORKOUT))
    assert first["note"] == 'said "heavy", then went on'
    assert (first["reps"], first["reps_counted"], first["rest_before_s"]) == ("3", "3", "")
    assert (second["reps"], second["reps_counted"], second["rest_before_s"]) == ("3", "2", "60.0")
    assert (first["load_kg"], second["load_kg"]) == ("80.0", "60.0")
    assert (first["pain_after"], second["pain_after"]) == ("2", "3")
    assert first["velocity_loss_pct"] == "20.0"


@pytest.mark.parametrize("write", [write_reps, write_sets])
def test_without_a_set_there_is_the_header(write: Callable[[Workout, BinaryIO], None]) -> None:
    text = written(write, EMPTY)
    assert text.count("\r\n") == 1
    assert text.endswith("\r\n")


@patient
@given(workouts())
def test_every_line_has_every_cell_whatever_the_words(workout: Workout) -> None:
    for write, columns in ((write_reps, REP_COLUMNS), (write_sets, SET_COLUMNS)):
        names = [column.name for column in columns]
        header, *lines = csv.reader(io.StringIO(written(write, workout), newline=""), strict=True)
        assert header == names
        assert all(len(line) == len(names) for line in lines)


@patient
@given(workouts())
def test_the_csv_says_what_the_json_says(workout: Workout) -> None:
    told: Any = session_object(workout)
    rows = rows_in(written(write_reps, workout))
    reps = [rep for each in told["sets"] for rep in each["reps"]]
    assert len(rows) == len(reps)
    for row, rep in zip(rows, reps, strict=True):
        for name in set(row) & set(rep) - {"flags", "complete", "doubt_trait"}:
            assert row[name] == ("" if rep[name] is None else str(rep[name]))
        assert row["flags"].split(";") == (rep["flags"] or [""])
    notes = [row["note"] for row in rows_in(written(write_sets, workout))]
    assert notes == [each["note"] or "" for each in told["sets"]]
