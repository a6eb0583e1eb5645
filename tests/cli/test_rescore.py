from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from tests.cli.logged import open_log
from tracker.cli.exits import ExitCode
from tracker.domain import Phase

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Tracker = Callable[..., Any]


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


def test_an_exercise_that_was_edited_is_what_is_looked_for(tracker: Tracker, home: Path) -> None:
    tracker("rescore", "--missing")
    assert tracker("rescore", "all").err.startswith("0 rescored, 0 added, 1 done before")
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
        ([], "say what: all, an ID"),
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


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="Ctrl-C cannot be sent to a process there")
def test_ctrl_c_keeps_what_is_done_and_the_same_command_goes_on(
    tracker: Tracker, home: Path, recording: Path
) -> None:
    folder = home / "data" / "recordings"
    for number in range(24):
        # A byte more is another recording; what comes after its end is told of and left.
        leave(folder / f"{number:02}.arrows", recording.read_bytes() + bytes([number]))
    process = subprocess.Popen(
        [sys.executable, "-m", "tracker", "rescore", "--missing", "--jobs", "2"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
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
