"""One line of samples: numbers with commas between them, or an object of the Puck.js.

The protocol is fixed in `firmware_notes/08-nus.md`, "Lines".
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import reduce
from operator import xor
from typing import TYPE_CHECKING, Final

import numpy as np

from tracker.domain import FaultReason
from tracker.domain.units import RADPS_PER_DPS, STANDARD_GRAVITY_MPS2
from tracker.sensors.faults import MalformedError
from tracker.sensors.nus_layout import ACC, GYRO, TIME

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from numpy.typing import NDArray

    from tracker.sensors.nus_layout import Layout

TAG: Final = "A,"
"""May stand in front of the numbers."""

CLIPPED_SHARE: Final = 0.998
"""A value this close to the end of the range is at its end."""

IMPOSSIBLE_SHARE: Final = 1.1
"""A value beyond the range by more is no measurement: two halves of lines, for example."""

LARGEST_ACC_MPS2: Final = 400 * STANDARD_GRAVITY_MPS2
LARGEST_GYRO_RADPS: Final = 8000 * RADPS_PER_DPS
"""No motion chip measures more; without a range in a header these are the only bounds."""

LARGEST_TIME_S: Final = 1e9
"""A board that has been on for thirty years would wrap before that."""

_NUMBER: Final = re.compile(r"[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d{1,3})?", re.ASCII)
_NO_NUMBER: Final = re.compile(r"[-+]?(nan|inf|ovf)", re.IGNORECASE)
"""What boards print for a value that is none."""

_SAMPLES: Final = re.compile(r"(A,)?\s*[-+]?(\d|\.\d|nan\b|inf\b|ovf\b)", re.ASCII | re.IGNORECASE)
_CHECKSUM: Final = re.compile(r"(.*)\*([0-9a-fA-F]{2})")


@dataclass(frozen=True, slots=True, eq=False)
class Row:
    """The sample of one line."""

    acc_mps2: NDArray[np.float64]
    """Shape (3,)."""
    gyro_radps: NDArray[np.float64] | None
    """Shape (3,), or None."""
    time_s: float | None
    """The board's own time, s, or None."""
    saturated: bool = False
    """Whether a value is at the end of the range that the header gives."""


@dataclass(frozen=True, slots=True)
class RawScale:
    """What a count of the Puck.js is worth, which its objects do not say."""

    acc_lsb_per_g: float = 8192.0
    """Counts per g; 8192 is the ±4 g of current firmware."""
    gyro_lsb_per_dps: float = 1000.0 / 8.75
    """Counts per degree/s; 8.75 thousandths of a degree/s a count."""


def holds_samples(line: str) -> bool:
    """Return whether a line means to be samples, and is not just talk of a console."""
    return _SAMPLES.match(line) is not None


def checksum(text: str) -> int:
    """Return all characters of a line, joined by exclusive or."""
    return reduce(xor, text.encode("ascii", errors="replace"), 0)


def parse_row(line: str, layout: Layout) -> Row:
    """Return the sample of a line.

    Raises
    ------
    MalformedError
        If it does not follow the layout.
    """
    found = _CHECKSUM.fullmatch(line)
    if found:
        line, stated = found[1], int(found[2], 16)
        if checksum(line) != stated:
            raise MalformedError(FaultReason.FORMAT, f"the checksum of {line!r} does not fit")
    cells = line.removeprefix(TAG).split(",")
    columns = layout.columns
    if len(cells) != len(columns) and not (layout.open_ended and len(cells) > len(columns)):
        raise MalformedError(
            FaultReason.FORMAT, f"expected {len(columns)} columns, got {len(cells)} in {line!r}"
        )
    named = dict(zip(columns, cells, strict=False))
    acc_mps2 = _vector(named, ACC) * layout.acc_mps2
    gyro_radps = None
    if layout.gyro_radps is not None:
        gyro_radps = _vector(named, GYRO) * layout.gyro_radps
    time_s = None if layout.time_s is None else _number(named[TIME]) * layout.time_s
    share = max(
        _share(acc_mps2, layout.acc_range_mps2), _share(gyro_radps, layout.gyro_range_radps)
    )
    if share > IMPOSSIBLE_SHARE:
        raise MalformedError(FaultReason.FORMAT, f"a value is beyond the range in {line!r}")
    return _checked(Row(acc_mps2, gyro_radps, time_s, share >= CLIPPED_SHARE))


def parse_object(line: str, scale: RawScale) -> Row:
    """Return the sample of an object as the Puck.js prints it.

    Raises
    ------
    MalformedError
        If it is none.
    """
    try:
        sample = json.loads(line)
        acc = np.array([float(sample["acc"][axis]) for axis in "xyz"])
        gyro = None
        if "gyro" in sample:
            gyro = np.array([float(sample["gyro"][axis]) for axis in "xyz"])
    except (ValueError, LookupError, TypeError, OverflowError, RecursionError) as error:
        raise MalformedError(
            FaultReason.FORMAT, f"expected acc and gyro with x, y and z, got {line!r}"
        ) from error
    return _checked(
        Row(
            acc * (STANDARD_GRAVITY_MPS2 / scale.acc_lsb_per_g),
            None if gyro is None else gyro * (RADPS_PER_DPS / scale.gyro_lsb_per_dps),
            None,
        )
    )


def encode_row(row: Row, layout: Layout, *, tag: bool = False, check: bool = False) -> str:
    """Return the line that a board would print, without its end; other columns are 0.

    Parameters
    ----------
    row
        The sample.
    layout
        What its columns mean; has a gyroscope or a time only if the row does.
    tag
        Whether an A comes first.
    check
        Whether a checksum comes last.
    """
    values = dict(zip(ACC, row.acc_mps2 / layout.acc_mps2, strict=True))
    if row.gyro_radps is not None and layout.gyro_radps is not None:
        values.update(zip(GYRO, row.gyro_radps / layout.gyro_radps, strict=True))
    cells = {name: f"{value:.7g}" for name, value in values.items()}
    if row.time_s is not None and layout.time_s is not None:
        cells[TIME] = f"{row.time_s / layout.time_s:.12g}"
    line = TAG * tag + ",".join(cells.get(name, "0") for name in layout.columns)
    return f"{line}*{checksum(line):02x}" if check else line


def _vector(named: Mapping[str, str], names: Iterable[str]) -> NDArray[np.float64]:
    return np.array([_number(named[name]) for name in names], dtype=np.float64)


def _number(cell: str) -> float:
    cell = cell.strip()
    if _NUMBER.fullmatch(cell):
        return float(cell)
    if _NO_NUMBER.fullmatch(cell):
        return np.nan
    raise MalformedError(FaultReason.FORMAT, f"expected a number, got {cell!r}")


def _share(values: NDArray[np.float64] | None, full_range: float | None) -> float:
    if values is None or full_range is None:
        return 0.0
    return float(np.abs(values).max()) / full_range


def _checked(row: Row) -> Row:
    """Return the row; raises `MalformedError` if a value of it cannot be."""
    bounded = ((row.acc_mps2, LARGEST_ACC_MPS2), (row.gyro_radps, LARGEST_GYRO_RADPS))
    shares = [np.abs(values).max() / most for values, most in bounded if values is not None]
    if row.time_s is not None:
        shares.append(abs(row.time_s) / LARGEST_TIME_S)
    largest = float(np.max(shares))
    if not np.isfinite(largest):
        raise MalformedError(FaultReason.NOT_FINITE, "a value is not a number")
    if largest > 1.0:
        raise MalformedError(FaultReason.FORMAT, "a value is beyond what any board could send")
    return row
