from __future__ import annotations

from dataclasses import replace

from tests.export.report.trainings import rep, training_set
from tracker.domain import EXERCISES, HIP_THRUST, Flag, Plan, SetEntries
from tracker.export.report.set_section import set_section


def test_a_rep_off_its_plan_has_an_arrow_at_the_phase() -> None:
    record = replace(training_set(1, tempo="3-0-1-1.3"), reps=(rep(1, bottom_s=0.1),))
    (row,) = set_section(record, HIP_THRUST).times
    assert row == ("1", "0.92", "1.62 ↑", "2.42", "0.10")


def test_columns_follow_the_exercise() -> None:
    head = set_section(training_set(1), EXERCISES["squat"]).times_head
    assert [column.name for column in head] == ["Rep", "down", "floor", "up", "hold"]


def test_the_top_has_a_column_where_one_is_known() -> None:
    without = set_section(training_set(1), HIP_THRUST)
    with_top = set_section(training_set(1, top_deg=-3.25), HIP_THRUST)
    assert [column.name for column in without.moves_head][-1] == "Tilt"
    assert [column.name for column in with_top.moves_head][-1] == "Top"
    assert with_top.moves[0][-1] == "–"
    assert with_top.moves[-1][-1] in ("−3.2", "−3.3")


def test_plots_are_of_range_velocity_and_hold_with_its_goal() -> None:
    section = set_section(training_set(1), HIP_THRUST)
    titles = [title for title, _ in section.plots]
    assert titles == ["Range of motion", "Mean velocity, way up", "Hold at the top"]
    plots = [plot for _, plot in section.plots]
    assert [plot is not None and len(plot.dots) for plot in plots] == [12, 12, 12]
    assert [plot is not None and plot.goal is not None for plot in plots] == [False, False, True]


def test_a_squat_is_plotted_by_its_rise() -> None:
    assert set_section(training_set(1), EXERCISES["squat"]).plots[0][0] == "Rise"


def test_a_velocity_that_is_known_of_no_rep_has_no_plot() -> None:
    record = training_set(1)
    slow = replace(
        record, reps=tuple(replace(each, mean_velocity_mps=None) for each in record.reps)
    )
    assert set_section(slow, HIP_THRUST).plots[1] == ("Mean velocity, way up", None)


def test_reps_with_a_remark_and_reps_to_be_doubted_have_shapes_of_their_own() -> None:
    record = training_set(1, reps=4, flags=(Flag.SAGGED,))
    slow = (Flag.LOW_CONFIDENCE_VELOCITY,)
    first = (rep(1, flags=(Flag.GAP, Flag.SAGGED)), replace(rep(2), complete=False))
    section = set_section(
        replace(record, reps=(*first, rep(3, flags=slow), *record.reps[3:])), HIP_THRUST
    )
    (_, plot), *_ = section.plots
    assert plot is not None
    assert [dot.shape for dot in plot.dots] == ["square", "square", "round", "diamond"]
    assert [shape for shape, _ in section.legend] == ["round", "diamond", "square"]


def test_one_shape_needs_no_legend() -> None:
    assert set_section(training_set(1), HIP_THRUST).legend == ()


def test_what_was_planned_besides_the_tempo_is_said() -> None:
    record = replace(
        training_set(1, entries=SetEntries(rpe=8.5)),
        plan=Plan(lockout_goal_s=2.0, velocity_loss=0.2, keep_tension=True),
    )
    section = set_section(record, HIP_THRUST)
    assert section.facts == (
        ("Effort (RPE)", "8.5 of 10"),
        ("Planned hold", "2\N{NO-BREAK SPACE}s"),
        ("Stop at velocity loss of", "20 %"),
        ("Asked for", "hips off the floor between reps"),
    )
    assert section.is_planned
    assert section.planned_code == ""


def test_without_a_plan_nothing_is_said_of_one() -> None:
    section = set_section(training_set(1, tempo=None, load_kg=None), HIP_THRUST)
    assert not section.is_planned
    assert section.heading == "Set 1: 12 of 12 reps"


def test_a_counted_rep_without_an_end_is_said_to_be_missing() -> None:
    assert set_section(training_set(1), HIP_THRUST).missing == ""
    cut = replace(training_set(1), counted=13)
    assert set_section(cut, HIP_THRUST).missing.startswith("13 were counted, 12 were measured")
