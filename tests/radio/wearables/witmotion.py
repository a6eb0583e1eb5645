"""A WitMotion WT901BLE67 (`firmware_notes/02-witmotion.md`): streams to whoever listens."""

from __future__ import annotations

import asyncio
from enum import Enum
from typing import TYPE_CHECKING, Final

from tests.radio.bluez import Advert, AttError, Characteristic, Peripheral, Service
from tests.radio.wearables.board import Board
from tests.sensors.encoders import encode_reply, encode_witmotion
from tracker.sensors.witmotion import (
    BATTERY_REGISTER,
    NOTIFY_UUID,
    RATE_REGISTER,
    SAVE,
    SERVICE_UUID,
    UNLOCK,
    VERSION_REGISTER,
    WRITE_UUID,
    RegisterReply,
    read_command,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.radio.wearables.board import Pack
    from tests.radio.wearables.lifter import Lifter, Motion

RATES_HZ: Final = {0x06: 10, 0x07: 20, 0x08: 50, 0x09: 100}
FACTORY_RATE: Final = 0x06

FASTEST_HZ: Final = 100
"""The chip's own; what is sent is every so manyth of it."""

UNLOCKED_S: Final = 10.0
BATTERY_V: Final = 3.87
VERSION: Final = 1234

FRAME_S: Final = 0.04
"""Frames of about so long travel together, s."""

SERVICES: Final = (
    Service(
        SERVICE_UUID,
        (
            Characteristic(NOTIFY_UUID, ("notify",)),
            Characteristic(WRITE_UUID, ("write-without-response", "write")),
        ),
    ),
)


class Heed(Enum):
    """When a new rate is taken over."""

    AT_ONCE = "at once"
    SAVED = "once it is saved"
    NEVER = "never"


class WitMotionProgram:
    """Registers behind a lock, and frames for whoever listens."""

    def __init__(self, heed: Heed) -> None:
        self._heed = heed
        self._rate = self._wanted_rate = FACTORY_RATE
        self._unlocked_until_s = 0.0

    def read(self, uuid: str) -> bytes:
        """Nothing can be read."""
        raise AttError(0x02)

    def write(self, board: Board, uuid: str, data: bytes) -> None:
        """Take a command."""
        if uuid != WRITE_UUID or len(data) != len(UNLOCK):
            return
        now_s = asyncio.get_running_loop().time()
        if data == UNLOCK:
            self._unlocked_until_s = now_s + UNLOCKED_S
        elif data[:3] == read_command(0)[:3]:
            self._reply(board, data[3])
        elif now_s < self._unlocked_until_s:
            self._change(board, data)

    def _change(self, board: Board, data: bytes) -> None:
        if data[2] == RATE_REGISTER:
            self._wanted_rate = data[3]
            if self._heed is Heed.AT_ONCE:
                self._take_over(board)
        elif data == SAVE and self._heed is Heed.SAVED:
            self._take_over(board)

    def _take_over(self, board: Board) -> None:
        if self._wanted_rate not in RATES_HZ:
            raise AssertionError(f"a rate that stops it or is not known: {self._wanted_rate:#x}")
        self._rate = self._wanted_rate
        if board.streaming:
            self._stream(board)

    def _reply(self, board: Board, register: int) -> None:
        words = {BATTERY_REGISTER: (round(BATTERY_V * 100),), VERSION_REGISTER: (VERSION,)}
        reply = RegisterReply(register, words.get(register, ()))
        board.answer(NOTIFY_UUID, encode_reply(reply), 0.03)

    def _stream(self, board: Board) -> None:
        rate_hz = RATES_HZ[self._rate]
        together = max(1, round(FRAME_S * rate_hz))
        step = FASTEST_HZ // rate_hz
        board.play(FASTEST_HZ, together * step, _packing(step))

    def subscribed(self, board: Board, uuid: str) -> None:
        """Stream."""
        self._stream(board)

    def unsubscribed(self, board: Board, uuid: str) -> None:
        """Stop."""
        board.halt()

    def unlinked(self, board: Board) -> None:
        """Stop."""
        board.halt()


def _packing(step: int) -> Pack:
    def pack(motion: Motion, place: slice) -> Iterator[tuple[str, bytes]]:
        every = slice(place.start + step - 1, place.stop, step)
        yield NOTIFY_UUID, encode_witmotion(motion.acc_mps2[every], motion.gyro_radps[every])

    return pack


def witmotion_peripheral(
    lifter: Lifter, address: str = "E8:CB:ED:00:00:02", heed: Heed = Heed.AT_ONCE
) -> Peripheral:
    """Return a sensor that advertises its service and name."""
    board = Board(lifter, WitMotionProgram(heed))
    return Peripheral(address, Advert("WT901BLE67", (SERVICE_UUID,)), SERVICES, board)
