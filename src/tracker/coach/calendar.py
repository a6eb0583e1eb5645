"""Training days and rest days, by the wearer's own calendar. Pure: today is an argument.

A day of rest lies between two sessions, three sessions in seven days are enough, and the wearer
may choose days, as Monday, Wednesday and Friday. The day between is common practice; no source
that we know of says that it must be one.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from enum import Enum
from typing import TYPE_CHECKING, Final

from tracker.domain import InputError
from tracker.language import _, listed

if TYPE_CHECKING:
    from collections.abc import Iterator
    from collections.abc import Set as AbstractSet
    from datetime import tzinfo

MOST_SESSIONS_A_WEEK: Final = 3
"""Two or three sessions a week, with a day of rest between."""

WEEK_DAYS: Final = 7

WEEKDAYS: Final = {
    "mon": _("Monday"),
    "tue": _("Tuesday"),
    "wed": _("Wednesday"),
    "thu": _("Thursday"),
    "fri": _("Friday"),
    "sat": _("Saturday"),
    "sun": _("Sunday"),
}
"""Days of the week by the names that can be written, in order."""

ANY_DAY: Final[frozenset[int]] = frozenset()
"""No training days were chosen."""

_LOOKED_AHEAD: Final = 2 * WEEK_DAYS
"""Some day within two weeks is free, unless the log has days to come in it."""


class DayKind(Enum):
    """What a day of the calendar is."""

    DONE = "done"
    DUE = "due"
    MISSED = "missed"


def parse_days(text: str) -> frozenset[int]:
    """Return the weekdays in a list such as `mon,wed,fri`, 0 is Monday; raises `InputError`."""
    names = [
        word.strip().lower()[:3] for word in text.replace(" ", ",").split(",") if word.strip()
    ]
    for name in names:
        if name not in WEEKDAYS:
            raise InputError(
                "training_days",
                _("can't read {name!r}").format(name=name),
                _("Write them as mon,wed,fri."),
            )
    chosen = frozenset(list(WEEKDAYS).index(name) for name in names)
    if len(chosen) > MOST_SESSIONS_A_WEEK or any(
        (each + 1) % WEEK_DAYS in chosen for each in chosen
    ):
        raise InputError(
            "training_days",
            _("expected at most three days, none right after another"),
            _("Write them as mon,wed,fri."),
        )
    return chosen


def days_text(days: AbstractSet[int]) -> str:
    """Return weekdays as `parse_days` reads them."""
    return ",".join(name for number, name in enumerate(WEEKDAYS) if number in days)


def days_words(days: AbstractSet[int]) -> str:
    """Return weekdays for people: `Monday, Wednesday and Friday`."""
    names = [name for number, name in enumerate(WEEKDAYS.values()) if number in days]
    return listed(names)


def day_of(started: str | None, zone: tzinfo | None) -> date | None:
    """Return the date of a session on the wearer's clock; None if its time can't be read.

    The offset in its time is the wearer's zone when it took place. One in UTC tells nothing of
    the wearer and is moved to `zone`; None is the zone of this computer.
    """
    if started is None:
        return None
    try:
        time = datetime.fromisoformat(started)
        if time.utcoffset() is not None and not time.utcoffset():
            time = time.astimezone(zone)
    except (ValueError, OverflowError):
        return None
    return time.date()


def why_rest(
    today: date, trained: AbstractSet[date], days: AbstractSet[int] = ANY_DAY
) -> str | None:
    """Return why today is a day of rest, given the days of the sessions; None if it is not."""
    yesterday = today - timedelta(days=1)
    if today in trained:
        return _("You have trained today.")
    if yesterday in trained:
        return _("Your last session was yesterday: rest today.")
    if sum(today - timedelta(days=ago) in trained for ago in range(WEEK_DAYS)) >= (
        MOST_SESSIONS_A_WEEK
    ):
        return _("Three sessions in seven days are enough: rest today.")
    if days and today.weekday() not in days and not _makes_up(today, trained, days):
        return _("Your training days are {days}.").format(days=days_words(days))
    return None


def _makes_up(today: date, trained: AbstractSet[date], days: AbstractSet[int]) -> bool:
    """Return whether today may stand in for the last training day, which was missed."""
    if not trained or (today.weekday() + 1) % WEEK_DAYS in days:
        return False
    past = (today - timedelta(days=ago) for ago in range(1, WEEK_DAYS + 1))
    due = next(day for day in past if day.weekday() in days)
    last = max((day for day in trained if day < today), default=None)
    return last is not None and last < due


def next_day(today: date, trained: AbstractSet[date], days: AbstractSet[int] = ANY_DAY) -> date:
    """Return the first day from today on that is not a day of rest."""
    ahead = (today + timedelta(days=number) for number in range(_LOOKED_AHEAD))
    free = (day for day in ahead if why_rest(day, trained, days) is None)
    return next(free, today + timedelta(days=_LOOKED_AHEAD))


def calendar(
    first: date,
    last: date,
    today: date,
    trained: AbstractSet[date],
    days: AbstractSet[int] = ANY_DAY,
) -> Iterator[tuple[date, DayKind | None]]:
    """Yield every day from `first` to `last`: done, due, missed, or None for a day of rest.

    Without chosen days, the next day that is free is the only one due, and none is missed.
    """
    begun = min(trained, default=today)
    upcoming = next_day(today, trained, days)
    for number in range((last - first).days + 1):
        day = first + timedelta(days=number)
        if day in trained:
            yield day, DayKind.DONE
        elif day == upcoming or (day >= upcoming and day.weekday() in days):
            yield day, DayKind.DUE
        elif begun < day < today and day.weekday() in days:
            yield day, DayKind.MISSED
        else:
            yield day, None
