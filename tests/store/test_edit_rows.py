from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import update

from tests.store.test_log import added
from tests.workouts import TWO_SETS
from tracker.domain import InputError
from tracker.store import Edit, Field
from tracker.store.schema import EDITS

if TYPE_CHECKING:
    from tracker.store import TrainingLog


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
    with pytest.raises(InputError, match="no edit to take back"):
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
