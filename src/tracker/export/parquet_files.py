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

from tracker.export.columns import REP_COLUMNS, Kind, rep_rows

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from tracker.domain import TimedFrame, Workout

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

SCHEMA: Final = pa.schema(
    [
        pa.field(
            column.name,
            _TYPES[column.kind],
            metadata={"unit": column.unit, "description": column.meaning},
        )
        for column in REP_COLUMNS
    ],
    metadata={"schema": REPS_SCHEMA_NAME},
)
"""The same in every file, whatever is known of its reps."""


def write_reps(workout: Workout, out: BinaryIO) -> None:
    """Write the reps of one training."""
    parquet.write_table(_table(workout), out)


def write_history(workouts: Iterable[Workout], folder: Path) -> None:
    """Write a file for each training, into the part of its day.

    A file's name follows from what the training was read from, so exporting it again replaces it.
    """
    for workout in workouts:
        part = folder / f"date={_date(workout)}"
        part.mkdir(exist_ok=True)
        with (part / _file_name(workout)).open("wb") as out:
            write_reps(workout, out)


def _table(workout: Workout) -> pa.Table:
    rows = tuple(rep_rows(workout))
    return pa.table(
        [
            pa.array([_typed(column.value(row), column.kind) for row in rows], _TYPES[column.kind])
            for column in REP_COLUMNS
        ],
        schema=SCHEMA,
    )


def _typed(value: Any, kind: Kind) -> Any:
    if kind is Kind.MOMENT and value is not None:
        return datetime.fromisoformat(value)
    return value


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

_AXES: Final = "xyz"


def write_samples(workout: Workout, samples: TimedFrame, out: BinaryIO) -> None:
    """Write one row per sample."""
    parquet.write_table(samples_table(workout, samples), out)


def samples_table(workout: Workout, samples: TimedFrame) -> pa.Table:
    """Return one row per sample: `time_s`, `acc_x` … and, where it was measured, `gyro_x` …."""
    columns = [(_field("time_s", "s", "time since second 0 of the session"), samples.time_s)]
    columns += [
        (_field(f"acc_{axis}", "m/s²", "specific force, gravity included"), values)
        for axis, values in zip(_AXES, samples.acc_mps2.T, strict=True)
    ]
    if samples.gyro_radps is not None:
        columns += [
            (_field(f"gyro_{axis}", "rad/s", "angular rate"), values)
            for axis, values in zip(_AXES, samples.gyro_radps.T, strict=True)
        ]
    about: dict[str | bytes, str | bytes] = {
        "schema": SAMPLES_SCHEMA_NAME,
        "exercise": workout.info.exercise,
    }
    if workout.info.started_utc is not None:
        about["started_utc"] = workout.info.started_utc
    return pa.table(
        # NaN stands for a rate that was not measured.
        [pa.array(values, pa.float64(), from_pandas=True) for _, values in columns],
        schema=pa.schema([field for field, _ in columns], metadata=about),
    )


def _field(name: str, unit: str, meaning: str) -> pa.Field[pa.DataType]:
    return pa.field(name, pa.float64(), metadata={"unit": unit, "description": meaning})
