"""The words of a report: numbers, times and dates, flags explained, and what no sensor can see.

Unknown is a dash, never zero. The names of flags are the coach's; here is what each one means, for
a reader who has never seen one.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median as _median
from typing import TYPE_CHECKING, Final

from tracker.coach import FLAG_WORDS, UNSEEN_FLAGS
from tracker.domain import Flag
from tracker.domain.foreign_text import visible
from tracker.language import counted

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from tracker.domain import Rep, SetRecord

UNKNOWN: Final = "–"
"""Stands for a value that is not known."""

MINUS: Final = "−"

MOST: Final = 1e6
"""No number of a training is larger in any unit shown; a larger one counts as unknown."""

# HTML forbids in text: controls, halves of surrogate pairs, noncharacters. A note can hold them.
_FORBIDDEN: Final = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef"
    + "".join(chr(plane << 16 | last) for plane in range(17) for last in (0xFFFE, 0xFFFF))
    + "]"
)


def printable(text: str) -> str:
    """Return `text` with a replacement character for whatever HTML cannot hold.

    What would show letters in another order is spelled out, as in every other medium.
    """
    return visible(_FORBIDDEN.sub("\ufffd", text.replace("\r\n", "\n")))


def known(value: float | None) -> float | None:
    """Return a number that can be shown, or None."""
    if value is None or not math.isfinite(value) or abs(value) > MOST:
        return None
    return float(value)


def all_known(values: Iterable[float | None]) -> list[float]:
    """Return the known values."""
    return [each for each in map(known, values) if each is not None]


def median(values: Iterable[float | None]) -> float | None:
    """Return the median of the known values, or None without any."""
    each = all_known(values)
    return _median(each) if each else None


def number(value: float | None, decimals: int = 1, unit: str = "") -> str:
    """Return `value` and its unit with a no-break space between, or the dash alone."""
    if (value := known(value)) is None:
        return UNKNOWN
    # Adding 0.0 turns a negative zero into the zero that people write.
    text = f"{round(value, decimals) + 0.0:.{decimals}f}".replace("-", MINUS)
    return f"{text}\N{NO-BREAK SPACE}{unit}" if unit else text


def signed(value: float | None, decimals: int = 2) -> str:
    """Return a difference with its sign; zero has none."""
    text = number(value, decimals)
    positive = value is not None and text != UNKNOWN and round(value, decimals) > 0
    return f"+{text}" if positive else text


def short(value: float | None, unit: str = "") -> str:
    """Return a number as people type it, without trailing zeros."""
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


def listed(words: Iterable[str]) -> str:
    """Return `a`, `a and b` or `a, b and c`."""
    *first, last = list(words) or [""]
    return f"{', '.join(first)} and {last}" if first else last


def moment(started_utc: str | None) -> datetime | None:
    """Return the time in an ISO 8601 text; None if it is not one, or has no offset."""
    try:
        time = datetime.fromisoformat(started_utc or "")
    except ValueError:
        return None
    return time if time.tzinfo is not None else None


def day(time: datetime) -> str:
    """Return an unambiguous date, as `14 May 2026`."""
    # `ctime` is in English whatever the locale.
    return f"{time.day} {time.ctime()[4:7]} {time.year}"


def day_and_time(started_utc: str | None) -> str:
    """Return when a session started, as `Thu 14 May 2026, 18:30 UTC`."""
    if (time := moment(started_utc)) is None:
        return started_utc or "date not known"
    offset = time.utcoffset() or timedelta(0)
    digits = f"{time:%z}"
    zone = f"UTC{digits[:3]}:{digits[3:5]}" if offset else "UTC"
    return f"{time.ctime()[:3]} {day(time)}, {time:%H:%M} {zone}"


FORM_TEXTS: Final = {
    Flag.SHORT_OF_LOCKOUT: (
        "The hips stopped lower than at the best tops of the set, by over 15 % of the range.",
        "Push through the heels until knees, hips and shoulders are one line, or take less load.",
    ),
    Flag.PAST_LOCKOUT: (
        "The hips went 8 to 12 degrees beyond this person's lockout.",
        "Stop at one straight line; keep the ribs down. The sensor cannot tell hips from back.",
    ),
    Flag.FAR_PAST_LOCKOUT: (
        "The hips went more than 12 degrees beyond this person's lockout.",
        "Stop at one straight line; keep the ribs down. The sensor cannot tell hips from back.",
    ),
    Flag.SAGGED: (
        "The hips sank during the hold by more than 15 % of the range.",
        "Squeeze the glutes until the hold is over, or hold for less time.",
    ),
    Flag.DROPPED_ECCENTRIC: (
        "The eccentric was shorter than the concentric, and faster.",
        "Lower slowly, under control.",
    ),
    Flag.RESTED_AT_BOTTOM: (
        "The hips lay still for more than 1 second before the next rep.",
        "Keep the tension and turn around just above the floor, unless a pause is planned.",
    ),
    Flag.TOUCHED_FLOOR: (
        "The hips or the plates knocked on the floor before the next rep.",
        "Turn around just above the floor, unless the plan is a dead stop.",
    ),
    Flag.TILTED: (
        "One side of the pelvis was lower than the other by more than this exercise allows.",
        "Press both feet down evenly. The sensor cannot see the feet.",
    ),
}
"""What each flag of the movement means, in a sentence, and what to try."""

DATA_TEXTS: Final = {
    Flag.GAP: (
        "No data arrived for part of the rep.",
        "Times and range of this rep are less certain; nothing was made up for the gap.",
    ),
    Flag.SATURATED: (
        "The movement was stronger than the sensor can measure.",
        "Range and velocity of this rep may be too small.",
    ),
    Flag.LOW_CONFIDENCE_VELOCITY: (
        "The concentric was too slow, or the sensor has no gyroscope.",
        "No velocity is given; times and range are not affected.",
    ),
    Flag.AXIS_UNCERTAIN: (
        "The pelvis did not turn about one axis.",
        "Range is less certain; the sensor may sit loose.",
    ),
}
"""What each flag of the data means, and what that is for the numbers."""

FLAG_TEXTS: Final = FORM_TEXTS | DATA_TEXTS


@dataclass(frozen=True, slots=True)
class Remark:
    """A flag and where it was seen."""

    flag: Flag
    where: str
    """Which reps, or how many."""

    @property
    def name(self) -> str:
        """The flag's name as the beginning of a sentence."""
        return FLAG_WORDS[self.flag].capitalize()

    @property
    def text(self) -> str:
        """What the flag means, and what to do about it."""
        return " ".join(FLAG_TEXTS[self.flag])


def names(flags: Iterable[Flag]) -> str:
    """Return the names of flags, empty without any."""
    return ", ".join(FLAG_WORDS[flag] for flag in flags)


def has_form_flag(rep: Rep) -> bool:
    """Return whether a rep has a remark on its form."""
    return not FORM_TEXTS.keys().isdisjoint(rep.flags)


def is_uncertain(rep: Rep) -> bool:
    """Return whether the numbers of a rep may be wrong."""
    return not rep.complete or not UNSEEN_FLAGS.isdisjoint(rep.flags)


def remarks_of_set(record: SetRecord) -> tuple[Remark, ...]:
    """Return each flag of a set and the numbers of its reps."""
    return tuple(
        Remark(flag, f"{'rep' if len(reps) == 1 else 'reps'} {listed(map(str, reps))}")
        for flag in FLAG_TEXTS
        if (reps := [rep.index for rep in record.reps if flag in rep.flags])
    )


def remarks_of_session(sets: Sequence[SetRecord], *, of_form: bool) -> tuple[Remark, ...]:
    """Return each flag of a session and how many reps have it, the most frequent first."""
    found: list[tuple[int, Remark]] = []
    of = sum(len(record.reps) for record in sets)
    for flag in FORM_TEXTS if of_form else DATA_TEXTS:
        per_set = {record.index: sum(flag in rep.flags for rep in record.reps) for record in sets}
        if total := sum(per_set.values()):
            where = ", ".join(f"set {index}: {n}" for index, n in per_set.items() if n)
            found.append(
                (total, Remark(flag, f"{total} of {counted(of, 'rep', 'reps')} ({where})"))
            )
    found.sort(key=lambda each: -each[0])
    return tuple(remark for _, remark in found)
