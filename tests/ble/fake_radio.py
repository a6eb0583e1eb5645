"""A radio and sensors of our own protocols: scripted, without any Bluetooth."""

from __future__ import annotations

import asyncio
from collections import deque
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from tracker.ble import LinkError
from tracker.ble.ports import DiscoveredDevice
from tracker.domain import LINK_CHANNEL, Notification
from tracker.sensors import Advertisement
from tracker.sensors.base import BATTERY_LEVEL_UUID, FIRMWARE_REVISION_UUID
from tracker.sensors.profile import START, STARTED, STOP, STOPPED
from tracker.sensors.profile.packets import (
    CONFIG_UUID,
    CONTROL_UUID,
    IMU_UUID,
    SERVICE_UUID,
    ProfileConfig,
)

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterable

ADDRESS = "C0:FF:EE:00:1A:2B"
NAME = "HipOne 1A2B"
PACKET_S = 0.05
ADVERTISE_S = 0.1


class FakeSensor:
    """A sensor with our own profile, as far as a link can see; tests change it while it lives."""

    def __init__(
        self, address: str = ADDRESS, name: str | None = NAME, *, advertises_service: bool = True
    ) -> None:
        self.address = address
        self.name = name
        self.advertises_service = advertises_service
        self.in_range = True
        self.silent = False
        """Answers commands, but sends no packets."""
        self.deaf = False
        """Does not answer commands either."""
        self.first_data_s = 0.0
        """From the confirmation of a start to the first packet."""
        self.wakes_on_restart = False
        """A new start ends a silence."""
        self.battery: int | None = 87
        self.refusals: deque[Exception] = deque()
        """Raised by the next attempts to connect, in order."""
        self.journal: list[str] = []
        """What was done to it."""
        self.values = {
            CONFIG_UUID: ProfileConfig().encode(),
            FIRMWARE_REVISION_UUID: b"1.2.3",
        }
        self.after_request: bytes | None = None
        """The configuration after a request; None if it refuses requests."""
        self.packet: Callable[[], bytes] = lambda: b"packet"
        self.connection: FakeConnection | None = None
        self.mtu: int | None = 247

    @property
    def advertisement(self) -> Advertisement:
        return Advertisement(self.name, (SERVICE_UUID,) if self.advertises_service else ())

    def discovered(self) -> DiscoveredDevice:
        return DiscoveredDevice.of(self.address, -60, self.advertisement, self)

    def break_link(self) -> None:
        if self.connection is not None:
            self.connection.end()

    def streams(self) -> bool:
        return self.connection is not None and self.connection.streaming is not None


class FakeConnection:
    """A connection to a `FakeSensor`."""

    def __init__(self, sensor: FakeSensor) -> None:
        self.lost = asyncio.Event()
        self.name = sensor.name
        self.services: tuple[str, ...] = (SERVICE_UUID,)
        self.mtu = sensor.mtu
        self.streaming: asyncio.Task[None] | None = None
        self._sensor = sensor
        self._callbacks: dict[str, Callable[[bytes], None]] = {}

    def has(self, channel: str) -> bool:
        return channel in (IMU_UUID, CONFIG_UUID, CONTROL_UUID, BATTERY_LEVEL_UUID)

    def properties(self, channel: str) -> frozenset[str]:
        return frozenset({"read", "write", "notify"} if self.has(channel) else ())

    async def read(self, channel: str) -> bytes:
        await self._transact(f"read {channel[:8]}")
        if channel == BATTERY_LEVEL_UUID:
            if self._sensor.battery is None:
                raise LinkError("refused", None)
            return bytes((self._sensor.battery,))
        return self._sensor.values[channel]

    async def write(self, channel: str, data: bytes, *, with_response: bool) -> None:
        await self._transact({START: "start", STOP: "stop"}.get(data, data.hex()))
        if channel == CONFIG_UUID:
            if self._sensor.after_request is None:
                raise LinkError("refused", None)
            self._sensor.values[channel] = self._sensor.after_request
            return
        if self._sensor.deaf:
            return
        if data == START:
            if self._sensor.wakes_on_restart:
                self._sensor.silent = False
            self._answer(STARTED + b"\x01")
            if self.streaming is None:
                self.streaming = asyncio.ensure_future(self._stream())
        elif data == STOP:
            self._halt()
            self._answer(STOPPED + b"\x00")

    async def subscribe(self, channel: str, receive: Callable[[bytes], None]) -> None:
        await self._transact(f"subscribe {channel[:8]}")
        assert channel not in self._callbacks, "subscribed twice"
        self._callbacks[channel] = receive

    async def unsubscribe(self, channel: str) -> None:
        await self._transact(f"unsubscribe {channel[:8]}")
        del self._callbacks[channel]

    async def close(self) -> None:
        if not self.lost.is_set():
            self._sensor.journal.append("disconnect")
            await asyncio.sleep(0.05)
            self.end()

    def end(self) -> None:
        self._halt()
        self.lost.set()
        self._sensor.connection = None

    async def _transact(self, what: str) -> None:
        await asyncio.sleep(0.01)
        if self.lost.is_set():
            raise LinkError("Bluetooth reports: Not connected.", None)
        self._sensor.journal.append(what)

    def _answer(self, data: bytes) -> None:
        if CONTROL_UUID in self._callbacks:
            self._callbacks[CONTROL_UUID](data)

    async def _stream(self) -> None:
        await asyncio.sleep(self._sensor.first_data_s)
        while True:
            await asyncio.sleep(PACKET_S)
            if not self._sensor.silent and IMU_UUID in self._callbacks:
                self._callbacks[IMU_UUID](self._sensor.packet())

    def _halt(self) -> None:
        if self.streaming is not None:
            self.streaming.cancel()
            self.streaming = None


class FakeRadio:
    """Hears and connects `FakeSensor`s."""

    def __init__(self, *sensors: FakeSensor) -> None:
        self.sensors = sensors
        self.trouble: Exception | None = None
        """Raised by whatever needs the adapter."""
        self.linked: tuple[DiscoveredDevice, ...] = ()
        self.searches = 0
        self.busy = 0
        """How many searches and attempts to connect go on; never more than one."""
        self.most_busy = 0

    @asynccontextmanager
    async def scanning(self) -> AsyncGenerator[AsyncIterator[DiscoveredDevice]]:
        self._check()
        self.searches += 1
        self._occupy(1)
        try:
            yield self._advertisements()
        finally:
            self._occupy(-1)

    async def connected(self) -> tuple[DiscoveredDevice, ...]:
        self._check()
        return self.linked

    async def connect(self, device: DiscoveredDevice) -> FakeConnection:
        self._check()
        sensor = device.handle
        assert isinstance(sensor, FakeSensor)
        self._occupy(1)
        try:
            await asyncio.sleep(0.2)
        finally:
            self._occupy(-1)
        if sensor.refusals:
            raise sensor.refusals.popleft()
        sensor.journal.append("connect")
        sensor.connection = FakeConnection(sensor)
        return sensor.connection

    def _occupy(self, step: int) -> None:
        self.busy += step
        self.most_busy = max(self.most_busy, self.busy)

    async def _advertisements(self) -> AsyncIterator[DiscoveredDevice]:
        while True:
            await asyncio.sleep(ADVERTISE_S)
            self._check()
            for sensor in self.sensors:
                if sensor.in_range and sensor.connection is None:
                    yield sensor.discovered()

    def _check(self) -> None:
        if self.trouble is not None:
            raise self.trouble


def link_states(notifications: Iterable[Notification], device: int = 0) -> list[str]:
    """Return the states of a sensor's link, in order, without their reasons."""
    return [
        each.data.decode().split("\n")[0]
        for each in notifications
        if each.channel == LINK_CHANNEL and each.device == device
    ]
