from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from tests.workouts import TWO_SETS, dated, logged_set
from tracker.domain import InputError, UnknownNameError
from tracker.store import Edit, Field, SessionQuery, TrainingLog

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from tracker.domain import Workout

ONE_SET = replace(TWO_SETS, sets=TWO_SETS.sets[:1])


def added(log: TrainingLog, workout: Workout = TWO_SETS, sha256: str = "aa", **more: str) -> int:
    recording = more.pop("recording", "/r/a.arrows")
    return log.add(
        workout, version=more.pop("version", "1.0"), recording=recording, sha256=sha256, **more
    )


def test_what_was_added_is_there_when_the_log_is_opened_again(
    place: str, now: Callable[[], datetime]
) -> None:
    with TrainingLog(place, now) as log:
        session_id = added(log)
    with TrainingLog(place, now) as log:
        kept = log.detail(session_id)
    assert kept.measured == kept.current.workout == TWO_SETS
    assert (kept.recording, kept.sha256) == ("/r/a.arrows", "aa")
    assert kept.summary.tracker_version == "1.0"
    assert kept.edits == ()


def test_the_same_recording_again_replaces_what_was_measured_and_keeps_every_edit(
    log: TrainingLog,
) -> None:
    session_id = added(log)
    log.edit(session_id, [Edit(Field.REPS, 6, 1), Edit(Field.NOTE, "fine")])
    better = replace(
        TWO_SETS, sets=(logged_set(1, 2.0, 1), logged_set(2, 10.0, 5), logged_set(3, 60.0, 4))
    )
    assert added(log, better, version="1.1", recording="/elsewhere/b.arrows") == session_id
    kept = log.detail(session_id)
    assert kept.measured == better
    assert [record.done for record in kept.current.workout.sets] == [1, 6, 4]
    assert kept.current.workout.note == "fine"
    assert kept.current.edited == {(2, Field.REPS), (None, Field.NOTE)}
    assert (kept.summary.reps_done, kept.summary.tracker_version) == (11, "1.1")
    assert kept.recording == "/elsewhere/b.arrows"
    assert len(log.list()) == 1


def test_trainings_without_a_recording_are_each_their_own(log: TrainingLog) -> None:
    assert log.add(TWO_SETS, version="1") != log.add(TWO_SETS, version="1")
    assert log.recordings() == ()


def test_an_edit_stands_beside_what_was_measured_and_says_when(log: TrainingLog) -> None:
    session_id = added(log)
    log.edit(session_id, [Edit(Field.LOAD, 80, 1)])
    log.edit(session_id, [Edit(Field.LOAD, 82.5, 1), Edit(Field.EXERCISE, "glute_bridge")])
    kept = log.detail(session_id)
    assert kept.measured == TWO_SETS
    assert kept.current.workout.sets[0].load_kg == 82.5
    assert kept.current.workout.info.exercise == "glute_bridge"
    assert [made.change for made in kept.edits] == [1, 2, 2]
    assert [made.edit.value for made in kept.edits] == [80, 82.5, "glute_bridge"]
    assert all(made.made_utc.startswith("2026-03-01T12:00:") for made in kept.edits)
    assert (kept.summary.edited, kept.summary.load_kg) == (True, 82.5)
    assert [each.id for each in log.list(SessionQuery(exercise="glute_bridge"))] == [session_id]


@pytest.mark.parametrize(
    ("edit", "error"),
    [
        (Edit(Field.REPS, 5, 3), "no set 3; it has set 1, 2"),
        (Edit(Field.REPS, 500, 1), "expected 0 to 200"),
    ],
)
def test_an_edit_that_cannot_be_meant_changes_nothing(
    log: TrainingLog, edit: Edit, error: str
) -> None:
    session_id = added(log)
    with pytest.raises(InputError, match=error):
        log.edit(session_id, [Edit(Field.NOTE, "x"), edit])
    assert log.workout(session_id) == TWO_SETS
    with pytest.raises(UnknownNameError):
        log.edit(session_id, [Edit(Field.EXERCISE, "flying")])


def test_what_is_deleted_is_in_the_trash_until_it_is_purged(log: TrainingLog) -> None:
    first, second = added(log), added(log, dated(TWO_SETS, None), "bb")
    log.edit(first, [Edit(Field.NOTE, "x")])
    log.delete([first])
    assert [each.id for each in log.list()] == [second]
    assert log.workout(first).note == "x"
    assert added(log) == first
    assert [each.id for each in log.list(SessionQuery(trash=True))] == [first]
    log.restore([first])
    assert len(log.list()) == 2
    log.delete([first])
    log.purge([first])
    with pytest.raises(InputError, match=f"session {first}: is not in the log"):
        log.workout(first)
    assert log.list(SessionQuery(trash=True)) == ()
    assert log.ignored() == {"aa"}
    # Whoever adds it wants it back.
    assert added(log) != first
    assert log.ignored() == set()
    # An id is never given twice.
    assert log.add(TWO_SETS, version="1") > second


def test_only_what_is_in_the_trash_is_purged_and_all_or_nothing(log: TrainingLog) -> None:
    first, second = added(log), added(log, dated(TWO_SETS, None), "bb")
    log.delete([first])
    with pytest.raises(InputError, match=f"session {second}: is not in the trash"):
        log.purge([first, second])
    assert log.workout(first) == TWO_SETS
    with pytest.raises(InputError, match="session 99: is not in the log"):
        log.delete([second, 99])
    assert len(log.list()) == 1


def test_recordings_are_listed_with_what_measured_them(log: TrainingLog) -> None:
    session_id = added(log)
    log.edit(session_id, [Edit(Field.EXERCISE, "glute_bridge"), Edit(Field.REPS, 6, 1)])
    (known,) = log.recordings()
    assert (known.id, known.recording, known.sha256) == (session_id, "/r/a.arrows", "aa")
    assert (known.tracker_version, known.exercise, known.reps) == ("1.0", "glute_bridge", 10)
    assert known.counted_as == "hip_thrust"
    assert known.duration_s == 120.0
