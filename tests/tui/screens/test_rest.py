from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from textual.notifications import Notify
from textual.widgets import Input, Static

from tests.app.doubles import ListRecorder
from tests.tui.coaching import still
from tests.tui.staging import PLANNED, SIZES, Stage, app_of, every_look, look, training_of
from tests.workouts import SET_STARTS_S, UP_S
from tracker.domain import (
    ENTRY_CHANNEL,
    LinkChanged,
    LinkState,
    LoadEntered,
    NoteEntered,
    PainEntered,
    PainMoment,
    PlanChosen,
    RpeEntered,
    SetEnded,
    SetStarted,
    UserInput,
    read_control_message,
)
from tracker.tui.screens.dialogs import HelpScreen, NoteScreen
from tracker.tui.screens.rest import RestScreen
from tracker.tui.screens.summary import SummaryScreen
from tracker.tui.screens.train import TrainScreen
from tracker.tui.widgets.live import Countdown
from tracker.tui.widgets.reps import RepTable
from tracker.tui.widgets.status import Banner

if TYPE_CHECKING:
    from textual.message import Message
    from textual.pilot import Pilot

    from tests.tui.coaching import SnapCompare
    from tracker.domain import Entry

RESTING_S = 70.0
SECOND_SET_S = SET_STARTS_S[1] + UP_S + 0.5


def said(pilot: Pilot[None], widget: str) -> str:
    return str(pilot.app.screen.query_one(widget, Static).visual)


def entries(recorder: ListRecorder) -> list[Entry]:
    return [
        event.entry
        for notification in recorder.written
        if notification.channel == ENTRY_CHANNEL
        and isinstance(event := read_control_message(notification), UserInput)
    ]


async def rest(stage: Stage, pilot: Pilot[None]) -> RestScreen:
    await stage.play_to(pilot, RESTING_S)
    await look(pilot)
    screen = pilot.app.screen
    assert isinstance(screen, RestScreen)
    return screen


async def test_it_comes_by_itself_with_the_set_and_the_time_that_is_left() -> None:
    stage = Stage(PLANNED)
    app = app_of(stage.session())
    async with app.run_test() as pilot:
        screen = await rest(stage, pilot)
        table = screen.query_one(RepTable)
        assert table.border_title == "set 1: 8 of 8 reps ✓ · 60 kg"
        assert len(table.lines) == 8 + 1
        assert screen.query_one(Countdown).time == "1:11"
        assert said(pilot, "#effort").startswith("velocity loss 0 %")
        assert app.focused is screen.query_one("#rpe")


async def test_it_goes_by_itself_at_the_next_start_and_keeps_what_was_typed() -> None:
    stage, recorder = Stage(PLANNED), ListRecorder()
    app = app_of(stage.session(recorder=recorder))
    async with app.run_test() as pilot:
        await rest(stage, pilot)
        await pilot.press("8", "tab", "2")
        await stage.play_to(pilot, SECOND_SET_S)
        await look(pilot)
        assert isinstance(app.screen, TrainScreen)
    assert entries(recorder) == [RpeEntered(1, 8.0), PainEntered(2, PainMoment.BETWEEN, 1)]


async def test_it_comes_back_after_a_set_that_was_none() -> None:
    started_s, ended_s = RESTING_S + 1.0, RESTING_S + 2.5
    stage = Stage(
        PLANNED,
        (started_s, SetStarted(started_s, 9)),
        (ended_s, SetEnded(ended_s, 9, 0)),
    )
    app = app_of(stage.session())
    async with app.run_test() as pilot:
        await rest(stage, pilot)
        await stage.play_to(pilot, started_s + 0.5)
        await look(pilot)
        assert isinstance(app.screen, TrainScreen)
        await stage.play_to(pilot, ended_s + 0.5)
        await look(pilot)
        screen = app.screen
        assert isinstance(screen, RestScreen)
        assert screen.set_index == 1


async def test_what_cannot_be_meant_is_not_kept_but_the_rest_is_and_it_is_told() -> None:
    stage, recorder = Stage(PLANNED), ListRecorder()
    told: list[Message] = []
    app = app_of(stage.session(recorder=recorder))
    async with app.run_test(message_hook=told.append) as pilot:
        await rest(stage, pilot)
        await pilot.press("8", "tab", "1", "1")
        await stage.play_to(pilot, SECOND_SET_S)
        await look(pilot)
        await look(pilot)
        assert isinstance(app.screen, TrainScreen)
    assert entries(recorder) == [RpeEntered(1, 8.0)]
    messages = [each.notification.message for each in told if isinstance(each, Notify)]
    assert messages == ["Not kept: pain: expected a whole number from 0 to 10"]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "text", "complaint"),
    [
        ("pain", "11", "! pain: expected a whole number from 0 to 10"),
        ("pain", "2.5", "! pain: expected a whole number from 0 to 10"),
        ("rpe", "11", "! effort, RPE: expected 0 to 10, got 11"),
        ("load", "5000", "! load: expected 0 to 1000 kg, got 5000"),
        ("next", "5000", "! next: expected 0 to 1000 kg, got 5000"),
        ("load", "1..2", "! load: expected a number such as 62.5 or 62,5, got '1..2'"),
    ],
)
async def test_it_complains_at_the_field_and_stays(name: str, text: str, complaint: str) -> None:
    stage, recorder = Stage(PLANNED), ListRecorder()
    app = app_of(stage.session(recorder=recorder))
    async with app.run_test() as pilot:
        screen = await rest(stage, pilot)
        field = screen.query_one(f"#{name}", Input)
        field.focus()
        field.clear()
        await pilot.press(*("full_stop" if letter == "." else letter for letter in text))
        await pilot.press("enter")
        await look(pilot)
        assert app.screen is screen
        assert said(pilot, "#problem") == complaint
        assert app.focused is field
        field.clear()
        await pilot.pause()
        assert said(pilot, "#problem") == ""
        await pilot.press("enter")
        await look(pilot)
        assert isinstance(app.screen, TrainScreen)
    assert entries(recorder) == []


async def test_the_load_of_this_set_and_of_the_next_are_two_things() -> None:
    stage, recorder = Stage(PLANNED), ListRecorder()
    app = app_of(stage.session(recorder=recorder))
    async with app.run_test() as pilot:
        screen = await rest(stage, pilot)
        for name, digits in (("load", "55"), ("next", "62,5")):
            screen.query_one(f"#{name}", Input).focus()
            screen.query_one(f"#{name}", Input).clear()
            await pilot.press(*("comma" if digit == "," else digit for digit in digits))
        await pilot.press("escape")
        await look(pilot)
        snapshot = training_of(app).snapshot()
        assert snapshot.sets[0].load_kg == 55.0
        assert snapshot.plan.load_kg == 62.5
        assert snapshot.plan.target_reps == 8, "the rest of the plan stays"
    load, plan = entries(recorder)
    assert load == LoadEntered(1, 55.0)
    assert isinstance(plan, PlanChosen)


async def test_nothing_is_entered_twice() -> None:
    stage, recorder = Stage(PLANNED), ListRecorder()
    app = app_of(stage.session(recorder=recorder))
    async with app.run_test() as pilot:
        await rest(stage, pilot)
        await pilot.press("8", "tab", "1", "1", "enter")
        await pilot.press("backspace", "enter")
        await look(pilot)
    assert entries(recorder) == [RpeEntered(1, 8.0), PainEntered(1, PainMoment.BETWEEN, 1)]


async def test_much_pain_is_answered_at_once() -> None:
    stage = Stage(PLANNED, (69.0, UserInput(69.0, PainEntered(8, PainMoment.BETWEEN, 1))))
    app = app_of(stage.session())
    async with app.run_test() as pilot:
        await rest(stage, pilot)
        assert "! " in said(pilot, "#effort")


async def test_a_note_on_the_set_can_be_taken_down_in_the_rest() -> None:
    stage, recorder = Stage(PLANNED), ListRecorder()
    app = app_of(stage.session(recorder=recorder))
    async with app.run_test() as pilot:
        await rest(stage, pilot)
        await pilot.press("n")
        await look(pilot)
        assert isinstance(app.screen, NoteScreen)
        await pilot.press(*"left", "enter")
        await look(pilot)
        assert isinstance(app.screen, RestScreen)
    assert entries(recorder) == [NoteEntered("left", 1)]


async def test_a_rest_that_begins_under_a_note_comes_after_it() -> None:
    stage = Stage(PLANNED)
    app = app_of(stage.session())
    async with app.run_test() as pilot:
        await stage.play_to(pilot, 40.0)
        await pilot.press("n")
        assert isinstance(app.screen, NoteScreen)
        await stage.play_to(pilot, RESTING_S)
        assert isinstance(app.screen, NoteScreen), "nobody's typing is cut off"
        await pilot.press("escape")
        await look(pilot)
        assert isinstance(app.screen, RestScreen)


async def test_a_set_that_begins_under_the_help_ends_the_rest_after_it() -> None:
    stage = Stage(PLANNED)
    app = app_of(stage.session())
    async with app.run_test() as pilot:
        await rest(stage, pilot)
        await pilot.press("question_mark")
        await look(pilot)
        assert isinstance(app.screen, HelpScreen)
        await stage.play_to(pilot, SECOND_SET_S)
        await pilot.press("escape")
        await look(pilot)
        await look(pilot)
        assert isinstance(app.screen, TrainScreen)


async def test_a_lost_link_is_visible_while_resting() -> None:
    stage = Stage(PLANNED, (69.0, LinkChanged(69.0, LinkState.LOST)))
    app = app_of(stage.session())
    async with app.run_test() as pilot:
        screen = await rest(stage, pilot)
        assert screen.query_one(Banner).text.startswith("! Sensor lost")
        assert screen.query_one(Banner).has_class("-alarm")


async def test_letters_are_keys_while_numbers_are_typed() -> None:
    stage = Stage(PLANNED)
    app = app_of(stage.session())
    async with app.run_test() as pilot:
        screen = await rest(stage, pilot)
        await pilot.press("m", "question_mark")
        await look(pilot)
        assert isinstance(app.screen, HelpScreen)
        await pilot.press("escape")
        assert screen.query_one("#rpe", Input).value == ""
        await pilot.press("f")
        await look(pilot)
        assert isinstance(app.screen, SummaryScreen)


@pytest.mark.parametrize("size", SIZES)
async def test_every_rep_of_a_usual_set_is_in_sight(size: tuple[int, int]) -> None:
    stage = Stage(PLANNED)
    app = app_of(stage.session())
    async with app.run_test(size=size) as pilot:
        screen = await rest(stage, pilot)
        assert screen.max_scroll_y == 0
        table = screen.query_one(RepTable)
        assert table.max_scroll_y == 0
        assert table.max_scroll_x == 0


@every_look
def test_picture_of_a_rest(snap_compare: SnapCompare, size: tuple[int, int], theme: str) -> None:
    stage = Stage(PLANNED)

    async def arrange(pilot: Pilot[None]) -> None:
        await pilot.pause()
        await rest(stage, pilot)
        await pilot.press("8")
        await still(pilot, theme)

    assert snap_compare(app_of(stage.session()), terminal_size=size, run_before=arrange)


def test_picture_of_a_complaint_with_a_lost_sensor(snap_compare: SnapCompare) -> None:
    stage = Stage(PLANNED, (69.0, LinkChanged(69.0, LinkState.LOST)))

    async def arrange(pilot: Pilot[None]) -> None:
        await pilot.pause()
        await rest(stage, pilot)
        await pilot.press("tab", "1", "1", "enter")
        await still(pilot, "textual-dark")

    assert snap_compare(app_of(stage.session()), terminal_size=SIZES[0], run_before=arrange)
