from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.coach.test_progression import past_lists, session
from tracker.coach import PainRecord, PastSession, Situation, Verdict, judge

NOW = datetime(2026, 3, 20, 23, 30, tzinfo=UTC)
FULL = (session(12, 12, 12, ago=5), session(12, 12, 12, ago=3))


def scored(
    before: int | None, during: int | None, morning: int | None = None, *, ago: float = 3.0
) -> PainRecord:
    return PainRecord(NOW - timedelta(days=ago), before, during, morning)


def situation(*sessions: PastSession, **more: object) -> Situation:
    return Situation(NOW, "hip_thrust", sessions, **more)  # type: ignore[arg-type]


def test_the_first_training_begins() -> None:
    told = judge(situation())
    assert (told.verdict, told.not_before) == (Verdict.GO, None)
    assert told.plan is not None


def test_a_day_of_rest_has_the_plan_for_the_day_after_it() -> None:
    told = judge(situation(session(10, 10, ago=1, target=10)))
    assert told.verdict is Verdict.REST
    assert told.not_before == NOW.date() + timedelta(days=1)
    assert told.plan is not None
    assert told.plan.target_reps == 12


@pytest.mark.parametrize(("now", "stops"), [(None, False), (4, False), (5, True), (8, True)])
def test_pain_at_the_limit_stops(now: int | None, stops: bool) -> None:
    told = judge(situation(*FULL, pain_now=now))
    assert (told.verdict is Verdict.STOP) is stops
    assert (told.plan is None) is stops
    if stops:
        assert "doctor or physiotherapist" in told.reasons[0]


def test_a_professional_may_set_another_limit() -> None:
    assert judge(situation(*FULL, pain_now=5, pain_limit=6)).verdict is not Verdict.STOP
    assert judge(situation(*FULL, pain_now=4, pain_limit=4)).verdict is Verdict.STOP


def test_red_holds_over_sessions_without_scores_and_over_green_ones_until_somebody_is_asked() -> (
    None
):
    red = scored(2, 7, ago=9)
    silent = [scored(None, None, ago=ago) for ago in (7, 5, 3)]
    green = scored(0, 0, ago=2)
    for records in ((red,), (red, *silent), (red, *silent, green)):
        told = judge(situation(*FULL, pain=records))
        assert told.verdict is Verdict.STOP
        assert "11 March" in told.reasons[0]
        asked = (NOW - timedelta(days=1),)
        assert judge(situation(*FULL, pain=records, asked=asked)).verdict is not Verdict.STOP
    before = (red.at - timedelta(hours=1),)
    assert judge(situation(*FULL, pain=(red,), asked=before)).verdict is Verdict.STOP


def test_after_asking_about_the_last_training_it_begins_lighter() -> None:
    asked = (NOW,)
    told = judge(situation(*FULL, pain=(scored(2, 7),), asked=asked))
    assert told.verdict is Verdict.EASIER


def test_pain_that_has_not_settled_by_the_morning_is_red_and_asking_before_is_no_answer() -> None:
    red = scored(1, 1, 4, ago=2)
    early = (red.at + timedelta(hours=1),)
    assert judge(situation(*FULL, pain=(red,), asked=early)).verdict is Verdict.STOP
    late = (red.at + timedelta(hours=14),)
    assert judge(situation(*FULL, pain=(red,), asked=late)).verdict is not Verdict.STOP


def test_some_pain_now_makes_nothing_harder() -> None:
    ready = (session(12, 12, ago=3),)
    assert judge(situation(*ready)).verdict is Verdict.GO
    told = judge(situation(*ready, pain_now=3))
    assert told.verdict is Verdict.SAME
    assert told.plan is not None
    assert told.plan.sets == 2


def test_pain_two_above_the_last_time_makes_it_easier() -> None:
    told = judge(situation(*FULL, pain=(scored(0, 0),), pain_now=2))
    assert told.verdict is Verdict.EASIER


@pytest.mark.parametrize(
    ("days", "load_kg"), [(13, 100.0), (14, 95.0), (27, 95.0), (28, 90.0), (56, 80.0), (400, 80.0)]
)
def test_a_pause_makes_it_lighter(days: int, load_kg: float) -> None:
    told = judge(situation(session(8, 8, 8, ago=days, target=8, load_kg=100.0)))
    assert told.plan is not None
    assert told.plan.load_kg == load_kg
    assert (told.verdict is Verdict.EASIER) is (days >= 14)


@given(st.floats(2.5, 300.0))
def test_four_weeks_off_are_a_tenth_lighter_whatever_the_load(load_kg: float) -> None:
    told = judge(situation(session(8, 8, 8, ago=28, target=8, load_kg=load_kg)))
    assert told.plan is not None
    assert told.plan.load_kg is not None
    assert told.plan.load_kg <= 0.9 * load_kg + 1e-9


def test_pain_that_rises_over_a_month_makes_it_easier_once() -> None:
    records = tuple(scored(level, level, ago=30 - 9 * level) for level in (0, 1, 2, 3))
    first = session(8, 8, 8, ago=5, target=8, load_kg=40.0)
    told = judge(situation(first, pain=records))
    assert told.verdict is Verdict.EASIER
    assert "risen" in told.reasons[0]
    eased = session(8, 8, 8, ago=2, target=8, load_kg=35.0)
    again = judge(situation(first, eased, pain=records))
    assert again.plan is not None
    assert again.plan.load_kg == 35.0


pain_lists = st.lists(
    st.builds(
        scored,
        st.none() | st.integers(0, 10),
        st.none() | st.integers(0, 10),
        st.none() | st.integers(0, 10),
        ago=st.floats(0.0, 60.0),
    ),
    max_size=6,
)


@given(past_lists, pain_lists, st.none() | st.integers(0, 10), st.integers(2, 8))
def test_whatever_happened_there_is_a_verdict_with_reasons_and_a_plan_unless_it_stops(
    sessions: list[PastSession], pain: list[PainRecord], pain_now: int | None, limit: int
) -> None:
    ordered = sorted(sessions, key=lambda each: each.day or NOW.date())
    records = sorted(pain, key=lambda each: each.at)
    told = judge(situation(*ordered, pain=records, pain_now=pain_now, pain_limit=limit))
    assert told.reasons
    assert all(reason and "{" not in reason for reason in told.reasons)
    assert (told.plan is None) is (told.verdict is Verdict.STOP)
    assert (told.not_before is not None) is (told.verdict is Verdict.REST)
    if pain_now is not None and pain_now >= limit:
        assert told.verdict is Verdict.STOP
    # Asking ends every stop that is not of now.
    calm = replace(situation(*ordered, pain=records, asked=(NOW,), pain_limit=limit), pain_now=0)
    assert judge(calm).verdict is not Verdict.STOP or any(
        record.at > NOW - timedelta(hours=6) for record in records
    )
