"""A Movesense pod (`firmware_notes/03-movesense.md`)."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Final

from tests.radio.bluez import Advert, AttError, Characteristic, Peripheral, Service
from tests.radio.wearables.board import Board
from tests.sensors.encoders import encode_movesense, encode_movesense_parts
from tracker.domain.units import RADPS_PER_DPS
from tracker.sensors.movesense import (
    ENERGY_PATH,
    NOTIFY_UUID,
    SERVICE_UUID,
    WRITE_UUID,
    Command,
    Message,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.radio.wearables.board import Pack
    from tests.radio.wearables.lifter import Lifter, Motion

STATUS: Final = struct.Struct("<H")
OK: Final = 200
NOT_FOUND: Final = 404

HELLO: Final = b"\x01" + b"\0".join(
    (b"205130000042", b"SUUNTO", b"DFU", b"GattSensorData", b"2.1")
)
SAMPLES: Final = {13: 1, 26: 2, 52: 4, 104: 8, 208: 16}
OLD_CUT_BYTES: Final = 150

UPTIME_MS: Final = 123_456
"""On the pod's clock at the lifter's second 0."""

FOREIGN_SERVICES: Final = (
    "0000fdf3-0000-1000-8000-00805f9b34fb",
    "0000180d-0000-1000-8000-00805f9b34fb",
)
"""Advertised by watches and straps as well; the service that counts is not."""

SERVICES: Final = (
    Service(
        SERVICE_UUID,
        (Characteristic(WRITE_UUID, ("write",)), Characteristic(NOTIFY_UUID, ("notify",))),
    ),
)


class MovesenseProgram:
    """The GATT sensor data protocol.

    Parameters
    ----------
    old
        Cuts payloads after 150 bytes, and says nothing about a subscription that went well.
    """

    def __init__(self, *, old: bool) -> None:
        self._old = old

    def read(self, uuid: str) -> bytes:
        """Nothing can be read."""
        raise AttError(0x02)

    def write(self, board: Board, uuid: str, data: bytes) -> None:
        """Take a command."""
        command, ref, payload = data[0], data[1], data[2:]
        path = payload.split(b"\0")[0].decode("ascii")
        match command:
            case Command.HELLO:
                board.answer(NOTIFY_UUID, bytes((Message.REPLY, ref)) + HELLO)
            case Command.SUBSCRIBE:
                self._subscribe(board, ref, path)
            case Command.UNSUBSCRIBE:
                known = board.plays(str(ref))
                board.halt(str(ref))
                self._reply(board, ref, OK if known else NOT_FOUND)
            case Command.GET if path == ENERGY_PATH:
                self._reply(board, ref, OK, bytes((77,)))
            case Command.GET if path == "/Info":
                raise AssertionError("this request keeps its place for ever")
            case _:
                self._reply(board, ref, NOT_FOUND)

    def _subscribe(self, board: Board, ref: int, path: str) -> None:
        _, _meas, resource, rate = path.split("/")
        rate_hz = int(rate)
        if resource not in ("Acc", "IMU6") or rate_hz not in SAMPLES:
            self._reply(board, ref, NOT_FOUND)
            return
        if not self._old:
            self._reply(board, ref, OK)
        pack = self._packing(board, ref, gyro=resource == "IMU6")
        board.play(rate_hz, SAMPLES[rate_hz], pack, name=str(ref))

    def _reply(self, board: Board, ref: int, status: int, data: bytes = b"") -> None:
        board.answer(NOTIFY_UUID, bytes((Message.REPLY, ref)) + STATUS.pack(status) + data)

    def _packing(self, board: Board, ref: int, *, gyro: bool) -> Pack:
        def pack(motion: Motion, place: slice) -> Iterator[tuple[str, bytes]]:
            signals = [motion.acc_mps2[place]]
            if gyro:
                signals.append(motion.gyro_radps[place] / RADPS_PER_DPS)
            time_ms = UPTIME_MS + int(motion.time_s[place.start] * 1e3)
            room = OLD_CUT_BYTES if self._old else board.mtu - 5
            for part in encode_movesense_parts(ref, encode_movesense(time_ms, signals), room):
                yield NOTIFY_UUID, part

        return pack

    def subscribed(self, board: Board, uuid: str) -> None:
        """Wait for a subscription of the protocol's own."""

    def unsubscribed(self, board: Board, uuid: str) -> None:
        """Go on for nobody."""

    def unlinked(self, board: Board) -> None:
        """Forget the subscriptions."""
        board.halt()


def movesense_peripheral(
    lifter: Lifter, address: str = "0C:8C:DC:00:00:03", *, old: bool = False
) -> Peripheral:
    """Return a pod that was woken."""
    board = Board(lifter, MovesenseProgram(old=old))
    return Peripheral(address, Advert("Movesense 205130000042", FOREIGN_SERVICES), SERVICES, board)
