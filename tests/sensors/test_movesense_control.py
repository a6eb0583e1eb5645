from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tracker.domain import Notification, SensorError
from tracker.sensors.base import (
    BATTERY_LEVEL_UUID,
    Attempt,
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
    BATTERY,
    ENERGY_REF,
    HELLO_REF,
    MOTION_REF,
    START,
    STOP,
    SUBSCRIPTIONS,
    VERSION,
)
from tracker.sensors.movesense.packets import NOTIFY_UUID, WRITE_UUID

if TYPE_CHECKING:
    from tracker.sensors.base import Step


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
