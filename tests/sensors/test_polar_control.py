from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.sensors import examples, notes
from tracker.domain import Notification, SensorError
from tracker.sensors.base import (
    Attempt,
    Decide,
    Expect,
    MalformedError,
    Pause,
    Read,
    Step,
    Subscribe,
    Unsubscribe,
    Write,
)
from tracker.sensors.polar.protocol import (
    CONTROL_UUID,
    DATA_UUID,
    START,
    STOP,
    VALUES,
    Measurement,
    Op,
    Setting,
    Status,
    chosen,
    command,
    decode_features,
    decode_reply,
    decode_settings,
    encode_settings,
)

if TYPE_CHECKING:
    from collections.abc import Mapping


NOTE = "04-polar.md"


H10 = {
    "features": "0f05",
    "0102": "f001020000 000419003200 6400c800 01011000 0203020004000800",
}


VERITY = {
    "features": "0f6e02",
    "0105": "f001050000 00051a00340068 00d000a001 01011000 0204fa00f401e803d007 040103",
    "0102": "f001020000 00051a00340068 00d000a001 01011000 02040200040008001000 040103",
}


class Sensor:
    """Answers what the script asks, as the sensors' answers are known."""

    def __init__(self, answers: Mapping[str, str | list[str]]) -> None:
        self.answers = dict(answers)
        self.written: list[str] = []
        self.subscribed: list[str] = []
        self.heard: list[Notification] = []

    def say(self, text: str) -> None:
        self.heard.append(Notification(len(self.heard), CONTROL_UUID, bytes.fromhex(text)))

    def run(self, steps: tuple[Step, ...]) -> bool:
        """Run steps; return whether none failed."""
        for step in steps:
            match step:
                case Read():
                    self.say(str(self.answers["features"]))
                case Write(channel, data, _):
                    assert channel == CONTROL_UUID
                    self.written.append(data.hex())
                    answers = self.answers.get(data.hex()[:4], f"f0{data.hex()[:4]}0000")
                    for each in [answers] if isinstance(answers, str) else answers:
                        if each:
                            self.say(each)
                case Expect(_, prefix, _, _):
                    if not any(each.data.startswith(prefix) for each in self.heard):
                        return False
                case Subscribe(channel):
                    self.subscribed.append(channel)
                case Attempt(inner, otherwise):
                    if not self.run(inner):
                        assert self.run(otherwise)
                case Decide(decided):
                    assert self.run(decided(tuple(self.heard)))
                case Pause():
                    pass
                case other:
                    raise AssertionError(other)
        return True


def started(answers: Mapping[str, str | list[str]]) -> Sensor:
    sensor = Sensor(answers)
    assert sensor.run(START)
    return sensor


@pytest.mark.parametrize("block", examples.blocks(NOTE, "command"), ids=examples.titles)
def test_a_start_is_written_as_in_real_traffic(block: dict[str, Any]) -> None:
    settings = encode_settings(named(block["chosen"]))

    data = command(Op.START, Measurement[block["measurement"]], settings)

    assert data == bytes.fromhex(block["hex"])


def test_an_h10_is_asked_for_acceleration_alone() -> None:
    sensor = started(H10)

    assert sensor.subscribed == [CONTROL_UUID, DATA_UUID]
    assert sensor.written == [
        "0305",
        "0302",
        "0102",
        "0202" + "00016400" + "01011000" + "02010800",
    ]


def test_a_verity_sense_is_put_into_sdk_mode_and_starts_both() -> None:
    sensor = started(VERITY)

    assert sensor.written == [
        "0305",
        "0302",
        "0209",
        "0105",
        "0205" + "00016800" + "01011000" + "0201e803" + "040103",
        "0102",
        "0202" + "00016800" + "01011000" + "02010800" + "040103",
    ]


def test_without_sdk_mode_what_is_offered_is_taken() -> None:
    plain = {
        "features": "0f6e02",
        "0209": "f002090300",
        "0105": "f001050000 00013400 01011000 0201d007 040103",
        "0102": "f001020000 00013400 01011000 02010800 040103",
    }

    assert started(plain).written[-1] == "0202000134000101100002010800040103"


def test_settings_in_several_answers_are_put_together() -> None:
    split: dict[str, str | list[str]] = {
        **H10,
        "0102": ["f001020001 0004190032006400c800", "f001020000 01011000 0203020004000800"],
    }

    assert started(split).written[-1] == "0202" + "00016400" + "01011000" + "02010800"


def test_the_rest_of_an_answer_is_waited_for() -> None:
    class Late(Sensor):
        """Sends the second answer while the script pauses."""

        def run(self, steps: tuple[Step, ...]) -> bool:
            for step in steps:
                if isinstance(step, Pause):
                    self.say("f001020000 01011000 0203020004000800")
                assert super().run((step,))
            return True

    sensor = Late({**H10, "0102": "f001020001 0004190032006400c800"})

    assert sensor.run(START)
    assert sensor.written[-1] == "0202" + "00016400" + "01011000" + "02010800"


@pytest.mark.parametrize("refusal", [{"0105": "f001050300"}, {"0205": "f002050800"}, {"0105": ""}])
def test_acceleration_goes_on_without_angular_rate(refusal: dict[str, str]) -> None:
    sensor = started({**VERITY, **refusal})

    assert sensor.written[-1].startswith("0202")


def test_a_stream_that_runs_already_is_no_error() -> None:
    assert started({**H10, "0202": "f002020600"}).written


@pytest.mark.parametrize(
    ("answers", "message"),
    [
        ({**H10, "0202": "f002020a00"}, "status 10, invalid mtu"),
        ({**H10, "0202": "f002020d00"}, "in charger.*\n.*charger"),
        ({**H10, "0202": "f002026300"}, "status 99"),
        ({**H10, "0102": "f001020000 0701"}, "invalid parameter"),
        ({**H10, "0202": ""}, "did not reply"),
        ({"features": "0f0100"}, "does not stream acceleration"),
        ({"features": "00"}, "does not stream acceleration"),
    ],
)
def test_a_sensor_that_will_not_stream_says_why(answers: dict[str, str], message: str) -> None:
    with pytest.raises(SensorError, match=message):
        started(answers)


def test_the_stop_ends_all_that_was_started() -> None:
    assert (
        Write(CONTROL_UUID, bytes.fromhex("0305")),
        Write(CONTROL_UUID, bytes.fromhex("0302")),
        Write(CONTROL_UUID, bytes.fromhex("0309")),
        Unsubscribe(DATA_UUID),
        Unsubscribe(CONTROL_UUID),
    ) == STOP


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
    assert bits == {each.name: each.value for each in Measurement}


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
