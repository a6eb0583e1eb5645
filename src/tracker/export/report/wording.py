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
from tracker.language import _, counted, day_text, decimal, listed, ngettext, pgettext

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from tracker.domain import Rep, SetRecord, Side

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
    text = decimal(round(value, decimals) + 0.0, decimals).replace("-", MINUS)
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


def sentence_start(text: str) -> str:
    """Return a text with a capital at its beginning, and as it is after that."""
    return text[:1].upper() + text[1:]


def moment(started_utc: str | None) -> datetime | None:
    """Return the time in an ISO 8601 text; None if it is not one, or has no offset."""
    try:
        time = datetime.fromisoformat(started_utc or "")
    except ValueError:
        return None
    return time if time.tzinfo is not None else None


def day(time: datetime) -> str:
    """Return an unambiguous date, as `14 May 2026`."""
    return day_text(time)


def day_and_time(started_utc: str | None) -> str:
    """Return when a session started, as `Thu, 14 May 2026, 18:30 UTC`."""
    if (time := moment(started_utc)) is None:
        return started_utc or _("date not known")
    offset = time.utcoffset() or timedelta(0)
    digits = f"{time:%z}"
    zone = f"UTC{digits[:3]}:{digits[3:5]}" if offset else "UTC"
    return f"{day_text(time, 'yMMMEd')}, {time:%H:%M} {zone}"


def labels(exercise: str, side: Side | None, *, warm_up: bool) -> str:
    """Return what was done, and what is special about it, as far as there is anything to say."""
    words = [
        exercise,
        "" if side is None else side.word,
        pgettext("kind of work", "warm-up") if warm_up else "",
    ]
    return ", ".join(filter(None, words))


FORM_TEXTS: Final = {
    Flag.SHORT_OF_LOCKOUT: (
        _("The hips stopped lower than at the best tops of the set, by over 15 % of the range."),
        _(
            "Push through the heels until knees, hips and shoulders are one line, or take less "
            "load."
        ),
    ),
    Flag.PAST_LOCKOUT: (
        _("The hips went 8 to 12 degrees beyond this person's lockout."),
        _("Stop at one straight line; keep the ribs down. The sensor cannot tell hips from back."),
    ),
    Flag.FAR_PAST_LOCKOUT: (
        _("The hips went more than 12 degrees beyond this person's lockout."),
        _("Stop at one straight line; keep the ribs down. The sensor cannot tell hips from back."),
    ),
    Flag.SAGGED: (
        _("The hips sank during the hold by more than 15 % of the range."),
        _("Squeeze the glutes until the hold is over, or hold for less time."),
    ),
    Flag.DROPPED_ECCENTRIC: (
        _("The eccentric was shorter than the concentric, and faster."),
        _("Lower slowly, under control."),
    ),
    Flag.RESTED_AT_BOTTOM: (
        _("The hips lay still for more than 1 second before the next rep."),
        _("Keep the tension and turn around just above the floor, unless a pause is planned."),
    ),
    Flag.TOUCHED_FLOOR: (
        _("The hips or the plates knocked on the floor before the next rep."),
        _("Turn around just above the floor, unless the plan is a dead stop."),
    ),
    Flag.TILTED: (
        _("One side of the pelvis was lower than the other by more than this exercise allows."),
        _("Press both feet down evenly. The sensor cannot see the feet."),
    ),
}
"""What each flag of the movement means, in a sentence, and what to try."""

DATA_TEXTS: Final = {
    Flag.GAP: (
        _("No data arrived for part of the rep."),
        _("Times and range of this rep are less certain; nothing was made up for the gap."),
    ),
    Flag.SATURATED: (
        _("The movement was stronger than the sensor can measure."),
        _("Range and velocity of this rep may be too small."),
    ),
    Flag.LOW_CONFIDENCE_VELOCITY: (
        _("The concentric was too slow, or the sensor has no gyroscope."),
        _("No velocity is given; times and range are not affected."),
    ),
    Flag.AXIS_UNCERTAIN: (
        _("The pelvis did not turn about one axis."),
        _("Range is less certain; the sensor may sit loose."),
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
        return sentence_start(FLAG_WORDS[self.flag])

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
        Remark(
            flag,
            # Translators: the numbers of reps, as in "reps 2, 3 and 5".
            ngettext("rep {numbers}", "reps {numbers}", len(reps)).format(
                numbers=listed(list(map(str, reps)))
            ),
        )
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
            sets_with_it = ", ".join(
                _("set {number}: {reps}").format(number=index, reps=n)
                for index, n in per_set.items()
                if n
            )
            where = _("{some} of {reps} ({sets})").format(
                some=total, reps=counted(of, "rep", "reps"), sets=sets_with_it
            )
            found.append((total, Remark(flag, where)))
    found.sort(key=lambda each: -each[0])
    return tuple(remark for __, remark in found)
