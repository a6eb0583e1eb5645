"""A peripheral's characteristics as BlueZ shows them, while there is a link and after it.

BlueZ keeps the objects when the link ends, refuses with *Not connected*, and enables notifications
again after a reconnect for every client that never said stop (`src/gatt-client.c`).
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
from typing import TYPE_CHECKING, Final

from dbus_fast import Variant

from tests.radio.bluez.errors import (
    AttError,
    BluezError,
    failed,
    from_att,
    in_progress,
    not_connected,
    not_supported,
)
from tests.radio.bluez.journal import Act, Entry
from tests.radio.bluez.objects import DONE, Answer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from dbus_fast import Message

    from tests.radio.bluez.journal import Journal
    from tests.radio.bluez.objects import ObjectTree
    from tests.radio.bluez.peripheral import Characteristic, Firmware, Peripheral, Service

SERVICE: Final = "org.bluez.GattService1"
CHARACTERISTIC: Final = "org.bluez.GattCharacteristic1"
DESCRIPTOR: Final = "org.bluez.GattDescriptor1"

CLIENT_CONFIGURATION_UUID: Final = "00002902-0000-1000-8000-00805f9b34fb"

ATT_INTERVAL_S: Final = 0.01
"""From a request to its response: about a connection interval, s."""

FIRST_HANDLE: Final = 0x0A
"""Behind the generic services that every peripheral begins with."""


class GattCharacteristic:
    """One characteristic on the bus."""

    def __init__(
        self,
        tree: ObjectTree,
        journal: Journal,
        peripheral: Peripheral,
        service_path: str,
        handle: int,
        spec: Characteristic,
        *,
        linked: Callable[[], bool],
    ) -> None:
        self.spec = spec
        self.path = f"{service_path}/char{handle:04x}"
        self._tree = tree
        self._journal = journal
        self._peripheral = peripheral
        self._linked = linked
        self._subscribers: set[str] = set()
        self._acquired: socket.socket | None = None
        self._busy: set[str] = set()
        properties = {
            "UUID": Variant("s", spec.uuid),
            "Service": Variant("o", service_path),
            "Value": Variant("ay", b""),
            "Flags": Variant("as", list(spec.flags)),
            "MTU": Variant("q", peripheral.mtu),
        }
        if self._notifies:
            properties["Notifying"] = Variant("b", False)
            properties["NotifyAcquired"] = Variant("b", False)
        methods = {
            "ReadValue": self._read_value,
            "WriteValue": self._write_value,
            "StartNotify": self._start_notify,
            "StopNotify": self._stop_notify,
            "AcquireNotify": self._acquire_notify,
            "AcquireWrite": self._acquire_write,
        }
        tree.add(
            self.path,
            {CHARACTERISTIC: properties},
            {(CHARACTERISTIC, name): method for name, method in methods.items()},
        )
        self._descriptor_path: str | None = None
        if self._notifies:
            self._descriptor_path = f"{self.path}/desc{handle + 2:04x}"
            configuration = {
                "UUID": Variant("s", CLIENT_CONFIGURATION_UUID),
                "Characteristic": Variant("o", self.path),
                "Value": Variant("ay", b""),
            }
            tree.add(self._descriptor_path, {DESCRIPTOR: configuration}, {})

    @property
    def _notifies(self) -> bool:
        return "notify" in self.spec.flags or "indicate" in self.spec.flags

    @property
    def _firmware(self) -> Firmware:
        return self._peripheral.firmware

    def remove(self) -> None:
        """Take it off the bus."""
        self._let_go()
        if self._descriptor_path is not None:
            self._tree.remove(self._descriptor_path)
        self._tree.remove(self.path)

    def deliver(self, value: bytes) -> None:
        """Pass a notification on to who asked for it."""
        if self._acquired is not None:
            with contextlib.suppress(OSError):
                self._acquired.send(value)
        elif self._subscribers:
            self._tree.change(self.path, CHARACTERISTIC, {"Value": Variant("ay", value)})

    def link_began(self) -> None:
        """Enable notifications again for who never said stop."""
        if self._subscribers:
            self._enable()

    def link_ended(self) -> None:
        """Let go of the socket; who used the bus instead stays subscribed."""
        self._let_go()

    def client_gone(self, client: str) -> None:
        """Do what a client did not do that left the bus."""
        if client in self._subscribers:
            self._leave(client)

    async def _read_value(self, _message: Message) -> Answer:
        with self._one_at_a_time("read"):
            if "read" not in self.spec.flags:
                raise from_att(AttError(0x02))
            await self._on_air()
            try:
                value = self._firmware.read(self.spec.uuid)
            except AttError as error:
                raise from_att(error) from error
            self._note(Act.READ, value)
            # BlueZ tells everybody what one has read, as if it were a notification.
            self._tree.change(self.path, CHARACTERISTIC, {"Value": Variant("ay", value)})
            return Answer("ay", (value,))

    async def _write_value(self, message: Message) -> Answer:
        value, options = bytes(message.body[0]), message.body[1]
        with self._one_at_a_time("write"):
            command = "type" in options and options["type"].value == "command"
            if ("write-without-response" if command else "write") not in self.spec.flags:
                raise not_supported()
            if command and len(value) > self._peripheral.mtu - 3:
                raise failed("Failed to initiate write")
            await self._on_air()
            self._note(Act.WRITE, value)
            try:
                self._firmware.write(self.spec.uuid, value)
            except AttError as error:
                if not command:
                    raise from_att(error) from error
            return DONE

    async def _start_notify(self, message: Message) -> Answer:
        client = message.sender or ""
        if not self._notifies:
            raise not_supported()
        if client in self._subscribers:
            raise failed("Already notifying")
        if self._acquired is not None:
            raise BluezError("org.bluez.Error.NotPermitted", "Notify acquired")
        if not self._linked():
            self._subscribers.add(client)
            return DONE
        await self._on_air()
        first = not self._subscribers
        self._subscribers.add(client)
        if first:
            self._enable()
        return DONE

    async def _stop_notify(self, message: Message) -> Answer:
        client = message.sender or ""
        if client not in self._subscribers:
            raise failed("No notify session started")
        if self._linked():
            await self._on_air()
        self._leave(client)
        return DONE

    async def _acquire_notify(self, _message: Message) -> Answer:
        if not self._notifies:
            raise not_supported()
        if self._subscribers or self._acquired is not None:
            raise BluezError("org.bluez.Error.NotPermitted", "Already notifying")
        await self._on_air()
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        ours.setblocking(False)
        self._acquired = ours
        asyncio.get_running_loop().add_reader(ours, self._released)
        self._tree.change(self.path, CHARACTERISTIC, {"NotifyAcquired": Variant("b", True)})
        self._enable()
        return self._hand_over(theirs)

    async def _acquire_write(self, _message: Message) -> Answer:
        if "write-without-response" not in self.spec.flags:
            raise not_supported()
        await self._on_air()
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        # Bleak asks for this only to learn the MTU.
        ours.close()
        return self._hand_over(theirs)

    def _hand_over(self, theirs: socket.socket) -> Answer:
        fd = theirs.detach()
        # The bus copies it into the client; ours has to go once it was sent.
        asyncio.get_running_loop().call_later(1.0, os.close, fd)
        return Answer("hq", (0, self._peripheral.mtu), (fd,))

    def _released(self) -> None:
        """The client closed its end: that is how it says stop."""
        self._let_go()
        self._disable()

    def _let_go(self) -> None:
        if self._acquired is not None:
            asyncio.get_running_loop().remove_reader(self._acquired)
            self._acquired.close()
            self._acquired = None
            self._tree.change(self.path, CHARACTERISTIC, {"NotifyAcquired": Variant("b", False)})

    def _leave(self, client: str) -> None:
        self._subscribers.discard(client)
        if not self._subscribers:
            self._disable()

    def _enable(self) -> None:
        self._note(Act.SUBSCRIBE)
        self._tree.change(self.path, CHARACTERISTIC, {"Notifying": Variant("b", True)})
        self._firmware.subscribed(self.spec.uuid)

    def _disable(self) -> None:
        self._tree.change(self.path, CHARACTERISTIC, {"Notifying": Variant("b", False)})
        if self._linked():
            self._note(Act.UNSUBSCRIBE)
            self._firmware.unsubscribed(self.spec.uuid)

    @contextlib.contextmanager
    def _one_at_a_time(self, kind: str) -> Iterator[None]:
        if kind in self._busy:
            raise in_progress()
        self._busy.add(kind)
        try:
            yield
        finally:
            self._busy.discard(kind)

    async def _on_air(self) -> None:
        """Wait for a request to come back, which takes a link."""
        if not self._linked():
            raise not_connected()
        await asyncio.sleep(ATT_INTERVAL_S)
        if not self._linked():
            raise from_att(AttError(0x0E))

    def _note(self, act: Act, data: bytes = b"") -> None:
        self._journal.add(Entry(act, self._peripheral.address, self.spec.uuid, data))


def export(
    tree: ObjectTree,
    journal: Journal,
    peripheral: Peripheral,
    device_path: str,
    linked: Callable[[], bool],
) -> tuple[list[str], dict[str, GattCharacteristic]]:
    """Put a GATT table on the bus; give the services' paths and the characteristics by UUID."""
    service_paths = []
    characteristics = {}
    for handle, service in _with_handles(peripheral.services):
        path = f"{device_path}/service{handle:04x}"
        properties = {
            "UUID": Variant("s", service.uuid),
            "Device": Variant("o", device_path),
            "Primary": Variant("b", True),
            "Includes": Variant("ao", []),
        }
        tree.add(path, {SERVICE: properties}, {})
        service_paths.append(path)
        for number, spec in enumerate(service.characteristics):
            characteristics[spec.uuid] = GattCharacteristic(
                tree,
                journal,
                peripheral,
                path,
                # Declaration, value, configuration.
                handle + 1 + 3 * number,
                spec,
                linked=linked,
            )
    return service_paths, characteristics


def _with_handles(services: tuple[Service, ...]) -> Iterator[tuple[int, Service]]:
    handle = FIRST_HANDLE
    for service in services:
        yield handle, service
        handle += 1 + 3 * len(service.characteristics)
