from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from tests.sensors import notes
from tests.sensors.encoders import encode_reply, encode_witmotion
from tracker.domain import Notification, SensorError
from tracker.domain.units import NS_PER_S, ns_from_s
from tracker.sensors.base import Decide, Expect, Pause, Subscribe, Unsubscribe, Where, Write
from tracker.sensors.witmotion import (
    BATTERY,
    CELL_PERCENT,
    CELL_V,
    COMMAND_GAP_S,
    DUAL_NOTIFY_UUID,
    DUAL_WRITE_UUID,
    LEAST_SHARE,
    NOTIFY_UUID,
    REQUESTED_HZ,
    SAVE,
    SLOWEST_HZ,
    START,
    STOP,
    UNLOCK,
    VERSION,
    WRITE_UUID,
    RegisterReply,
    battery_percent,
    measured_rate_hz,
    read_command,
)

NOTE = "02-witmotion.md"
FLAT = np.array([[0.0, 0.0, 9.8]])


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
