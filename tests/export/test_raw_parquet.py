from __future__ import annotations

import io
from typing import TYPE_CHECKING

import duckdb
import numpy as np
import pytest
from pyarrow import parquet

from tests.export.workouts import EMPTY, WORKOUT
from tracker.domain import TimedFrame
from tracker.export.parquet_files import samples_table, write_samples

if TYPE_CHECKING:
    from pathlib import Path


def samples(gyro: bool = True) -> TimedFrame:
    acc = np.arange(12.0).reshape(4, 3) / 7.0
    return TimedFrame(np.array([0.5, 0.51, 0.52, 3.0]), acc, -acc if gyro else None)


def test_another_reader_finds_every_sample(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    with path.open("wb") as out:
        write_samples(WORKOUT, samples(), out)
    with duckdb.connect() as database:
        found = database.sql(f"from read_parquet('{path}')").fetchnumpy()
    np.testing.assert_array_equal(found["time_s"], samples().time_s)
    for number, axis in enumerate("xyz"):
        np.testing.assert_array_equal(found[f"acc_{axis}"], samples().acc_mps2[:, number])
        np.testing.assert_array_equal(found[f"gyro_{axis}"], -samples().acc_mps2[:, number])


def test_the_file_says_units_and_where_it_is_from() -> None:
    out = io.BytesIO()
    write_samples(WORKOUT, samples(), out)
    schema = parquet.read_schema(out)
    assert (schema.field("acc_x").metadata or {})[b"unit"].decode() == "m/s²"
    assert (schema.field("gyro_z").metadata or {})[b"unit"] == b"rad/s"
    assert schema.metadata[b"schema"] == b"tracker.samples/1"
    assert schema.metadata[b"started_utc"] == b"2026-03-01T17:30:00+00:00"
    assert b"started_utc" not in samples_table(EMPTY, samples()).schema.metadata


@pytest.mark.parametrize("gyro", [True, False])
def test_a_gyroscope_that_is_not_there_has_no_columns(gyro: bool) -> None:
    names = samples_table(WORKOUT, samples(gyro)).column_names
    assert ("gyro_x" in names) is gyro


def test_a_rate_that_was_not_measured_is_null() -> None:
    rates = np.array([[1.0, 2.0, 3.0], [np.nan] * 3, [1.0, 2.0, 3.0], [np.nan] * 3])
    mixed = TimedFrame(samples().time_s, samples().acc_mps2, rates)
    assert samples_table(WORKOUT, mixed).column("gyro_y").to_pylist() == [2.0, None, 2.0, None]
