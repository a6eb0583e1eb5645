"""Heart rate (`firmware_notes/10-heart-rate.md`): a strap, and the service beside any motion."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from itertools import cycle
from typing import TYPE_CHECKING, Final

from tests.radio.bluez import Advert, AttError, Characteristic, Peripheral, Service
from tracker.sensors.base import BATTERY_LEVEL_UUID, FIRMWARE_REVISION_UUID, HEART_RATE_UUID
from tracker.sensors.heart_rate import SERVICE_UUID

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.radio.bluez import Firmware, Link

PERIOD_S: Final = 1.0
"""As the specification has it."""

HEART_SERVICE: Final = Service(SERVICE_UUID, (Characteristic(HEART_RATE_UUID, ("notify",)),))
BATTERY_SERVICE: Final = Service(
    "0000180f-0000-1000-8000-00805f9b34fb", (Characteristic(BATTERY_LEVEL_UUID, ("read",)),)
)
DEVICE_SERVICE: Final = Service(
    "0000180a-0000-1000-8000-00805f9b34fb", (Characteristic(FIRMWARE_REVISION_UUID, ("read",)),)
)


class StrapFirmware:
    """Sends measurements in turn, over and over, one a second."""

    def __init__(self, measurements: Sequence[bytes], battery: int = 64) -> None:
        self._measurements = cycle(measurements)
        self._battery = battery
        self._link: Link | None = None
        self._timer: asyncio.TimerHandle | None = None

    @property
    def streaming(self) -> bool:
        """Whether somebody listens."""
        return self._timer is not None

    def connected(self, link: Link) -> None:
        """Wait for a subscription."""
        self._link = link

    def disconnected(self) -> None:
        """Stop."""
        self.unsubscribed(HEART_RATE_UUID)
        self._link = None

    def read(self, uuid: str) -> bytes:
        """Return the charge or the version."""
        values = {BATTERY_LEVEL_UUID: bytes((self._battery,)), FIRMWARE_REVISION_UUID: b"3.1.1"}
        if uuid not in values:
            raise AttError(0x02)
        return values[uuid]

    def write(self, uuid: str, data: bytes) -> None:
        """Refuse: there is nothing to write."""
        raise AttError(0x03)

    def subscribed(self, uuid: str) -> None:
        """Send the first, and go on."""
        if uuid == HEART_RATE_UUID:
            self._send()

    def unsubscribed(self, uuid: str) -> None:
        """Stop."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _send(self) -> None:
        self._timer = asyncio.get_running_loop().call_later(PERIOD_S, self._send)
        if self._link is not None:
            self._link.notify(HEART_RATE_UUID, next(self._measurements))


class _Both:
    """A firmware with a heart rate beside what it does anyway."""

    def __init__(self, motion: Firmware, strap: StrapFirmware) -> None:
        self._motion, self._strap = motion, strap

    @property
    def streaming(self) -> bool:
        return self._motion.streaming or self._strap.streaming

    def connected(self, link: Link) -> None:
        self._motion.connected(link)
        self._strap.connected(link)

    def disconnected(self) -> None:
        self._motion.disconnected()
        self._strap.disconnected()

    def _of(self, uuid: str) -> Firmware:
        return self._strap if uuid in (HEART_RATE_UUID, BATTERY_LEVEL_UUID) else self._motion

    def read(self, uuid: str) -> bytes:
        return self._of(uuid).read(uuid)

    def write(self, uuid: str, data: bytes) -> None:
        self._of(uuid).write(uuid, data)

    def subscribed(self, uuid: str) -> None:
        self._of(uuid).subscribed(uuid)

    def unsubscribed(self, uuid: str) -> None:
        self._of(uuid).unsubscribed(uuid)


def with_heart_rate(peripheral: Peripheral, measurements: Sequence[bytes]) -> Peripheral:
    """Return a sensor of motion that sends the heart rate and has a battery as well."""
    has_battery = any(each.uuid == BATTERY_SERVICE.uuid for each in peripheral.services)
    more = (HEART_SERVICE,) if has_battery else (HEART_SERVICE, BATTERY_SERVICE)
    firmware = _Both(peripheral.firmware, StrapFirmware(measurements))
    return replace(peripheral, services=(*peripheral.services, *more), firmware=firmware)


def strap_peripheral(
    measurements: Sequence[bytes], address: str = "C0:FF:EE:00:00:10"
) -> Peripheral:
    """Return a chest strap that has nothing but a heart rate and a battery."""
    advert = Advert("TICKR 1A2B", (SERVICE_UUID,))
    services = (HEART_SERVICE, BATTERY_SERVICE, DEVICE_SERVICE)
    return Peripheral(address, advert, services, StrapFirmware(measurements), mtu=23)
