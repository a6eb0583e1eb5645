from __future__ import annotations

import gzip
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tracker.domain import InputError
from tracker.importers import AccUnit, GyroUnit, SampleTable, read_sample_csv

if TYPE_CHECKING:
    from pathlib import Path

ACC_HEADER = "time_s,acc_x,acc_y,acc_z"
HEADER = f"{ACC_HEADER},gyro_x,gyro_y,gyro_z"


def rows(count: int = 6, *, gyro: bool = True) -> list[str]:
    tail = ",0.1,-0.2,0.3" if gyro else ""
    return [f"{index / 100:.2f},0.5,1.5,9.7{tail}" for index in range(count)]


def read(tmp_path: Path, content: str | bytes) -> SampleTable:
    path = tmp_path / "samples.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return read_sample_csv(path)


def assert_refused(tmp_path: Path, content: str, words: str) -> None:
    with pytest.raises(InputError) as caught:
        read(tmp_path, content)
    assert words in str(caught.value)
    assert "samples.csv" in str(caught.value)
    assert caught.value.advice


def test_columns_become_arrays(tmp_path: Path) -> None:
    table = read(tmp_path, "\n".join([HEADER, *rows()]))
    np.testing.assert_allclose(table.time_s, np.arange(6) / 100.0, atol=1e-15)
    np.testing.assert_array_equal(table.acc_mps2, [[0.5, 1.5, 9.7]] * 6)
    np.testing.assert_array_equal(table.gyro_radps, [[0.1, -0.2, 0.3]] * 6)


def test_a_file_without_gyroscope_is_fine(tmp_path: Path) -> None:
    table = read(tmp_path, "\n".join([ACC_HEADER, *rows(gyro=False)]))
    assert table.gyro_radps is None
    assert table.acc_mps2.shape == (6, 3)


@pytest.mark.parametrize(
    "content",
    [
        "\r\n".join([ACC_HEADER, *rows(gyro=False), "", ""]),
        "\r".join([ACC_HEADER, *rows(gyro=False)]),
        "\n".join([ACC_HEADER, "", *rows(gyro=False), "   ", "\n"]),
        "\ufeff" + "\n".join([ACC_HEADER, *rows(gyro=False)]),
        "\n".join([ACC_HEADER, *rows(gyro=False)]).replace(",", ", "),
        "\n".join(['"time_s","acc_x","acc_y","acc_z"', *rows(gyro=False)]),
        "\n".join(
            [ACC_HEADER, *('"' + row.replace(",", '","') + '"' for row in rows(gyro=False))]
        ),
    ],
    ids=["crlf", "cr", "blank lines", "byte order mark", "spaces", "quoted names", "quoted"],
)
def test_what_programs_do_to_a_csv_does_not_matter(tmp_path: Path, content: str) -> None:
    table = read(tmp_path, content)
    assert table.time_s.tolist() == [0.0, 0.01, 0.02, 0.03, 0.04, 0.05]
    assert table.acc_mps2.tolist() == [[0.5, 1.5, 9.7]] * 6


def test_columns_may_come_in_any_order(tmp_path: Path) -> None:
    table = read(tmp_path, "acc_z,time_s,acc_x,acc_y\n9.8,0,1,2\n9.7,0.01,1,2\n")
    assert table.acc_mps2.tolist() == [[1.0, 2.0, 9.8], [1.0, 2.0, 9.7]]
    assert table.time_s.tolist() == [0.0, 0.01]


def test_a_compressed_file_is_read_by_its_content(tmp_path: Path) -> None:
    assert read(tmp_path, gzip.compress("\n".join([HEADER, *rows()]).encode())).time_s.size == 6


def test_units_are_converted(tmp_path: Path) -> None:
    path = tmp_path / "samples.csv"
    path.write_text(f"{HEADER}\n0,0,0,1,0,180,0\n0.01,0,0,1,0,90,0\n")
    table = read_sample_csv(path, AccUnit.G, GyroUnit.DPS)
    assert table.acc_mps2[:, 2].tolist() == [9.80665, 9.80665]
    assert table.gyro_radps is not None
    np.testing.assert_allclose(table.gyro_radps[:, 1], np.array([np.pi, np.pi / 2]))


def test_a_number_that_overflows_in_si_is_told_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "samples.csv"
    path.write_text(f"{HEADER}\n0,0,0,1,0,0,0\n0.01,0,0,1e308,0,0,0\n")
    with pytest.raises(InputError, match="line 3: a value is not a finite number"):
        read_sample_csv(path, AccUnit.G, GyroUnit.DPS)


@settings(max_examples=50)
@given(
    values=st.lists(
        st.tuples(*[st.floats(min_value=-50.0, max_value=50.0)] * 3), min_size=2, max_size=20
    )
)
def test_numbers_come_back_to_the_last_digit(
    tmp_path_factory: pytest.TempPathFactory, values: list[tuple[float, ...]]
) -> None:
    # Gravity keeps the values plausible; what is compared is untouched.
    written = [(index / 100, x, y, z + 100.0) for index, (x, y, z) in enumerate(values)]
    content = "\n".join([ACC_HEADER, *(",".join(map(repr, row)) for row in written)])
    table = read(tmp_path_factory.mktemp("csv"), content)
    assert np.column_stack([table.time_s, table.acc_mps2]).tolist() == [
        list(row) for row in written
    ]


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ("0.02,0.5,oops,9.7", "line 4, column acc_y: expected a number, found 'oops'"),
        ("0.02,0.5,1_0,9.7", "line 4, column acc_y: expected a number, found '1_0'"),
        ("0.02,0.5,,9.7", "line 4, column acc_y: there is no value"),
        ("0.02,0.5, ,9.7", "line 4, column acc_y: there is no value"),
        ("0.02,0.5,1.5", "line 4: expected 4 values, found 3"),
        ("0.02,0.5,1.5,9.7,", "line 4: expected 4 values, found 5"),
        ("0,02,0,5,1,5,9,7", "line 4: expected 4 values, found 8"),
        ("0.02,0.5,nan,9.7", "line 4: a value is not a finite number"),
        ("0.02,0.5,-inf,9.7", "line 4: a value is not a finite number"),
        ("0.005,0.5,1.5,9.7", "line 4: time runs backwards, from 0.01 to 0.005 s"),
        ("0.02,0.5,1e9,9.7", "line 4: an acceleration of 1e+09 m/s²"),
        ("0.02,0.5,1.5 m,9.7", "found '1.5 m'"),
        ("# a remark", "line 4: expected 4 values, found 1"),
        ('0.02,0.5,"1.5,9.7', "line 4: expected 4 values, found 3"),
        ("0.02,0.5,\ufffd,9.7", "line 4, column acc_y: expected a number"),
    ],
)
def test_a_row_that_is_wrong_is_told_with_its_line(tmp_path: Path, row: str, words: str) -> None:
    before, after = rows(2, gyro=False), rows(6, gyro=False)[3:]
    assert_refused(tmp_path, "\n".join([ACC_HEADER, *before, row, *after]), words)


def test_blank_lines_count_as_lines(tmp_path: Path) -> None:
    lines = ["", ACC_HEADER, "", *rows(2, gyro=False), "", "0.02,0.5,nan,9.7", "0.03,1,2,9"]
    assert_refused(tmp_path, "\r\n".join(lines), "line 7: a value is not a finite number")


def test_bytes_that_are_no_text_in_a_row_are_told(tmp_path: Path) -> None:
    content = "\n".join([ACC_HEADER, *rows(2, gyro=False)]).encode() + b"\n0.02,\xff\xfe,1,9"
    with pytest.raises(InputError, match="line 4, column acc_x: expected a number"):
        read(tmp_path, content)


def test_an_endless_line_is_told(tmp_path: Path) -> None:
    assert_refused(tmp_path, f'{ACC_HEADER}\n"{"9" * 200_000}', "line 2")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("", "the file is empty"),
        (" \n\n", "the file is empty"),
        (ACC_HEADER, "the file has no samples"),
        (f"{ACC_HEADER}\n\n", "the file has no samples"),
        (f"{ACC_HEADER}\n0,0,0,9.8\n", "the file has one sample"),
        ("time_s,acc_x,acc_y\n0,0,0\n", "column acc_z missing"),
    ],
)
def test_a_file_without_samples_is_told(tmp_path: Path, content: str, words: str) -> None:
    assert_refused(tmp_path, content, words)


def test_repeated_stamps_of_a_coarse_clock_pass_through(tmp_path: Path) -> None:
    content = f"{ACC_HEADER}\n" + "".join(
        f"{index // 2 * 0.02:.2f},0,0,9.8\n" for index in range(10)
    )
    assert read(tmp_path, content).time_s.tolist() == pytest.approx(
        [0.0, 0.0, 0.02, 0.02, 0.04, 0.04, 0.06, 0.06, 0.08, 0.08]
    )
