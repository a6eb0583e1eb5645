from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.sensors import examples, notes
from tests.sensors.encoders import encode_movesense, encode_movesense_parts
from tracker.domain import FaultReason
from tracker.sensors import movesense as wire
from tracker.sensors.base import BATTERY_LEVEL_UUID, MalformedError
from tracker.sensors.movesense import (
    ARRAYS,
    MOST_BYTES,
    PAYLOAD_SAMPLES,
    STAMP,
    Command,
    Message,
    Reassembler,
    Resource,
    decode_payload,
    decode_status,
    encode_path,
    request,
)

NOTE = "03-movesense.md"


def test_the_ids_are_those_of_the_note() -> None:
    assert {row[0]: row[1] for row in notes.table(NOTE, "GATT table", "name")} == {
        "service": wire.SERVICE_UUID,
        "write": wire.WRITE_UUID,
        "notify": wire.NOTIFY_UUID,
        "battery": BATTERY_LEVEL_UUID,
    }


def test_commands_and_answers_are_those_of_the_note() -> None:
    commands = {row[0]: int(row[1]) for row in notes.table(NOTE, "Commands", "command")}
    answers = {row[0]: int(row[1]) for row in notes.table(NOTE, "Answers", "answer")}

    assert commands == {command.name: command.value for command in Command}
    assert answers == {answer.name: answer.value for answer in Message}


def test_payloads_are_laid_out_as_in_the_note() -> None:
    stamp, offsets = notes.layout(NOTE, "Payload")
    resources = {
        row[0]: tuple(row[1].split(", ")) for row in notes.table(NOTE, "Payload", "resource")
    }
    sizes = {int(rate): int(n) for rate, n in notes.table(NOTE, "Payload", "rate_hz")}

    assert (stamp, offsets) == (STAMP.format, [0])
    assert resources == ARRAYS
    assert sizes == PAYLOAD_SAMPLES


@pytest.mark.parametrize("block", examples.blocks(NOTE, "payload"), ids=examples.titles)
def test_signals_of_one_kind_are_read_as_the_vendor_s_tool_does(block: dict[str, Any]) -> None:
    resource = Resource.parse(block["path"])

    time_ms, signals = decode_payload(bytes.fromhex(block["hex"]), resource)

    assert time_ms == block["time_ms"]
    assert signals.keys() == block.keys() & {"acc", "gyro", "magn"}
    for name, values in signals.items():
        np.testing.assert_allclose(values, block[name], atol=block["tolerance"])
    assert encode_movesense(time_ms, list(signals.values())).hex() == block["hex"].replace(
        " ", ""
    ).replace("\n", "")


@pytest.mark.parametrize("block", examples.blocks(NOTE, "command"), ids=examples.titles)
def test_commands_are_written_as_third_parties_write_them(block: dict[str, Any]) -> None:
    names = {"PUT_SYSTEMMODE": "PUT_SYSTEM_MODE"}
    command = Command[names.get(block["command"], block["command"])]
    payload = encode_path(block["path"]) if "path" in block else b""
    payload += bytes([block["mode"]]) if "mode" in block else b""

    assert request(command, block["ref"], payload).data == bytes.fromhex(block["hex"])


@pytest.mark.parametrize("block", examples.blocks(NOTE, "status"), ids=examples.titles)
def test_statuses_are_read_as_third_parties_read_them(block: dict[str, Any]) -> None:
    data = bytes.fromhex(block["hex"])
    if "fault" in block:
        with pytest.raises(MalformedError) as caught:
            decode_status(data)
        assert caught.value.reason.value == block["fault"]
    else:
        assert decode_status(data) == (block["status"], bytes.fromhex(block["data"]))


@pytest.mark.parametrize(
    ("path", "name", "rate_hz"),
    [("/Meas/IMU6/104", "IMU6", 104), ("Meas/Acc/52", "Acc", 52), ("/Meas/IMU6m/13", "IMU6m", 13)],
)
def test_a_path_names_a_resource(path: str, name: str, rate_hz: int) -> None:
    resource = Resource.parse(path)

    assert (resource.name, resource.rate_hz) == (name, rate_hz)
    assert resource.path == "/" + path.lstrip("/")


@pytest.mark.parametrize(
    "path",
    ["", "/Meas", "/Meas/ECG/200/mV", "/Meas/HR", "/Meas/Acc/fast", "/Meas/Acc/0", "/a/Acc/1"],
)
def test_a_path_to_something_else_is_refused(path: str) -> None:
    with pytest.raises(ValueError, match="expected"):
        Resource.parse(path)


def test_the_length_of_a_payload_is_known_for_rates_that_were_measured() -> None:
    assert Resource("IMU6", 104).payload_bytes == 196
    assert Resource("IMU9", 52).payload_bytes == 148
    assert Resource("Acc", 416).payload_bytes is None


@given(
    st.sampled_from(sorted(ARRAYS)),
    st.integers(1, 20),
    st.integers(0, 1 << 34),
    st.integers(0, 1000),
)
def test_what_was_encoded_comes_back(name: str, n: int, time_ms: int, seed: int) -> None:
    signals = [
        np.random.default_rng(seed + number).normal(0, 10, (n, 3))
        for number in range(len(ARRAYS[name]))
    ]

    read_ms, read_signals = decode_payload(encode_movesense(time_ms, signals), Resource(name, 104))

    assert read_ms == time_ms % (1 << 32)
    for signal, read in zip(signals, read_signals.values(), strict=True):
        np.testing.assert_allclose(read, signal, rtol=1e-7)


@pytest.mark.parametrize("length", [0, 3, 4, 5, 27, 29, 147])
def test_a_payload_that_is_no_whole_number_of_samples_is_refused(length: int) -> None:
    with pytest.raises(MalformedError) as caught:
        decode_payload(bytes(length), Resource("IMU6", 104))

    assert caught.value.reason is FaultReason.LENGTH


def test_a_payload_is_sent_whole_or_in_parts() -> None:
    payload = bytes(range(100))

    assert encode_movesense_parts(5, payload) == (b"\x02\x05" + payload,)
    assert encode_movesense_parts(5, payload, 100) == (b"\x02\x05" + payload,)
    assert encode_movesense_parts(5, payload, 40) == (
        b"\x02\x05" + payload[:40],
        b"\x03\x05" + payload[40:80],
        b"\x03\x05" + payload[80:],
    )


def test_signals_that_do_not_fit_together_are_refused_by_the_encoder() -> None:
    with pytest.raises(ValueError, match="one shape"):
        encode_movesense(0, [np.zeros((2, 3)), np.zeros((3, 3))])
    with pytest.raises(ValueError, match="one shape"):
        encode_movesense(0, [np.zeros((2, 2))])


MOTION = Resource("IMU6", 104)


WHOLE = bytes(range(196))


"""Eight samples of 24 bytes behind a stamp."""


def joined(parts: Reassembler, notifications: tuple[bytes, ...]) -> list[bytes]:
    payloads: list[bytes] = []
    for data in notifications:
        take = parts.first if data[0] == Message.DATA else parts.more
        got = take(data[2:])
        assert got[1] is None
        payloads += got[0]
    return payloads


@given(st.integers(1, 200))
def test_payloads_cut_anywhere_come_out_whole(room: int) -> None:
    parts = Reassembler(MOTION, sized=True)

    assert joined(parts, encode_movesense_parts(1, WHOLE, room) * 3) == [WHOLE] * 3


def test_the_cut_of_old_firmware_is_never_taken_for_a_whole() -> None:
    for name in ("Acc", "IMU6", "IMU9"):
        parts = Reassembler(Resource(name, 0), sized=False)
        assert parts.first(bytes(150))[0] == ()


def test_a_sensor_that_packs_fewer_samples_is_followed() -> None:
    parts = Reassembler(MOTION, sized=True)
    four = bytes(4 + 4 * 24)

    got = [parts.first(four)[0] for _ in range(4)]

    assert got == [(), (four, four), (four,), (four,)]


def test_a_sensor_that_packs_more_samples_is_followed() -> None:
    parts = Reassembler(MOTION, sized=True)
    sixteen = bytes(4 + 16 * 24)

    assert parts.first(sixteen)[0] == (sixteen,)
    assert parts.first(sixteen[:196])[0] == ()
    assert parts.more(sixteen[196:])[0] == (sixteen,)


def test_a_start_without_its_rest_is_trouble_and_the_next_one_is_fine() -> None:
    parts = Reassembler(MOTION, sized=True)
    parts.first(WHOLE[:150])

    got = parts.first(WHOLE)

    assert got == ((WHOLE,), "a payload ended after 150 bytes, inside a sample")


def test_a_rest_without_its_start_is_trouble() -> None:
    parts = Reassembler(MOTION, sized=True)

    assert "without its start" in (parts.more(WHOLE[150:])[1] or "")
    assert parts.first(WHOLE)[0] == (WHOLE,)


def test_what_seemed_whole_and_was_not_is_learnt_from() -> None:
    parts = Reassembler(MOTION, sized=False)
    start, rest = WHOLE[:100], WHOLE[100:]

    assert parts.first(start)[0] == (start,)
    assert parts.more(rest)[1] is not None
    assert parts.first(start)[0] == ()
    assert parts.more(rest)[0] == (WHOLE,)


@pytest.mark.parametrize("length", [100, 250])
def test_a_payload_that_never_ends_is_given_up(length: int) -> None:
    parts = Reassembler(MOTION, sized=True)
    parts.first(b"\0")
    trouble = [parts.more(bytes(length))[1] for _ in range(MOST_BYTES // length + 2)]

    assert any("longer than" in each for each in trouble if each)
