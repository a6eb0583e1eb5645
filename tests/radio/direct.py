"""A peripheral's firmware without any radio: what is written arrives, in virtual time."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Final, TypeVar

from tests.radio.bluez import AttError
from tracker.ble.ports import DiscoveredDevice, LinkError
from tracker.sensors import Advertisement

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterator, Callable

    from tests.radio.bluez import Peripheral
    from tracker.ble.ports import Connection

T = TypeVar("T")

ATT_S: Final = 0.01
ADVERTISE_S: Final = 0.1


class DirectLink:
    """The link that a firmware talks through."""

    def __init__(self, mtu: int, receivers: dict[str, Callable[[bytes], None]]) -> None:
        self._mtu = mtu
        self._receivers = receivers

    @property
    def mtu(self) -> int:
        """ATT MTU that was agreed on."""
        return self._mtu

    def notify(self, uuid: str, data: bytes) -> None:
        """Deliver to who asked for it."""
        if uuid in self._receivers:
            self._receivers[uuid](data)


class DirectConnection:
    """A connection to a peripheral."""

    def __init__(self, peripheral: Peripheral) -> None:
        self.lost = asyncio.Event()
        self.name: str | None = peripheral.advert.name
        self.services: tuple[str, ...] = tuple(each.uuid for each in peripheral.services)
        self.mtu: int | None = peripheral.mtu
        self._firmware = peripheral.firmware
        self._flags = {
            each.uuid: frozenset(each.flags)
            for service in peripheral.services
            for each in service.characteristics
        }
        self._receivers: dict[str, Callable[[bytes], None]] = {}
        self._firmware.connected(DirectLink(peripheral.mtu, self._receivers))

    def has(self, channel: str) -> bool:
        return channel in self._flags

    def properties(self, channel: str) -> frozenset[str]:
        return self._flags.get(channel, frozenset())

    async def read(self, channel: str) -> bytes:
        await self._transact()
        return _refusable(lambda: self._firmware.read(channel))

    async def write(self, channel: str, data: bytes, *, with_response: bool) -> None:
        await self._transact()
        _refusable(lambda: self._firmware.write(channel, data))

    async def subscribe(self, channel: str, receive: Callable[[bytes], None]) -> None:
        await self._transact()
        self._receivers[channel] = receive
        self._firmware.subscribed(channel)

    async def unsubscribe(self, channel: str) -> None:
        await self._transact()
        del self._receivers[channel]
        self._firmware.unsubscribed(channel)

    async def close(self) -> None:
        """End it without a word, as somebody who walks away."""
        if not self.lost.is_set():
            self.lost.set()
            self._firmware.disconnected()

    async def _transact(self) -> None:
        await asyncio.sleep(ATT_S)
        if self.lost.is_set():
            raise LinkError("Not connected.", None)


def _refusable(do: Callable[[], T]) -> T:
    try:
        return do()
    except AttError as error:
        refused = LinkError(str(error), None)
        refused.att_code = error.code
        raise refused from error


class DirectRadio:
    """Hears one peripheral while nobody is connected to it."""

    def __init__(self, peripheral: Peripheral) -> None:
        self._peripheral = peripheral
        self._connection: DirectConnection | None = None
        self.resumes = True
        """Whether the peripheral advertises again after a connection."""

    @asynccontextmanager
    async def scanning(self) -> AsyncGenerator[AsyncIterator[DiscoveredDevice]]:
        yield self._heard()

    async def connected(self) -> tuple[DiscoveredDevice, ...]:
        return ()

    async def connect(self, device: DiscoveredDevice) -> Connection:
        await asyncio.sleep(0.2)
        self._connection = DirectConnection(self._peripheral)
        return self._connection

    async def _heard(self) -> AsyncIterator[DiscoveredDevice]:
        advert = self._peripheral.advert
        advertisement = Advertisement(advert.name, advert.service_uuids)
        while True:
            await asyncio.sleep(ADVERTISE_S)
            free = self._connection is None or (self.resumes and self._connection.lost.is_set())
            if free:
                yield DiscoveredDevice.of(self._peripheral.address, -58, advertisement)
