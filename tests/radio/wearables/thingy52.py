"""A Nordic Thingy:52 (`firmware_notes/07-thingy52.md`)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tests.radio.bluez import Advert, AttError, Characteristic, Peripheral, Service
from tests.radio.wearables.board import Board
from tests.sensors.encoders import encode_thingy52
from tracker.sensors.base import BATTERY_LEVEL_UUID
from tracker.sensors.thingy52 import (
    CONFIG,
    CONFIG_UUID,
    CONFIGURATION_SERVICE_UUID,
    FIRMWARE_UUID,
    MOTION_SERVICE_UUID,
    RAW_UUID,
    ROTATION_UUID,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.radio.wearables.lifter import Lifter, Motion

BATTERY_SERVICE_UUID: Final = "0000180f-0000-1000-8000-00805f9b34fb"

DEFAULT: Final = CONFIG.pack(1000, 500, 500, 10, 1)

SERVICES: Final = (
    Service(CONFIGURATION_SERVICE_UUID, (Characteristic(FIRMWARE_UUID, ("read",)),)),
    Service(
        MOTION_SERVICE_UUID,
        (
            Characteristic(CONFIG_UUID, ("read", "write")),
            Characteristic(RAW_UUID, ("notify",)),
            Characteristic(ROTATION_UUID, ("notify",)),
        ),
    ),
    Service(BATTERY_SERVICE_UUID, (Characteristic(BATTERY_LEVEL_UUID, ("read", "notify")),)),
)


class ThingyProgram:
    """Acts on changes of the subscription, and remembers the last one beyond the connection."""

    def __init__(self) -> None:
        self._config = DEFAULT
        self._believes_subscribed = False

    def read(self, uuid: str) -> bytes:
        """Return the configuration, the version or the battery."""
        match uuid:
            case str() if uuid == CONFIG_UUID:
                return self._config
            case str() if uuid == FIRMWARE_UUID:
                return bytes((2, 2, 0))
            case str() if uuid == BATTERY_LEVEL_UUID:
                return bytes((64,))
        raise AttError(0x0A)

    def write(self, board: Board, uuid: str, data: bytes) -> None:
        """Take a configuration of exactly its length and ranges."""
        if len(data) != CONFIG.size:
            raise AttError(0x0D)
        if not 5 <= CONFIG.unpack(data)[3] <= 200:
            raise AttError(0x80)
        self._config = data

    def subscribed(self, board: Board, uuid: str) -> None:
        """Start the chip, unless it is believed to run."""
        if uuid == RAW_UUID and not self._believes_subscribed:
            self._believes_subscribed = True
            board.play(CONFIG.unpack(self._config)[3], 1, _pack)

    def unsubscribed(self, board: Board, uuid: str) -> None:
        """Stop the chip."""
        if uuid == RAW_UUID:
            self._believes_subscribed = False
            board.halt()

    def unlinked(self, board: Board) -> None:
        """Stop the chip; what is believed of the subscription stays."""
        board.halt()


def _pack(motion: Motion, place: slice) -> Iterator[tuple[str, bytes]]:
    for acc_mps2, gyro_radps in zip(motion.acc_mps2[place], motion.gyro_radps[place], strict=True):
        yield RAW_UUID, encode_thingy52(acc_mps2, gyro_radps)


def thingy_peripheral(lifter: Lifter, address: str = "C0:FF:EE:00:00:07") -> Peripheral:
    """Return a Thingy with its factory's name."""
    board = Board(lifter, ThingyProgram())
    advert = Advert("Thingy", (CONFIGURATION_SERVICE_UUID,))
    return Peripheral(address, advert, SERVICES, board)
