from __future__ import annotations

import csv
import io
import re
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
import numpy as np
import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from pyarrow import parquet

from tests.workouts import EMPTY, WORKOUT, exported_rep, patient, plausible_workouts
from tracker.domain import InputError, PainEntered, PainMoment, TimedFrame
from tracker.export import parquet_files
from tracker.export.columns import (
    REP_COLUMNS,
    SET_COLUMNS,
    Kind,
    SetRow,
    pain_after,
    rep_rows,
    set_rows,
    velocity_loss_pct,
)
from tracker.export.csv_files import (
    PLAIN,
    Dialect,
    dialect_of,
    harmless_text,
    write_reps,
    write_samples,
    write_sets,
)
from tracker.export.formats import FORMATS, Session
from tracker.export.session_json import session_object
from tracker.export.xlsx_files import write_workbook
from tracker.importers import read_sample_csv

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import BinaryIO

    from numpy.typing import NDArray

    from tracker.domain import Workout


DOCUMENTED = Path(__file__).parents[2] / "docs" / "exports.md"


UNITS = {"_s": "s", "_deg": "°", "_m": "m", "_mps": "m/s", "_kg": "kg", "_pct": "%", "_bpm": "bpm"}


FIRST, SECOND = WORKOUT.sets


@pytest.mark.parametrize("column", [*REP_COLUMNS, *SET_COLUMNS], ids=lambda column: column.name)
def test_a_heading_ends_in_its_unit(column: object) -> None:
    name, kind, unit = column.name, column.kind, column.unit  # type: ignore[attr-defined]
    endings = [u for ending, u in UNITS.items() if name.endswith(ending)]
    assert ([unit] if unit else []) == endings or kind is not Kind.REAL


@pytest.mark.parametrize("columns", [REP_COLUMNS, SET_COLUMNS], ids=["reps", "sets"])
def test_no_heading_is_there_twice(columns: object) -> None:
    names = [column.name for column in columns]  # type: ignore[attr-defined]
    assert len(set(names)) == len(names)


@pytest.mark.parametrize(
    ("heading", "columns"), [("Reps", REP_COLUMNS), ("Sets", SET_COLUMNS)], ids=["reps", "sets"]
)
def test_the_documentation_has_a_row_for_each(heading: str, columns: object) -> None:
    text = DOCUMENTED.read_text(encoding="utf-8")
    (section,) = re.findall(rf"^### {heading}\n(.*?)(?=^#)", text, re.MULTILINE | re.DOTALL)
    rows = re.findall(r"^\| `(\w+)` \| ([^|]*) \| ([^|]*) \| ([^|]*) \|$", section, re.MULTILINE)
    assert rows == [
        (each.name, each.kind.value, each.unit or "–", each.meaning)
        for each in columns  # type: ignore[attr-defined]
    ]


def test_there_is_a_row_for_every_rep_and_set() -> None:
    assert [(row.record.index, row.rep.index) for row in rep_rows(WORKOUT)] == [
        (1, 1),
        (1, 2),
        (1, 3),
        (2, 1),
        (2, 2),
    ]
    assert [row.rest_s for row in set_rows(WORKOUT)] == [None, 60.0]
    assert not list(rep_rows(EMPTY))
    assert not list(set_rows(EMPTY))


def test_velocity_loss_is_from_the_fastest_rep_to_the_last() -> None:
    assert velocity_loss_pct(FIRST) == pytest.approx(20.0)
    faster = replace(
        FIRST,
        reps=(exported_rep(1, 0.0, 0.4), exported_rep(2, 5.0, 0.5), exported_rep(3, 9.0, 0.45)),
    )
    assert velocity_loss_pct(faster) == pytest.approx(10.0)


def test_without_a_velocity_of_the_last_rep_there_is_no_loss() -> None:
    assert velocity_loss_pct(replace(FIRST, reps=FIRST.reps[:1])) is None
    assert (
        velocity_loss_pct(replace(FIRST, reps=(*FIRST.reps, exported_rep(4, 30.0, None)))) is None
    )
    assert velocity_loss_pct(SECOND) is None


def test_the_last_pain_score_of_a_set_counts() -> None:
    pain = (
        PainEntered(7, PainMoment.BEFORE, 1),
        PainEntered(2, PainMoment.BETWEEN, 1),
        PainEntered(3, PainMoment.BETWEEN, 1),
    )
    told = replace(WORKOUT, pain=pain)
    assert pain_after(SetRow(told, FIRST)) == 3
    assert pain_after(SetRow(told, SECOND)) is None


def written(
    write: Callable[[Sequence[Workout], BinaryIO, Dialect], None],
    workout: Workout,
    dialect: Dialect = PLAIN,
) -> str:
    out = io.BytesIO()
    write((workout,), out, dialect)
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
def test_without_a_set_there_is_the_header(
    write: Callable[[Sequence[Workout], BinaryIO, Dialect], None],
) -> None:
    text = written(write, EMPTY)
    assert text.count("\r\n") == 1
    assert text.endswith("\r\n")


@patient
@given(plausible_workouts())
def test_every_line_has_every_cell_whatever_the_words(workout: Workout) -> None:
    for write, columns in ((write_reps, REP_COLUMNS), (write_sets, SET_COLUMNS)):
        names = [column.name for column in columns]
        header, *lines = csv.reader(io.StringIO(written(write, workout), newline=""), strict=True)
        assert header == names
        assert all(len(line) == len(names) for line in lines)


@patient
@given(plausible_workouts())
def test_the_csv_says_what_the_json_says(workout: Workout) -> None:
    told: Any = session_object(workout)
    rows = rows_in(written(write_reps, workout))
    reps = [rep for each in told["sets"] for rep in each["reps"]]
    assert len(rows) == len(reps)
    for row, rep in zip(rows, reps, strict=True):
        for name in set(row) & set(rep) - {"flags", "complete", "confidence_reason"}:
            assert row[name] == ("" if rep[name] is None else str(rep[name]))
        assert row["flags"].split(";") == (rep["flags"] or [""])
    notes = [row["note"] for row in rows_in(written(write_sets, workout))]
    assert notes == [harmless_text(each["note"] or "") for each in told["sets"]]


@pytest.mark.parametrize(
    "locale", ["de", "de_AT", "de-DE.UTF-8", "fr_CA", "pt_BR", "RU", "no", "en_ZA", "de_FR"]
)
def test_a_spreadsheet_with_a_decimal_comma_gets_one(locale: str) -> None:
    text = written(write_sets, WORKOUT, dialect_of(locale))
    assert text.startswith("\ufeffstarted_utc;source;exercise;set;")
    first, second = csv.DictReader(io.StringIO(text[1:], newline=""), delimiter=";", strict=True)
    assert (first["load_kg"], second["rest_before_s"]) == ("80,0", "60,0")
    assert first["note"] == 'said "heavy", then went on'
    reps = written(write_reps, WORKOUT, dialect_of(locale))
    flags = [row["flags"] for row in csv.DictReader(io.StringIO(reps[1:]), delimiter=";")]
    assert flags[3] == "gap;low_confidence_velocity"


@pytest.mark.parametrize("locale", ["en", "en_GB", "de_CH", "es_MX", "es_419", "ja", "fa"])
def test_a_spreadsheet_with_a_decimal_point_gets_what_programs_read(locale: str) -> None:
    assert written(write_sets, WORKOUT, dialect_of(locale)) == "\ufeff" + written(
        write_sets, WORKOUT
    )


@pytest.mark.parametrize("locale", ["", "germany", "de;", "d", "../de", "xx", "xx_DE"])
def test_what_is_no_locale_is_refused(locale: str) -> None:
    with pytest.raises(InputError, match="expected one such as de"):
        dialect_of(locale)


@pytest.mark.parametrize("path", ["/home/ann/a.arrows", r"C:\Users\ann\a.arrows", "a.arrows"])
def test_the_source_does_not_say_whose_it_is(path: str) -> None:
    workout = replace(WORKOUT, facts=replace(WORKOUT.facts, path=path))
    assert rows_in(written(write_sets, workout))[0]["source"] == "a.arrows"
    for name in ("json", "html", "csv", "csv-sets"):
        out = io.BytesIO()
        FORMATS[name].write(Session(workout), out)
        text = out.getvalue().decode()
        assert "a.arrows" in text
        assert "home/ann" not in text
        assert "Users" not in text


def test_a_workbook_has_numbers_as_numbers_and_text_as_text() -> None:
    formula = replace(FIRST, entries=replace(FIRST.entries, note="=1+1\x07"))
    out = io.BytesIO()
    write_workbook((replace(WORKOUT, sets=(formula, SECOND)), WORKOUT), out)
    book = openpyxl.load_workbook(io.BytesIO(out.getvalue()))
    sets, reps = book["Sets"], book["Reps"]
    heading, first, second, *_ = (list(row) for row in sets.iter_rows(values_only=True))
    assert heading == [column.name for column in SET_COLUMNS]
    assert [cell.value for cell in reps[1]] == [column.name for column in REP_COLUMNS]
    cells = dict(zip(heading, first, strict=True))
    assert (cells["load_kg"], cells["reps"], cells["rest_before_s"]) == (80, 3, None)
    assert cells["note"].startswith("=1+1")
    note = sets.cell(2, heading.index("note") + 1)
    assert note.data_type == "s"
    assert dict(zip(heading, second, strict=True))["rest_before_s"] == 60
    assert sets.max_row == 1 + 4
    assert reps.max_row == 1 + 2 * sum(len(each.reps) for each in WORKOUT.sets)


def test_the_same_sessions_make_the_same_workbook() -> None:
    first, second = io.BytesIO(), io.BytesIO()
    write_workbook((WORKOUT,), first)
    write_workbook((WORKOUT,), second)
    assert first.getvalue() == second.getvalue()


@patient
@given(plausible_workouts())
def test_any_training_becomes_a_workbook(workout: Workout) -> None:
    out = io.BytesIO()
    write_workbook((workout,), out)
    book = openpyxl.load_workbook(io.BytesIO(out.getvalue()))
    assert book["Sets"].max_row == 1 + len(workout.sets)


NUMBERS = st.floats(-50.0, 50.0, allow_nan=False)


def text_of(samples: TimedFrame) -> str:
    out = io.BytesIO()
    write_samples(WORKOUT, samples, out)
    return out.getvalue().decode()


@settings(deadline=None)
@given(arrays(np.float64, (5, 7), elements=NUMBERS))
def test_a_number_comes_back_to_its_last_digit(values: NDArray[np.float64]) -> None:
    text = text_of(TimedFrame(values[:, 0], values[:, 1:4], values[:, 4:]))
    header, *rows = csv.reader(io.StringIO(text))
    assert ",".join(header) == "time_s,acc_x,acc_y,acc_z,gyro_x,gyro_y,gyro_z"
    assert [[float(cell) for cell in row] for row in rows] == values.tolist()


def test_the_own_reader_finds_the_same_samples(tmp_path: Path) -> None:
    time_s = np.linspace(1 / 3, 7 / 3, 200)
    acc = np.tile([0.1, 0.2, 9.8], (200, 1)) + np.random.default_rng(1).normal(0, 1, (200, 3))
    path = tmp_path / "samples.csv"
    path.write_text(text_of(TimedFrame(time_s, acc, None)), newline="", encoding="utf-8")
    table = read_sample_csv(path).table
    np.testing.assert_array_equal(table.time_s, time_s)
    np.testing.assert_array_equal(table.acc_mps2, acc)
    assert table.gyro_radps is None


def test_samples_with_holes_are_refused_with_another_format() -> None:
    rates = np.array([[0.0, 0.0, 0.0], [np.nan] * 3])
    with pytest.raises(InputError, match="raw-parquet"):
        text_of(TimedFrame(np.arange(2.0), np.ones((2, 3)), rates))


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
        parquet_files.write_reps(workout, out)
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
@given(plausible_workouts())
def test_every_value_comes_back_as_it_was(workout: Workout) -> None:
    out = io.BytesIO()
    parquet_files.write_reps(workout, out)
    table = parquet.read_table(out)
    assert table.schema.equals(parquet_files.SCHEMA)
    for column in REP_COLUMNS[1:]:
        values = [column.value(row) for row in rep_rows(workout)]
        assert table.column(column.name).to_pylist() == values
    started = workout.info.started_utc
    moments = {None if started is None else datetime.fromisoformat(started)}
    assert set(table.column("started_utc").to_pylist()) in (moments, set())


def test_a_history_is_read_as_one_table_with_its_dates(tmp_path: Path) -> None:
    parquet_files.write_history(TWO_DAYS, tmp_path)
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
        parquet_files.write_history(sessions, folder)
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
    parquet_files.write_history([strange], folder)
    (part,) = folder.iterdir()
    assert len(list(part.glob("*.parquet"))) == 1
    assert list(tmp_path.iterdir()) == [folder]


def samples(gyro: bool = True) -> TimedFrame:
    acc = np.arange(12.0).reshape(4, 3) / 7.0
    return TimedFrame(np.array([0.5, 0.51, 0.52, 3.0]), acc, -acc if gyro else None)


def test_another_reader_finds_every_sample(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    with path.open("wb") as out:
        parquet_files.write_samples(WORKOUT, samples(), out)
    with duckdb.connect() as database:
        found = database.sql(f"from read_parquet('{path}')").fetchnumpy()
    np.testing.assert_array_equal(found["time_s"], samples().time_s)
    for number, axis in enumerate("xyz"):
        np.testing.assert_array_equal(found[f"acc_{axis}"], samples().acc_mps2[:, number])
        np.testing.assert_array_equal(found[f"gyro_{axis}"], -samples().acc_mps2[:, number])


def test_the_file_says_units_and_where_it_is_from() -> None:
    out = io.BytesIO()
    parquet_files.write_samples(WORKOUT, samples(), out)
    schema = parquet.read_schema(out)
    assert (schema.field("acc_x").metadata or {})[b"unit"].decode() == "m/s²"
    assert (schema.field("gyro_z").metadata or {})[b"unit"] == b"rad/s"
    assert schema.metadata[b"schema"] == b"tracker.samples/1"
    assert schema.metadata[b"started_utc"] == b"2026-03-01T17:30:00+00:00"
    assert b"started_utc" not in parquet_files.samples_table(EMPTY, samples()).schema.metadata


@pytest.mark.parametrize("gyro", [True, False])
def test_a_gyroscope_that_is_not_there_has_no_columns(gyro: bool) -> None:
    names = parquet_files.samples_table(WORKOUT, samples(gyro)).column_names
    assert ("gyro_x" in names) is gyro


def test_a_rate_that_was_not_measured_is_null() -> None:
    rates = np.array([[1.0, 2.0, 3.0], [np.nan] * 3, [1.0, 2.0, 3.0], [np.nan] * 3])
    mixed = TimedFrame(samples().time_s, samples().acc_mps2, rates)
    assert parquet_files.samples_table(WORKOUT, mixed).column("gyro_y").to_pylist() == [
        2.0,
        None,
        2.0,
        None,
    ]
