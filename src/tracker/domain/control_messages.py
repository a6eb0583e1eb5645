"""Messages of the host itself in the stream: link, battery, drops, entries, warnings.

They are notifications on reserved channels, so a recording keeps them and a replay meets them
where they happened. Key presses are not among them: those act on the detection.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from tracker.domain.errors import InputError
from tracker.domain.events import (
    BatteryRead,
    DataWarned,
    DataWarning,
    Fault,
    FaultReason,
    LinkChanged,
    LinkState,
    UserInput,
    WarningKind,
)
from tracker.domain.plan import entry_from_object, entry_object
from tracker.domain.samples import (
    BATTERY_CHANNEL,
    ENTRY_CHANNEL,
    LINK_CHANNEL,
    OVERRUN_CHANNEL,
    WARNING_CHANNEL,
    Notification,
)
from tracker.domain.units import s_from_ns
from tracker.language import _, ngettext

if TYPE_CHECKING:
    from tracker.domain.events import Event
    from tracker.domain.plan import Entry

FULL_PERCENT: Final = 100
"""Charge of a full battery."""

LOW_BATTERY_PERCENT: Final = 15
"""Below this the wearer is warned: the charge may last for one more training."""


def link_message(
    received_ns: int, state: LinkState, device: int = 0, detail: str = ""
) -> Notification:
    """Return the message that the connection changed."""
    text = f"{state.value}\n{detail}" if detail else state.value
    return Notification(received_ns, LINK_CHANNEL, text.encode(), device)


def battery_message(received_ns: int, percent: int, device: int = 0) -> Notification:
    """Return the message with a sensor's charge."""
    return Notification(received_ns, BATTERY_CHANNEL, str(percent).encode(), device)


def overrun_message(received_ns: int, dropped: int) -> Notification:
    """Return the message that `dropped` notifications are missing here."""
    return Notification(received_ns, OVERRUN_CHANNEL, str(dropped).encode())


def entry_message(received_ns: int, entry: Entry) -> Notification:
    """Return the message that carries what the wearer entered."""
    text = json.dumps(entry_object(entry), ensure_ascii=False)
    return Notification(received_ns, ENTRY_CHANNEL, text.encode())


def warning_message(received_ns: int, warning: DataWarning) -> Notification:
    """Return the message that carries what is to be known about the data as a whole."""
    text = json.dumps({"kind": warning.kind.value, "text": warning.text}, ensure_ascii=False)
    return Notification(received_ns, WARNING_CHANNEL, text.encode())


def read_control_message(notification: Notification) -> Event:
    """Return the event in a message; one that makes no sense is a fault."""
    at_s = s_from_ns(notification.received_ns)
    text = notification.data.decode("utf-8", errors="replace")
    if notification.channel == LINK_CHANNEL:
        name, __, detail = text.partition("\n")
        try:
            return LinkChanged(at_s, LinkState(name), notification.device, detail)
        except ValueError:
            return Fault(
                at_s, FaultReason.FORMAT, _("unknown link state {name!r}").format(name=name)
            )
    if notification.channel == ENTRY_CHANNEL:
        return _entry(at_s, text)
    if notification.channel == WARNING_CHANNEL:
        return _warning(at_s, text)
    amount = int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else None
    if notification.channel == BATTERY_CHANNEL:
        if amount is None or amount > FULL_PERCENT:
            return Fault(
                at_s,
                FaultReason.FORMAT,
                _("expected a charge in percent, got {text!r}").format(text=text),
            )
        return BatteryRead(at_s, amount, notification.device)
    if amount is None:
        return Fault(
            at_s,
            FaultReason.FORMAT,
            _("expected a number of notifications, got {text!r}").format(text=text),
        )
    detail = ngettext(
        "{amount} notification was dropped: this computer did not keep up",
        "{amount} notifications were dropped: this computer did not keep up",
        amount,
    )
    return Fault(at_s, FaultReason.OVERRUN, detail.format(amount=amount), amount)


def _warning(at_s: float, text: str) -> Event:
    try:
        match json.loads(text):
            case {"kind": str(kind), "text": str(words)}:
                return DataWarned(at_s, DataWarning(WarningKind(kind), words))
            case _:
                raise ValueError(_("expected a kind and a text"))
    except (ValueError, RecursionError) as error:
        return Fault(
            at_s, FaultReason.FORMAT, _("a warning cannot be read: {error}").format(error=error)
        )


def _entry(at_s: float, text: str) -> Event:
    try:
        values = json.loads(text)
        if not isinstance(values, dict):
            raise InputError("entry", _("expected an object"))
        return UserInput(at_s, entry_from_object(values))
    except (ValueError, RecursionError, InputError) as error:
        return Fault(
            at_s, FaultReason.FORMAT, _("an entry cannot be read: {error}").format(error=error)
        )
