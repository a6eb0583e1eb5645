from __future__ import annotations

import math
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.coach.sets import rep
from tracker.coach.pacing import (
    Interval,
    LastPoll,
    Moment,
    MomentKind,
    PaceVerdict,
    judge_pace,
    moments,
    phase_errors,
    planned_s,
    poll,
    tolerance_s,
)
from tracker.domain import LIFTERS_ORDER, Phase, Plan, Tempo, parse_tempo

MIXED = parse_tempo("3-1-2-2")


def test_a_hold_planned_on_its_own_replaces_the_tempos() -> None:
    plan = Plan(tempo=MIXED, lockout_goal_s=5.0)
    assert [planned_s(plan, phase) for phase in LIFTERS_ORDER] == [2.0, 5.0, 3.0, 1.0]
    assert [planned_s(Plan(), phase) for phase in LIFTERS_ORDER] == [None] * 4


def test_the_tolerance_is_a_quarter_second_or_a_fifth_and_a_turn_for_a_pause_of_0() -> None:
    assert [tolerance_s(Phase.LOCKOUT, each) for each in (0.0, 1.0, 2.0)] == [0.5, 0.25, 0.4]
    assert tolerance_s(Phase.CONCENTRIC, 0.5) == 0.25


def test_the_tolerance_is_kept_to_the_microsecond() -> None:
    assert judge_pace(Phase.ECCENTRIC, 1.0, 1.25 + 1e-12) is PaceVerdict.ON_TEMPO
    assert judge_pace(Phase.ECCENTRIC, 1.0, 1.2501) is PaceVerdict.TOO_SLOW
    assert judge_pace(Phase.ECCENTRIC, 1.0, 0.7499) is PaceVerdict.TOO_FAST


def test_a_rep_is_told_phase_by_phase_in_the_lifters_order() -> None:
    errors = list(phase_errors(rep(up_s=1.5, hold_s=2.3, down_s=4.0, bottom_s=1.0), MIXED))
    assert [each.phase for each in errors] == list(LIFTERS_ORDER)
    assert [each.error_s for each in errors] == pytest.approx([-0.5, 0.3, 1.0, 0.0])
    assert [each.verdict for each in errors] == [
        PaceVerdict.TOO_FAST,
        PaceVerdict.ON_TEMPO,
        PaceVerdict.TOO_SLOW,
        PaceVerdict.ON_TEMPO,
    ]


def test_phases_that_are_not_known_are_left_out() -> None:
    errors = phase_errors(rep(complete=False, bottom_s=None), MIXED)
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
    allowed_s = tolerance_s(Phase.CONCENTRIC, planned)
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


TEMPO = parse_tempo("3-0-1-2")


PLAN = Plan(tempo=TEMPO, rest_s=60.0)


tempos = st.builds(
    Tempo,
    st.none() | st.floats(0.1, 6.0),
    st.floats(0.0, 3.0),
    st.none() | st.floats(0.1, 6.0),
    st.floats(0.0, 6.0),
)


def times(found: list[Moment]) -> list[float]:
    return [each.at_s for each in found]


def beats(phase: Phase, from_s: float, to_s: float, tempo: Tempo) -> list[Moment]:
    """Return the beats of a phase that began at 10 s, without the end of a hold."""
    found = moments(Interval(phase, 10.0), from_s, to_s, Plan(tempo=tempo))
    return [each for each in found if each.kind is not MomentKind.HOLD_DONE]


def test_a_phase_has_a_beat_a_second_and_the_first_is_accented() -> None:
    found = beats(Phase.ECCENTRIC, 0.0, 99.0, TEMPO)
    assert times(found) == [10.0, 11.0, 12.0]
    assert [each.kind for each in found] == [MomentKind.ACCENT, MomentKind.BEAT, MomentKind.BEAT]


@pytest.mark.parametrize(
    ("code", "phase", "amount"),
    [
        ("3-0-X-2", Phase.CONCENTRIC, 1),
        ("3-0-1-2", Phase.BOTTOM, 0),
        ("3-0-1-0", Phase.LOCKOUT, 0),
        ("2.5-0-1-2", Phase.ECCENTRIC, 3),
    ],
)
def test_how_many_beats_a_phase_has(code: str, phase: Phase, amount: int) -> None:
    assert len(beats(phase, 0.0, 99.0, parse_tempo(code))) == amount


def test_intervals_are_half_open() -> None:
    assert times(beats(Phase.ECCENTRIC, 10.0, 11.0, TEMPO)) == [10.0]
    assert times(beats(Phase.ECCENTRIC, 11.0, 11.0, TEMPO)) == []


@given(
    tempo=tempos,
    phase=st.sampled_from(LIFTERS_ORDER),
    cuts=st.lists(st.floats(9.0, 19.0), max_size=12),
)
def test_however_time_is_cut_every_moment_comes_once(
    tempo: Tempo, phase: Phase, cuts: list[float]
) -> None:
    edges = [-math.inf, *sorted(cuts), math.inf]
    interval, plan = Interval(phase, 10.3), Plan(tempo=tempo)
    pieces = [
        each for start, end in pairwise(edges) for each in moments(interval, start, end, plan)
    ]
    assert pieces == moments(interval, -math.inf, math.inf, plan)


def test_a_hold_that_is_done_and_a_rest_that_is_over_are_moments_too() -> None:
    top = moments(Interval(Phase.LOCKOUT, 10.0), 0.0, 99.0, PLAN)
    assert [(each.kind, each.at_s) for each in top] == [
        (MomentKind.ACCENT, 10.0),
        (MomentKind.BEAT, 11.0),
        (MomentKind.HOLD_DONE, 12.0),
    ]
    rest = moments(Interval(None, 100.0), 0.0, 999.0, PLAN)
    assert rest == [Moment(MomentKind.REST_OVER, 160.0)]


def test_without_a_tempo_only_the_goals_are_left() -> None:
    plan = Plan(lockout_goal_s=5.0)
    assert moments(Interval(Phase.ECCENTRIC, 0.0), 0.0, 99.0, plan) == []
    found = moments(Interval(Phase.LOCKOUT, 0.0), 0.0, 99.0, plan)
    assert found == [Moment(MomentKind.HOLD_DONE, 5.0)]
    assert moments(Interval(Phase.LOCKOUT, 0.0), 0.0, 99.0, Plan()) == []


@given(
    tempo=tempos,
    lengths=st.lists(st.floats(0.2, 4.0), min_size=1, max_size=8),
    late_s=st.floats(0.0, 0.4),
    looks=st.lists(st.floats(0.0, 40.0), max_size=60),
)
def test_polling_now_and_then_returns_every_moment_of_the_intervals_once(
    tempo: Tempo, lengths: list[float], late_s: float, looks: list[float]
) -> None:
    plan = Plan(tempo=tempo, rest_s=2.0)
    starts = [0.0]
    for length_s in lengths:
        starts.append(starts[-1] + length_s)
    cycle = (*LIFTERS_ORDER, None)
    intervals = [Interval(cycle[n % 5], start_s) for n, start_s in enumerate(starts)]
    # A phase is known a little after its start; there is a look for each, beside the others.
    known = [each.start_s + late_s * min(lengths) for each in intervals]
    last: LastPoll | None = None
    got: list[Moment] = []
    for now_s in sorted([*known, *looks, 99.0]):
        known_now = [each for each, at_s in zip(intervals, known, strict=True) if at_s <= now_s]
        due, last = poll(last, known_now[-1] if known_now else None, now_s, plan)
        got += due
    said = [(each.kind, each.at_s) for each in got]
    # What an interval still had before its end was known sounds as well, but never twice.
    for end_s, least in ((math.inf, False), (None, True)):
        ends = [*starts[1:], 99.0]
        owed = [
            (each.kind, each.at_s)
            for interval, own_end_s in zip(intervals, ends, strict=True)
            for each in moments(interval, -math.inf, own_end_s if end_s is None else end_s, plan)
        ]
        if least:
            assert all(said.count(each) >= owed.count(each) for each in owed)
        else:
            assert all(said.count(each) <= owed.count(each) for each in said)


def test_nothing_is_heard_before_anything_has_begun() -> None:
    assert poll(None, None, 5.0, PLAN) == ([], None)


def test_a_phase_that_is_known_late_is_heard_from_its_start() -> None:
    before = LastPoll(Interval(Phase.LOCKOUT, 10.0), 12.4)
    due, last = poll(before, Interval(Phase.ECCENTRIC, 12.2), 12.5, PLAN)
    assert due == [Moment(MomentKind.ACCENT, 12.2)]
    assert last == LastPoll(Interval(Phase.ECCENTRIC, 12.2), 12.5)
