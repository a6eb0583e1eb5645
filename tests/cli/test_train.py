from __future__ import annotations

import json
import signal
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from tracker.app.devices import SensorRequest
from tracker.app.text import TextOutput
from tracker.app.training import TrainingRequest
from tracker.ble import DeviceQuery
from tracker.cli.exits import ExitCode
from tracker.cli.options import SoundOptions
from tracker.cli.terminal import print_text
from tracker.domain.units import NS_PER_S, ns_from_s
from tracker.engine import build_engine
from tracker.recording import DamageReason, open_recording
from tracker.sim import simulate, training_plan

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tracker.sim import SimulatedSession

pytestmark = pytest.mark.slow

SEED = 1

no_signals = pytest.mark.posix("a process cannot be sent these there")


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TRACKER_HOME", str(tmp_path))
    return tmp_path


@pytest.fixture(scope="module")
def training() -> SimulatedSession:
    """What `--sensor sim` trains."""
    return simulate(training_plan("hip_thrust", SEED), SEED)


@pytest.fixture(scope="module")
def received_by_line_ns(training: SimulatedSession) -> list[int]:
    """For each line, the arrival of the notification without which it could not be said, ns."""
    arrivals_ns: list[int] = []
    engine = build_engine(training.info)
    received_ns = 0
    sink = TextOutput(lambda _line: arrivals_ns.append(received_ns))
    for notification in training.notifications():
        received_ns = notification.received_ns
        sink.accept(engine.feed(notification), 0.0)
    return arrivals_ns


def recordings(home: Path) -> Iterator[Path]:
    return (home / "data" / "recordings").glob("*.arrows")


def start(*arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "tracker", "train", "--sensor", "sim", "--headless", *arguments],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
    )


def wait_for_lines(process: subprocess.Popen[str], lines: int) -> None:
    assert process.stdout is not None
    for _ in range(lines):
        assert process.stdout.readline()


def test_without_any_sensor_it_says_what_to_do(tracker: Callable[..., Any], home: Path) -> None:
    result = tracker("train", "--headless")
    assert (result.code, result.out) == (ExitCode.NO_SENSOR, "")
    problem, *advice = result.err.splitlines()
    assert "none is paired" in problem
    assert len(advice) == 2
    assert "tracker pair" in advice[0]
    assert "--sensor sim" in advice[1]
    assert not list(recordings(home))


def test_the_arguments_become_a_request(
    tracker: Callable[..., Any], home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[Any] = []
    monkeypatch.setattr(
        "tracker.cli.train.train_once",
        lambda _service, request, _interrupted, **options: calls.append((request, options)),
    )
    first, second = "C0:FF:EE:00:1A:2B", "C0:FF:EE:00:00:02"
    arguments = ("--sensor", first, "--second", second, "--exercise", "squat", "--seconds", 5)
    assert tracker("train", *arguments, "--headless").code == ExitCode.OK
    sensors = (SensorRequest(DeviceQuery(first)), SensorRequest(DeviceQuery(second)))
    request = TrainingRequest(sensors, "squat", seconds=5.0)
    options = {"headless": True, "sound": SoundOptions(), "write": print_text}
    assert calls == [(request, options)]


@pytest.mark.parametrize("option", ["--seed", "--speed"])
def test_what_is_for_the_simulated_lifter_is_not_for_a_real_one(
    option: str, tracker: Callable[..., Any], home: Path
) -> None:
    result = tracker("train", "--sensor", "C0:FF:EE:00:1A:2B", option, "2")
    assert result.code == ExitCode.USAGE_OR_INPUT
    assert option in result.err


@pytest.mark.parametrize("option", ["--second", "--kind", "--setting"])
def test_what_is_for_a_real_sensor_is_not_for_the_simulated_one(
    option: str, tracker: Callable[..., Any], home: Path
) -> None:
    result = tracker("train", "--sensor", "sim", option, "a=1")
    assert result.code == ExitCode.USAGE_OR_INPUT
    assert option in result.err


@pytest.mark.parametrize("exercise", ["hip_thrust", "b-stance-hip-thrust"])
def test_it_trains_the_exercise_asked_for_and_says_that_it_is_simulated(
    exercise: str, tracker: Callable[..., Any], home: Path
) -> None:
    result = tracker(
        "train", "--sensor", "sim", "--exercise", exercise, "--headless", "--speed", "max"
    )
    assert result.code == ExitCode.OK
    assert "simulated" in result.err.splitlines()[0]
    assert result.out.splitlines()[-1].startswith("3 sets, ")
    (path,) = recordings(home)
    assert str(path) in result.err
    info = open_recording(path).info
    assert (info.exercise, info.origin) == (exercise.replace("-", "_"), "synthetic")
    assert "nobody trained" in info.note
    assert "simulated" in tracker("analyze", path).out


@pytest.mark.parametrize("exercise", ["squat", "sit_to_stand"])
def test_an_exercise_that_nobody_simulates_is_told(
    exercise: str, tracker: Callable[..., Any], home: Path
) -> None:
    result = tracker("train", "--sensor", "sim", "--exercise", exercise, "--headless")
    assert (result.code, result.out) == (ExitCode.USAGE_OR_INPUT, "")
    assert exercise in result.err
    assert "hip_thrust" in result.err
    assert not list(recordings(home))


def test_it_ends_after_the_seconds_asked_for(tracker: Callable[..., Any], home: Path) -> None:
    for seconds in (10, 300):
        result = tracker(
            "train", "--sensor", "sim", "--headless", "--speed", "max", "--seconds", seconds
        )
        assert result.code == ExitCode.OK
        (path,) = recordings(home)
        end_s = open_recording(path).end_s
        assert end_s is not None
        assert seconds - 1.0 < end_s < seconds
        path.unlink()


@pytest.mark.parametrize(
    "arguments",
    [
        ["--seconds", "0"],
        ["--seconds", "7201"],
        ["--speed", "0"],
        ["--seed", "-1"],
        ["--load-kg", "-1"],
        ["--reps", "0"],
        ["--hold", "61"],
        ["--velocity-loss", "90"],
        ["--velocity-loss", "fast"],
    ],
)
def test_wrong_usage_is_explained(
    arguments: list[str], tracker: Callable[..., Any], home: Path
) -> None:
    result = tracker("train", "--sensor", "sim", *arguments)
    assert (result.code, result.out) == (ExitCode.USAGE_OR_INPUT, "")
    assert arguments[0] in result.err
    assert not list(recordings(home))


def test_the_same_seed_is_the_same_training_and_another_is_another(
    tracker: Callable[..., Any], home: Path
) -> None:
    def train(seed: int) -> str:
        limits = ("--headless", "--speed", "max", "--seconds", 30)
        return str(tracker("train", "--sensor", "sim", "--seed", seed, *limits).out)

    assert train(1) == train(1) != train(2)


def test_a_plan_is_kept_and_coached(tracker: Callable[..., Any], home: Path) -> None:
    plan = ("--load-kg", 60, "--tempo", "3-0-1-2", "--reps", 4, "--velocity-loss", "20%")
    result = tracker(
        "train", "--sensor", "sim", "--headless", "--speed", "max", "--seconds", 40, *plan
    )
    assert result.code == ExitCode.OK
    assert "  » 4 reps: target reached. Lower slowly." in result.out.splitlines()
    (path,) = recordings(home)
    document = json.loads(tracker("analyze", path, "--format", "json").out)
    assert document["sets"][0]["plan"] == {
        "load_kg": 60.0,
        "target_reps": 4,
        "tempo": "3-0-1-2",
        "velocity_loss": 0.2,
        "rest_s": 90.0,
        "keep_tension": False,
        "breathing": False,
    }


def test_a_tempo_of_three_places_is_asked_about(tracker: Callable[..., Any], home: Path) -> None:
    result = tracker("train", "--sensor", "sim", "--tempo", "3-1-2")
    assert (result.code, result.out) == (ExitCode.USAGE_OR_INPUT, "")
    assert "which of the four is missing" in result.err
    assert "3-0-1-2" in result.err
    assert not list(recordings(home))


@no_signals
@pytest.mark.parametrize(
    ("pace", "lines"),
    [([], 2), (["--speed", "8"], 9)],
    ids=["as it happens", "eight times as fast"],
)
def test_a_kill_costs_at_most_the_last_second(
    pace: list[str],
    lines: int,
    training: SimulatedSession,
    received_by_line_ns: list[int],
    tracker: Callable[..., Any],
    home: Path,
) -> None:
    # A line that has been read proves what had been received when it was written, however fast
    # the machine is; what came between that and the kill only makes the test stricter.
    with start(*pace) as process:
        wait_for_lines(process, lines)
        process.kill()
        process.communicate()
    (path,) = recordings(home)
    kept = open_recording(path)
    assert {damage.reason for damage in kept.damage} == {DamageReason.UNCLOSED}
    assert tuple(kept) == training.transmission.notifications[: kept.rows]
    assert kept.end_s is not None
    assert ns_from_s(kept.end_s) >= received_by_line_ns[lines - 1] - NS_PER_S
    replayed = tracker("replay", path, "--headless")
    assert replayed.code == ExitCode.OK
    assert "set 1 started" in replayed.out


@no_signals
@pytest.mark.parametrize("presses", [1, 3])
@pytest.mark.parametrize("lines", [0, 1])
def test_ctrl_c_closes_the_recording(
    lines: int, presses: int, training: SimulatedSession, home: Path
) -> None:
    with start("--speed", "4") as process:
        assert process.stderr is not None
        assert "simulated" in process.stderr.readline()
        assert "recording to" in process.stderr.readline()
        wait_for_lines(process, lines)
        for _ in range(presses):
            process.send_signal(signal.SIGINT)
        _, talk = process.communicate()
    *logged, last = (line for line in talk.splitlines() if line)
    assert last == "tracker: interrupted."
    # Before the first set there is nothing to log.
    if logged and logged[-1].startswith("to log it all the same: "):
        assert logged.pop(0) == "not logged: no set was found, and nothing was entered"
    else:
        assert logged in ([], ["logged as session 1: tracker show 1"])
    assert logged or not lines
    assert process.returncode == ExitCode.INTERRUPTED
    (path,) = recordings(home)
    kept = open_recording(path)
    assert kept.damage == ()
    assert tuple(kept) == training.transmission.notifications[: kept.rows]
