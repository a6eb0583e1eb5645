from __future__ import annotations

import struct

import pytest

from tests.sensors import notes
from tracker.domain import FaultReason
from tracker.sensors.base import MalformedError
from tracker.sensors.xsens_dot import (
    CONTROL,
    MEASUREMENT,
    RATES_HZ,
    measuring_mode,
    rate_of,
    start_command,
    stop_command,
    with_rate,
)

NOTE = "06-xsens-dot.md"
CONTROL_VALUE = bytes(range(24)) + b"\x14\x00" + bytes(range(26, 32))


def test_the_layouts_are_those_of_the_note() -> None:
    control, offsets = notes.layout(NOTE, "Control value")
    measurement, _offsets = notes.layout(NOTE, "Measurement value")

    assert struct.calcsize(control) == CONTROL.size == 32
    assert offsets == [0, 1, 24, 26]
    assert measurement == MEASUREMENT.format


@pytest.mark.parametrize(
    ("hex_", "action", "mode", "_source"), notes.table(NOTE, "Vectors", "measurement")
)
def test_the_measurement_values_are_those_that_were_published(
    hex_: str, action: str, mode: str, _source: str
) -> None:
    command = start_command if action == "start" else stop_command

    assert command(int(mode)) == bytes.fromhex(hex_)
    assert measuring_mode(bytes.fromhex(hex_)) == (int(mode) if action == "start" else None)


def test_a_measurement_value_that_is_none_says_that_nothing_runs() -> None:
    assert measuring_mode(b"") is None
    assert measuring_mode(b"\x01\x01") is None


def test_only_the_rate_and_its_visit_bit_change() -> None:
    changed = with_rate(CONTROL_VALUE, 60)

    assert changed[0] == 0x10
    assert changed[1:24] == CONTROL_VALUE[1:24]
    assert changed[24:26] == b"\x3c\x00"
    assert changed[26:] == CONTROL_VALUE[26:]


def test_the_rate_is_read_back() -> None:
    assert rate_of(CONTROL_VALUE) == 20
    assert [rate_of(with_rate(CONTROL_VALUE, rate_hz)) for rate_hz in RATES_HZ] == list(RATES_HZ)


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (b"", FaultReason.LENGTH),
        (CONTROL_VALUE + b"\0", FaultReason.LENGTH),
        (with_rate(CONTROL_VALUE, 0), FaultReason.FORMAT),
        (with_rate(CONTROL_VALUE, 61), FaultReason.FORMAT),
    ],
)
def test_what_is_no_control_value_is_refused(value: bytes, reason: FaultReason) -> None:
    with pytest.raises(MalformedError) as caught:
        rate_of(value)

    assert caught.value.reason is reason


def test_what_is_no_control_value_is_not_changed() -> None:
    with pytest.raises(ValueError, match="a control value of 32 bytes, got 31"):
        with_rate(CONTROL_VALUE[:-1], 60)
