"""What the names of columns say: quantity, axis, unit and time, in the spellings that apps use.

`Acceleration X(g)`, `ACCELEROMETER X (m/s²)`, `Shimmer_6749_Accel_LN_X_CAL`, `X [mg]`, `gFx`,
`motionRotationRateX(rad/s)`, `角速度X(°/s)`: the words name the quantity, one word is the axis,
and the bracket is the unit. A unit that is known beats the words. Whether an acceleration includes
gravity is not in its name; the values tell.
"""

from __future__ import annotations

import math
import re
import unicodedata
from dataclasses import dataclass, replace
from enum import Enum
from functools import reduce
from typing import TYPE_CHECKING, Final

from tracker.domain.units import RADPS_PER_DPS, STANDARD_GRAVITY_MPS2
from tracker.language import N_, _

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

AXES: Final = ("x", "y", "z")


class Quantity(Enum):
    """What three columns measure."""

    ACC = N_("acceleration")
    LINEAR_ACC = N_("acceleration without gravity")
    GRAVITY = N_("gravity")
    GYRO = N_("angular rate")
    OTHER = N_("something else")
    """A magnetic field, an angle, or whatever else is of no use here."""
    UNNAMED = N_("something that has no name")
    """Nothing but x, y and z; the name of the file or the values may tell."""

    @property
    def words(self) -> str:
        """The same for people."""
        return _(self.value)


def alternatives(names: Iterable[str]) -> str:
    """Return names to choose from: `a or b`."""
    return reduce(lambda all_, name: _("{one} or {other}").format(one=all_, other=name), names)


ACC_MPS2: Final = {
    "m/s2": 1.0, "m/s/s": 1.0, "ms-2": 1.0, "ms2": 1.0, "mps2": 1.0, "mpss": 1.0, "mss": 1.0,
    "cm/s2": 0.01, "mm/s2": 0.001, "ft/s2": 0.3048,
    "g": STANDARD_GRAVITY_MPS2, "gn": STANDARD_GRAVITY_MPS2, "g0": STANDARD_GRAVITY_MPS2,
    "gs": STANDARD_GRAVITY_MPS2, "gforce": STANDARD_GRAVITY_MPS2, "gee": STANDARD_GRAVITY_MPS2,
    "mg": 1e-3 * STANDARD_GRAVITY_MPS2, "millig": 1e-3 * STANDARD_GRAVITY_MPS2,
    "ug": 1e-6 * STANDARD_GRAVITY_MPS2,
}  # fmt: skip
"""m/s² in one of each unit of acceleration, by its plain spelling."""

GYRO_RADPS: Final = {
    "rad/s": 1.0, "rads-1": 1.0, "rads": 1.0, "radps": 1.0, "mrad/s": 1e-3,
    "deg/s": RADPS_PER_DPS, "degs-1": RADPS_PER_DPS, "degs": RADPS_PER_DPS,
    "degps": RADPS_PER_DPS, "dps": RADPS_PER_DPS,
    "mdeg/s": 1e-3 * RADPS_PER_DPS, "mdegs-1": 1e-3 * RADPS_PER_DPS, "mdps": 1e-3 * RADPS_PER_DPS,
    "rpm": 2.0 * math.pi / 60.0,
}  # fmt: skip
"""rad/s in one of each unit of angular rate, by its plain spelling."""

PARTS_OF_A_SECOND: Final = (1.0, 1e-3, 1e-6, 1e-9)
"""Units in which computers count from 1970, s."""

TIME_S: Final = {"s": 1.0, "ms": 1e-3, "us": 1e-6, "ns": 1e-9, "min": 60.0}
"""Seconds in one of each unit of time, by its plain spelling."""

_NO_UNIT: Final = frozenset({"", "-", "nounits", "nounit", "none", "txt", "n"})

# In this order: later rules see what earlier ones left.
_SPELLINGS: Final = tuple(
    (re.compile(pattern), plain)
    for pattern, plain in (
        (r"º|°|degrees?|\bdegs?\b", "deg"),
        # What is left of a degree sign or a square that was saved in the wrong charset.
        (r"^[�?]+/s", "deg/s"),
        (r"/s[�?]+$", "/s2"),
        (r"radians?", "rad"),
        (r"micro", "u"),
        (r"milli(?=[a-z])|milli\s+", "m"),
        (r"met(?:er|re)s?", "m"),
        (r"seconds?|secs?\b|sec(?=\^|\d|\*)", "s"),
        (r"minutes?|mins\b", "min"),
        (r"\s*\bper\b\s*", "/"),
        (r"\s*squared", "2"),
        (r"[\s^*·.()\[\]_]", ""),
        (r"−", "-"),
    )
)


def plain_unit(unit: str) -> str:
    """Return the plain spelling of a unit: `M/S²`, `m/(s^2)` and `meters/sec^2` are `m/s2`."""
    # The degree sign and its look-alike would become letters.
    kept = unit.replace("º", "°")
    plain = unicodedata.normalize("NFKC", kept).replace("μ", "u").lower().strip()
    for pattern, replacement in _SPELLINGS:
        plain = pattern.sub(replacement, plain)
    return plain


@dataclass(frozen=True, slots=True)
class Column:
    """What the name of a column says."""

    name: str
    words: tuple[str, ...]
    """Words before and after the axis, in lower case, without the unit."""
    axis: str | None
    """`x`, `y` or `z`; None without one."""
    unit: str
    """The unit as it is written; empty without one."""

    @property
    def quantity(self) -> Quantity:
        """What it measures, if it has an axis."""
        named, plain = _named(self.words), plain_unit(self.unit)
        if plain in GYRO_RADPS:
            return Quantity.GYRO
        if plain in ACC_MPS2:
            if named in {Quantity.LINEAR_ACC, Quantity.GRAVITY}:
                return named
            return Quantity.OTHER if _any(self.words, _MAGNETIC) else Quantity.ACC
        if plain not in _NO_UNIT and named is Quantity.UNNAMED:
            return Quantity.OTHER
        return named

    @property
    def si(self) -> float | None:
        """Factor from its unit to m/s² or rad/s; None if the name does not say, or is unknown."""
        table = GYRO_RADPS if self.quantity is Quantity.GYRO else ACC_MPS2
        return table.get(plain_unit(self.unit))

    @property
    def has_odd_unit(self) -> bool:
        """Whether there is a unit that is not in the tables."""
        return self.si is None and plain_unit(self.unit) not in _NO_UNIT


_WORDS: Final = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+|[^\W\d_a-zA-Z]+")
_SHORT: Final = frozenset(
    {"a", "ac", "acc", "accel", "f", "g", "gf", "gy", "gyr", "gyro", "w", "m", "mag", "rot", "om"}
)
"""What may stand before the axis without a space: `ax`, `gyroz`."""


def column(name: str) -> Column:
    """Return what the name of a column says."""
    bare, unit = _without_unit(name.strip().strip('"').strip())
    words = [word.lower() for word in _WORDS.findall(bare)]
    place = next((n for n in reversed(range(len(words))) if words[n] in AXES), None)
    if place is None:
        for n in reversed(range(len(words))):
            if words[n][-1:] in AXES and words[n][:-1] in _SHORT:
                words[n : n + 1] = [words[n][:-1], words[n][-1]]
                place = n + 1
                break
    if place is None:
        return Column(name, tuple(words), None, unit)
    after = words[place + 1 :]
    if not unit and after and plain_unit(after[-1]) in {**ACC_MPS2, **GYRO_RADPS}:
        unit = after.pop()
    if not unit and words[:place] == ["g", "f"]:
        unit = "g"
    return Column(name, (*words[:place], *after), words[place], unit)


def _without_unit(name: str) -> tuple[str, str]:
    """Part a name from the bracket at its end, which may have brackets inside."""
    if name[-1:] not in (")", "]"):
        return name, ""
    depth = 0
    for place in reversed(range(len(name))):
        depth += (name[place] in ")]") - (name[place] in "([")
        if depth == 0:
            return name[:place].rstrip(" :"), name[place + 1 : -1].strip()
    return name, ""


# Beginnings of words, in the languages that phyphox and the sensors' apps write.
_MAGNETIC: Final = ("mag", "compass", "磁")
_ANGLES: Final = ("quat", "euler", "angle", "orient", "roll", "pitch", "yaw", "attitude", "角度")
_GYRO: Final = (
    "gyr",
    "gy",
    "w",
    "ω",
    "om",
    "omega",
    "angular",
    "rotation",
    "rot",
    "角速度",
    "陀螺",
)
_ACC: Final = ("acc", "ac", "a", "ace", "beschl", "加速度", "gf")
_LINEAR: Final = ("line", "lin", "user", "free", "线性")
_GRAVITY: Final = ("grav", "重力", "schwer")
_WHOLE_WORDS: Final = frozenset({"gy", "w", "ω", "om", "rot", "ac", "a", "lin", "gf", "ace"})
"""These count only as whole words: `a` is acceleration, `any` is not."""


def _any(words: Iterable[str], beginnings: Sequence[str]) -> bool:
    return any(
        word == each or (each not in _WHOLE_WORDS and word.startswith(each))
        for word in words
        for each in beginnings
    )


def _named(words: tuple[str, ...]) -> Quantity:
    """Return what the words of a column alone say."""
    if _any(words, _MAGNETIC) or "vector" in words:
        return Quantity.OTHER
    if _any(words, _GYRO):
        return Quantity.GYRO
    if _any(words, _ANGLES):
        return Quantity.OTHER
    if _any(words, _ACC) or words[:2] == ("g", "f"):
        return Quantity.LINEAR_ACC if _any(words, _LINEAR) else Quantity.ACC
    if _any(words, _GRAVITY):
        return Quantity.GRAVITY
    if words == ("g",):
        return Quantity.GYRO
    return Quantity.OTHER if _any(words, _LINEAR) else Quantity.UNNAMED


@dataclass(frozen=True, slots=True)
class Triple:
    """Three columns that belong together."""

    quantity: Quantity
    columns: tuple[int, int, int]
    """Positions of x, y and z in a row."""
    si: float | None
    """Factor from the columns' unit to m/s² or rad/s; None if the header does not say."""
    names: tuple[str, str, str] = ("", "", "")
    """Their names as written."""
    odd_unit: str = ""
    """A unit that is not in the tables; empty without one."""

    def __str__(self) -> str:
        return ", ".join(self.names)


def triples_of(columns: Sequence[Column]) -> tuple[Triple, ...]:
    """Return the columns that are x, y and z of one thing, in the order of the file."""
    open_triples: dict[tuple[object, ...], list[dict[str, int]]] = {}
    for place, each in enumerate(columns):
        if each.axis is None:
            continue
        key = (each.quantity, each.words, plain_unit(each.unit))
        waiting = open_triples.setdefault(key, [{}])
        # A name that comes again belongs to another sensor.
        if each.axis in waiting[-1]:
            waiting.append({})
        waiting[-1][each.axis] = place
    found = [
        _triple(columns, places)
        for waiting in open_triples.values()
        for places in waiting
        if len(places) == len(AXES)
    ]
    return tuple(sorted(found, key=lambda triple: min(triple.columns)))


def _triple(columns: Sequence[Column], places: dict[str, int]) -> Triple:
    x, y, z = (places[axis] for axis in AXES)
    first = columns[x]
    return Triple(
        first.quantity,
        (x, y, z),
        first.si,
        (columns[x].name, columns[y].name, columns[z].name),
        first.unit if first.has_odd_unit else "",
    )


def with_unit(named: Column, unit: str) -> Column:
    """Return a column with the unit that a row below the header says, if its name has none."""
    return named if named.unit or plain_unit(unit) in _NO_UNIT else replace(named, unit=unit)


_TIME_WORDS: Final = (
    "time", "timestamp", "seconds", "elapsed", "millis", "milliseconds", "micros", "microseconds",
    "nanos", "t", "ms", "us", "sec", "zeit", "temps", "tiempo", "tempo", "date", "datetime",
    "minutes", "clock", "epoc", "epoch", "unix", "ts", "uptime", "yyyy",
)  # fmt: skip
_TIME_PARTS: Final = ("时间", "時間", "timestamp")
_WORDS_S: Final = {
    "millis": 1e-3, "milliseconds": 1e-3, "ms": 1e-3, "micros": 1e-6, "microseconds": 1e-6,
    "us": 1e-6, "nanos": 1e-9, "ns": 1e-9, "s": 1.0, "sec": 1.0, "seconds": 1.0, "fine": 1e-6,
    "minutes": 60.0,
}  # fmt: skip
_EPOCH_WORDS: Final = frozenset({"epoc", "epoch", "unix", "1970"})
_NO_TIMES: Final = frozenset({"timezone", "zone", "offset", "press"})


@dataclass(frozen=True, slots=True)
class TimeColumn:
    """A column that may tell when a sample was taken."""

    place: int
    """Position in a row."""
    name: str
    unit_s: float | None
    """Its unit, s; None if the header does not say."""
    is_epoch: bool
    """Whether its name says that it counts since 1970."""


def time_columns(columns: Sequence[Column]) -> tuple[TimeColumn, ...]:
    """Return the columns of time, in the order of the file."""
    return tuple(
        found for place, each in enumerate(columns) if (found := _time(place, each)) is not None
    )


def _time(place: int, each: Column) -> TimeColumn | None:
    words = set(each.words)
    if each.axis is not None or words & _NO_TIMES:
        return None
    unit_s = TIME_S.get(plain_unit(each.unit))
    named = words & set(_TIME_WORDS) or any(p in w for p in _TIME_PARTS for w in words)
    if not named and unit_s is None:
        return None
    # What has another unit, as `time (%)`, is no time; zones and formats are not units.
    if unit_s is None:
        unit_s = next((_WORDS_S[word] for word in each.words if word in _WORDS_S), None)
    return TimeColumn(place, each.name, unit_s, bool(words & _EPOCH_WORDS))
