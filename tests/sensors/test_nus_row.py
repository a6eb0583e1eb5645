from __future__ import annotations

import json
from contextlib import suppress

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.sensors.encoders import encode_nus_row
from tracker.domain import FaultReason
from tracker.domain.units import RADPS_PER_DPS, STANDARD_GRAVITY_MPS2
from tracker.sensors.base import MalformedError
from tracker.sensors.nus import (
    ACC,
    ESPRUINO,
    GYRO,
    TIME,
    WITHOUT_HEADER,
    WITHOUT_HEADER_OR_GYRO,
    Layout,
    RawScale,
    Row,
    checksum,
    holds_samples,
    parse_object,
    parse_row,
)

FULL = Layout(
    (TIME, "temp", *ACC, *GYRO),
    acc_mps2=0.001 * STANDARD_GRAVITY_MPS2,
    gyro_radps=0.01 * RADPS_PER_DPS,
    time_s=0.001,
    acc_range_mps2=8 * STANDARD_GRAVITY_MPS2,
    gyro_range_radps=1000 * RADPS_PER_DPS,
)
OBJECT = {"acc": {"x": 0, "y": 0, "z": 8192}, "gyro": {"x": 0, "y": 800, "z": 0}}


@pytest.mark.parametrize(
    "line", ["1,2,3", "A,1,2,3", "-1,2", "+.5,2", ".5", "A, -1,2", "nan,1", "INF,1"]
)
def test_numbers_mean_to_be_samples(line: str) -> None:
    assert holds_samples(line)


@pytest.mark.parametrize(
    "line", ["", "=undefined", "digitalPulse(LED1,1,10);", "A", "AB,1", "info,1", "-x", "-", ",1"]
)
def test_talk_does_not(line: str) -> None:
    assert not holds_samples(line)


def reason_of(line: str, layout: Layout) -> FaultReason:
    with pytest.raises(MalformedError) as caught:
        parse_row(line, layout)
    return caught.value.reason


def test_columns_are_found_by_their_names_and_others_passed_over() -> None:
    row = parse_row("5000,24.5,1000,0,-500,0,9000,0", FULL)

    np.testing.assert_allclose(row.acc_mps2 / STANDARD_GRAVITY_MPS2, [1.0, 0.0, -0.5])
    assert row.gyro_radps is not None
    np.testing.assert_allclose(row.gyro_radps / RADPS_PER_DPS, [0.0, 90.0, 0.0])
    assert row.time_s == 5.0
    assert not row.saturated


@pytest.mark.parametrize("cell", ["0x1", "1_0", "1e", "--1", "1 2", "", "one", "١", "1e9999"])
def test_only_decimal_numbers_are_numbers(cell: str) -> None:
    assert reason_of(f"A,{cell},0,0", ESPRUINO) is FaultReason.FORMAT


@pytest.mark.parametrize("cell", ["nan", "-NaN", "inf", "ovf", "1e999"])
def test_what_boards_print_for_no_value_is_no_value(cell: str) -> None:
    assert reason_of(f"A,{cell},0,0", ESPRUINO) is FaultReason.NOT_FINITE


@pytest.mark.parametrize("line", ["A,1,2", "A,1,2,3,4", "A,1,2,3,", "1,2"])
def test_a_line_has_as_many_columns_as_its_layout(line: str) -> None:
    assert reason_of(line, ESPRUINO) is FaultReason.FORMAT


def test_only_the_layout_without_a_header_takes_more() -> None:
    assert parse_row("1,0,0,1,0,0,0,9,9,9", WITHOUT_HEADER).time_s == 0.001
    assert reason_of("1,0,0,1,9", WITHOUT_HEADER_OR_GYRO) is FaultReason.FORMAT
    assert reason_of("1,0,0,1,0,0", WITHOUT_HEADER) is FaultReason.FORMAT


@pytest.mark.parametrize(
    ("cells", "saturated"),
    [
        ("0,0,7980,0,0,0", False),
        ("0,0,7985,0,0,0", True),
        ("0,0,-8790,0,0,0", True),
        ("0,0,0,-99900,0,0", True),
    ],
)
def test_the_end_of_the_range_is_flagged(cells: str, saturated: bool) -> None:
    assert parse_row(f"0,0,{cells}", FULL).saturated is saturated


@pytest.mark.parametrize("cells", ["0,0,8810,0,0,0", "0,0,0,0,-110010,0"])
def test_what_is_beyond_the_range_is_no_measurement(cells: str) -> None:
    assert reason_of(f"0,0,{cells}", FULL) is FaultReason.FORMAT


@pytest.mark.parametrize(
    "line", ["1e30,0,0,1,0,0,0", "1,0,0,5000,0,0,0", "1,0,0,1,0,0,1e300", "1,0,0,-1e308,0,0,0"]
)
def test_without_a_range_there_are_bounds_as_well(line: str) -> None:
    assert reason_of(line, WITHOUT_HEADER) is FaultReason.FORMAT


def test_a_checksum_is_checked_where_there_is_one() -> None:
    line = "A,0,0,100"
    good = f"{line}*{checksum(line):02X}"

    assert parse_row(good, ESPRUINO).acc_mps2[2] == pytest.approx(STANDARD_GRAVITY_MPS2)
    assert reason_of(good.replace("100", "101"), ESPRUINO) is FaultReason.FORMAT
    assert reason_of("A,0,0,100*zz", ESPRUINO) is FaultReason.FORMAT


def vector(limit: float) -> st.SearchStrategy[list[float]]:
    return st.lists(st.floats(-limit, limit), min_size=3, max_size=3)


@given(vector(70.0), vector(17.0), st.floats(0, 1e6), st.booleans(), st.booleans())
def test_what_was_encoded_comes_back(
    acc: list[float], gyro: list[float], time_s: float, tag: bool, check: bool
) -> None:
    row = Row(np.array(acc), np.array(gyro), time_s)

    line = encode_nus_row(row, FULL, tag=tag, check=check)
    come = parse_row(line, FULL)

    assert holds_samples(line)
    np.testing.assert_allclose(come.acc_mps2, acc, rtol=1e-6, atol=1e-12)
    assert come.gyro_radps is not None
    np.testing.assert_allclose(come.gyro_radps, gyro, rtol=1e-6, atol=1e-12)
    assert come.time_s == pytest.approx(time_s, rel=1e-9, abs=1e-9)


def test_an_object_is_scaled_by_what_its_counts_are_worth() -> None:
    row = parse_object(json.dumps(OBJECT), RawScale())
    coarse = parse_object(json.dumps(OBJECT), RawScale(acc_lsb_per_g=4096, gyro_lsb_per_dps=8))

    np.testing.assert_allclose(row.acc_mps2 / STANDARD_GRAVITY_MPS2, [0, 0, 1])
    np.testing.assert_allclose(coarse.acc_mps2 / STANDARD_GRAVITY_MPS2, [0, 0, 2])
    assert row.gyro_radps is not None
    assert coarse.gyro_radps is not None
    np.testing.assert_allclose(row.gyro_radps / RADPS_PER_DPS, [0, 7, 0])
    np.testing.assert_allclose(coarse.gyro_radps / RADPS_PER_DPS, [0, 100, 0])
    assert parse_object('{"acc":{"x":1,"y":2,"z":3}}', RawScale()).gyro_radps is None


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("{}", FaultReason.FORMAT),
        ("{{}}", FaultReason.FORMAT),
        ("{" * 240, FaultReason.FORMAT),
        ('{"acc":1}', FaultReason.FORMAT),
        ('{"acc":[]}', FaultReason.FORMAT),
        ('{"acc":{"x":1,"y":2}}', FaultReason.FORMAT),
        ('{"acc":{"x":1,"y":2,"z":null}}', FaultReason.FORMAT),
        ('{"acc":{"x":1,"y":2,"z":"up"}}', FaultReason.FORMAT),
        ('{"acc":{"x":1,"y":2,"z":3},"gyro":null}', FaultReason.FORMAT),
        ('{"acc":{"x":1,"y":2,"z":NaN}}', FaultReason.NOT_FINITE),
        ('{"acc":{"x":1,"y":2,"z":' + "9" * 200 + "}}", FaultReason.FORMAT),
    ],
)
def test_an_object_without_a_sample_is_refused(line: str, reason: FaultReason) -> None:
    with pytest.raises(MalformedError) as caught:
        parse_object(line, RawScale())

    assert caught.value.reason is reason


@given(st.text(max_size=60))
def test_no_line_makes_it_raise_anything_else(text: str) -> None:
    for layout in (FULL, WITHOUT_HEADER):
        with suppress(MalformedError):
            assert np.isfinite(parse_row(text, layout).acc_mps2).all()
    with suppress(MalformedError):
        assert np.isfinite(parse_object(text, RawScale()).acc_mps2).all()
