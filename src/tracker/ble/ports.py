"""The shapes of a radio, so that what runs a link can be tested without one.

What is around: sensors as they advertise, with the kind where it can be told from that.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Protocol

from tracker.sensors import Advertisement, families, identify

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterable
    from contextlib import AbstractAsyncContextManager

    from tracker.domain import Notification


class Clock(Protocol):
    """Stamps what arrives."""

    def now_ns(self) -> int:
        """Nanoseconds since an origin that stays the same while the program runs."""


class NotificationSink(Protocol):
    """Takes what arrives; the queue of a session."""

    def put(self, notification: Notification) -> bool:
        """Take a notification, or return False if it was dropped; never waits."""

    def close(self) -> None:
        """Expect nothing more."""

    def fail(self, error: Exception) -> None:
        """Expect nothing more, because the link broke down."""


class Connection(Protocol):
    """One connection to one sensor; every call may raise what the platform raises."""

    lost: asyncio.Event
    """Set once the connection has ended, whoever ended it."""
    name: str | None
    """What the sensor calls itself, as far as the system knows."""
    services: tuple[str, ...]
    """UUIDs of its services."""
    mtu: int | None
    """ATT MTU in bytes; None where the system does not tell."""

    def has(self, channel: str) -> bool:
        """Say whether the sensor has a characteristic."""

    async def read(self, channel: str) -> bytes:
        """Return the value of a characteristic."""

    async def write(self, channel: str, data: bytes, *, with_response: bool) -> None:
        """Write a value."""

    async def subscribe(self, channel: str, hear: Callable[[bytes], None]) -> None:
        """Switch notifications on; `hear` is called with each."""

    async def unsubscribe(self, channel: str) -> None:
        """Switch notifications off."""

    async def close(self) -> None:
        """End the connection; a second time is harmless."""


class Radio(Protocol):
    """The adapter of this computer."""

    def scanning(self) -> AbstractAsyncContextManager[AsyncIterator[DiscoveredDevice]]:
        """Scan inside; each advertisement heard is a sighting."""

    async def connected(self) -> tuple[DiscoveredDevice, ...]:
        """Return what this computer is connected to already, and hence is not heard by a scan."""

    async def connect(self, sighting: DiscoveredDevice) -> Connection:
        """Connect to what was sighted, and discover its services."""


SCAN_S: Final = 5.0
"""A sensor that saves power advertises every 1 to 2 s, and one advertisement may be missed."""

MOST_SIGHTED: Final = 1024
"""Devices kept of one scan: a full gym has a few hundred, and phones change their addresses."""


@dataclass(frozen=True, slots=True)
class DiscoveredDevice:
    """A device that was heard."""

    address: str
    """As Bleak gives it: a MAC on Linux and Windows, a UUID on macOS."""
    name: str | None
    """What it calls itself; None if it has not said."""
    rssi_dbm: int | None
    """How strong it was heard, dBm; None if unknown."""
    kind: str | None
    """Kind of sensor that it looks like; None if it is none that we know."""
    refusal: str | None = None
    """Why a sensor of a maker that we know cannot be used; None if it can."""
    advertisement: Advertisement = field(default=Advertisement(None), repr=False)
    """All that it said."""
    device: object = field(default=None, compare=False, repr=False)
    """The platform's own handle, to connect with."""


def sighting_of(
    address: str, rssi_dbm: int | None, advertisement: Advertisement, device: object = None
) -> DiscoveredDevice:
    """Return a sighting, with the kind that the advertisement tells."""
    family = identify(advertisement)
    reasons = (each.refuses(advertisement) for each in families().values())
    return DiscoveredDevice(
        address=address,
        name=advertisement.name,
        rssi_dbm=rssi_dbm,
        kind=None if family is None else family.kind,
        refusal=next(filter(None, reasons), None),
        advertisement=advertisement,
        device=device,
    )


def together(older: DiscoveredDevice | None, newer: DiscoveredDevice) -> DiscoveredDevice:
    """Return what two sightings of one device tell: the name often comes later than the rest."""
    if older is None:
        return newer
    before, now = older.advertisement, newer.advertisement
    advertisement = Advertisement(
        name=now.name or before.name,
        service_uuids=tuple(dict.fromkeys((*before.service_uuids, *now.service_uuids))),
        manufacturer_ids=tuple(dict.fromkeys((*before.manufacturer_ids, *now.manufacturer_ids))),
    )
    rssi_dbm = older.rssi_dbm if newer.rssi_dbm is None else newer.rssi_dbm
    return sighting_of(newer.address, rssi_dbm, advertisement, newer.device)


class Scan:
    """What was heard so far, which a screen can look at while it goes on."""

    def __init__(self) -> None:
        self._sightings: dict[str, DiscoveredDevice] = {}

    @property
    def sightings(self) -> tuple[DiscoveredDevice, ...]:
        """Known sensors first, then the strongest."""
        return in_order(self._sightings.values())

    async def listen(self, radio: Radio, seconds: float) -> None:
        """Listen for `seconds`."""
        for sighting in await radio.connected():
            # Of what is connected, only what looks like a sensor: a keyboard is not asked for.
            if sighting.kind is not None:
                self.take(sighting)
        try:
            async with asyncio.timeout(seconds) as limit, radio.scanning() as heard:
                async for sighting in heard:
                    self.take(sighting)
        except TimeoutError:
            # The platform has timeouts of its own, which mean something else.
            if not limit.expired():
                raise

    def take(self, sighting: DiscoveredDevice) -> None:
        """Add one sighting to what is known."""
        older = self._sightings.get(sighting.address)
        if older is None and len(self._sightings) >= MOST_SIGHTED:
            return
        self._sightings[sighting.address] = together(older, sighting)


def in_order(sightings: Iterable[DiscoveredDevice]) -> tuple[DiscoveredDevice, ...]:
    """Return sightings with known sensors first, then the strongest."""

    def rank(sighting: DiscoveredDevice) -> tuple[bool, int, str]:
        strength = -999 if sighting.rssi_dbm is None else sighting.rssi_dbm
        return sighting.kind is None, -strength, sighting.address

    return tuple(sorted(sightings, key=rank))
