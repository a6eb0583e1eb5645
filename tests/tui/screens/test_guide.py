from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from textual.containers import VerticalScroll

from tests.tui.coaching import still
from tests.tui.staging import SIZES, Stage, app_of, every_look
from tracker.coach import ASK_FIRST, HOW_TO, NO_DIAGNOSIS, WARM_UP, red_flag_lines
from tracker.domain import EXERCISES
from tracker.tui.screens.dialogs import GuideScreen, guide_parts, guide_text, warning_parts
from tracker.tui.screens.train import TrainScreen

if TYPE_CHECKING:
    from textual.pilot import Pilot

    from tests.tui.coaching import SnapCompare


@pytest.mark.parametrize("exercise", EXERCISES)
def test_every_exercise_has_its_guide(exercise: str) -> None:
    how, warm_up, pain = guide_parts(exercise)
    assert how[0] == EXERCISES[exercise].title
    assert set(HOW_TO[exercise]) <= set(how[1])
    assert warm_up[1] == WARM_UP
    assert NO_DIAGNOSIS in pain[1]


def test_the_warning_has_every_red_flag() -> None:
    ((_, lines),) = warning_parts()
    assert {ASK_FIRST, NO_DIAGNOSIS, *red_flag_lines()} <= set(lines)


def test_each_part_stands_under_its_heading() -> None:
    text = guide_text((("One", ("a", "b")), ("Two", ("[c]",))))
    assert str(text) == "One\na\nb\n\nTwo\n[c]"


@pytest.mark.parametrize("key", ["escape", "enter", "q", "f2"])
async def test_it_can_be_closed_and_says_how_where_it_can_be_seen(key: str) -> None:
    app = app_of(Stage().session())
    async with app.run_test(size=(80, 24)) as pilot:
        await app.push_screen(GuideScreen(warning_parts(), "enter goes on"))
        await pilot.pause()
        box = app.screen.query_one(VerticalScroll)
        assert box.border_subtitle == "↑ ↓ scroll · enter goes on"
        assert app.screen.region.contains_region(box.region)
        await pilot.press(key)
        await pilot.pause()
        assert isinstance(app.screen, TrainScreen)


async def test_a_long_guide_scrolls_by_keys() -> None:
    app = app_of(Stage().session())
    async with app.run_test(size=(60, 15)) as pilot:
        await app.push_screen(GuideScreen(guide_parts("hip_thrust")))
        await pilot.pause()
        box = app.screen.query_one(VerticalScroll)
        assert box.max_scroll_y > 0
        await pilot.press("end")
        await pilot.pause()
        box.scroll_end(animate=False, immediate=True)
        assert box.scroll_offset.y == box.max_scroll_y


@every_look
def test_picture_of_the_warning(
    snap_compare: SnapCompare, size: tuple[int, int], theme: str
) -> None:
    async def arrange(pilot: Pilot[None]) -> None:
        await pilot.pause()
        await pilot.app.push_screen(GuideScreen(warning_parts(), "enter goes on"))
        await still(pilot, theme)

    assert snap_compare(app_of(Stage().session()), terminal_size=size, run_before=arrange)


def test_picture_of_a_guide(snap_compare: SnapCompare) -> None:
    async def arrange(pilot: Pilot[None]) -> None:
        await pilot.pause()
        await pilot.app.push_screen(GuideScreen(guide_parts("hip_thrust")))
        await still(pilot, "textual-dark")

    assert snap_compare(app_of(Stage().session()), terminal_size=SIZES[1], run_before=arrange)
