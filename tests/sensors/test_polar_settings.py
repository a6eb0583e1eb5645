from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.sensors import examples, notes
from tracker.sensors.base import MalformedError
from tracker.sensors.polar.control import (
    FEATURE_BITS,
    VALUES,
    Op,
    Setting,
    Status,
    chosen,
    decode_features,
    decode_reply,
    decode_settings,
    encode_settings,
)
from tracker.sensors.polar.packets import Measurement

NOTE = "04-polar.md"
CODES = {"u16": "<H", "i32": "<i", "u8": "<B", "f32": "<f", "16 bytes": "<16s"}


def named(settings: dict[str, Any]) -> dict[Setting, Any]:
    return {Setting[name.upper()]: value for name, value in settings.items()}


def test_the_numbers_are_those_of_the_note() -> None:
    ops = {row[0]: int(row[1]) for row in notes.table(NOTE, "Control", "op")}
    statuses = {row[0]: int(row[1]) for row in notes.table(NOTE, "Control", "status")}
    settings = {row[0]: int(row[1]) for row in notes.table(NOTE, "Settings", "setting")}
    bits = {row[0]: int(row[2]) for row in notes.table(NOTE, "Features", "measurement")}

    assert ops == {each.name: each.value for each in Op}
    assert statuses == {each.name: each.value for each in Status}
    assert settings == {each.name: each.value for each in Setting}
    assert bits == {each.name: bit for each, bit in FEATURE_BITS.items()}


def test_values_are_stored_as_the_note_says() -> None:
    for name, _number, kind, _meaning in notes.table(NOTE, "Settings", "setting"):
        assert VALUES[Setting[name]].format == CODES[kind]


@pytest.mark.parametrize("block", examples.blocks(NOTE, "settings"), ids=examples.titles)
def test_settings_are_read_and_written_as_third_parties_do(block: dict[str, Any]) -> None:
    data = (
        encode_settings(named(block["chosen"]))
        if "chosen" in block
        else bytes.fromhex(block["hex"])
    )

    assert {name: list(values) for name, values in decode_settings(data).items()} == named(
        block["offered"]
    )


@pytest.mark.parametrize("block", examples.blocks(NOTE, "reply"), ids=examples.titles)
def test_replies_are_read_as_third_parties_read_them(block: dict[str, Any]) -> None:
    reply = decode_reply(bytes.fromhex(block["hex"]))

    assert reply is not None
    assert (reply.op, reply.measurement) == (block["op"], block["measurement"])
    assert Status(reply.status).name == block["status"]
    assert not reply.more
    if "parameters" in block:
        assert reply.parameters.hex() == block["parameters"]
    if "factor" in block:
        assert decode_settings(reply.parameters) == {Setting.FACTOR: (block["factor"],)}


@pytest.mark.parametrize("block", examples.blocks(NOTE, "features"), ids=examples.titles)
def test_features_are_read_as_third_parties_read_them(block: dict[str, Any]) -> None:
    features = decode_features(bytes.fromhex(block["hex"]))

    for name, present in block["features"].items():
        assert (Measurement[name] in features) is present


def test_a_verity_sense_has_a_gyroscope_and_sdk_mode() -> None:
    features = decode_features(bytes.fromhex("0f6e02"))

    assert {Measurement.ACC, Measurement.GYRO, Measurement.MAG, Measurement.SDK_MODE} <= features
    assert Measurement.ECG not in features


@pytest.mark.parametrize("data", [b"", b"\x0f", b"\xf0\x01\x02\x00\x00"])
def test_what_lists_no_features_has_none(data: bytes) -> None:
    assert decode_features(data) == frozenset()


@pytest.mark.parametrize("data", [b"", b"\xf0", b"\xf0\x02\x05", b"\x01\x02\x03\x04\x05"])
def test_what_is_no_reply_is_none(data: bytes) -> None:
    assert decode_reply(data) is None


@pytest.mark.parametrize("data", ["07010000", "00", "000134", "0002340068", "ffffff"])
def test_settings_that_do_not_fit_are_refused(data: str) -> None:
    with pytest.raises(MalformedError):
        decode_settings(bytes.fromhex(data))


@given(st.binary(max_size=40))
def test_any_bytes_are_settings_or_refused(data: bytes) -> None:
    try:
        settings = decode_settings(data)
    except MalformedError:
        return
    assert len(settings) <= len(Setting)
    chosen(Measurement.ACC, settings)


@pytest.mark.parametrize(
    ("measurement", "rates", "ranges", "expected"),
    [
        (Measurement.ACC, (25, 50, 100, 200), (2, 4, 8), (100, 8)),
        (Measurement.ACC, (26, 52, 104, 208, 416), (2, 4, 8, 16), (104, 8)),
        (Measurement.ACC, (52,), (2, 4), (52, 4)),
        (Measurement.GYRO, (26, 52, 104, 208, 416), (250, 500, 1000, 2000), (104, 1000)),
        (Measurement.GYRO, (52,), (2000,), (52, 2000)),
    ],
)
def test_the_choice_is_near_104_hz_with_room_above_the_movement(
    measurement: Measurement,
    rates: tuple[int, ...],
    ranges: tuple[int, ...],
    expected: tuple[int, int],
) -> None:
    offered = {
        Setting.SAMPLE_RATE: rates,
        Setting.RESOLUTION: (16,),
        Setting.RANGE: ranges,
        Setting.CHANNELS: (3,),
        Setting.FACTOR: (0.07,),
    }

    choice = chosen(measurement, offered)

    assert (choice[Setting.SAMPLE_RATE], choice[Setting.RANGE]) == expected
    assert choice.keys() == offered.keys() - {Setting.FACTOR}
