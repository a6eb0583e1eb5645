"""The made-up sensor of `examples/plugin`, whose family the tracker does not bring along."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Final

import numpy as np

from tests.radio.bluez import Advert, Characteristic, Peripheral, Service
from tests.radio.wearables.board import Board

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.radio.wearables.lifter import Lifter, Motion

SERVICE_UUID: Final = "7b1c0001-0f5a-4a3e-9d53-5b6f0c4d2a10"
SAMPLES_UUID: Final = "7b1c0002-0f5a-4a3e-9d53-5b6f0c4d2a10"

RATE_HZ: Final = 50
SERVICES: Final = (Service(SERVICE_UUID, (Characteristic(SAMPLES_UUID, ("notify",)),)),)


class TickboxProgram:
    """Sends while somebody listens, and now and then a packet that no sample fits in."""

    def read(self, uuid: str) -> bytes:
        """Refuse: nothing can be read."""
        raise AssertionError(uuid)

    def write(self, board: Board, uuid: str, data: bytes) -> None:
        """Refuse: nothing can be written."""
        raise AssertionError(uuid)

    def subscribed(self, board: Board, uuid: str) -> None:
        """Stream while somebody listens."""
        board.play(RATE_HZ, 2, _pack)

    def unsubscribed(self, board: Board, uuid: str) -> None:
        """Stop."""
        board.halt()

    def unlinked(self, board: Board) -> None:
        """Stop."""
        board.halt()


def _pack(motion: Motion, place: slice) -> Iterator[tuple[str, bytes]]:
    thousandths_g = motion.acc_mps2[place] * (1000.0 / 9.80665)
    tenths_dps = np.degrees(motion.gyro_radps[place]) * 10.0
    for sample in np.rint(np.hstack([thousandths_g, tenths_dps])).astype(int):
        yield SAMPLES_UUID, struct.pack("<6h", *sample)


def tickbox_peripheral(lifter: Lifter, address: str = "C0:FF:EE:00:00:77") -> Peripheral:
    """Return a sensor that advertises its name."""
    return Peripheral(address, Advert("Tickbox 7"), SERVICES, Board(lifter, TickboxProgram()))
