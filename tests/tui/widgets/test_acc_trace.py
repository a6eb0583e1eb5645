from __future__ import annotations

import numpy as np
from textual.app import App, ComposeResult

from tracker.domain.units import STANDARD_GRAVITY_MPS2
from tracker.tui.widgets.traces import ACC_SPAN_S, AccTrace, acc_lines

BLANK = "\u2800"
TIME_S = np.arange(0.0, ACC_SPAN_S, 0.01)


class TraceApp(App[None]):
    def compose(self) -> ComposeResult:
        yield AccTrace()


def at(size_g: float) -> list[str]:
    return acc_lines(TIME_S, np.full_like(TIME_S, size_g * STANDARD_GRAVITY_MPS2), 44, 5)


def test_a_still_sensor_is_a_flat_line_at_one_g() -> None:
    lines = at(1.0)
    assert [line[:4] for line in lines] == ["2 g ", "    ", "1 g ", "    ", "0 g "]
    assert [set(line[4:]) == {BLANK} for line in lines] == [True, True, False, True, True]


def test_a_knock_is_drawn_at_the_edge() -> None:
    assert set(at(5.0)[0][4:]) != {BLANK}
    assert set(at(0.0)[-1][4:]) != {BLANK}


def test_without_samples_only_the_scale_is_drawn() -> None:
    lines = acc_lines(np.empty(0), np.empty(0), 20, 3)
    assert lines == [f"{label} {BLANK * 16}" for label in ("2 g", "1 g", "0 g")]


async def test_it_follows_what_it_is_shown_and_its_size() -> None:
    app = TraceApp()
    async with app.run_test(size=(60, 8)) as pilot:
        trace = app.query_one(AccTrace)
        trace.styles.height = "100%"
        assert "acceleration" in str(trace.border_title)
        await pilot.pause()
        for size in ((60, 8), (30, 5)):
            await pilot.resize_terminal(*size)
            trace.update_from(TIME_S, np.full_like(TIME_S, STANDARD_GRAVITY_MPS2))
            await pilot.pause()
            drawn = [trace.render_line(y).text for y in range(trace.size.height)]
            assert drawn == acc_lines(TIME_S, np.full_like(TIME_S, 9.80665), *trace.size)
