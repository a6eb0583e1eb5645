from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tracker.importers.tables import Quantity, Triple, read_foreign_header

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
        ("Time (s),Acceleration x (m/s^2),Acceleration y (m/s^2)", []),
        ("Time (s),Magnetic Field x (µT),Magnetic Field y (µT),Magnetic Field z (µT)", []),
        ("Time (s),Pressure (hPa)", []),
    ],
)
def test_columns_are_known_by_axis_and_unit(line: str, triples: list[Triple]) -> None:
    header = read_foreign_header(f"{line}\n0,1,2,3".encode())
    assert header is not None
    assert list(header.triples) == triples
    assert header.has_motion is bool(triples)


def test_times_are_told_apart() -> None:
    header = read_foreign_header(b"epoc (ms),timestamp (-0700),elapsed (s),x-axis (g)\n")
    assert header is not None
    assert (header.epoch, header.epoch_s, header.time, header.time_s) == (0, 1e-3, 2, 1.0)


def test_sensor_logger_names_its_columns_alike_in_every_file() -> None:
    header = read_foreign_header(b"time,seconds_elapsed,z,y,x\n1,2,3,4,5\n")
    assert header is not None
    assert header.sensor_logger
    assert header.has_motion
    assert (header.time, header.epoch, header.epoch_s) == (1, 0, 1e-9)


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"\n\n",
        b"time_s,acc_x,acc_y,acc_z\n0,0,0,9.8",
        b"time_s,acc_x,acc_y,acc_z,gyro_x,gyro_y,gyro_z\n",
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
