from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.sensors import notes
from tests.sensors.encoders import encode_nus_header
from tracker.domain import FaultReason
from tracker.domain.units import RADPS_PER_DPS, STANDARD_GRAVITY_MPS2
from tracker.sensors.base import MalformedError
from tracker.sensors.nus import (
    ACC,
    GYRO,
    MOST_COLUMNS,
    MOST_LINE_BYTES,
    TIME,
    Layout,
    parse_header,
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
