"""Trainings for formats of other programs: dated, in any zone, with odd sets among them."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING

from hypothesis import strategies as st

from tests.workouts import exported_rep, plausible_workouts
from tracker.domain import PainEntered, PainMoment, Rep, SetEntries, SetRecord, Workout

if TYPE_CHECKING:
    from collections.abc import Iterable

_NOTES = st.sampled_from(
    ["", "plain", 'said "heavy", went on', "two\nlines\r\nof it", "gut 💪, Knie: 0\t1", "=1+1;,|"]
)
_LOADS = st.none() | st.sampled_from([0.0, 0.5, 20.0, 62.5, 102.03, 650.0])


def zones() -> st.SearchStrategy[timezone]:
    """Return any offset that is in use, and more."""
    minutes = st.integers(-14 * 60, 14 * 60)
    return minutes.map(lambda offset: timezone(timedelta(minutes=offset)))


@st.composite
def odd_sets(draw: st.DrawFn, index: int, start_s: float) -> SetRecord:
    """Return a set without reps, of reps without phases, or of very many of them."""
    kind = draw(st.sampled_from(["no reps", "no phases", "200 reps"]))
    reps: tuple[Rep, ...] = ()
    if kind == "no phases":
        reps = (replace(exported_rep(1, start_s, None), phases=(), bottom_s=None, rom_deg=None),)
    elif kind == "200 reps":
        reps = tuple(exported_rep(number, start_s + 4.5 * number) for number in range(1, 201))
    return SetRecord(
        index=index,
        start_s=reps[0].start_s if reps else start_s,
        end_s=reps[-1].end_s if reps else start_s,
        reps=reps,
        counted=len(reps),
        ended=True,
        entries=SetEntries(load_kg=draw(_LOADS), note=draw(_NOTES)),
    )


@st.composite
def dated_workouts(draw: st.DrawFn) -> Workout:
    """Return any training with at least one set and a date."""
    workout = draw(plausible_workouts())
    moments = st.datetimes(datetime(2000, 1, 2), datetime(2099, 12, 1), timezones=zones())
    at_s = max((record.end_s for record in workout.sets), default=0.0) + draw(st.floats(0, 90))
    sets = workout.sets
    if not sets or draw(st.booleans()):
        sets = (*sets, draw(odd_sets(len(sets) + 1, at_s)))
    return replace(
        workout,
        info=replace(workout.info, started_utc=draw(moments).isoformat()),
        sets=sets,
        note=draw(_NOTES),
        pain=(*workout.pain, PainEntered(0, PainMoment.AFTER)),
    )


def start_of(workout: Workout) -> datetime:
    """Return the time of second 0."""
    assert workout.info.started_utc is not None
    return datetime.fromisoformat(workout.info.started_utc)


def whole_s(moment: datetime, expected: datetime) -> bool:
    """Say whether a time is the nearest whole second to the expected one."""
    return abs((moment - expected).total_seconds()) <= 0.5


def mean(values: Iterable[float | None]) -> float | None:
    """Return the mean of what is known."""
    known = [value for value in values if value is not None]
    return math.fsum(known) / len(known) if known else None
