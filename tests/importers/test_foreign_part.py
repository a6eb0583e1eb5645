from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tracker.domain import InputError
from tracker.importers.tables import ForeignFile, Part, read_foreign_header, read_part

NAMES = "epoc (ms),timestamp (+0000),elapsed (s),x-axis (g),y-axis (g),z-axis (g)"


def part_of(*rows: str, names: str = NAMES) -> Part:
    file = ForeignFile(Path("acc.csv"), "\n".join([names, *rows]).encode())
    header = read_foreign_header(file.text)
    assert header is not None
    return read_part(file, header, header.triples[0].columns)


def test_columns_of_words_are_passed_over() -> None:
    part = part_of("1000,2026-03-01T00:00:00,0.5,1,2,3", "1010,2026-03-01T00:00:01,0.51,4,5,6")
    np.testing.assert_array_equal(part.time_s, [0.5, 0.51])
    np.testing.assert_array_equal(part.values, [[1, 2, 3], [4, 5, 6]])
    assert part.epoch_s == pytest.approx(0.5)


def test_milliseconds_become_seconds() -> None:
    part = part_of("500,0,0,1", names="Time (ms),acc x (g),acc y (g),acc z (g)")
    np.testing.assert_array_equal(part.time_s, [0.5])
    assert part.epoch_s is None


def test_a_comma_is_a_point_where_it_is_no_separator() -> None:
    names = "Time (s);acc x (g);acc y (g);acc z (g)"
    part = part_of("0,5;1,25E0;-2;3,0", names=names)
    np.testing.assert_array_equal(part.values, [[1.25, -2.0, 3.0]])


def test_a_file_without_rows_is_an_empty_part() -> None:
    part = part_of()
    assert part.values.shape == (0, 3)
    assert part.epoch_s is None


@pytest.mark.parametrize("epoch", ["nan", "-5", "1e40"])
def test_an_hour_that_cannot_be_is_refused(epoch: str) -> None:
    with pytest.raises(InputError, match=r"acc\.csv: epoc \(ms\) of the first row"):
        part_of(f"{epoch},x,0.5,1,2,3")


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("1010,x,0.51,1,2,nan", "line 3: a value is not a measurement"),
        ("1010,x,inf,1,2,3", "line 3: a value is not a measurement"),
        ("1010,x,0.51,1,2,1e300", "line 3: a value is not a measurement"),
        ("1010,x,0.4,1,2,3", "line 3: time runs backwards"),
        ("1010,x,0.51,1,2", "cannot be read as numbers"),
        ("1010,x,0.51,1,2,heavy", "cannot be read as numbers"),
        ("1010,x,0.51,1,,3", "cannot be read as numbers"),
    ],
)
def test_what_is_wrong_is_told(row: str, said: str) -> None:
    with pytest.raises(InputError, match=rf"acc\.csv: {said}"):
        part_of("1000,x,0.5,1,2,3", row)
