from __future__ import annotations

import struct
from itertools import pairwise
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.sensors import examples, notes
from tests.sensors.encoders import encode_reply, encode_witmotion
from tracker.domain import Fault, Frame, Notification, SensorError, TrackerError, UnknownNameError
from tracker.domain.units import NS_PER_S, RADPS_PER_DPS, STANDARD_GRAVITY_MPS2, ns_from_s
from tracker.sensors import identify, identify_connected
from tracker.sensors import witmotion as wire
from tracker.sensors.base import (
    Advertisement,
    ClockKind,
    Decide,
    Expect,
    Pause,
    Subscribe,
    Unsubscribe,
    Where,
    Write,
)
from tracker.sensors.witmotion import (
    CELL_PERCENT,
    CELL_V,
    COLUMNS,
    COMMAND_GAP_S,
    COUNT,
    COUNTS_PER_RANGE,
    DUAL_NOTIFY_UUID,
    DUAL_SERVICE_UUID,
    DUAL_WRITE_UUID,
    LEAST_SHARE,
    NOTIFY_UUID,
    REPLY,
    REPLY_LAYOUT,
    REQUESTED_HZ,
    SAMPLE,
    SAVE,
    SERVICE_UUID,
    SLOWEST_HZ,
    STALE_NS,
    UNLOCK,
    WITMOTION,
    WRITE_UUID,
    FrameSplitter,
    RegisterReply,
    Scale,
    WitMotionDecoder,
    battery_percent,
    decode_reply,
    measured_rate_hz,
    read_command,
    write_command,
)

if TYPE_CHECKING:
    from tracker.sensors.base import Inquiry

START, STOP = WITMOTION.start, WITMOTION.stop
BATTERY = cast("Inquiry[int]", WITMOTION.battery)
VERSION = cast("Inquiry[str]", WITMOTION.firmware)

NOTE = "02-witmotion.md"


FLAT = np.array([[0.0, 0.0, STANDARD_GRAVITY_MPS2]])


STILL = np.zeros((1, 3))


FRAME = encode_witmotion(FLAT, STILL)


REPLY_FRAME = encode_reply(RegisterReply(0x64, (401,)))


def samples_of(results: tuple[Frame | Fault, ...]) -> int:
    return sum(len(result.acc_mps2) for result in results if isinstance(result, Frame))


@pytest.mark.parametrize("example", notes.examples(NOTE), ids=lambda example: example["title"])
def test_the_examples_of_the_note_come_out_as_it_says(example: dict[str, Any]) -> None:
    stated = sum(len(step["frame"]["acc_g"]) for step in example["feed"] if "frame" in step)

    assert examples.play(WITMOTION, example) == stated
    assert example["source"]


def test_a_frame_without_a_name_is_known_for_vibration_by_its_length() -> None:
    (vibration,) = (
        example for example in notes.examples(NOTE) if example["title"].startswith("WTVB")
    )
    (step,) = vibration["feed"]

    (fault,) = WITMOTION.decoder({}).feed(notes.notification(step, dict(WITMOTION.channels)))

    assert isinstance(fault, Fault)
    assert fault.reason.value in step["faults"]


acc = st.lists(st.tuples(*[st.floats(-156.0, 156.0)] * 3), min_size=1, max_size=12)


@given(acc, st.data())
def test_what_was_encoded_comes_back_to_half_a_count(
    rows: list[tuple[float, float, float]], data: st.DataObject
) -> None:
    acc_mps2 = np.array(rows)
    gyro_radps = data.draw(st.floats(-34.0, 34.0)) * np.ones_like(acc_mps2)

    results = WitMotionDecoder().feed(
        Notification(5 * NS_PER_S, NOTIFY_UUID, encode_witmotion(acc_mps2, gyro_radps))
    )

    (frame,) = results
    assert isinstance(frame, Frame)
    assert frame.gyro_radps is not None
    half = 0.5 + 1e-9
    np.testing.assert_allclose(
        frame.acc_mps2, acc_mps2, rtol=0, atol=half * 16 * STANDARD_GRAVITY_MPS2 / 32768
    )
    np.testing.assert_allclose(
        frame.gyro_radps, gyro_radps, rtol=0, atol=half * 2000 * RADPS_PER_DPS / 32768
    )
    assert (frame.stamps_s, frame.received_s, frame.saturated) == (None, 5.0, False)


def test_the_end_of_the_range_is_saturated_and_never_wraps() -> None:
    hard = np.array([[0.0, 0.0, 400.0]])

    (frame,) = WitMotionDecoder().feed(Notification(0, NOTIFY_UUID, encode_witmotion(hard, STILL)))

    assert isinstance(frame, Frame)
    assert frame.saturated
    assert frame.acc_mps2[0, 2] == pytest.approx(16 * STANDARD_GRAVITY_MPS2, rel=1e-4)


@given(st.data())
def test_samples_do_not_depend_on_how_the_stream_was_cut(data: st.DataObject) -> None:
    rng = np.random.default_rng(data.draw(st.integers(0, 1000)))
    parts = []
    for number in range(12):
        spread = rng.normal(0, 5.0, (1, 3))
        parts.append(encode_witmotion(FLAT + spread, spread / 10.0, spread))
        if number % 5 == 3:
            parts.append(REPLY_FRAME)
    stream = b"".join(parts)
    cuts = sorted(data.draw(st.sets(st.integers(0, len(stream)), max_size=20)))
    pieces = [stream[a:b] for a, b in zip((0, *cuts), (*cuts, len(stream)), strict=True) if a < b]
    decoder = WitMotionDecoder()

    results = [decoder.feed(Notification(0, NOTIFY_UUID, piece)) for piece in pieces]

    frames = [result for each in results for result in each if isinstance(result, Frame)]
    assert not any(examples.reasons(each) for each in results)
    (whole,) = WitMotionDecoder().feed(Notification(0, NOTIFY_UUID, stream))
    assert isinstance(whole, Frame)
    np.testing.assert_array_equal(
        np.concatenate([frame.acc_mps2 for frame in frames]), whole.acc_mps2
    )


def test_a_piece_that_is_lost_costs_the_frames_that_it_touched_and_no_more() -> None:
    decoder = WitMotionDecoder()
    pieces = [FRAME + FRAME[:9], FRAME[4:] + FRAME, FRAME * 2]

    results = [decoder.feed(Notification(0, NOTIFY_UUID, piece)) for piece in pieces]

    assert [samples_of(each) for each in results] == [1, 1, 2]
    assert [examples.reasons(each) for each in results] == [[], ["format"], []]


def test_a_stream_that_starts_inside_a_frame_cannot_lock_on_to_an_angle() -> None:
    """A heading of 0x6155 looks like the start of a frame, for as long as it stays."""
    heading_deg = np.array([[0.0, 0.0, 0x6155 * 180.0 / 32768]])
    sample = encode_witmotion(FLAT, STILL, heading_deg)
    assert sample.endswith(b"\x55\x61")
    decoder = WitMotionDecoder()

    results = [
        decoder.feed(Notification(0, NOTIFY_UUID, piece))
        for piece in (sample[5:], sample * 2, sample)
    ]

    frames = [result for each in results[1:] for result in each if isinstance(result, Frame)]
    assert [len(frame.acc_mps2) for frame in frames] == [2, 1]
    for frame in frames:
        np.testing.assert_allclose(frame.acc_mps2[:, 2], STANDARD_GRAVITY_MPS2)


def test_what_was_left_over_before_a_silence_is_forgotten() -> None:
    decoder = WitMotionDecoder()
    decoder.feed(Notification(0, NOTIFY_UUID, FRAME[:10]))

    results = decoder.feed(Notification(STALE_NS + 1, NOTIFY_UUID, FRAME[10:]))

    assert samples_of(results) == 0
    assert examples.reasons(results) == ["format"]


def test_replies_alone_say_nothing() -> None:
    assert WitMotionDecoder().feed(Notification(0, NOTIFY_UUID, REPLY_FRAME)) == ()


def test_both_pairs_of_characteristics_are_understood() -> None:
    for channel in (NOTIFY_UUID, DUAL_NOTIFY_UUID):
        assert samples_of(WitMotionDecoder().feed(Notification(0, channel, FRAME))) == 1


def test_ranges_of_a_sensor_that_was_set_otherwise_can_be_given() -> None:
    decoder = WITMOTION.decoder({"acc_range_g": "8", "gyro_range_dps": "1000"})

    (frame,) = decoder.feed(Notification(0, NOTIFY_UUID, FRAME))

    assert isinstance(frame, Frame)
    assert frame.acc_mps2[0, 2] == pytest.approx(STANDARD_GRAVITY_MPS2 / 2)


def test_settings_that_are_unknown_or_no_numbers_are_refused() -> None:
    with pytest.raises(UnknownNameError, match="witmotion setting 'range_g'"):
        WITMOTION.decoder({"range_g": "8"})
    with pytest.raises(TrackerError, match="whole number, got 'eight'"):
        WITMOTION.decoder({"acc_range_g": "eight"})


@pytest.mark.parametrize("name", ["WT901BLE68", "wt901ble67", "WTSDCL"])
def test_a_sensor_is_recognised_by_its_name(name: str) -> None:
    assert identify(Advertisement(name)) is WITMOTION


def test_a_sensor_is_recognised_by_a_service_on_the_right_base() -> None:
    assert identify(Advertisement("Hip", (SERVICE_UUID.upper(),))) is WITMOTION
    assert identify(Advertisement("Hip", ("0000ffe5-0000-1000-8000-00805f9b34fb",))) is None


@pytest.mark.parametrize("service", [SERVICE_UUID, DUAL_SERVICE_UUID])
def test_either_service_decides_after_connecting(service: str) -> None:
    assert identify_connected(Advertisement("my sensor"), (service,)) is WITMOTION


def test_a_vibration_sensor_is_refused_in_words() -> None:
    vibration = Advertisement("WTVB01-BT50", (SERVICE_UUID,))

    assert identify(vibration) is None
    assert "vibration" in (WITMOTION.refuses(vibration) or "")
    assert WITMOTION.refuses(Advertisement("WT901BLE68")) is None


def test_time_is_left_to_the_arrivals() -> None:
    assert WITMOTION.clock is ClockKind.NONE


STEPS = [step for example in notes.examples(NOTE) for step in example["feed"]]


def frames_of(step: dict[str, Any], kind: int) -> list[bytes]:
    frames, _ = FrameSplitter().feed(bytes.fromhex(step["hex"]))
    return [frame for frame in frames if frame[1] == kind]


def test_the_ids_are_those_of_the_note() -> None:
    for name, uuid, _properties in notes.table(NOTE, "GATT table", "name"):
        assert getattr(wire, f"{name.upper()}_UUID") == uuid


def test_the_layouts_are_those_of_the_note() -> None:
    sample, sample_offsets = notes.layout(NOTE, "Sample")
    reply, reply_offsets = notes.layout(NOTE, "Register reply")

    assert sample == "<BB" + "h" * COLUMNS
    assert sample_offsets == [0, 1, 2, 8, 14]
    assert struct.calcsize(reply) == REPLY_LAYOUT.size == wire.FRAME_BYTES
    assert reply == "<BBHhhhhhhhh"
    assert reply_offsets == [0, 1, 2, 4]


def test_the_ranges_are_those_of_the_note() -> None:
    meanings = {row[2]: row[3] for row in notes.table(NOTE, "Sample", "offset")}

    assert meanings["acc"].endswith(f"{Scale().acc_range_g:.0f} g")
    assert meanings["gyro"].endswith(f"{Scale().gyro_range_dps:.0f} degrees/s")


@pytest.mark.parametrize("step", [step for step in STEPS if "angle_deg" in step])
def test_angles_are_where_the_note_says(step: dict[str, Any]) -> None:
    (frame,) = frames_of(step, SAMPLE)
    counts = np.frombuffer(frame[14:], COUNT)

    np.testing.assert_allclose(
        counts * 180.0 / COUNTS_PER_RANGE,
        step["angle_deg"][0],
        atol=step["frame"].get("tolerance", 1e-9),
    )


@pytest.mark.parametrize("step", [step for step in STEPS if "reply" in step])
def test_replies_are_read_as_the_note_says(step: dict[str, Any]) -> None:
    stated = step["reply"]
    (frame,) = frames_of(step, REPLY) or [bytes.fromhex(step["hex"])[13:33]]

    reply = decode_reply(frame)

    assert reply.register == stated["register"]
    if "words" in stated:
        assert list(reply.words[: len(stated["words"])]) == stated["words"]
    else:
        fractions = np.array(reply.words[: len(stated["fractions"])]) / COUNTS_PER_RANGE
        np.testing.assert_allclose(fractions, stated["fractions"], atol=stated["tolerance"])
    assert encode_reply(reply) == frame


def test_a_reply_with_fewer_registers_is_filled_up() -> None:
    assert decode_reply(encode_reply(RegisterReply(0x2E, (7,)))).words == (7, 0, 0, 0, 0, 0, 0, 0)


VALUES = {
    "save": (0x00, 0x0000),
    "restore defaults": (0x00, 0x0001),
    "accelerometer calibration": (0x01, 0x0001),
    "magnetic calibration start": (0x01, 0x0007),
    "quit calibration": (0x01, 0x0000),
    "rate 10 Hz": (wire.RATE_REGISTER, 0x06),
    "rate 50 Hz": (wire.RATE_REGISTER, 0x08),
    "rate 100 Hz": (wire.RATE_REGISTER, wire.RATE_100_HZ),
    "bandwidth 44 Hz": (wire.BANDWIDTH_REGISTER, wire.BANDWIDTH_44_HZ),
}


READS = {
    "read magnetic field": 0x3A,
    "read quaternion": 0x51,
    "read temperature": 0x40,
    "read battery": wire.BATTERY_REGISTER,
    "read version": wire.VERSION_REGISTER,
}


def test_the_commands_are_those_of_the_note() -> None:
    stated = {row[0]: bytes.fromhex(row[1]) for row in notes.table(NOTE, "Commands", "command")}

    assert stated == {
        "unlock": wire.UNLOCK,
        **{name: write_command(*change) for name, change in VALUES.items()},
        **{name: read_command(register) for name, register in READS.items()},
    }
    assert stated["save"] == wire.SAVE


def test_no_bytes_of_any_kind_grow_the_splitter() -> None:
    rng = np.random.default_rng(3)
    splitter = FrameSplitter()
    for _ in range(300):
        splitter.feed(
            rng.choice([0x55, 0x61, 0x71, 0x00], rng.integers(0, 80)).astype("u1").tobytes()
        )

        assert splitter.drop_rest() < wire.FRAME_BYTES


def test_every_byte_is_in_a_frame_skipped_or_waiting() -> None:
    rng = np.random.default_rng(4)
    stream = rng.choice([0x55, 0x61, 0x71, 0x00], 5000).astype("u1").tobytes()
    splitter = FrameSplitter()
    accounted = 0
    for at in range(0, len(stream), 37):
        frames, skipped = splitter.feed(stream[at : at + 37])
        accounted += sum(map(len, frames)) + skipped

    assert accounted + splitter.drop_rest() == len(stream)


def test_samples_are_encoded_one_behind_the_other() -> None:
    acc = np.array([[0.0, 0.0, 9.80665], [9.80665, 0.0, 0.0]])
    data = encode_witmotion(acc, np.zeros((2, 3)))

    assert data.hex() == (
        "5561 0000 0000 0008 0000 0000 0000 0000 0000 0000"
        "5561 0008 0000 0000 0000 0000 0000 0000 0000 0000"
    ).replace(" ", "")


def streamed(rate_hz: float, seconds: float = 2.0, together: int = 2) -> list[Notification]:
    """Return what a sensor would send, `together` samples a notification."""
    data = encode_witmotion(np.repeat(FLAT, together, axis=0), np.zeros((together, 3)))
    return [
        Notification(ns_from_s(number * together / rate_hz), NOTIFY_UUID, data)
        for number in range(int(seconds * rate_hz / together))
    ]


def test_the_start_raises_the_rate_in_commands_with_time_between_them() -> None:
    (where,) = START
    assert isinstance(where, Where)
    assert where.channel == NOTIFY_UUID
    for steps, notify, write in (
        (where.steps, NOTIFY_UUID, WRITE_UUID),
        (where.otherwise, DUAL_NOTIFY_UUID, DUAL_WRITE_UUID),
    ):
        assert steps[0] == Subscribe(notify)
        writes = [step for step in steps if isinstance(step, Write)]
        assert [step.data for step in writes] == [
            UNLOCK,
            bytes.fromhex("ff aa 03 09 00"),
            bytes.fromhex("ff aa 1f 03 00"),
        ]
        assert {step.channel for step in writes} == {write}
        for step, after in pairwise(steps):
            assert not isinstance(step, Write) or after == Pause(COMMAND_GAP_S)
        assert isinstance(steps[-2], Pause)
        assert isinstance(steps[-1], Decide)


def check_of(rate_hz: float) -> tuple[object, ...]:
    (where,) = START
    assert isinstance(where, Where)
    decide = where.steps[-1]
    assert isinstance(decide, Decide)
    return decide.steps(streamed(rate_hz))


@pytest.mark.parametrize("rate_hz", [LEAST_SHARE * REQUESTED_HZ + 1, 99.3, 100.0, 198.6])
def test_a_rate_that_is_heeded_is_not_saved(rate_hz: float) -> None:
    assert check_of(rate_hz) == ()


@pytest.mark.parametrize("rate_hz", [10.0, 50.0, LEAST_SHARE * REQUESTED_HZ - 1])
def test_a_rate_that_is_not_heeded_is_set_again_and_saved(rate_hz: float) -> None:
    again = check_of(rate_hz)

    assert Write(WRITE_UUID, SAVE) in again
    assert isinstance(again[-1], Decide)


def test_a_sensor_that_stays_slow_is_given_up_in_words() -> None:
    again = check_of(10.0)
    decide = again[-1]
    assert isinstance(decide, Decide)

    assert decide.steps(streamed(SLOWEST_HZ + 5.0)) == ()
    with pytest.raises(SensorError, match="100 samples a second but sends 10"):
        decide.steps(streamed(10.0))
    with pytest.raises(SensorError, match="sends 0"):
        decide.steps(())


@pytest.mark.parametrize("rate_hz", [10.0, 49.7, 100.0, 198.6])
@pytest.mark.parametrize("together", [1, 3, 8])
def test_the_rate_is_measured_from_what_was_heard(rate_hz: float, together: int) -> None:
    heard = streamed(rate_hz, 5.0, together)

    assert measured_rate_hz(heard, NOTIFY_UUID) == pytest.approx(rate_hz, rel=0.01)
    assert measured_rate_hz(heard, DUAL_NOTIFY_UUID) == 0.0


def test_only_the_last_second_and_a_half_is_measured() -> None:
    slow = streamed(10.0, 4.0)
    fast = [
        Notification(each.received_ns + 4 * NS_PER_S, each.channel, each.data)
        for each in streamed(100.0)
    ]

    assert measured_rate_hz(slow + fast, NOTIFY_UUID) == pytest.approx(100.0, rel=0.01)


def test_the_battery_table_is_that_of_the_note() -> None:
    rows = notes.table(NOTE, "Battery", "volts")

    assert tuple(float(volts) for volts, _ in rows) == CELL_V
    assert tuple(float(percent) for _, percent in rows) == CELL_PERCENT
    for volts, percent in rows:
        assert battery_percent(float(volts)) == int(percent)


@pytest.mark.parametrize(
    ("volts", "percent"),
    [
        (0.0, None),
        (2.4, None),
        (3.1, 0),
        (4.2, 100),
        (5.5, 100),
        (6.5, 0),
        (8.8, 100),
        (12.0, None),
    ],
)
def test_voltages_outside_of_the_table(volts: float, percent: int | None) -> None:
    assert battery_percent(volts) == percent


def test_the_battery_is_asked_for_and_read_among_samples() -> None:
    (where,) = BATTERY.steps
    assert isinstance(where, Where)
    ask, wait = where.steps
    assert ask == Write(WRITE_UUID, read_command(0x64))
    assert isinstance(wait, Expect)
    reply = encode_reply(RegisterReply(0x64, (382,)))
    mixed = Notification(0, NOTIFY_UUID, streamed(100.0)[0].data + reply)
    assert wait.anywhere
    assert wait.prefix in mixed.data

    assert BATTERY.answer((mixed, *streamed(100.0))) == 50
    assert BATTERY.answer(streamed(100.0)) is None


def test_the_newest_reply_counts_and_others_are_passed_over() -> None:
    replies = [
        Notification(0, DUAL_NOTIFY_UUID, encode_reply(RegisterReply(register, (word,))))
        for register, word in ((0x64, 399), (0x64, 373), (0x2E, 0x64))
    ]

    assert BATTERY.answer(replies) == 20
    assert VERSION.answer(replies) == "100"
    assert VERSION.answer(replies[:2]) is None


def test_the_stop_ends_the_notifications() -> None:
    assert (
        Where(NOTIFY_UUID, (Unsubscribe(NOTIFY_UUID),), (Unsubscribe(DUAL_NOTIFY_UUID),)),
    ) == STOP
