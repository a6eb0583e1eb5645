"""Reps and samples as Parquet, with types, and with unit and meaning in every field.

A history is a folder with a part for each day, `date=2026-03-01/`, in Hive layout, so that a
reader that wants one month opens only that. Samples have the columns of a sample CSV.
"""

from __future__ import annotations

import hashlib
from datetime import datetime
from pathlib import PurePath
from typing import TYPE_CHECKING, Any, BinaryIO, Final

import pyarrow as pa
from pyarrow import parquet

from tracker.export.columns import REP_COLUMNS, SET_COLUMNS, Kind, rep_rows, set_rows

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from tracker.domain import TimedFrame, Workout
    from tracker.export.columns import Column, Row

REPS_SCHEMA_NAME: Final = "tracker.reps/1"
"""Name and version of the table, under the key `schema` of the file's metadata."""

UNKNOWN_DATE: Final = "__HIVE_DEFAULT_PARTITION__"
"""What readers of partitioned folders take for a date that is not known."""

_TYPES: Final[dict[Kind, pa.DataType]] = {
    Kind.TEXT: pa.string(),
    Kind.MOMENT: pa.timestamp("us", tz="UTC"),
    Kind.WHOLE: pa.int32(),
    Kind.REAL: pa.float64(),
    Kind.TRUTH: pa.bool_(),
    Kind.WORDS: pa.list_(pa.string()),
}

SETS_SCHEMA_NAME: Final = "tracker.sets/1"
"""The same for the table of sets."""


def _schema(columns: Iterable[Column[Row]], name: str) -> pa.Schema:
    fields = [
        pa.field(
            column.name,
            _TYPES[column.kind],
            metadata={"unit": column.unit, "description": column.meaning},
        )
        for column in columns
    ]
    return pa.schema(fields, metadata={"schema": name})


SCHEMA: Final = _schema(REP_COLUMNS, REPS_SCHEMA_NAME)
"""The same in every file, whatever is known of its reps."""

_SETS_SCHEMA: Final = _schema(SET_COLUMNS, SETS_SCHEMA_NAME)


def write_reps(workout: Workout, out: BinaryIO) -> None:
    """Write the reps of one training."""
    parquet.write_table(reps_table(workout), out)


def write_history(workouts: Iterable[Workout], folder: Path) -> None:
    """Write a file for each training, into the part of its day.

    A file's name follows from what the training was read from, so exporting it again replaces it.
    """
    for workout in workouts:
        part = folder / f"date={_date(workout)}"
        part.mkdir(exist_ok=True)
        with (part / _file_name(workout)).open("wb") as out:
            write_reps(workout, out)


def reps_table(workout: Workout) -> pa.Table:
    """Return one row per rep."""
    return _table(REP_COLUMNS, tuple(rep_rows(workout)), SCHEMA)


def sets_table(workout: Workout) -> pa.Table:
    """Return one row per set."""
    return _table(SET_COLUMNS, tuple(set_rows(workout)), _SETS_SCHEMA)


def _table(columns: Iterable[Column[Row]], rows: Sequence[Row], schema: pa.Schema) -> pa.Table:
    values = [[_typed(column, row) for row in rows] for column in columns]
    return pa.table(list(map(pa.array, values, schema.types)), schema=schema)


def _typed(column: Column[Row], row: Row) -> Any:
    value = column.value(row)
    is_moment = column.kind is Kind.MOMENT and value is not None
    return datetime.fromisoformat(value) if is_moment else value


def _date(workout: Workout) -> str:
    """Return the day on which second 0 was, in the offset in which it is written."""
    started = workout.info.started_utc
    return UNKNOWN_DATE if started is None else datetime.fromisoformat(started).date().isoformat()


def _file_name(workout: Workout) -> str:
    source = workout.facts.path
    told = f"{workout.info.started_utc} {source}"
    digest = hashlib.blake2b(told.encode(), digest_size=4).hexdigest()
    stem = "".join(c if c.isalnum() else "-" for c in PurePath(source).stem)[:40]
    return f"{stem}-{digest}.parquet"


SAMPLES_SCHEMA_NAME: Final = "tracker.samples/1"
"""Name and version of the table, under the key `schema` of the file's metadata."""


def write_samples(workout: Workout, samples: TimedFrame, out: BinaryIO) -> None:
    """Write one row per sample."""
    parquet.write_table(samples_table(workout, samples), out)


def samples_table(workout: Workout, samples: TimedFrame) -> pa.Table:
    """Return one row per sample: `time_s`, `acc_x` … and, where it was measured, `gyro_x` …."""
    fields = [_field("time_s", "s", "time since second 0 of the session")]
    fields += [_field(f"acc_{axis}", "m/s²", "specific force, gravity included") for axis in "xyz"]
    columns = [samples.time_s, *samples.acc_mps2.T]
    if samples.gyro_radps is not None:
        fields += [_field(f"gyro_{axis}", "rad/s", "angular rate") for axis in "xyz"]
        columns += [*samples.gyro_radps.T]
    about: dict[str | bytes, str | bytes] = {
        "schema": SAMPLES_SCHEMA_NAME,
        "exercise": workout.info.exercise,
    }
    if workout.info.started_utc is not None:
        about["started_utc"] = workout.info.started_utc
    return pa.table(
        # NaN stands for a rate that was not measured.
        [pa.array(values, pa.float64(), from_pandas=True) for values in columns],
        schema=pa.schema(fields, metadata=about),
    )


def _field(name: str, unit: str, meaning: str) -> pa.Field[pa.DataType]:
    return pa.field(name, pa.float64(), metadata={"unit": unit, "description": meaning})
