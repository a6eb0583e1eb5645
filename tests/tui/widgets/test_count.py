from __future__ import annotations

from typing import TYPE_CHECKING

from textual.app import App

from tests.tui.widgets.snapshots import set_of, snapshot
from tests.workouts import rep_at
from tracker.tui.widgets.block_text import block_text
from tracker.tui.widgets.live import Count

if TYPE_CHECKING:
    from textual.app import ComposeResult


class CountApp(App[None]):
    def compose(self) -> ComposeResult:
        yield Count()


async def test_the_count_fills_the_room_and_follows_a_resize() -> None:
    app = CountApp()
    async with app.run_test(size=(32, 11)) as pilot:
        count = app.query_one(Count)
        count.update_from(snapshot(sets=(set_of(*(rep_at(6.0 * n, n) for n in range(1, 13))),)))
        await pilot.pause()
        drawn = [count.render_line(y).text for y in range(11)]
        assert [line.strip() for line in drawn[:10]] == [
            line.strip() for line in block_text("12", 30, 10)
        ]

        await pilot.resize_terminal(90, 30)
        await pilot.pause()
        assert "█" in count.render_line(25).text


async def test_a_count_that_stands_still_is_dimmed() -> None:
    app = CountApp()
    async with app.run_test() as pilot:
        count = app.query_one(Count)
        count.update_from(snapshot())
        assert count.has_class("-resting")
        count.update_from(snapshot(sets=(set_of(rep_at(1.0, 1)),)))
        assert not count.has_class("-resting")
        count.update_from(snapshot(sets=(set_of(rep_at(1.0, 1), ended=True),)))
        assert count.has_class("-resting")
        await pilot.pause()
