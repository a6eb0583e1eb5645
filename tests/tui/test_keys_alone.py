"""From the list of sensors to the summary and back, by keys alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.tui.coaching import Gym, comes, happens, look
from tests.tui.staging import PLAN, training_of
from tracker.app.snapshot import RunState
from tracker.domain import (
    NoteEntered,
    PainEntered,
    PainMoment,
    PlanChosen,
    RepsAdjusted,
    RpeEntered,
    parse_tempo,
)
from tracker.tui.screens.check import CheckScreen
from tracker.tui.screens.devices import DevicesScreen
from tracker.tui.screens.dialogs import GuideScreen, HelpScreen, NoteScreen
from tracker.tui.screens.rest import RestScreen
from tracker.tui.screens.setup import SetupScreen
from tracker.tui.screens.summary import SummaryScreen
from tracker.tui.screens.train import TrainScreen

if TYPE_CHECKING:
    from pathlib import Path


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
        # load, reps, tempo
        await pilot.press("tab", "6", "0", "tab", "tab")
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

        plan, rpe, between, adjusted, note, after, session_note = gym.entries()
        assert isinstance(plan, PlanChosen)
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
