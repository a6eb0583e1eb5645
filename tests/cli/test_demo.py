from __future__ import annotations

import signal
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from tracker.cli.exits import ExitCode

if TYPE_CHECKING:
    from collections.abc import Callable


def test_it_says_that_it_is_simulated_and_counts(tracker: Callable[..., Any]) -> None:
    result = tracker("demo", "--headless")
    assert (result.code, result.err) == (ExitCode.OK, "")
    lines = result.out.splitlines()
    assert "simulated" in lines[0]
    assert any(line.startswith("set 1: ") for line in lines)
    assert any(line.startswith("set 2: ") for line in lines)


def test_the_same_seed_is_the_same_session_and_another_is_another(
    tracker: Callable[..., Any],
) -> None:
    one, again, other = (tracker("demo", "--headless", "--seed", seed).out for seed in (1, 1, 2))
    assert one == again
    assert one.splitlines()[1:] != other.splitlines()[1:]


def test_it_ends_after_the_seconds_asked_for(tracker: Callable[..., Any]) -> None:
    whole = tracker("demo", "--headless").out
    start = tracker("demo", "--headless", "--seconds", 15).out
    assert len(start.splitlines()) < len(whole.splitlines())
    nothing = tracker("demo", "--headless", "--seconds", 0.001)
    assert nothing.code == ExitCode.OK
    assert nothing.out.splitlines()[-1] == "0 sets, 0 reps"


def test_it_is_coached_by_a_plan(tracker: Callable[..., Any]) -> None:
    free = tracker("demo", "--headless").out
    assert "  » Hold the top for 1 second." in free.splitlines()
    planned = tracker("demo", "--headless", "--hold", 3, "--reps", 6).out
    assert "  » Hold the top for 3 seconds." in planned.splitlines()
    assert "  » 6 reps: target reached. Lower slowly." in planned.splitlines()
    assert "reathe" not in planned


@pytest.mark.parametrize(
    "arguments", [["--seconds", "0"], ["--seconds", "nan"], ["--speed", "fast"], ["--seed", "-1"]]
)
def test_wrong_usage_is_explained(arguments: list[str], tracker: Callable[..., Any]) -> None:
    result = tracker("demo", *arguments)
    assert (result.code, result.out) == (ExitCode.USAGE_OR_INPUT, "")
    assert arguments[0] in result.err


@pytest.mark.slow
@pytest.mark.posix("a process cannot be sent Ctrl-C there")
def test_ctrl_c_ends_it_in_good_order() -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "tracker", "demo", "--headless", "--speed", "1"],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
    )
    with process:
        assert process.stdout is not None
        assert "simulated" in process.stdout.readline()
        process.send_signal(signal.SIGINT)
        _, talk = process.communicate()
    assert process.returncode == ExitCode.INTERRUPTED
    assert talk.strip() == "tracker: interrupted."
