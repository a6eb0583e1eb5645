"""What a Movella DOT is told: the control value, of which one field is ours, and start and stop.

Byte tables: `firmware_notes/06-xsens-dot.md`, "Control value" and "Measurement value".
"""

from __future__ import annotations

import struct
from typing import Final

from tracker.domain import FaultReason
from tracker.sensors.faults import MalformedError

# 06-xsens-dot.md, "Control value": visit bits, what is not ours, rate, what is not ours.
CONTROL: Final = struct.Struct("<B23sH6s")

VISIT_RATE: Final = 0x10
"""Visit bit 4: of all fields, the sensor takes over only the rate."""

RATES_HZ: Final = (1, 4, 10, 12, 15, 20, 30, 60, 120)
"""What the sensor can be set to; 120 Hz only for recordings in its own memory."""

STREAMING_RATE_HZ: Final = 60
"""The most that the sensor streams, and its own default."""

# 06-xsens-dot.md, "Measurement value": type, action, mode.
MEASUREMENT: Final = struct.Struct("<BBB")
MEASUREMENT_TYPE: Final = 1
START: Final = 1
STOP: Final = 0


def start_command(mode: int) -> bytes:
    """Return what starts a measurement when written to the measurement characteristic."""
    return MEASUREMENT.pack(MEASUREMENT_TYPE, START, mode)


def stop_command(mode: int) -> bytes:
    """Return what stops it."""
    return MEASUREMENT.pack(MEASUREMENT_TYPE, STOP, mode)


def measuring_mode(measurement: bytes) -> int | None:
    """Return the mode that a measurement value says is running, or None if none is."""
    if len(measurement) < MEASUREMENT.size:
        return None
    _type, action, mode = MEASUREMENT.unpack_from(measurement)
    return mode if action == START else None


def rate_of(control: bytes) -> int:
    """Return the samples per second that a control value says.

    Raises
    ------
    MalformedError
        If it is no control value.
    """
    if len(control) != CONTROL.size:
        raise MalformedError(
            FaultReason.LENGTH,
            f"expected a control value of {CONTROL.size} bytes, got {len(control)}",
        )
    _visit, _before, rate_hz, _after = CONTROL.unpack(control)
    if rate_hz not in RATES_HZ:
        raise MalformedError(FaultReason.FORMAT, f"expected a rate of {RATES_HZ}, got {rate_hz}")
    return int(rate_hz)


def with_rate(control: bytes, rate_hz: int) -> bytes:
    """Return a control value that was read, changed so that writing it sets the rate.

    Raises
    ------
    ValueError
        If it is no control value.
    """
    if len(control) != CONTROL.size:
        raise ValueError(f"expected a control value of {CONTROL.size} bytes, got {len(control)}")
    _visit, before, _rate_hz, after = CONTROL.unpack(control)
    return CONTROL.pack(VISIT_RATE, before, rate_hz, after)
