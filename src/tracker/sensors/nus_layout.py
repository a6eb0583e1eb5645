"""What the columns of a line mean: the header of our line protocol, and two that do without.

The protocol is fixed in `firmware_notes/08-nus.md`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from tracker.domain import FaultReason
from tracker.domain.units import RADPS_PER_DPS, STANDARD_GRAVITY_MPS2
from tracker.sensors.faults import MalformedError

if TYPE_CHECKING:
    from collections.abc import Mapping

HEADER_START: Final = "#imu"
"""First word of a header; other lines that start with # are remarks."""

TIME: Final = "t"
ACC: Final = ("ax", "ay", "az")
GYRO: Final = ("gx", "gy", "gz")

MOST_COLUMNS: Final = 16
"""More than any board sends, and few enough for a line."""

_ACC_UNITS: Final = {"acc_g": STANDARD_GRAVITY_MPS2, "acc_mps2": 1.0}
_GYRO_UNITS: Final = {"gyro_dps": RADPS_PER_DPS, "gyro_radps": 1.0}
_TIME_UNITS: Final = {"t_s": 1.0}
_RATE_UNITS: Final = {"rate_hz": 1.0}
_ACC_RANGE_UNITS: Final = {"acc_range_g": STANDARD_GRAVITY_MPS2}
_GYRO_RANGE_UNITS: Final = {"gyro_range_dps": RADPS_PER_DPS}


@dataclass(frozen=True, slots=True)
class Layout:
    """Columns, and what a 1 in them is worth."""

    columns: tuple[str, ...]
    """Names in order; those that are not `TIME`, `ACC` or `GYRO` are passed over."""
    acc_mps2: float
    """Worth of a 1 in a column of the accelerometer, m/s²."""
    gyro_radps: float | None = None
    """Worth of a 1 in a column of the gyroscope, rad/s; None without these columns."""
    time_s: float | None = None
    """Worth of a 1 in the column of time, s; None without this column."""
    rate_hz: float | None = None
    """Samples per second; None if the board does not say."""
    acc_range_mps2: float | None = None
    """The accelerometer measures from minus to plus this, m/s²; None if the board does not say."""
    gyro_range_radps: float | None = None
    """The gyroscope measures from minus to plus this, rad/s; None if the board does not say."""
    open_ended: bool = False
    """Whether more columns may follow, to be passed over."""

    def __post_init__(self) -> None:
        if len(self.columns) > MOST_COLUMNS:
            raise ValueError(f"expected {MOST_COLUMNS} columns at most, got {len(self.columns)}")
        known = [name for name in self.columns if name in (TIME, *ACC, *GYRO)]
        if len(known) != len(set(known)):
            raise ValueError(f"expected no column twice, got {','.join(known)}")
        for names, worth in (
            (ACC, self.acc_mps2),
            (GYRO, self.gyro_radps),
            ((TIME,), self.time_s),
        ):
            there = [name for name in names if name in known]
            if len(there) != (len(names) if worth is not None else 0):
                raise ValueError(
                    f"expected the columns {','.join(names)} and what a 1 in them is worth, "
                    "or neither"
                )


WITHOUT_HEADER: Final = Layout(
    (TIME, *ACC, *GYRO), acc_mps2=1.0, gyro_radps=RADPS_PER_DPS, time_s=1e-3, open_ended=True
)
"""Milliseconds, m/s² and degrees/s: what DIY boards print most."""

WITHOUT_HEADER_OR_GYRO: Final = Layout((TIME, *ACC), acc_mps2=1.0, time_s=1e-3)
"""The same of a board without a gyroscope."""

ESPRUINO: Final = Layout(ACC, acc_mps2=STANDARD_GRAVITY_MPS2 / 100)
"""Hundredths of g behind an A, as in the example of the Espruino documentation."""


def parse_header(line: str) -> Layout | None:
    """Return the layout that a header gives, or None for a remark.

    Raises
    ------
    MalformedError
        If it is a header that cannot be followed.
    """
    first, *words = line.split()
    if first != HEADER_START:
        return None
    given = dict(word.split("=", 1) for word in words if "=" in word)
    try:
        acc_mps2 = _worth(given, _ACC_UNITS)
        if acc_mps2 is None:
            raise ValueError("expected acc_g or acc_mps2")
        return Layout(
            tuple(given.get("columns", "").split(",")),
            acc_mps2,
            _worth(given, _GYRO_UNITS),
            _worth(given, _TIME_UNITS),
            _worth(given, _RATE_UNITS),
            _worth(given, _ACC_RANGE_UNITS),
            _worth(given, _GYRO_RANGE_UNITS),
        )
    except ValueError as error:
        raise MalformedError(FaultReason.FORMAT, f"a header that says too little: {error}") from (
            error
        )


def encode_header(layout: Layout) -> str:
    """Return the header that a board would send for a layout."""
    words = [HEADER_START, f"columns={','.join(layout.columns)}"]
    for name, value in (
        ("acc_mps2", layout.acc_mps2),
        ("gyro_radps", layout.gyro_radps),
        ("t_s", layout.time_s),
        ("rate_hz", layout.rate_hz),
    ):
        if value is not None:
            words.append(f"{name}={value!r}")
    if layout.acc_range_mps2 is not None:
        words.append(f"acc_range_g={layout.acc_range_mps2 / STANDARD_GRAVITY_MPS2!r}")
    if layout.gyro_range_radps is not None:
        words.append(f"gyro_range_dps={layout.gyro_range_radps / RADPS_PER_DPS!r}")
    return " ".join(words)


def _worth(given: Mapping[str, str], units: Mapping[str, float]) -> float | None:
    """Return a quantity in SI, by whichever name it was given; None if by none."""
    for name, unit in units.items():
        if name in given:
            value = float(given[name]) * unit
            if not (math.isfinite(value) and value > 0):
                raise ValueError(f"expected {name} to be above 0, got {given[name]}")
            return value
    return None
