from __future__ import annotations

import gzip
import itertools
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tracker.domain import InputError, WarningKind
from tracker.domain.units import ns_from_s
from tracker.importers import (
    AccUnit,
    GyroUnit,
    ImportedSamples,
    ImportOptions,
    SampleTable,
    is_sample_csv,
    notifications_from_samples,
    read_foreign,
    read_sample_csv,
)
from tracker.importers.sample_csv import ACC, GYRO, TIME, read_header
from tracker.importers.samples import check_samples

if TYPE_CHECKING:
    from numpy.typing import NDArray


ACC_HEADER = "time_s,acc_x,acc_y,acc_z"
HEADER = f"{ACC_HEADER},gyro_x,gyro_y,gyro_z"


def rows(count: int = 6, *, gyro: bool = True) -> list[str]:
    tail = ",0.1,-0.2,0.3" if gyro else ""
    return [f"{index / 100:.2f},0.5,1.5,9.7{tail}" for index in range(count)]


def read(tmp_path: Path, content: str | bytes) -> SampleTable:
    path = tmp_path / "samples.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return read_sample_csv(path).table


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


@pytest.mark.parametrize("separator", [";", "\t", " "])
def test_columns_that_commas_do_not_part_are_read_as_a_table(
    separator: str, tmp_path: Path
) -> None:
    path = tmp_path / "samples.csv"
    path.write_text("\n".join([ACC_HEADER, *rows(gyro=False)]).replace(",", separator), "utf-8")
    assert not is_sample_csv(path)
    assert read_foreign([path], ImportOptions()).table.acc_mps2.tolist() == [[0.5, 1.5, 9.7]] * 6


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
    path.write_text(f"{HEADER}\n0,0,0,1,0,180,0\n0.01,0,0,1,0,90,0\n", encoding="utf-8")
    table = read_sample_csv(path, ImportOptions(AccUnit.G, GyroUnit.DPS)).table
    assert table.acc_mps2[:, 2].tolist() == [9.80665, 9.80665]
    assert table.gyro_radps is not None
    np.testing.assert_allclose(table.gyro_radps[:, 1], np.array([np.pi, np.pi / 2]))


def test_a_number_that_overflows_in_si_is_told_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "samples.csv"
    path.write_text(f"{HEADER}\n0,0,0,1,0,0,0\n0.01,0,0,1e308,0,0,0\n", encoding="utf-8")
    with pytest.raises(InputError, match="line 3: a value is not a finite number"):
        read_sample_csv(path, ImportOptions(AccUnit.G, GyroUnit.DPS))


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


def imported(tmp_path: Path, content: str) -> ImportedSamples:
    path = tmp_path / "samples.csv"
    path.write_text(content, encoding="utf-8")
    return read_sample_csv(path)


def test_a_stamp_that_is_repeated_now_and_then_costs_no_sample(tmp_path: Path) -> None:
    stamps = [0, 1, 2, 2, 3, 4, 5, 6, 7, 8]
    content = f"{ACC_HEADER}\n" + "".join(f"{each / 50:.2f},0,0,9.8\n" for each in stamps)
    found = imported(tmp_path, content)
    expected = np.array([0, 1, 1.5, 2, 3, 4, 5, 6, 7, 8]) / 50
    np.testing.assert_allclose(found.table.time_s, expected, atol=1e-12)
    (warning,) = found.warnings
    assert "2 samples that share 1 time stamp " in warning.text


@pytest.mark.parametrize("size", [2, 8, 36])
def test_samples_that_share_the_stamp_of_a_packet_are_spread(tmp_path: Path, size: int) -> None:
    stamps = [f"{(1 + index // size) * size * 0.02:.2f}" for index in range(10 * size)]
    content = f"{ACC_HEADER}\n" + "".join(f"{each},0,0,9.8\n" for each in stamps)
    found = imported(tmp_path, content)
    np.testing.assert_allclose(found.table.time_s, 0.02 * (1 + np.arange(10 * size)))
    (warning,) = found.warnings
    assert warning.kind is WarningKind.SAMPLES_SPREAD
    assert f"{10 * size} samples that share 10 time stamps" in warning.text


def test_a_few_late_rows_are_sorted_and_counted(tmp_path: Path) -> None:
    lines = [f"{index / 100:.2f},{index},0,9.8\n" for index in range(100)]
    lines[40], lines[41] = lines[41], lines[40]
    lines.insert(70, lines.pop(60))
    found = imported(tmp_path, f"{ACC_HEADER}\n" + "".join(lines))
    np.testing.assert_array_equal(found.table.time_s, np.arange(100) / 100.0)
    np.testing.assert_array_equal(found.table.acc_mps2[:, 0], np.arange(100.0))
    (warning,) = found.warnings
    assert (warning.kind, "2 rows" in warning.text) == (WarningKind.ROWS_REORDERED, True)


def test_joined_sessions_are_still_refused(tmp_path: Path) -> None:
    lines = [f"{index % 50 / 100:.2f},0,0,9.8\n" for index in range(100)]
    with pytest.raises(InputError, match="line 52: time runs backwards"):
        imported(tmp_path, f"{ACC_HEADER}\n" + "".join(lines))


def test_joined_sample_files_are_told_where_to_cut_them(tmp_path: Path) -> None:
    content = "\n".join([ACC_HEADER, *rows(gyro=False)])
    assert_refused(
        tmp_path, f"{content}\n{content}\n", "line 8: the names of the columns come again"
    )


@pytest.mark.parametrize("per_s", [1, 10**3, 10**6, 10**9])
def test_time_since_1970_becomes_the_start(per_s: int, tmp_path: Path) -> None:
    lines = [
        f"{1_700_000_000 + n / 100:.2f}"
        if per_s == 1
        else str((170_000_000_000 + n) * per_s // 100)
        for n in range(50)
    ]
    found = imported(tmp_path, f"{ACC_HEADER}\n" + "".join(f"{t},0,0,9.8\n" for t in lines))
    assert found.table.time_s[0] == 0.0
    np.testing.assert_allclose(np.diff(found.table.time_s), 0.01, atol=1e-4)
    assert found.started_utc == "2023-11-14T22:13:20+00:00"


def test_raw_counts_are_read_with_the_setting_that_is_named(tmp_path: Path) -> None:
    content = f"{ACC_HEADER}\n" + "".join(f"{n / 100:.2f},0,0,16384\n" for n in range(50))
    with pytest.raises(InputError) as caught:
        imported(tmp_path, content)
    assert caught.value.advice is not None
    assert "--setting acc_factor=0.0005986" in caught.value.advice
    options = ImportOptions(settings=("acc_factor=0.0005986",))
    assert len(read_sample_csv(tmp_path / "samples.csv", options).table.time_s) == 50


@pytest.mark.parametrize(
    ("extra", "kind", "named"),
    [
        ("heart_rate", WarningKind.COLUMNS_IGNORED, "not used: heart_rate"),
        ("gx", WarningKind.GYRO_IGNORED, "not used: gx; name them gyro_x, gyro_y, gyro_z"),
    ],
)
def test_other_columns_are_ignored_and_named(
    extra: str, kind: WarningKind, named: str, tmp_path: Path
) -> None:
    content = f"{ACC_HEADER},{extra}\n0,0,0,9.8,fast\n0.01,0,0,9.8,\n"
    (warning,) = imported(tmp_path, content).warnings
    assert warning.kind is kind
    assert warning.text.startswith(named)


def test_columns_without_a_name_are_nothing(tmp_path: Path) -> None:
    content = f"{ACC_HEADER},,\n0,0,0,9.8,,\n0.01,0,0,9.8,,\n"
    assert imported(tmp_path, content).warnings == ()


SAMPLES = 500


def worn(*, rate_hz: float = 100.0) -> SampleTable:
    """Return a sensor that turns slowly while it feels gravity."""
    time_s = np.arange(SAMPLES) / rate_hz
    acc_mps2 = 9.81 * np.column_stack([np.sin(time_s), np.zeros(SAMPLES), np.cos(time_s)])
    return SampleTable(time_s, acc_mps2, np.full((SAMPLES, 3), 0.5))


def check(
    table: SampleTable, acc_unit: AccUnit = AccUnit.MPS2, gyro_unit: GyroUnit = GyroUnit.RADPS
) -> None:
    check_samples(Path("samples.csv"), table, acc_unit, gyro_unit, lambda row: row + 2)


def at(time_s: NDArray[np.float64]) -> SampleTable:
    return SampleTable(time_s, worn().acc_mps2[: time_s.size], None)


@pytest.mark.parametrize("rate_hz", [9.9, 10.0, 52.0, 100.0, 1000.0, 1010.0])
def test_every_usual_rate_passes(rate_hz: float) -> None:
    check(worn(rate_hz=rate_hz))


def test_a_coarse_clock_jitter_and_gaps_pass() -> None:
    time_s = worn().time_s
    check(at(np.floor(time_s / 0.015) * 0.015))
    check(at(np.sort(time_s + np.random.default_rng(1).uniform(0.0, 0.02, SAMPLES))))
    check(at(np.where(time_s > 2.0, time_s + 3600.0, time_s)))
    check(at(time_s + 1.7e9))
    check(at(time_s - 100.0))


@pytest.mark.parametrize(
    ("column", "value"), [(0, np.nan), (1, np.inf), (2, -np.inf), (2, np.nan)]
)
def test_a_value_that_is_not_finite_is_told_with_its_line(column: int, value: float) -> None:
    table = worn()
    assert table.gyro_radps is not None
    [table.time_s[:, None], table.acc_mps2, table.gyro_radps][column][40, 0] = value
    with pytest.raises(InputError, match="line 42: a value is not a finite number"):
        check(table)


def test_fewer_than_two_samples_are_told() -> None:
    with pytest.raises(InputError, match="has no samples"):
        check(at(np.empty(0)))
    with pytest.raises(InputError, match="has one sample"):
        check(at(np.zeros(1)))


def test_time_that_runs_backwards_is_told_with_its_line() -> None:
    time_s = worn().time_s
    time_s[7] = 0.01
    with pytest.raises(InputError, match=r"line 9: time runs backwards, from 0.06 to 0.01 s"):
        check(at(time_s))


def test_time_that_stands_still_is_told() -> None:
    with pytest.raises(InputError, match="all 500 samples have the same time, 3 s"):
        check(at(np.full(SAMPLES, 3.0)))


@pytest.mark.parametrize(
    ("factor", "words"),
    [
        (1e3, "0.1 samples a second.*\n.*milliseconds"),
        (1e6, "microseconds"),
        (1e9, "nanoseconds"),
        (1 / 60.0, "6e[+]03 samples a second.*\n.*in seconds"),
        (1 / 15.0, "1.5e[+]03 samples a second"),
        (15.0, "6.67 samples a second.*\n.*in seconds"),
    ],
)
def test_a_rate_that_cannot_be_names_the_unit_that_it_looks_like(
    factor: float, words: str
) -> None:
    with pytest.raises(InputError, match=words):
        check(at(worn().time_s * factor))


def test_a_time_that_does_not_fit_is_told() -> None:
    with pytest.raises(InputError, match="line 2: a time of 5e\\+09 s is out of range"):
        check(at(worn().time_s + 5e9))


def test_a_gravity_that_no_wrong_range_explains_is_refused() -> None:
    table = worn()
    check(SampleTable(table.time_s, 16.0 * table.acc_mps2, None))
    with pytest.raises(InputError, match="mostly 196 m/s2: no range of a sensor"):
        check(SampleTable(table.time_s, 20.0 * table.acc_mps2, None))


def test_what_a_setting_puts_right_is_right_already() -> None:
    table = worn()
    small = SampleTable(table.time_s, 0.02 * table.acc_mps2, None)
    with pytest.raises(InputError, match="gravity is not in it"):
        check(small)
    settings = ImportOptions(settings=("acc_factor=50",))
    units = (AccUnit.MPS2, GyroUnit.RADPS)
    check_samples(Path("samples.csv"), small, *units, lambda row: row, settings.mend)


def test_an_acceleration_in_g_is_not_taken_for_one_in_si() -> None:
    table = worn()
    in_g = SampleTable(table.time_s, table.acc_mps2 / 9.81, None)
    with pytest.raises(InputError, match=r"mostly 1, which in m/s2 is not gravity.*\n.*unit g$"):
        check(in_g)
    in_si_twice = SampleTable(table.time_s, table.acc_mps2 * 9.80665, None)
    with pytest.raises(
        InputError, match=r"mostly 9.81, which in g is not gravity.*\n.*unit m/s2$"
    ):
        check(in_si_twice, AccUnit.G)
    check(table, AccUnit.G)


def test_an_acceleration_that_nobody_has_is_told_with_its_line() -> None:
    table = worn()
    table.acc_mps2[3] = (0.0, -1200.0, 0.0)
    with pytest.raises(InputError, match=r"line 5: an acceleration of 1200 m/s².*\n.*--acc-unit"):
        check(table)


def test_an_angular_rate_that_nobody_has_is_told_with_its_line() -> None:
    table = worn()
    assert table.gyro_radps is not None
    table.gyro_radps[3] = (0.0, 250.0, 0.0)
    with pytest.raises(InputError, match=r"line 5: an angular rate of 250.*\n.*--gyro-unit deg/s"):
        check(table)
    with pytest.raises(InputError, match=r"\n.*Check the unit"):
        check(table, gyro_unit=GyroUnit.DPS)


@pytest.mark.parametrize("value", [2e100, 1e300, -1.7976931348623157e308])
@pytest.mark.parametrize("column", [0, 1, 2])
@pytest.mark.parametrize("rows", [slice(3, 4), slice(3, None)])
def test_a_number_whose_square_does_not_fit_is_told_with_its_line(
    rows: slice, column: int, value: float
) -> None:
    table = worn()
    assert table.gyro_radps is not None
    [table.time_s[:, None], table.acc_mps2, table.gyro_radps][column][rows, -1] = value
    with pytest.raises(InputError, match=r"line 5: \S+e\+\d+ is not a measurement"):
        check(table)


@pytest.mark.parametrize("value", [1e9, 1e100])
def test_a_huge_number_that_fits_is_told_as_what_it_is(value: float) -> None:
    table = worn()
    assert table.gyro_radps is not None
    table.gyro_radps[3:, 1] = value
    with pytest.raises(InputError, match="line 5: an angular rate of 1e"):
        check(table)
    table.acc_mps2[3:, 1] = value
    with pytest.raises(InputError, match="line 5: an acceleration of 1e"):
        check(table)
    table.time_s[3:] = value
    with pytest.raises(InputError, match=r"a time of 1e|samples a second"):
        check(table)


def test_degrees_taken_for_radians_are_noticed_below_the_limit() -> None:
    table = worn()
    sway_dps = 60.0 * np.sin(table.time_s)[:, None] * np.ones(3)
    in_degrees = SampleTable(table.time_s, table.acc_mps2, sway_dps)
    with pytest.raises(InputError, match=r"a twentieth of the angular rates.*\n.*deg/s"):
        check(in_degrees)
    check(SampleTable(table.time_s, table.acc_mps2, np.radians(sway_dps)))


def test_a_short_knock_passes() -> None:
    table = worn()
    assert table.gyro_radps is not None
    table.acc_mps2[100:105] *= 20.0
    table.gyro_radps[100:105] = 34.9
    check(table)


@pytest.mark.parametrize("size_mps2", [0.0, 0.4, 2.9])
def test_acceleration_without_gravity_is_refused(size_mps2: float) -> None:
    whole = worn()
    linear = SampleTable(whole.time_s, whole.acc_mps2 * (size_mps2 / 9.81), whole.gyro_radps)
    with pytest.raises(InputError, match="gravity is not in it") as refused:
        check(linear)
    assert "linear acceleration" in str(refused.value)


PATH = Path("samples.csv")
ACC_ONLY = ",".join([TIME, *ACC])
COMPLETE = ",".join([TIME, *ACC, *GYRO])


@pytest.mark.parametrize("names", list(itertools.permutations([TIME, *ACC])))
def test_a_header_may_name_its_columns_in_any_order(names: tuple[str, ...]) -> None:
    header = read_header(PATH, ",".join(names).encode())
    assert header.names == names
    assert not header.has_gyro


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (COMPLETE, 1),
        (COMPLETE.replace(",", " , "), 1),
        (",".join(f'"{name}"' for name in COMPLETE.split(",")), 1),
        (f"\n\n{COMPLETE}", 3),
        (f"\r\n  {COMPLETE}", 2),
    ],
)
def test_spaces_quotes_and_blank_lines_before_do_not_matter(text: str, line: int) -> None:
    content = f"{text}\r\n0,1,2,3,4,5,6".encode()
    header = read_header(PATH, content)
    assert header.names == (TIME, *ACC, *GYRO)
    assert header.has_gyro
    assert header.line == line
    assert content[header.end :] == b"\r\n0,1,2,3,4,5,6"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", ["empty", COMPLETE[:6]]),
        ("time_s,acc_x,acc_z", ["line 1: column acc_y missing"]),
        ("acc_x,acc_y,acc_z", ["column time_s missing"]),
        (f"{ACC_ONLY},gyro_y", ["columns gyro_x, gyro_z missing"]),
        (ACC_ONLY.replace("time_s", "time"), ["time_s missing", "Is 'time' meant to be time_s?"]),
        (f"{ACC_ONLY},acc_x,acc_y", ["columns acc_x, acc_y more than once"]),
        (ACC_ONLY.replace(",", ";"), ["separated by ';'", "commas"]),
        (ACC_ONLY.replace(",", "\t"), [r"separated by '\t'"]),
        ("0.00,0.1,9.8,0.2", ["found numbers", "Add a first line"]),
        ("x" * 10_000, ["columns time_s", "missing"]),
    ],
)
def test_a_wrong_header_is_told_with_what_was_expected(text: str, words: list[str]) -> None:
    with pytest.raises(InputError) as caught:
        read_header(PATH, text.encode())
    message = str(caught.value)
    assert all(word in message for word in ["samples.csv", *words])
    assert "Expected" in message or "line" in message
    assert len(message) < 300


def test_the_line_is_named_although_blank_ones_come_first() -> None:
    with pytest.raises(InputError, match="line 3: columns time_s, acc_x, acc_y, acc_z missing"):
        read_header(PATH, b"\n\na,b\n")


def table_of(samples: int, *, gyro: bool = True) -> SampleTable:
    ramp = np.arange(3.0 * samples).reshape(samples, 3)
    return SampleTable(np.arange(samples) / 100.0, ramp, -ramp if gyro else None)


def as_bytes(
    time_s: NDArray[np.float64], acc: NDArray[np.float64], gyro: NDArray[np.float64] | None
) -> bytes:
    columns = [time_s[:, None], acc] if gyro is None else [time_s[:, None], acc, gyro]
    return np.hstack(columns).tobytes()


@given(
    samples=st.integers(min_value=0, max_value=60), block=st.integers(min_value=1, max_value=70)
)
def test_blocks_hold_every_sample_once_and_come_with_their_last(samples: int, block: int) -> None:
    table = table_of(samples)
    sent = list(notifications_from_samples(table, block, as_bytes, "samples"))
    rows = np.frombuffer(b"".join(each.data for each in sent)).reshape(-1, 7)
    assert table.gyro_radps is not None
    np.testing.assert_array_equal(
        rows, np.column_stack([table.time_s, table.acc_mps2, table.gyro_radps])
    )
    assert {each.channel for each in sent} <= {"samples"}
    lasts_s = [float(np.frombuffer(each.data).reshape(-1, 7)[-1, 0]) for each in sent]
    assert [each.received_ns for each in sent] == [ns_from_s(last_s) for last_s in lasts_s]
    assert all(len(each.data) == block * 7 * 8 for each in sent[:-1])


def test_samples_without_a_gyroscope_are_encoded_without() -> None:
    (sent,) = notifications_from_samples(table_of(5, gyro=False), 10, as_bytes, "samples")
    assert len(sent.data) == 5 * 4 * 8


def test_an_empty_block_is_refused() -> None:
    with pytest.raises(ValueError, match="at least 1"):
        notifications_from_samples(table_of(5), 0, as_bytes, "samples")


def test_units_are_what_a_user_types() -> None:
    assert AccUnit("m/s2").mps2 == 1.0
    assert AccUnit("g").mps2 == 9.80665
    assert GyroUnit("rad/s").radps == 1.0
    assert GyroUnit("deg/s").radps == pytest.approx(np.pi / 180.0)
