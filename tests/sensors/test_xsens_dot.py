from __future__ import annotations

import numpy as np
import pytest

from tests.sensors import notes
from tests.sensors.encoders import encode_xsens_dot
from tracker.domain import (
    Fault,
    FaultReason,
    Frame,
    Notification,
    SensorError,
    TrackerError,
    UnknownNameError,
)
from tracker.domain.units import RADPS_PER_DPS, STANDARD_GRAVITY_MPS2
from tracker.sensors.base import (
    Advertisement,
    ClockKind,
    Decide,
    Read,
    Subscribe,
    Unsubscribe,
    Write,
)
from tracker.sensors.registry import decode_transcript, parse_settings
from tracker.sensors.xsens_dot import (
    BATTERY_UUID,
    CONTROL_UUID,
    INFO_UUID,
    MEASUREMENT_SERVICE_UUID,
    MEASUREMENT_UUID,
    MEDIUM_UUID,
    SHORT_UUID,
    XSENS_DOT,
    XsensDotDecoder,
    start_command,
    stop_command,
    with_rate,
)

NOTE = "06-xsens-dot.md"
LEVEL = np.array([0.0, 0.0, STANDARD_GRAVITY_MPS2])
TURNING = np.array([0.0, 100.0, 0.0]) * RADPS_PER_DPS
PERIOD_US = 16_667
CONTROL_VALUE = with_rate(bytes(32), 60)


def payload(stamp_us: int) -> Notification:
    data = encode_xsens_dot(21, stamp_us, LEVEL, TURNING)
    return Notification(stamp_us * 1000, MEDIUM_UUID, data)


def reasons(results: tuple[Frame | Fault, ...]) -> list[str]:
    return [result.reason.value for result in results if isinstance(result, Fault)]


@pytest.mark.parametrize(
    ("data", "given_settings", "time_us", "acc", "_source"), notes.table(NOTE, "Vectors", "hex")
)
def test_the_captures_come_out_as_published(
    data: str, given_settings: str, time_us: str, acc: str, _source: str
) -> None:
    settings = parse_settings(given_settings.split())

    (frame,) = decode_transcript(XSENS_DOT, [data], channel="short", settings=settings)

    assert isinstance(frame, Frame)
    assert frame.device_time_s == int(time_us) / 1e6
    expected = np.array([[float(word) for word in acc.split()]])
    np.testing.assert_allclose(frame.acc_mps2, expected, rtol=1e-6)
    assert frame.gyro_radps is None


def test_the_two_captures_follow_each_other_without_a_loss() -> None:
    first, second = (row[0] for row in notes.table(NOTE, "Vectors", "hex"))

    results = decode_transcript(
        XSENS_DOT, [first, second], channel="short", settings={"mode": "6"}
    )

    assert reasons(results) == []
    times_s = [frame.device_time_s for frame in results if isinstance(frame, Frame)]
    assert np.diff(np.array(times_s, dtype=np.float64)) == pytest.approx([0.016667], abs=1e-9)


def test_the_cut_capture_is_refused() -> None:
    ((cut, given_settings, fault, _source),) = notes.table(NOTE, "Vectors", "cut")
    settings = parse_settings(given_settings.split())

    assert reasons(decode_transcript(XSENS_DOT, [cut], channel="short", settings=settings)) == [
        fault
    ]


def test_a_sample_of_the_started_mode_comes_out_in_si() -> None:
    (frame,) = XsensDotDecoder().feed(payload(1_000_000))

    assert isinstance(frame, Frame)
    np.testing.assert_allclose(frame.acc_mps2, [LEVEL], rtol=1e-6)
    assert frame.gyro_radps is not None
    np.testing.assert_allclose(frame.gyro_radps, [TURNING], rtol=1e-6)
    assert frame.device_time_s == 1.0
    assert frame.received_s == 1.0
    assert not frame.saturated
    assert XSENS_DOT.clock is ClockKind.DEVICE


def test_every_way_in_which_a_stamp_can_be_wrong_is_its_own_fault() -> None:
    decoder = XsensDotDecoder()
    stamps_us = [5_000_000, 5_000_000 + 4 * PERIOD_US, 5_000_000, 5_000_000 + 4 * PERIOD_US, 7]

    results = [decoder.feed(payload(stamp_us)) for stamp_us in stamps_us]

    assert [reasons(result) for result in results] == [
        [],
        ["lost"],
        ["out_of_order"],
        ["duplicate"],
        ["clock"],
    ]
    assert [len(result) for result in results] == [1, 2, 1, 1, 2]
    (lost, _frame) = results[1]
    assert isinstance(lost, Fault)
    assert lost.count == 3


def test_the_rate_that_was_read_tells_what_a_gap_is() -> None:
    slow = XsensDotDecoder()
    slow.feed(Notification(0, CONTROL_UUID, with_rate(bytes(32), 30)))
    fast = XsensDotDecoder()

    assert [reasons(slow.feed(payload(stamp))) for stamp in (0, 2 * PERIOD_US)] == [[], []]
    assert [reasons(fast.feed(payload(stamp))) for stamp in (0, 2 * PERIOD_US)] == [[], ["lost"]]


def test_a_pause_between_two_starts_is_no_loss() -> None:
    decoder = XsensDotDecoder()
    decoder.feed(payload(0))
    decoder.feed(Notification(59_000_000_000, CONTROL_UUID, CONTROL_VALUE))

    assert reasons(decoder.feed(payload(60_000_000))) == []


def test_a_payload_of_another_mode_is_refused_by_its_length() -> None:
    short = Notification(0, SHORT_UUID, encode_xsens_dot(6, 0, LEVEL, None))

    assert reasons(XsensDotDecoder().feed(short)) == ["length"]
    assert reasons(XsensDotDecoder(mode=6).feed(payload(0))) == ["length"]


def test_a_transcript_need_not_name_the_characteristic() -> None:
    data = encode_xsens_dot(6, 0, LEVEL, None).hex()

    assert len(decode_transcript(XSENS_DOT, [data], settings={"mode": "6"})) == 1


def test_other_channels_are_silent_or_unknown() -> None:
    decoder = XsensDotDecoder()

    assert reasons(decoder.feed(Notification(0, "other", b""))) == ["unknown_channel"]
    assert reasons(decoder.feed(Notification(0, CONTROL_UUID, b"\0"))) == ["length"]
    for channel in (INFO_UUID, MEASUREMENT_UUID, BATTERY_UUID):
        assert decoder.feed(Notification(0, channel, b"")) == ()


def test_the_faults_of_the_note_exist() -> None:
    named = " ".join(row[1] for row in notes.table(NOTE, "Faults", "what came"))
    found = {word.strip("`,") for word in named.split()}

    assert found <= {reason.value for reason in FaultReason}
    assert found >= {"lost", "length", "clock"}


def heard(channel: str, value: bytes) -> tuple[Notification, ...]:
    return (Notification(0, channel, value),)


def test_a_measurement_that_was_left_running_is_stopped_before_the_rate_is_set() -> None:
    read, stop_left_over, read_control, _set_rate, subscribe, start = XSENS_DOT.start

    assert (read, read_control) == (Read(MEASUREMENT_UUID), Read(CONTROL_UUID))
    assert isinstance(stop_left_over, Decide)
    assert stop_left_over.steps(heard(MEASUREMENT_UUID, start_command(5))) == (
        Write(MEASUREMENT_UUID, stop_command(5)),
    )
    assert stop_left_over.steps(heard(MEASUREMENT_UUID, stop_command(5))) == ()
    assert stop_left_over.steps(()) == ()
    assert subscribe == Subscribe(MEDIUM_UUID)
    assert start == Write(MEASUREMENT_UUID, b"\x01\x01\x15")
    assert XSENS_DOT.stop == (Write(MEASUREMENT_UUID, b"\x01\x00\x15"), Unsubscribe(MEDIUM_UUID))


def test_the_rate_is_written_and_read_again_only_if_it_is_another() -> None:
    set_rate = XSENS_DOT.start[3]
    assert isinstance(set_rate, Decide)
    slow = b"\0" + with_rate(bytes(32), 20)[1:]

    assert set_rate.steps(heard(CONTROL_UUID, slow)) == (
        Write(CONTROL_UUID, CONTROL_VALUE),
        Read(CONTROL_UUID),
    )
    assert set_rate.steps(heard(CONTROL_UUID, b"\0" + CONTROL_VALUE[1:])) == ()
    with pytest.raises(SensorError, match="should have 32 bytes, got 3"):
        set_rate.steps(heard(CONTROL_UUID, b"\0\0\0"))


def test_battery_and_firmware_are_read_from_its_own_values() -> None:
    assert XSENS_DOT.battery is not None
    assert XSENS_DOT.battery.answer(heard(BATTERY_UUID, b"\x57\x00")) == 87
    assert XSENS_DOT.battery.answer(heard(BATTERY_UUID, b"\xff\x00")) is None
    assert XSENS_DOT.firmware is not None
    info = bytes(6) + b"\x02\x04\x00" + bytes(25)
    assert XSENS_DOT.firmware.answer(heard(INFO_UUID, info)) == "2.4.0"
    assert XSENS_DOT.firmware.answer(heard(INFO_UUID, bytes(8))) is None


@pytest.mark.parametrize(
    ("advertisement", "expected"),
    [
        (Advertisement("Xsens DOT"), True),
        (Advertisement("Movella DOT 3"), True),
        (Advertisement("left hip", manufacturer_ids=(0x0886,)), True),
        (Advertisement("left hip", manufacturer_ids=(0x0059,)), False),
        (Advertisement("My Xsens DOT"), False),
        (Advertisement(None), False),
    ],
)
def test_it_is_recognised_by_company_or_name(advertisement: Advertisement, expected: bool) -> None:
    assert XSENS_DOT.recognises(advertisement) is expected
    assert XSENS_DOT.services == (MEASUREMENT_SERVICE_UUID,)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"mode": "5"}, "Measurement mode 5 is not supported"),
        ({"mode": "6", "characteristic": "15172003"}, "mode 6 comes on 15172004"),
        ({"rate_hz": "100"}, "no rate of 100 Hz"),
    ],
)
def test_settings_that_cannot_be_are_refused(settings: dict[str, str], message: str) -> None:
    with pytest.raises(TrackerError, match=message):
        XSENS_DOT.decoder(settings)


def test_unknown_settings_are_refused() -> None:
    with pytest.raises(UnknownNameError, match="xsens_dot setting 'modus'"):
        XSENS_DOT.decoder({"modus": "21"})
