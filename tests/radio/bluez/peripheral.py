"""What a peripheral is made of: how it advertises, its GATT table, the firmware behind it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class Advert:
    """What a peripheral says to everybody."""

    name: str | None = None
    """Complete local name; comes with the scan response, after the rest."""
    service_uuids: tuple[str, ...] = ()
    """Advertised services, 128-bit form."""
    manufacturer_data: Mapping[int, bytes] = field(default_factory=dict)
    """By company identifier."""


@dataclass(frozen=True, slots=True)
class Characteristic:
    """One characteristic of a GATT table."""

    uuid: str
    """128-bit form, lower case."""
    flags: tuple[str, ...]
    """Properties by BlueZ' names: read, write, write-without-response, notify, indicate."""


@dataclass(frozen=True, slots=True)
class Service:
    """One primary service of a GATT table."""

    uuid: str
    """128-bit form, lower case."""
    characteristics: tuple[Characteristic, ...]


class Link(Protocol):
    """A connection, as the firmware has it."""

    @property
    def mtu(self) -> int:
        """ATT MTU that was agreed on."""

    def notify(self, uuid: str, data: bytes) -> None:
        """Send a notification or indication; without a subscriber it goes nowhere."""


class Firmware(Protocol):
    """What runs on a peripheral; all of it is called on the bench's loop."""

    @property
    def streaming(self) -> bool:
        """Whether samples are sent."""

    def connected(self, link: Link) -> None:
        """A central has connected."""

    def disconnected(self) -> None:
        """The link has ended, however it ended."""

    def read(self, uuid: str) -> bytes:
        """Return a value; `AttError` refuses."""

    def write(self, uuid: str, data: bytes) -> None:
        """Take a value; `AttError` refuses."""

    def subscribed(self, uuid: str) -> None:
        """Notifications of a characteristic were enabled."""

    def unsubscribed(self, uuid: str) -> None:
        """Notifications of a characteristic were disabled."""


@dataclass(frozen=True, slots=True)
class Peripheral:
    """A thing that advertises and can be connected to."""

    address: str
    """Like `C0:FF:EE:00:00:01`."""
    advert: Advert
    services: tuple[Service, ...]
    """The GATT table."""
    firmware: Firmware
    rssi_dbm: int = -58
    mtu: int = 247
    """What it agrees to."""
