"""What the screens do while a training is still being put into the log."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

from textual.widgets import DataTable

from tests.app.doubles import in_time
from tests.tui.coaching import Gym, comes, happens
from tests.tui.staging import PLAN
from tracker.app import training as studio
from tracker.app.training import log_session
from tracker.domain import TrackerError
from tracker.tui.screens.check import CheckScreen, ConnectScreen
from tracker.tui.screens.devices import DevicesScreen
from tracker.tui.screens.history import HistoryScreen
from tracker.tui.screens.setup import SetupScreen
from tracker.tui.screens.summary import SummaryScreen
from tracker.tui.screens.train import TrainScreen

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import pytest
    from textual.pilot import Pilot

    from tracker.app.paths import Paths
    from tracker.domain import Workout
    from tracker.tui import TrackerApp


@contextmanager
def held(monkeypatch: pytest.MonkeyPatch) -> Iterator[threading.Event]:
    """Let nothing into the log until the event is set."""
    let_go = threading.Event()

    def wait_and_log(workout: Workout, recording: Path, paths: Paths | None = None) -> int | None:
        assert let_go.wait(60.0)
        return log_session(workout, recording, paths)

    monkeypatch.setattr(studio, "log_session", wait_and_log)
    try:
        yield let_go
    finally:
        let_go.set()


async def finish(gym: Gym, pilot: Pilot[None]) -> None:
    await comes(pilot, TrainScreen)
    await gym.play(pilot, 10.0)
    await pilot.press("f")
    await comes(pilot, SummaryScreen)
    await pilot.press("enter")
    await comes(pilot, DevicesScreen)


def rows(app: TrackerApp) -> int:
    return app.screen.query_one(DataTable).row_count


async def test_a_list_that_is_open_gets_the_training_once_it_is_logged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gym = Gym(tmp_path)
    app = gym.app_in_training(PLAN)
    with held(monkeypatch) as let_go:
        async with app.run_test() as pilot:
            await finish(gym, pilot)
            await pilot.press("h")
            await comes(pilot, HistoryScreen)
            assert rows(app) == 0
            let_go.set()
            await happens(pilot, lambda: rows(app) == 1)


async def test_the_next_training_waits_for_the_end_of_the_one_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gym = Gym(tmp_path)
    app = gym.app_in_training(PLAN)
    with held(monkeypatch) as let_go:
        async with app.run_test() as pilot:
            await finish(gym, pilot)
            await pilot.press("enter")
            await comes(pilot, CheckScreen)
            await gym.play(pilot, 6.0)
            await pilot.press("enter")
            await comes(pilot, SetupScreen)
            await pilot.press("enter")
            await comes(pilot, ConnectScreen)
            assert len(list(gym.paths.recordings.iterdir())) == 1
            let_go.set()
            await comes(pilot, TrainScreen)
            await gym.play(pilot, 5.0)
            await pilot.press("q")
            await in_time(lambda: len(gym.service.sessions()) == 2)


async def test_a_log_that_cannot_be_written_is_told_and_the_recording_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_given: object) -> int:
        raise TrackerError("The disk is full.", "Free some space.")

    monkeypatch.setattr(studio, "log_session", refuse)
    gym = Gym(tmp_path)
    app = gym.app_in_training(PLAN)
    told: list[str] = []
    monkeypatch.setattr(app, "notify", lambda words, **_options: told.append(words))
    async with app.run_test() as pilot:
        await finish(gym, pilot)
        await happens(pilot, lambda: bool(told))
    assert "Not logged: The disk is full." in told[0]
    assert "tracker rescore --missing" in told[0]
    assert gym.recording.is_file()
