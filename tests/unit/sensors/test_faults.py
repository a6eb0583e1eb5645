from __future__ import annotations

from tracker.domain import Fault, FaultReason, Notification
from tracker.sensors.faults import fault_of, unknown_channel


def test_a_fault_happens_when_its_notification_arrives() -> None:
    late = Notification(1_500_000_000, "imu", b"")

    assert fault_of(late, FaultReason.LOST, "gone", 3) == Fault(1.5, FaultReason.LOST, "gone", 3)


def test_an_unknown_channel_is_named() -> None:
    fault = unknown_channel(Notification(0, "2a37", b""))

    assert fault.reason is FaultReason.UNKNOWN_CHANNEL
    assert "'2a37'" in fault.detail
