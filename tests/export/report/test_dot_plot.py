from __future__ import annotations

import math
from typing import TYPE_CHECKING

import pytest

from tracker.export.report.plots import (
    HEIGHT,
    MANY,
    MOST_X_LABELS,
    WIDTH,
    DotPlot,
    Quantity,
    Series,
    dot_plot,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

HOLD = Quantity("Hold", "s", 1, least_span=1.0, from_zero=True)


def plotted(values: Sequence[float | None], goal: tuple[float, float] | None = None) -> DotPlot:
    plot = dot_plot(
        "x",
        HOLD,
        [Series(values, ["round"] * len(values))],
        [str(place + 1) for place in range(len(values))],
        x_title="Rep",
        legend=[("round", "rep"), ("diamond", "rep with a remark")],
        goal=goal,
    )
    assert plot is not None
    return plot


def test_higher_values_are_higher_and_later_ones_further_right() -> None:
    plot = plotted([1.0, 2.0, 1.5])
    first, second, third = plot.dots
    assert first.x_px < second.x_px < third.x_px
    assert second.y_px < third.y_px < first.y_px
    assert plot.lines == (" ".join(f"{dot.x_px:g},{dot.y_px:g}" for dot in plot.dots),)


def test_an_unknown_value_breaks_the_line_and_has_no_dot() -> None:
    plot = plotted([1.0, 1.1, None, 1.2, math.nan, 1.3, 1.4])
    assert len(plot.dots) == 5
    assert [len(line.split()) for line in plot.lines] == [2, 2]
    assert "5 of 7 known" in plot.description


def test_a_single_value_is_a_dot_in_the_middle() -> None:
    plot = plotted([1.0])
    assert plot.lines == ()
    assert plot.dots[0].x_px == pytest.approx(WIDTH / 2, abs=20)


@pytest.mark.parametrize("values", [[], [None], [math.inf, None]])
def test_nothing_known_is_no_plot(values: list[float | None]) -> None:
    series = Series(values, ["round"] * len(values))
    names = ["1"] * len(values)
    assert dot_plot("x", HOLD, [series], names, x_title="Rep") is None


def test_the_goal_is_inside_with_what_is_near_enough() -> None:
    plot = plotted([0.5, 0.6], goal=(2.0, 0.4))
    assert plot.goal is not None
    assert 0.0 < plot.goal.top_px < plot.goal.y_px < plot.goal.top_px + plot.goal.height_px
    assert plot.goal.text == "plan 2.0 ± 0.40"
    assert "Planned: 2.0" in plot.description


def test_the_legend_has_what_is_there() -> None:
    assert plotted([1.0]).legend == (("round", "rep"),)


def test_many_reps_have_few_labels_and_small_dots() -> None:
    plot = plotted([1.0] * 100)
    assert len(plot.x_labels) <= MOST_X_LABELS
    assert plot.dot_px < plotted([1.0] * MANY).dot_px


def test_dates_are_named_at_the_ends_only() -> None:
    dates = ["4 May 2026", "6 May 2026", "8 May 2026"]
    plot = dot_plot("x", HOLD, [Series([1.0, 2.0, 3.0], ["round"] * 3)], dates, x_title="Session")
    assert plot is not None
    assert [label.text for label in plot.x_labels] == [dates[0], dates[-1]]


def test_everything_is_inside_the_drawing() -> None:
    plot = plotted([0.0, 1e6, -1e6, 3.0], goal=(2.0, 0.4))
    for dot in plot.dots:
        assert 0.0 <= dot.x_px <= WIDTH
        assert 0.0 <= dot.y_px <= HEIGHT


def test_each_dot_says_what_it_is() -> None:
    assert plotted([1.0, 2.5]).dots[1].label == "Rep 2: 2.5\N{NO-BREAK SPACE}s"
