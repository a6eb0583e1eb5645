"""The shapes of a radio, so that what runs a link can be tested without one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import asyncio
    from collections.abc import AsyncIterator, Callable
    from contextlib import AbstractAsyncContextManager

    from tracker.ble.scan import Sighting


class Clock(Protocol):
    """Stamps what arrives."""

    def now_ns(self) -> int:
        """Nanoseconds since an origin that stays the same while the program runs."""


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

    def scanning(self) -> AbstractAsyncContextManager[AsyncIterator[Sighting]]:
        """Scan inside; each advertisement heard is a sighting."""

    async def connected(self) -> tuple[Sighting, ...]:
        """Return what this computer is connected to already, and hence is not heard by a scan."""

    async def connect(self, sighting: Sighting) -> Connection:
        """Connect to what was sighted, and discover its services."""
