from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from tests.cli.logged import OLDER, open_log
from tracker import __version__
from tracker.cli.exits import Interruption
from tracker.cli.rescore import Task, chosen_work, do, measure
from tracker.domain import InputError, SessionInfo
from tracker.recording import RecordingWriter, sha256_of
from tracker.store import Edit, Field, TrainingLog

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tracker.sim import SimulatedSession


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


def test_an_exercise_is_looked_for_and_the_head_stays_what_it_was(recording: Path) -> None:
    measured = measure(Task(recording, "glute_bridge", None))
    assert measured.counted_as == "glute_bridge"
    assert measured.workout.info.exercise == "hip_thrust"
    assert measured.sha256 == sha256_of(recording)
    assert measure(Task(recording, None, None)).counted_as == "hip_thrust"


def test_a_session_whose_recording_is_gone_is_told(log: TrainingLog) -> None:
    work = chosen_work(log, ["all"], missing=False, again=True)
    assert work.tasks == []
    outcome = do(log, work, 1, Interruption())
    assert outcome.failed == 1
    assert outcome.lines[0].startswith("session 1: its recording is gone: ")
    assert outcome.lines[-1] == "0 rescored, 0 added, 1 failed"
    with pytest.raises(InputError, match="session 2: has no recording"):
        chosen_work(log, ["2"], missing=False, again=False)


def test_edits_stay_and_what_this_version_has_done_is_skipped(
    log: TrainingLog, recording: Path
) -> None:
    measured = measure(Task(recording, None, None))
    session_id = log.add(
        replace(measured.workout, sets=measured.workout.sets[:1]),
        version="0.0.1",
        recording=str(recording),
        sha256=measured.sha256,
    )
    log.edit(session_id, [Edit(Field.REPS, 3, 1)])
    outcome = do(
        log, chosen_work(log, [str(recording)], missing=False, again=False), 1, Interruption()
    )
    assert (outcome.done, outcome.added, outcome.failed) == (1, 0, 0)
    kept = log.detail(session_id)
    assert kept.measured.sets == measured.workout.sets
    assert kept.current.workout.sets[0].done == 3
    assert kept.summary.tracker_version == __version__
    work = chosen_work(log, [str(recording)], missing=False, again=False)
    assert (work.tasks, work.done_before) == ([], 1)
    assert len(chosen_work(log, [str(recording)], missing=False, again=True).tasks) == 1


def test_a_recording_that_holds_less_than_was_logged_replaces_nothing(
    log: TrainingLog, recording: Path
) -> None:
    measured = measure(Task(recording, None, None))
    facts = replace(measured.workout.facts, duration_s=3600.0)
    longer = replace(measured.workout, facts=facts)
    session_id = log.add(longer, version="0.0.1", recording=str(recording), sha256=measured.sha256)
    outcome = do(
        log, chosen_work(log, [str(session_id)], missing=False, again=False), 1, Interruption()
    )
    assert outcome.failed == 1
    assert "of the 3600.0 s that were logged" in outcome.lines[0]
    assert log.detail(session_id).measured == longer


def test_a_recording_without_a_sample_is_left_out_from_then_on(
    log: TrainingLog, log_home: Path
) -> None:
    folder = log_home / "data" / "recordings"
    folder.mkdir()
    RecordingWriter(folder / "empty.arrows", SessionInfo("profile")).close()
    outcome = do(log, chosen_work(log, [], missing=True, again=False), 1, Interruption())
    assert (outcome.added, outcome.empty, outcome.failed) == (0, 1, 0)
    assert chosen_work(log, [], missing=True, again=False).tasks == []


def test_several_processes_come_to_the_same(
    log: TrainingLog, log_home: Path, lifted: SimulatedSession
) -> None:
    folder = log_home / "data" / "recordings"
    folder.mkdir()
    for name in ("a", "b", "c"):
        with RecordingWriter(folder / f"{name}.arrows", replace(lifted.info, note=name)) as writer:
            for notification in lifted.notifications():
                writer.write(notification)
    outcome = do(log, chosen_work(log, [], missing=True, again=False), 2, Interruption())
    assert (outcome.added, outcome.failed) == (3, 0)
    expected = measure(Task(folder / "a.arrows", None, None)).workout
    added = [each for each in log.recordings() if each.recording_name != OLDER]
    # Whoever is done first: a log that is built anew has its ids in the order of time.
    assert [each.recording_name for each in added] == ["a.arrows", "b.arrows", "c.arrows"]
    assert all(log.workout(each.id).sets == expected.sets for each in added)


def test_after_an_interruption_nothing_is_begun(log: TrainingLog, folder: Path) -> None:
    interrupted = Interruption()
    interrupted.happen()
    work = chosen_work(log, [str(folder)], missing=False, again=True)
    outcome = do(log, work, 1, interrupted)
    assert (outcome.done, outcome.added) == (0, 0)
    assert outcome.lines == ["0 rescored, 0 added, 1 still to do"]
