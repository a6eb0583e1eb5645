from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.sensors import examples, notes
from tests.sensors.encoders import encode_movesense, encode_movesense_parts
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
from tracker.sensors import identify, identify_connected
from tracker.sensors.base import (
    BATTERY_LEVEL_UUID,
    Advertisement,
    Attempt,
    ClockKind,
    Decide,
    Expect,
    Pause,
    Read,
    Subscribe,
    Unsubscribe,
    Where,
    Write,
)
from tracker.sensors.movesense import (
    ACCELERATION_REF,
    ENERGY_REF,
    HELLO_REF,
    LATE_MS,
    MOTION_REF,
    MOVESENSE,
    NOTIFY_UUID,
    SERVICE_UUID,
    SUBSCRIPTIONS,
    WRITE_UUID,
    MovesenseDecoder,
)
from tracker.signal import DeviceClock

if TYPE_CHECKING:
    from tracker.sensors.base import Inquiry, Step

START, STOP = MOVESENSE.start, MOVESENSE.stop
BATTERY = cast("Inquiry[int]", MOVESENSE.battery)
VERSION = cast("Inquiry[str]", MOVESENSE.firmware)

NOTE = "03-movesense.md"


PACKET_MS = 8 / 104 * 1000


FLAT = np.tile([0.0, 0.0, STANDARD_GRAVITY_MPS2], (8, 1))


STILL = np.zeros((8, 3))


def sent(time_ms: int, acc: Any = FLAT, gyro: Any = STILL, ref: int = MOTION_REF) -> Notification:
    signals = [acc] if gyro is None else [acc, gyro]
    (data,) = encode_movesense_parts(ref, encode_movesense(time_ms, signals))
    return Notification(0, NOTIFY_UUID, data)


@pytest.mark.parametrize("example", notes.examples(NOTE), ids=examples.titles)
def test_the_examples_of_the_note_come_out_as_it_says(example: dict[str, Any]) -> None:
    stated = sum(len(step["frame"]["acc_mps2"]) for step in example["feed"] if "frame" in step)

    assert examples.play(MOVESENSE, example) == stated
    assert example["source"]


def test_the_table_of_faults_names_reasons_that_exist() -> None:
    rows = notes.table(NOTE, "Faults", "what came")

    assert rows
    assert {row[1] for row in rows} <= {reason.value for reason in FaultReason}


@given(
    room=st.integers(20, 250),
    rows=st.integers(0, 1000),
    time_ms=st.integers(0, (1 << 32) - 1),
)
def test_what_was_encoded_comes_back_however_it_was_cut(
    room: int, rows: int, time_ms: int
) -> None:
    rng = np.random.default_rng(rows)
    acc_mps2, gyro_dps = rng.normal(0, 5, (8, 3)), rng.normal(0, 100, (8, 3))
    decoder = MovesenseDecoder()
    payload = encode_movesense(time_ms, [acc_mps2, gyro_dps])

    results = [
        result
        for data in encode_movesense_parts(MOTION_REF, payload, room)
        for result in decoder.feed(Notification(0, NOTIFY_UUID, data))
    ]

    (frame,) = results
    assert isinstance(frame, Frame)
    assert frame.gyro_radps is not None
    np.testing.assert_allclose(frame.acc_mps2, acc_mps2, rtol=1e-6)
    np.testing.assert_allclose(frame.gyro_radps, gyro_dps * RADPS_PER_DPS, rtol=1e-6)
    assert frame.device_time_s == time_ms / 1000.0


def test_a_subscription_without_a_gyroscope_has_none() -> None:
    (frame,) = MovesenseDecoder().feed(sent(0, gyro=None, ref=ACCELERATION_REF))

    assert isinstance(frame, Frame)
    assert frame.gyro_radps is None
    np.testing.assert_allclose(frame.acc_mps2, FLAT, rtol=1e-6)


@pytest.mark.parametrize("lost", [1, 2, 7])
def test_lost_payloads_are_counted_in_samples(lost: int) -> None:
    decoder = MovesenseDecoder()
    kept = [0, 1, 2, 3 + lost, 4 + lost]

    results = [decoder.feed(sent(round(number * PACKET_MS))) for number in kept]

    counts = [result.count for each in results for result in each if isinstance(result, Fault)]
    assert counts == [8 * lost]
    assert [len(each) for each in results] == [1, 1, 1, 2, 1]


@pytest.mark.parametrize("rate_error", [-0.03, 0.0, 0.03])
def test_a_pod_that_is_off_its_rate_loses_nothing(rate_error: float) -> None:
    decoder = MovesenseDecoder()
    for number in range(200):
        (result,) = decoder.feed(sent(round(number * PACKET_MS * (1.0 + rate_error))))
        assert isinstance(result, Frame)


def test_old_and_repeated_payloads_are_dropped_and_a_restart_is_taken() -> None:
    decoder = MovesenseDecoder()
    order = [10_000, 10_077, 10_077, 10_077 - LATE_MS + 1, 10_154, 20, 97]

    results = [decoder.feed(sent(time_ms)) for time_ms in order]

    assert [examples.reasons(each) for each in results] == [
        [],
        [],
        ["duplicate"],
        ["out_of_order"],
        [],
        ["clock"],
        [],
    ]
    assert [sum(isinstance(result, Frame) for result in each) for each in results] == [
        1,
        1,
        0,
        0,
        1,
        1,
        1,
    ]


@pytest.mark.parametrize(
    ("signal", "value", "reason"),
    [
        ("acc", np.nan, "not_finite"),
        ("gyro", np.inf, "not_finite"),
        ("acc", 200.0, "format"),
        ("gyro", -2500.0, "format"),
        ("gyro", 1e38, "format"),
    ],
)
def test_what_no_sensor_measures_is_refused(signal: str, value: float, reason: str) -> None:
    acc, gyro = FLAT.copy(), STILL.copy()
    (acc if signal == "acc" else gyro)[3, 1] = value

    assert examples.reasons(MovesenseDecoder().feed(sent(0, acc, gyro))) == [reason]


@pytest.mark.parametrize(
    ("acc_g", "gyro_dps", "saturated"),
    [
        ([1.0, 1.0], [0.0, 0.0], False),
        ([7.998, 7.998], [0.0, 0.0], True),
        ([7.998, 7.9], [0.0, 0.0], False),
        ([-1.9996, -1.9996], [0.0, 0.0], True),
        ([1.0, 1.0], [-245.0, -245.0], True),
        ([1.0, 1.0], [300.0, 300.0], False),
    ],
)
def test_a_value_that_stands_still_at_the_end_of_a_range_is_saturated(
    acc_g: list[float], gyro_dps: list[float], saturated: bool
) -> None:
    acc, gyro = FLAT.copy(), STILL.copy()
    acc[4:6, 0] = np.array(acc_g) * STANDARD_GRAVITY_MPS2
    gyro[4:6, 2] = gyro_dps

    (frame,) = MovesenseDecoder().feed(sent(0, acc, gyro))

    assert isinstance(frame, Frame)
    assert frame.saturated is saturated


def test_the_clock_spreads_samples_at_the_pod_s_own_rate() -> None:
    """Stamps in whole ms: over 3 s, samples come out right to 1 ms, at a rate 1.5 % off."""
    decoder, clock = MovesenseDecoder(), DeviceClock()
    rate_hz = 104 * 1.015
    times_s = []
    for number in range(400):
        stamp_ms = int(number * 8 / rate_hz * 1000)
        arrival = Notification(
            int((number * 8 + 7) / rate_hz * 1e9) + 30_000_000, NOTIFY_UUID, sent(stamp_ms).data
        )
        (frame,) = decoder.feed(arrival)
        assert isinstance(frame, Frame)
        times_s += [time for timed in clock.process(frame) for time in timed.time_s]

    late_s = np.array(times_s) - np.arange(3200) / rate_hz
    assert np.ptp(late_s[800:]) < 0.002


def test_paths_are_settings_and_need_acceleration() -> None:
    assert isinstance(MOVESENSE.decoder({"path": "/Meas/IMU9/52"}), MovesenseDecoder)
    with pytest.raises(TrackerError, match="/Meas/Gyro/52 does not have"):
        MOVESENSE.decoder({"path": "/Meas/Gyro/52"})
    with pytest.raises(TrackerError, match="setting path is malformed"):
        MOVESENSE.decoder({"path": "/Meas/ECG/200"})
    with pytest.raises(UnknownNameError, match="movesense setting 'rate'"):
        MOVESENSE.decoder({"rate": "104"})


def test_a_pod_is_recognised_by_its_name_and_then_by_its_service() -> None:
    watch = Advertisement("Suunto 9", ("0000fdf3-0000-1000-8000-00805f9b34fb",))

    assert identify(Advertisement("Movesense 183030000123")) is MOVESENSE
    assert identify(watch) is None
    assert identify_connected(Advertisement("my pod"), (SERVICE_UUID,)) is MOVESENSE
    assert MOVESENSE.clock is ClockKind.DEVICE


def reply(ref: int, status: int, data: bytes = b"", received_ns: int = 0) -> Notification:
    answer = bytes((1, ref)) + status.to_bytes(2, "little") + data
    return Notification(received_ns, NOTIFY_UUID, answer)


def decided(steps: tuple[Step, ...], *heard: Notification) -> tuple[Step, ...]:
    """Return what the last step decides on."""
    decide = steps[-1]
    assert isinstance(decide, Decide)
    return decide.steps(heard)


def writes(steps: tuple[Step, ...]) -> list[bytes]:
    inner = [
        each for step in steps for each in (step.steps if isinstance(step, Attempt) else (step,))
    ]
    assert all(step.channel == WRITE_UUID for step in inner if isinstance(step, Write))
    return [step.data for step in inner if isinstance(step, Write)]


SUBSCRIBED = decided(START)


"""What is done once nothing is left over."""


def test_the_start_ends_what_was_left_over_before_it_subscribes() -> None:
    assert START[0] == Subscribe(NOTIFY_UUID)
    assert writes(START) == [
        bytes((2, MOTION_REF)),
        bytes((2, ACCELERATION_REF)),
        bytes((0, HELLO_REF)),
    ]
    assert writes(SUBSCRIBED) == [bytes((1, MOTION_REF)) + b"/Meas/IMU6/104\0"]
    # Firmware differs in what it answers to all but the last.
    assert not any(isinstance(step, Expect) for step in (*START, *SUBSCRIBED))


@pytest.mark.parametrize("status", [200, 202])
def test_a_subscription_that_went_well_needs_nothing_more(status: int) -> None:
    assert decided(SUBSCRIBED, reply(MOTION_REF, status)) == ()


@pytest.mark.parametrize("status", [403, 404])
def test_a_pod_without_a_gyroscope_is_asked_for_acceleration(status: int) -> None:
    steps = decided(SUBSCRIBED, reply(MOTION_REF, status))

    steps = decided(steps)
    assert writes(steps) == [bytes((1, ACCELERATION_REF)) + b"/Meas/Acc/104\0"]
    assert decided(steps, reply(ACCELERATION_REF, 200)) == ()
    with pytest.raises(SensorError, match="status 404"):
        decided(steps, reply(ACCELERATION_REF, 404))


def test_a_pod_without_free_places_is_restarted() -> None:
    steps = decided(SUBSCRIBED, reply(MOTION_REF, 429))

    assert writes(steps)[0][::2] == bytes((7, 5))
    with pytest.raises(SensorError, match="told to restart"):
        decided(steps)


def test_the_answer_to_an_unsubscription_is_none_to_the_subscription() -> None:
    stale = reply(MOTION_REF, 404, received_ns=1)
    steps = decided(START, stale)

    assert decided(steps, stale, reply(MOTION_REF, 200, received_ns=2)) == ()
    assert isinstance(decided(steps, stale)[0], Pause)


def test_other_errors_are_said_in_words() -> None:
    with pytest.raises(SensorError, match="status 503"):
        decided(SUBSCRIBED, reply(MOTION_REF, 503))


def test_old_firmware_that_does_not_answer_is_judged_by_its_samples() -> None:
    steps = decided(SUBSCRIBED)

    assert isinstance(steps[0], Pause)
    assert decided(steps, Notification(0, NOTIFY_UUID, bytes((2, MOTION_REF)) + bytes(150))) == ()
    with pytest.raises(SensorError, match="did not reply"):
        decided(steps, Notification(0, NOTIFY_UUID, bytes((2, 5)) + bytes(150)))


def test_the_stop_ends_both_subscriptions() -> None:
    assert writes(STOP) == [bytes((2, ref)) for ref in SUBSCRIPTIONS]
    assert STOP[-1] == Unsubscribe(NOTIFY_UUID)


def test_the_battery_is_read_or_asked_for() -> None:
    (where,) = BATTERY.steps
    assert isinstance(where, Where)
    assert where.steps == (Read(BATTERY_LEVEL_UUID),)
    assert writes(where.otherwise) == [bytes((4, ENERGY_REF)) + b"/System/Energy/Level\0"]

    assert BATTERY.answer((Notification(0, BATTERY_LEVEL_UUID, b"\x2a"),)) == 42
    assert BATTERY.answer((reply(ENERGY_REF, 200, b"\x2a"),)) == 42
    assert BATTERY.answer((reply(ENERGY_REF, 404),)) is None
    assert BATTERY.answer((reply(ENERGY_REF, 200, b"\xff"),)) is None


@pytest.mark.parametrize(
    ("data", "version"),
    [
        (b"\x022021\0Movesense\x000C8C\0Default\x002.3.1\0", "Default 2.3.1"),
        (b"\x022021\0Movesense\x000C8C\0\0\0", None),
        (b"\x02A\0", None),
        (b"Hello", None),
        (b"", None),
    ],
)
def test_the_version_is_in_the_answer_to_hello(data: bytes, version: str | None) -> None:
    heard = (Notification(0, NOTIFY_UUID, bytes((1, HELLO_REF)) + data),)

    assert VERSION.answer(heard) == version
