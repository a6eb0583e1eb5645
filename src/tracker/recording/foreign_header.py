"""The first line of what other apps save: which columns are what, and in which unit.

Most apps name a column `Acceleration x (m/s^2)` or `x-axis (deg/s)`, in any language; phyphox and
MetaBase do. Sensor Logger names them `time,seconds_elapsed,z,y,x` in every file and tells sensors
apart by the name of the file.
"""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Final

from tracker.domain.units import RADPS_PER_DPS, STANDARD_GRAVITY_MPS2

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

AXES: Final = ("x", "y", "z")

SENSOR_LOGGER: Final = ("time", "seconds_elapsed", "x", "y", "z")
"""Columns of every three-axis file of Sensor Logger."""

_SEPARATORS: Final = ",;\t"
_FIRST_LINE: Final = re.compile(rb"\S[^\r\n]{0,4096}")
_WITH_UNIT: Final = re.compile(r"(.*?)\s*\(([^()]*)\)")
_AXIS: Final = re.compile(r"(?:(.*)[\s_-])?([xyz])(?:[\s_-]axis)?", re.IGNORECASE)


class Quantity(Enum):
    """What three columns together are."""

    ACC = "acceleration"
    LINEAR_ACC = "acceleration without gravity"
    GYRO = "angular rate"


_SECONDS: Final = {"s": 1.0, "ms": 1e-3, "us": 1e-6, "µs": 1e-6, "ns": 1e-9}
_ACC_MPS2: Final = {"m/s^2": 1.0, "m/s²": 1.0, "m/s2": 1.0, "g": STANDARD_GRAVITY_MPS2}
_GYRO_RADPS: Final = {
    "rad/s": 1.0,
    "deg/s": RADPS_PER_DPS,
    "°/s": RADPS_PER_DPS,
    "dps": RADPS_PER_DPS,
}
# Words that begin a column without a unit; in another language the unit has to be there.
_ACC_WORDS: Final = ("acc",)
_GYRO_WORDS: Final = ("gyr", "rotation", "angular")
_LINEAR_WORDS: Final = ("linear", "user acc")


@dataclass(frozen=True, slots=True)
class Triple:
    """Three columns that belong together."""

    quantity: Quantity
    columns: tuple[int, int, int]
    """Places of x, y and z in a row."""
    si: float | None
    """One of the columns' unit in m/s² or rad/s; None where the unit is not said."""


@dataclass(frozen=True, slots=True)
class ForeignHeader:
    """The columns that can be used, and where the numbers begin."""

    separator: str
    names: tuple[str, ...]
    """Names of all columns."""
    time: int
    """Place of the time since the start."""
    time_s: float
    """One of its unit, s."""
    epoch: int | None
    """Place of the time since 1970; None without one."""
    epoch_s: float
    """One of its unit, s."""
    triples: tuple[Triple, ...]
    """What is measured; none of a Sensor Logger file, which does not say."""
    sensor_logger: bool
    end: int
    """Offset of the first byte after the header."""

    @property
    def has_motion(self) -> bool:
        """Whether there may be acceleration or angular rate below it."""
        return self.sensor_logger or bool(self.triples)


def read_foreign_header(text: bytes) -> ForeignHeader | None:
    """Return the header of a file of another app, or None if it is none that is known."""
    match = _FIRST_LINE.search(text)
    if match is None:
        return None
    line = match[0].decode(errors="replace")
    separator = max(_SEPARATORS, key=line.count)
    names = tuple(name.strip() for name in next(csv.reader([line], delimiter=separator)))
    if set(SENSOR_LOGGER) <= set(names):
        return ForeignHeader(
            separator=separator,
            names=names,
            time=names.index("seconds_elapsed"),
            time_s=1.0,
            epoch=names.index("time"),
            epoch_s=1e-9,
            triples=(),
            sensor_logger=True,
            end=match.end(),
        )
    return _with_units(separator, names, match.end())


def _with_units(separator: str, names: tuple[str, ...], end: int) -> ForeignHeader | None:
    times: list[tuple[int, float]] = []
    epochs: list[tuple[int, float]] = []
    axes: dict[tuple[Quantity, str, float | None], dict[str, int]] = {}
    for place, name in enumerate(names):
        word, unit = _parted(name)
        if unit in _SECONDS:
            kind = epochs if word.lower().startswith("epoc") else times
            kind.append((place, _SECONDS[unit]))
            continue
        axis = _AXIS.fullmatch(word)
        if axis is None:
            continue
        stem = (axis[1] or "").lower()
        quantity, si = _quantity(stem, unit)
        if quantity is not None:
            axes.setdefault((quantity, stem, si), {})[axis[2].lower()] = place
    triples = tuple(_triples(axes))
    if not times:
        return None
    epoch, epoch_s = epochs[0] if epochs else (None, 1.0)
    return ForeignHeader(separator, names, *times[0], epoch, epoch_s, triples, False, end)


def _parted(name: str) -> tuple[str, str]:
    """Return a column's name and its unit, empty without one."""
    match = _WITH_UNIT.fullmatch(name)
    return (name, "") if match is None else (match[1], match[2].strip())


def _quantity(stem: str, unit: str) -> tuple[Quantity | None, float | None]:
    if unit in _GYRO_RADPS:
        return Quantity.GYRO, _GYRO_RADPS[unit]
    linear = stem.startswith(_LINEAR_WORDS)
    acc = Quantity.LINEAR_ACC if linear else Quantity.ACC
    if unit in _ACC_MPS2:
        return acc, _ACC_MPS2[unit]
    if unit:
        return None, None
    if linear or stem.startswith(_ACC_WORDS):
        return acc, None
    return (Quantity.GYRO, None) if stem.startswith(_GYRO_WORDS) else (None, None)


def _triples(
    axes: Mapping[tuple[Quantity, str, float | None], Mapping[str, int]],
) -> Iterable[Triple]:
    for (quantity, _, si), places in axes.items():
        if all(axis in places for axis in AXES):
            yield Triple(quantity, (places["x"], places["y"], places["z"]), si)
