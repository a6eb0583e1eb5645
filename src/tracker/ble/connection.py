"""One connection through Bleak: characteristics by UUID, errors as ours, an event for its end."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from tracker.ble.errors import LinkError, platform_errors
from tracker.domain import SensorError

if TYPE_CHECKING:
    from collections.abc import Callable

    from bleak import BleakClient
    from bleak.backends.characteristic import BleakGATTCharacteristic

GATT_S: Final = 5.0
"""An ATT transaction fails after 30 s by the standard; whoever has not answered in 5 s is gone."""

CLOSE_S: Final = 5.0
"""A disconnection is confirmed within the supervision timeout, often 2 to 4 s."""

_ATT_HEADER: Final = 3
"""Bytes of an ATT packet that are not its value."""

_UNNEGOTIATED: Final = 20
"""What fits into the smallest MTU; BlueZ before 5.62 says so for want of knowledge."""


class BleakConnection:
    """An established connection.

    Parameters
    ----------
    client
        A connected client.
    name
        What the sensor called itself before.
    lost
        Set by whoever made the client when the connection ends.
    """

    def __init__(self, client: BleakClient, name: str | None, lost: asyncio.Event) -> None:
        self._client = client
        self.name = name
        self.lost = lost
        self.services = tuple(service.uuid for service in client.services)
        self._characteristics: dict[str, BleakGATTCharacteristic] = {}
        for each in client.services.characteristics.values():
            # Two services may hold the same characteristic; the first is as good as the other.
            self._characteristics.setdefault(each.uuid, each)
        sizes = {
            each.max_write_without_response_size for each in self._characteristics.values()
        } - {_UNNEGOTIATED}
        self.mtu = max(sizes) + _ATT_HEADER if sizes else None

    def has(self, channel: str) -> bool:
        """Say whether the sensor has a characteristic."""
        return channel in self._characteristics

    async def read(self, channel: str) -> bytes:
        """Return the value of a characteristic."""
        characteristic = self._characteristic(channel)
        with platform_errors():
            async with asyncio.timeout(GATT_S):
                return bytes(await self._client.read_gatt_char(characteristic))

    async def write(self, channel: str, data: bytes, *, with_response: bool) -> None:
        """Write a value."""
        characteristic = self._characteristic(channel)
        with platform_errors():
            async with asyncio.timeout(GATT_S):
                await self._client.write_gatt_char(characteristic, data, response=with_response)

    async def subscribe(self, channel: str, hear: Callable[[bytes], None]) -> None:
        """Switch notifications on; `hear` is called with each."""
        characteristic = self._characteristic(channel)
        with platform_errors():
            async with asyncio.timeout(GATT_S):
                await self._client.start_notify(
                    characteristic, lambda _characteristic, data: hear(bytes(data))
                )

    async def unsubscribe(self, channel: str) -> None:
        """Switch notifications off."""
        characteristic = self._characteristic(channel)
        with platform_errors():
            async with asyncio.timeout(GATT_S):
                await self._client.stop_notify(characteristic)

    async def close(self) -> None:
        """End the connection; a second time is harmless."""
        # There is nobody left whom a failure would help; the system ends what is left over.
        with suppress(SensorError), platform_errors():
            async with asyncio.timeout(CLOSE_S):
                await self._client.disconnect()
        self.lost.set()

    def _characteristic(self, channel: str) -> BleakGATTCharacteristic:
        try:
            return self._characteristics[channel]
        except KeyError:
            raise LinkError(
                f"The sensor has no characteristic {channel}.",
                "It may be of another kind: tracker pair ADDRESS --kind KIND",
            ) from None
