from __future__ import annotations

from dataclasses import replace

import pytest

from tests.export.report.trainings import training_set
from tracker.coach import pacing
from tracker.domain import EXERCISES, HIP_THRUST, Phase, Plan, parse_tempo
from tracker.export.report import measures as tempo


def test_short_phases_may_be_off_by_a_quarter_second_long_ones_by_a_fifth() -> None:
    assert tempo.tolerance_s(Phase.CONCENTRIC, 1.25) == 0.25
    assert tempo.tolerance_s(Phase.LOCKOUT, 1.25) == 0.25
    assert tempo.tolerance_s(Phase.ECCENTRIC, 3.0) == pytest.approx(0.6)


def test_a_pause_that_is_planned_as_none_may_take_a_moment() -> None:
    for phase in (Phase.BOTTOM, Phase.LOCKOUT):
        assert tempo.tempo_verdict(phase, 0.5, 0.0) == "as planned"
        assert tempo.tempo_verdict(phase, 0.51, 0.0) == "longer"


def test_it_is_judged_as_it_was_while_training() -> None:
    assert tempo.TURN_S == pacing.TURN_S
    assert set(tempo.PAUSES) == set(pacing.PAUSES)
    for planned_s in (0.5, 1.0, 1.25, 2.0, 3.0, 60.0):
        assert tempo.tolerance_s(Phase.LOCKOUT, planned_s) == pacing.tolerance_s(planned_s)


@pytest.mark.parametrize(
    ("error_s", "planned_s", "verdict"),
    [
        (0.25, 1.0, "as planned"),
        (0.1 + 0.2 - 0.05, 1.0, "as planned"),
        (0.26, 1.0, "longer"),
        (-0.26, 1.0, "shorter"),
        (-0.6, 3.0, "as planned"),
        (-0.61, 3.0, "shorter"),
        (None, 3.0, ""),
        (0.3, None, ""),
    ],
)
def test_an_error_is_judged_by_the_tolerance(
    error_s: float | None, planned_s: float | None, verdict: str
) -> None:
    assert tempo.tempo_verdict(Phase.ECCENTRIC, error_s, planned_s) == verdict


def test_rows_are_in_the_order_of_the_exercise() -> None:
    record = training_set(1)
    thrust = [row.phase for row in tempo.phase_rows(record, HIP_THRUST)]
    squat = [row.phase for row in tempo.phase_rows(record, EXERCISES["squat"])]
    assert thrust == [Phase.CONCENTRIC, Phase.LOCKOUT, Phase.ECCENTRIC, Phase.BOTTOM]
    assert squat == [Phase.ECCENTRIC, Phase.BOTTOM, Phase.CONCENTRIC, Phase.LOCKOUT]
    assert tempo.order_of(None) == tempo.order_of(HIP_THRUST)


def test_a_row_compares_the_median_with_the_plan_and_counts_the_reps() -> None:
    up, hold, *_ = tempo.phase_rows(training_set(1, reps=3, tempo="3-0-1-1.3"), HIP_THRUST)
    assert up.done_s == pytest.approx(0.94)
    assert up.error_s == pytest.approx(-0.06)
    assert up.shortest_s == pytest.approx(0.92)
    assert up.longest_s == pytest.approx(0.96)
    # 1.62, 1.64 and 1.66 s where 1.3 ± 0.26 s are planned.
    assert (hold.within, hold.of, hold.verdict) == (0, 3, "longer")
    assert hold.tolerance_s == pytest.approx(0.26)


def test_as_fast_as_possible_has_no_error() -> None:
    up, *_ = tempo.phase_rows(training_set(1, tempo="30X2"), HIP_THRUST)
    assert (up.planned, up.planned_s, up.error_s, up.verdict) == ("X", None, None, "")


def test_a_goal_for_the_lockout_stands_before_the_tempo_and_without_one() -> None:
    alone = replace(training_set(1), plan=Plan(lockout_goal_s=5.0))
    both = replace(training_set(1), plan=Plan(lockout_goal_s=5.0, tempo=parse_tempo("3-0-1-2")))
    for record in (alone, both):
        assert tempo.phase_rows(record, HIP_THRUST)[1].planned_s == 5.0
    assert tempo.phase_rows(alone, HIP_THRUST)[0].planned == "–"


def test_a_set_without_reps_has_rows_of_unknowns() -> None:
    record = replace(training_set(1), reps=())
    rows = tempo.phase_rows(record, HIP_THRUST)
    assert [(row.done_s, row.error_s, row.of) for row in rows] == [(None, None, 0)] * 4


def test_measured_tempo_is_written_both_ways() -> None:
    done_s = {
        Phase.CONCENTRIC: 0.94,
        Phase.LOCKOUT: 1.66,
        Phase.ECCENTRIC: 2.96,
        Phase.BOTTOM: None,
    }
    assert tempo.code(done_s) == "3.0-?-0.9-1.7"
    assert tempo.words(done_s) == "up 0.9 · hold 1.7 · down 3.0 · floor –"
    assert tempo.words(done_s, tempo.order_of(EXERCISES["squat"])).startswith("down 3.0")
