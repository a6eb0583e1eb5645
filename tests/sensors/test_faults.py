from __future__ import annotations

import pytest

from tracker.domain import Fault, FaultReason, Notification
from tracker.sensors.base import PacketOrder, fault_of, order_faults, unknown_channel

CLOCK_RESTARTED = "the sensor's clock restarted at packet 7"


def test_a_fault_happens_when_its_notification_arrives() -> None:
    delayed = Notification(1_500_000_000, "imu", b"")

    assert fault_of(delayed, FaultReason.LOST, "gone", 3) == Fault(
        1.5, FaultReason.LOST, "gone", 3
    )


def test_an_unknown_channel_is_named() -> None:
    fault = unknown_channel(Notification(0, "2a37", b""))

    assert fault.reason is FaultReason.UNKNOWN_CHANNEL
    assert "'2a37'" in fault.detail


@pytest.mark.parametrize(
    ("order", "lost", "expected"),
    [
        (PacketOrder.NEXT, 0, None),
        (PacketOrder.NEXT, 3, (FaultReason.LOST, "3 packets lost before packet 7", 3)),
        (PacketOrder.DUPLICATE, 0, (FaultReason.DUPLICATE, "packet 7 is a duplicate", 1)),
        (PacketOrder.LATE, 0, (FaultReason.OUT_OF_ORDER, "packet 7 came after a newer one", 1)),
        (PacketOrder.RESTART, 0, (FaultReason.CLOCK, CLOCK_RESTARTED, 1)),
    ],
)
def test_the_place_of_a_packet_shows_its_fault(
    order: PacketOrder, lost: int, expected: tuple[FaultReason, str, int] | None
) -> None:
    notification = Notification(1_500_000_000, "imu", b"")

    faults = order_faults(notification, order, "packet 7", lost, "packets")

    assert faults == (() if expected is None else (Fault(1.5, *expected),))
