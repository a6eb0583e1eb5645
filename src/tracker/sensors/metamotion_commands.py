"""What a MetaMotion is told: module, register, and a few bytes.

Table: `firmware_notes/05-metamotion.md`, "Commands".
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Final

from tracker.sensors.metamotion_config import CONFIG_REGISTER, INFO_REGISTER
from tracker.sensors.metamotion_wire import MODULES, READ_BIT, register_of

if TYPE_CHECKING:
    from tracker.sensors.metamotion_wire import Chip, Stream

POWER_REGISTER: Final = 0x01
SAMPLING_REGISTER: Final = 0x02

STOP_FUSION: Final = bytes.fromhex("190100")
"""The chips then no longer run for the sake of orientation."""

SILENCE_FUSION: Final = bytes.fromhex("1903007f")
"""Every output of the sensor fusion off."""

REMOVE_PROCESSORS: Final = bytes.fromhex("0908")
"""All data processors, which outlive a connection."""

REMOVE_EVENTS: Final = bytes.fromhex("0a05")
"""All commands that the board was told to run by itself."""

READ_BATTERY: Final = bytes.fromhex("118c")
"""Answered by the same two bytes, percent, and millivolts as u16."""

RESET: Final = bytes.fromhex("fe01")
"""Starts the board anew, which ends the connection."""

# 05-metamotion.md, "Commands": shortest and longest interval, latency, timeout.
_CONNECTION: Final = struct.Struct("<BBHHHH")
_INTERVAL_UNIT_MS: Final = 1.25
_TIMEOUT_UNIT_MS: Final = 10


def power(stream: Stream, *, on: bool) -> bytes:
    """Return the command that wakes a sensor, or lets it sleep."""
    return bytes((MODULES[stream], POWER_REGISTER, on))


def sampling(stream: Stream, *, on: bool) -> bytes:
    """Return the command that lets a sensor take samples, or not."""
    return bytes((MODULES[stream], SAMPLING_REGISTER, on, not on))


def subscription(stream: Stream, chip: Chip, *, packed: bool, on: bool) -> bytes:
    """Return the command that has samples notified, one by one or in threes, or not."""
    return bytes((MODULES[stream], register_of(stream, chip, packed=packed), on))


def read_info(stream: Stream) -> bytes:
    """Return the question which chip is behind a sensor; the answer begins the same."""
    return bytes((MODULES[stream], INFO_REGISTER | READ_BIT))


def read_config(stream: Stream) -> bytes:
    """Return the question what a sensor is set to; the answer begins the same."""
    return bytes((MODULES[stream], CONFIG_REGISTER | READ_BIT))


def connection_parameters(
    shortest_ms: float, longest_ms: float, latency: int, timeout_ms: int
) -> bytes:
    """Return the command that asks the computer for other connection events; it may refuse.

    Parameters
    ----------
    shortest_ms, longest_ms
        Time between two events, ms.
    latency
        Events that the board may sleep through.
    timeout_ms
        Silence after which the connection has ended, ms.
    """
    return _CONNECTION.pack(
        0x11,
        0x09,
        round(shortest_ms / _INTERVAL_UNIT_MS),
        round(longest_ms / _INTERVAL_UNIT_MS),
        latency,
        timeout_ms // _TIMEOUT_UNIT_MS,
    )
