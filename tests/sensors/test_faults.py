from __future__ import annotations

from tracker.domain import Fault, FaultReason, Notification
from tracker.sensors.base import duplicate, fault_of, late, unknown_channel


def test_a_fault_happens_when_its_notification_arrives() -> None:
    delayed = Notification(1_500_000_000, "imu", b"")

    assert fault_of(delayed, FaultReason.LOST, "gone", 3) == Fault(
        1.5, FaultReason.LOST, "gone", 3
    )


def test_an_unknown_channel_is_named() -> None:
    fault = unknown_channel(Notification(0, "2a37", b""))

    assert fault.reason is FaultReason.UNKNOWN_CHANNEL
    assert "'2a37'" in fault.detail


def test_what_comes_twice_or_late_is_told_by_its_name() -> None:
    notification = Notification(1_500_000_000, "imu", b"")
    assert duplicate(notification, "packet 7") == Fault(
        1.5, FaultReason.DUPLICATE, "packet 7 was here before"
    )
    assert late(notification, "packet 7") == Fault(
        1.5, FaultReason.OUT_OF_ORDER, "packet 7 came after a newer one"
    )
