from __future__ import annotations

from datetime import date, timedelta, timezone

import pytest

from tests.coach.sets import rep
from tracker.coach.progression import PastSession, PastSet, past_session
from tracker.domain import (
    Flag,
    PainEntered,
    PainMoment,
    Plan,
    SessionInfo,
    SetEntries,
    SetRecord,
    SourceFacts,
    Workout,
)


def workout(*records: SetRecord, started: str | None = "2026-03-02T18:00:00+01:00") -> Workout:
    return Workout(
        SessionInfo("profile", started_utc=started),
        SourceFacts("x.arrows", "profile", 100.0, 60.0, 6000),
        records,
        (),
        {},
        pain=(PainEntered(1, PainMoment.BEFORE), PainEntered(3, PainMoment.AFTER)),
    )


def record(*flags: Flag, plan: Plan | None = None, entries: SetEntries | None = None) -> SetRecord:
    """Return a set of four reps, of which the last has flags."""
    reps = (rep(1), rep(2), rep(3), rep(4, *flags))
    return SetRecord(1, 0.0, 20.0, reps, 4, True, plan or Plan(), entries or SetEntries())


def test_a_training_is_remembered_with_day_sets_and_pain() -> None:
    plan = Plan(load_kg=40.0, target_reps=4)
    past = past_session(workout(record(Flag.DROPPED_ECCENTRIC, plan=plan)))
    assert past.day == date(2026, 3, 2)
    assert past.exercise == "hip_thrust"
    assert past.sets == (PastSet(4, 4, 40.0, 0.75),)
    assert past.pain is not None
    assert past.pain.stops


def test_what_the_wearer_entered_stands_above_what_was_counted() -> None:
    entries = SetEntries(load_kg=50.0, reps_by=1)
    (only,) = past_session(workout(record(plan=Plan(load_kg=40.0), entries=entries))).sets
    assert (only.reps, only.load_kg) == (5, 50.0)


def test_a_set_that_was_taken_back_is_none() -> None:
    assert past_session(workout(record(entries=SetEntries(reps=0)))).sets == ()


@pytest.mark.parametrize("flag", [Flag.GAP, Flag.SATURATED, Flag.AXIS_UNCERTAIN])
def test_reps_that_were_not_seen_well_say_nothing_of_form(flag: Flag) -> None:
    (only,) = past_session(workout(record(flag, Flag.DROPPED_ECCENTRIC))).sets
    assert only.good_share == 1.0


def test_a_rest_at_the_bottom_is_no_fault_of_form() -> None:
    (only,) = past_session(workout(record(Flag.RESTED_AT_BOTTOM))).sets
    assert only.good_share == 1.0


def test_the_day_is_that_of_the_wearers_time_zone() -> None:
    late = workout(record(), started="2026-03-02T23:30:00+00:00")
    assert past_session(late).day == date(2026, 3, 2)
    assert past_session(late, timezone(timedelta(hours=1))).day == date(2026, 3, 3)
    plain = workout(record(), started="2026-03-02T23:30:00")
    assert past_session(plain, timezone(timedelta(hours=1))).day == date(2026, 3, 2)


@pytest.mark.parametrize("started", [None, "some day"])
def test_a_day_that_is_not_known_is_none(started: str | None) -> None:
    assert past_session(workout(record(), started=started)).day is None


def test_a_session_adds_its_sets_up() -> None:
    sets = (
        PastSet(10, None, 40.0, 1.0),
        PastSet(5, None, None, 0.4),
        PastSet(5, None, 45.0, None),
    )
    past = PastSession(None, "hip_thrust", sets)
    assert past.load_kg == 45.0
    assert past.good_share == pytest.approx(0.8)
    empty = PastSession(None, "hip_thrust", ())
    assert (empty.load_kg, empty.good_share) == (None, None)
