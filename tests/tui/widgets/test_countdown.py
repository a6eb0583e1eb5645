from __future__ import annotations

from dataclasses import replace

import pytest
from textual.app import App, ComposeResult

from tests.tui.staging import PLAN
from tests.tui.widgets.snapshots import set_of, snapshot
from tests.workouts import rep_at
from tracker.tui.widgets.block_text import block_text
from tracker.tui.widgets.live import Countdown, countdown_of

ENDED = replace(set_of(rep_at(1.0, 1), ended=True), plan=PLAN)


class CountdownApp(App[None]):
    def compose(self) -> ComposeResult:
        yield Countdown()


@pytest.mark.parametrize(
    ("rest_s", "shown"),
    [
        (0.0, ("1:30", False)),
        (0.4, ("1:30", False)),
        (89.5, ("0:01", False)),
        (90.0, ("0:00", True)),
        (95.0, ("0:05", True)),
    ],
)
def test_the_rest_counts_down_and_then_up(rest_s: float, shown: tuple[str, bool]) -> None:
    resting = snapshot(sets=(ENDED,), plan=PLAN, position_s=ENDED.end_s + rest_s)
    assert countdown_of(resting) == shown


def test_during_a_set_the_whole_rest_is_left() -> None:
    assert countdown_of(snapshot(plan=replace(PLAN, rest_s=120.0))) == ("2:00", False)


async def test_it_is_drawn_large_with_what_it_means_below() -> None:
    app = CountdownApp()
    async with app.run_test(size=(60, 20)) as pilot:
        widget = app.query_one(Countdown)
        widget.styles.height = "100%"
        for rest_s, words in ((10.0, "rest left"), (95.0, "✓ rest is over: next set")):
            widget.update_from(snapshot(sets=(ENDED,), plan=PLAN, position_s=ENDED.end_s + rest_s))
            await pilot.pause()
            drawn = [widget.render_line(y).text.strip() for y in range(20)]
            lines = [line for line in drawn if line]
            assert lines[-1] == words
            large = block_text(widget.time, 58, 18, "00:00")
            assert lines[:-1] == [line.strip() for line in large]
        assert widget.has_class("-over")
