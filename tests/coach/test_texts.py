from __future__ import annotations

from tracker.coach.texts import ASK_FIRST, FOR_EVERYBODY, HOW_TO, NO_DIAGNOSIS, WARM_UP
from tracker.domain import EXERCISES

ROOM = 99
"""Columns of a wide terminal."""


def test_every_exercise_has_two_lines_that_fit() -> None:
    assert set(HOW_TO) == set(EXERCISES)
    for lines in HOW_TO.values():
        assert len(lines) == 2
    for line in (*WARM_UP, *FOR_EVERYBODY, *(line for lines in HOW_TO.values() for line in lines)):
        assert len(line) <= ROOM


def test_who_is_in_pain_is_sent_to_somebody_who_knows() -> None:
    assert "doctor" in ASK_FIRST
    assert "diagnosis" in NO_DIAGNOSIS
