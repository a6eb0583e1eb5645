"""When things happened by the clock on the wall: what formats of other programs are sorted by."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from tracker.domain import InputError

if TYPE_CHECKING:
    from tracker.domain import Workout

_YEARS: Final = range(2000, 2100)
"""FIT takes times before 1998 for seconds since a device was switched on; a date outside of this
century is a clock that was never set."""

_LONGEST_S: Final = 4_000_000.0
"""46 days: FIT counts milliseconds in 32 bits. Only a clock that jumped makes it as long."""

_ADVICE: Final = 'Say when it was: --started "2026-11-25T18:00+01:00"'


def started(workout: Workout, form: str) -> datetime:
    """Return the time of second 0, with the offset from UTC that it was recorded with.

    Raises
    ------
    InputError
        If it is not known, or is no time of day with an offset in this century.
    """
    path, text = workout.facts.path, workout.info.started_utc
    if text is None:
        raise InputError(path, f"does not say when it started, and {form} needs a date", _ADVICE)
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise InputError(
            path, f"started at {text!r}, which is no date and time", _ADVICE
        ) from None
    if moment.utcoffset() is None:
        problem = f"started at {text!r}, which has no offset from UTC"
        raise InputError(path, problem, _ADVICE)
    if moment.year not in _YEARS:
        problem = f"started at {text!r}, expected {_YEARS[0]} to {_YEARS[-1]}"
        raise InputError(path, problem, _ADVICE)
    return moment


def at(start: datetime, session_s: float) -> datetime:
    """Return when a session second was, to the nearest whole second, in the zone of `start`."""
    moment = start + timedelta(seconds=session_s)
    return (moment + timedelta(seconds=0.5)).replace(microsecond=0)


def offset_s(start: datetime) -> int:
    """Return how far local time is ahead of UTC, s."""
    offset = start.utcoffset()
    assert offset is not None
    return round(offset.total_seconds())


def elapsed_s(workout: Workout) -> float:
    """Return how long the session took, s: to its last sample, or to the end of its last set.

    Raises
    ------
    InputError
        If no session can take that long.
    """
    ends_s = (record.end_s for record in workout.sets)
    elapsed = max((workout.facts.duration_s or 0.0, *ends_s))
    if not elapsed <= _LONGEST_S:
        problem = f"lasts {elapsed:g} s, expected at most {_LONGEST_S:g} s"
        raise InputError(
            workout.facts.path, problem, "See its times with: tracker analyze FILE --format json"
        )
    return elapsed


def active_s(workout: Workout) -> float:
    """Return how long the sets took together, s."""
    return sum(record.end_s - record.start_s for record in workout.sets)


def require_sets(workout: Workout, form: str) -> None:
    """Raise an `InputError` if there is nothing to log."""
    if not workout.sets:
        raise InputError(
            workout.facts.path,
            f"has no set, so there is nothing that {form} could hold",
            "See what was found with: tracker analyze FILE --format text",
        )
