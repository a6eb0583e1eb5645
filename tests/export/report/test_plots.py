from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.workouts import training_set
from tracker.domain import HIP_THRUST, Exercise, Plan, SetRecord, exercise_named
from tracker.export.report import measures
from tracker.export.report.measures import phase_rows
from tracker.export.report.plots import (
    BY_REP,
    BY_SESSION,
    HEIGHT,
    MANY,
    MOST_X_LABELS,
    WIDTH,
    Bar,
    Curve,
    DotPlot,
    PhaseBar,
    Series,
    dot_plot,
    phase_bar,
    rep_curve,
    scale_over,
)

if TYPE_CHECKING:
    from collections.abc import Sequence


def test_ticks_are_round_and_hold_the_values() -> None:
    scale = scale_over([36.2, 46.2], 160.0, 12.0, least_span=10.0)
    assert scale.ticks == (35.0, 40.0, 45.0, 50.0)
    assert scale.decimals == 0
    assert scale.px(35.0) == 160.0
    assert scale.px(50.0) == 12.0
    assert scale.px(42.5) == 86.0


def test_a_wiggle_of_nothing_is_not_pulled_apart() -> None:
    scale = scale_over([45.0, 45.01], 160.0, 12.0, least_span=10.0)
    assert scale.most - scale.least >= 10.0


def test_an_axis_can_begin_at_zero_whatever_its_values() -> None:
    assert scale_over([2.0, 2.1], 0.0, 100.0, least_span=1.0, from_zero=True).least == 0.0
    assert scale_over([0.0], 0.0, 100.0, least_span=1.0, from_zero=True).ticks[-1] == 1.0


@given(
    values=st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=20),
    from_zero=st.booleans(),
)
def test_every_value_is_inside_and_ticks_are_few(values: list[float], from_zero: bool) -> None:
    scale = scale_over(values, 0.0, 100.0, least_span=0.1, from_zero=from_zero)
    assert 2 <= len(scale.ticks) <= 7
    for value in values:
        assert -0.1 <= scale.px(value) <= 100.1
    shown = [f"{tick:.{scale.decimals}f}" for tick in scale.ticks]
    assert len(set(shown)) == len(shown)
    for text, tick in zip(shown, scale.ticks, strict=True):
        assert float(text) == pytest.approx(tick, abs=1e-9)


HOLD = replace(measures.HOLD, title="Hold")


def plotted(values: Sequence[float | None], goal: tuple[float, float] | None = None) -> DotPlot:
    plot = dot_plot(
        "x",
        HOLD,
        [Series(values, ["round"] * len(values))],
        [str(place + 1) for place in range(len(values))],
        along=BY_REP,
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
    assert dot_plot("x", HOLD, [series], names, along=BY_REP) is None


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
    plot = dot_plot("x", HOLD, [Series([1.0, 2.0, 3.0], ["round"] * 3)], dates, along=BY_SESSION)
    assert plot is not None
    assert [text for _, text in plot.x_labels] == [dates[0], dates[-1]]


def test_everything_is_inside_the_drawing() -> None:
    plot = plotted([0.0, 1e6, -1e6, 3.0], goal=(2.0, 0.4))
    for dot in plot.dots:
        assert 0.0 <= dot.x_px <= WIDTH
        assert 0.0 <= dot.y_px <= HEIGHT


def test_each_dot_says_what_it_is() -> None:
    assert plotted([1.0, 2.5]).dots[1].label == "Rep 2: 2.5\N{NO-BREAK SPACE}s"


def bars_of(record: SetRecord) -> PhaseBar:
    plot = phase_bar("x", phase_rows(record, HIP_THRUST))
    assert plot is not None
    return plot


def end_px(bar: Bar) -> float:
    return bar.parts[-1].x_px + bar.parts[-1].width_px


def test_the_plan_is_above_what_was_done_on_the_same_axis() -> None:
    plot = bars_of(training_set(1))
    plan, done = plot.bars
    assert (plan.name, done.name) == ("plan", "done")
    assert plan.y_px < done.y_px
    assert [part.label for part in plan.parts] == ["up 1 s", "hold 2 s", "down 3 s"]
    up, hold, down = plan.parts
    assert hold.width_px == pytest.approx(2 * up.width_px, abs=0.2)
    assert down.width_px == pytest.approx(3 * up.width_px, abs=0.2)


def test_parts_follow_each_other_without_a_hole() -> None:
    for bar in bars_of(training_set(1)).bars:
        for before, after in zip(bar.parts, bar.parts[1:], strict=False):
            assert before.x_px + before.width_px == pytest.approx(after.x_px, abs=0.15)


def test_as_fast_as_possible_is_as_long_as_it_was_and_says_so() -> None:
    plan, done = bars_of(training_set(1, tempo="30X2")).bars
    assert plan.parts[0].label == "up as fast as possible"
    assert plan.parts[0].width_px == done.parts[0].width_px


def test_without_a_whole_plan_there_is_one_bar() -> None:
    record = training_set(1, tempo=None)
    assert [bar.name for bar in bars_of(record).bars] == ["done"]
    hold_alone = replace(record, plan=Plan(lockout_goal_s=2.0))
    assert [bar.name for bar in bars_of(hold_alone).bars] == ["done"]


def test_seconds_are_left_out_where_they_do_not_fit() -> None:
    (bar,) = bars_of(training_set(1, reps=2, tempo=None)).bars
    assert [part.text for part in bar.parts] == ["0.9", "1.6", "2.4", "0.5"]
    (short,) = bars_of(
        replace(
            training_set(1, tempo=None), reps=(training_set(1, reps=2, bottom_s=0.05).reps[1],)
        )
    ).bars
    assert short.parts[-1].text == ""
    assert short.parts[-1].label == "floor 0.1 s"


def test_a_set_without_phases_has_no_bar() -> None:
    rows = phase_rows(replace(training_set(1), reps=()), HIP_THRUST)
    assert phase_bar("x", rows) is None


def test_the_axis_holds_the_longer_bar() -> None:
    plot = bars_of(training_set(1, tempo="9-0-9-9"))
    assert all(end_px(bar) <= plot.right_px + 0.1 for bar in plot.bars)
    assert plot.ticks[-1][0] == plot.right_px


def curve_of(record: SetRecord, exercise: Exercise = HIP_THRUST) -> Curve:
    curve = rep_curve(phase_rows(record, exercise))
    assert curve is not None
    return curve


def points(text: str) -> list[tuple[float, float]]:
    return [(float(x), float(y)) for x, y in (each.split(",") for each in text.split())]


def test_a_curve_goes_up_holds_and_comes_down_within_the_drawing() -> None:
    curve = curve_of(training_set(1))
    for line in map(points, (curve.done, curve.planned)):
        assert [x for x, _ in line] == sorted(x for x, _ in line)
        assert line[0][1] == line[-1][1] == curve.bottom_px
        assert min(y for _, y in line) == curve.top_px
        assert all(curve.left_px <= x <= curve.right_px for x, _ in line)


def test_a_curve_is_as_long_as_its_phases_on_an_axis_from_zero() -> None:
    record = training_set(1)
    curve = curve_of(record)
    done_s = sum(row.done_s or 0.0 for row in phase_rows(record, HIP_THRUST))
    planned_s = sum(row.planned_s or 0.0 for row in phase_rows(record, HIP_THRUST))
    done_px, planned_px = (points(each)[-1][0] for each in (curve.done, curve.planned))
    ratio = (done_px - curve.left_px) / (planned_px - curve.left_px)
    assert ratio == pytest.approx(done_s / planned_s, abs=0.01)
    assert (curve.ticks[0][1], curve.ticks[0][0]) == ("0", curve.left_px)


def test_a_squat_begins_at_the_top() -> None:
    curve = curve_of(training_set(1), exercise_named("squat"))
    assert points(curve.done)[0][1] == curve.top_px


def test_without_a_plan_the_curve_stands_alone_and_without_reps_there_is_none() -> None:
    assert curve_of(replace(training_set(1), plan=Plan())).planned == ""
    assert rep_curve(phase_rows(replace(training_set(1), reps=()), HIP_THRUST)) is None
    assert rep_curve(()) is None


def test_an_axis_that_does_not_begin_at_zero_says_where() -> None:
    assert plotted([0.0, 3.0]).begins == ""
    series = [Series([41.0, 47.0], ["round"] * 2)]
    plot = dot_plot("x", measures.RANGE, series, ["1", "2"], along=BY_REP)
    assert plot is not None
    assert plot.begins == plot.y_labels[0][1] != ""
