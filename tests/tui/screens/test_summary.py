from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from textual.css.query import NoMatches
from textual.notifications import Notify
from textual.widgets import Footer, Input, Static

from tests.app.doubles import ListRecorder, in_time
from tests.tui.coaching import still
from tests.tui.staging import PLAN, PLANNED, SIZES, Stage, app_of, every_look, look
from tests.tui.widgets.snapshots import set_of
from tests.workouts import rep_at
from tracker.domain import (
    ENTRY_CHANNEL,
    Gap,
    NoteEntered,
    PainEntered,
    PainMoment,
    SessionInfo,
    SetEntries,
    SetRecord,
    SourceFacts,
    UserInput,
    Workout,
    read_control_message,
)
from tracker.tui.screens import Next
from tracker.tui.screens.summary import SummaryScreen, data_text, pain_text, totals_text
from tracker.tui.screens.train import TrainScreen

if TYPE_CHECKING:
    from textual.message import Message
    from textual.pilot import Pilot

    from tests.tui.coaching import SnapCompare

SET = replace(
    set_of(*(rep_at(6.0 * n, n, bottom_s=0.4) for n in range(1, 9)), ended=True), plan=PLAN
)
PAIN = (PainEntered(1, PainMoment.BEFORE), PainEntered(3, PainMoment.AFTER))


def workout(*sets: SetRecord, **known: object) -> Workout:
    info = SessionInfo("profile", started_utc="2026-03-01T10:05:00+00:00", origin="synthetic")
    facts = SourceFacts("a", "profile", 100.0, 125.0, 12_500)
    whole = Workout(info, facts, sets, (), {})
    return replace(whole, **known)  # type: ignore[arg-type]


def said(pilot: Pilot[None], widget: str) -> str:
    return str(pilot.app.screen.query_one(widget, Static).visual)


def test_the_totals_say_how_much_and_what_a_rep_was_like() -> None:
    assert totals_text(workout(SET, SET)).splitlines() == [
        "2 sets · 16 reps · 960 kg lifted · 2:05 min",
        "on average: hold 1.6 s · range 37° · velocity 0.36 m/s",
    ]


def test_the_totals_agree_with_the_table_and_leave_warm_ups_out() -> None:
    corrected = replace(SET, entries=SetEntries(reps_by=-3))
    warm = replace(SET, plan=replace(PLAN, warm_up=True))
    (first, _) = totals_text(workout(warm, corrected)).splitlines()
    assert first == "1 set and 1 warm-up · 5 reps (8 counted) · 300 kg lifted · 2:05 min"


def test_without_a_set_unknown_is_a_dash() -> None:
    assert totals_text(workout()).splitlines() == [
        "0 sets · 0 reps · 2:05 min",
        "on average: hold – · range – · velocity –",
    ]


def test_the_data_are_said_with_what_is_missing() -> None:
    assert data_text(workout()) == "profile · 100.0 Hz · 0 gaps · 0 faults"
    gaps = workout(gaps=(Gap(1.0, 2.5),))
    assert data_text(gaps) == "profile · 100.0 Hz · 1 gap (1.5 s) · 0 faults"


def test_pain_is_listed_in_its_order() -> None:
    assert pain_text(PAIN) == "pain before: 1, after: 3"
    assert pain_text(()) == ""


async def summed_up(stage: Stage, pilot: Pilot[None]) -> SummaryScreen:
    await pilot.pause()
    await stage.play_to(pilot, 134.0)
    await pilot.press("escape")
    await look(pilot)
    await pilot.press("f")
    await look(pilot)
    screen = pilot.app.screen
    assert isinstance(screen, SummaryScreen)
    await in_time(lambda: screen._advisor is not None)
    await look(pilot)
    return screen


async def test_it_asks_for_pain_and_a_note_and_keeps_them_on_the_way_back() -> None:
    stage, recorder = Stage(PLANNED), ListRecorder()
    told: list[Message] = []
    app = app_of(stage.session(recorder=recorder))
    async with app.run_test(message_hook=told.append) as pilot:
        screen = await summed_up(stage, pilot)
        await pilot.press("1", "1", "escape")
        await look(pilot)
        assert app.screen is screen, "what cannot be meant is not left behind"
        assert app.focused is screen.query_one("#pain")
        await pilot.press("backspace", "tab", *"fine", "escape")
        await look(pilot)
        assert isinstance(app.screen, TrainScreen), "the training goes on"
        await pilot.press("f")
        await look(pilot)
        assert app.screen.query_one("#note", Input).value == "fine"
        assert "pain after: 1" in said(pilot, "#advice")
    messages = [each.notification.message for each in told if isinstance(each, Notify)]
    assert messages == ["pain: expected a whole number from 0 to 10"]
    entered = [
        event.entry
        for notification in recorder.written
        if notification.channel == ENTRY_CHANNEL
        and isinstance(event := read_control_message(notification), UserInput)
    ]
    assert entered == [PainEntered(1, PainMoment.AFTER), NoteEntered("fine")]


@pytest.mark.parametrize("leaving", ["tab", "enter"])
async def test_what_pain_means_is_read_before_one_leaves(leaving: str) -> None:
    stage, recorder = Stage(PLANNED), ListRecorder()
    app = app_of(stage.session(recorder=recorder))
    async with app.run_test() as pilot:
        screen = await summed_up(stage, pilot)
        assert "Stop" not in said(pilot, "#advice")
        await pilot.press("9", leaving)
        await look(pilot)
        assert app.screen is screen
        assert "Stop" in said(pilot, "#advice")
        await pilot.press("enter")
        await look(pilot)
    assert app.return_code in (0, None)
    assert not app.is_running


async def test_enter_ends_an_app_that_was_given_its_session() -> None:
    stage = Stage(PLANNED)
    app = app_of(stage.session())
    async with app.run_test() as pilot:
        await summed_up(stage, pilot)
        await pilot.press("enter")
        await look(pilot)
    assert app.return_code == 0


async def test_it_says_what_comes_next_and_each_thing_once() -> None:
    stage = Stage(PLANNED, (60.0, UserInput(60.0, PainEntered(3, PainMoment.BETWEEN, 1))))
    app = app_of(stage.session())
    async with app.run_test() as pilot:
        await summed_up(stage, pilot)
        lines = said(pilot, "#advice").splitlines()
        assert lines[0] == "pain after set 1: 3"
        assert any(line.startswith("next time: ") for line in lines)
        assert len(set(lines)) == len(lines)


async def test_what_is_read_after_its_widgets_are_gone_harms_nothing() -> None:
    stage = Stage(PLANNED)
    app = app_of(stage.session())
    async with app.run_test() as pilot:
        screen = await summed_up(stage, pilot)
        await screen.query("*").remove()
        with pytest.raises(NoMatches):
            screen.update_view()
        screen.update_if_there()


async def test_without_a_set_it_says_what_to_try() -> None:
    stage = Stage()
    app = app_of(stage.session())
    async with app.run_test() as pilot:
        await stage.play_to(pilot, 2.0)
        await pilot.press("f")
        await look(pilot)
        assert said(pilot, "#advice").startswith("No set was found.")


async def test_of_a_past_session_nothing_is_asked() -> None:
    answers: list[Next | None] = []
    app = app_of(Stage().session())
    async with app.run_test() as pilot:
        past = workout(SET, pain=PAIN, note="felt good")
        screen = SummaryScreen(lambda: past)
        await app.push_screen(screen, answers.append)
        await look(pilot)
        assert not screen.query(Input)
        assert said(pilot, "#title") == "SIMULATED · Hip thrust · 2026-03-01 10:05"
        advice = said(pilot, "#advice").splitlines()
        assert advice[0] == "pain before: 1, after: 3"
        assert advice[-1] == "“felt good”"
        await pilot.press("r")
        assert answers == [Next.REPLAY]


@pytest.mark.parametrize("size", SIZES)
async def test_nothing_is_cut_off(size: tuple[int, int]) -> None:
    stage = Stage(PLANNED, (60.0, UserInput(60.0, PainEntered(8, PainMoment.BETWEEN, 1))))
    app = app_of(stage.session())
    async with app.run_test(size=size) as pilot:
        screen = await summed_up(stage, pilot)
        assert screen.max_scroll_y == 0
        for part in ("#title", "#totals", "#fields", "#advice", "RepTable", "Footer"):
            region = screen.query_one(part).region
            assert screen.region.contains_region(region), part
        assert screen.query_one(Footer).max_scroll_x == 0
        advice = screen.query_one("#advice")
        assert advice.max_scroll_y == advice.gutter.height, "the frame alone"


@every_look
def test_picture_of_a_summary(
    snap_compare: SnapCompare, size: tuple[int, int], theme: str
) -> None:
    stage = Stage(PLANNED, (60.0, UserInput(60.0, PainEntered(3, PainMoment.BETWEEN, 1))))

    async def arrange(pilot: Pilot[None]) -> None:
        await summed_up(stage, pilot)
        await still(pilot, theme)

    assert snap_compare(app_of(stage.session()), terminal_size=size, run_before=arrange)
