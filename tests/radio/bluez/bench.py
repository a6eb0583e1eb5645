"""The bench: a private bus, an emulated `org.bluez` on it, and peripherals around it.

It runs on a thread of its own, so that a test can start the program in another process, watch what
the peripherals see, and take a sensor away in the middle of a rep.
"""

from __future__ import annotations

import asyncio
import os
import tempfile
import threading
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

from dbus_fast import BusType
from dbus_fast.aio import MessageBus

from tests.radio.bluez.adapter import Adapter
from tests.radio.bluez.daemon import private_bus
from tests.radio.bluez.journal import Journal
from tests.radio.bluez.objects import ObjectTree

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable

    from tests.radio.bluez.device import Device
    from tests.radio.bluez.peripheral import Peripheral

Result = TypeVar("Result")

BUS_VARIABLE: Final = "DBUS_SYSTEM_BUS_ADDRESS"
"""Names the system bus to whoever looks for it."""

VERSION: Final = "5.72"
"""The BlueZ that is emulated."""

_READY_S: Final = 20.0
"""A daemon and a connection take less, also on a machine that is busy, s."""


class Bench:
    """A radio without radio; use as a context manager.

    Parameters
    ----------
    adapter
        Whether there is an adapter.
    powered
        Whether it is switched on.
    bluetoothd
        Whether anybody owns the name `org.bluez`.
    """

    def __init__(
        self, *, adapter: bool = True, powered: bool = True, bluetoothd: bool = True
    ) -> None:
        self.journal = Journal()
        """What the radio side saw."""
        self.address = ""
        """Address of the bus."""
        self._plugged = adapter
        self._powered = powered
        self._bluetoothd = bluetoothd
        self._ready = threading.Event()
        self._failure: BaseException | None = None
        self._thread = threading.Thread(target=self._run, name="bench", daemon=True)
        self._clean_up = ExitStack()
        self._loop: asyncio.AbstractEventLoop
        self._closing: asyncio.Event
        self._folder: Path
        self._daemon: subprocess.Popen[str]
        self._bus: MessageBus
        self._tree: ObjectTree
        self._adapter: Adapter

    @property
    def environment(self) -> dict[str, str]:
        """What a process needs to know to find this radio."""
        path = f"{self._folder}{os.pathsep}{os.environ.get('PATH', '')}"
        return {BUS_VARIABLE: self.address, "PATH": path}

    def __enter__(self) -> Bench:
        with self._clean_up:
            # Not pytest's folder: a socket's path has to be shorter than 108 bytes.
            folder = self._clean_up.enter_context(tempfile.TemporaryDirectory(prefix="bench-"))
            self._folder = Path(folder)
            # Bleak asks it for the version of BlueZ.
            tool = self._folder / "bluetoothctl"
            tool.write_text(f"#!/bin/sh\necho bluetoothctl: {VERSION}\n", encoding="utf-8")
            tool.chmod(0o755)
            bus = self._clean_up.enter_context(private_bus(self._folder))
            self.address, self._daemon = bus
            self._clean_up.callback(self._stop)
            self._thread.start()
            if not self._ready.wait(_READY_S):
                raise TimeoutError(f"the bench was not ready after {_READY_S} s")
            if self._failure is not None:
                raise RuntimeError("the bench could not start") from self._failure
            self._clean_up = self._clean_up.pop_all()
        return self

    def __exit__(self, *_error: object) -> None:
        self._clean_up.close()
        if self._failure is not None:
            raise RuntimeError("the bench failed") from self._failure
        if self._tree.defects:
            raise ExceptionGroup("a peripheral was treated badly", self._tree.defects)

    def _stop(self) -> None:
        if self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._closing.set)
            self._thread.join()

    def act(self, do: Callable[[], Result]) -> Result:
        """Call something on the bench's loop, between two of its steps, and return its result."""

        async def once() -> Result:
            return do()

        return asyncio.run_coroutine_threadsafe(once(), self._loop).result(_READY_S)

    def place(self, peripheral: Peripheral) -> Device:
        """Put a peripheral in range."""
        return self.act(lambda: self._adapter.place(peripheral))

    def stop_daemon(self) -> None:
        """End the bus, as at a shutdown."""
        self._daemon.terminate()

    @property
    def devices(self) -> tuple[Device, ...]:
        """Every peripheral that was placed."""
        return tuple(self._adapter.devices.values())

    def drop(self, device: Device, *, away: bool = False) -> None:
        """Break a link; `away` keeps the peripheral out of range until `come_back`."""

        def break_link() -> None:
            if away:
                device.reachable.clear()
            device.lose_link()

        self.act(break_link)

    def come_back(self, device: Device) -> None:
        """Let a peripheral be heard again."""
        self.act(device.reachable.set)

    def stall(self, device: Device) -> None:
        """Let nothing through a link any more, though it stands."""
        self.act(device.stall)

    def switch(self, *, on: bool) -> None:
        """Switch Bluetooth on or off."""
        self.act(lambda: self._adapter.switch(on=on))

    def unplug(self) -> None:
        """Pull the adapter out."""
        self.act(self._adapter.unplug)

    def plug(self) -> None:
        """Put it back."""
        self.act(self._adapter.plug)

    def crash_bluetoothd(self) -> None:
        """Let `org.bluez` vanish from the bus without a word."""
        self.act(self._bus.disconnect)

    def _take_note(self, _loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        """Keep what goes wrong in a callback for the test; a bus that broke is none of it."""
        error = context.get("exception") or RuntimeError(context["message"])
        if not isinstance(error, OSError | EOFError):
            self._tree.defects.append(error)

    def _run(self) -> None:
        try:
            asyncio.run(self._serve())
        except BaseException as error:
            self._failure = error
        finally:
            self._ready.set()

    async def _serve(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._loop.set_exception_handler(self._take_note)
        self._closing = asyncio.Event()
        self._bus = MessageBus(
            bus_address=self.address, bus_type=BusType.SYSTEM, negotiate_unix_fd=True
        )
        await self._bus.connect()
        self._tree = ObjectTree(self._bus)
        await self._tree.watch_clients()
        self._adapter = Adapter(self._tree, self.journal)
        if self._plugged:
            self._adapter.plug(powered=self._powered)
        if self._bluetoothd:
            await self._bus.request_name("org.bluez")
        self._ready.set()
        await self._closing.wait()
        self._adapter.close()
        self._bus.disconnect()
        # It lets go of its socket in the steps that follow; a bus that broke raises its end here.
        with suppress(Exception):
            await self._bus.wait_for_disconnect()  # type: ignore[no-untyped-call]
