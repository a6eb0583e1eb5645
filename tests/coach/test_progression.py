from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.coach.sets import rep
from tracker.coach.pain import judge_pain
from tracker.coach.progression import PastSession, PastSet, Step, Suggestion, past_session, suggest
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

TODAY = date(2026, 3, 20)


def session(
    *reps: int,
    ago: int = 3,
    target: int | None = 12,
    load_kg: float | None = 0.0,
    good: float | None = 1.0,
    pain: tuple[int, int] | None = None,
    exercise: str = "hip_thrust",
) -> PastSession:
    verdict = None
    if pain is not None:
        before, after = pain
        verdict = judge_pain(
            (PainEntered(before, PainMoment.BEFORE), PainEntered(after, PainMoment.AFTER))
        )
    sets = tuple(PastSet(each, target, load_kg, good) for each in reps)
    return PastSession(TODAY - timedelta(days=ago), exercise, sets, verdict)


def next_after(*sessions: PastSession) -> Suggestion:
    return suggest(sessions, "hip_thrust", TODAY)


def test_everybody_begins_with_the_own_weight() -> None:
    first = next_after()
    assert (first.step, first.sets, first.reps, first.load_kg) == (Step.BEGIN, 2, 10, 0.0)
    assert first.plan == Plan(load_kg=0.0, target_reps=10)
    assert next_after(session(12, exercise="squat")).step is Step.BEGIN


def test_reps_come_first_then_sets_then_load() -> None:
    more_reps = next_after(session(10, 10, target=10))
    assert (more_reps.step, more_reps.sets, more_reps.reps) == (Step.REPS, 2, 12)
    more_sets = next_after(session(12, 12))
    assert (more_sets.step, more_sets.sets, more_sets.reps) == (Step.SETS, 3, 12)
    full = next_after(session(12, 12, 14))
    assert full.step is Step.SAME
    load = next_after(session(12, 12, 14, ago=6), session(12, 12, 14))
    assert (load.step, load.load_kg, load.reps) == (Step.LOAD, 10.0, 12)


@pytest.mark.parametrize(
    ("before", "after"), [(40.0, 42.5), (100.0, 105.0), (20.0, 22.5), (180.0, 190.0)]
)
def test_load_grows_by_a_twentieth_in_steps_of_plates(before: float, after: float) -> None:
    twice = [session(8, 8, 10, ago=ago, target=8, load_kg=before) for ago in (6, 3)]
    assert next_after(*twice).load_kg == after


@pytest.mark.parametrize(
    ("earlier", "later"),
    [
        (session(8, 8, 9, ago=6, target=8, load_kg=40.0), None),
        (None, session(8, 8, 9, target=8, load_kg=40.0)),
        (session(8, 8, 10, ago=6, target=8, load_kg=37.5), None),
        (session(8, 8, 10, ago=6, target=8, load_kg=40.0, good=0.7), None),
        (session(10, 10, 8, ago=6, target=8, load_kg=40.0), None),
    ],
    ids=["first short", "second short", "another load", "form", "not the last set"],
)
def test_two_for_two_needs_both_sessions(
    earlier: PastSession | None, later: PastSession | None
) -> None:
    full = session(8, 8, 10, target=8, load_kg=40.0)
    told = next_after(earlier or replace(full, day=TODAY - timedelta(days=6)), later or full)
    assert (told.step, told.load_kg) == (Step.SAME, 40.0)
    assert "10 clean reps" in told.reason


def test_a_session_of_another_exercise_between_does_not_count() -> None:
    between = session(5, ago=5, exercise="squat")
    first, second = session(12, 12, 14, ago=8), session(12, 12, 14, ago=2)
    assert next_after(first, between, second).step is Step.LOAD


@pytest.mark.parametrize(
    ("load_kg", "lighter_kg"), [(100.0, 90.0), (40.0, 35.0), (10.0, 7.5), (2.5, 0.0)]
)
def test_it_gets_lighter_when_form_breaks(load_kg: float, lighter_kg: float) -> None:
    told = next_after(session(8, 8, 8, target=8, load_kg=load_kg, good=0.4))
    assert (told.step, told.load_kg) == (Step.LIGHTER, lighter_kg)


def test_without_a_load_broken_form_means_fewer_reps() -> None:
    told = next_after(session(12, 12, good=0.4))
    assert (told.step, told.reps) == (Step.LIGHTER, 10)
    assert next_after(session(4, 4, target=4, good=0.4)).reps == 4


@pytest.mark.parametrize(
    ("past", "word"),
    [
        (session(12, 12, good=0.7), "clean"),
        (session(12, 12, good=None), "seen"),
        (session(12, 11), "every set"),
        (session(12, 12, pain=(1, 2)), "watch"),
        (session(12, 12, 12, load_kg=None), "Enter your load"),
    ],
)
def test_nothing_changes_without_a_reason(past: PastSession, word: str) -> None:
    told = next_after(past)
    assert told.step is Step.SAME
    assert word in told.reason
    assert (told.sets, told.reps, told.load_kg) == (len(past.sets), 12, past.load_kg)


def test_a_load_that_was_not_said_is_not_made_up() -> None:
    twice = [session(12, 12, 14, ago=ago, load_kg=None) for ago in (6, 3)]
    assert next_after(*twice).load_kg is None


def test_without_a_target_the_smallest_set_is_what_was_done() -> None:
    told = next_after(session(9, 8, target=None))
    assert (told.step, told.reps) == (Step.REPS, 10)


@pytest.mark.parametrize("ago", [0, 1])
def test_there_is_a_day_of_rest_between_also_after_another_exercise(ago: int) -> None:
    told = next_after(session(12, 12, ago=9), session(12, ago=ago, exercise="squat"))
    assert told.step is Step.REST
    assert told.plan is None
    assert "rest" in told.reason


def test_three_sessions_in_seven_days_are_enough() -> None:
    three = [session(12, 12, ago=ago) for ago in (6, 4, 2)]
    assert next_after(*three).step is Step.REST
    assert next_after(
        *[replace(three[0], day=TODAY - timedelta(days=7)), *three[1:]]
    ).step is not (Step.REST)


def test_sessions_of_an_unknown_day_ask_for_no_rest() -> None:
    assert next_after(replace(session(12, 12), day=None)).step is Step.SETS


@pytest.mark.parametrize("pain", [(0, 2), (5, 5), (2, 7)])
def test_pain_stops_everything(pain: tuple[int, int]) -> None:
    told = next_after(session(12, 12, 14, ago=6), session(12, 12, 14, pain=pain))
    assert told.step is Step.STOP
    assert told.plan is None
    assert "doctor" in told.reason


past_sessions = st.lists(
    st.builds(
        lambda ago, reps, target, load_kg, good, pain: session(
            *reps, ago=ago, target=target, load_kg=load_kg, good=good, pain=pain
        ),
        st.integers(0, 400),
        st.lists(st.integers(1, 40), max_size=6),
        st.none() | st.integers(1, 60),
        st.none() | st.floats(0.0, 900.0),
        st.none() | st.floats(0.0, 1.0),
        st.none() | st.tuples(st.integers(0, 10), st.integers(0, 10)),
    ),
    max_size=5,
)


@given(past_sessions)
def test_whatever_was_done_the_next_step_is_small_and_has_a_reason(
    sessions: list[PastSession],
) -> None:
    told = next_after(*sessions)
    assert told.reason.endswith(".")
    if told.plan is None:
        assert told.step in (Step.STOP, Step.REST)
        return
    before = [each for each in sessions if each.sets]
    if told.step is Step.LOAD:
        assert told.load_kg is not None
        assert before[-1].load_kg is not None
        assert told.load_kg <= max(10.0, 1.1 * before[-1].load_kg + 2.5)
    elif told.step is not Step.BEGIN and told.load_kg is not None:
        assert told.load_kg <= (before[-1].load_kg or 0.0)


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
