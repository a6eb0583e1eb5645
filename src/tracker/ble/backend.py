"""The adapter of this computer, through Bleak: the only module that scans or connects.

One connection through Bleak: characteristics by UUID, errors as ours, an event for its end.
"""

from __future__ import annotations

import asyncio
import sys
from contextlib import aclosing, asynccontextmanager, suppress
from typing import TYPE_CHECKING, Final

from bleak import BleakAdapter, BleakClient, BleakScanner
from bleak.uuids import normalize_uuid_str

from tracker.ble.errors import LinkError, platform_errors
from tracker.ble.ports import sighting_of
from tracker.domain import SensorError
from tracker.sensors import Advertisement, families

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterable

    from bleak.backends.characteristic import BleakGATTCharacteristic
    from bleak.backends.client import BaseBleakClient
    from bleak.backends.device import BLEDevice
    from bleak.backends.scanner import AdvertisementData, BaseBleakScanner

    from tracker.ble.ports import DiscoveredDevice

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


CONNECT_S: Final = 20.0
"""The kernel gives up after 20 s; with a sensor that was just heard it takes 1 to 3 s."""

STOP_S: Final = 5.0
"""Longest wait for the end of a scan; the next one finds out whether it ended."""

_GATT_SERVICE: Final = normalize_uuid_str("1801")
"""Almost every sensor has it; Windows is quick with this one alone."""

_LINKED_SERVICES: Final = [_GATT_SERVICE] + (
    []
    if sys.platform == "win32"
    else [uuid for family in families().values() for uuid in family.services]
)
"""What a connected device is looked for by."""

_UNKNOWN_RSSI: Final = frozenset({127, -127})
"""What the controller (127) and Bleak (-127) say where the strength was not measured."""


class BleakRadio:
    """Scans and connects.

    Parameters
    ----------
    scanner
        Another backend of Bleak's scanner, for tests.
    client
        Another backend of Bleak's client, for tests.
    """

    def __init__(
        self,
        scanner: type[BaseBleakScanner] | None = None,
        client: type[BaseBleakClient] | None = None,
    ) -> None:
        self._scanner = scanner
        self._client = client

    @asynccontextmanager
    async def scanning(self) -> AsyncGenerator[AsyncIterator[DiscoveredDevice]]:
        """Scan inside; each advertisement heard is a sighting."""
        scanner = BleakScanner(backend=self._scanner)
        with platform_errors():
            await scanner.start()
        try:
            async with aclosing(scanner.advertisement_data()) as heard:
                yield (_sighting(device, said) async for device, said in heard)
        finally:
            # What was found is found; an adapter that is off has stopped by itself.
            with suppress(SensorError), platform_errors():
                async with asyncio.timeout(STOP_S):
                    await scanner.stop()

    async def connected(self) -> tuple[DiscoveredDevice, ...]:
        """Return what this computer is connected to already, and hence is not heard by a scan."""
        try:
            with platform_errors():
                adapter = await BleakAdapter.get()
                devices = await adapter.get_connected_devices(_LINKED_SERVICES)
        except LinkError:
            # Only a shortcut: a scan comes next.
            return ()
        return tuple(
            sighting_of(device.address, None, Advertisement(device.name), device)
            for device in devices
        )

    async def connect(self, sighting: DiscoveredDevice) -> BleakConnection:
        """Connect to what was sighted, and discover its services."""
        lost = asyncio.Event()
        device = sighting.device
        client = BleakClient(
            # A name of its own type in Bleak; in tests of ours it is an address.
            device if device is not None else sighting.address,  # type: ignore[arg-type]
            lambda _client: lost.set(),
            timeout=CONNECT_S,
            backend=self._client,
        )
        with platform_errors():
            async with asyncio.timeout(CONNECT_S):
                await client.connect()
        if client.is_connected:
            # Bleak repeats an attempt that BlueZ has aborted, and reports its end as one.
            lost.clear()
        return BleakConnection(client, sighting.name, lost)


def _sighting(device: BLEDevice, said: AdvertisementData) -> DiscoveredDevice:
    advertisement = Advertisement(
        # The system may know a name from an earlier time; what is said now is newer.
        name=said.local_name or device.name,
        service_uuids=_full(said.service_uuids),
        manufacturer_ids=tuple(said.manufacturer_data),
    )
    rssi_dbm = None if said.rssi in _UNKNOWN_RSSI else said.rssi
    return sighting_of(device.address, rssi_dbm, advertisement, device)


def _full(uuids: Iterable[str]) -> tuple[str, ...]:
    """Return UUIDs in 128-bit form; a short one stands for the base of the Bluetooth SIG."""
    return tuple(normalize_uuid_str(uuid) for uuid in uuids)
