from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.sensors.encoders import encode_movesense_parts
from tracker.sensors.movesense.packets import MOST_BYTES, Message, Reassembler, Resource

MOTION = Resource("IMU6", 104)
WHOLE = bytes(range(196))
"""Eight samples of 24 bytes behind a stamp."""


def joined(parts: Reassembler, notifications: tuple[bytes, ...]) -> list[bytes]:
    payloads: list[bytes] = []
    for data in notifications:
        take = parts.first if data[0] == Message.DATA else parts.more
        got = take(data[2:])
        assert got.trouble is None
        payloads += got.payloads
    return payloads


@given(st.integers(1, 200))
def test_payloads_cut_anywhere_come_out_whole(room: int) -> None:
    parts = Reassembler(MOTION, sized=True)

    assert joined(parts, encode_movesense_parts(1, WHOLE, room) * 3) == [WHOLE] * 3


def test_the_cut_of_old_firmware_is_never_taken_for_a_whole() -> None:
    for name in ("Acc", "IMU6", "IMU9"):
        parts = Reassembler(Resource(name, 0), sized=False)
        assert parts.first(bytes(150)).payloads == ()


def test_a_sensor_that_packs_fewer_samples_is_followed() -> None:
    parts = Reassembler(MOTION, sized=True)
    four = bytes(4 + 4 * 24)

    got = [parts.first(four).payloads for _ in range(4)]

    assert got == [(), (four, four), (four,), (four,)]


def test_a_sensor_that_packs_more_samples_is_followed() -> None:
    parts = Reassembler(MOTION, sized=True)
    sixteen = bytes(4 + 16 * 24)

    assert parts.first(sixteen).payloads == (sixteen,)
    assert parts.first(sixteen[:196]).payloads == ()
    assert parts.more(sixteen[196:]).payloads == (sixteen,)


def test_a_start_without_its_rest_is_trouble_and_the_next_one_is_fine() -> None:
    parts = Reassembler(MOTION, sized=True)
    parts.first(WHOLE[:150])

    got = parts.first(WHOLE)

    assert got.payloads == (WHOLE,)
    assert got.trouble == "a payload ended after 150 bytes, inside a sample"


def test_a_rest_without_its_start_is_trouble() -> None:
    parts = Reassembler(MOTION, sized=True)

    assert "without its start" in (parts.more(WHOLE[150:]).trouble or "")
    assert parts.first(WHOLE).payloads == (WHOLE,)


def test_what_seemed_whole_and_was_not_is_learnt_from() -> None:
    parts = Reassembler(MOTION, sized=False)
    start, rest = WHOLE[:100], WHOLE[100:]

    assert parts.first(start).payloads == (start,)
    assert parts.more(rest).trouble is not None
    assert parts.first(start).payloads == ()
    assert parts.more(rest).payloads == (WHOLE,)


@pytest.mark.parametrize("length", [100, 250])
def test_a_payload_that_never_ends_is_given_up(length: int) -> None:
    parts = Reassembler(MOTION, sized=True)
    parts.first(b"\0")
    trouble = [parts.more(bytes(length)).trouble for _ in range(MOST_BYTES // length + 2)]

    assert any("longer than" in each for each in trouble if each)
