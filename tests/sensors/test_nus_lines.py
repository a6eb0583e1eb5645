from __future__ import annotations

import json
from contextlib import suppress
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.sensors import notes
from tests.sensors.encoders import cut_nus, encode_nus_header, encode_nus_row
from tracker.domain import FaultReason
from tracker.domain.units import RADPS_PER_DPS, STANDARD_GRAVITY_MPS2
from tracker.sensors.base import MalformedError
from tracker.sensors.nus.lines import (
    ACC,
    ESPRUINO,
    GYRO,
    MOST_COLUMNS,
    MOST_LINE_BYTES,
    TIME,
    WITHOUT_HEADER,
    WITHOUT_HEADER_OR_GYRO,
    Layout,
    LineAssembler,
    RawScale,
    Row,
    checksum,
    holds_samples,
    parse_header,
    parse_object,
    parse_row,
)

HEADER = (
    "#imu columns=t,ax,ay,az,gx,gy,gz,temp t_s=0.001 acc_g=0.5 gyro_dps=2 rate_hz=104 "
    "acc_range_g=8 gyro_range_dps=1000"
)


def test_every_word_of_the_note_is_understood() -> None:
    words = [row[0] for row in notes.table("08-nus.md", "Header", "word")]

    assert all(f" {word}=" in HEADER for word in words)
    assert parse_header(HEADER) == Layout(
        columns=(TIME, *ACC, *GYRO, "temp"),
        acc_mps2=0.5 * STANDARD_GRAVITY_MPS2,
        gyro_radps=2 * RADPS_PER_DPS,
        time_s=0.001,
        rate_hz=104.0,
        acc_range_mps2=8 * STANDARD_GRAVITY_MPS2,
        gyro_range_radps=1000 * RADPS_PER_DPS,
    )


def test_si_units_and_unknown_words_are_understood_in_any_order() -> None:
    line = "#imu gyro_radps=0.1 version=3 nonsense columns=gx,gy,gz,ax,ay,az acc_mps2=1"

    assert parse_header(line) == Layout((*GYRO, *ACC), acc_mps2=1.0, gyro_radps=0.1)


@pytest.mark.parametrize("line", ["#", "# imu", "#imus columns=ax", "#remark"])
def test_another_line_with_a_hash_is_a_remark(line: str) -> None:
    assert parse_header(line) is None


@pytest.mark.parametrize(
    "words",
    [
        "",
        "columns=ax,ay,az",
        "acc_g=1",
        "columns=ax,ay acc_g=1",
        "columns=ax,ay,az,az acc_g=1",
        "columns=ax,ay,az acc_g=0",
        "columns=ax,ay,az acc_g=-1",
        "columns=ax,ay,az acc_g=nan",
        "columns=ax,ay,az acc_g=inf",
        "columns=ax,ay,az acc_g=much",
        "columns=ax,ay,az,gx,gy acc_g=1 gyro_dps=1",
        "columns=ax,ay,az,gx,gy,gz acc_g=1",
        "columns=ax,ay,az acc_g=1 gyro_dps=1",
        "columns=t,ax,ay,az acc_g=1",
        "columns=ax,ay,az acc_g=1 t_s=1",
        "columns=ax,ay,az acc_g=1 rate_hz=0",
        f"columns=ax,ay,az{',x' * MOST_COLUMNS} acc_g=1",
    ],
)
def test_a_header_that_says_too_little_is_refused(words: str) -> None:
    with pytest.raises(MalformedError) as caught:
        parse_header(f"#imu {words}")

    assert caught.value.reason is FaultReason.FORMAT


worths = st.floats(1e-6, 1e3)


layouts = st.builds(
    lambda gyro, time, worth, more, rate_hz, range_: Layout(
        (*((TIME,) if time else ()), *ACC, *(GYRO if gyro else ()), *more),
        acc_mps2=worth,
        gyro_radps=worth if gyro else None,
        time_s=worth if time else None,
        rate_hz=rate_hz,
        acc_range_mps2=range_,
        gyro_range_radps=range_,
    ),
    st.booleans(),
    st.booleans(),
    worths,
    st.lists(st.sampled_from(["temp", "x"]), max_size=2),
    st.none() | worths,
    st.none() | worths,
)


@given(layouts)
def test_what_was_encoded_comes_back(layout: Layout) -> None:
    line = encode_nus_header(layout)
    parsed = parse_header(line)

    assert len(line) <= MOST_LINE_BYTES
    assert parsed is not None
    assert parsed.columns == layout.columns
    for stated, come in zip(numbers(layout), numbers(parsed), strict=True):
        assert come == (None if stated is None else pytest.approx(stated))


def numbers(layout: Layout) -> list[float | None]:
    return [
        layout.acc_mps2,
        layout.gyro_radps,
        layout.time_s,
        layout.rate_hz,
        layout.acc_range_mps2,
        layout.gyro_range_radps,
    ]


@given(st.text(max_size=80))
def test_no_header_makes_it_raise_anything_else(text: str) -> None:
    with suppress(MalformedError):
        parse_header("#imu " + text)


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"1,2,3\n", ["1,2,3"]),
        (b"1,2,3\r\n4,5,6\r7", ["1,2,3", "4,5,6"]),
        (b"\r\n\r\n", []),
        (b"\x1b>A,1,2,3\r\n", ["A,1,2,3"]),
        (b"> \x03\x10 1,2\n", ["1,2"]),
        (b"\xff1,2\n", ["�1,2"]),
        (b"1,2", []),
        (b'{"a":{}}', ['{"a":{}}']),
        (b'{"a":{}', []),
        (b'{"a":{}}\r\n1\n', ['{"a":{}}', "1"]),
    ],
)
def test_lines_end_and_begin_as_consoles_have_it(data: bytes, expected: list[str]) -> None:
    assert LineAssembler().feed(data) == expected


def test_what_is_too_long_is_dropped_up_to_its_end() -> None:
    lines = LineAssembler()

    assert lines.feed(b"x" * MOST_LINE_BYTES) == []
    assert lines.feed(b"x") == [None]
    assert lines.feed(b"x" * 100_000) == []
    assert lines.feed(b"x\n1,2\n") == ["1,2"]
    assert lines.feed(b"y" * (MOST_LINE_BYTES + 1) + b"\n3\n") == [None, "3"]


texts = st.text(alphabet="A,0123456789.-{}#\r\n> x", max_size=400)


@given(texts, st.data())
def test_any_cut_into_notifications_gives_the_same_lines(text: str, data: st.DataObject) -> None:
    # An object is given out as soon as it is whole, which depends on where that shows.
    stream = text.replace("}", "").encode()
    cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=6)))
    lines, whole = LineAssembler(), LineAssembler()

    pieces = [stream[start:end] for start, end in pairwise([0, *cuts, len(stream)])]
    found = [line for piece in pieces for line in lines.feed(piece)]

    assert found + lines.feed(b"\n") == whole.feed(stream) + whole.feed(b"\n")


@given(st.lists(st.binary(max_size=600), max_size=20))
def test_no_bytes_make_it_raise_or_keep_more_than_a_line(payloads: list[bytes]) -> None:
    lines = LineAssembler()
    for payload in payloads:
        for line in lines.feed(payload):
            assert line is None or 0 < len(line) <= MOST_LINE_BYTES


@given(st.text(alphabet=st.characters(max_codepoint=127), max_size=100), st.integers(1, 30))
def test_what_was_cut_is_whole_together(text: str, size: int) -> None:
    pieces = cut_nus(text, size)

    assert b"".join(pieces) == text.encode()
    assert all(0 < len(piece) <= size for piece in pieces)
    assert all(len(piece) == size for piece in pieces[:-1])


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
def test_an_encoded_row_comes_back(
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
