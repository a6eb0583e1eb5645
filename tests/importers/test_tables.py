from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tracker.domain import InputError
from tracker.importers.columns import Quantity, Triple
from tracker.importers.files import ForeignFile
from tracker.importers.phone_apps import is_sensor_logger
from tracker.importers.tables import ForeignTable, read_foreign_header

if TYPE_CHECKING:
    from tracker.importers.parts import Part

G = 9.80665
DEGREE = 0.017453292519943295


@pytest.mark.parametrize(
    ("line", "triples"),
    [
        (
            (
                '"Time (s)","Acceleration x (m/s^2)","Acceleration y (m/s^2)",'
                '"Acceleration z (m/s^2)","Absolute acceleration (m/s^2)"'
            ),
            [Triple(Quantity.ACC, (1, 2, 3), 1.0)],
        ),
        (
            '"Time (s)";"X (rad/s)";"Y (rad/s)";"Z (rad/s)"',
            [Triple(Quantity.GYRO, (1, 2, 3), 1.0)],
        ),
        (
            "epoc (ms),timestamp (+0000),elapsed (s),x-axis (g),y-axis (g),z-axis (g)",
            [Triple(Quantity.ACC, (3, 4, 5), G)],
        ),
        (
            "elapsed (s),z-axis (deg/s),y-axis (deg/s),x-axis (deg/s)",
            [Triple(Quantity.GYRO, (3, 2, 1), DEGREE)],
        ),
        (
            (
                "Time (ms)\tLinear Acceleration x (m/s²)\tLinear Acceleration y (m/s²)"
                "\tLinear Acceleration z (m/s²)"
            ),
            [Triple(Quantity.LINEAR_ACC, (1, 2, 3), 1.0)],
        ),
        (
            "Time (s),acc x (g),acc y (g),acc z (g),gyr x (°/s),gyr y (°/s),gyr z (°/s)",
            [Triple(Quantity.ACC, (1, 2, 3), G), Triple(Quantity.GYRO, (4, 5, 6), DEGREE)],
        ),
        ("Time (s),acc_x,acc_y,acc_z", [Triple(Quantity.ACC, (1, 2, 3), None)]),
        ("Time (s),Magnetic Field x (µT),Magnetic Field y (µT),Magnetic Field z (µT)", []),
    ],
)
def test_columns_are_known_by_axis_and_unit(line: str, triples: list[Triple]) -> None:
    header = read_foreign_header(f"{line}\n0,1,2,3".encode())
    assert header is not None
    plain = [replace(each, names=("", "", "")) for each in header.triples]
    assert [each for each in plain if each.quantity is not Quantity.OTHER] == triples
    assert header.has_motion is bool(triples)


def test_times_are_told_apart() -> None:
    header = read_foreign_header(f"{NAMES}\n".encode())
    assert header is not None
    assert [(each.place, each.unit_s, each.is_epoch) for each in header.times] == [
        (0, 1e-3, True),
        (1, None, False),
        (2, 1.0, False),
    ]


def test_sensor_logger_names_its_columns_alike_in_every_file() -> None:
    header = read_foreign_header(b"time,seconds_elapsed,z,y,x\n1,2,3,4,5\n")
    assert header is not None
    assert is_sensor_logger(header)
    assert header.has_motion


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"\n\n",
        b"Time (s),Acceleration x (m/s^2),Acceleration y (m/s^2)\n",
        b"Time (s),Pressure (hPa)\n",
        b"0,0,0,9.8\n",
        b"time,seconds_elapsed,text\n",
        b'"event","experiment time","system time","system time text"\n',
    ],
)
def test_everything_else_is_none_of_them(text: bytes) -> None:
    assert read_foreign_header(text) is None


@settings(deadline=None)
@given(st.binary(max_size=200))
def test_no_bytes_bring_it_down(text: bytes) -> None:
    read_foreign_header(text)


NAMES = "epoc (ms),timestamp (+0000),elapsed (s),x-axis (g),y-axis (g),z-axis (g)"


def part_of(*rows: str, names: str = NAMES) -> Part:
    file = ForeignFile(Path("acc.csv"), "\n".join([names, *rows]).encode())
    header = read_foreign_header(file.text)
    assert header is not None
    return ForeignTable(file, header).part(header.triples[0])


def test_columns_of_words_are_passed_over() -> None:
    part = part_of("1000,2026-03-01T00:00:00,0.5,1,2,3", "1010,2026-03-01T00:00:01,0.51,4,5,6")
    np.testing.assert_array_equal(part.time_s, [0.5, 0.51])
    np.testing.assert_array_equal(part.values, [[1, 2, 3], [4, 5, 6]])
    assert part.epoch_s == pytest.approx(0.5)


def test_milliseconds_become_seconds() -> None:
    part = part_of("500,0,0,1", "510,0,0,1", names="Time (ms),acc x (g),acc y (g),acc z (g)")
    np.testing.assert_array_equal(part.time_s, [0.5, 0.51])
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
        ("1010,x,0.51,1,2,nan", r"line 3: a value is not a measurement \(z-axis"),
        ("1010,x,inf,1,2,3", r"line 3: a value is not a measurement \(the time\)"),
        ("1010,x,0.51,1,2,1e300", r"line 3: a value is not a measurement \(z-axis"),
        (f"1010,x,0.51,{'9' * 400},2,3", r"line 3: a value is not a measurement \(x-axis"),
        ("1010,x,0.4,1,2,3", "line 3: time runs backwards"),
        ("1010,x,0.51,1,2\n1020,x,0.52,1,2,3", "line 3: expected 6 values, found 5"),
        (
            "1010,x,0.51,1,2,heavy",
            r"line 3, column z-axis \(g\): expected a number, found 'heavy'",
        ),
        ("1010,x,0.51,1,2,3,4", "line 3: expected 6 values, found 7"),
        (NAMES, "line 3: the names of the columns come again"),
        ("1010,x,0.51,1,,3", r"line 3: a value is not a measurement \(y-axis"),
    ],
)
def test_what_is_wrong_is_told(row: str, said: str) -> None:
    with pytest.raises(InputError, match=rf"acc\.csv: {said}"):
        part_of("1000,x,0.5,1,2,3", row)


def refused(*rows: str, names: str) -> InputError:
    with pytest.raises(InputError) as caught:
        part_of(*rows, names=names)
    assert "CSV" not in str(caught.value), "these are our words, and nobody else's"
    return caught.value


def test_a_file_joined_from_several_says_where_to_cut_it() -> None:
    error = refused("0,1,2,3", "10,1,2,3", "millis,ax,ay,az", "0,1,2,3", names="millis,ax,ay,az")
    assert "line 4: the names of the columns come again" in error.message
    assert error.advice is not None
    assert "import sessions one by one" in error.advice


def test_a_number_with_the_other_decimal_mark_is_shown() -> None:
    error = refused("0;1,5;2,5;3,5", "10;1.5;2,5;3,5", names="millis;ax;ay;az")
    assert "line 3, column ax: expected a number, found '1.5'" in error.message
    assert error.advice is not None
    assert "with a comma" in error.advice
    error = refused("0;1.5;2.5;3.5", "10;1,5;2.5;3.5", names="millis;ax;ay;az")
    assert "found '1,5'" in error.message


def test_a_row_of_units_that_are_not_known_is_no_unit() -> None:
    error = refused("s,furlong,furlong,furlong", "0,1,2,3", names="time,ax,ay,az")
    assert "line 2, column ax: expected a number, found 'furlong'" in error.message


def test_shuffled_rows_are_to_be_sorted() -> None:
    error = refused(*(f"{n * 37 % 100}0,1,2,3" for n in range(100)), names="millis,ax,ay,az")
    assert "time runs backwards" in error.message
    assert error.advice is not None
    assert "Sort the rows by time" in error.advice


@pytest.mark.parametrize("name", ["time (min)", "Time [min]", "minutes", "elapsed (minutes)"])
def test_minutes_become_seconds(name: str) -> None:
    part = part_of(*(f"{n / 6000:.8f},1,2,3" for n in range(50)), names=f"{name},ax,ay,az")
    np.testing.assert_allclose(np.diff(part.time_s), 0.01, atol=1e-5)


@pytest.mark.parametrize("unit_s", [1.0, 1e-3, 1e-6, 1e-9])
@pytest.mark.parametrize("name", ["time", "timestamp", "epoch", "unix time"])
def test_time_since_1970_is_read_in_every_unit(unit_s: float, name: str) -> None:
    per_s = round(1 / unit_s)
    stamps = (1_700_000_000 * per_s + n * per_s // 100 for n in range(200))
    rows = (
        f"{each if per_s > 1 else f'{1.7e9 + n / 100:.2f}'},1,2,3" for n, each in enumerate(stamps)
    )
    part = part_of(*rows, names=f"{name},ax,ay,az")
    np.testing.assert_allclose(np.diff(part.time_s), 0.01, atol=1e-3)
    assert part.epoch_s is not None
    assert part.epoch_s + part.time_s[0] == pytest.approx(1.7e9, abs=0.01)
