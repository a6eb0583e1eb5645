"""The shapes of a radio, its errors and its outlet, so that a link can be tested without one."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Protocol

from tracker.domain import Notification, SensorError
from tracker.language import _
from tracker.sensors import Advertisement, families, identify

if TYPE_CHECKING:
    import asyncio
    from collections.abc import AsyncIterator, Callable
    from contextlib import AbstractAsyncContextManager

LATER: Final = _("Then check with: tracker doctor")
"""Last line of most advice."""


class AdapterError(SensorError):
    """Bluetooth itself cannot be used, whatever the sensor."""


class LinkError(SensorError):
    """A sensor that was there did not do what it should; trying again may help."""

    att_code: int | None = None
    """The ATT error that the sensor answered with; None if it did not, or the system hides it."""


class Clock(Protocol):
    """Timestamps what arrives."""

    def now_ns(self) -> int:
        """Nanoseconds since an origin that stays the same while the program runs."""


class NotificationSink(Protocol):
    """Where notifications and announcements go, in the order of their arrival."""

    def put(self, notification: Notification) -> bool:
        """Accept one notification without waiting; False if it had to be dropped."""

    def close(self, error: Exception | None = None) -> None:
        """End the stream, with `error` for its reader if the radio failed."""


class Connection(Protocol):
    """One connection to one sensor; every call may raise a `SensorError`."""

    lost: asyncio.Event
    """Set once the connection has ended, whoever ended it."""
    name: str | None
    """The sensor's name, as far as the system knows."""
    services: tuple[str, ...]
    """UUIDs of its services."""
    mtu: int | None
    """ATT MTU in bytes; None if the system does not report it."""

    def has(self, channel: str) -> bool:
        """Return whether the sensor has a characteristic."""

    def properties(self, channel: str) -> frozenset[str]:
        """Return what a characteristic can do, in GATT's words, such as read or notify."""

    async def read(self, channel: str) -> bytes:
        """Return the value of a characteristic."""

    async def write(self, channel: str, data: bytes, *, with_response: bool) -> None:
        """Write a value."""

    async def subscribe(self, channel: str, receive: Callable[[bytes], None]) -> None:
        """Enable notifications, each of which is passed to `receive`."""

    async def unsubscribe(self, channel: str) -> None:
        """Disable notifications."""

    async def close(self) -> None:
        """End the connection; a second time is harmless."""


class Radio(Protocol):
    """The Bluetooth adapter of this computer."""

    def scanning(self) -> AbstractAsyncContextManager[AsyncIterator[DiscoveredDevice]]:
        """Scan inside the context; yields a device for each advertisement received."""

    async def connected(self) -> tuple[DiscoveredDevice, ...]:
        """Return devices already connected to this computer, which a scan cannot find."""

    async def connect(self, device: DiscoveredDevice) -> Connection:
        """Connect to a device and discover its services."""


@dataclass(frozen=True, slots=True)
class DiscoveredDevice:
    """A device whose advertisement was received."""

    address: str
    """As Bleak gives it: a MAC on Linux and Windows, a UUID on macOS."""
    name: str | None
    """The advertised name; None without one."""
    rssi_dbm: int | None
    """Signal strength, dBm; None if unknown."""
    kind: str | None
    """Kind of sensor that it looks like; None for an unknown one."""
    refusal: str | None = None
    """Why a sensor of a known maker cannot be used; None if it can."""
    advertisement: Advertisement = field(default=Advertisement(None), repr=False)
    """Everything that it advertised."""
    handle: object = field(default=None, compare=False, repr=False)
    """The platform's own object, to connect with."""

    @classmethod
    def of(
        cls,
        address: str,
        rssi_dbm: int | None,
        advertisement: Advertisement,
        handle: object = None,
    ) -> DiscoveredDevice:
        """Return a device with the kind, or the refusal, that its advertisement implies."""
        family = identify(advertisement)
        refusals = (each.refuses(advertisement) for each in families().values())
        return cls(
            address=address,
            name=advertisement.name,
            rssi_dbm=rssi_dbm,
            kind=None if family is None else family.kind,
            refusal=next(filter(None, refusals), None),
            advertisement=advertisement,
            handle=handle,
        )

    def updated(self, newer: DiscoveredDevice) -> DiscoveredDevice:
        """Return both advertisements of a device merged: the name often comes after the rest."""
        before, now = self.advertisement, newer.advertisement
        advertisement = Advertisement(
            name=now.name or before.name,
            service_uuids=tuple(dict.fromkeys((*before.service_uuids, *now.service_uuids))),
            manufacturer_ids=tuple(
                dict.fromkeys((*before.manufacturer_ids, *now.manufacturer_ids))
            ),
        )
        rssi_dbm = self.rssi_dbm if newer.rssi_dbm is None else newer.rssi_dbm
        return DiscoveredDevice.of(newer.address, rssi_dbm, advertisement, newer.handle)
