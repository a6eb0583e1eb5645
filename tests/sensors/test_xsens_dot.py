from __future__ import annotations

import struct
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

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
    MalformedError,
    PacketOrder,
    PacketPosition,
    Read,
    Subscribe,
    Unsubscribe,
    Write,
)
from tracker.sensors.registry import decode_transcript, parse_settings
from tracker.sensors.xsens_dot import (
    ACC_RANGE_MPS2,
    BATTERY_UUID,
    CHANNEL_BYTES,
    CONFIGURATION_SERVICE_UUID,
    CONTROL,
    CONTROL_UUID,
    GYRO_RANGE_RADPS,
    INFO_UUID,
    LATE_US,
    MEASUREMENT,
    MEASUREMENT_SERVICE_UUID,
    MEASUREMENT_UUID,
    MEDIUM_UUID,
    MODES,
    RATES_HZ,
    SHORT_UUID,
    START,
    STOP,
    XSENS_DOT,
    Mode,
    TimestampUnwrapper,
    XsensDotDecoder,
    decode_payload,
    measurement_value,
    measuring_mode,
    rate_of,
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
    assert stop_left_over.steps(heard(MEASUREMENT_UUID, measurement_value(START, 5))) == (
        Write(MEASUREMENT_UUID, measurement_value(STOP, 5)),
    )
    assert stop_left_over.steps(heard(MEASUREMENT_UUID, measurement_value(STOP, 5))) == ()
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


STILL = np.zeros(3)


def offset(cell: str) -> int | None:
    return None if cell == "-" else int(cell)


def test_the_payloads_are_those_of_the_note() -> None:
    stated = {}
    for mode, channel, size, acc, gyro, status, _confidence in notes.table(
        NOTE, "Payloads", "mode"
    ):
        uuid = XSENS_DOT.channels[channel]
        stated[int(mode)] = Mode(uuid, int(size), int(acc), offset(gyro), offset(status))

    assert stated == dict(MODES)


def test_the_ids_and_lengths_are_those_of_the_note() -> None:
    rows = notes.table(NOTE, "GATT table", "name")
    ids = {row[0]: row[1] for row in rows}
    lengths = {row[1]: int(row[2].split()[1]) for row in rows if row[2].startswith("notify")}

    assert ids.pop("configuration service") == CONFIGURATION_SERVICE_UUID
    assert ids.pop("measurement service") == MEASUREMENT_SERVICE_UUID
    assert ids == dict(XSENS_DOT.channels)
    assert lengths == dict(CHANNEL_BYTES)


def float32(limit: float) -> st.SearchStrategy[float]:
    return st.floats(-limit, limit, width=32)


@given(
    st.sampled_from(sorted(MODES)),
    st.integers(0, 1 << 40),
    st.lists(float32(150.0), min_size=3, max_size=3),
    st.lists(float32(1999.0), min_size=3, max_size=3),
)
def test_what_was_encoded_comes_back(
    mode: int, stamp_us: int, acc: list[float], gyro_dps: list[float]
) -> None:
    has_gyro = MODES[mode].gyro_at is not None
    gyro_radps = np.array(gyro_dps) * RADPS_PER_DPS if has_gyro else None

    data = encode_xsens_dot(mode, stamp_us, np.array(acc), gyro_radps)
    payload = decode_payload(mode, data)

    assert len(data) == CHANNEL_BYTES[MODES[mode].channel]
    assert payload.stamp_us == stamp_us % 2**32
    np.testing.assert_allclose(payload.acc_mps2, [acc], rtol=1e-6)
    if gyro_radps is None:
        assert payload.gyro_radps is None
    else:
        assert payload.gyro_radps is not None
        np.testing.assert_allclose(payload.gyro_radps, [gyro_radps], rtol=1e-6)


def test_zeros_behind_the_payload_may_be_cut_off() -> None:
    data = encode_xsens_dot(21, 5, LEVEL, STILL)

    assert decode_payload(21, data[:28]).stamp_us.tolist() == [5]


@pytest.mark.parametrize(("mode", "size"), [(21, 0), (21, 27), (21, 41), (6, 15), (26, 64)])
def test_a_length_that_does_not_fit_is_refused(mode: int, size: int) -> None:
    with pytest.raises(MalformedError) as caught:
        decode_payload(mode, bytes(size))

    assert caught.value.reason is FaultReason.LENGTH


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("at", [4, 12, 16, 24])
def test_what_is_no_number_is_refused(at: int, value: float) -> None:
    data = bytearray(encode_xsens_dot(21, 0, LEVEL, STILL))
    data[at : at + 4] = np.float32(value).tobytes()

    with pytest.raises(MalformedError) as caught:
        decode_payload(21, bytes(data))

    assert caught.value.reason is FaultReason.NOT_FINITE


@pytest.mark.parametrize(("at", "value"), [(4, 314.0), (12, -1e30), (16, 4001.0), (24, -1e30)])
def test_what_no_chip_measures_is_refused(at: int, value: float) -> None:
    data = bytearray(encode_xsens_dot(21, 0, LEVEL, STILL))
    data[at : at + 4] = np.float32(value).tobytes()

    with pytest.raises(MalformedError) as caught:
        decode_payload(21, bytes(data))

    assert caught.value.reason is FaultReason.FORMAT


@pytest.mark.parametrize(
    ("acc_share", "gyro_share", "saturated"),
    [(0.997, 0.997, False), (0.999, 0.0, True), (0.0, -0.999, True), (-5.0, 5.0, True)],
)
def test_the_end_of_a_range_is_flagged(
    acc_share: float, gyro_share: float, saturated: bool
) -> None:
    acc_mps2 = np.array([0.0, ACC_RANGE_MPS2 * acc_share, 0.0])
    gyro_radps = np.array([GYRO_RANGE_RADPS * gyro_share, 0.0, 0.0])

    payload = decode_payload(21, encode_xsens_dot(21, 0, acc_mps2, gyro_radps))
    assert payload.saturated.tolist() == [saturated]


def test_the_published_status_word_says_that_an_axis_clipped() -> None:
    ((status, _clipped, _source),) = notes.table(NOTE, "Vectors", "status")
    still = bytearray(encode_xsens_dot(2, 0, STILL, None))
    clipped, only_magnetic = bytearray(still), bytearray(still)
    clipped[32:34] = bytes.fromhex(status)
    only_magnetic[32:34] = b"\xc0\x03"

    assert decode_payload(2, bytes(clipped)).saturated.any()
    assert not decode_payload(2, bytes(still)).saturated.any()
    assert not decode_payload(2, bytes(only_magnetic)).saturated.any()


@pytest.mark.parametrize(("mode", "gyro_radps"), [(21, None), (6, STILL)])
def test_a_rate_goes_exactly_where_there_is_room(
    mode: int, gyro_radps: np.ndarray[tuple[int, ...], np.dtype[np.float64]] | None
) -> None:
    with pytest.raises(ValueError, match="a rate exactly where mode"):
        encode_xsens_dot(mode, 0, LEVEL, gyro_radps)


COUNTING_CONTROL_VALUE = bytes(range(24)) + b"\x14\x00" + bytes(range(26, 32))


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
    code = START if action == "start" else STOP

    assert measurement_value(code, int(mode)) == bytes.fromhex(hex_)
    assert measuring_mode(bytes.fromhex(hex_)) == (int(mode) if action == "start" else None)


def test_a_measurement_value_that_is_none_says_that_nothing_runs() -> None:
    assert measuring_mode(b"") is None
    assert measuring_mode(b"\x01\x01") is None


def test_only_the_rate_and_its_visit_bit_change() -> None:
    changed = with_rate(COUNTING_CONTROL_VALUE, 60)

    assert changed[0] == 0x10
    assert changed[1:24] == COUNTING_CONTROL_VALUE[1:24]
    assert changed[24:26] == b"\x3c\x00"
    assert changed[26:] == COUNTING_CONTROL_VALUE[26:]


def test_the_rate_is_read_back() -> None:
    assert rate_of(COUNTING_CONTROL_VALUE) == 20
    assert [rate_of(with_rate(COUNTING_CONTROL_VALUE, rate_hz)) for rate_hz in RATES_HZ] == list(
        RATES_HZ
    )


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (b"", FaultReason.LENGTH),
        (COUNTING_CONTROL_VALUE + b"\0", FaultReason.LENGTH),
        (with_rate(COUNTING_CONTROL_VALUE, 0), FaultReason.FORMAT),
        (with_rate(COUNTING_CONTROL_VALUE, 61), FaultReason.FORMAT),
    ],
)
def test_what_is_no_control_value_is_refused(value: bytes, reason: FaultReason) -> None:
    with pytest.raises(MalformedError) as caught:
        rate_of(value)

    assert caught.value.reason is reason


def test_what_is_no_control_value_is_not_changed() -> None:
    with pytest.raises(SensorError, match="should have 32 bytes, got 31"):
        with_rate(COUNTING_CONTROL_VALUE[:-1], 60)


WRAP_US = 1 << 32


RATE_HZ = 60


def place(
    stamps: TimestampUnwrapper, time_us: int, received_s: float | None = None
) -> PacketPosition:
    host_s = time_us / 1e6 if received_s is None else received_s
    return stamps.place(time_us % WRAP_US, round(host_s * 1e9), RATE_HZ)


@given(
    st.integers(0, WRAP_US - 1),
    st.lists(st.integers(1, 40), min_size=1, max_size=30),
)
def test_what_is_missing_is_counted_and_time_never_wraps(start_us: int, steps: list[int]) -> None:
    stamps = TimestampUnwrapper()
    times_us = [start_us]
    for step in steps:
        times_us.append(times_us[-1] + step * PERIOD_US)

    places = [place(stamps, time_us) for time_us in times_us]

    assert all(each.order is PacketOrder.NEXT for each in places)
    assert [each.lost for each in places] == [0, *(step - 1 for step in steps)]
    assert [later.time_us - before.time_us for before, later in pairwise(places)] == [
        step * PERIOD_US for step in steps
    ]


@pytest.mark.parametrize(("jitter_us", "lost"), [(-8_000, 0), (8_000, 0), (9_000, 1)])
def test_one_and_a_half_periods_are_no_loss(jitter_us: int, lost: int) -> None:
    stamps = TimestampUnwrapper()
    place(stamps, 0)

    assert place(stamps, PERIOD_US + jitter_us).lost == lost


def test_the_same_stamp_is_a_duplicate_also_after_a_pause() -> None:
    stamps = TimestampUnwrapper()
    place(stamps, 5)
    stamps.resume()

    assert place(stamps, 5).order is PacketOrder.DUPLICATE


def test_a_stamp_a_little_behind_is_late_and_changes_nothing() -> None:
    stamps = TimestampUnwrapper()
    place(stamps, 2 * LATE_US)

    assert place(stamps, LATE_US).order is PacketOrder.LATE
    assert place(stamps, 2 * LATE_US + PERIOD_US) == PacketPosition(
        PacketOrder.NEXT, 2 * LATE_US + PERIOD_US
    )


def test_a_stamp_far_behind_is_a_restart() -> None:
    stamps = TimestampUnwrapper()
    place(stamps, 2 * LATE_US)

    assert place(stamps, LATE_US - 1) == PacketPosition(PacketOrder.RESTART, LATE_US - 1)
    assert place(stamps, LATE_US - 1 + PERIOD_US).order is PacketOrder.NEXT


@pytest.mark.parametrize("pause_s", [10, 2400, 4300, 9000, 20_000])
def test_after_a_pause_the_host_tells_how_often_the_stamp_has_wrapped(pause_s: int) -> None:
    stamps = TimestampUnwrapper()
    place(stamps, 1_000_000)
    stamps.resume()

    resumed_us = 1_000_000 + pause_s * 1_000_000

    assert place(stamps, resumed_us, received_s=resumed_us / 1e6 + 0.3) == PacketPosition(
        PacketOrder.NEXT, resumed_us
    )


def test_a_sensor_that_was_off_during_the_pause_begins_anew() -> None:
    stamps = TimestampUnwrapper()
    place(stamps, 60_000_000)
    stamps.resume()

    assert place(stamps, 3_000_000, received_s=660.0) == PacketPosition(
        PacketOrder.RESTART, 3_000_000
    )


def test_only_one_sample_after_a_pause_is_forgiven() -> None:
    stamps = TimestampUnwrapper()
    place(stamps, 0)
    stamps.resume()
    place(stamps, 10 * PERIOD_US)

    assert place(stamps, 20 * PERIOD_US).lost == 9
