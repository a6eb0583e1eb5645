from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys

import pytest

from tracker.cli.exits import Interruption, interruption, soon, unless_interrupted
from tracker.cli.parent_watchdog import watch_parent


def press_ctrl_c(times: int = 1) -> None:
    for _ in range(times):
        signal.raise_signal(signal.SIGINT)


def test_what_is_being_done_is_finished_first() -> None:
    done = []

    def work() -> None:
        with interruption() as told:
            press_ctrl_c(times=2)
            done.append(told.happened)

    with pytest.raises(KeyboardInterrupt):
        work()
    assert done == [True]


def test_without_ctrl_c_nothing_is_raised() -> None:
    with interruption() as told:
        pass
    assert not told.happened


def test_each_ctrl_c_asks_to_end_while_there_is_something_to_end() -> None:
    asked: list[str] = []

    def work() -> None:
        with interruption() as told:
            with told.ending(lambda: asked.append("first")):
                press_ctrl_c(times=2)
            press_ctrl_c()

    with pytest.raises(KeyboardInterrupt):
        work()
    assert asked == ["first", "first"]


def test_what_begins_after_a_ctrl_c_is_asked_to_end_at_once() -> None:
    told = Interruption()
    told.happen()
    asked: list[str] = []
    with told.ending(lambda: asked.append("late")):
        assert asked == ["late"]


@pytest.mark.parametrize("presses", [0, 1])
def test_an_error_inside_comes_through(presses: int) -> None:
    def fail() -> None:
        with interruption():
            press_ctrl_c(presses)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()


def test_afterwards_ctrl_c_is_what_it_was() -> None:
    before = signal.getsignal(signal.SIGINT)
    with interruption():
        assert signal.getsignal(signal.SIGINT) is not before
    assert signal.getsignal(signal.SIGINT) is before


@pytest.mark.posix("a process cannot be sent these there")
@pytest.mark.parametrize("name", ["SIGTERM", "SIGHUP"])
def test_a_kill_and_a_closed_terminal_are_the_same_wish(name: str) -> None:
    done = []

    def work() -> None:
        with interruption() as told:
            signal.raise_signal(getattr(signal, name))
            done.append(told.happened)

    with pytest.raises(KeyboardInterrupt):
        work()
    assert done == [True]
    assert signal.getsignal(getattr(signal, name)) is signal.SIG_DFL


def test_outside_of_a_loop_it_is_acted_at_once() -> None:
    acted = []
    soon(lambda: acted.append(True))
    assert acted == [True]


def test_inside_it_is_acted_between_two_steps() -> None:
    async def act() -> list[str]:
        order: list[str] = []
        soon(lambda: order.append("acted"))
        order.append("asked")
        await asyncio.sleep(0)
        return order

    assert asyncio.run(act()) == ["asked", "acted"]


def test_work_that_is_interrupted_cleans_up_and_gives_nothing() -> None:
    cleaned = []

    async def work() -> str:
        try:
            press_ctrl_c()
            await asyncio.Event().wait()
        finally:
            cleaned.append(True)
        return "done"

    def run() -> None:
        with interruption() as told:
            assert asyncio.run(unless_interrupted(work(), told)) is None

    with pytest.raises(KeyboardInterrupt):
        run()
    assert cleaned == [True]


def test_work_that_is_not_gives_its_result() -> None:
    async def work() -> str:
        return "done"

    with interruption() as told:
        assert asyncio.run(unless_interrupted(work(), told)) == "done"


def test_another_cancellation_is_none_of_its_business() -> None:
    async def work() -> None:
        raise asyncio.CancelledError

    with interruption() as told, pytest.raises(asyncio.CancelledError):
        asyncio.run(unless_interrupted(work(), told))


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
    done = subprocess.run(call, capture_output=True, encoding="utf-8", check=True)
    assert done.stdout.startswith("tracker ")


def test_its_exit_code_is_the_one_of_the_command() -> None:
    call = [sys.executable, "-m", "tracker.cli.parent_watchdog", str(os.getpid()), "bogus"]
    assert subprocess.run(call, capture_output=True, check=False).returncode == 2


@pytest.mark.slow
@pytest.mark.posix("the parent's number never changes there")
def test_a_command_whose_server_is_killed_ends_in_good_order() -> None:
    call = [sys.executable, "-c", SERVER, "demo", "--headless", "--speed", "1"]
    server = subprocess.Popen(
        call, stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8"
    )
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


def test_the_watchdog_looks_for_the_server_and_ends_the_process_with_a_signal(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    sent: list[tuple[int, int]] = []
    monkeypatch.setattr(os, "kill", lambda pid, number: sent.append((pid, number)))
    monkeypatch.setattr("tracker.cli.parent_watchdog.CHECK_INTERVAL_S", 0.0)
    parents = iter([7, 7, 1])
    watch_parent(7, lambda: next(parents)).join()
    assert sent == [(os.getpid(), signal.SIGTERM)]
