"""How a decoder says what is wrong with a notification, the same in every family."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tracker.domain import Fault, FaultReason
from tracker.domain.units import s_from_ns

if TYPE_CHECKING:
    from tracker.domain import Notification


class MalformedError(Exception):
    """Bytes that do not follow their format; never leaves a decoder's `feed`."""

    def __init__(self, reason: FaultReason, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason
        self.detail = detail


def fault_of(
    notification: Notification, reason: FaultReason, detail: str, count: int = 1
) -> Fault:
    """Return a fault that happened when `notification` arrived."""
    return Fault(s_from_ns(notification.received_ns), reason, detail, count)


def duplicate(notification: Notification, name: str) -> Fault:
    """Return the fault of a packet or sample that was here before; it is called `name`."""
    return fault_of(notification, FaultReason.DUPLICATE, f"{name} was here before")


def late(notification: Notification, name: str) -> Fault:
    """Return the fault of a packet or sample that newer ones have overtaken."""
    return fault_of(notification, FaultReason.OUT_OF_ORDER, f"{name} came after a newer one")


def unknown_channel(notification: Notification) -> Fault:
    """Return the fault of a notification on a channel that a family does not have."""
    return fault_of(
        notification,
        FaultReason.UNKNOWN_CHANNEL,
        f"nothing is known about channel {notification.channel!r}",
    )
