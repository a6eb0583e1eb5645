"""Time stamps as files have them, mended until they are times of samples.

Clocks as text become seconds; counters that wrapped, midnights and changes to daylight saving time
are undone; rows that are out of order are sorted; and samples that share the stamp of their packet
are spread over the time since the packet before it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from functools import lru_cache
from typing import TYPE_CHECKING, Final

import numpy as np

from tracker.domain import DataWarning, WarningKind
from tracker.language import ngettext

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import tzinfo

    from numpy.typing import NDArray

DAY_S: Final = 86400.0
_HOUR_S: Final = 3600.0
_UNIX_ORDINAL: Final = date(1970, 1, 1).toordinal()

_CLOCK: Final = re.compile(
    r"\s*(?:(?P<date>\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[./]\d{1,2}[./]\d{4})[T _,]+)?"
    r"(?P<h>\d{1,2})[:\-](?P<m>\d{1,2})[:\-](?P<s>\d{1,2})"
    r"(?:(?P<mark>[.,:_])(?P<part>\d{1,9}))?"
    r"\s*(?P<half>[AaPp]\.?[Mm]\.?)?\s*(?:UTC|GMT)?\s*(?P<zone>Z|[+-]\d{2}:?\d{2})?\s*"
)


@dataclass(frozen=True, slots=True)
class Clock:
    """One reading of a clock that was written as text."""

    time_s: float
    """Seconds since 1970 by that clock, or since midnight where there is no date."""
    dated: bool
    zone: tzinfo | None
    """Its zone; None if the text does not say."""

    @property
    def unix_s(self) -> float | None:
        """Seconds since 1970 in UTC, None undated; without a zone, it shows this computer's."""
        if not self.dated:
            return None
        if self.zone is not None:
            return self.time_s - _offset_s(self.zone)
        local = datetime(1970, 1, 1) + timedelta(seconds=self.time_s)
        try:
            return local.astimezone().timestamp()
        except (OverflowError, OSError):
            return None


def read_clock(text: str) -> Clock | None:
    """Return what a clock shows, as `2026-05-28T20:26:40.000`, `20:26:40:120`; None if nothing."""
    match = _CLOCK.fullmatch(text)
    return None if match is None else _reading(text, match)


def clock_in(text: str) -> Clock | None:
    """Return the first dated clock somewhere in a text, as in the lines above a table, or None."""
    for match in _CLOCK.finditer(text):
        if match["date"]:
            zoned = "UTC" in text[match.start() : match.end() + 4].upper()
            found = _reading(match[0] + ("Z" if zoned and not match["zone"] else ""), match)
            if found is not None and zoned and found.zone is None:
                return Clock(found.time_s, True, UTC)
            return found
    return None


def _reading(text: str, match: re.Match[str]) -> Clock | None:
    hours, minutes, seconds = int(match["h"]), int(match["m"]), int(match["s"])
    day = 0
    if match["date"]:
        ordinal = _ordinal(match["date"])
        if ordinal is None:
            return None
        day = ordinal
    if match["half"]:
        hours = hours % 12 + 12 * (match["half"][0] in "Pp")
    if hours > 23 or minutes > 59 or seconds > 60:
        return None
    part = match["part"] or "0"
    # After a colon or an underscore stand milliseconds, not a fraction.
    fraction = float(f"0.{part}") if match["mark"] in (".", ",") else int(part) * 1e-3
    time_s = day * DAY_S + hours * _HOUR_S + minutes * 60.0 + seconds + fraction
    return Clock(time_s, bool(match["date"]), _zone(match["zone"], text))


@lru_cache(maxsize=64)
def _ordinal(text: str) -> int | None:
    """Return the days since 1970; None if there is no such day."""
    numbers = [int(part) for part in re.split(r"\D", text)]
    year, month, day = numbers if numbers[0] > 31 else numbers[::-1]
    # With slashes, half of the world writes the month first.
    if "/" in text and numbers[0] <= 31 and month > 12 >= day:
        month, day = day, month
    try:
        return date(year, month, day).toordinal() - _UNIX_ORDINAL
    except ValueError:
        return None


def _zone(text: str | None, whole: str) -> tzinfo | None:
    if text is None:
        return UTC if whole.rstrip().endswith(("UTC", "GMT")) else None
    return zone_of(text)


def zone_of(text: str) -> tzinfo | None:
    """Return the zone in a text as `+0300`, `UTC+03:00` or `Z`; None if it is none."""
    match = re.fullmatch(r"(?:UTC|GMT)?\s*(?:(Z)|([+-])(\d{2}):?(\d{2}))?", text.strip())
    if match is None or not text.strip():
        return None
    if match[2] is None:
        return UTC
    offset = timedelta(hours=int(match[3]), minutes=int(match[4]))
    if offset >= timedelta(hours=24):
        return None
    return timezone(offset if match[2] == "+" else -offset)


def _offset_s(zone: tzinfo) -> float:
    offset = zone.utcoffset(None)
    return 0.0 if offset is None else offset.total_seconds()


@dataclass(frozen=True, slots=True, eq=False)
class ClockTimes:
    """A column of clock readings, as times that run on."""

    time_s: NDArray[np.float64]
    """Seconds, shape (n,); NaN where a cell is no clock."""
    first: Clock
    changed: int
    """How often the clock was put forward or back by an hour."""


def clock_times(texts: Sequence[str]) -> ClockTimes | None:
    """Read a column of clocks; None if the first cell is none.

    Midnight does not make time run backwards, nor does the end of daylight saving time.
    """
    readings = [read_clock(text) for text in texts]
    if not readings or readings[0] is None:
        return None
    # With a zone in each cell, the zone may change half-way.
    time_s = np.array(
        [
            np.nan if each is None else each.time_s - (_offset_s(each.zone) if each.zone else 0.0)
            for each in readings
        ]
    )
    first = readings[0]
    changed = 0
    if not first.dated:
        time_s = unwrapped(time_s, DAY_S)
    if first.zone is None:
        time_s, changed = _without_clock_changes(time_s)
    return ClockTimes(time_s, first, changed)


_NEAR_S: Final = 30.0
"""Clocks are changed at a full hour; a log seldom has a longer gap just then."""


def _without_clock_changes(time_s: NDArray[np.float64]) -> tuple[NDArray[np.float64], int]:
    """Undo jumps of one hour at a full hour, as a clock on the wall makes them twice a year."""
    steps_s = np.diff(time_s)
    past_hour_s = np.mod(time_s[:-1] + _NEAR_S, _HOUR_S)
    at_the_hour = past_hour_s <= _NEAR_S
    jumps = at_the_hour & (np.abs(np.abs(steps_s) - _HOUR_S) < _NEAR_S)
    # Put back, it shows the same hour again; put forward, it leaves one out.
    moved_s = np.where(jumps, np.sign(steps_s) * _HOUR_S, 0.0)
    shift_s = np.concatenate([[0.0], np.cumsum(moved_s)])
    return time_s - shift_s, int(jumps.sum())


def unwrapped(time_s: NDArray[np.float64], span_s: float) -> NDArray[np.float64]:
    """Return times of a counter that starts over after `span_s`, as if it had not."""
    falls = np.diff(time_s) < -0.5 * span_s
    return time_s + span_s * np.concatenate([[0.0], np.cumsum(falls)])


MOST_MOVED: Final = 0.05
"""More rows than this share are not a few that came late: the file is joined from sessions."""

DEEPEST_S: Final = 2.0
"""A row that is older than this by more belongs elsewhere; radios repeat within a second."""


def order_of(time_s: NDArray[np.float64]) -> tuple[NDArray[np.intp], int] | None:
    """Return the order that sorts rows by time, and how many were late; None if they stay so.

    They also stay as they are where too many are out of order, or by too much, for a few packets
    that overtook each other: `check_samples` then says that time runs backwards.
    """
    if not len(time_s) or not np.isfinite(time_s).all():
        return None
    newest_s = np.maximum.accumulate(time_s)
    late = time_s < newest_s
    amount = int(late.sum())
    if not amount or amount > MOST_MOVED * len(time_s):
        return None
    if float((newest_s - time_s).max()) > DEEPEST_S:
        return None
    return np.argsort(time_s, kind="stable"), amount


_GAP_RATIO: Final = 1.5
"""A packet that took this many times longer than its samples take follows a gap."""


def spread(time_s: NDArray[np.float64]) -> NDArray[np.float64] | None:
    """Spread samples that share a stamp evenly over the time since the stamp before.

    The stamp is that of a packet's last sample. None where each sample has its own stamp, all have
    the same, or the stamps cannot be times.
    """
    if not len(time_s) or not np.isfinite(time_s).all() or (np.diff(time_s) < 0.0).any():
        return None
    starts, sizes = _runs(time_s)
    if len(starts) < 2 or len(starts) == len(time_s):
        return None
    stamps_s = time_s[starts]
    spans_s = np.diff(stamps_s, prepend=np.nan)
    period_s = float(np.median(spans_s[1:] / sizes[1:]))
    usual_s = sizes * period_s
    spans_s = np.where(spans_s <= _GAP_RATIO * usual_s, spans_s, usual_s)
    before_end = np.repeat(starts + sizes - 1, sizes) - np.arange(len(time_s))
    times_s = np.repeat(stamps_s, sizes) - before_end * np.repeat(spans_s / sizes, sizes)
    # A log does not begin before its own zero.
    return times_s - min(times_s[0], 0.0) if time_s[0] >= 0.0 else times_s


def _runs(time_s: NDArray[np.float64]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return where each stamp comes first, and how many samples have it."""
    starts = np.flatnonzero(np.diff(time_s, prepend=-np.inf) > 0.0)
    return starts, np.diff(np.append(starts, len(time_s)))


@dataclass(frozen=True, slots=True, eq=False)
class MendedTimes:
    """Times that never fall, and what was done to them."""

    time_s: NDArray[np.float64]
    """Times, s, shape (n,)."""
    order: NDArray[np.intp]
    """Which row of the file each is, shape (n,)."""
    warnings: tuple[DataWarning, ...]


def mended_times(time_s: NDArray[np.float64]) -> MendedTimes:
    """Sort a few late rows, and spread samples that share the stamp of their packet.

    Times that cannot be mended come back as they are.
    """
    warnings: list[DataWarning] = []
    order = np.arange(len(time_s))
    if (sorted_rows := order_of(time_s)) is not None:
        order, late = sorted_rows
        time_s = time_s[order]
        text = ngettext(
            "sorted {rows} row that came late", "sorted {rows} rows that came late", late
        ).format(rows=late)
        warnings.append(DataWarning(WarningKind.ROWS_REORDERED, text))
    if (spread_out := spread(time_s)) is not None:
        __, sizes = _runs(time_s)
        shared = sizes[sizes > 1]
        time_s = spread_out
        text = ngettext(
            "spread {samples} samples that share {stamps} time stamp evenly within their packets",
            "spread {samples} samples that share {stamps} time stamps evenly within their packets",
            len(shared),
        ).format(samples=int(shared.sum()), stamps=len(shared))
        warnings.append(DataWarning(WarningKind.SAMPLES_SPREAD, text))
    return MendedTimes(time_s, order, tuple(warnings))
