from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.cli.logged import OLDER, open_log
from tracker import __version__
from tracker.cli.rescore import Task, chosen_work, measure
from tracker.recording import sha256_of
from tracker.store import Edit, Field, TrainingLog

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def folder(log_home: Path, recording: Path) -> Path:
    """The folder for recordings with one in it that is not session 1's, whose name it has."""
    folder = log_home / "data" / "recordings"
    folder.mkdir()
    (folder / OLDER).write_bytes(recording.read_bytes())
    return folder


@pytest.fixture
def log(log_home: Path) -> Iterator[TrainingLog]:
    with open_log(log_home) as opened:
        yield opened


def test_a_recording_is_known_by_its_bytes(log: TrainingLog, folder: Path) -> None:
    (task,) = chosen_work(log, [str(folder)], missing=False, again=False).tasks
    assert task == Task(folder / OLDER, None, None)
    work = chosen_work(log, [], missing=True, again=False)
    # By its name it is there already.
    assert work.tasks == []


def test_a_recording_that_moved_with_the_home_is_found(
    log: TrainingLog, folder: Path, recording: Path
) -> None:
    known = measure(Task(recording, None, None)).workout
    moved = log.add(known, version="0", recording=f"/old/home/{OLDER}", sha256="moved")
    work = chosen_work(log, [str(moved)], missing=False, again=False)
    assert [task.path for task in work.tasks] == [folder / OLDER]


def test_what_this_version_has_measured_as_what_it_was_is_done(
    log: TrainingLog, folder: Path
) -> None:
    path = folder / OLDER
    workout = measure(Task(path, None, None)).workout
    session_id = log.add(workout, version=__version__, recording=str(path), sha256=sha256_of(path))
    work = chosen_work(log, [str(session_id)], missing=False, again=False)
    assert (work.tasks, work.done_before) == ([], 1)
    (again,) = chosen_work(log, [str(session_id)], missing=False, again=True).tasks
    assert (again.path, again.exercise) == (path, "hip_thrust")
    log.edit(session_id, [Edit(Field.EXERCISE, "squat")])
    (other,) = chosen_work(log, [str(folder)], missing=False, again=False).tasks
    assert (other.path, other.exercise) == (path, "squat")
