"""Correcting a past session from the list."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from textual.widgets import DataTable

from tests.tui.coaching import Gym, happens, still
from tests.tui.screens.test_history import history, logged
from tests.tui.screens.test_setup import write
from tests.tui.staging import every_look
from tests.workouts import TWO_SETS
from tracker.app.training_log import open_training_log
from tracker.domain import Side
from tracker.domain.loads import LoadChoice, LoadUnit, use_loads
from tracker.store import Edit, Field
from tracker.tui.plan_form import FieldError
from tracker.tui.screens.edit import EditScreen, edit_of, session_texts, set_texts
from tracker.tui.screens.history import HistoryScreen
from tracker.tui.widgets.forms import Choice

if TYPE_CHECKING:
    from pathlib import Path

    from textual.pilot import Pilot

    from tests.tui.coaching import SnapCompare


@pytest.fixture
def gym(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Gym:
    monkeypatch.delenv("TRACKER_LOG_URL", raising=False)
    return Gym(tmp_path)


async def editing(pilot: Pilot[None]) -> EditScreen:
    await history(pilot)
    await pilot.press("e")
    await happens(pilot, lambda: isinstance(pilot.app.screen, EditScreen))
    await pilot.pause()
    screen = pilot.app.screen
    assert isinstance(screen, EditScreen)
    return screen


async def back(pilot: Pilot[None]) -> HistoryScreen:
    await happens(pilot, lambda: isinstance(pilot.app.screen, HistoryScreen))
    await pilot.pause()
    screen = pilot.app.screen
    assert isinstance(screen, HistoryScreen)
    return screen


async def test_sets_and_session_are_corrected_in_one_change_and_undone(gym: Gym) -> None:
    number = logged(gym, 1)[0].id
    async with gym.app().run_test(size=(80, 24)) as pilot:
        screen = await editing(pilot)
        await write(pilot, "reps", "7")
        await write(pilot, "load_kg", "62,5")
        await write(pilot, "rpe", "8.5")
        screen.query_one("#warm_up", Choice).focus()
        await pilot.press("right")
        screen.query_one("#side", Choice).focus()
        await pilot.press("right")
        screen.query_one("#about", Choice).focus()
        await pilot.press("left")
        await write(pilot, "pain_after", "1")
        screen.query_one("#note").focus()
        await pilot.press(*"x", "enter")
        table = (await back(pilot)).query_one(DataTable)
        with open_training_log(gym.paths) as log:
            done = log.workout(number)
        first, second = done.sets
        assert (first.done, first.load_kg, first.entries.rpe) == (7, 62.5, 8.5)
        assert (first.warm_up, first.side) == (True, Side.LEFT)
        assert second == TWO_SETS.sets[1]
        assert done.pain[-1].score == 1
        assert done.note.endswith("x")
        shown = table.get_row_at(0)

        await pilot.press("z")
        await pilot.pause()
        assert table.get_row_at(0) != shown
        with open_training_log(gym.paths) as log:
            assert log.workout(number).sets == TWO_SETS.sets
            assert all(made.undone_utc for made in log.detail(number).edits)


async def test_what_cannot_be_meant_is_told_at_its_field_and_nothing_is_kept(gym: Gym) -> None:
    number = logged(gym, 1)[0].id
    async with gym.app().run_test(size=(80, 24)) as pilot:
        screen = await editing(pilot)
        await write(pilot, "rpe", "11")
        await pilot.press("enter")
        assert "expected 0 to 10, got 11" in str(screen.query_one("#problem").render())
        assert screen.focused is screen.query_one("#rpe")
        await pilot.press("escape")
        await back(pilot)
    with open_training_log(gym.paths) as log:
        assert log.detail(number).edits == ()


def test_a_field_that_was_not_touched_is_no_edit_even_in_pounds() -> None:
    use_loads(lambda: LoadChoice(LoadUnit.LB))
    try:
        screen = EditScreen(TWO_SETS, "Session 1")
        for about, texts in screen._known.items():
            screen._typed[about] = dict(texts)
        assert set_texts(TWO_SETS, TWO_SETS.sets[0])[Field.LOAD] == "132.28"
        assert edit_of(Field.LOAD, "155", 1) == Edit(Field.LOAD, 155 * 0.45359237, 1)
    finally:
        use_loads()


@pytest.mark.parametrize(
    ("field", "text", "value"),
    [
        (Field.REPS, "", None),
        (Field.LOAD, "62,5", 62.5),
        (Field.RPE, "8", 8.0),
        (Field.WARM_UP, "no", False),
        (Field.SIDE, "both", None),
        (Field.SIDE, "right", "right"),
        (Field.SET_NOTE, "", None),
        (Field.NOTE, "", ""),
        (Field.PAIN_AFTER, "3", 3),
    ],
)
def test_a_text_is_the_edit_it_looks_like(field: Field, text: str, value: object) -> None:
    assert edit_of(field, text, 1).value == value


@pytest.mark.parametrize(
    ("field", "text"),
    [(Field.REPS, "1.5"), (Field.REPS, "999"), (Field.LOAD, "5000"), (Field.PAIN_BEFORE, "")],
)
def test_a_text_that_is_none_names_its_field(field: Field, text: str) -> None:
    with pytest.raises(FieldError) as error:
        edit_of(field, text, 1)
    assert error.value.field == field.value


def test_the_form_starts_from_what_is_in_the_log() -> None:
    assert session_texts(TWO_SETS)[Field.PAIN_AFTER] == "4"
    assert set_texts(TWO_SETS, TWO_SETS.sets[0])[Field.REPS] == str(TWO_SETS.sets[0].done)


@every_look
def test_picture_of_a_correction(
    snap_compare: SnapCompare, gym: Gym, size: tuple[int, int], theme: str
) -> None:
    logged(gym, 1)

    async def arrange(pilot: Pilot[None]) -> None:
        await editing(pilot)
        await write(pilot, "load_kg", "62,5")
        await still(pilot, theme)

    assert snap_compare(gym.app(), terminal_size=size, run_before=arrange)
