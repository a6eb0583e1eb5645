"""Boards that print lines over Nordic UART (`firmware_notes/08-nus.md`)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tests.radio.bluez import Advert, AttError, Characteristic, Peripheral, Service
from tests.radio.wearables.board import Board
from tests.sensors.encoders import encode_nus_header, encode_nus_row
from tracker.domain.units import RADPS_PER_DPS, STANDARD_GRAVITY_MPS2
from tracker.sensors.nus import RX_UUID, SERVICE_UUID, TX_UUID
from tracker.sensors.nus.lines import ACC, GYRO, TIME, Layout, Row

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.radio.wearables.lifter import Lifter, Motion

PUCK: Final = Layout(
    (*ACC, *GYRO),
    acc_mps2=0.00012207 * STANDARD_GRAVITY_MPS2,
    gyro_radps=0.00875 * RADPS_PER_DPS,
    rate_hz=52.0,
    acc_range_mps2=4 * STANDARD_GRAVITY_MPS2,
    gyro_range_radps=245 * RADPS_PER_DPS,
)
"""The first program of the note."""

DIY: Final = Layout(
    (TIME, *ACC, *GYRO), acc_mps2=1.0, gyro_radps=RADPS_PER_DPS, time_s=1e-3, rate_hz=100.0
)
"""A board that is built, with a clock and a checksum."""

SMALLEST_CUT: Final = 20
"""Espruino cuts its lines into notifications of the smallest MTU."""

SERVICES: Final = (
    Service(
        SERVICE_UUID,
        (
            Characteristic(RX_UUID, ("write", "write-without-response")),
            Characteristic(TX_UUID, ("notify",)),
        ),
    ),
)


class LineProgram:
    """A console that understands two calls, and prints lines."""

    def __init__(self, layout: Layout, rate_hz: int, *, console: bool, check: bool) -> None:
        self._layout = layout
        self._rate_hz = rate_hz
        self._console = console
        self._check = check
        self._typed = b""
        self._printed = b""

    def read(self, uuid: str) -> bytes:
        """Nothing can be read."""
        raise AttError(0x02)

    def write(self, board: Board, uuid: str, data: bytes) -> None:
        """Take what is typed, up to the end of a line."""
        *lines, self._typed = (self._typed + data).split(b"\n")
        for line in lines:
            self._call(board, bytes(byte for byte in line if byte >= ord(" ")))

    def _call(self, board: Board, line: bytes) -> None:
        if line == b"stop()":
            board.halt()
        elif line == b"start()" and not board.streaming:
            self._print(board, encode_nus_header(self._layout))
            board.play(self._rate_hz, 1, self._pack)
        if self._console:
            self._print(board, "=undefined")
            self._printed += b">"

    def _print(self, board: Board, line: str) -> None:
        self._printed += line.encode() + b"\r\n"
        for data in self._cut():
            board.notify(TX_UUID, data)

    def _pack(self, motion: Motion, place: slice) -> Iterator[tuple[str, bytes]]:
        for at in range(place.start, place.stop):
            row = Row(motion.acc_mps2[at], motion.gyro_radps[at], float(motion.time_s[at]))
            line = encode_nus_row(row, self._layout, check=self._check)
            self._printed += line.encode() + b"\r\n"
        for data in self._cut():
            yield TX_UUID, data

    def _cut(self) -> Iterator[bytes]:
        """Yield what fills notifications; the rest waits for the next line."""
        while len(self._printed) >= SMALLEST_CUT:
            data, self._printed = self._printed[:SMALLEST_CUT], self._printed[SMALLEST_CUT:]
            yield data

    def subscribed(self, board: Board, uuid: str) -> None:
        """Wait for a call."""

    def unsubscribed(self, board: Board, uuid: str) -> None:
        """Print for nobody."""

    def unlinked(self, board: Board) -> None:
        """Stop; what was typed half is gone."""
        board.halt()
        self._typed = self._printed = b""


def puck_peripheral(lifter: Lifter, address: str = "E5:9C:00:00:00:08") -> Peripheral:
    """Return a Puck.js with the note's program."""
    board = Board(lifter, LineProgram(PUCK, 52, console=True, check=False))
    return Peripheral(address, Advert("Puck.js 9c08", (SERVICE_UUID,)), SERVICES, board, mtu=23)


def diy_peripheral(lifter: Lifter, address: str = "E5:9C:00:00:00:18") -> Peripheral:
    """Return a board that was built by hand."""
    board = Board(lifter, LineProgram(DIY, 100, console=False, check=True))
    return Peripheral(address, Advert("Hip", (SERVICE_UUID,)), SERVICES, board)
