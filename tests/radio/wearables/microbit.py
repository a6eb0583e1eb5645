"""A BBC micro:bit of version 1 (`firmware_notes/09-microbit.md`): bursts without stamps."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tests.radio.bluez import Advert, AttError, Characteristic, Peripheral, Service
from tests.radio.wearables.board import Board
from tests.sensors.encoders import encode_microbit
from tracker.sensors.base import FIRMWARE_REVISION_UUID
from tracker.sensors.microbit import DATA_UUID, PERIOD_UUID, SERVICE_UUID

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.radio.wearables.lifter import Lifter, Motion

DEVICE_SERVICE_UUID: Final = "0000180a-0000-1000-8000-00805f9b34fb"

PERIOD_MS: Final = 20
RATE_HZ: Final = 55
"""What a period of 20 ms comes to."""

BURST: Final = 3
"""Samples in a connection event of 42 to 48 ms, on the mean."""

SERVICES: Final = (
    Service(
        SERVICE_UUID,
        (
            Characteristic(DATA_UUID, ("read", "notify")),
            Characteristic(PERIOD_UUID, ("read", "write")),
        ),
    ),
    Service(DEVICE_SERVICE_UUID, (Characteristic(FIRMWARE_REVISION_UUID, ("read",)),)),
)


class MicrobitProgram:
    """The accelerometer service; another period than the default does nothing (issue 22)."""

    def __init__(self) -> None:
        self._period_ms = PERIOD_MS

    def read(self, uuid: str) -> bytes:
        """Return the period or the version."""
        if uuid == PERIOD_UUID:
            return self._period_ms.to_bytes(2, "little")
        if uuid == FIRMWARE_REVISION_UUID:
            return b"2.0.0-rc9--g"
        return bytes(6)

    def write(self, board: Board, uuid: str, data: bytes) -> None:
        """Take a period; 0 and 1 ms crash the board."""
        if uuid != PERIOD_UUID or len(data) != 2:
            raise AttError(0x0D)
        period_ms = int.from_bytes(data, "little")
        if period_ms < 2:
            raise AssertionError("the board has crashed")
        self._period_ms = period_ms

    def subscribed(self, board: Board, uuid: str) -> None:
        """Stream while somebody listens."""
        board.play(RATE_HZ, BURST, _pack)

    def unsubscribed(self, board: Board, uuid: str) -> None:
        """Stop."""
        board.halt()

    def unlinked(self, board: Board) -> None:
        """Stop."""
        board.halt()


def _pack(motion: Motion, place: slice) -> Iterator[tuple[str, bytes]]:
    for acc_mps2 in motion.acc_mps2[place]:
        yield DATA_UUID, encode_microbit(acc_mps2)


def microbit_peripheral(lifter: Lifter, address: str = "C0:FF:EE:00:00:09") -> Peripheral:
    """Return a board that advertises nothing but its name."""
    board = Board(lifter, MicrobitProgram())
    return Peripheral(address, Advert("BBC micro:bit [zavep]"), SERVICES, board, mtu=23)
