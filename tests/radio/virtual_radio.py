"""Two virtual controllers in this process: a peripheral's GATT table behind a real ATT server."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Final, TypeVar

from bumble import att
from bumble.controller import Controller
from bumble.core import UUID, AdvertisingData
from bumble.device import Device, Peer
from bumble.gatt import Characteristic, CharacteristicValue, Service
from bumble.hci import Address
from bumble.host import Host
from bumble.link import LocalLink
from bumble.transport.common import AsyncPipeSink

from tests.radio.bluez import AttError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Coroutine
    from typing import Any

    from bumble.device import Advertisement, Connection

    from tests.radio.bluez import Peripheral
    from tests.radio.bluez.peripheral import Characteristic as CharacteristicSpec

Result = TypeVar("Result")

CENTRAL: Final = Address("F0:F0:F0:F0:F0:F0")

GENERAL_DISCOVERABLE_LE_ONLY: Final = bytes([0x06])

INTERVAL_MS: Final = 100.0
"""The note asks for it in the first 30 s after waking up."""

PACKET_BYTES: Final = 31
"""What a legacy advertising packet and a scan response hold."""

_PROPERTIES: Final = {
    "read": Characteristic.Properties.READ,
    "write": Characteristic.Properties.WRITE,
    "write-without-response": Characteristic.Properties.WRITE_WITHOUT_RESPONSE,
    "notify": Characteristic.Properties.NOTIFY,
    "indicate": Characteristic.Properties.INDICATE,
}


class VirtualLink:
    """The connection that a firmware talks through."""

    def __init__(self, server: PeripheralServer, connection: Connection) -> None:
        self._server = server
        self._connection = connection

    @property
    def mtu(self) -> int:
        """ATT MTU that was agreed on."""
        mtu: int = self._connection.att_mtu
        return mtu

    def notify(self, uuid: str, data: bytes) -> None:
        """Send a notification; without a subscriber it goes nowhere."""
        self._server.notify(self._connection, uuid, data)


class PeripheralServer:
    """A peripheral on a virtual controller.

    Parameters
    ----------
    device
        The virtual device that it becomes.
    peripheral
        Its table, advertisement and firmware.
    """

    def __init__(self, device: Device, peripheral: Peripheral) -> None:
        self._device = device
        self._peripheral = peripheral
        self._characteristics: dict[str, Characteristic[bytes]] = {}
        self._sending: set[asyncio.Task[None]] = set()
        for service in peripheral.services:
            made = [self._characteristic(spec) for spec in service.characteristics]
            device.add_service(Service(UUID(service.uuid), made))
        device.on(device.EVENT_CONNECTION, self._connected)

    async def advertise(self) -> None:
        """Advertise as the note asks for: flags and service first, the name in the response."""
        advert = self._peripheral.advert
        services = b"".join(UUID(uuid).to_bytes() for uuid in advert.service_uuids)
        packet = AdvertisingData(
            [
                (AdvertisingData.FLAGS, GENERAL_DISCOVERABLE_LE_ONLY),
                (AdvertisingData.COMPLETE_LIST_OF_128_BIT_SERVICE_CLASS_UUIDS, services),
            ]
        )
        name = (advert.name or "").encode()
        response = AdvertisingData([(AdvertisingData.COMPLETE_LOCAL_NAME, name)])
        for data in (packet, response):
            if len(bytes(data)) > PACKET_BYTES:
                raise ValueError(f"expected at most {PACKET_BYTES} bytes, got {len(bytes(data))}")
        await self._device.start_advertising(
            advertising_data=bytes(packet),
            scan_response_data=bytes(response),
            auto_restart=True,
            advertising_interval_min=INTERVAL_MS,
            advertising_interval_max=INTERVAL_MS,
        )

    def notify(self, connection: Connection, uuid: str, data: bytes) -> None:
        """Send a notification to a central that asked for it."""
        server = self._device.gatt_server
        self._send(server.notify_subscriber(connection, self._characteristics[uuid], data))

    def _send(self, sending: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(sending)
        self._sending.add(task)
        task.add_done_callback(self._sending.discard)

    def _characteristic(self, spec: CharacteristicSpec) -> Characteristic[bytes]:
        firmware = self._peripheral.firmware
        properties = Characteristic.Properties(0)
        for flag in spec.flags:
            properties |= _PROPERTIES[flag]

        def read(_connection: object) -> bytes:
            return _translated(lambda: firmware.read(spec.uuid))

        def write(_connection: object, value: bytes) -> None:
            _translated(lambda: firmware.write(spec.uuid, value))

        def subscription(_connection: object, notifies: bool, indicates: bool) -> None:
            tell = firmware.subscribed if notifies or indicates else firmware.unsubscribed
            tell(spec.uuid)

        made: Characteristic[bytes] = Characteristic(
            spec.uuid,
            properties,
            Characteristic.READABLE | Characteristic.WRITEABLE,
            CharacteristicValue(read=read, write=write),
        )
        made.on(made.EVENT_SUBSCRIPTION, subscription)
        self._characteristics[spec.uuid] = made
        return made

    def _connected(self, connection: Connection) -> None:
        firmware = self._peripheral.firmware
        connection.on(connection.EVENT_DISCONNECTION, lambda _reason: firmware.disconnected())
        firmware.connected(VirtualLink(self, connection))


def _translated(do: Callable[[], Result]) -> Result:
    """Do what a firmware does and say its refusals in ATT's words."""
    try:
        return do()
    except AttError as error:
        raise att.ATT_Error(att.ErrorCode(error.code)) from error


class Air:
    """A central, and one peripheral in its range."""

    def __init__(self, central: Device, server: PeripheralServer, address: Address) -> None:
        self.central = central
        self._server = server
        self._address = address

    async def heard(self) -> AdvertisingData:
        """Return the advertising packet; the virtual controllers carry no scan responses."""
        found: asyncio.Future[AdvertisingData] = asyncio.get_running_loop().create_future()

        def take(advertisement: Advertisement) -> None:
            if not found.done():
                found.set_result(advertisement.data)

        self.central.on(self.central.EVENT_ADVERTISEMENT, take)
        await self.central.start_scanning(active=False)
        try:
            return await found
        finally:
            await self.central.stop_scanning()

    @asynccontextmanager
    async def connection(self, mtu: int) -> AsyncIterator[Peer]:
        """Connect, agree on an MTU and discover; disconnect at the end."""
        connection = await self.central.connect(self._address)
        peer = Peer(connection)
        if mtu > att.ATT_DEFAULT_MTU:
            await peer.request_mtu(mtu)
        await peer.discover_all()  # type: ignore[no-untyped-call]
        try:
            yield peer
        finally:
            await connection.disconnect()


@asynccontextmanager
async def air(peripheral: Peripheral) -> AsyncIterator[Air]:
    """Put a peripheral in the range of a central."""
    link = LocalLink()  # type: ignore[no-untyped-call]
    address = Address(peripheral.address)
    devices = []
    for name, own in (("central", CENTRAL), ("peripheral", address)):
        controller = Controller(name, link=link, public_address=str(own))
        host = Host(controller, AsyncPipeSink(controller))
        devices.append(Device(name=name, address=own, host=host))
    central, other = devices
    server = PeripheralServer(other, peripheral)
    for device in devices:
        await device.power_on()
    await server.advertise()
    try:
        yield Air(central, server, address)
    finally:
        for device in devices:
            await device.power_off()
