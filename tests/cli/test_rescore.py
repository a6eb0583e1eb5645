from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from tests.cli.logged import OLDER, open_log
from tracker import __version__
from tracker.cli.exits import ExitCode, Interruption
from tracker.cli.rescore import Task, measure, rescore_all, work_for
from tracker.domain import InputError, Phase, SessionInfo
from tracker.recording import RecordingWriter, sha256_of
from tracker.sim import demo_plan, simulate
from tracker.store import Edit, Field, TrainingLog

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Tracker = Callable[..., Any]
    from collections.abc import Iterator

    from tracker.sim import SimulatedSession

pytestmark = pytest.mark.slow


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, recording: Path) -> Path:
    """A home with one recording and no log."""
    monkeypatch.setenv("TRACKER_HOME", str(tmp_path))
    folder = tmp_path / "data" / "recordings"
    folder.mkdir(parents=True)
    (folder / "a.arrows").write_bytes(recording.read_bytes())
    return tmp_path


def test_a_log_is_built_anew_from_the_recordings(tracker: Tracker, home: Path) -> None:
    result = tracker("rescore", "--missing")
    assert (result.code, result.err) == (ExitCode.OK, "0 rescored, 1 added\n")
    assert re.fullmatch(r"1  a\.arrows: \d+ reps\n", result.out)
    assert tracker("rescore", "--missing").err == "0 rescored, 0 added\n"
    with open_log(home) as log:
        (line,) = log.list()
    assert line.sets_done == 2


def test_a_recording_that_may_still_grow_is_left_out_and_told(
    tracker: Tracker, home: Path
) -> None:
    path = home / "data" / "recordings" / "a.arrows"
    path.write_bytes(path.read_bytes()[:-2000])
    result = tracker("rescore", "--missing")
    told = "0 rescored, 0 added, 1 possibly still recording (run again in a minute)\n"
    assert (result.code, result.out, result.err) == (ExitCode.OK, "", told)


def test_an_exercise_that_was_edited_is_what_is_looked_for(tracker: Tracker, home: Path) -> None:
    tracker("rescore", "--missing")
    assert tracker("rescore", "all").err.startswith("0 rescored, 0 added, 1 already done")
    tracker("edit", "1", "--exercise", "squat")
    result = tracker("rescore", "1")
    assert (result.code, result.err) == (ExitCode.OK, "1 rescored, 0 added\n")
    with open_log(home) as log:
        squats = log.detail(1).measured
        assert log.recordings()[0].counted_as == "squat"
    # What the recording says is still known.
    assert squats.info.exercise == "hip_thrust"
    # A squat begins on the way down.
    assert squats.sets[0].reps[0].phases[0].phase is Phase.ECCENTRIC
    tracker("edit", "1", "--undo")
    assert tracker("rescore", "all").err == "1 rescored, 0 added\n"
    with open_log(home) as log:
        assert log.detail(1).measured.sets[0].reps[0].phases[0].phase is Phase.CONCENTRIC


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ([], "name what to analyse: all, an ID"),
        (["nothing"], "no recording's name starts like this"),
        (["--missing", "nowhere"], "expected a folder of recordings"),
        (["gone.arrows"], "there is no such file"),
    ],
)
def test_what_cannot_be_meant_is_told(
    arguments: list[str], told: str, tracker: Tracker, home: Path
) -> None:
    result = tracker("rescore", *arguments)
    assert result.code == ExitCode.USAGE_OR_INPUT
    assert told in result.err


def leave(path: Path, content: bytes) -> None:
    """Leave a recording without its end that has not grown for longer than one would that runs."""
    path.write_bytes(content)
    os.utime(path, (0.0, 0.0))


def test_what_cannot_be_measured_is_told_and_the_rest_is_done(
    tracker: Tracker, home: Path
) -> None:
    leave(home / "data" / "recordings" / "0.arrows", b"broken" * 100)
    result = tracker("rescore", "--missing", "--jobs", "1")
    assert result.code == ExitCode.USAGE_OR_INPUT
    assert "0.arrows: expected a recording" in result.err
    assert "0 rescored, 1 added, 1 failed" in result.err


@pytest.mark.posix("Ctrl-C cannot be sent to a process there")
def test_ctrl_c_keeps_what_is_done_and_the_same_command_goes_on(
    tracker: Tracker, home: Path, brief_recording: Path
) -> None:
    folder = home / "data" / "recordings"
    for number in range(24):
        # A byte more is another recording; what comes after its end is told of and left.
        leave(folder / f"{number:02}.arrows", brief_recording.read_bytes() + bytes([number]))
    process = subprocess.Popen(
        [sys.executable, "-m", "tracker", "rescore", "--missing", "--jobs", "2"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        start_new_session=True,
    )
    assert process.stdout is not None
    process.stdout.readline()
    os.killpg(process.pid, signal.SIGINT)
    out, err = process.communicate()
    assert process.returncode == ExitCode.INTERRUPTED
    assert "Traceback" not in err
    assert re.search(r"still to do\n+tracker: interrupted\.\n$", err)
    with open_log(home) as log:
        done = len(log.list())
    assert 1 <= done < 25
    assert done == 1 + len(out.splitlines())
    tracker("rescore", "--missing", "--jobs", "1")
    with open_log(home) as log:
        assert len(log.list()) == 25


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
    (task,) = work_for(log, [str(folder)], missing=False, again=False).tasks
    assert task == Task(folder / OLDER, None, None)
    work = work_for(log, [], missing=True, again=False)
    # By its name it is there already.
    assert work.tasks == []


def test_a_recording_that_moved_with_the_home_is_found(
    log: TrainingLog, folder: Path, recording: Path
) -> None:
    known = measure(Task(recording, None, None)).workout
    moved = log.add(known, version="0", recording=f"/old/home/{OLDER}", sha256="moved")
    work = work_for(log, [str(moved)], missing=False, again=False)
    assert [task.path for task in work.tasks] == [folder / OLDER]


def test_what_this_version_has_measured_as_what_it_was_is_done(
    log: TrainingLog, folder: Path
) -> None:
    path = folder / OLDER
    workout = measure(Task(path, None, None)).workout
    session_id = log.add(workout, version=__version__, recording=str(path), sha256=sha256_of(path))
    work = work_for(log, [str(session_id)], missing=False, again=False)
    assert (work.tasks, work.done_before) == ([], 1)
    (again,) = work_for(log, [str(session_id)], missing=False, again=True).tasks
    assert (again.path, again.exercise) == (path, "hip_thrust")
    log.edit(session_id, [Edit(Field.EXERCISE, "squat")])
    (other,) = work_for(log, [str(folder)], missing=False, again=False).tasks
    assert (other.path, other.exercise) == (path, "squat")


def test_an_exercise_is_looked_for_and_the_head_stays_what_it_was(recording: Path) -> None:
    measured = measure(Task(recording, "glute_bridge", None))
    assert measured.counted_as == "glute_bridge"
    assert measured.workout.info.exercise == "hip_thrust"
    assert measured.sha256 == sha256_of(recording)
    assert measure(Task(recording, None, None)).counted_as == "hip_thrust"


def test_a_session_whose_recording_is_gone_is_told(log: TrainingLog) -> None:
    work = work_for(log, ["all"], missing=False, again=True)
    assert work.tasks == []
    outcome = rescore_all(log, work, 1, Interruption())
    assert outcome.failed == 1
    assert outcome.lines[0].startswith("session 1: its recording is gone: ")
    assert outcome.lines[-1] == "0 rescored, 0 added, 1 failed"
    with pytest.raises(InputError, match="session 2: has no recording"):
        work_for(log, ["2"], missing=False, again=False)


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
    outcome = rescore_all(
        log, work_for(log, [str(recording)], missing=False, again=False), 1, Interruption()
    )
    assert (outcome.done, outcome.added, outcome.failed) == (1, 0, 0)
    kept = log.detail(session_id)
    assert kept.measured.sets == measured.workout.sets
    assert kept.current.workout.sets[0].done == 3
    assert kept.summary.tracker_version == __version__
    work = work_for(log, [str(recording)], missing=False, again=False)
    assert (work.tasks, work.done_before) == ([], 1)
    assert len(work_for(log, [str(recording)], missing=False, again=True).tasks) == 1


def test_a_recording_that_holds_less_than_was_logged_replaces_nothing(
    log: TrainingLog, recording: Path
) -> None:
    measured = measure(Task(recording, None, None))
    facts = replace(measured.workout.facts, duration_s=3600.0)
    longer = replace(measured.workout, facts=facts)
    session_id = log.add(longer, version="0.0.1", recording=str(recording), sha256=measured.sha256)
    outcome = rescore_all(
        log, work_for(log, [str(session_id)], missing=False, again=False), 1, Interruption()
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
    outcome = rescore_all(log, work_for(log, [], missing=True, again=False), 1, Interruption())
    assert (outcome.added, outcome.empty, outcome.failed) == (0, 1, 0)
    assert work_for(log, [], missing=True, again=False).tasks == []


def test_several_processes_come_to_the_same(
    log: TrainingLog, log_home: Path, lifted: SimulatedSession
) -> None:
    folder = log_home / "data" / "recordings"
    folder.mkdir()
    for name in ("a", "b", "c"):
        with RecordingWriter(folder / f"{name}.arrows", replace(lifted.info, note=name)) as writer:
            for notification in lifted.notifications():
                writer.write(notification)
    outcome = rescore_all(log, work_for(log, [], missing=True, again=False), 2, Interruption())
    assert (outcome.added, outcome.failed) == (3, 0)
    expected = measure(Task(folder / "a.arrows", None, None)).workout
    added = [each for each in log.recordings() if each.recording_name != OLDER]
    # Whoever is done first: a log that is built anew has its ids in the order of time.
    assert [each.recording_name for each in added] == ["a.arrows", "b.arrows", "c.arrows"]
    assert all(log.workout(each.id).sets == expected.sets for each in added)


def test_after_an_interruption_nothing_is_begun(log: TrainingLog, folder: Path) -> None:
    interrupted = Interruption()
    interrupted.happen()
    work = work_for(log, [str(folder)], missing=False, again=True)
    outcome = rescore_all(log, work, 1, interrupted)
    assert (outcome.done, outcome.added) == (0, 0)
    assert outcome.lines == ["0 rescored, 0 added, 1 still to do"]


def test_a_training_without_a_set_is_logged_only_if_its_file_is_named(
    tracker: Tracker, home: Path
) -> None:
    folder = home / "data" / "recordings"
    for each in folder.iterdir():
        each.unlink()
    path = folder / "still.arrows"
    # Its first seconds: nobody has moved yet.
    simulated = simulate(demo_plan(1), 1)
    with RecordingWriter(path, simulated.info) as writer:
        for notification in simulated.notifications(3.0):
            writer.write(notification)
    assert "1 without a set left out" in tracker("rescore", "--missing").err
    assert tracker("history").err == ""
    assert tracker("rescore", path).err == "0 rescored, 1 added\n"
