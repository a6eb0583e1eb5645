"""Keys that come in one burst, as over a slow connection, mean what they mean one by one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.events import Key
from textual.keys import _character_to_key
from textual.widgets import Input

from tests.tui.coaching import Gym, comes
from tests.tui.staging import PLAN
from tracker.domain import NoteEntered, PainEntered, PainMoment, RepsAdjusted, RpeEntered
from tracker.tui.screens.check import CheckScreen
from tracker.tui.screens.devices import DevicesScreen
from tracker.tui.screens.dialogs import GuideScreen
from tracker.tui.screens.rest import RestScreen
from tracker.tui.screens.setup import SetupScreen
from tracker.tui.screens.summary import SummaryScreen
from tracker.tui.screens.train import TrainScreen

if TYPE_CHECKING:
    from pathlib import Path

    from textual.pilot import Pilot


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


async def test_a_plan_that_is_typed_in_one_go_is_the_one_that_starts(tmp_path: Path) -> None:
    gym = Gym(tmp_path)
    app = gym.app()
    async with app.run_test() as pilot:
        await pilot.press("enter")
        await comes(pilot, CheckScreen)
        await gym.play(pilot, 6.0)
        await pilot.press("enter")
        await comes(pilot, SetupScreen)
        burst(pilot, "tab", *"62", "tab", "ctrl+u", *"12", "tab", *"2-0-1-1", "enter")
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
        burst(pilot, "tab", "tab", "tab", *"3-1-2", "enter")
        await pilot.pause()
        await comes(pilot, SetupScreen)
        field = app.screen.query_one("#tempo", Input)
        assert (field.value, app.focused) == ("3-1-2", field)
