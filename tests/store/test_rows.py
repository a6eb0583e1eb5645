from __future__ import annotations

from dataclasses import fields, replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import create_engine, update

from tests.workouts import TWO_SETS, any_workouts, patient
from tracker.domain import EXERCISES, InputError, Rep, SetEntries
from tracker.store.schema import REPS, SETS

if TYPE_CHECKING:
    from tracker.domain import Workout
    from tracker.store import TrainingLog


# What a database of text can hold: no half of a surrogate pair, and PostgreSQL no null character.
WORDS = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=20)


@settings(
    patient,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(workout=any_workouts(WORDS, st.floats(allow_nan=False), st.sampled_from(sorted(EXERCISES))))
def test_what_is_kept_comes_back_as_it_was(log: TrainingLog, workout: Workout) -> None:
    assert log.workout(log.add(workout, version="1")) == workout


def test_every_field_of_a_rep_and_of_what_is_said_of_a_set_has_its_column() -> None:
    named = {field.name for field in fields(Rep)} - {"index", "phases"} | {"number"}
    assert named == set(REPS.c.keys()) - {"session_id", "set_place", "place"}
    assert {field.name for field in fields(SetEntries)} <= set(SETS.c.keys())


def test_numbers_that_are_none_are_unknown(log: TrainingLog) -> None:
    odd = replace(TWO_SETS.sets[0].reps[0], rom_deg=float("nan"))
    record = replace(TWO_SETS.sets[0], reps=(odd,))
    kept = log.workout(log.add(replace(TWO_SETS, sets=(record,)), version="1"))
    assert kept.sets[0].reps[0].rom_deg is None


def test_a_name_of_a_file_that_is_no_text_can_be_kept(log: TrainingLog) -> None:
    facts = replace(TWO_SETS.facts, path="/r/\udcff.arrows")
    kept = log.workout(log.add(replace(TWO_SETS, facts=facts), version="1"))
    assert kept.facts.path == "/r/?.arrows"


def test_what_a_later_tracker_has_written_is_told(log: TrainingLog) -> None:
    session_id = log.add(TWO_SETS, version="9.0")
    engine = create_engine(log._database.url)
    with engine.begin() as connection:
        connection.execute(update(REPS).values(flags="moonwalked"))
    engine.dispose()
    with pytest.raises(InputError, match=r"tracker 9\.0, and 'moonwalked' means nothing"):
        log.workout(session_id)
