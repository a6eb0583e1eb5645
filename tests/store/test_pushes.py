"""What the log keeps about pushes, and how a session is recognised in every log."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

import pytest

from tests.workouts import TWO_SETS
from tracker.domain import InputError
from tracker.store import Edit, Field, Push, PushState, TrainingLog

if TYPE_CHECKING:
    from pathlib import Path

Now = Callable[[], datetime]


def logged(log: TrainingLog, recording: str | None = "/r/a.arrows", sha256: str = "a") -> int:
    return log.add(TWO_SETS, version="1", recording=recording, sha256=sha256)


def test_a_push_is_kept_and_replaced(place: str, now: Now) -> None:
    with TrainingLog(place, now) as log:
        session_id = logged(log)
        begun = Push("hevy https://x", PushState.BEGUN)
        done = Push("hevy https://x", PushState.DONE, "7", "r1")
        log.note_push(session_id, "hevy", begun)
        log.note_push(session_id, "other", begun)
        log.note_push(session_id, "hevy", done)
    with TrainingLog(place, now) as log:
        assert log.pushes("hevy") == {session_id: done}
        assert log.pushes("other") == {session_id: begun}
        log.forget_pushes("hevy")
        assert log.pushes("hevy") == {}
        assert log.pushes("other") == {session_id: begun}
        with pytest.raises(InputError):
            log.note_push(99, "hevy", begun)


def test_a_purged_session_takes_its_pushes_along(place: str, now: Now) -> None:
    with TrainingLog(place, now) as log:
        session_id = logged(log)
        log.note_push(session_id, "hevy", Push("p", PushState.DONE))
        log.delete([session_id])
        assert log.pushable() == ()
        assert set(log.pushes("hevy")) == {session_id}
        log.purge([session_id])
        assert log.pushes("hevy") == {}


def test_a_new_measurement_keeps_the_pushes(place: str, now: Now) -> None:
    with TrainingLog(place, now) as log:
        session_id = logged(log)
        log.note_push(session_id, "hevy", Push("p", PushState.DONE, "7", "r"))
        assert logged(log) == session_id
        assert log.pushes("hevy")[session_id].remote_id == "7"


def test_every_change_is_another_revision(place: str, now: Now) -> None:
    with TrainingLog(place, now) as log:
        session_id = logged(log)
        seen = {log.pushable()[0].revision}

        def changed() -> None:
            revision = log.pushable()[0].revision
            assert revision not in seen
            seen.add(revision)

        log.edit(session_id, [Edit(Field.REPS, 6, 1)])
        changed()
        log.edit(session_id, [Edit(Field.NOTE, "x")])
        changed()
        log.undo(session_id)
        changed()
        log.undo(session_id)
        changed()


def test_a_session_has_the_same_key_in_a_log_that_is_made_anew(place: str, now: Now) -> None:
    with TrainingLog(place, now) as log:
        first = logged(log)
        (before,) = log.pushable()
        log.delete([first])
        log.purge([first])
        # Measured by another version, from a file that lies elsewhere and has grown since.
        again = log.add(
            replace(TWO_SETS, note="again"),
            version="2",
            recording="C:\\moved\\a.arrows",
            sha256="b",
        )
        (after,) = log.pushable()
        assert (after.id, after.key) == (again, before.key)
        assert again != first


def test_sessions_have_keys_of_their_own(place: str, now: Now) -> None:
    with TrainingLog(place, now) as log:
        logged(log)
        logged(log, "/r/b.arrows", "b")
        log.add(TWO_SETS, version="1")
        assert len({each.key for each in log.pushable()}) == 3


def test_a_session_without_sets_and_a_simulated_one_are_marked(place: str, now: Now) -> None:
    info = replace(TWO_SETS.info, origin="synthetic", started_utc="2026-03-02T10:00:00+00:00")
    with TrainingLog(place, now) as log:
        log.add(replace(TWO_SETS, sets=()), version="1", recording="/r/b.arrows", sha256="b")
        log.add(replace(TWO_SETS, info=info), version="1", recording="/r/c.arrows", sha256="c")
        assert [(each.empty, each.synthetic) for each in log.pushable()] == [
            (True, False),
            (False, True),
        ]


def test_a_backup_has_the_pushes(place: str, now: Now, tmp_path: Path) -> None:
    with TrainingLog(place, now) as log:
        session_id = logged(log)
        push = Push("p", PushState.FAILED, None, None, "away")
        log.note_push(session_id, "hevy", push)
        log.back_up(tmp_path / "copy.sqlite")
    with TrainingLog(tmp_path / "copy.sqlite", now) as copy:
        assert copy.pushes("hevy") == {session_id: push}
