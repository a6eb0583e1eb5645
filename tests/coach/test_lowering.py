from __future__ import annotations

import pytest

from tests.coach.sets import around, rep, verdicts
from tracker.coach.checks import bottom_findings, lowering_findings
from tracker.domain import CueKind, Flag, Plan, Rep, exercise_named, parse_tempo


def tempo(code: str) -> Plan:
    return Plan(tempo=parse_tempo(code))


@pytest.mark.parametrize(
    ("plan", "down_s", "fast"),
    [
        (Plan(), 0.9, True),
        (Plan(), 1.1, False),
        (tempo("3-0-1-2"), 2.3, True),
        (tempo("3-0-1-2"), 2.5, False),
        (tempo("1-0-1-1"), 0.8, False),
        (tempo("X-0-1-1"), 0.4, False),
    ],
)
def test_how_slow_the_way_down_is_to_be(plan: Plan, down_s: float, fast: bool) -> None:
    said = verdicts(lowering_findings(rep(down_s=down_s), around(plan=plan)))
    assert said[CueKind.LOWER_SLOWER] is fast
    # Whoever still lowers too fast has not stopped dropping.
    assert said.get(CueKind.DROPPED) is (None if fast else False)


def test_dropped_hips_are_not_told_to_be_lowered_more_slowly_as_well() -> None:
    dropped = rep(1, Flag.DROPPED_ECCENTRIC, down_s=0.5)
    assert verdicts(lowering_findings(dropped, around())) == {CueKind.DROPPED: True}


def test_a_way_down_that_is_as_short_as_planned_is_no_drop() -> None:
    dropped = rep(1, Flag.DROPPED_ECCENTRIC, down_s=0.5)
    said = verdicts(lowering_findings(dropped, around(plan=tempo("X-0-1-1"))))
    assert not any(said.values())


def test_at_the_sensors_limit_the_peak_is_not_known_but_the_time_is() -> None:
    dropped = rep(1, Flag.DROPPED_ECCENTRIC, Flag.SATURATED, down_s=0.5)
    assert verdicts(lowering_findings(dropped, around())) == {CueKind.LOWER_SLOWER: True}


def test_squats_without_a_tempo_go_down_as_fast_as_they_like() -> None:
    squat = around(exercise=exercise_named("squat"))
    assert not any(verdicts(lowering_findings(rep(down_s=0.6), squat)).values())


@pytest.mark.parametrize("unknown", [rep(complete=False), rep(1, Flag.GAP, down_s=0.3)])
def test_a_way_down_that_was_not_seen_is_not_spoken_of(unknown: Rep) -> None:
    assert not list(lowering_findings(unknown, around()))


@pytest.mark.parametrize(("flags", "wrong"), [((), False), ((Flag.RESTED_AT_BOTTOM,), True)])
def test_resting_on_the_floor_is_wrong_where_tension_is_to_be_kept(
    flags: tuple[Flag, ...], wrong: bool
) -> None:
    kept = around(plan=Plan(keep_tension=True))
    assert verdicts(bottom_findings(rep(1, *flags), kept)) == {CueKind.KEEP_TENSION: wrong}
    assert not list(bottom_findings(rep(1, *flags), around()))


def test_the_bottom_is_not_spoken_of_before_it_is_known() -> None:
    kept = around(plan=Plan(keep_tension=True))
    assert not list(bottom_findings(rep(bottom_s=None), kept))
    assert not list(bottom_findings(rep(1, Flag.GAP, Flag.RESTED_AT_BOTTOM), kept))


@pytest.mark.parametrize(("down_s", "fast"), [(0.5, None), (1.5, False)])
def test_without_a_gyroscope_only_a_way_down_that_is_slow_enough_is_certain(
    down_s: float, fast: bool | None
) -> None:
    said = verdicts(lowering_findings(rep(down_s=down_s, gyroscope=False), around()))
    assert said.get(CueKind.LOWER_SLOWER) is fast
