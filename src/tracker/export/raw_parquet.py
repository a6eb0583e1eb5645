"""Every sample as Parquet, with the columns of a sample CSV and their units."""

from __future__ import annotations

from typing import TYPE_CHECKING, BinaryIO, Final

import pyarrow as pa
from pyarrow import parquet

if TYPE_CHECKING:
    from tracker.domain import TimedFrame, Workout

SCHEMA_NAME: Final = "tracker.samples/1"
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
        "schema": SCHEMA_NAME,
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
