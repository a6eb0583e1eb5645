"""Every way out of every screen, in a real terminal: nothing of the training is lost, and soon."""

from __future__ import annotations

import os
import signal
import sqlite3
import time
from contextlib import closing
from itertools import product
from typing import TYPE_CHECKING, Final

import pytest

from tests.heavy import sweep
from tests.tui.terminal import Terminal, terminal
from tracker.cli.exits import ExitCode
from tracker.recording import is_closed

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

pytestmark = [
    pytest.mark.slow,
    pytest.mark.posix("there are no such terminals"),
]

GONE_WITHIN_S: Final = 5.0
"""What is promised: from the wish to end until the process is gone, s."""

SLACK_S: Final = 10.0
"""What a busy machine may add, s; a process that waits for ever is told from a slow one."""


def wait_for(*words: str) -> Callable[[Terminal], None]:
    def look(shown: Terminal) -> None:
        shown.drawn.clear()
        shown.take_until(lambda: all(word.encode() in shown.drawn for word in words))

    return look


def train(shown: Terminal) -> None:
    shown.take_until(lambda: shown.recorded_bytes > 60_000)


def with_help(shown: Terminal) -> None:
    train(shown)
    shown.press("?")
    wait_for("Help")(shown)


def with_a_note(shown: Terminal) -> None:
    train(shown)
    shown.press("n")
    wait_for("keeps it")(shown)


def rest(shown: Terminal) -> None:
    wait_for("effort, RPE")(shown)


def summary(shown: Terminal) -> None:
    train(shown)
    shown.press("f")
    wait_for("pain now")(shown)


def summary_with_help(shown: Terminal) -> None:
    summary(shown)
    shown.press("\t\t\t")
    shown.press("\x1bOP")
    shown.take(0.3)


SCREENS: Final = {
    "train": train,
    "help": with_help,
    "note": with_a_note,
    "rest": rest,
    "summary": summary,
}


def hang_up(shown: Terminal) -> None:
    """Close the window: the program gets a signal, and nothing it writes is taken any more."""
    shown.hang_up()


def terminate(shown: Terminal) -> None:
    shown.process.send_signal(signal.SIGTERM)


def press_ctrl_c(shown: Terminal) -> None:
    shown.press("\x03")


def gone_before(shown: Terminal) -> None:
    """A terminal that went without a word, as behind a broken connection, before a `kill`."""
    os.close(shown.let_go())
    time.sleep(2.0)
    shown.process.send_signal(signal.SIGTERM)


def stop_and_terminate(shown: Terminal) -> None:
    """A terminal that takes nothing any more, as after Ctrl-S; then the program is told to end."""
    time.sleep(2.0)
    shown.process.send_signal(signal.SIGTERM)


def stop_and_ctrl_c(shown: Terminal) -> None:
    time.sleep(2.0)
    shown.press("\x03")


ENDINGS: Final = {
    "hang-up": (hang_up, False),
    "gone, SIGTERM": (gone_before, False),
    "SIGTERM": (terminate, True),
    "Ctrl-C": (press_ctrl_c, True),
    "stopped, SIGTERM": (stop_and_terminate, False),
    "stopped, Ctrl-C": (stop_and_ctrl_c, False),
}
"""How it ends, and whether the terminal still takes what is drawn."""


def logged(home: Path) -> int:
    with closing(sqlite3.connect(home / "data" / "training.sqlite")) as log:
        (number,) = log.execute("select count(*) from sessions").fetchone()
        return int(number)


def leave(shown: Terminal, ending: str) -> None:
    """End the program, and see that it is gone in time, without an error."""
    end, takes = ENDINGS[ending]
    end(shown)
    wished_s = time.monotonic()
    while shown.process.poll() is None:
        assert time.monotonic() < wished_s + GONE_WITHIN_S + SLACK_S, "it is still there"
        if takes:
            shown.take(0.05)
        else:
            time.sleep(0.05)
    assert shown.process.returncode in (ExitCode.OK, ExitCode.INTERRUPTED)


WAYS: Final = tuple(product(SCREENS, ENDINGS))


@pytest.mark.parametrize(("screen", "ending"), sweep(WAYS, light=10))
def test_no_way_out_of_a_training_costs_its_recording_or_its_entry_in_the_log(
    tmp_path: Path, screen: str, ending: str
) -> None:
    with terminal(tmp_path, "train", "--sensor", "sim", "--speed", "20") as shown:
        SCREENS[screen](shown)
        leave(shown, ending)
        assert shown.recording is not None
        assert is_closed(shown.recording)
    assert logged(tmp_path) == 1


KEYS_TO: Final = {
    "list": (),
    "past sessions": (("h", "Past"),),
    "help": (("?", "Help"),),
    "check": (("\r", "Check"),),
}
"""Screens before a training: the keys that lead there, each with what is then shown."""


@pytest.mark.parametrize(("screen", "ending"), sweep(tuple(product(KEYS_TO, ENDINGS)), light=6))
def test_before_a_training_there_is_nothing_to_hold_the_process(
    tmp_path: Path, screen: str, ending: str
) -> None:
    with terminal(tmp_path, "train") as shown:
        shown.take_until(lambda: b"Simulated" in shown.drawn)
        for key, word in KEYS_TO[screen]:
            shown.press(key)
            wait_for(word)(shown)
        leave(shown, ending)
    assert not (tmp_path / "data" / "training.sqlite").exists() or logged(tmp_path) == 0


@pytest.mark.parametrize("ending", ["hang-up", "SIGTERM", "stopped, SIGTERM"])
def test_lines_that_nobody_takes_hold_nothing_up(tmp_path: Path, ending: str) -> None:
    arguments = ("--sensor", "sim", "--headless", "--speed", "50", "--seconds", "3600")
    with terminal(tmp_path, "train", *arguments) as shown:
        train(shown)
        leave(shown, ending)
        assert shown.recording is not None
        assert is_closed(shown.recording)
    assert logged(tmp_path) == 1
