"""`--events`: live events are those of `analyze --format events`, whoever reads them."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from tracker.cli import main
from tracker.cli.exits import ExitCode

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


def test_a_replayed_recording_emits_what_its_analysis_does(
    recording: Path, csv: Path, tmp_path: Path, tracker: Callable[..., Any]
) -> None:
    for number, source in enumerate((recording, csv)):
        written = tmp_path / f"{number}.ndjson"
        assert tracker("replay", source, "--headless", "--events", written).code == ExitCode.OK
        analysed = tracker("analyze", source, "--format", "events")
        assert written.read_text(encoding="utf-8") == analysed.out != ""


def test_a_training_emits_what_the_analysis_of_its_recording_does(
    tmp_path: Path, tracker: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TRACKER_HOME", str(tmp_path))
    one, other = tmp_path / "one.ndjson", tmp_path / "other.ndjson"
    call = ("train", "--sensor", "sim", "--speed", "max", "--seconds", 40, "--headless")
    plan = ("--reps", 8, "--tempo", "3-0-1-2")
    assert tracker(*call, *plan, "--events", one, "--events", other).code == ExitCode.OK
    (recorded,) = (tmp_path / "data" / "recordings").iterdir()
    analysed = tracker("analyze", recorded, "--format", "events")
    assert one.read_text(encoding="utf-8") == other.read_text(encoding="utf-8") == analysed.out
    assert '"entered"' in analysed.out


def test_stdout_is_for_the_events_alone(capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["demo", "--seconds", "20", "--events", "-"]) == ExitCode.OK
    out, err = capfd.readouterr()
    assert {json.loads(line)["event"] for line in out.splitlines()} >= {"phase", "rep_counted"}
    assert "no sensor is connected" in err
    assert "rep  1" in err


@pytest.mark.parametrize(
    ("targets", "said"),
    [
        (["-", "-"], "can be given once"),
        (["osc://here"], "port is missing"),
        ([os.devnull + "/x"], "folder"),
    ],
)
def test_a_wrong_target_is_refused_before_anything_begins(
    targets: list[str], said: str, tracker: Callable[..., Any]
) -> None:
    options = [word for target in targets for word in ("--events", target)]
    result = tracker("demo", *options)
    assert (result.code, result.out) == (ExitCode.USAGE_OR_INPUT, "")
    assert said in result.err


@pytest.fixture
def stalled(recording: Path) -> Iterator[subprocess.Popen[str]]:
    """A replay that is over, and whose reader has not read all of its events."""
    fcntl = pytest.importorskip("fcntl")
    if not hasattr(fcntl, "F_SETPIPE_SZ"):
        pytest.skip("the size of a pipe is fixed here")
    reading, writing = os.pipe()
    fcntl.fcntl(writing, fcntl.F_SETPIPE_SZ, 4096)
    call = [sys.executable, "-m", "tracker", "replay", str(recording), "--headless"]
    process = subprocess.Popen(
        [*call, "--events", "-"], stdout=writing, stderr=subprocess.PIPE, encoding="utf-8"
    )
    os.close(writing)
    assert process.stderr is not None
    with process, os.fdopen(reading, encoding="utf-8") as process.stdout:
        for line in process.stderr:
            if line.startswith("waiting for stdout"):
                break
        yield process
        process.kill()


@pytest.mark.slow
def test_a_reader_that_comes_back_misses_nothing(
    stalled: subprocess.Popen[str], recording: Path, tracker: Callable[..., Any]
) -> None:
    assert stalled.stdout is not None
    assert stalled.stdout.read() == tracker("analyze", recording, "--format", "events").out
    assert stalled.wait() == ExitCode.OK


@pytest.mark.slow
def test_ctrl_c_ends_the_wait_for_a_reader(stalled: subprocess.Popen[str]) -> None:
    assert stalled.poll() is None
    stalled.send_signal(signal.SIGINT)
    assert stalled.wait(30.0) == ExitCode.INTERRUPTED
