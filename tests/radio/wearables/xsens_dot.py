"""A Movella DOT (`firmware_notes/06-xsens-dot.md`)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tests.radio.bluez import Advert, AttError, Characteristic, Peripheral, Service
from tests.radio.wearables.board import Board
from tests.sensors.encoders import encode_xsens_dot
from tracker.sensors.xsens_dot import (
    BATTERY_UUID,
    COMPANY_ID,
    CONFIGURATION_SERVICE_UUID,
    CONTROL,
    CONTROL_UUID,
    INFO_UUID,
    LONG_UUID,
    MEASUREMENT,
    MEASUREMENT_SERVICE_UUID,
    MEASUREMENT_UUID,
    MEDIUM_UUID,
    MODES,
    SHORT_UUID,
    START,
    VISIT_RATE,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.radio.wearables.board import Pack
    from tests.radio.wearables.lifter import Lifter, Motion

BATTERY_SERVICE_UUID: Final = "15173000-4947-11e9-8646-d663bd873d93"

NOT_MEASURING: Final = bytes((1, 0, 0))

BOOTED_US: Final = 4_200_000_000
"""It was switched on 70 min ago: the stamp wraps after the lifter's second 94."""

RATE_AT_BOOT_HZ: Final = 20
"""Somebody has set it to less than the factory did."""

SERVICES: Final = (
    Service(
        CONFIGURATION_SERVICE_UUID,
        (Characteristic(INFO_UUID, ("read",)), Characteristic(CONTROL_UUID, ("read", "write"))),
    ),
    Service(
        MEASUREMENT_SERVICE_UUID,
        (
            Characteristic(MEASUREMENT_UUID, ("read", "write")),
            Characteristic(LONG_UUID, ("notify",)),
            Characteristic(MEDIUM_UUID, ("notify",)),
            Characteristic(SHORT_UUID, ("notify",)),
        ),
    ),
    Service(BATTERY_SERVICE_UUID, (Characteristic(BATTERY_UUID, ("read", "notify")),)),
)


class DotProgram:
    """Measures once notifications of the mode's own characteristic are on and a start comes."""

    def __init__(self, booted_us: int) -> None:
        self._booted_us = booted_us
        self._control = CONTROL.pack(0, bytes(23), RATE_AT_BOOT_HZ, bytes(6))
        self._measurement = NOT_MEASURING

    def read(self, uuid: str) -> bytes:
        """Return one of the values."""
        values = {
            CONTROL_UUID: self._control,
            MEASUREMENT_UUID: self._measurement,
            INFO_UUID: bytes.fromhex("665544332211") + bytes((2, 2, 1)) + bytes(22),
            BATTERY_UUID: bytes((71, 0)),
        }
        if uuid not in values:
            raise AttError(0x02)
        return values[uuid]

    def write(self, board: Board, uuid: str, data: bytes) -> None:
        """Take a control value or a start or stop."""
        if uuid == CONTROL_UUID:
            self._set(board, data)
        elif uuid == MEASUREMENT_UUID:
            self._measure(board, data)

    def _set(self, board: Board, data: bytes) -> None:
        if len(data) != CONTROL.size:
            raise AttError(0x0D)
        visit, _before, rate_hz, _after = CONTROL.unpack(data)
        if board.streaming:
            raise AttError(0x80)
        if visit & VISIT_RATE:
            self._control = CONTROL.pack(0, bytes(23), rate_hz, bytes(6))

    def _measure(self, board: Board, data: bytes) -> None:
        if len(data) != MEASUREMENT.size:
            raise AttError(0x0D)
        _type, action, mode = MEASUREMENT.unpack(data)
        board.halt()
        self._measurement = data if action == START else NOT_MEASURING
        # With another characteristic it measures in silence.
        if action == START and MODES[mode].channel in board.enabled:
            board.play(CONTROL.unpack(self._control)[2], 1, self._packing(mode))

    def _packing(self, mode: int) -> Pack:
        def pack(motion: Motion, place: slice) -> Iterator[tuple[str, bytes]]:
            for at in range(place.start, place.stop):
                stamp_us = self._booted_us + round(float(motion.time_s[at]) * 1e6)
                gyro_radps = motion.gyro_radps[at] if MODES[mode].gyro_at is not None else None
                yield (
                    MODES[mode].channel,
                    encode_xsens_dot(mode, stamp_us, motion.acc_mps2[at], gyro_radps),
                )

        return pack

    def subscribed(self, board: Board, uuid: str) -> None:
        """Wait for the start."""

    def unsubscribed(self, board: Board, uuid: str) -> None:
        """Go on measuring for nobody."""

    def unlinked(self, board: Board) -> None:
        """Go on measuring, until the next connection stops it."""
        board.halt()


def dot_peripheral(
    lifter: Lifter, address: str = "D4:22:CD:00:00:06", booted_us: int = BOOTED_US
) -> Peripheral:
    """Return a DOT with a name of its owner's: only the company id tells what it is."""
    board = Board(lifter, DotProgram(booted_us))
    return Peripheral(address, Advert("hip", (), {COMPANY_ID: bytes(6)}), SERVICES, board)
