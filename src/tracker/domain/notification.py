"""The one thing that all sources yield: bytes, where they came from, and when."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

LINK_CHANNEL: Final = "link"
"""Channel of link events: the payload is the UTF-8 name of a `LinkState`, and where there is
something to say about it, a line feed and the reason in words."""

BATTERY_CHANNEL: Final = "battery"
"""Channel of the sensor's charge: the payload is percent, a whole number in UTF-8."""

OVERRUN_CHANNEL: Final = "overrun"
"""Channel of what the host dropped because it did not keep up: the payload is the number of
notifications, in UTF-8; they would have stood in the stream where this one stands."""

MARK_CHANNEL: Final = "mark"
"""Channel of what the wearer says with a key: the payload is UTF-8, see `Mark`."""

ENTRY_CHANNEL: Final = "entry"
"""Channel of what the wearer enters: the payload is an object of JSON, see `entries`."""

RESERVED_CHANNELS: Final = frozenset(
    {LINK_CHANNEL, BATTERY_CHANNEL, OVERRUN_CHANNEL, MARK_CHANNEL, ENTRY_CHANNEL}
)
"""Channels that are no sensor's: the engine reads them, decoders pass over them."""


@dataclass(frozen=True, slots=True)
class Notification:
    """Bytes as they arrived, before anybody has looked inside.

    Link events and user marks travel the same way on reserved channels, so that a replayed session
    meets them at the same place in the stream as the live one did.
    """

    received_ns: int
    """Host time of arrival, ns since the session's origin."""
    channel: str
    """Characteristic UUID in lower case, or one of the reserved channel names."""
    data: bytes
    """The payload, untouched."""
    device: int = 0
    """Which sensor of the session sent it; 0 is the one that detection uses."""
