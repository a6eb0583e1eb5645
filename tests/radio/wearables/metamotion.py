"""A MbientLab MetaMotion with either chip (`firmware_notes/05-metamotion.md`)."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final, TypeVar

from tests.radio.bluez import Advert, AttError, Characteristic, Peripheral, Service
from tests.radio.wearables.board import Board
from tests.sensors.encoders import encode_metamotion
from tracker.sensors.base import FIRMWARE_REVISION_UUID
from tracker.sensors.metamotion.protocol import (
    ACC_RANGE_CODES,
    ACC_RATE_CODES,
    COMMAND_UUID,
    CONFIG_REGISTER,
    GYRO_RANGE_CODES,
    IMPLEMENTATIONS,
    INFO_REGISTER,
    MODULES,
    NOTIFY_UUID,
    PACKED_SAMPLES,
    POWER_REGISTER,
    READ_BATTERY,
    READ_BIT,
    RESET,
    SAMPLING_REGISTER,
    SERVICE_UUID,
    Chip,
    Stream,
    register_of,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tests.radio.wearables.lifter import Lifter, Motion

Item = TypeVar("Item")
Value = TypeVar("Value", int, float)

DEVICE_SERVICE_UUID: Final = "0000180a-0000-1000-8000-00805f9b34fb"

GYRO_LATER_S: Final = 0.011
"""The gyroscope fills its packet so long after the accelerometer, s."""

BATTERY: Final = bytes((99, 0x34, 0x10))

SERVICES: Final = (
    Service(
        SERVICE_UUID,
        (
            Characteristic(COMMAND_UUID, ("write-without-response",)),
            Characteristic(NOTIFY_UUID, ("notify",)),
        ),
    ),
    Service(DEVICE_SERVICE_UUID, (Characteristic(FIRMWARE_REVISION_UUID, ("read",)),)),
)


class MetaMotionProgram:
    """Registers of two sensors; it goes on as it was left when a link ends."""

    def __init__(self, chip: Chip, revision: int) -> None:
        self._chip = chip
        self._revision = revision
        self._boot()

    def _boot(self) -> None:
        self._codes = {Stream.ACC: bytes((0x28, 0x03)), Stream.GYRO: bytes((0x28, 0))}
        self._gyro: bytes | None = None
        self._powered: set[Stream] = set()
        self._sampling: set[Stream] = set()
        self._notified: dict[Stream, set[bool]] = {stream: set() for stream in Stream}

    def read(self, uuid: str) -> bytes:
        """Return the version."""
        if uuid != FIRMWARE_REVISION_UUID:
            raise AttError(0x02)
        return b"1.7.3"

    def write(self, board: Board, uuid: str, data: bytes) -> None:
        """Take a command."""
        if data == RESET:
            self._boot()
            board.halt()
            return
        if data == READ_BATTERY:
            board.answer(NOTIFY_UUID, data + BATTERY)
            return
        stream = next((each for each in Stream if MODULES[each] == data[0]), None)
        if stream is not None:
            self._tell(board, stream, data)

    def _tell(self, board: Board, stream: Stream, data: bytes) -> None:
        register = data[1]
        if register == INFO_REGISTER | READ_BIT:
            board.answer(NOTIFY_UUID, data + self._info(stream))
        elif register == CONFIG_REGISTER | READ_BIT:
            board.answer(NOTIFY_UUID, data + self._codes[stream])
        elif register == CONFIG_REGISTER:
            self._codes[stream] = data[2:]
        elif register == POWER_REGISTER:
            _put(self._powered, stream, on=bool(data[2]))
        elif register == SAMPLING_REGISTER:
            _put(self._sampling, stream, on=bool(data[2]))
        for packed in (False, True):
            if register == register_of(stream, self._chip, packed=packed):
                self._notify(stream, packed=packed, on=bool(data[2]))
        if register in (POWER_REGISTER, SAMPLING_REGISTER):
            self._go_on(board)

    def _notify(self, stream: Stream, *, packed: bool, on: bool) -> None:
        if on and packed and self._chip is Chip.BMI160 and not self._revision:
            raise AssertionError("this firmware cannot pack")
        _put(self._notified[stream], packed, on=on)

    def _info(self, stream: Stream) -> bytes:
        (kind,) = (
            kind
            for (module, kind), chip in IMPLEMENTATIONS.items()
            if module == MODULES[stream] and chip is self._chip
        )
        return bytes((kind, self._revision))

    def _go_on(self, board: Board) -> None:
        """Stream what is on, while somebody listens."""
        if not self._running or NOTIFY_UUID not in board.enabled:
            board.halt()
        elif not board.streaming:
            packed = any(True in forms for forms in self._notified.values())
            rate_hz = _meaning(ACC_RATE_CODES, self._codes[Stream.ACC][0] & 0x0F)
            block = PACKED_SAMPLES if packed else 1

            def pack(motion: Motion, place: slice) -> Iterator[tuple[str, bytes]]:
                # However late this machine is, a board keeps the order of its queue.
                yield from self._waiting()
                acc, gyro = self._packets(motion, place)
                if Stream.ACC in self._running:
                    yield NOTIFY_UUID, acc
                if Stream.GYRO in self._running:
                    self._gyro = gyro
                    asyncio.get_running_loop().call_later(GYRO_LATER_S, self._flush, board)

            board.play(int(rate_hz), block, pack)

    def _flush(self, board: Board) -> None:
        for uuid, data in self._waiting():
            board.notify(uuid, data)

    def _waiting(self) -> Iterator[tuple[str, bytes]]:
        """Yield the packet of the gyroscope that is ready, once."""
        gyro, self._gyro = self._gyro, None
        if gyro is not None:
            yield NOTIFY_UUID, gyro

    @property
    def _running(self) -> set[Stream]:
        return {each for each in self._powered & self._sampling if self._notified[each]}

    def _packets(self, motion: Motion, place: slice) -> tuple[bytes, bytes]:
        acc_range_g = _meaning(ACC_RANGE_CODES[self._chip], self._codes[Stream.ACC][1])
        gyro_range_dps = _meaning(GYRO_RANGE_CODES, self._codes[Stream.GYRO][1])
        acc = encode_metamotion(Stream.ACC, self._chip, acc_range_g, motion.acc_mps2[place])
        gyro = encode_metamotion(Stream.GYRO, self._chip, gyro_range_dps, motion.gyro_radps[place])
        return acc, gyro

    def subscribed(self, board: Board, uuid: str) -> None:
        """Go on with what was left on."""
        self._go_on(board)

    def unsubscribed(self, board: Board, uuid: str) -> None:
        """Go on sampling for nobody."""
        board.halt()

    def unlinked(self, board: Board) -> None:
        """Go on sampling for nobody."""
        board.halt()

    @property
    def sampling(self) -> bool:
        """Whether the chips drain the battery."""
        return bool(self._powered)


def metamotion_peripheral(
    lifter: Lifter,
    chip: Chip = Chip.BMI160,
    revision: int = 1,
    address: str = "F1:4A:45:00:00:05",
) -> Peripheral:
    """Return a board with the maker's firmware."""
    board = Board(lifter, MetaMotionProgram(chip, revision))
    return Peripheral(address, Advert("MetaWear", (SERVICE_UUID,)), SERVICES, board)


def _put(where: set[Item], what: Item, *, on: bool) -> None:
    if on:
        where.add(what)
    else:
        where.discard(what)


def _meaning(codes: Mapping[Value, int], code: int) -> Value:
    return {each: meaning for meaning, each in codes.items()}[code]
