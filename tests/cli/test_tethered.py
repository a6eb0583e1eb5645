from __future__ import annotations

import os
import signal
import subprocess
import sys

import pytest

from tracker.cli.parent_watchdog import tether

# Starts a demo, says which process that is, and is killed.
SERVER = """
import os, subprocess, sys
demo = subprocess.Popen(
    [sys.executable, "-m", "tracker.cli.parent_watchdog", str(os.getpid()), *sys.argv[1:]],
    stdout=1, stderr=2,
)
print(demo.pid, flush=True)
demo.wait()
"""


def test_it_does_what_the_command_does() -> None:
    call = [sys.executable, "-m", "tracker.cli.parent_watchdog", str(os.getpid()), "--version"]
    done = subprocess.run(call, capture_output=True, text=True, check=True)
    assert done.stdout.startswith("tracker ")


def test_its_exit_code_is_the_one_of_the_command() -> None:
    call = [sys.executable, "-m", "tracker.cli.parent_watchdog", str(os.getpid()), "bogus"]
    assert subprocess.run(call, capture_output=True, check=False).returncode == 2


@pytest.mark.skipif(sys.platform == "win32", reason="the parent's number never changes there")
def test_a_command_whose_server_is_killed_ends_in_good_order() -> None:
    call = [sys.executable, "-c", SERVER, "demo", "--headless", "--speed", "1"]
    server = subprocess.Popen(call, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert server.stdout is not None
    with server:
        # The number of the demo, then its title: it runs.
        server.stdout.readline()
        assert "simulated session" in server.stdout.readline()
        server.kill()
        # The pipes end with the demo.
        out, err = server.communicate(timeout=60)
    assert out.splitlines()[-1] == "0 sets, 0 reps"
    assert err.strip() == "tracker: interrupted."


def test_the_tether_looks_for_the_server_and_ends_the_process_with_a_signal(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    sent: list[tuple[int, int]] = []
    monkeypatch.setattr(os, "kill", lambda pid, number: sent.append((pid, number)))
    monkeypatch.setattr("tracker.cli.parent_watchdog.LOOK_S", 0.0)
    parents = iter([7, 7, 1])
    tether(7, lambda: next(parents)).join()
    assert sent == [(os.getpid(), signal.SIGTERM)]
