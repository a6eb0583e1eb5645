from __future__ import annotations

import contextlib
import os
import re
import signal
import subprocess
import sys
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

import pytest

from tracker import __version__
from tracker.app.clock import SYSTEM_CLOCK, local_now
from tracker.app.paths import tracker_paths
from tracker.app.playback import analyze_notifications
from tracker.app.session_files import open_session_file
from tracker.app.training import Opened, TrainingRequest, TrainingService
from tracker.cli.exits import interruption
from tracker.cli.playback import total
from tracker.cli.train import train_once
from tracker.domain import OutputError, SensorError, SessionState, UnknownNameError
from tracker.engine import build_engine
from tracker.recording import ReplaySource, open_recording, sha256_of
from tracker.store import TrainingLog

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Iterator, Sequence
    from pathlib import Path

    from tracker.app.devices import SensorRequest
    from tracker.domain import Notification, SessionInfo, Source, Workout
    from tracker.sim import SimulatedSession

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("home")]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TRACKER_HOME", str(tmp_path))
    return tmp_path


def at_once(session: SimulatedSession) -> ReplaySource:
    return ReplaySource(session.info, session.notifications, SYSTEM_CLOCK, speed=float("inf"))


class InterruptedSource:
    """Presses Ctrl-C in the middle of a session."""

    sensor = "profile"

    def __init__(self, session: SimulatedSession, after: int) -> None:
        self._session = session
        self._after = after

    async def notifications(self) -> AsyncGenerator[Notification]:
        for number, notification in enumerate(self._session.notifications()):
            if number >= self._after:
                signal.raise_signal(signal.SIGINT)
            yield notification


class LostSource:
    """Gives a few notifications, then the sensor is gone."""

    sensor = "profile"

    def __init__(self, session: SimulatedSession, after: int) -> None:
        self._session = session
        self._after = after

    async def notifications(self) -> AsyncGenerator[Notification]:
        for number, notification in enumerate(self._session.notifications()):
            if number >= self._after:
                raise SensorError("The sensor went away.", "Charge it.")
            yield notification


class OneSource(TrainingService):
    """Trains with a source that is at hand."""

    def __init__(self, source: Source, info: SessionInfo) -> None:
        super().__init__(tracker_paths())
        self._source = source
        self._info = info

    @asynccontextmanager
    async def opened(
        self,
        _sensors: Sequence[SensorRequest],
        _exercise: str,
        _seconds: float | None = None,
        _steps: object = (),
    ) -> AsyncGenerator[Opened]:
        started = local_now()
        info = replace(self._info, started_utc=started.isoformat())
        yield Opened(self._source, info, started, "a simulated training")


def train(lifted: SimulatedSession, source: Source, info: SessionInfo | None = None) -> None:
    info = lifted.info if info is None else info
    with interruption() as interrupted:
        service, request = OneSource(source, info), TrainingRequest((), info.exercise)
        train_once(service, request, interrupted, headless=True)


def recordings(home: Path) -> Iterator[Path]:
    return (home / "data" / "recordings").glob("*.arrows")


def test_everything_is_recorded_and_said(
    lifted: SimulatedSession, home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    train(lifted, at_once(lifted))
    (path,) = recordings(home)
    kept = open_recording(path)
    assert kept.damage == ()
    assert tuple(kept) == lifted.transmission.notifications
    out, err = capsys.readouterr()
    assert err.startswith(f"a simulated training\nrecording to {path}\nlogged as session ")
    first, *_, last = out.splitlines()
    assert first.startswith("set 1 started")
    assert re.fullmatch(r"2 sets, \d+ reps", last)


def test_the_recording_says_that_it_is_synthetic_and_when_it_began(
    lifted: SimulatedSession, home: Path
) -> None:
    train(lifted, at_once(lifted))
    (path,) = recordings(home)
    info = open_recording(path).info
    assert info.started_utc is not None
    assert datetime.fromisoformat(info.started_utc).tzinfo is not None
    assert replace(info, started_utc=None) == lifted.info
    assert info.origin == "synthetic"


def test_ctrl_c_closes_the_recording_and_tells_the_total(
    lifted: SimulatedSession, home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(KeyboardInterrupt):
        train(lifted, InterruptedSource(lifted, 400))
    (path,) = recordings(home)
    kept = open_recording(path)
    assert kept.damage == ()
    assert tuple(kept) == lifted.transmission.notifications[: kept.rows]
    assert kept.rows >= 400
    # How much had arrived by then is up to the machine; what was kept says what was counted.
    ledger = SessionState()
    for event, _ in analyze_notifications(build_engine(lifted.info), kept, 1000):
        ledger.accept((event,))
    assert ledger.sets
    assert capsys.readouterr().out.splitlines()[-1] == total(ledger.sets)


def test_a_sensor_that_goes_away_ends_it_with_everything_kept(
    lifted: SimulatedSession, home: Path
) -> None:
    with pytest.raises(SensorError, match="went away"):
        train(lifted, LostSource(lifted, 300))
    (path,) = recordings(home)
    kept = open_recording(path)
    assert (kept.rows, kept.damage) == (300, ())


def test_what_cannot_be_trained_leaves_no_file(lifted: SimulatedSession, home: Path) -> None:
    info = replace(lifted.info, exercise="juggling")
    with pytest.raises(UnknownNameError, match="juggling"):
        train(lifted, at_once(lifted), info)
    assert not list(recordings(home))


@pytest.mark.posix("folders have no such permissions there")
def test_a_place_that_may_not_be_written_is_told(lifted: SimulatedSession, home: Path) -> None:
    (home / "data" / "recordings").mkdir(parents=True)
    (home / "data" / "recordings").chmod(0o500)
    if os.access(home / "data" / "recordings", os.W_OK):
        pytest.skip("this user may write anywhere")
    with pytest.raises(OutputError, match="may not be written"):
        train(lifted, at_once(lifted))


FULL_DISK = """
import resource, sys
from tracker.cli import main
resource.setrlimit(resource.RLIMIT_FSIZE, (40_000, 40_000))
sys.exit(main(["train", "--sensor", "sim", "--headless", "--speed", "max", "--seconds", "60"]))
"""


@pytest.mark.posix("there is no limit to the size of a file there")
def test_a_disk_that_runs_full_is_told_and_does_not_end_the_training(home: Path) -> None:
    result = subprocess.run(
        [sys.executable, "-c", FULL_DISK], capture_output=True, encoding="utf-8", check=False
    )
    assert result.returncode == 2
    assert "no space left" in result.stderr
    assert "Traceback" not in result.stderr
    assert "rep 10" in result.stdout
    (path,) = recordings(home)
    assert 0 < path.stat().st_size <= 40_000
    assert open_recording(path).rows > 0


@pytest.mark.posix("there is no pseudo-terminal there")
@pytest.mark.parametrize("way_out", ["q", "SIGINT"])
def test_on_the_screen_every_way_out_closes_the_recording(way_out: str, home: Path) -> None:
    import pty

    screen, terminal = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "tracker", "train", "--sensor", "sim"],
        stdin=terminal,
        stdout=terminal,
        stderr=terminal,
        env=os.environ | {"TERM": "xterm-256color", "COLUMNS": "100", "LINES": "30"},
    )
    os.close(terminal)
    shown = b""
    while b"recording" not in shown.partition(b"SIMULATED")[2]:
        shown += os.read(screen, 65536)
    if way_out == "q":
        os.write(screen, b"q")
    else:
        process.send_signal(signal.SIGINT)
    # A pseudo-terminal that nobody reads from fills up and holds the process.
    with contextlib.suppress(OSError):
        while os.read(screen, 65536):
            pass
    os.close(screen)
    assert process.wait() == (0 if way_out == "q" else 4)
    (path,) = recordings(home)
    assert open_recording(path).damage == ()


def rep_times(workout: Workout) -> list[float]:
    return [
        time_s for each in workout.sets for rep in each.reps for time_s in (rep.start_s, rep.end_s)
    ]


def the_log(home: Path) -> TrainingLog:
    return TrainingLog(home / "data" / "training.sqlite", local_now)


def test_a_training_is_logged_as_an_analysis_of_its_recording_would_be(
    lifted: SimulatedSession, home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    train(lifted, at_once(lifted))
    (path,) = recordings(home)
    with the_log(home) as log:
        (line,) = log.list()
        kept = log.detail(line.id)
    assert f"logged as session {line.id}: tracker show {line.id}\n" in capsys.readouterr().err
    again = open_session_file(path).workout(1000)
    # Cut otherwise into blocks, the same times come out to 1e-9 s.
    assert replace(kept.measured, sets=()) == replace(again, sets=())
    assert [(each.counted, each.ended) for each in kept.measured.sets] == [
        (each.counted, each.ended) for each in again.sets
    ]
    assert rep_times(kept.measured) == pytest.approx(rep_times(again), abs=1e-6)
    assert (kept.recording, kept.sha256) == (str(path), sha256_of(path))
    assert (line.sets_done, line.tracker_version, line.origin) == (2, __version__, "synthetic")


def test_a_training_that_breaks_off_is_logged_as_far_as_it_came(
    lifted: SimulatedSession, home: Path
) -> None:
    with pytest.raises(SensorError, match="went away"):
        train(lifted, LostSource(lifted, 300))
    (path,) = recordings(home)
    with the_log(home) as log:
        (line,) = log.list()
        assert log.detail(line.id).sha256 == sha256_of(path)
    assert line.sets_done == 1


def test_what_came_to_nothing_is_not_logged(lifted: SimulatedSession, home: Path) -> None:
    with pytest.raises(SensorError):
        train(lifted, LostSource(lifted, 0))
    assert len(list(recordings(home))) == 1
    with the_log(home) as log:
        assert log.list() == ()


def test_a_log_that_cannot_be_written_is_told_in_a_line_and_costs_no_recording(
    lifted: SimulatedSession, home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (home / "data").mkdir()
    (home / "data" / "training.sqlite").write_text("no log, but notes\n" * 100, encoding="utf-8")
    train(lifted, at_once(lifted))
    (told,) = (line for line in capsys.readouterr().err.splitlines() if "not logged" in line)
    assert "is not a database" in told
    assert "tracker rescore --missing" in told
    (path,) = recordings(home)
    assert open_recording(path).damage == ()
