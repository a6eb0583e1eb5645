from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import update

from tests.store.test_log import added
from tests.workouts import TWO_SETS, logged_set
from tracker.domain import InputError, PainEntered, PainMoment, SetEntries, UnknownNameError
from tracker.store import Edit, Field
from tracker.store.edits import MadeEdit, check_edit, overlay, place_of
from tracker.store.schema import EDITS

if TYPE_CHECKING:
    from tracker.store import TrainingLog


def made(edit: Edit, *, undone: bool = False) -> MadeEdit:
    record = next((each for each in TWO_SETS.sets if each.index == edit.set_index), None)
    return MadeEdit(
        edit,
        1,
        "2026-03-01",
        "2026-03-02" if undone else None,
        None if record is None else record.start_s,
        None if record is None else record.end_s,
    )


def test_without_edits_a_training_is_as_it_was() -> None:
    shown = overlay(TWO_SETS, ())
    assert shown.workout is TWO_SETS
    assert (shown.edited, shown.unmatched) == (frozenset(), ())


def test_edits_of_a_set_are_laid_over_what_was_entered_and_leave_what_was_measured() -> None:
    shown = overlay(
        TWO_SETS,
        [
            made(Edit(Field.REPS, 6, 1)),
            made(Edit(Field.LOAD, 75, 2)),
            made(Edit(Field.RPE, 9, 2)),
            made(Edit(Field.SET_NOTE, "belt", 2)),
        ],
    )
    first, second = shown.workout.sets
    assert (first.done, first.counted, first.load_kg) == (6, 5, 60.0)
    assert (second.done, second.load_kg, second.entries.rpe) == (4, 75.0, 9.0)
    assert second.entries.note == "belt"
    assert first.reps == TWO_SETS.sets[0].reps
    assert shown.edited == {
        (1, Field.REPS),
        (2, Field.LOAD),
        (2, Field.RPE),
        (2, Field.SET_NOTE),
    }


def test_what_was_said_of_a_set_can_be_unsaid_and_said_again() -> None:
    said = replace(TWO_SETS.sets[1].entries, reps_by=2, note="belt")
    entered = replace(TWO_SETS, sets=(TWO_SETS.sets[0], replace(TWO_SETS.sets[1], entries=said)))
    fields = (Field.REPS, Field.LOAD, Field.RPE, Field.SET_NOTE)
    cleared = [made(Edit(field, None, 2)) for field in fields]
    record = overlay(entered, cleared).workout.sets[1]
    assert record.entries == SetEntries()
    assert (record.done, record.load_kg) == (4, 60.0)
    again = overlay(entered, [*cleared, made(Edit(Field.REPS, 7, 2))]).workout.sets[1]
    assert again.done == 7


def test_only_what_was_entered_for_a_set_can_be_cleared() -> None:
    check_edit(Edit(Field.LOAD, None, 1))
    for field in (Field.EXERCISE, Field.NOTE, Field.PAIN_AFTER):
        with pytest.raises(InputError, match="not cleared"):
            check_edit(Edit(field, None))


def test_edits_of_the_session_are_laid_over_it() -> None:
    workout = overlay(
        TWO_SETS,
        [
            made(Edit(Field.EXERCISE, "glute_bridge")),
            made(Edit(Field.NOTE, "fresh")),
            made(Edit(Field.PAIN_BEFORE, 1)),
            made(Edit(Field.PAIN_AFTER, 0)),
        ],
    ).workout
    assert workout.info.exercise == "glute_bridge"
    assert workout.note == "fresh"
    assert workout.pain == (
        PainEntered(1, PainMoment.BEFORE),
        PainEntered(0, PainMoment.AFTER),
    )


def test_the_newest_edit_holds_unless_it_was_taken_back() -> None:
    edits = [
        made(Edit(Field.REPS, 6, 1)),
        made(Edit(Field.REPS, 7, 1)),
        made(Edit(Field.REPS, 8, 1), undone=True),
    ]
    assert overlay(TWO_SETS, edits).workout.sets[0].done == 7


@pytest.mark.parametrize(
    ("sets", "place"),
    [
        ((logged_set(1, 60.0, 4),), 0),
        ((logged_set(1, 2.0, 1), logged_set(2, 10.0, 5), logged_set(3, 61.0, 3)), 2),
        # In two: the larger part has it.
        ((logged_set(1, 60.0, 1), logged_set(2, 64.0, 3)), 1),
        ((logged_set(2, 200.0, 4),), None),
        ((), None),
    ],
)
def test_a_set_is_known_again_by_its_place_in_time(sets: tuple, place: int | None) -> None:  # type: ignore[type-arg]
    assert place_of(made(Edit(Field.REPS, 6, 2)), sets) == place


def test_of_two_sets_at_one_place_the_number_decides() -> None:
    assert (
        place_of(made(Edit(Field.REPS, 6, 2)), (logged_set(1, 60.0, 4), logged_set(2, 60.0, 4)))
        == 1
    )


def test_an_edit_whose_set_is_gone_is_told_of() -> None:
    edit = made(Edit(Field.REPS, 6, 2))
    other = overlay(TWO_SETS, [edit])
    assert other.unmatched == ()
    shown = overlay(replace(TWO_SETS, sets=TWO_SETS.sets[:1]), [edit])
    assert shown.unmatched == (edit,)
    assert shown.workout.sets == TWO_SETS.sets[:1]


@pytest.mark.parametrize(
    ("edit", "message"),
    [
        (Edit(Field.REPS, -1, 1), "expected 0 to 200, got -1"),
        (Edit(Field.LOAD, float("nan"), 1), "expected 0 to 1000, got nan"),
        (Edit(Field.RPE, 10.5, 1), "expected 0 to 10, got 10.5"),
        (Edit(Field.PAIN_AFTER, 11), "expected 0 to 10, got 11"),
        (Edit(Field.SET_NOTE, "x" * 2001, 1), "at most 2000 characters, got 2001"),
        (Edit(Field.REPS, 5), "needs a set"),
        (Edit(Field.PAIN_AFTER, 5, 1), "belongs to the session, not to a set"),
    ],
)
def test_what_cannot_be_meant_is_refused(edit: Edit, message: str) -> None:
    with pytest.raises(InputError, match=message):
        check_edit(edit)


def test_an_exercise_that_there_is_none_of_is_refused() -> None:
    with pytest.raises(UnknownNameError, match="juggling"):
        check_edit(Edit(Field.EXERCISE, "juggling"))


@pytest.mark.parametrize(
    "edit",
    [
        Edit(Field.REPS, 0, 1),
        Edit(Field.LOAD, 0.0, 3),
        Edit(Field.RPE, 10, 1),
        Edit(Field.SET_NOTE, "", 1),
        Edit(Field.EXERCISE, "squat"),
        Edit(Field.PAIN_BEFORE, 10),
    ],
)
def test_what_can_be_meant_is_taken(edit: Edit) -> None:
    check_edit(edit)


def test_undo_takes_back_one_change_after_the_other(log: TrainingLog) -> None:
    session_id = added(log)
    log.edit(session_id, [Edit(Field.LOAD, 80, 1)])
    second = (Edit(Field.LOAD, 82.5, 1), Edit(Field.NOTE, "x"))
    log.edit(session_id, second)
    assert log.undo(session_id) == second
    assert log.workout(session_id).sets[0].load_kg == 80
    assert log.undo(session_id) == (Edit(Field.LOAD, 80, 1),)
    assert log.workout(session_id) == TWO_SETS
    assert not log.list()[0].edited
    with pytest.raises(InputError, match="no edit to undo"):
        log.undo(session_id)
    # What was taken back is still told.
    assert len(log.detail(session_id).edits) == 3
    log.edit(session_id, [Edit(Field.LOAD, 60, 1)])
    assert log.detail(session_id).edits[-1].change == 3


def test_an_edit_of_what_a_later_tracker_knows_is_told(log: TrainingLog) -> None:
    session_id = added(log)
    log.edit(session_id, [Edit(Field.REPS, 6, 1)])
    with log._database.writing() as connection:
        connection.execute(update(EDITS).values(field="mood"))
    with pytest.raises(InputError, match="has an edit of 'mood'"):
        log.workout(session_id)
