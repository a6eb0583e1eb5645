from __future__ import annotations

import sys
import time
from itertools import pairwise
from queue import Queue
from typing import TYPE_CHECKING, cast

import pytest
from textual.drivers.headless_driver import HeadlessDriver
from textual.events import Key
from textual.keys import _character_to_key
from textual.widgets import Input

from tests.tui.coaching import Gym, comes
from tests.tui.staging import PLAN, Stage, app_of
from tracker.domain import NoteEntered, PainEntered, PainMoment, RepsAdjusted, RpeEntered
from tracker.recording import open_recording
from tracker.tui.screens.check import CheckScreen
from tracker.tui.screens.devices import DevicesScreen
from tracker.tui.screens.dialogs import GuideScreen
from tracker.tui.screens.rest import RestScreen
from tracker.tui.screens.setup import SetupScreen
from tracker.tui.screens.summary import SummaryScreen
from tracker.tui.screens.train import TrainScreen
from tracker.tui.terminal import never_waiting, waiting_writes

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from textual.driver import Driver
    from textual.pilot import Pilot

    from tracker.tui import TrackerApp

pytestmark = pytest.mark.slow


class Writer:
    """As much of Textual's thread as matters here."""

    def __init__(self, room: int) -> None:
        self._queue: Queue[str | None] = Queue(room)

    def write(self, text: str) -> None:
        self._queue.put_nowait(text)


class Queued(HeadlessDriver):
    """A driver that writes as Textual's do for terminals."""

    def __init__(self, app: TrackerApp, room: int) -> None:
        super().__init__(app)
        self._writer_thread = Writer(room)

    def write(self, data: str) -> None:
        self._writer_thread.write(data)


def built(app: TrackerApp) -> Driver:
    """Return a driver of ours in which two writes may wait."""
    make = cast("Callable[[TrackerApp, int], Driver]", never_waiting(Queued))
    return make(app, 2)


def taken(driver: Driver) -> list[str | None]:
    queue = waiting_writes(driver)
    assert queue is not None
    return [queue.get_nowait() for _ in range(queue.qsize())]


async def test_a_frame_that_does_not_fit_is_left_out_and_all_is_drawn_anew() -> None:
    app = app_of(Stage().playback())
    async with app.run_test() as pilot:
        driver = built(app)
        for frame in ("one", "two", "three"):
            driver.write(frame)
        assert taken(driver) == ["one", "two"]
        refreshed: list[bool] = []
        app.screen.refresh = lambda **_: refreshed.append(True)  # type: ignore[method-assign, assignment]
        driver.write("four")
        assert taken(driver) == ["four"]
        await pilot.pause()
        assert refreshed


async def test_nothing_changes_while_the_terminal_keeps_up() -> None:
    app = app_of(Stage().playback())
    async with app.run_test():
        driver = built(app)
        for number in range(100):
            driver.write(str(number))
            assert taken(driver) == [str(number)]


@pytest.mark.posix("the terminal is a pty")
def test_textual_keeps_what_waits_where_it_is_looked_for() -> None:
    from textual.drivers._writer_thread import WriterThread
    from textual.drivers.linux_driver import LinuxDriver

    assert "_writer_thread" in LinuxDriver.__init__.__code__.co_names
    assert isinstance(vars(WriterThread(sys.stdout))["_queue"], Queue)


@pytest.mark.posix("the terminal is a pty")
def test_a_terminal_that_is_stopped_in_a_set_holds_nothing_up(tmp_path: Path) -> None:
    from tests.tui.terminal import terminal

    with terminal(tmp_path, "train", "--sensor", "sim", "--speed", "4") as shown:
        shown.take_until(lambda: shown.recorded_bytes > 20_000)
        before = shown.recorded_bytes
        # Nothing is taken from it; what it could hold by itself is drawn within a second or two.
        deadline_s = time.monotonic() + 60.0
        while shown.recorded_bytes < before + 120_000:
            assert time.monotonic() < deadline_s, "the stopped terminal held up the recording"
            time.sleep(0.1)
        shown.take(1.0)
        # In a set, q would ask first.
        shown.press("\x03")
        shown.take_to_the_end()
    path = shown.recording
    assert path is not None
    stamps = [notification.received_ns for notification in open_recording(path)]
    steps = [later - earlier for earlier, later in pairwise(stamps)]
    assert max(steps) < 1_000_000_000


def burst(pilot: Pilot[None], *keys: str) -> None:
    """Type without waiting for anything to be taken."""
    for key in keys:
        if len(key) == 1:
            pilot.app.post_message(Key(_character_to_key(key), key))
        else:
            pilot.app.post_message(Key(key, None))


async def test_what_is_typed_before_enter_is_kept_field_by_field(tmp_path: Path) -> None:
    gym = Gym(tmp_path)
    app = gym.app_in_training(PLAN)
    async with app.run_test() as pilot:
        await comes(pilot, TrainScreen)
        await gym.until(pilot, RestScreen, 120.0)
        burst(pilot, "9", "backspace", "8", "tab", "2", "enter", "n", *"good", "enter", "a")
        await comes(pilot, TrainScreen)
        await pilot.press("f")
        await comes(pilot, SummaryScreen)
        burst(pilot, "3", "tab", *"all fine", "enter")
        await comes(pilot, DevicesScreen)
        assert len(app.screen_stack) == 2, "the list over nothing"
        _plan, *said = gym.entries()
    assert said == [
        RpeEntered(1, 8.0),
        PainEntered(2, PainMoment.BETWEEN, 1),
        NoteEntered("good", 1),
        RepsAdjusted(1, 1),
        PainEntered(3, PainMoment.AFTER),
        NoteEntered("all fine"),
    ]


TO_REPS = ["tab"] * 4
"""From the exercise over routine, pain and sets; after the reps come last set, load and tempo."""


async def test_a_plan_that_is_typed_in_one_go_is_the_one_that_starts(tmp_path: Path) -> None:
    gym = Gym(tmp_path)
    app = gym.app()
    async with app.run_test() as pilot:
        await pilot.press("enter")
        await comes(pilot, CheckScreen)
        await gym.play(pilot, 6.0)
        await pilot.press("enter")
        await comes(pilot, SetupScreen)
        burst(pilot, *TO_REPS, "ctrl+u", *"12", "tab", "tab", "ctrl+u", *"62")
        burst(pilot, "tab", "ctrl+u", *"2-0-1-1", "enter")
        await comes(pilot, GuideScreen)
        await pilot.press("enter")
        await comes(pilot, TrainScreen)
        plan = app.sound.training.snapshot().plan  # type: ignore[union-attr]
    assert (plan.load_kg, plan.target_reps) == (62.0, 12)
    assert plan.tempo is not None
    assert plan.tempo.code == "2-0-1-1"


async def test_a_tempo_that_cannot_be_meant_is_asked_about_once(tmp_path: Path) -> None:
    gym = Gym(tmp_path)
    app = gym.app()
    async with app.run_test() as pilot:
        await pilot.press("enter")
        await comes(pilot, CheckScreen)
        await gym.play(pilot, 6.0)
        await pilot.press("enter")
        await comes(pilot, SetupScreen)
        burst(pilot, *TO_REPS, "tab", "tab", "tab", "ctrl+u", *"3-1-2", "enter")
        await pilot.pause()
        await comes(pilot, SetupScreen)
        field = app.screen.query_one("#tempo", Input)
        assert (field.value, app.focused) == ("3-1-2", field)
