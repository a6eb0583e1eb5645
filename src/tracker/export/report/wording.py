"""How a report says numbers, times and dates; unknown is a dash, never zero."""

from __future__ import annotations

import math
import re
from datetime import datetime, timedelta
from statistics import median as _median
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

UNKNOWN: Final = "–"
"""Stands for a value that is not known."""

MINUS: Final = "−"

MOST: Final = 1e6
"""No number of a training is larger, in any unit shown; a larger one is none."""

_DAYS: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS: Final = (
    *("Jan", "Feb", "Mar", "Apr", "May", "Jun"),
    *("Jul", "Aug", "Sep", "Oct", "Nov", "Dec"),
)

# What HTML forbids in text: controls, halves of surrogate pairs, and the codes that are never to
# be characters. A note can hold any of them.
_FORBIDDEN: Final = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef"
    + "".join(chr(plane << 16 | last) for plane in range(17) for last in (0xFFFE, 0xFFFF))
    + "]"
)


def printable(text: str) -> str:
    """Return `text` with a replacement character for whatever HTML cannot hold."""
    return _FORBIDDEN.sub("\ufffd", text.replace("\r\n", "\n"))


def known(value: float | None) -> float | None:
    """Return a number that can be drawn, or None."""
    if value is None or not math.isfinite(value) or abs(value) > MOST:
        return None
    return float(value)


def all_known(values: Iterable[float | None]) -> list[float]:
    """Return the known ones of `values`."""
    return [each for each in map(known, values) if each is not None]


def median(values: Iterable[float | None]) -> float | None:
    """Return the median of the known values, or None without any."""
    each = all_known(values)
    return _median(each) if each else None


def number(value: float | None, decimals: int = 1, unit: str = "") -> str:
    """Return `value` with its unit behind a space that does not break, or the dash alone."""
    if (value := known(value)) is None:
        return UNKNOWN
    # Adding 0.0 turns a negative zero into the zero that people write.
    text = f"{round(value, decimals) + 0.0:.{decimals}f}".replace("-", MINUS)
    return f"{text}\N{NO-BREAK SPACE}{unit}" if unit else text


def signed(value: float | None, decimals: int = 2) -> str:
    """Return a difference with its sign; no difference has none."""
    text = number(value, decimals)
    positive = value is not None and text != UNKNOWN and round(value, decimals) > 0
    return f"+{text}" if positive else text


def short(value: float | None, unit: str = "") -> str:
    """Return a number as it is typed: without decimals that say nothing."""
    value = known(value)
    if value is None:
        return UNKNOWN
    whole = round(value, 2) == round(value)
    text = number(value, 0 if whole else 2)
    text = text if whole else text.rstrip("0")
    return f"{text}\N{NO-BREAK SPACE}{unit}" if unit else text


def clock_time(time_s: float | None) -> str:
    """Return minutes and seconds, as on a stopwatch."""
    value = known(time_s)
    if value is None or value < 0.0:
        return UNKNOWN
    minutes, seconds = divmod(round(value), 60)
    return f"{minutes}:{seconds:02d}"


def counted(amount: int, noun: str) -> str:
    """Return `1 rep` or `2 reps`."""
    return f"{amount} {noun}" if amount == 1 else f"{amount} {noun}s"


def listed(words: Iterable[str]) -> str:
    """Return `a`, `a and b` or `a, b and c`."""
    *first, last = list(words) or [""]
    return f"{', '.join(first)} and {last}" if first else last


def moment(started_utc: str | None) -> datetime | None:
    """Return the time of an ISO 8601 text; None if it is none or says no offset."""
    try:
        time = datetime.fromisoformat(started_utc or "")
    except ValueError:
        return None
    return time if time.tzinfo is not None else None


def day(time: datetime) -> str:
    """Return a date that nobody can read the wrong way round, as `14 May 2026`."""
    return f"{time.day} {_MONTHS[time.month - 1]} {time.year}"


def day_and_time(started_utc: str | None) -> str:
    """Return when a session started, as `Thu 14 May 2026, 18:30 UTC`."""
    if (time := moment(started_utc)) is None:
        return started_utc or "date not known"
    offset = time.utcoffset() or timedelta(0)
    digits = f"{time:%z}"
    zone = f"UTC{digits[:3]}:{digits[3:5]}" if offset else "UTC"
    return f"{_DAYS[time.weekday()]} {day(time)}, {time:%H:%M} {zone}"
