from __future__ import annotations

import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest
from textual.command import CommandPalette
from textual.widgets import DataTable
from textual.worker import WorkerFailed

from tests.app.doubles import ListRecorder, in_time
from tests.tui.coaching import Gym, comes, happens
from tests.tui.staging import PLAN, Stage, app_of, look, training_of
from tracker.app import training as studio
from tracker.app.config import Theme
from tracker.app.snapshot import RunState
from tracker.app.training_log import log_session
from tracker.domain import (
    AdviceGiven,
    NoteEntered,
    PainEntered,
    PainMoment,
    PlanChosen,
    RepsAdjusted,
    RpeEntered,
    SensorError,
    TrackerError,
    parse_tempo,
)
from tracker.language import LANGUAGES, language
from tracker.tui import TrackerApp, coaching
from tracker.tui.screens.check import CheckScreen, ConnectScreen
from tracker.tui.screens.devices import DevicesScreen
from tracker.tui.screens.dialogs import GuideScreen, HelpScreen, NoteScreen, QuitScreen
from tracker.tui.screens.history import HistoryScreen
from tracker.tui.screens.rest import RestScreen
from tracker.tui.screens.setup import SetupScreen
from tracker.tui.screens.summary import SummaryScreen
from tracker.tui.screens.train import TrainScreen
from tracker.tui.themes import NAMES
from tracker.tui.widgets.forms import Choice
from tracker.tui.widgets.status import Banner, Notice

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from textual.pilot import Pilot

    from tracker.app.paths import Paths
    from tracker.app.session import Session
    from tracker.domain import Workout


async def test_keys_alone_lead_from_the_sensor_to_the_summary(tmp_path: Path) -> None:
    gym = Gym(tmp_path)
    app = gym.app()
    async with app.run_test(size=(80, 24)) as pilot:
        assert isinstance(app.screen, DevicesScreen)
        await pilot.press("enter")
        await comes(pilot, CheckScreen)
        await gym.play(pilot, 6.0)
        await pilot.press("enter")
        await comes(pilot, SetupScreen)
        # exercise, routine, pain, sets, reps, last set, load, tempo
        await pilot.press(*["tab"] * 6, "6", "0", "tab")
        await pilot.press(*"2-0-1-1", "enter")
        # The warning comes once, before the very first training.
        await comes(pilot, GuideScreen)
        await pilot.press("enter")
        await comes(pilot, TrainScreen)
        session = training_of(app)
        await gym.until(pilot, RestScreen, 120.0)
        await pilot.press("8", "tab", "2", "enter")
        await comes(pilot, TrainScreen)
        await pilot.press("a", "n")
        await comes(pilot, NoteScreen)
        await pilot.press(*"good", "enter")
        await look(pilot)
        await pilot.press("f")
        await comes(pilot, SummaryScreen)
        await pilot.press("3", "tab", *"fine", "enter")
        await comes(pilot, DevicesScreen)
        await look(pilot)
        assert session.snapshot().state is RunState.FINISHED

        plan, advice, rpe, between, adjusted, note, after, session_note = gym.entries()
        assert isinstance(plan, PlanChosen)
        assert isinstance(advice, AdviceGiven)
        assert not advice.followed, "60 kg is more than the bodyweight that was advised"
        assert plan.plan.load_kg == 60.0
        assert plan.plan.tempo == parse_tempo("2-0-1-1")
        assert rpe == RpeEntered(1, 8.0)
        assert between == PainEntered(2, PainMoment.BETWEEN, 1)
        assert adjusted == RepsAdjusted(1, 1)
        assert note == NoteEntered("good", 1)
        assert after == PainEntered(3, PainMoment.AFTER)
        assert session_note == NoteEntered("fine")

        # A second training: the plan is there again, the warning is not.
        await pilot.press("enter")
        await comes(pilot, CheckScreen)
        await gym.play(pilot, 6.0)
        await pilot.press("enter")
        await comes(pilot, SetupScreen)
        assert app.screen.query_one("#tempo").value == "2-0-1-1"  # type: ignore[attr-defined]
        await pilot.press("enter")
        await comes(pilot, TrainScreen)


async def test_who_leaves_the_warning_is_back_at_the_set_up(tmp_path: Path) -> None:
    gym = Gym(tmp_path)
    app = gym.app()
    async with app.run_test() as pilot:
        await comes(pilot, DevicesScreen)
        await pilot.press("enter")
        await comes(pilot, CheckScreen)
        await gym.play(pilot, 6.0)
        await pilot.press("enter")
        await comes(pilot, SetupScreen)
        for _ in range(2):
            await pilot.press("enter")
            await comes(pilot, GuideScreen)
            await pilot.press("escape")
            await comes(pilot, SetupScreen)
        await pilot.press("enter")
        await comes(pilot, GuideScreen)
        await pilot.press("enter")
        await comes(pilot, TrainScreen)


async def test_the_set_up_begins_with_the_routine_of_the_command_line(tmp_path: Path) -> None:
    gym = Gym(tmp_path)
    app = TrackerApp(coaching(gym.service, "full"))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("enter")
        await comes(pilot, CheckScreen)
        await gym.play(pilot, 6.0)
        await pilot.press("enter")
        await comes(pilot, SetupScreen)
        assert app.screen.query_one("#routine", Choice).value == "full"


async def test_escape_goes_back_everywhere(tmp_path: Path) -> None:
    gym = Gym(tmp_path)
    app = gym.app()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("enter")
        await comes(pilot, CheckScreen)
        await pilot.press("escape")
        await comes(pilot, DevicesScreen)
        await pilot.press("enter")
        await comes(pilot, CheckScreen)
        await gym.play(pilot, 6.0)
        await pilot.press("enter")
        await comes(pilot, SetupScreen)
        for key in ("f2", "question_mark"):
            await pilot.press(key)
            await comes(pilot, GuideScreen if key == "f2" else HelpScreen)
            await pilot.press("escape")
            await comes(pilot, SetupScreen)
        await pilot.press("escape")
        await comes(pilot, DevicesScreen)
        assert len(app.screen_stack) == 2, "the list over nothing"


async def test_a_configuration_that_breaks_meanwhile_is_reported_and_leads_back(
    tmp_path: Path,
) -> None:
    gym = Gym(tmp_path)
    app = gym.app()
    async with app.run_test(notifications=True) as pilot:
        await comes(pilot, DevicesScreen)
        await pilot.press("enter")
        await comes(pilot, CheckScreen)
        gym.paths.config.mkdir(exist_ok=True)
        (gym.paths.config / "config.toml").write_text("[sensor", encoding="utf-8")
        await gym.play(pilot, 6.0)
        await pilot.press("enter")
        await comes(pilot, DevicesScreen)
        await happens(pilot, lambda: bool(app.screen.query("Toast")))


@pytest.mark.parametrize("key", ["q", "ctrl+c"])
async def test_quitting_from_any_screen_closes_the_recording(tmp_path: Path, key: str) -> None:
    gym = Gym(tmp_path)
    app = gym.app_in_training(PLAN)
    async with app.run_test() as pilot:
        await comes(pilot, TrainScreen)
        session = training_of(app)
        await gym.play(pilot, 5.0)
        await pilot.press(key)
        await look(pilot)
    assert session.snapshot().state is RunState.FINISHED
    assert gym.recording.stat().st_size > 1000


@pytest.mark.slow
async def test_a_resize_at_any_time_is_followed(tmp_path: Path) -> None:
    gym = Gym(tmp_path)
    app = gym.app()

    async def resize(*smallest: tuple[int, int]) -> None:
        for size in ((200, 60), *smallest, (60, 15)):
            await pilot.resize_terminal(*size)
            await look(pilot)
        assert app.is_running

    async with app.run_test(size=(80, 24)) as pilot:
        await resize()
        await pilot.press("enter")
        await comes(pilot, CheckScreen)
        await gym.play(pilot, 6.0)
        await resize()
        await pilot.press("enter")
        await comes(pilot, SetupScreen)
        await resize()
        await pilot.press("enter")
        await comes(pilot, GuideScreen)
        await resize()
        await pilot.press("enter")
        await comes(pilot, TrainScreen)
        await gym.play(pilot, 12.0)
        await resize((20, 5))
        await pilot.press("d")
        await resize()
        await pilot.press("d", "question_mark")
        await resize()
        await pilot.press("escape")
        await gym.until(pilot, RestScreen, 120.0)
        await resize((20, 5))
        await pilot.press("f")
        await comes(pilot, SummaryScreen)
        await resize()


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
            # Until there is a set: an empty training is not logged.
            await gym.play(pilot, 40.0)
            await pilot.press("ctrl+c")
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
        await comes(pilot, QuitScreen)
        await pilot.press("escape")
        await comes(pilot, TrainScreen)
        await pilot.press("q", "q")
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
        await look(pilot)
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


async def test_t_goes_through_the_colours_and_remembers_them(tmp_path: Path) -> None:
    gym = Gym(tmp_path)
    app = gym.app()
    async with app.run_test() as pilot:
        seen = [app.theme]
        for _ in Theme:
            await pilot.press("t")
            seen.append(app.theme)
            assert NAMES[gym.service.config.training.theme] == app.theme
        assert seen == [*NAMES.values(), seen[0]]


async def test_the_palette_remembers_a_language_for_the_next_start(tmp_path: Path) -> None:
    gym = Gym(tmp_path)
    gym.service.remember(sound=False)
    app = gym.app()
    async with app.run_test() as pilot:
        await comes(pilot, DevicesScreen)
        offered = {command.title: command for command in app.get_system_commands(app.screen)}
        assert {f"Language: {name}" for name in LANGUAGES.values()} <= set(offered)
        assert not {"Cursor Down", "Copy selected text", "Focus Next"} & set(offered)
        for code, name in LANGUAGES.items():
            offered[f"Language: {name}"].callback()
            assert gym.service.config.screen.language == code
            await pilot.pause()
            told = [each.message for each in app._notifications]
            assert told[-1] == f"{name}: from the next start on."
        assert language() == "en"
    assert not gym.service.config.training.sound


async def test_without_a_place_to_remember_it_no_language_is_offered() -> None:
    app = app_of(Stage().playback())
    async with app.run_test() as pilot:
        await look(pilot)
        titles = [command.title for command in app.get_system_commands(app.screen)]
        assert not any(title.startswith("Language") for title in titles)


async def test_the_palette_offers_every_action_of_the_screen_and_every_theme() -> None:
    app = app_of(Stage().session())
    async with app.run_test() as pilot:
        await look(pilot)
        offered = {command.title: command for command in app.get_system_commands(app.screen)}
        assert {"Set", "-1", "+1", "Mute", "Big", "Note", "Finish", "Quit"} <= set(offered)
        assert "Pause" not in offered, "a training is not a replay"
        offered["Colours: high contrast"].callback()
        assert app.theme == NAMES[Theme.HIGH_CONTRAST]
        await pilot.press("ctrl+p")
        await happens(pilot, lambda: isinstance(app.screen, CommandPalette))
