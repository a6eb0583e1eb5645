from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tests.sensors import examples, notes
from tests.sensors.encoders import encode_polar
from tracker.domain import FaultReason, Frame, Notification, TrackerError, UnknownNameError
from tracker.domain.units import RADPS_PER_DPS, STANDARD_GRAVITY_MPS2, ns_from_s
from tracker.sensors import identify, identify_connected
from tracker.sensors.base import Advertisement, ClockKind
from tracker.sensors.polar import POLAR, PolarDecoder
from tracker.sensors.polar.protocol import (
    COMPANY_ID,
    COMPRESSED,
    CONTROL_UUID,
    DATA_UUID,
    LEAST_MTU,
    SERVICE_UUID,
    Measurement,
)
from tracker.signal import DeviceClock

NOTE = "04-polar.md"


def data(stamp_s: float, acc_g: Any, received_s: float = 0.0) -> Notification:
    frame = encode_polar(Measurement.ACC, round(stamp_s * 1e9), np.array(acc_g))
    return Notification(ns_from_s(received_s), DATA_UUID, frame)


def control(text: str) -> Notification:
    return Notification(0, CONTROL_UUID, bytes.fromhex(text))


@pytest.mark.parametrize("example", notes.examples(NOTE), ids=examples.titles)
def test_the_examples_of_the_note_come_out_as_it_says(example: dict[str, Any]) -> None:
    stated = sum(len(step["frame"]["acc_g"]) for step in example["feed"] if "frame" in step)

    assert examples.play(POLAR, example) == stated
    assert example["source"]


def test_the_table_of_faults_names_reasons_that_exist() -> None:
    rows = notes.table(NOTE, "Faults", "what came")

    assert rows
    assert {row[1] for row in rows} <= {reason.value for reason in FaultReason}


@pytest.mark.parametrize(
    "block",
    [each for each in examples.blocks(NOTE, "frame") if each["measurement"] == "ACC"],
    ids=examples.titles,
)
def test_frames_of_acceleration_come_out_in_si(block: dict[str, Any]) -> None:
    settings = {
        "factor": str(block["factor"]),
        "sample_rate": str(block.get("rate_hz", 0)),
        "previous_timestamp": str(block.get("previous_ns", 0)),
    }

    (frame,) = POLAR.decoder(settings).feed(
        Notification(0, DATA_UUID, bytes.fromhex(block["hex"]))
    )

    assert isinstance(frame, Frame)
    assert frame.gyro_radps is None
    assert len(frame.acc_mps2) == block["samples"]
    stated = np.array(block.get("derived", block.get("first")))
    np.testing.assert_allclose(
        frame.acc_mps2[: len(stated)] * 1000 / STANDARD_GRAVITY_MPS2, stated, rtol=1e-9, atol=1e-9
    )
    assert frame.stamps_s is not None
    assert np.isfinite(frame.stamps_s).all()


def test_a_recording_comes_out_at_its_own_rate() -> None:
    """52.11 Hz by the stamps of a sensor that was asked for 52; its settings are its head's."""
    block, _gyro = examples.blocks(NOTE, "sequence")
    decoder = POLAR.decoder({"settings_tlv_hex": block["settings_tlv_hex"]})

    frames = [
        result
        for text in block["hex"]
        for result in decoder.feed(Notification(0, DATA_UUID, bytes.fromhex(text)))
    ]

    assert all(isinstance(frame, Frame) for frame in frames)
    times_s = np.concatenate([frame.stamps_s for frame in frames if isinstance(frame, Frame)])
    assert len(times_s) == 460
    later_s = times_s[109:]
    assert (len(later_s) - 1) / (later_s[-1] - later_s[0]) == pytest.approx(52.11, abs=0.02)


def test_angular_rate_of_a_recording_is_scaled_by_its_factor() -> None:
    _acc, block = examples.blocks(NOTE, "sequence")
    stamps_ns = [int.from_bytes(bytes.fromhex(text)[1:9], "little") for text in block["hex"]]
    decoder = POLAR.decoder({"settings_tlv_hex": block["settings_tlv_hex"]})
    for text in block["hex"]:
        assert decoder.feed(Notification(0, DATA_UUID, bytes.fromhex(text))) == ()
    period_s = (stamps_ns[1] - stamps_ns[0]) / 36e9
    begin_s = stamps_ns[0] / 1e9 - 3 * period_s

    acc = data(begin_s + 2 * period_s, [[0.0, 0.0, 1.0]] * 2)
    decoder.feed(acc)
    frames = decoder.feed(data(begin_s + 3 * period_s, [[0.0, 0.0, 1.0]]))

    frame = frames[-1]
    assert isinstance(frame, Frame)
    assert frame.gyro_radps is not None
    last_dps = np.array(block["derived_counts_0"])[-1] * block["factor"]
    np.testing.assert_allclose(frame.gyro_radps[-1] / RADPS_PER_DPS, last_dps, atol=0.2)


@pytest.mark.parametrize("gyro_rate_hz", [102.6, 104.0, 106.1])
def test_both_streams_become_one_with_the_device_s_clock(gyro_rate_hz: float) -> None:
    """A swing of 115 degrees/s, 30 s: right to 1 %, though the streams drift apart."""
    acc_hz, origin_s = 103.9, 599_616_000.0
    sent: list[tuple[float, bytes]] = []
    for rate_hz, count, measurement, frame_type in (
        (acc_hz, 41, Measurement.ACC, COMPRESSED | 1),
        (gyro_rate_hz, 36, Measurement.GYRO, COMPRESSED | 0),
    ):
        for first in range(0, int(30 * rate_hz), count):
            time_s = (first + np.arange(count)) / rate_hz
            swing = np.sin(2 * np.pi * time_s / 1.6)[:, None]
            value = swing * ([1.0, 0.0, 1.0] if measurement is Measurement.ACC else [115.0, 0, 0])
            stamp_ns = round((origin_s + time_s[-1]) * 1e9)
            frame = encode_polar(measurement, stamp_ns, value, frame_type, factor=0.07)
            sent.append((float(time_s[-1]) + 0.03, frame))
    decoder, clock = PolarDecoder(), DeviceClock()
    for text in (
        "f001050000 00016800 01011000 0201e803 040103",
        "f002050000 0501295c8f3d",
        "f001020000 00016800 01011000 02010800 040103",
        "f002020000 0501295c8f3d",
    ):
        assert decoder.feed(control(text)) == ()
    timed = [
        each
        for received_s, payload in sorted(sent)
        for result in decoder.feed(Notification(ns_from_s(received_s), DATA_UUID, payload))
        if isinstance(result, Frame)
        for each in clock.process(result)
    ]

    assert sum(each.gyro_radps is None for each in timed) <= 1
    both = [each for each in timed if each.gyro_radps is not None]
    times_s = np.concatenate([each.time_s for each in both])
    acc = np.concatenate([each.acc_mps2 for each in both])[:, 0] / STANDARD_GRAVITY_MPS2
    gyro = np.concatenate([each.gyro_radps for each in both if each.gyro_radps is not None])
    assert times_s[-1] - times_s[0] > 28.0
    np.testing.assert_allclose(np.diff(times_s), 1 / acc_hz, rtol=0.02)
    np.testing.assert_allclose(gyro[:, 0] / RADPS_PER_DPS / 115.0, acc, atol=0.01)


def test_the_answer_to_the_start_scales_and_says_the_range() -> None:
    decoder = PolarDecoder()
    decoder.feed(control("f001020000 00016800 01011000 02010800 040103"))
    decoder.feed(control("f002020000 0501 00000040"))
    (clipped,) = decoder.feed(data(1.0, [[0.0, 0.0, 3.99]]))
    (fine,) = decoder.feed(data(1.01, [[0.0, 0.0, 1.0]]))

    assert isinstance(clipped, Frame)
    assert isinstance(fine, Frame)
    assert clipped.acc_mps2[0, 2] == pytest.approx(2 * 3.99 * STANDARD_GRAVITY_MPS2)
    assert [clipped.saturated, fine.saturated] == [True, False]


def test_settings_in_two_answers_are_put_together() -> None:
    decoder = PolarDecoder()
    for text in ("f001020001 00016800", "f001020000 02010800", "f002020000"):
        assert decoder.feed(control(text)) == ()

    (frame,) = decoder.feed(data(1.0, [[0.0, 0.0, 8.0]] * 3))

    assert isinstance(frame, Frame)
    assert frame.saturated
    assert frame.stamps_s is not None
    np.testing.assert_allclose(np.diff(frame.stamps_s), 1 / 104, atol=1e-6)


def test_a_restarted_stream_counts_no_loss() -> None:
    decoder = PolarDecoder()
    decoder.feed(control("f002020000"))
    decoder.feed(data(100.0, [[0.0, 0.0, 1.0]] * 5))
    decoder.feed(data(100.05, [[0.0, 0.0, 1.0]] * 5, 0.05))
    decoder.feed(control("f003020000"))
    decoder.feed(control("f002020000"))

    results = decoder.feed(data(160.0, [[0.0, 0.0, 1.0]] * 5, 60.0))

    assert examples.reasons(results) == []


def test_other_streams_and_answers_are_passed_over() -> None:
    decoder = PolarDecoder()
    ecg = bytes([0]) + bytes(9) + bytes(30)

    assert decoder.feed(Notification(0, DATA_UUID, ecg)) == ()
    for text in ("0f6e02", "01", "010102", "f002000000", "f003020600", "f005010000"):
        assert decoder.feed(control(text)) == ()


def test_settings_that_are_unknown_or_impossible_are_refused() -> None:
    with pytest.raises(UnknownNameError, match="polar setting 'range'"):
        POLAR.decoder({"range": "8"})
    with pytest.raises(TrackerError, match="must be a number, got 'two'"):
        POLAR.decoder({"factor": "two"})
    with pytest.raises(TrackerError, match="settings_tlv_hex is malformed"):
        POLAR.decoder({"settings_tlv_hex": "07"})
    with pytest.raises(TrackerError, match="cannot be negative"):
        POLAR.decoder({"sample_rate": "-1"})


@pytest.mark.parametrize("block", examples.blocks(NOTE, "advertisement"), ids=examples.titles)
def test_a_sensor_is_recognised_by_its_company(block: dict[str, Any]) -> None:
    company_id = int.from_bytes(bytes.fromhex(block["hex"])[:2], "little")

    assert company_id == block["company_id"]
    assert (company_id == COMPANY_ID) is block["polar"]
    assert (identify(Advertisement(None, (), (company_id,))) is POLAR) is block["polar"]


def test_a_sensor_is_recognised_by_its_name_and_then_by_its_service() -> None:
    assert identify(Advertisement("Polar H10 12345678")) is POLAR
    assert identify(Advertisement("polarity")) is None
    assert identify_connected(Advertisement("strap"), (SERVICE_UUID.upper(),)) is POLAR


def test_what_the_sensor_needs_is_said() -> None:
    assert POLAR.least_mtu == LEAST_MTU == 232
    assert POLAR.clock is ClockKind.DEVICE
    for _sensor, rate_hz, samples, delay_s in notes.table(NOTE, "Delay", "sensor"):
        assert float(delay_s) == pytest.approx(int(samples) / int(rate_hz), abs=0.006)
