from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from textual.widgets import Footer, Input, Label, Static

from tests.tui.coaching import Gym, comes, happens, still
from tests.tui.staging import SIZES, every_look, look
from tests.workouts import rep, set_of
from tracker.app.clock import local_now
from tracker.app.devices import SIMULATED
from tracker.app.training_log import open_training_log
from tracker.domain import (
    AdviceGiven,
    PainEntered,
    PainMoment,
    Plan,
    SessionInfo,
    SourceFacts,
    Workout,
    parse_tempo,
)
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
        await advised(pilot)
        form = app.screen.query_one("#form")
        for row in app.screen.query(FormRow):
            if not row.display:
                continue
            assert form.region.contains_region(row.region)
        shown = [row for row in app.screen.query(FormRow) if row.display]
        hints = [row.query(Label).last() for row in shown]
        assert all(len(str(hint.visual)) <= hint.size.width for hint in hints)
        assert app.screen.query_one(Footer).max_scroll_x == 0
        assert app.screen.query_one("#guide").display is (size[0] >= 120)


@every_look
def test_picture_of_a_set_up(
    snap_compare: SnapCompare, tmp_path: Path, size: tuple[int, int], theme: str
) -> None:
    async def arrange(pilot: Pilot[None]) -> None:
        await advised(pilot)
        await write(pilot, "load", "60")
        await still(pilot, theme)

    assert snap_compare(setting_up(Gym(tmp_path)), terminal_size=size, run_before=arrange)


def test_picture_of_a_question(snap_compare: SnapCompare, tmp_path: Path) -> None:
    async def arrange(pilot: Pilot[None]) -> None:
        await advised(pilot)
        await write(pilot, "tempo", "311")
        await pilot.press("enter")
        await still(pilot, "textual-dark")

    assert snap_compare(setting_up(Gym(tmp_path)), terminal_size=SIZES[0], run_before=arrange)


def logged(gym: Gym, days_ago: float, pain: tuple[int, int] | None = None) -> int:
    """Put a session of two full sets of ten into the log."""
    started = local_now() - timedelta(days=days_ago)
    plan = Plan(load_kg=0.0, target_reps=10, rest_s=75.0)
    reps = tuple(rep(number) for number in range(1, 11))
    sets = tuple(set_of(index, reps, plan=plan) for index in (1, 2))
    info = SessionInfo("profile", started_utc=started.isoformat())
    scores: tuple[PainEntered, ...] = ()
    if pain is not None:
        before, after = pain
        scores = (PainEntered(before, PainMoment.BEFORE), PainEntered(after, PainMoment.AFTER))
    facts = SourceFacts("a", "profile", 100.0, 60.0, 6000)
    with open_training_log(gym.paths) as log:
        return log.add(Workout(info, facts, sets, (), {}, scores), version="1")


def advice(pilot: Pilot[None]) -> str:
    return str(pilot.app.screen.query_one("#advice", Static).visual)


async def advised(pilot: Pilot[None]) -> SetupScreen:
    await comes(pilot, SetupScreen)
    screen = pilot.app.screen
    assert isinstance(screen, SetupScreen)
    await happens(pilot, lambda: screen._judgement is not None)
    await look(pilot)
    return screen


async def test_the_plan_starts_from_the_advice_and_what_was_typed_stays(tmp_path: Path) -> None:
    gym = Gym(tmp_path)
    logged(gym, 3.0)
    app = setting_up(gym)
    async with app.run_test() as pilot:
        await advised(pilot)
        assert advice(pilot).startswith("Go: Hip thrust: 2 × 12, bodyweight")
        assert [field(pilot, name).value for name in ("sets", "reps", "load", "rest")] == [
            "2",
            "12",
            "0",
            "75",
        ]
        await write(pilot, "load", "5")
        await write(pilot, "pain", "3")
        assert "nothing gets harder" in advice(pilot)
        assert field(pilot, "reps").value == "10"
        assert field(pilot, "load").value == "5"


async def test_pain_that_stops_is_told_while_it_is_typed_and_a_second_enter_still_starts(
    tmp_path: Path,
) -> None:
    gym = Gym(tmp_path)
    gym.service.remember(warned=True)
    app = setting_up(gym)
    async with app.run_test() as pilot:
        await advised(pilot)
        await write(pilot, "pain", "8")
        assert advice(pilot).startswith("! Stop")
        assert "doctor" in advice(pilot)
        await pilot.press("enter")
        await pilot.pause()
        assert isinstance(app.screen, SetupScreen), "against the advice only on purpose"
        assert "Enter again trains all the same" in str(app.screen.query_one("#problem").render())
        await pilot.press("enter")
        await comes(pilot, TrainScreen)
        await gym.play(pilot, 2.0)
    (given,) = (each for each in gym.entries() if isinstance(each, AdviceGiven))
    assert (given.verdict, given.followed) == ("stop", False)


async def test_red_stays_until_the_box_is_ticked_and_the_log_keeps_the_tick(
    tmp_path: Path,
) -> None:
    gym = Gym(tmp_path)
    gym.service.remember(warned=True)
    logged(gym, 9.0, pain=(2, 7))
    number = logged(gym, 3.0)
    app = setting_up(gym)
    async with app.run_test() as pilot:
        screen = await advised(pilot)
        assert advice(pilot).startswith("! Stop")
        asked = screen.query_one("#asked", Choice)
        asked.focus()
        await pilot.press("right")
        await look(pilot)
        assert asked.value == "yes"
        assert not advice(pilot).startswith("! Stop")
        await write(pilot, "morning", "1")
        await pilot.press("enter")
        await comes(pilot, TrainScreen)
    with open_training_log(gym.paths) as log:
        assert [each.whom for each in log.asked()] == ["ticked in the set-up"]
        morning = log.workout(number).pain[-1]
    assert morning == PainEntered(1, PainMoment.NEXT_MORNING)


async def test_a_log_that_cannot_be_read_gives_no_advice(tmp_path: Path) -> None:
    gym = Gym(tmp_path)
    (gym.paths.data / "training.sqlite").mkdir(parents=True)
    app = setting_up(gym)
    async with app.run_test() as pilot:
        await comes(pilot, SetupScreen)
        assert not app.screen.query_one("#advice").display
        assert field(pilot, "reps").value == "10"
