"""A sensor with our own profile (`firmware_notes/01-profile.md`)."""

from __future__ import annotations

import asyncio
import struct
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from tests.radio.bluez import Advert, AttError, Characteristic, Peripheral, Service
from tests.radio.wearables.lifter import Stream
from tests.sensors.encoders import samples_per_packet
from tracker.sensors.base import BATTERY_LEVEL_UUID
from tracker.sensors.profile.packets import (
    CONFIG_UUID,
    CONTROL_UUID,
    IMU_UUID,
    REQUEST,
    SEQUENCE_MODULUS,
    SERVICE_UUID,
    TIME_MODULUS_US,
    VERSION,
    ProfileConfig,
    encode_packet,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.radio.bluez import Firmware, Link
    from tests.radio.wearables.lifter import Lifter, Motion

RATES_HZ: Final = (25, 50, 100, 200)
ACC_RANGES_G: Final = (2, 4, 8, 16)
GYRO_RANGES_DPS: Final = (250, 500, 1000, 2000)

START: Final = 1
STOP: Final = 2
TIME: Final = 3

DONE: Final = 0
NO_SUCH_COMMAND: Final = 1
NOT_ENABLED: Final = 2
BATTERY_TOO_LOW: Final = 4

INVALID_LENGTH: Final = 0x0D
VALUE_NOT_ALLOWED: Final = 0x13
STOP_FIRST: Final = 0x80
NO_SUCH_VALUE: Final = 0x0A

REPLY_S: Final = 0.02
"""The firmware answers a command after this long, s; the note allows 1 s."""

BATTERY_SERVICE_UUID: Final = "0000180f-0000-1000-8000-00805f9b34fb"
DEVICE_SERVICE_UUID: Final = "0000180a-0000-1000-8000-00805f9b34fb"
DEVICE_TEXTS: Final = {
    "00002a29-0000-1000-8000-00805f9b34fb": "Bench",
    "00002a24-0000-1000-8000-00805f9b34fb": "Hip One",
    "00002a26-0000-1000-8000-00805f9b34fb": "1.2.3",
}

SERVICES: Final = (
    Service(
        SERVICE_UUID,
        (
            Characteristic(IMU_UUID, ("notify",)),
            Characteristic(CONFIG_UUID, ("read", "write")),
            Characteristic(CONTROL_UUID, ("write", "notify")),
        ),
    ),
    Service(BATTERY_SERVICE_UUID, (Characteristic(BATTERY_LEVEL_UUID, ("read", "notify")),)),
    Service(
        DEVICE_SERVICE_UUID,
        tuple(Characteristic(uuid, ("read",)) for uuid in DEVICE_TEXTS),
    ),
)


class ProfileFirmware:
    """The firmware of such a sensor.

    Parameters
    ----------
    lifter
        Who wears it.
    battery
        Level, percent; None where reading it fails.
    boot_id
        Number drawn at boot.
    first_sequence
        Counter of the first packet; a large one brings its wrap near.
    first_stamp_us
        Device clock at the lifter's second 0, µs; a large one brings its wrap near.
    too_low
        Whether it refuses to start because of the battery.
    """

    def __init__(
        self,
        lifter: Lifter,
        *,
        battery: int | None = 87,
        boot_id: int = 0x7E901C4A,
        first_sequence: int = 0,
        first_stamp_us: int = 0,
        too_low: bool = False,
    ) -> None:
        self.lifter = lifter
        self.battery = battery
        self.config = ProfileConfig(boot_id=boot_id)
        self.clock_jump_us = 0
        """Added to every stamp from now on."""
        self._too_low = too_low
        self._sequence = first_sequence
        self._stamp_offset_us = first_stamp_us
        self._link: Link | None = None
        self._enabled: set[str] = set()
        self._stream: Stream | None = None
        self._replying: asyncio.TimerHandle | None = None

    @property
    def streaming(self) -> bool:
        """Whether packets are made."""
        return self._stream is not None

    def connected(self, link: Link) -> None:
        """Start from nothing: the central has to enable what it wants."""
        self._link = link
        self._enabled.clear()

    def disconnected(self) -> None:
        """Stop, as if stop had been written."""
        self._halt()
        self._link = None
        self._enabled.clear()

    def read(self, uuid: str) -> bytes:
        """Return the configuration, the battery level or a text."""
        if uuid == CONFIG_UUID:
            return self.config.encode()
        if uuid == BATTERY_LEVEL_UUID and self.battery is not None:
            return bytes([self.battery])
        if uuid in DEVICE_TEXTS:
            return DEVICE_TEXTS[uuid].encode()
        raise AttError(NO_SUCH_VALUE)

    def write(self, uuid: str, data: bytes) -> None:
        """Take a command or a configuration request."""
        if uuid == CONFIG_UUID:
            self._configure(data)
        elif uuid == CONTROL_UUID:
            self._command(data)

    def subscribed(self, uuid: str) -> None:
        """Note what the central wants to hear."""
        self._enabled.add(uuid)

    def unsubscribed(self, uuid: str) -> None:
        """Note what it does not want to hear any more."""
        self._enabled.discard(uuid)

    def reboot(self, boot_id: int) -> None:
        """Start anew, as after a brown-out; whoever calls this breaks the link as well."""
        self._halt()
        self.config = replace(ProfileConfig(), boot_id=boot_id)
        self._sequence = 0
        self._stamp_offset_us = -round(self.lifter.now_s() * 1e6)
        self.clock_jump_us = 0

    def hang(self) -> None:
        """Stream no more and answer as if: the next stop and start wakes it up."""
        if self._stream is not None:
            self._stream.stop()

    def _configure(self, data: bytes) -> None:
        if len(data) < REQUEST.size:
            raise AttError(INVALID_LENGTH)
        version, flags, rate_hz, acc_range_g, gyro_range_dps = REQUEST.unpack_from(data)
        if version != VERSION or not rate_hz or not acc_range_g:
            raise AttError(VALUE_NOT_ALLOWED)
        if self.streaming:
            raise AttError(STOP_FIRST)
        wants_gyro = bool(flags & 1)
        self.config = ProfileConfig(
            rate_hz=_nearest(rate_hz, RATES_HZ),
            acc_range_g=_nearest(acc_range_g, ACC_RANGES_G),
            gyro_range_dps=_nearest(gyro_range_dps, GYRO_RANGES_DPS) if wants_gyro else None,
            boot_id=self.config.boot_id,
        )

    def _command(self, data: bytes) -> None:
        if not data:
            raise AttError(INVALID_LENGTH)
        command = data[0]
        extra = b""
        if command == START:
            result = self._refusal()
        elif command == TIME:
            result = DONE
            extra = struct.pack("<Q", round(self.lifter.now_s() * 1e6) + self._offset_us)
        elif command == STOP:
            # None of the packets may come after the reply.
            self._halt()
            result = DONE
        else:
            result = NO_SUCH_COMMAND
        self._replying = asyncio.get_running_loop().call_later(
            REPLY_S, self._reply, command, result, extra
        )

    @property
    def _offset_us(self) -> int:
        """What the device clock shows at the lifter's second 0, µs."""
        return self._stamp_offset_us + self.clock_jump_us

    def _refusal(self) -> int:
        if self.streaming:
            return DONE
        if IMU_UUID not in self._enabled:
            return NOT_ENABLED
        return BATTERY_TOO_LOW if self._too_low else DONE

    def _reply(self, command: int, result: int, extra: bytes = b"") -> None:
        starts = command == START and result == DONE
        if self._link is None:
            return
        state = int(starts or self.streaming)
        self._link.notify(CONTROL_UUID, struct.pack("<BBB", command | 0x80, result, state) + extra)
        if starts and self._stream is None:
            motion = self.lifter.motion(self.config.rate_hz)
            block = samples_per_packet(self._link.mtu, self.config)
            self._stream = Stream(
                self.lifter, motion, block, lambda place: self._send(motion, place)
            )

    def _send(self, motion: Motion, place: slice) -> None:
        if self._link is None:
            return
        stamp_us = round(float(motion.time_s[place.start]) * 1e6)
        stamp_us += self._offset_us
        has_gyro = self.config.gyro_range_dps is not None
        packet = encode_packet(
            self.config,
            self._sequence % SEQUENCE_MODULUS,
            stamp_us % TIME_MODULUS_US,
            self.config.acc_counts(motion.acc_mps2[place]),
            self.config.gyro_counts(motion.gyro_radps[place]) if has_gyro else None,
        )
        self._sequence += 1
        self._link.notify(IMU_UUID, packet)

    def _halt(self) -> None:
        if self._replying is not None:
            self._replying.cancel()
        if self._stream is not None:
            self._stream.stop()
            self._stream = None


def profile_peripheral(
    firmware: Firmware,
    *,
    address: str = "C0:FF:EE:00:1A:2B",
    name: str = "HipOne 1A2B",
    mtu: int = 247,
) -> Peripheral:
    """Return a sensor with our own profile that runs a firmware."""
    return Peripheral(address, Advert(name, (SERVICE_UUID,)), SERVICES, firmware, mtu=mtu)


def _nearest(wanted: int, offered: Sequence[int]) -> int:
    """Return the lowest that is not below what is wanted, or the highest."""
    return next((each for each in offered if each >= wanted), offered[-1])
