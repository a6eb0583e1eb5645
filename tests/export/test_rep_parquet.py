from __future__ import annotations

import io
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import duckdb
import pytest
from hypothesis import given
from pyarrow import parquet

from tests.export.workouts import EMPTY, WORKOUT, patient, workouts
from tracker.export.columns import REP_COLUMNS, rep_rows
from tracker.export.formats import Session
from tracker.export.parquet_files import SCHEMA, write_history, write_reps

if TYPE_CHECKING:
    from pathlib import Path

    from tracker.domain import Workout

TWO_DAYS = (
    WORKOUT,
    replace(WORKOUT, info=replace(WORKOUT.info, started_utc="2026-03-03T18:00:00+00:00")),
    replace(
        WORKOUT,
        info=replace(WORKOUT.info, started_utc=None, exercise="squat"),
        facts=replace(WORKOUT.facts, path="old/session.csv"),
    ),
)


def write_file(workout: Workout, path: Path) -> Path:
    with path.open("wb") as out:
        write_reps(workout, out)
    return path


def test_another_reader_finds_the_same_rows_and_types(tmp_path: Path) -> None:
    path = write_file(WORKOUT, tmp_path / "a.parquet")
    with duckdb.connect() as database:
        found = database.read_parquet(str(path))
        types = dict(zip(found.columns, map(str, found.types), strict=True))
        rows = database.sql(
            f"select epoch(started_utc), set, rep, concentric_s, mean_velocity_mps, flags "
            f"from read_parquet('{path}') order by set, rep"
        ).fetchall()
    assert types["started_utc"] == "TIMESTAMP WITH TIME ZONE"
    assert types["set"] == "INTEGER"
    assert types["concentric_s"] == "DOUBLE"
    assert types["complete"] == "BOOLEAN"
    assert types["flags"] == "VARCHAR[]"
    started = datetime(2026, 3, 1, 17, 30, tzinfo=UTC).timestamp()
    assert rows[0] == (started, 1, 1, 1.0, 0.5, [])
    assert rows[3] == (started, 2, 1, 1.0, None, ["gap", "low_confidence_velocity"])


def test_every_field_says_its_unit_and_meaning(tmp_path: Path) -> None:
    found = parquet.read_schema(write_file(WORKOUT, tmp_path / "a.parquet"))
    assert (found.metadata or {})[b"schema"] == b"tracker.reps/1"
    for column in REP_COLUMNS:
        about = found.field(column.name).metadata or {}
        assert about[b"unit"].decode() == column.unit
        assert about[b"description"].decode() == column.meaning


@patient
@given(workouts())
def test_every_value_comes_back_as_it_was(workout: Workout) -> None:
    out = io.BytesIO()
    write_reps(workout, out)
    table = parquet.read_table(out)
    assert table.schema.equals(SCHEMA)
    for column in REP_COLUMNS[1:]:
        values = [column.value(row) for row in rep_rows(workout)]
        assert table.column(column.name).to_pylist() == values
    started = workout.info.started_utc
    moments = {None if started is None else datetime.fromisoformat(started)}
    assert set(table.column("started_utc").to_pylist()) in (moments, set())


def test_a_history_is_read_as_one_table_with_its_dates(tmp_path: Path) -> None:
    write_history([Session(each) for each in TWO_DAYS], tmp_path, tmp_path)
    with duckdb.connect() as database:
        rows = database.sql(
            "select date::varchar, count(*), count(distinct exercise) "
            f"from read_parquet('{tmp_path}/**/*.parquet', hive_partitioning=true) "
            "group by date order by date nulls last"
        ).fetchall()
    assert rows == [("2026-03-01", 5, 1), ("2026-03-03", 5, 1), (None, 5, 1)]


def test_the_same_training_has_the_same_name_and_another_another(tmp_path: Path) -> None:
    once, twice = tmp_path / "once", tmp_path / "twice"
    for folder, sessions in ((once, TWO_DAYS), (twice, (*TWO_DAYS, EMPTY))):
        folder.mkdir()
        write_history([Session(each) for each in sessions], folder, folder)
    first, second = (
        {str(path.relative_to(folder)) for path in folder.rglob("*.parquet")}
        for folder in (once, twice)
    )
    assert len(first) == 3
    assert len(second - first) == 1
    assert first <= second


@pytest.mark.parametrize("path", ["../../etc/passwd.csv", "a b/ü?.csv", "x" * 200 + ".csv"])
def test_the_name_of_a_source_cannot_leave_the_folder(path: str, tmp_path: Path) -> None:
    folder = tmp_path / "history"
    folder.mkdir()
    strange = replace(WORKOUT, facts=replace(WORKOUT.facts, path=path))
    write_history([Session(strange)], folder, folder)
    (part,) = folder.iterdir()
    assert len(list(part.glob("*.parquet"))) == 1
    assert list(tmp_path.iterdir()) == [folder]
