from __future__ import annotations

import math
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.coach.pacing import Heard, Moment, MomentKind, Stretch, beats, listen, moments
from tracker.domain import LIFTERS_ORDER, Phase, Plan, Tempo, parse_tempo

PLAN = Plan(tempo=parse_tempo("3-0-1-2"), rest_s=60.0)

tempos = st.builds(
    Tempo,
    st.none() | st.floats(0.1, 6.0),
    st.floats(0.0, 3.0),
    st.none() | st.floats(0.1, 6.0),
    st.floats(0.0, 6.0),
)


def times(found: list[Moment]) -> list[float]:
    return [each.at_s for each in found]


def test_a_phase_has_a_beat_a_second_and_the_first_is_accented() -> None:
    assert PLAN.tempo is not None
    found = beats(Phase.ECCENTRIC, 10.0, 0.0, 99.0, PLAN.tempo)
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
    assert len(beats(phase, 0.0, 0.0, 99.0, parse_tempo(code))) == amount


def test_intervals_are_half_open() -> None:
    assert PLAN.tempo is not None
    assert times(beats(Phase.ECCENTRIC, 10.0, 10.0, 11.0, PLAN.tempo)) == [10.0]
    assert times(beats(Phase.ECCENTRIC, 10.0, 11.0, 11.0, PLAN.tempo)) == []


@given(
    tempo=tempos,
    phase=st.sampled_from(LIFTERS_ORDER),
    cuts=st.lists(st.floats(-1.0, 9.0), max_size=12),
)
def test_however_time_is_cut_every_beat_is_there_once(
    tempo: Tempo, phase: Phase, cuts: list[float]
) -> None:
    edges = [-math.inf, *sorted(cuts), math.inf]
    pieces = [
        each for start, end in pairwise(edges) for each in beats(phase, 0.3, start, end, tempo)
    ]
    assert pieces == beats(phase, 0.3, -math.inf, math.inf, tempo)


def test_a_hold_that_is_done_and_a_rest_that_is_over_are_moments_too() -> None:
    top = moments(Stretch(Phase.LOCKOUT, 10.0), 0.0, 99.0, PLAN)
    assert [(each.kind, each.at_s) for each in top] == [
        (MomentKind.ACCENT, 10.0),
        (MomentKind.BEAT, 11.0),
        (MomentKind.HOLD_DONE, 12.0),
    ]
    rest = moments(Stretch(None, 100.0), 0.0, 999.0, PLAN)
    assert rest == [Moment(MomentKind.REST_OVER, 160.0)]


def test_without_a_tempo_only_the_goals_are_left() -> None:
    plan = Plan(lockout_goal_s=5.0)
    assert moments(Stretch(Phase.ECCENTRIC, 0.0), 0.0, 99.0, plan) == []
    found = moments(Stretch(Phase.LOCKOUT, 0.0), 0.0, 99.0, plan)
    assert found == [Moment(MomentKind.HOLD_DONE, 5.0)]
    assert moments(Stretch(Phase.LOCKOUT, 0.0), 0.0, 99.0, Plan()) == []


@given(
    tempo=tempos,
    lengths=st.lists(st.floats(0.2, 4.0), min_size=1, max_size=8),
    late_s=st.floats(0.0, 0.4),
    looks=st.lists(st.floats(0.0, 40.0), max_size=60),
)
def test_who_listens_now_and_then_hears_every_moment_of_the_stretches_once(
    tempo: Tempo, lengths: list[float], late_s: float, looks: list[float]
) -> None:
    plan = Plan(tempo=tempo, rest_s=2.0)
    starts = [0.0]
    for length_s in lengths:
        starts.append(starts[-1] + length_s)
    cycle = (*LIFTERS_ORDER, None)
    stretches = [Stretch(cycle[n % 5], start_s) for n, start_s in enumerate(starts)]
    # A phase is known a little after its start; there is a look for each, beside the others.
    known = [each.start_s + late_s * min(lengths) for each in stretches]
    heard: Heard | None = None
    got: list[Moment] = []
    for now_s in sorted([*known, *looks, 99.0]):
        known_now = [each for each, at_s in zip(stretches, known, strict=True) if at_s <= now_s]
        due, heard = listen(heard, known_now[-1] if known_now else None, now_s, plan)
        got += due
    said = [(each.kind, each.at_s) for each in got]
    # What a stretch still had when its end was not known yet is heard as well, but never twice.
    for end_s, least in ((math.inf, False), (None, True)):
        ends = [*starts[1:], 99.0]
        owed = [
            (each.kind, each.at_s)
            for stretch, own_end_s in zip(stretches, ends, strict=True)
            for each in moments(stretch, -math.inf, own_end_s if end_s is None else end_s, plan)
        ]
        if least:
            assert all(said.count(each) >= owed.count(each) for each in owed)
        else:
            assert all(said.count(each) <= owed.count(each) for each in said)


def test_nothing_is_heard_before_anything_has_begun() -> None:
    assert listen(None, None, 5.0, PLAN) == ([], None)


def test_a_phase_that_is_known_late_is_heard_from_its_start() -> None:
    before = Heard(Stretch(Phase.LOCKOUT, 10.0), 12.4)
    due, heard = listen(before, Stretch(Phase.ECCENTRIC, 12.2), 12.5, PLAN)
    assert due == [Moment(MomentKind.ACCENT, 12.2)]
    assert heard == Heard(Stretch(Phase.ECCENTRIC, 12.2), 12.5)
