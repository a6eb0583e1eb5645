from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pytest

from tests.ble.fake_radio import FakeRadio
from tests.cli.logged import fill
from tracker.cli import main
from tracker.domain.units import NS_PER_S
from tracker.recording import RecordingWriter
from tracker.sim import demo_plan, simulate

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.ble.fake_radio import FakeSensor
    from tracker.sim import SimulatedSession


@dataclass(frozen=True)
class Outcome:
    code: int
    out: str
    err: str


@pytest.fixture
def tracker(capsys: pytest.CaptureFixture[str]) -> Callable[..., Outcome]:
    """Run the command line in this process and return what came out of it."""

    def run(*arguments: object) -> Outcome:
        capsys.readouterr()
        code = main([str(argument) for argument in arguments])
        captured = capsys.readouterr()
        return Outcome(code, captured.out, captured.err)

    return run


@pytest.fixture(scope="session")
def lifted() -> SimulatedSession:
    """The session of the demo: two sets of hip thrusts."""
    return simulate(demo_plan(1), 1)


@pytest.fixture(scope="session")
def recording(lifted: SimulatedSession, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same session as a recording."""
    path = tmp_path_factory.mktemp("recording") / "lifted.arrows"
    with RecordingWriter(path, lifted.info) as writer:
        for notification in lifted.notifications():
            writer.write(notification)
    return path


@pytest.fixture(scope="session")
def brief_recording(lifted: SimulatedSession, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The first reps of it as a recording, for tests that analyse many."""
    path = tmp_path_factory.mktemp("brief") / "brief.arrows"
    with RecordingWriter(path, lifted.info) as writer:
        for notification in lifted.notifications():
            if notification.received_ns < 20 * NS_PER_S:
                writer.write(notification)
    return path


@pytest.fixture(scope="session")
def csv(lifted: SimulatedSession, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same session as a sample CSV."""
    path = tmp_path_factory.mktemp("csv") / "lifted.csv"
    time_s, acc_mps2, gyro_radps = lifted.samples()
    assert gyro_radps is not None
    rows = np.column_stack((time_s, acc_mps2, gyro_radps))
    header = "time_s,acc_x,acc_y,acc_z,gyro_x,gyro_y,gyro_z"
    np.savetxt(path, rows, fmt="%.6f", delimiter=",", header=header, comments="")
    return path


@pytest.fixture(scope="session")
def short_csv(csv: Path) -> Path:
    """The first reps of it, for tests that feed sample by sample."""
    path = csv.with_name("short.csv")
    path.write_text("\n".join(csv.read_text(encoding="utf-8").splitlines()[:2000]))
    return path


@pytest.fixture
def around(monkeypatch: pytest.MonkeyPatch) -> Callable[..., FakeRadio]:
    """Put scripted sensors around this computer, and return the radio that hears them."""

    def put(*sensors: FakeSensor) -> FakeRadio:
        radio = FakeRadio(*sensors)
        monkeypatch.setattr("tracker.app.training.BleakRadio", lambda: radio)
        monkeypatch.setattr("tracker.ble.BleakRadio", lambda: radio)
        return radio

    return put


@pytest.fixture
def log_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home of its own, with a training log in it."""
    monkeypatch.setenv("TRACKER_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("TRACKER_LOG_URL", raising=False)
    fill(tmp_path / "home")
    return tmp_path / "home"
