from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, timedelta, timezone, tzinfo
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.coach.sets import rep
from tracker.coach.pain import judge_pain
from tracker.coach.past import past_sessions
from tracker.coach.progression import (
    LADDER,
    PROGRAMME,
    PastSession,
    PastSet,
    Step,
    Suggestion,
    easier,
    suggest,
)
from tracker.domain import (
    NO_PLAN,
    Flag,
    PainEntered,
    PainMoment,
    Plan,
    SessionInfo,
    SetEntries,
    SetRecord,
    Side,
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
    paced: float | None = 1.0,
    pain: tuple[int, int] | None = None,
    exercise: str = "hip_thrust",
    rpe: float | None = None,
    loss: float | None = None,
    sensed: bool = True,
    plan: Plan = NO_PLAN,
) -> PastSession:
    verdict = None
    if pain is not None:
        before, after = pain
        verdict = judge_pain(
            (PainEntered(before, PainMoment.BEFORE), PainEntered(after, PainMoment.AFTER))
        )
    sets = tuple(PastSet(each, target, load_kg, good, paced, rpe, loss, sensed) for each in reps)
    return PastSession(TODAY - timedelta(days=ago), exercise, sets, verdict, plan)


def next_after(*sessions: PastSession, exercise: str = "hip_thrust") -> Suggestion:
    return suggest(sessions, exercise)


def dose(told: Suggestion) -> tuple[int | None, int | None, float | None]:
    return told.plan.sets, told.plan.target_reps, told.plan.load_kg


def test_everybody_begins_with_the_own_weight() -> None:
    first = next_after()
    assert first.step is Step.BEGIN
    assert dose(first) == (2, 10, 0.0)
    assert next_after(session(12, exercise="squat")).step is Step.BEGIN


def test_who_set_a_plan_up_begins_with_it() -> None:
    told = suggest((), "hip_thrust", Plan(load_kg=60.0, target_reps=6))
    assert dose(told) == (2, 6, 60.0)


def test_reps_come_first_then_sets_then_load() -> None:
    more_reps = next_after(session(10, 10, target=10))
    assert (more_reps.step, dose(more_reps)) == (Step.REPS, (2, 12, 0.0))
    more_sets = next_after(session(12, 12))
    assert (more_sets.step, dose(more_sets)) == (Step.SETS, (3, 12, 0.0))
    full = next_after(session(12, 12, 14))
    assert full.step is Step.SAME
    assert full.plan.or_more, "the last set says when load is due"
    load = next_after(session(12, 12, 14, ago=6), session(12, 12, 14))
    assert (load.step, dose(load)) == (Step.LOAD, (3, 12, 10.0))


def test_who_does_exactly_what_is_planned_gets_load_all_the_same() -> None:
    full = [session(12, 12, 12, ago=ago) for ago in (8, 6, 3)]
    assert next_after(*full[:2]).step is Step.SAME
    assert next_after(*full).step is Step.LOAD
    hard = [replace(each, sets=(replace(each.sets[0], rpe=10.0), *each.sets[1:])) for each in full]
    assert next_after(*hard).step is Step.SAME, "not while nothing is left in reserve"


@pytest.mark.parametrize(
    ("before", "after"), [(40.0, 42.5), (100.0, 105.0), (20.0, 22.5), (180.0, 190.0)]
)
def test_load_grows_by_a_twentieth_in_steps_of_plates(before: float, after: float) -> None:
    twice = [session(8, 8, 10, ago=ago, target=8, load_kg=before) for ago in (6, 3)]
    assert next_after(*twice).plan.load_kg == after


def test_what_was_easy_grows_twice_as_fast() -> None:
    twice = [session(8, 8, 10, ago=ago, target=8, load_kg=100.0, rpe=6.0) for ago in (6, 3)]
    assert next_after(*twice).plan.load_kg == 110.0
    assert next_after(session(8, 8, target=8, rpe=5.0)).plan.target_reps == 12


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
    assert (told.step, told.plan.load_kg) == (Step.SAME, 40.0)
    assert "10 clean reps" in told.reason


def test_a_session_of_another_exercise_between_does_not_count() -> None:
    between = session(5, ago=5, exercise="squat")
    first, second = session(12, 12, 14, ago=8), session(12, 12, 14, ago=2)
    assert next_after(first, between, second).step is Step.LOAD


@pytest.mark.parametrize(
    ("load_kg", "lighter_kg"), [(100.0, 90.0), (40.0, 35.0), (10.0, 7.5), (2.5, 0.0)]
)
def test_it_gets_lighter_when_form_breaks(load_kg: float, lighter_kg: float) -> None:
    for good in (0.4, 0.0):
        told = next_after(session(8, 8, 8, target=8, load_kg=load_kg, good=good))
        assert (told.step, told.plan.load_kg) == (Step.LIGHTER, lighter_kg)
        assert not told.plan.or_more


def test_it_gets_lighter_after_three_sessions_that_fell_short() -> None:
    short = [session(8, 7, 6, ago=ago, target=8, load_kg=60.0) for ago in (8, 6, 3)]
    assert next_after(*short[:2]).step is Step.SAME
    told = next_after(*short)
    assert (told.step, told.plan.load_kg) == (Step.LIGHTER, 52.5)
    eased = session(8, 8, 8, target=8, load_kg=52.5)
    assert next_after(*short, eased).step is Step.SAME, "the count begins anew"


def test_a_set_that_was_left_out_is_no_full_session() -> None:
    told = next_after(session(12, 12, plan=Plan(sets=3, target_reps=12)))
    assert (told.step, told.plan.sets) == (Step.SAME, 3)


def test_one_set_that_was_not_full_is_one() -> None:
    told = next_after(session(7, target=12, plan=Plan(sets=1, target_reps=12)))
    assert told.reason == "Do the same until the set has its 12 reps."
    told = next_after(session(12, 7, target=12, plan=Plan(sets=2, target_reps=12)))
    assert told.reason == "Do the same until both sets have their 12 reps."
    told = next_after(session(12, 7, 12, target=12, plan=Plan(sets=3, target_reps=12)))
    assert told.reason == "Do the same until all 3 sets have their 12 reps."


def test_without_a_load_broken_form_means_fewer_reps() -> None:
    told = next_after(session(12, 12, good=0.4))
    assert (told.step, told.plan.target_reps) == (Step.LIGHTER, 10)
    assert next_after(session(5, 5, target=5, good=0.4)).plan.sets == 1


def test_the_ladder_leads_from_the_floor_to_the_bench_and_back() -> None:
    bridges = [session(12, 12, 12, ago=ago, exercise="glute_bridge") for ago in (6, 3)]
    told = next_after(*bridges, exercise="glute_bridge")
    assert (told.step, told.exercise, dose(told)) == (Step.EXERCISE, "hip_thrust", (2, 10, 0.0))
    failed = [session(4, 3, ago=ago, target=5) for ago in (8, 6, 3)]
    back = next_after(*failed)
    assert (back.step, back.exercise) == (Step.LIGHTER, "glute_bridge")
    assert LADDER == ("glute_bridge", "hip_thrust")


@pytest.mark.parametrize(
    ("past", "word"),
    [
        (session(12, 12, good=0.7), "clean"),
        (session(12, 12, paced=0.0), "Slow down"),
        (session(12, 12, good=None), "seen"),
        (session(12, 11), "both sets have"),
        (session(12, 12, pain=(1, 2)), "watch"),
        (session(12, 12, 12, load_kg=None), "Enter your load"),
        (session(12, 12, rpe=10.0), "reserve"),
        (session(12, 12, loss=0.45), "reserve"),
    ],
)
def test_nothing_changes_without_a_reason(past: PastSession, word: str) -> None:
    told = next_after(past)
    assert told.step is Step.SAME
    assert word in told.reason
    assert dose(told) == (len(past.sets), 12, past.load_kg)


def test_what_no_sensor_saw_is_taken_at_its_word() -> None:
    assert next_after(session(12, 12, good=None, sensed=False)).step is Step.SETS


def test_a_load_that_was_not_said_is_not_made_up() -> None:
    twice = [session(12, 12, 14, ago=ago, load_kg=None) for ago in (6, 3)]
    assert next_after(*twice).plan.load_kg is None


def test_without_a_target_the_smallest_set_is_what_was_done() -> None:
    told = next_after(session(9, 8, target=None))
    assert (told.step, told.plan.target_reps) == (Step.REPS, 10)


def test_what_is_not_progressed_stays_as_it_was() -> None:
    plan = Plan(target_reps=10, sets=2, rest_s=60.0, keep_tension=True, side=Side.LEFT)
    told = next_after(session(10, 10, target=10, plan=plan))
    assert (told.plan.rest_s, told.plan.keep_tension, told.plan.side) == (60.0, True, None)


def test_lighter_is_lighter_by_a_share_or_by_reps() -> None:
    loaded = (session(8, 8, target=8, load_kg=40.0),)
    assert easier(loaded, "hip_thrust", "Why.").plan.load_kg == 35.0
    assert easier(loaded, "hip_thrust", "Why.", share=0.8).plan.load_kg == 30.0
    assert easier((session(12, 12),), "hip_thrust", "Why.").plan.target_reps == 10


past_lists = st.lists(
    st.builds(
        lambda ago, reps, target, load_kg, good, pain, rpe: session(
            *reps, ago=ago, target=target, load_kg=load_kg, good=good, pain=pain, rpe=rpe
        ),
        st.integers(0, 400),
        st.lists(st.integers(1, 40), max_size=6),
        st.none() | st.integers(1, 60),
        st.none() | st.floats(0.0, 900.0),
        st.none() | st.floats(0.0, 1.0),
        st.none() | st.tuples(st.integers(0, 10), st.integers(0, 10)),
        st.none() | st.floats(0.0, 10.0),
    ),
    max_size=5,
)


@given(past_lists)
def test_whatever_was_done_the_next_step_is_small_and_has_a_reason(
    sessions: list[PastSession],
) -> None:
    told = next_after(*sessions)
    assert told.reason.endswith(".")
    assert "{" not in told.reason
    assert told.source
    before = [each for each in sessions if each.sets]
    if told.step is Step.LOAD:
        assert told.plan.load_kg is not None
        assert before[-1].load_kg is not None
        assert told.plan.load_kg <= max(10.0, 1.1 * before[-1].load_kg + 2.5)
    elif told.step is not Step.BEGIN and told.plan.load_kg is not None:
        assert told.plan.load_kg <= (before[-1].load_kg or 0.0)


@given(st.integers(4, 30), st.integers(1, 3), st.floats(0.0, 1.0))
def test_an_obedient_lifter_of_any_strength_meets_no_dead_end(
    most: int, gain: int, good: float
) -> None:
    """The lifter does what is planned, as far as possible; whatever that is, they get stronger."""
    past: list[PastSession] = []
    doses = []
    strength = float(most)
    for number in range(36):
        told = next_after(*past)
        sets, reps, load_kg = dose(told)
        assert sets
        assert reps
        able = max(1, int(strength - 0.4 * (load_kg or 0.0)))
        done = [min(reps, able)] * (sets - 1) + [min(able, reps + 2 * told.plan.or_more)]
        clean = 1.0 if able >= reps else good
        past.append(
            session(
                *done,
                ago=200 - number,
                target=reps,
                load_kg=load_kg,
                good=clean,
                exercise=told.exercise,
                plan=told.plan,
            )
        )
        doses.append((told.exercise, load_kg, reps, sets))
        strength += 0.3 * gain
    longest = run = 1
    for before, after in pairwise(doses):
        run = run + 1 if before == after else 1
        longest = max(longest, run)
    assert longest <= 9, doses


def test_every_rule_has_a_source_and_ends_in_a_sentence() -> None:
    assert len({rule.name for rule in PROGRAMME}) == len(PROGRAMME)
    for rule in PROGRAMME:
        assert rule.source
        assert rule.reason.endswith((".", "{pain}", "{full}"))


def workout(*records: SetRecord, started: str | None = "2026-03-02T18:00:00+01:00") -> Workout:
    return Workout(
        SessionInfo("profile", started_utc=started),
        SourceFacts("x.arrows", "profile", 100.0, 60.0, 6000),
        records,
        (),
        {},
        pain=(PainEntered(1, PainMoment.BEFORE), PainEntered(3, PainMoment.AFTER)),
    )


def only_session(done: Workout, zone: tzinfo = UTC) -> PastSession:
    (only,) = past_sessions(done, zone)
    return only


def record(*flags: Flag, plan: Plan | None = None, entries: SetEntries | None = None) -> SetRecord:
    """Return a set of four reps, of which the last has flags."""
    reps = (rep(1), rep(2), rep(3), rep(4, *flags))
    return SetRecord(1, 0.0, 20.0, reps, 4, True, plan or Plan(), entries or SetEntries())


def test_a_training_is_remembered_with_day_sets_and_pain() -> None:
    plan = Plan(load_kg=40.0, target_reps=4)
    past = only_session(workout(record(Flag.DROPPED_ECCENTRIC, plan=plan)))
    assert past.day == date(2026, 3, 2)
    assert past.exercise == "hip_thrust"
    assert past.sets == (PastSet(4, 4, 40.0, 0.75, 0.75, loss=0.0),)
    assert past.pain is not None
    assert past.pain.stops


def test_what_the_wearer_entered_stands_above_what_was_counted() -> None:
    entries = SetEntries(load_kg=50.0, reps_by=1)
    (only,) = only_session(workout(record(plan=Plan(load_kg=40.0), entries=entries))).sets
    assert (only.reps, only.load_kg) == (5, 50.0)


def test_a_set_that_was_taken_back_is_none() -> None:
    assert only_session(workout(record(entries=SetEntries(reps=0)))).sets == ()


@pytest.mark.parametrize("flag", [Flag.GAP, Flag.SATURATED, Flag.AXIS_UNCERTAIN])
def test_reps_that_were_not_seen_well_say_nothing_of_form(flag: Flag) -> None:
    (only,) = only_session(workout(record(flag, Flag.DROPPED_ECCENTRIC))).sets
    assert only.good_share == 1.0


def test_a_rest_at_the_bottom_is_no_fault_of_form() -> None:
    (only,) = only_session(workout(record(Flag.RESTED_AT_BOTTOM))).sets
    assert only.good_share == 1.0


def test_the_day_is_that_of_the_wearers_time_zone() -> None:
    late = workout(record(), started="2026-03-02T23:30:00+00:00")
    assert only_session(late).day == date(2026, 3, 2)
    assert only_session(late, timezone(timedelta(hours=1))).day == date(2026, 3, 3)
    evening = workout(record(), started="2026-03-02T17:30:00-08:00")
    assert only_session(evening).day == date(2026, 3, 2), "the wearer's own zone is in the time"
    plain = workout(record(), started="2026-03-02T23:30:00")
    assert only_session(plain, timezone(timedelta(hours=1))).day == date(2026, 3, 2)


@pytest.mark.parametrize("started", [None, "some day"])
def test_a_day_that_is_not_known_is_none(started: str | None) -> None:
    assert only_session(workout(record(), started=started)).day is None


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


def test_reps_that_were_all_too_fast_are_not_clean() -> None:
    reps = tuple(rep(number, down_s=0.6) for number in range(1, 11))
    plan = Plan(target_reps=10, load_kg=0.0, sets=2)
    fast = SetRecord(1, 0.0, 40.0, reps, 10, True, plan)
    past = only_session(workout(fast, replace(fast, index=2)))
    assert past.good_share == 1.0, "the form was fine"
    assert (past.paced_share, past.clean) == (0.0, False)
    told = suggest((replace(past, pain=None),), "hip_thrust")
    assert told.step is Step.SAME
    assert "Slow down" in told.reason


def test_warm_ups_are_left_out_and_change_nothing() -> None:
    warm = replace(record(plan=Plan(target_reps=10, warm_up=True)), index=1)
    work = replace(record(plan=Plan(target_reps=4)), index=2)
    marked = replace(record(entries=SetEntries(warm_up=True)), index=3)
    assert only_session(workout(warm, work, marked)) == only_session(workout(work))


def test_each_exercise_of_a_training_is_a_session_of_its_own() -> None:
    bridge = record(plan=Plan(exercise="glute_bridge", load_kg=0.0))
    thrust, floor = past_sessions(workout(record(), bridge))
    assert (thrust.exercise, floor.exercise) == ("hip_thrust", "glute_bridge")
    assert [len(each.sets) for each in (thrust, floor)] == [1, 1]


def test_of_two_sides_the_weaker_one_leads() -> None:
    def side(side: Side, reps: int) -> SetRecord:
        return record(plan=Plan(target_reps=4, side=side), entries=SetEntries(reps=reps))

    sets = (side(Side.LEFT, 4), side(Side.RIGHT, 3), side(Side.LEFT, 4), side(Side.RIGHT, 4))
    past = only_session(workout(*sets))
    assert [each.reps for each in past.sets] == [3, 4]
    assert not past.full
