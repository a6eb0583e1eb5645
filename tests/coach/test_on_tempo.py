from __future__ import annotations

from dataclasses import replace

import pytest

from tests.coach.sets import around, rep, verdicts
from tracker.coach.checks import tempo_findings
from tracker.domain import CueKind, Flag, Phase, Plan, Rep, parse_tempo

PLAN = Plan(tempo=parse_tempo("3-1-2-2"))


def good(
    *, up_s: float = 2.0, hold_s: float = 2.0, down_s: float = 3.0, bottom_s: float = 1.0
) -> Rep:
    """Return a rep on that tempo, but for what is said otherwise."""
    return rep(up_s=up_s, hold_s=hold_s, down_s=down_s, bottom_s=bottom_s)


def wrong(each: Rep, plan: Plan = PLAN, *earlier: Rep) -> list[object]:
    said = verdicts(tempo_findings(each, around(*earlier, plan=plan)))
    return [topic for topic, is_wrong in said.items() if is_wrong]


def test_a_rep_on_tempo_is_fine_in_every_phase() -> None:
    said = verdicts(tempo_findings(good(), around(plan=PLAN)))
    assert len(said) == 6
    assert not any(said.values())


@pytest.mark.parametrize(
    ("changed", "topic"),
    [
        ({"up_s": 1.5}, (CueKind.TOO_FAST, Phase.CONCENTRIC)),
        ({"up_s": 2.5}, (CueKind.TOO_SLOW, Phase.CONCENTRIC)),
        ({"hold_s": 2.5}, (CueKind.TOO_SLOW, Phase.LOCKOUT)),
        ({"down_s": 3.7}, (CueKind.TOO_SLOW, Phase.ECCENTRIC)),
        ({"bottom_s": 0.7}, (CueKind.TOO_FAST, Phase.BOTTOM)),
        ({"bottom_s": 1.3}, (CueKind.TOO_SLOW, Phase.BOTTOM)),
    ],
)
def test_each_phase_that_is_off_is_told(changed: dict[str, float], topic: object) -> None:
    assert wrong(good(**changed)) == [topic]


@pytest.mark.parametrize("changed", [{"hold_s": 0.5}, {"down_s": 1.0}])
def test_short_holds_and_fast_lowering_have_cues_of_their_own(changed: dict[str, float]) -> None:
    assert wrong(good(**changed)) == []


def test_a_goal_for_the_hold_may_be_exceeded() -> None:
    plan = Plan(tempo=parse_tempo("3-1-2-2"), lockout_goal_s=2.0)
    assert wrong(good(hold_s=5.0), plan) == []


def test_as_fast_as_possible_is_held_against_the_sets_fastest() -> None:
    plan = Plan(tempo=parse_tempo("30X2"))
    first = good(up_s=0.8, bottom_s=0.2)
    assert wrong(good(up_s=0.3, bottom_s=0.2), plan, first) == []
    slow = (CueKind.TOO_SLOW, Phase.CONCENTRIC)
    assert wrong(good(up_s=1.1, bottom_s=0.2), plan, first) == [slow]
    cut = replace(good(up_s=0.2, bottom_s=0.2), flags=(Flag.GAP,))
    assert wrong(good(up_s=1.1, bottom_s=0.2), plan, cut) == []


def test_without_a_tempo_or_with_a_gap_nothing_is_told() -> None:
    assert wrong(rep(up_s=9.0), Plan()) == []
    assert wrong(rep(1, Flag.GAP, up_s=9.0)) == []


def test_without_a_gyroscope_no_time_is_close_enough_to_be_compared() -> None:
    assert wrong(replace(good(up_s=1.0), gyroscope=False)) == []
