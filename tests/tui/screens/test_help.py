from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from textual.binding import Binding
from textual.containers import VerticalScroll

from tests.tui.coaching import still
from tests.tui.staging import Stage, app_of, every_look
from tracker.tui import TrackerApp
from tracker.tui.screens.dialogs import HELP
from tracker.tui.screens.rest import RestScreen
from tracker.tui.screens.train import TrainScreen
from tracker.tui.widgets.live import SIGNS as PHASE_SIGNS
from tracker.tui.widgets.reps import SIGNS

if TYPE_CHECKING:
    from textual.app import App
    from textual.pilot import Pilot
    from textual.screen import Screen

    from tests.tui.coaching import SnapCompare

PLAIN = re.sub(r"\[/?b\]", "", HELP)


def keys_of(section: str) -> set[str]:
    """Return the keys that a section of the help explains."""
    lines = PLAIN.split(section)[1].split("\n\n")[0].splitlines()[1:]
    return {key for line in lines for key in line[1:9].split()}


@pytest.mark.parametrize(
    ("sections", "screen"),
    [
        (("While training", "Replay"), TrainScreen),
        (("Rest ", "Everywhere"), RestScreen),
        (("While training", "Everywhere"), TrackerApp),
    ],
)
def test_every_key_is_explained(
    sections: tuple[str, ...], screen: type[App[None] | Screen[None]]
) -> None:
    names = {"left": "←", "right": "→", "plus": "+", "minus": "-", "down": "↓", "up": "↑"}
    names |= {"left_square_bracket": "[", "right_square_bracket": "]"}
    named = {"question_mark": "?", **names}
    explained = set.union(*(keys_of(section) for section in sections)) | {"?"}
    bindings = (Binding.make_bindings([each]) for each in screen.BINDINGS)
    keys = {binding.key for each in bindings for binding in each} - {"ctrl+c", "equals_sign"}
    offered = {named.get(key, key) for key in keys}
    assert offered <= explained


def test_every_sign_is_explained() -> None:
    for sign in (*SIGNS.values(), *PHASE_SIGNS.values(), *"»!▸ø–●…×■▾"):
        assert f"{sign} " in PLAIN.split("Signs")[1].split("Numbers")[0]


def test_no_line_is_longer_than_the_box_on_the_smallest_terminal() -> None:
    assert max(map(len, PLAIN.splitlines())) <= 67


async def test_it_scrolls_where_it_does_not_fit() -> None:
    app = app_of(Stage().playback())
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("question_mark")
        await pilot.pause()
        box = app.screen.query_one(VerticalScroll)
        assert app.focused is box
        assert app.screen.region.contains_region(box.region)
        assert box.max_scroll_y > 0
        await pilot.press("down")
        await pilot.pause(0.3)
        assert box.scroll_offset.y > 0


async def test_on_a_full_screen_it_is_all_in_sight() -> None:
    app = app_of(Stage().playback())
    async with app.run_test(size=(200, 60)) as pilot:
        await pilot.press("question_mark")
        await pilot.pause()
        assert app.screen.query_one(VerticalScroll).max_scroll_y == 0


@every_look
def test_picture_of_help(snap_compare: SnapCompare, size: tuple[int, int], theme: str) -> None:
    async def arrange(pilot: Pilot[None]) -> None:
        await pilot.pause()
        await pilot.press("question_mark")
        await still(pilot, theme)

    assert snap_compare(app_of(Stage().playback()), terminal_size=size, run_before=arrange)
