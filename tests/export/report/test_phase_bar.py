from __future__ import annotations

from dataclasses import replace

import pytest

from tests.export.report.trainings import training_set
from tracker.domain import HIP_THRUST, Plan, SetRecord
from tracker.export.report.measures import phase_rows
from tracker.export.report.plots import Bar, PhaseBar, phase_bar


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
