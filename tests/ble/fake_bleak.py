"""Backends of our own under the real Bleak: what it asks for, without any system's Bluetooth."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, ClassVar

from bleak.backends.characteristic import BleakGATTCharacteristic
from bleak.backends.client import BaseBleakClient
from bleak.backends.scanner import AdvertisementData, BaseBleakScanner
from bleak.backends.service import BleakGATTService, BleakGATTServiceCollection

if TYPE_CHECKING:
    from collections.abc import Callable

    from bleak.args import SizedBuffer
    from bleak.backends.descriptor import BleakGATTDescriptor

BATTERY_UUID = "00002a19-0000-1000-8000-00805f9b34fb"
DATA_UUID = "0000ffe4-0000-1000-8000-00805f9a34fb"
LOOKALIKE_UUID = "0000ffe4-0000-1000-8000-00805f9b34fb"
SERVICE_UUID = "0000ffe5-0000-1000-8000-00805f9a34fb"
BATTERY_SERVICE_UUID = "0000180f-0000-1000-8000-00805f9b34fb"


def advertisement(**known: Any) -> AdvertisementData:
    """Return what a system says of an advertisement of which only `known` is known."""
    nothing: dict[str, Any] = {
        "local_name": None,
        "manufacturer_data": {},
        "service_data": {},
        "service_uuids": [],
        "tx_power": None,
        "rssi": -60,
        "platform_data": (),
    }
    return AdvertisementData(**(nothing | known))


class ScriptedScanner(BaseBleakScanner):
    """Hears what the script says; set it on a subclass."""

    script: ClassVar[tuple[tuple[str, str | None, AdvertisementData], ...]] = ()
    start_error: ClassVar[Exception | None] = None
    stop_error: ClassVar[Exception | None] = None
    stops: ClassVar[int] = 0
    starts: ClassVar[int] = 0

    def __init__(
        self, detection_callback: Any, service_uuids: Any, _mode: str, **_more: Any
    ) -> None:
        super().__init__(detection_callback, service_uuids)

    async def start(self) -> None:
        if self.start_error is not None:
            raise self.start_error
        self.seen_devices = {}
        type(self).starts += 1
        asyncio.get_running_loop().call_soon(self._play)

    async def stop(self) -> None:
        type(self).stops += 1
        if self.stop_error is not None:
            raise self.stop_error

    def _play(self) -> None:
        for address, name, said in self.script:
            device = self.create_or_update_device(address, address, name, address, said)
            self.call_detection_callbacks(device, said)


class ScriptedClient(BaseBleakClient):
    """A sensor with two services; one of them has the battery twice over."""

    connect_s: ClassVar[float] = 0.0
    connect_error: ClassVar[Exception | None] = None
    aborts_once: ClassVar[bool] = False
    """The first attempt ends as a connection that was lost."""
    hang: ClassVar[bool] = False
    """Nothing is answered any more."""
    room: ClassVar[int] = 244
    """Largest write without response, bytes."""
    made: ClassVar[list[ScriptedClient]] = []

    def __init__(self, address: Any, *_more: Any, **options: Any) -> None:
        super().__init__(
            address,
            disconnected_callback=options["disconnected_callback"],
            timeout=options["timeout"],
        )
        self.options = options
        self.journal: list[tuple[Any, ...]] = []
        self.notify: dict[str, Callable[[bytearray], None]] = {}
        self._connected = False
        self.made.append(self)

    @property
    def mtu_size(self) -> int:
        raise AssertionError("not to be asked: BlueZ answers with a warning")

    async def connect(self, pair: bool, **_more: Any) -> None:
        # Every backend keeps to the limit that it was given, and then cleans up.
        try:
            async with asyncio.timeout(self._timeout):
                await asyncio.sleep(self.connect_s)
        except TimeoutError:
            self.journal.append(("taken back",))
            raise
        if self.aborts_once:
            # As the backend for BlueZ does, which then tries again by itself.
            self._connected = True
            self.break_link()
        if self.connect_error is not None:
            raise self.connect_error
        self._connected = True
        self.services = services = BleakGATTServiceCollection()
        table = {
            SERVICE_UUID: [DATA_UUID, LOOKALIKE_UUID, BATTERY_UUID],
            BATTERY_SERVICE_UUID: [BATTERY_UUID],
        }
        handle = 0
        for service_uuid, characteristics in table.items():
            handle += 1
            service = BleakGATTService(None, handle, service_uuid)
            services.add_service(service)
            for uuid in characteristics:
                handle += 1
                services.add_characteristic(
                    BleakGATTCharacteristic(
                        None, handle, uuid, ["read", "notify"], lambda: self.room, service
                    )
                )

    async def disconnect(self) -> None:
        self.journal.append(("disconnect",))
        await self._answered()
        self.break_link()

    def break_link(self) -> None:
        if self._connected:
            self._connected = False
            if self._disconnected_callback is not None:
                self._disconnected_callback()

    async def pair(self, *_args: Any, **_more: Any) -> None:
        raise AssertionError("nothing is paired")

    async def unpair(self) -> None:
        raise AssertionError("nothing is paired")

    @property
    def is_connected(self) -> bool:
        return self._connected

    async def read_gatt_char(
        self, characteristic: BleakGATTCharacteristic, **_more: Any
    ) -> bytearray:
        self.journal.append(("read", characteristic.handle))
        await self._answered()
        return bytearray(b"\x57")

    async def read_gatt_descriptor(
        self, descriptor: BleakGATTDescriptor, **_more: Any
    ) -> bytearray:
        raise AssertionError("no descriptor is read")

    async def write_gatt_char(
        self, characteristic: BleakGATTCharacteristic, data: SizedBuffer, response: bool
    ) -> None:
        self.journal.append(("write", characteristic.uuid, bytes(data), response))
        await self._answered()

    async def write_gatt_descriptor(
        self, descriptor: BleakGATTDescriptor, data: SizedBuffer
    ) -> None:
        raise AssertionError("no descriptor is written")

    async def start_notify(
        self,
        characteristic: BleakGATTCharacteristic,
        callback: Callable[[bytearray], None],
        **_more: Any,
    ) -> None:
        await self._answered()
        self.notify[characteristic.uuid] = callback

    async def stop_notify(self, characteristic: BleakGATTCharacteristic) -> None:
        await self._answered()
        del self.notify[characteristic.uuid]

    async def _answered(self) -> None:
        if self.hang:
            await asyncio.Event().wait()


def hearing(
    *script: tuple[str, str | None, AdvertisementData], **options: object
) -> type[ScriptedScanner]:
    """Return a scanner of its own that hears so much."""
    return type("Scanner", (ScriptedScanner,), {"script": script, **options})


def client_that(**options: object) -> type[ScriptedClient]:
    """Return a client of its own that behaves so."""
    return type("Client", (ScriptedClient,), {"made": [], **options})
