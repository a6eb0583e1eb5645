from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import threading
from typing import TYPE_CHECKING, Final

import pytest

from tracker.cli.exits import (
    ConsoleHandler,
    Interruption,
    end_this_process,
    interruption,
    soon,
    unless_interrupted,
)
from tracker.cli.parent_watchdog import watch_parent
from tracker.language import VARIABLES

if TYPE_CHECKING:
    from collections.abc import Sequence


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


def test_a_wish_from_a_thread_is_a_ctrl_c_on_windows_where_a_signal_would_be_the_end() -> None:
    done = []

    def work() -> None:
        with interruption() as told:
            thread = threading.Thread(target=end_this_process, args=("win32",))
            thread.start()
            thread.join()
            done.append(told.happened)

    with pytest.raises(KeyboardInterrupt):
        work()
    assert done == [True]


CLOSE, LOGOFF, SHUTDOWN = 2, 5, 6
"""Events of a Windows console, whose numbers are part of its interface."""


@pytest.mark.parametrize("event", [CLOSE, LOGOFF, SHUTDOWN])
def test_a_closing_console_waits_until_the_work_is_done(event: int) -> None:
    order: list[str] = []
    wished = threading.Event()
    handler = ConsoleHandler(wished.set, limit_s=60.0)

    def closes() -> None:
        # The system calls it so, and ends the process at its answer.
        assert handler(event)
        order.append("ended by the system")

    system = threading.Thread(target=closes)
    system.start()
    assert wished.wait(60.0)
    order.append("in good order")
    handler.finish()
    system.join()
    assert order == ["in good order", "ended by the system"]


def test_a_closing_console_does_not_wait_for_work_that_hangs() -> None:
    wishes: list[str] = []
    assert ConsoleHandler(lambda: wishes.append("end"), limit_s=0.01)(CLOSE)
    assert wishes == ["end"]


@pytest.mark.parametrize("event", [0, 1])
def test_keys_are_left_to_their_signals(event: int) -> None:
    handler = ConsoleHandler(lambda: pytest.fail("not its event"))
    assert not handler(event)


SHIM: Final = (
    sys.executable,
    "-c",
    "import subprocess, sys; sys.exit(subprocess.call([sys.executable, *sys.argv[1:]]))",
)
"""Stands for the launcher of a virtual environment on Windows: one more process in between."""


def watched(*arguments: str) -> list[str]:
    return ["-m", "tracker.cli.parent_watchdog", *arguments]


def test_it_does_what_the_command_does() -> None:
    call = [sys.executable, *watched("--version")]
    with subprocess.Popen(call, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.read().startswith(b"tracker ")


def test_it_speaks_the_language_of_the_system() -> None:
    kept = {name: text for name, text in os.environ.items() if name not in VARIABLES}
    call = [sys.executable, *watched("--help")]
    with subprocess.Popen(
        call, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env={**kept, "LANG": "de_DE.UTF-8"}
    ) as process:
        assert process.stdout is not None
        assert process.stdout.read().startswith(b"Aufruf: ")


def test_its_exit_code_is_the_one_of_the_command() -> None:
    call = [sys.executable, *watched("bogus")]
    with subprocess.Popen(call, stdin=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.wait() == 2


# Starts a demo as `tracker serve` does, says that it runs, and is killed.
SERVER = """
import subprocess, sys
demo = subprocess.Popen(sys.argv[1:], stdin=subprocess.PIPE, stdout=1, stderr=2)
demo.wait()
"""


@pytest.mark.slow
@pytest.mark.parametrize("launcher", [(sys.executable,), SHIM], ids=["direct", "launcher"])
def test_a_command_whose_server_is_killed_ends_in_good_order(launcher: Sequence[str]) -> None:
    command = [*launcher, *watched("demo", "--headless", "--speed", "3")]
    server = subprocess.Popen(
        [sys.executable, "-c", SERVER, *command],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
    )
    assert server.stdout is not None
    with server:
        # With the parent's number, a launcher looked like a server that is gone.
        assert "simulated session" in server.stdout.readline()
        assert any("rep  1" in line for line in server.stdout)
        server.kill()
        # The pipes end with the demo.
        out, err = server.communicate(timeout=60)
    assert out.splitlines()[-1].endswith(" reps")
    assert err.strip() == "tracker: interrupted."


class Piped:
    """Descriptor 0 of this process as the end of a pipe whose other end a test holds."""

    def __init__(self) -> None:
        self._before = os.dup(0)
        ours, self.server = os.pipe()
        os.dup2(ours, 0)
        os.close(ours)

    def __enter__(self) -> Piped:
        return self

    def __exit__(self, *_: object) -> None:
        os.dup2(self._before, 0)
        os.close(self._before)


class Descriptor:
    """Stands for `sys.stdin`, which pytest replaces."""

    def fileno(self) -> int:
        return 0


@pytest.mark.parametrize("read", [True, False], ids=["keys read", "keys left lying"])
def test_keys_pass_and_the_end_of_the_pipe_is_seen_even_if_nobody_reads_them(
    read: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", Descriptor())
    with Piped() as pipe:
        ended = threading.Event()
        thread = watch_parent(ended.set)
        keys = b"D\0\0\0\1x" * 50_000
        sent = 0
        received = b""
        while sent < len(keys):
            sent += os.write(pipe.server, keys[sent : sent + 5000])
            while read and len(received) < sent:
                received += os.read(0, 65536)
        assert not ended.is_set()
        os.close(pipe.server)
        thread.join(60.0)
        assert ended.is_set()
        assert received == (keys if read else b"")
