from __future__ import annotations

import math

import pytest

from tracker.export.report.wording import (
    UNKNOWN,
    clock_time,
    counted,
    day_and_time,
    known,
    listed,
    median,
    moment,
    number,
    printable,
    short,
    signed,
)

NO_BREAK = "\N{NO-BREAK SPACE}"


@pytest.mark.parametrize("value", [None, math.nan, math.inf, -math.inf, 1e300])
def test_what_is_no_number_of_a_training_is_a_dash(value: float | None) -> None:
    assert known(value) is None
    assert number(value, 2, "s") == UNKNOWN
    assert signed(value) == UNKNOWN
    assert short(value, "kg") == UNKNOWN
    assert clock_time(value) == UNKNOWN


def test_numbers_have_their_decimals_a_minus_and_no_negative_zero() -> None:
    assert number(1.005, 1) == "1.0"
    assert number(2.0, 2, "s") == f"2.00{NO_BREAK}s"
    assert number(-3.25, 2) == "−3.25"
    assert number(-0.001, 2) == "0.00"
    assert number(0.0, 0) == "0"


def test_differences_have_their_sign() -> None:
    assert signed(0.25) == "+0.25"
    assert signed(-0.25) == "−0.25"
    assert signed(0.001) == "0.00"


def test_what_was_typed_is_shown_as_it_is_typed() -> None:
    assert short(60.0, "kg") == f"60{NO_BREAK}kg"
    assert short(62.5) == "62.5"
    assert short(1.25) == "1.25"
    assert short(0.0) == "0"
    assert short(100.0) == "100"


def test_the_median_is_of_what_is_known() -> None:
    assert median([3.0, None, 1.0, math.nan, 2.0]) == 2.0
    assert median([None]) is None
    assert median([]) is None


def test_times_are_those_of_a_stopwatch() -> None:
    assert clock_time(0.0) == "0:00"
    assert clock_time(59.6) == "1:00"
    assert clock_time(479.0) == "7:59"
    assert clock_time(-1.0) == UNKNOWN


def test_words_are_put_together() -> None:
    assert counted(1, "rep") == "1 rep"
    assert counted(0, "rep") == "0 reps"
    assert listed([]) == ""
    assert listed(["a"]) == "a"
    assert listed(["a", "b", "c"]) == "a, b and c"


def test_dates_cannot_be_read_the_wrong_way_round() -> None:
    assert day_and_time("2026-05-04T16:30:00+00:00") == "Mon 4 May 2026, 16:30 UTC"
    assert day_and_time("2026-05-04T16:30:00Z") == "Mon 4 May 2026, 16:30 UTC"
    assert day_and_time("2026-05-04T16:30:00-03:00") == "Mon 4 May 2026, 16:30 UTC-03:00"
    assert day_and_time("2026-12-04T16:30:00+05:30") == "Fri 4 Dec 2026, 16:30 UTC+05:30"


def test_what_is_no_date_is_shown_as_it_is() -> None:
    assert day_and_time(None) == "date not known"
    assert day_and_time("last week") == "last week"
    assert moment("last week") is None
    assert moment("2026-05-04T16:30:00") is None


def test_what_html_cannot_hold_is_replaced() -> None:
    assert printable("a\x00b\x0bc\x7f\x85\ud800\ufffe\U0001ffffd") == "a�b�c�����d"
    assert printable("line\r\nline\ttab Å 😀") == "line\nline\ttab Å 😀"
