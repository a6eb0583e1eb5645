from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.coach.calendar import (
    DayKind,
    calendar,
    days_text,
    days_words,
    next_day,
    parse_days,
    why_rest,
)
from tracker.domain import InputError

MONDAY = date(2026, 3, 2)
MON_WED_FRI = frozenset({0, 2, 4})


def days(*numbers: int) -> frozenset[date]:
    """Return days counted from a Monday."""
    return frozenset(MONDAY + timedelta(days=number) for number in numbers)


def test_training_days_are_read_and_written() -> None:
    assert parse_days("Mon, Wednesday fri") == MON_WED_FRI
    assert days_text(MON_WED_FRI) == "mon,wed,fri"
    assert days_words(MON_WED_FRI) == "Monday, Wednesday and Friday"
    assert parse_days("") == frozenset()


@pytest.mark.parametrize("text", ["someday", "mon,tue", "sun,mon", "mon,wed,fri,sat"])
def test_days_without_a_rest_between_are_refused(text: str) -> None:
    with pytest.raises(InputError, match="training_days"):
        parse_days(text)


def test_monday_wednesday_friday_is_a_week_and_so_is_the_next() -> None:
    trained: set[date] = set()
    for week in range(4):
        for number in (0, 2, 4):
            today = MONDAY + timedelta(days=7 * week + number)
            assert why_rest(today, trained) is None
            assert why_rest(today, trained, MON_WED_FRI) is None
            trained.add(today)
            assert why_rest(today, trained) == "You have trained today."
            assert why_rest(today + timedelta(days=1), trained) is not None


def test_three_sessions_in_seven_days_are_enough() -> None:
    assert "Three" in str(why_rest(MONDAY + timedelta(days=6), days(0, 2, 4)))
    assert next_day(MONDAY + timedelta(days=6), days(0, 2, 4)) == MONDAY + timedelta(days=7)


def test_other_days_are_for_rest_unless_they_make_up_for_a_missed_one() -> None:
    trained = days(0, 2)
    assert "Monday, Wednesday and Friday" in str(
        why_rest(MONDAY + timedelta(days=3), days(0), MON_WED_FRI)
    ), "Friday is due tomorrow"
    assert why_rest(MONDAY + timedelta(days=5), trained, MON_WED_FRI) is None
    assert why_rest(MONDAY + timedelta(days=6), trained, MON_WED_FRI) is not None


def test_the_calendar_tells_done_due_and_missed() -> None:
    shown = dict(
        calendar(
            MONDAY,
            MONDAY + timedelta(days=13),
            MONDAY + timedelta(days=5),
            days(0, 4),
            MON_WED_FRI,
        )
    )
    kinds = {day.day - MONDAY.day: kind for day, kind in shown.items() if kind is not None}
    assert kinds == {
        0: DayKind.DONE,
        2: DayKind.MISSED,
        4: DayKind.DONE,
        7: DayKind.DUE,
        9: DayKind.DUE,
        11: DayKind.DUE,
    }


some_days = st.frozensets(st.integers(-20, 20)).map(lambda numbers: days(*numbers))
chosen = st.sampled_from([frozenset(), MON_WED_FRI, frozenset({1, 4}), frozenset({6})])


@given(some_days, chosen)
def test_there_is_always_a_next_day_and_it_is_no_day_of_rest(
    trained: frozenset[date], week: frozenset[int]
) -> None:
    past = frozenset(day for day in trained if day <= MONDAY)
    following = next_day(MONDAY, past, week)
    assert MONDAY <= following <= MONDAY + timedelta(days=9)
    assert why_rest(following, past, week) is None
    assert following - timedelta(days=1) not in past
