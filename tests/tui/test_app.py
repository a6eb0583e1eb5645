from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from textual.worker import WorkerFailed

from tests.app.doubles import ListRecorder
from tests.tui.staging import Stage, app_of, look, training_of
from tracker.app.snapshot import RunState
from tracker.domain import SensorError
from tracker.tui.screens.dialogs import HelpScreen
from tracker.tui.screens.rest import RestScreen
from tracker.tui.screens.train import TrainScreen
from tracker.tui.widgets.status import Banner, Notice

if TYPE_CHECKING:
    from tracker.app.session import Session


async def test_the_app_runs_the_session_it_shows() -> None:
    stage = Stage()
    app = app_of(stage.playback())
    async with app.run_test() as pilot:
        await stage.play_to(pilot, 10.0)
        assert training_of(app).snapshot().state is RunState.RUNNING
        assert isinstance(app.screen, TrainScreen)


async def test_quitting_ends_the_session_and_closes_the_recording_first() -> None:
    stage, recorder = Stage(), ListRecorder()
    app = app_of(stage.session(recorder=recorder))
    async with app.run_test() as pilot:
        await stage.play_to(pilot, 10.0)
        await pilot.press("q")
        await pilot.pause()

    assert training_of(app).snapshot().state is RunState.FINISHED
    assert recorder.journal[-1] == "close"
    assert len(recorder.written) == 100
    assert app.return_code == 0


async def test_an_app_that_is_torn_down_closes_the_recording_too() -> None:
    stage, recorder = Stage(), ListRecorder()
    app = app_of(stage.session(recorder=recorder))
    async with app.run_test() as pilot:
        await stage.play_to(pilot, 10.0)

    assert recorder.journal[-1] == "close"
    assert len(recorder.written) == 100


async def test_an_error_of_the_sensor_is_shown_and_does_not_end_the_app() -> None:
    stage = Stage()
    session: Session = stage.session(error=SensorError("The sensor went away.", "Charge it."))
    app = app_of(session)
    async with app.run_test() as pilot:
        stage.source.play_to(1000.0)
        await look(pilot)
        assert app.is_running
        assert isinstance(app.screen, RestScreen), "a set was ended by it"
        assert "! Stopped: The sensor went away." in app.screen.query_one(Banner).text
        await pilot.press("escape")
        notice = app.screen.query_one(Notice)
        assert notice.display
        assert "Charge it." in notice.words
        await pilot.press("q")
    assert app.return_code == 0


async def test_a_defect_is_not_hidden() -> None:
    stage = Stage()
    app = app_of(stage.session(error=ZeroDivisionError("a defect")))

    async def play_to_the_end() -> None:
        async with app.run_test() as pilot:
            stage.source.play_to(1000.0)
            await look(pilot)

    with pytest.raises(WorkerFailed, match="a defect"):
        await play_to_the_end()


@pytest.mark.parametrize("key", ["escape", "question_mark", "q"])
async def test_help_opens_and_closes_without_quitting(key: str) -> None:
    stage = Stage()
    app = app_of(stage.playback())
    async with app.run_test() as pilot:
        await pilot.press("question_mark")
        assert isinstance(app.screen, HelpScreen)
        await pilot.press(key)
        assert isinstance(app.screen, TrainScreen)
        assert app.is_running


async def test_t_changes_between_light_and_dark() -> None:
    app = app_of(Stage().playback())
    async with app.run_test() as pilot:
        dark = app.current_theme.dark
        await pilot.press("t")
        assert app.current_theme.dark is not dark
        await pilot.press("t")
        assert app.current_theme.dark is dark
