from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from tests.export.workouts import WORKOUT
from tracker.domain import InputError, TimedFrame
from tracker.export.csv_files import write_samples
from tracker.importers import read_sample_csv

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

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
    path.write_text(text_of(TimedFrame(time_s, acc, None)), newline="")
    table = read_sample_csv(path)
    np.testing.assert_array_equal(table.time_s, time_s)
    np.testing.assert_array_equal(table.acc_mps2, acc)
    assert table.gyro_radps is None


def test_samples_with_holes_are_refused_with_another_format() -> None:
    rates = np.array([[0.0, 0.0, 0.0], [np.nan] * 3])
    with pytest.raises(InputError, match="raw-parquet"):
        text_of(TimedFrame(np.arange(2.0), np.ones((2, 3)), rates))
