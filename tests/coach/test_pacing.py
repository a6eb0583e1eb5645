from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.coach.sets import rep
from tracker.coach.pacing import Pace, PaceVerdict, pace, phase_errors, tolerance_s
from tracker.domain import LIFTERS_ORDER, Phase, Plan, parse_tempo

TEMPO = parse_tempo("3-1-2-2")


def test_a_phase_under_way_is_compared_with_its_plan() -> None:
    now = pace(Phase.ECCENTRIC, 10.0, 11.5, Plan(tempo=TEMPO))
    assert now == Pace(planned_s=3.0, elapsed_s=1.5)
    assert (now.error_s, now.share) == (-1.5, 0.5)
    assert pace(Phase.ECCENTRIC, 10.0, 14.0, Plan(tempo=TEMPO)).share == 1.0


def test_a_phase_that_will_begin_has_not_taken_any_time() -> None:
    assert pace(Phase.ECCENTRIC, 10.0, 9.9, Plan(tempo=TEMPO)).elapsed_s == 0.0


@pytest.mark.parametrize("plan", [Plan(), Plan(tempo=parse_tempo("30X2"))])
def test_without_a_number_there_is_no_error(plan: Plan) -> None:
    now = pace(Phase.CONCENTRIC, 10.0, 11.0, plan)
    assert (now.planned_s, now.error_s, now.share) == (None, None, None)


def test_a_goal_for_the_hold_stands_above_the_tempos() -> None:
    assert pace(Phase.LOCKOUT, 0.0, 0.0, Plan(tempo=TEMPO, lockout_goal_s=5.0)).planned_s == 5.0


def test_the_tolerance_is_a_quarter_second_or_a_fifth() -> None:
    assert [tolerance_s(each) for each in (0.0, 1.0, 2.0)] == [0.25, 0.25, 0.4]


def test_a_rep_is_told_phase_by_phase_in_the_lifters_order() -> None:
    errors = list(phase_errors(rep(up_s=1.5, hold_s=2.3, down_s=4.0, bottom_s=1.0), TEMPO))
    assert [each.phase for each in errors] == list(LIFTERS_ORDER)
    assert [each.error_s for each in errors] == pytest.approx([-0.5, 0.3, 1.0, 0.0])
    assert [each.verdict for each in errors] == [
        PaceVerdict.TOO_FAST,
        PaceVerdict.ON_TEMPO,
        PaceVerdict.TOO_SLOW,
        PaceVerdict.ON_TEMPO,
    ]


def test_phases_that_are_not_known_are_left_out() -> None:
    errors = phase_errors(rep(complete=False, bottom_s=None), TEMPO)
    assert [each.phase for each in errors] == [Phase.CONCENTRIC]


@given(took_s=st.floats(0.01, 20.0), fastest_s=st.none() | st.floats(0.1, 5.0))
def test_as_fast_as_possible_is_never_too_fast(took_s: float, fastest_s: float | None) -> None:
    earlier = () if fastest_s is None else (rep(1, up_s=fastest_s),)
    (error, *_) = phase_errors(rep(2, up_s=took_s), parse_tempo("30X2"), earlier)
    assert error.planned_s is None
    assert error.verdict is not PaceVerdict.TOO_FAST
    if fastest_s is None:
        assert (error.error_s, error.verdict) == (None, PaceVerdict.ON_TEMPO)


@given(planned=st.integers(1, 9), error_s=st.floats(-0.9, 5.0))
def test_the_verdict_is_the_same_on_both_sides(planned: int, error_s: float) -> None:
    tempo = parse_tempo(f"3-0-{planned}-2")
    took_s = planned + error_s
    (error, *_) = phase_errors(rep(up_s=took_s), tempo)
    allowed_s = tolerance_s(planned)
    if abs(error_s) < allowed_s - 1e-9:
        assert error.verdict is PaceVerdict.ON_TEMPO
    elif abs(error_s) > allowed_s + 1e-9:
        assert error.verdict is (PaceVerdict.TOO_SLOW if error_s > 0 else PaceVerdict.TOO_FAST)


@pytest.mark.parametrize(("bottom_s", "slow"), [(0.0, False), (0.45, False), (0.6, True)])
def test_a_pause_that_is_planned_as_none_may_take_the_time_of_a_turn(
    bottom_s: float, slow: bool
) -> None:
    *_, bottom = phase_errors(rep(bottom_s=bottom_s), parse_tempo("2-0-1-2"))
    assert (bottom.verdict is PaceVerdict.TOO_SLOW) is slow
