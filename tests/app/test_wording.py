from __future__ import annotations

import pytest

from tests.workouts import rep_at
from tracker.app.text import (
    clock_time,
    counted,
    flag_words,
    mean_durations_s,
    number,
    phase_durations_s,
    reference_words,
    set_flag_words,
    tempo_code,
    tempo_words,
)
from tracker.domain import Phase, ReferenceRep, SetRecord


def test_tempo_is_said_both_ways() -> None:
    durations_s = phase_durations_s(rep_at(10.0, 1, bottom_s=0.4))

    assert tempo_code(durations_s) == "3.0-0.4-0.9-1.6"
    assert tempo_words(durations_s) == "up 0.9 · hold 1.6 · down 3.0 · floor 0.4"


def test_an_unknown_pause_is_a_dash_and_never_zero() -> None:
    durations_s = phase_durations_s(rep_at(10.0, 1))

    assert tempo_code(durations_s) == "3.0-?-0.9-1.6"
    assert tempo_words(durations_s).endswith("floor –")


def test_a_mean_is_taken_over_what_is_known() -> None:
    reps = [rep_at(10.0, 1, bottom_s=0.4), rep_at(16.0, 2)]

    assert mean_durations_s(reps)[Phase.BOTTOM] == pytest.approx(0.4)
    assert mean_durations_s([])[Phase.LOCKOUT] is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (number(None), "–"),
        (number(None, 0, "°"), "–"),
        (number(0.0), "0.0"),
        (number(37.4, 0, "°"), "37°"),
        (clock_time(None), "–"),
        (clock_time(59.99), "0:59"),
        (clock_time(3605.0), "60:05"),
        (counted(1, "rep"), "1 rep"),
        (counted(0, "rep"), "0 reps"),
    ],
)
def test_numbers_are_said_plainly(text: str, expected: str) -> None:
    assert expected == text


def test_flags_of_a_set_say_how_many_reps_they_concern() -> None:
    reps = tuple(rep_at(10.0 * index, index) for index in range(1, 9))
    record = SetRecord(1, 10.0, 90.0, reps, counted=8, ended=True)

    assert flag_words(reps[7].flags) == "short of lockout"
    assert flag_words(()) == ""
    assert set_flag_words(record) == "1× short of lockout"


def test_reference_reps_say_how_many_there_are_and_why_one_is_none() -> None:
    assert reference_words(ReferenceRep(9.0, 2, 3)) == "reference rep 2 of 3"
    refused = ReferenceRep(9.0, 1, 3, "it was short of lockout")
    assert reference_words(refused) == "no reference rep (1 of 3): it was short of lockout"
