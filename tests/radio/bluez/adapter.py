"""The Bluetooth adapter: who scans, what is heard, and what happens when it is switched off."""

from __future__ import annotations

import asyncio
import itertools
from typing import TYPE_CHECKING, Final

from dbus_fast import Variant

from tests.radio.bluez.device import Device
from tests.radio.bluez.errors import does_not_exist, failed, in_progress, not_ready
from tests.radio.bluez.journal import Act, Entry
from tests.radio.bluez.objects import DONE, Answer

if TYPE_CHECKING:
    from dbus_fast import Message

    from tests.radio.bluez.journal import Journal
    from tests.radio.bluez.objects import ObjectTree
    from tests.radio.bluez.peripheral import Peripheral

ADAPTER: Final = "org.bluez.Adapter1"
PATH: Final = "/org/bluez/hci0"

ADVERTISEMENT_S: Final = 0.1
"""Peripherals advertise about so often, s."""

FORGET_S: Final = 30.0
"""BlueZ drops what was heard but never connected so long after a scan, s (`TemporaryTimeout`)."""

RSSI_WANDER_DB: Final = (0, 2, -1, 1, -2)
"""A strength that stands still would not be told."""


class Adapter:
    """`hci0` and everything in its range."""

    def __init__(self, tree: ObjectTree, journal: Journal) -> None:
        self.devices: dict[str, Device] = {}
        """Everything in range and out of it, by address."""
        self._tree = tree
        self._journal = journal
        self._filters: dict[str, list[str]] = {}
        self._scanners: set[str] = set()
        self._scanning: asyncio.Task[None] | None = None
        self._forgetting: asyncio.TimerHandle | None = None
        self._powered = False
        tree.when_gone(self._client_gone)

    def plug(self, *, powered: bool = True) -> None:
        """Put the adapter on the bus."""
        properties = {
            "Address": Variant("s", "00:1A:7D:DA:71:13"),
            "AddressType": Variant("s", "public"),
            "Name": Variant("s", "bench"),
            "Alias": Variant("s", "bench"),
            "Class": Variant("u", 0),
            "Powered": Variant("b", powered),
            "Discoverable": Variant("b", False),
            "DiscoverableTimeout": Variant("u", 180),
            "Pairable": Variant("b", False),
            "PairableTimeout": Variant("u", 0),
            "Discovering": Variant("b", False),
            "UUIDs": Variant("as", []),
            "Modalias": Variant("s", "usb:v1D6Bp0246d0542"),
            "Roles": Variant("as", ["central", "peripheral"]),
        }
        methods = {
            "SetDiscoveryFilter": self._set_discovery_filter,
            "StartDiscovery": self._start_discovery,
            "StopDiscovery": self._stop_discovery,
            "RemoveDevice": self._remove_device,
        }
        self._powered = powered
        self._tree.add(
            PATH,
            {ADAPTER: properties},
            {(ADAPTER, name): method for name, method in methods.items()},
        )

    def unplug(self) -> None:
        """Pull it out: everything of it leaves the bus."""
        self._fall_silent()
        for device in self.devices.values():
            device.remove()
        self._tree.remove(PATH)

    def switch(self, *, on: bool) -> None:
        """Switch Bluetooth on or off, as a desktop does; off ends every link."""
        self._powered = on
        if not on:
            self._fall_silent()
            for device in self.devices.values():
                if device.link is None and device.known:
                    device.remove()
                device.lose_link()
        self._tree.change(PATH, ADAPTER, {"Powered": Variant("b", on)})

    def place(self, peripheral: Peripheral) -> Device:
        """Put a peripheral in range."""
        device = Device(self._tree, self._journal, PATH, peripheral)
        self.devices[peripheral.address] = device
        return device

    def close(self) -> None:
        """Stop what runs by itself."""
        self._fall_silent()
        if self._forgetting is not None:
            self._forgetting.cancel()
        for device in self.devices.values():
            device.lose_link()

    async def _set_discovery_filter(self, message: Message) -> Answer:
        client = message.sender or ""
        options = message.body[0]
        if "UUIDs" in options:
            self._filters[client] = [uuid.lower() for uuid in options["UUIDs"].value]
        else:
            self._filters.pop(client, None)
        return DONE

    async def _start_discovery(self, message: Message) -> Answer:
        client = message.sender or ""
        if not self._powered:
            raise not_ready()
        if client in self._scanners:
            raise in_progress()
        self._scanners.add(client)
        self._journal.add(Entry(Act.SCAN))
        if self._scanning is None:
            if self._forgetting is not None:
                self._forgetting.cancel()
            self._scanning = asyncio.get_running_loop().create_task(self._scan())
            self._tree.change(PATH, ADAPTER, {"Discovering": Variant("b", True)})
        return DONE

    async def _stop_discovery(self, message: Message) -> Answer:
        client = message.sender or ""
        if not self._powered:
            raise not_ready()
        if client not in self._scanners:
            raise failed("No discovery started")
        self._leave(client)
        return DONE

    async def _remove_device(self, message: Message) -> Answer:
        for device in self.devices.values():
            if device.path == message.body[0] and device.known:
                device.remove()
                return DONE
        raise does_not_exist()

    async def _scan(self) -> None:
        for wander_db in itertools.cycle(RSSI_WANDER_DB):
            for device in self.devices.values():
                if device.advertises and self._is_wanted(device):
                    device.heard(device.peripheral.rssi_dbm + wander_db)
            await asyncio.sleep(ADVERTISEMENT_S)

    def _is_wanted(self, device: Device) -> bool:
        """Say whether any of the scanners' filters lets a device through."""
        advertised = {uuid.lower() for uuid in device.peripheral.advert.service_uuids}
        return any(
            client not in self._filters or advertised.intersection(self._filters[client])
            for client in self._scanners
        )

    def _client_gone(self, client: str) -> None:
        self._filters.pop(client, None)
        if client in self._scanners:
            self._leave(client)
        for device in self.devices.values():
            device.client_gone(client)

    def _leave(self, client: str) -> None:
        self._scanners.discard(client)
        self._journal.add(Entry(Act.SCAN_END))
        if not self._scanners:
            self._fall_silent()
            self._forgetting = asyncio.get_running_loop().call_later(FORGET_S, self._forget)

    def _fall_silent(self) -> None:
        self._scanners.clear()
        if self._scanning is not None:
            self._scanning.cancel()
            self._scanning = None
            for device in self.devices.values():
                device.unheard()
            self._tree.change(PATH, ADAPTER, {"Discovering": Variant("b", False)})

    def _forget(self) -> None:
        for device in self.devices.values():
            if device.known and device.link is None and not device.was_linked:
                device.remove()
