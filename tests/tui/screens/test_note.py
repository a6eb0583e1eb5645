from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from textual.app import App

from tests.tui.coaching import still
from tests.tui.staging import SIZES, Stage, app_of, look
from tracker.domain.plan import LONGEST_NOTE
from tracker.tui.screens.dialogs import NoteScreen

if TYPE_CHECKING:
    from textual.pilot import Pilot

    from tests.tui.coaching import SnapCompare


class NoteApp(App[None]):
    """Asks for a note, and keeps what came of it."""

    def __init__(self, known: str) -> None:
        super().__init__()
        self.notes: list[str | None] = []
        self._known = known

    def on_mount(self) -> None:
        self.push_screen(NoteScreen(1, self._known), self.notes.append)


@pytest.mark.parametrize(
    ("known", "keys", "note"),
    [
        ("", (*"good", "enter"), "good"),
        ("good", ("space", *"day", "space", "enter"), "good day"),
        ("x", ("backspace", "enter"), ""),
        ("good", ("x", "escape"), None),
    ],
    ids=["new", "more", "taken back", "left alone"],
)
async def test_enter_keeps_a_note_and_escape_does_not(
    known: str, keys: tuple[str, ...], note: str | None
) -> None:
    app = NoteApp(known)
    async with app.run_test() as pilot:
        await pilot.press(*keys)
        await pilot.pause()
        assert app.notes == [note]


async def test_a_note_has_an_end() -> None:
    app = NoteApp("x" * LONGEST_NOTE)
    async with app.run_test() as pilot:
        await pilot.press("y", "enter")
        await pilot.pause()
        assert app.notes == ["x" * LONGEST_NOTE]


async def test_letters_that_are_keys_elsewhere_are_typed() -> None:
    app = app_of(Stage().session())
    async with app.run_test() as pilot:
        await pilot.press("n", "q", "f", "question_mark")
        await look(pilot)
        assert isinstance(app.screen, NoteScreen)
        assert app.is_running


def test_picture_of_a_note(snap_compare: SnapCompare) -> None:
    stage = Stage()

    async def arrange(pilot: Pilot[None]) -> None:
        await pilot.pause()
        await pilot.press("n", *"heavy")
        await still(pilot, "textual-dark")

    assert snap_compare(app_of(stage.session()), terminal_size=SIZES[0], run_before=arrange)
