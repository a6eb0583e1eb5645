from __future__ import annotations

import math
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from tests.export.workouts import EMPTY, WORKOUT
from tracker.domain import InputError
from tracker.export.app_terms import active_s, at, elapsed_s, offset_s, require_sets, started

if TYPE_CHECKING:
    from tracker.domain import Workout


def starting(text: str | None) -> Workout:
    return replace(WORKOUT, info=replace(WORKOUT.info, started_utc=text))


@pytest.mark.parametrize(
    ("text", "ahead"),
    [
        ("2026-11-25T18:00:00+01:00", timedelta(hours=1)),
        ("2026-11-25T18:00:00Z", timedelta(0)),
        ("2026-11-25T18:00:00.123456-03:30", timedelta(hours=-3, minutes=-30)),
    ],
)
def test_the_offset_is_kept(text: str, ahead: timedelta) -> None:
    start = started(starting(text), "fit")
    assert start == datetime.fromisoformat(text)
    assert start.utcoffset() == ahead
    assert offset_s(start) == ahead.total_seconds()
    assert at(start, 90.0).utcoffset() == ahead


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (None, "does not say when it started, and hevy needs a date"),
        ("yesterday", "which is no date and time"),
        ("2026-11-25T18:00:00", "no offset from UTC"),
        ("1970-01-01T00:00:03+00:00", "expected 2000 to 2099"),
        ("9999-12-31T23:59:59+00:00", "expected 2000 to 2099"),
    ],
)
def test_a_date_that_is_none_is_refused_with_advice(text: str | None, problem: str) -> None:
    with pytest.raises(InputError, match=problem) as caught:
        started(starting(text), "hevy")
    assert "session.arrows" in caught.value.message
    assert caught.value.advice is not None
    assert '--started "2026-11-25T18:00+01:00"' in caught.value.advice


@pytest.mark.parametrize(("session_s", "second"), [(0.4, 0), (0.6, 1), (59.6, 60), (61.0, 61)])
def test_times_are_to_the_nearest_second(session_s: float, second: int) -> None:
    start = datetime.fromisoformat("2026-11-25T18:00:00+01:00")
    assert at(start, session_s) == start + timedelta(seconds=second)


def test_a_session_lasts_to_its_last_sample_or_set() -> None:
    assert elapsed_s(WORKOUT) == 120.0
    assert elapsed_s(replace(WORKOUT, facts=EMPTY.facts)) == 91.5
    assert elapsed_s(EMPTY) == 0.0


def test_the_sets_took_this_long_together() -> None:
    assert active_s(WORKOUT) == 21.5
    assert active_s(EMPTY) == 0.0


@pytest.mark.parametrize("duration_s", [1e12, math.inf, math.nan])
def test_a_session_of_months_is_refused(duration_s: float) -> None:
    facts = replace(WORKOUT.facts, duration_s=duration_s)
    with pytest.raises(InputError, match="expected at most 4e"):
        elapsed_s(replace(WORKOUT, facts=facts))


def test_a_training_without_sets_is_refused() -> None:
    require_sets(WORKOUT, "strava")
    with pytest.raises(InputError, match="nothing that strava could hold"):
        require_sets(EMPTY, "strava")
