"""A peripheral as BlueZ knows it: heard, connected, resolved, and lost again."""

from __future__ import annotations

import asyncio
from collections import deque
from typing import TYPE_CHECKING, Final, Protocol

from dbus_fast import Variant

from tests.radio.bluez.errors import (
    ABORTED_BY_LOCAL,
    BluezError,
    failed,
    in_progress,
    not_ready,
)
from tests.radio.bluez.gatt import export
from tests.radio.bluez.journal import Act, Entry
from tests.radio.bluez.objects import DONE, Answer

if TYPE_CHECKING:
    from collections.abc import Callable

    from dbus_fast import Message

    from tests.radio.bluez.gatt import GattCharacteristic
    from tests.radio.bluez.journal import Journal
    from tests.radio.bluez.objects import ObjectTree
    from tests.radio.bluez.peripheral import Peripheral

DEVICE: Final = "org.bluez.Device1"

CONNECT_S: Final = 0.05
"""From the request to the link, where the peripheral is heard at once, s."""

RESOLVE_S: Final = 0.05
"""From the link to the known services, s."""

GIVE_UP_S: Final = 20.0
"""The kernel ends an attempt to connect to a peripheral that is not heard, s."""


HANG: Final = "le-connection-abort-by-local after a long time"
"""Refuses, but only when the kernel gives up."""


class Disturbance(Protocol):
    """What happens to notifications between a peripheral and the host."""

    def carry(self, uuid: str, data: bytes, deliver: Callable[[bytes], None]) -> None:
        """Deliver a notification: now, later, changed, several times or never."""


class DeviceLink:
    """The connection that a firmware talks through."""

    def __init__(self, device: Device, mtu: int) -> None:
        self.mtu = mtu
        self.stalled = False
        """Whether it stands and nothing comes through any more."""
        self._device = device

    def notify(self, uuid: str, data: bytes) -> None:
        """Send a notification while this link is the one that stands."""
        if self._device.link is self and not self.stalled:
            self._device.carry(uuid, data)


class Device:
    """A device object of BlueZ and what stands behind it.

    What tests change while it lives: `reachable`, `refusals` and `disturbance`.
    """

    def __init__(
        self, tree: ObjectTree, journal: Journal, adapter_path: str, peripheral: Peripheral
    ) -> None:
        self.peripheral = peripheral
        self.path = f"{adapter_path}/dev_{peripheral.address.replace(':', '_')}"
        self.reachable = asyncio.Event()
        """Whether it is in range and switched on."""
        self.reachable.set()
        self.refusals: deque[str] = deque()
        """Words with which the next attempts to connect fail."""
        self.disturbance: Disturbance | None = None
        """What happens to its notifications on the air."""
        self.was_linked = False
        """BlueZ does not forget what it was connected with."""
        self.link: DeviceLink | None = None
        self._tree = tree
        self._journal = journal
        self._adapter_path = adapter_path
        self._connecting: asyncio.Task[None] | None = None
        self._service_paths: list[str] = []
        self._characteristics: dict[str, GattCharacteristic] = {}
        self._named = False

    @property
    def advertises(self) -> bool:
        """Whether it can be heard by a scan."""
        return self.reachable.is_set() and self.link is None

    @property
    def known(self) -> bool:
        """Whether BlueZ has an object for it."""
        return self._tree.has(self.path)

    def heard(self, rssi_dbm: int) -> None:
        """Take an advertisement; the name comes with the second one, as a scan response does."""
        advert = self.peripheral.advert
        changed = {
            "RSSI": Variant("n", rssi_dbm),
            "ManufacturerData": Variant(
                "a{qv}",
                {key: Variant("ay", data) for key, data in advert.manufacturer_data.items()},
            ),
        }
        if not self.known:
            self._named = False
            self._add(changed)
            return
        if not self._named and advert.name is not None:
            self._named = True
            changed["Name"] = changed["Alias"] = Variant("s", advert.name)
        self._tree.change(self.path, DEVICE, changed)

    def unheard(self) -> None:
        """Forget the signal strength, as at the end of a scan."""
        self._tree.change(self.path, DEVICE, {}, gone=["RSSI"])

    def _add(self, heard: dict[str, Variant]) -> None:
        address = self.peripheral.address
        properties = {
            "Address": Variant("s", address),
            "AddressType": Variant("s", "random"),
            # BlueZ makes a name of the address while it knows no better.
            "Alias": Variant("s", address.replace(":", "-")),
            "Paired": Variant("b", False),
            "Bonded": Variant("b", False),
            "Trusted": Variant("b", False),
            "Blocked": Variant("b", False),
            "LegacyPairing": Variant("b", False),
            "Connected": Variant("b", False),
            "ServicesResolved": Variant("b", False),
            "UUIDs": Variant("as", list(self.peripheral.advert.service_uuids)),
            "Adapter": Variant("o", self._adapter_path),
            **heard,
        }
        methods = {
            (DEVICE, "Connect"): self._connect,
            (DEVICE, "Disconnect"): self._disconnect,
        }
        self._tree.add(self.path, {DEVICE: properties}, methods)

    def remove(self) -> None:
        """Take it off the bus, with all that belongs to it."""
        if self._connecting is not None:
            self._connecting.cancel()
        self.lose_link()
        for characteristic in self._characteristics.values():
            characteristic.remove()
        for path in self._service_paths:
            self._tree.remove(path)
        self._characteristics, self._service_paths = {}, []
        if self.known:
            self._tree.remove(self.path)

    def lose_link(self) -> None:
        """End the link without a word from the host."""
        if self.link is None:
            return
        self.link = None
        for characteristic in self._characteristics.values():
            characteristic.link_ended()
        self.peripheral.firmware.disconnected()
        self._note(Act.LINK_END)
        self._tree.change(self.path, DEVICE, {"ServicesResolved": Variant("b", False)})
        self._tree.change(self.path, DEVICE, {"Connected": Variant("b", False)})

    def stall(self) -> None:
        """Let nothing through any more, without ending the link; the next one is sound."""
        if self.link is not None:
            self.link.stalled = True

    def carry(self, uuid: str, data: bytes) -> None:
        """Bring a notification to the host, through whatever disturbs the air."""
        characteristic = self._characteristics[uuid]
        if self.disturbance is None:
            characteristic.deliver(data)
        else:
            self.disturbance.carry(uuid, data, characteristic.deliver)

    def client_gone(self, client: str) -> None:
        """End the subscriptions of a client that left the bus; BlueZ keeps the link."""
        for characteristic in self._characteristics.values():
            characteristic.client_gone(client)

    async def _connect(self, _message: Message) -> Answer:
        self._note(Act.CONNECT)
        if self.link is not None:
            raise BluezError("org.bluez.Error.AlreadyConnected", "Already Connected")
        if self._connecting is not None:
            raise in_progress()
        self._connecting = asyncio.get_running_loop().create_task(self._reach())
        try:
            await self._connecting
        except asyncio.CancelledError:
            if not self.known:
                raise not_ready() from None
            raise failed("le-connection-abort-by-local") from None
        finally:
            self._connecting = None
        return DONE

    async def _reach(self) -> None:
        try:
            async with asyncio.timeout(GIVE_UP_S):
                await self.reachable.wait()
        except TimeoutError:
            raise failed("le-connection-abort-by-local") from None
        await asyncio.sleep(CONNECT_S)
        if self.refusals:
            text = self.refusals.popleft()
            if text == HANG:
                await asyncio.sleep(GIVE_UP_S)
            if text == ABORTED_BY_LOCAL:
                self._tree.change(self.path, DEVICE, {"Connected": Variant("b", True)})
                later = asyncio.get_running_loop().call_later
                off = {"Connected": Variant("b", False)}
                later(CONNECT_S, self._tree.change, self.path, DEVICE, off)
            raise failed(text)
        self.link = link = DeviceLink(self, self.peripheral.mtu)
        self.was_linked = True
        self._note(Act.LINK)
        self._tree.change(self.path, DEVICE, {"Connected": Variant("b", True)})
        self.peripheral.firmware.connected(link)
        asyncio.get_running_loop().call_later(RESOLVE_S, self._resolve, link)

    def _resolve(self, link: DeviceLink) -> None:
        """Show the services; BlueZ keeps them from an earlier link."""
        if self.link is not link:
            return
        if not self._characteristics:
            self._service_paths, self._characteristics = export(
                self._tree, self._journal, self.peripheral, self.path, lambda: bool(self.link)
            )
        uuids = [service.uuid for service in self.peripheral.services]
        every = sorted({*self.peripheral.advert.service_uuids, *uuids})
        for characteristic in self._characteristics.values():
            characteristic.link_began()
        self._tree.change(self.path, DEVICE, {"UUIDs": Variant("as", every)})
        self._tree.change(self.path, DEVICE, {"ServicesResolved": Variant("b", True)})

    async def _disconnect(self, _message: Message) -> Answer:
        self._note(Act.DISCONNECT)
        if self._connecting is not None:
            self._connecting.cancel()
            return DONE
        if self.link is None:
            raise BluezError("org.bluez.Error.NotConnected", "Not Connected")
        await asyncio.sleep(CONNECT_S)
        self.lose_link()
        return DONE

    def _note(self, act: Act) -> None:
        self._journal.add(Entry(act, self.peripheral.address))
