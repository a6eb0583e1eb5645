from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.sensors import examples, notes
from tests.sensors.encoders import encode_reply, encode_witmotion
from tracker.domain import Fault, Frame, Notification, TrackerError, UnknownNameError
from tracker.domain.units import NS_PER_S, RADPS_PER_DPS, STANDARD_GRAVITY_MPS2
from tracker.sensors import identify, identify_connected
from tracker.sensors.base import Advertisement, ClockKind
from tracker.sensors.witmotion import (
    DUAL_NOTIFY_UUID,
    DUAL_SERVICE_UUID,
    NOTIFY_UUID,
    SERVICE_UUID,
    STALE_NS,
    WITMOTION,
    RegisterReply,
    WitMotionDecoder,
)

NOTE = "02-witmotion.md"
FLAT = np.array([[0.0, 0.0, STANDARD_GRAVITY_MPS2]])
STILL = np.zeros((1, 3))
SAMPLE = encode_witmotion(FLAT, STILL)
REPLY = encode_reply(RegisterReply(0x64, (401,)))


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
            parts.append(REPLY)
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
    pieces = [SAMPLE + SAMPLE[:9], SAMPLE[4:] + SAMPLE, SAMPLE * 2]

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
    decoder.feed(Notification(0, NOTIFY_UUID, SAMPLE[:10]))

    results = decoder.feed(Notification(STALE_NS + 1, NOTIFY_UUID, SAMPLE[10:]))

    assert samples_of(results) == 0
    assert examples.reasons(results) == ["format"]


def test_replies_alone_say_nothing() -> None:
    assert WitMotionDecoder().feed(Notification(0, NOTIFY_UUID, REPLY)) == ()


def test_both_pairs_of_characteristics_are_understood() -> None:
    for channel in (NOTIFY_UUID, DUAL_NOTIFY_UUID):
        assert samples_of(WitMotionDecoder().feed(Notification(0, channel, SAMPLE))) == 1


def test_ranges_of_a_sensor_that_was_set_otherwise_can_be_given() -> None:
    decoder = WITMOTION.decoder({"acc_range_g": "8", "gyro_range_dps": "1000"})

    (frame,) = decoder.feed(Notification(0, NOTIFY_UUID, SAMPLE))

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
