from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from textual.widgets import Footer, Input, Label, Static

from tests.tui.coaching import Gym, comes, still
from tests.tui.staging import SIZES, every_look, look
from tracker.app.devices import SIMULATED
from tracker.domain import Plan, parse_tempo
from tracker.tui.screens.devices import DevicesScreen
from tracker.tui.screens.dialogs import GuideScreen
from tracker.tui.screens.setup import SetupScreen
from tracker.tui.screens.train import TrainScreen
from tracker.tui.widgets.forms import Choice, FormRow

if TYPE_CHECKING:
    from pathlib import Path

    from textual.pilot import Pilot

    from tests.tui.coaching import SnapCompare
    from tracker.tui import TrackerApp


def setting_up(gym: Gym) -> TrackerApp:
    """Return an app that begins with the set-up."""
    return gym.app(lambda coach: coach.set_up(SIMULATED))


def field(pilot: Pilot[None], name: str) -> Input:
    return pilot.app.screen.query_one(f"#{name}", Input)


def hint_of(pilot: Pilot[None], name: str) -> str:
    row = field(pilot, name).parent
    assert isinstance(row, FormRow)
    return str(row.query(Label).last().visual)


def problem(pilot: Pilot[None]) -> str | None:
    widget = pilot.app.screen.query_one("#problem", Static)
    return str(widget.visual) if widget.display else None


async def write(pilot: Pilot[None], name: str, text: str) -> None:
    field(pilot, name).focus()
    field(pilot, name).clear()
    await pilot.press(*text)
    await pilot.pause()


async def test_a_tempo_of_three_places_is_refused_with_the_question_at_its_field(
    tmp_path: Path,
) -> None:
    app = setting_up(Gym(tmp_path))
    async with app.run_test() as pilot:
        await comes(pilot, SetupScreen)
        await write(pilot, "tempo", "311")
        field(pilot, "load").focus()
        await pilot.press("enter")
        await look(pilot)
        assert isinstance(app.screen, SetupScreen)
        said = problem(pilot)
        assert said is not None
        assert said.startswith("! tempo: has three places")
        assert "3-0-1-1" in said
        assert app.focused is field(pilot, "tempo")
        await pilot.press("backspace")
        await pilot.pause()
        assert problem(pilot) is None, "a complaint goes once something is typed"


async def test_a_tempo_is_said_both_ways_while_it_is_typed(tmp_path: Path) -> None:
    app = setting_up(Gym(tmp_path))
    async with app.run_test() as pilot:
        await comes(pilot, SetupScreen)
        assert hint_of(pilot, "tempo") == "up 1 · hold 2 · down 3 · floor 0"
        await write(pilot, "tempo", "40X1")
        assert hint_of(pilot, "tempo") == "up X · hold 1 · down 4 · floor 0"
        await write(pilot, "tempo", "40")
        assert hint_of(pilot, "tempo").startswith("down-floor-up-hold")
        await write(pilot, "tempo", "")
        assert hint_of(pilot, "tempo").startswith("down-floor-up-hold")


async def test_plans_are_remembered_for_each_exercise(tmp_path: Path) -> None:
    gym = Gym(tmp_path)
    gym.service.remember_plan("glute_bridge", Plan(20.0, 15, parse_tempo("2-0-1-3")))
    gym.service.remember_plan("hip_thrust", Plan(80.0, 6, keep_tension=True, breathing=False))
    app = setting_up(gym)
    async with app.run_test() as pilot:
        await comes(pilot, SetupScreen)
        exercise = app.screen.query_one("#exercise", Choice)
        assert exercise.value == "hip_thrust"
        assert (field(pilot, "load").value, field(pilot, "tempo").value) == ("80", "")
        assert app.screen.query_one("#tension", Choice).value == "yes"
        assert app.screen.query_one("#breathing", Choice).value == "no"
        exercise.focus()
        while exercise.value != "glute_bridge":
            await pilot.press("right")
        await look(pilot)
        assert (field(pilot, "load").value, field(pilot, "reps").value) == ("20", "15")
        assert field(pilot, "tempo").value == "2-0-1-3"
        assert app.screen.query_one("#tension", Choice).value == "no"
        assert "Lie on the floor" in str(app.screen.query_one("#how-to", Static).visual)


async def test_the_warning_comes_once_and_what_was_chosen_is_kept(tmp_path: Path) -> None:
    gym = Gym(tmp_path)
    app = setting_up(gym)
    async with app.run_test() as pilot:
        await comes(pilot, SetupScreen)
        await write(pilot, "load", "42,5")
        app.screen.query_one("#sound").focus()
        await pilot.press("right", "enter")
        await comes(pilot, GuideScreen)
        kept = gym.service.config
        assert kept.plan["hip_thrust"].load_kg == 42.5
        assert not kept.training.sound
        assert not kept.training.warned, "it was not read yet"
        await pilot.press("enter")
        await comes(pilot, TrainScreen)
        assert gym.service.config.training.warned


async def test_pain_is_asked_before_and_refused_above_ten(tmp_path: Path) -> None:
    app = setting_up(Gym(tmp_path))
    async with app.run_test() as pilot:
        await comes(pilot, SetupScreen)
        await write(pilot, "pain", "11")
        await pilot.press("enter")
        await look(pilot)
        assert problem(pilot) == "! pain: expected a whole number from 0 to 10"
        assert app.focused is field(pilot, "pain")


async def test_escape_goes_back_to_the_sensors(tmp_path: Path) -> None:
    app = setting_up(Gym(tmp_path))
    async with app.run_test() as pilot:
        await comes(pilot, SetupScreen)
        await pilot.press("escape")
        await comes(pilot, DevicesScreen)


@pytest.mark.parametrize("size", SIZES)
async def test_every_field_and_key_is_in_sight(tmp_path: Path, size: tuple[int, int]) -> None:
    app = setting_up(Gym(tmp_path))
    async with app.run_test(size=size) as pilot:
        await comes(pilot, SetupScreen)
        form = app.screen.query_one("#form")
        for row in app.screen.query(FormRow):
            assert form.region.contains_region(row.region)
        hints = [row.query(Label).last() for row in app.screen.query(FormRow)]
        assert all(len(str(hint.visual)) <= hint.size.width for hint in hints)
        assert app.screen.query_one(Footer).max_scroll_x == 0
        assert app.screen.query_one("#guide").display is (size[0] >= 120)


@every_look
def test_picture_of_a_set_up(
    snap_compare: SnapCompare, tmp_path: Path, size: tuple[int, int], theme: str
) -> None:
    async def arrange(pilot: Pilot[None]) -> None:
        await comes(pilot, SetupScreen)
        await write(pilot, "load", "60")
        await still(pilot, theme)

    assert snap_compare(setting_up(Gym(tmp_path)), terminal_size=size, run_before=arrange)


def test_picture_of_a_question(snap_compare: SnapCompare, tmp_path: Path) -> None:
    async def arrange(pilot: Pilot[None]) -> None:
        await comes(pilot, SetupScreen)
        await write(pilot, "tempo", "311")
        await pilot.press("enter")
        await still(pilot, "textual-dark")

    assert snap_compare(setting_up(Gym(tmp_path)), terminal_size=SIZES[0], run_before=arrange)
