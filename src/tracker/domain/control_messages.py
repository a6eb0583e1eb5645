"""What the host itself puts into the stream: the link, the battery, what it had to drop, entries.

Announcements are notifications on reserved channels, so a recording keeps them and a replay meets
them where they happened. Marks of the wearer's are not among them: they act on the detection.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from tracker.domain.errors import InputError
from tracker.domain.events import (
    BatteryRead,
    Fault,
    FaultReason,
    LinkChanged,
    LinkState,
    UserInput,
)
from tracker.domain.plan import entry_from_object
from tracker.domain.samples import (
    BATTERY_CHANNEL,
    ENTRY_CHANNEL,
    LINK_CHANNEL,
    OVERRUN_CHANNEL,
    Notification,
)
from tracker.domain.units import s_from_ns

if TYPE_CHECKING:
    from tracker.domain.events import Event

FULL_PERCENT: Final = 100
"""Charge of a full battery."""

LOW_BATTERY_PERCENT: Final = 15
"""Below this the wearer is told: it is one more training, perhaps."""


def link_message(
    received_ns: int, state: LinkState, device: int = 0, detail: str = ""
) -> Notification:
    """Return the announcement that the connection changed."""
    text = f"{state.value}\n{detail}" if detail else state.value
    return Notification(received_ns, LINK_CHANNEL, text.encode(), device)


def battery_message(received_ns: int, percent: int, device: int = 0) -> Notification:
    """Return the announcement of a sensor's charge."""
    return Notification(received_ns, BATTERY_CHANNEL, str(percent).encode(), device)


def overrun_message(received_ns: int, dropped: int) -> Notification:
    """Return the announcement that `dropped` notifications are missing here."""
    return Notification(received_ns, OVERRUN_CHANNEL, str(dropped).encode())


def read_control_message(notification: Notification) -> Event:
    """Return what an announcement says; one that makes no sense is a fault."""
    at_s = s_from_ns(notification.received_ns)
    text = notification.data.decode("utf-8", errors="replace")
    if notification.channel == LINK_CHANNEL:
        name, _, detail = text.partition("\n")
        try:
            return LinkChanged(at_s, LinkState(name), notification.device, detail)
        except ValueError:
            return Fault(at_s, FaultReason.FORMAT, f"no link state is called {name!r}")
    if notification.channel == ENTRY_CHANNEL:
        return _entered(at_s, text)
    amount = int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else None
    if notification.channel == BATTERY_CHANNEL:
        if amount is None or amount > FULL_PERCENT:
            return Fault(at_s, FaultReason.FORMAT, f"no charge is {text!r} percent")
        return BatteryRead(at_s, amount, notification.device)
    if amount is None:
        return Fault(at_s, FaultReason.FORMAT, f"no number of notifications is {text!r}")
    detail = f"{amount} notifications were dropped: this computer did not take them in"
    return Fault(at_s, FaultReason.OVERRUN, detail, amount)


def _entered(at_s: float, text: str) -> Event:
    try:
        values = json.loads(text)
        if not isinstance(values, dict):
            raise InputError("entry", "expected an object")
        return UserInput(at_s, entry_from_object(values))
    except (ValueError, RecursionError, InputError) as error:
        return Fault(at_s, FaultReason.FORMAT, f"an entry cannot be read: {error}")
