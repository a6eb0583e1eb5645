"""A sensor whose firmware is the reference implementation in C, in a process of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from tests.firmware.compiled import Sensor
from tests.radio.bluez import AttError
from tests.radio.wearables.lifter import Stream
from tests.radio.wearables.profile import DEVICE_TEXTS, NO_SUCH_VALUE
from tracker.sensors.base import BATTERY_LEVEL_UUID
from tracker.sensors.profile.packets import CONFIG_UUID, CONTROL_UUID, IMU_UUID, ProfileConfig

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.radio.bluez import Link
    from tests.radio.wearables.lifter import Lifter, Motion

NAMES: Final = {IMU_UUID: "imu", CONTROL_UUID: "control"}
CHANNELS: Final = {name: uuid for uuid, name in NAMES.items()}
STILL: Final = np.zeros(3, np.int16)


class ReferenceFirmware:
    """The firmware of such a sensor; `close` ends its process.

    Parameters
    ----------
    lifter
        Who wears it.
    line
        Command line of its process; None for the chip of `ProfileFirmware`.
    """

    def __init__(self, lifter: Lifter, line: Sequence[str] | None = None) -> None:
        self.lifter = lifter
        self._sensor = Sensor(line)
        self._link: Link | None = None
        self._stream: Stream | None = None

    @property
    def config(self) -> ProfileConfig:
        """What it says about itself."""
        return ProfileConfig.decode(self.read(CONFIG_UUID))

    @property
    def streaming(self) -> bool:
        """Whether packets are made."""
        return self._sensor.ask("streaming") == ["1"]

    def close(self) -> None:
        """End the process."""
        self._halt()
        self._sensor.close()

    def connected(self, link: Link) -> None:
        """Pass on that a central is there, and what it agreed to."""
        self._link = link
        self._happen("connect")
        self._happen(f"mtu {link.mtu}")

    def disconnected(self) -> None:
        """Pass on that it has left."""
        self._link = None
        self._happen("disconnect")

    def read(self, uuid: str) -> bytes:
        """Return the configuration from the process; the rest is the board's."""
        if uuid == CONFIG_UUID:
            return bytes.fromhex(self._sensor.ask("read")[0])
        if uuid == BATTERY_LEVEL_UUID:
            return b"\x57"
        if uuid in DEVICE_TEXTS:
            return DEVICE_TEXTS[uuid].encode()
        raise AttError(NO_SUCH_VALUE)

    def write(self, uuid: str, data: bytes) -> None:
        """Pass on what was written; refuse what the process refuses."""
        # A command takes its time from this.
        self._sensor.ask(f"now {self._us(self.lifter.now_s())}")
        # The MTU may have been agreed on after the connection was made.
        if self._link is not None:
            self._sensor.ask(f"mtu {self._link.mtu}")
        verb = "request" if uuid == CONFIG_UUID else "command"
        code = self._happen(f"{verb} {data.hex()}")
        if code:
            raise AttError(code)

    def subscribed(self, uuid: str) -> None:
        """Pass on what the central wants to hear."""
        self._subscription(uuid, 1)

    def unsubscribed(self, uuid: str) -> None:
        """Pass on what it does not want to hear any more."""
        self._subscription(uuid, 0)

    def _subscription(self, uuid: str, enabled: int) -> None:
        if uuid in NAMES:
            self._happen(f"{NAMES[uuid]} {enabled}")

    def _happen(self, line: str) -> int:
        """Let something happen and do what the firmware wants; return its ATT error, or 0."""
        code = 0
        for answer in self._sensor.ask(line):
            verb, _, rest = answer.partition(" ")
            if verb in CHANNELS and self._link is not None:
                self._link.notify(CHANNELS[verb], bytes.fromhex(rest))
            elif verb == "att":
                code = int(rest)
            elif verb == "start":
                self._wake()
            elif verb == "stop":
                self._halt()
        return code

    def _wake(self) -> None:
        config = self.config
        motion = self.lifter.motion(config.rate_hz)
        acc = config.acc_counts(motion.acc_mps2)
        gyro = None if config.gyro_range_dps is None else config.gyro_counts(motion.gyro_radps)
        self._stream = Stream(
            self.lifter, motion, 1, lambda place: self._measure(motion, acc, gyro, place.start)
        )

    def _measure(
        self,
        motion: Motion,
        acc: np.ndarray[tuple[int, ...], np.dtype[np.int16]],
        gyro: np.ndarray[tuple[int, ...], np.dtype[np.int16]] | None,
        at: int,
    ) -> None:
        counts = (*acc[at], *(STILL if gyro is None else gyro[at]))
        stamp_us = self._us(float(motion.time_s[at]))
        self._happen(f"sample {stamp_us} {' '.join(map(str, counts))}")

    def _halt(self) -> None:
        if self._stream is not None:
            self._stream.stop()
            self._stream = None

    @staticmethod
    def _us(time_s: float) -> int:
        return round(time_s * 1e6)
