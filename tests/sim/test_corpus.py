from __future__ import annotations

from functools import cache

import pytest
from corpus import SCENARIO_NAMES, SCENARIOS, corpus

from tracker.domain import Flag
from tracker.sim.plan import SetPlan
from tracker.sim.repertoire import STYLES
from tracker.sim.session import SimulatedSession, simulate

PLANS = dict(corpus(seed=11, size=len(SCENARIO_NAMES)))


@cache
def session_of(scenario: str) -> SimulatedSession:
    number = SCENARIO_NAMES.index(scenario)
    return simulate(PLANS[f"{scenario}-{number:03d}"], number)


def test_the_same_seed_gives_the_same_plans() -> None:
    assert dict(corpus(seed=11, size=40)) == dict(corpus(seed=11, size=40))
    assert dict(corpus(seed=12, size=3)) != dict(corpus(seed=11, size=3))


def test_a_longer_corpus_starts_like_a_shorter_one_and_goes_round() -> None:
    plans = list(corpus(seed=1, size=len(SCENARIOS) + 2))
    assert list(corpus(seed=1, size=5)) == plans[:5]
    assert len({name for name, _ in plans}) == len(plans)
    assert plans[-2][0].startswith(SCENARIO_NAMES[0])
    assert plans[-2][1] != plans[0][1]


def test_every_exercise_is_in_it() -> None:
    assert set(STYLES) <= {plan.exercise for plan in PLANS.values()}


@pytest.mark.slow
@pytest.mark.parametrize("scenario", SCENARIO_NAMES)
def test_every_scenario_can_be_simulated_and_counts_what_it_planned(scenario: str) -> None:
    session = session_of(scenario)
    planned = [
        sum(rep.reach >= 0.5 for rep in block.reps)
        for block in session.plan.blocks
        if isinstance(block, SetPlan)
    ]
    assert [len(one.reps) for one in session.truth.sets] == planned
    assert session.truth.duration_s < 240.0
    # Far from the 12 s that separate two sets, so that their number is beyond dispute.
    for one in session.truth.sets:
        assert max((rep.bottom_s or 0.0 for rep in one.reps), default=0.0) < 10.0
    for one, two in zip(session.truth.sets, session.truth.sets[1:], strict=False):
        assert two.start_s - one.end_s > 14.0


def test_the_awkward_scenarios_have_what_they_are_named_after() -> None:
    partial = session_of("partial_reps").truth
    assert any(Flag.SHORT_OF_LOCKOUT in rep.flags for one in partial.sets for rep in one.reps)
    failed = {note.kind.value for note in session_of("failed_reps").truth.episodes}
    assert "attempt" in failed
    quick = session_of("touch_and_go").truth.sets[0].reps[0]
    assert quick.bottom_s is not None
    assert quick.bottom_s < 0.15
    assert max(gap.end_s - gap.start_s for gap in session_of("disconnected").truth.gaps) > 1.9
    assert session_of("accelerometer_only").samples()[2] is None
    assert session_of("no_training").truth.sets == ()


def test_partial_and_failed_reps_are_unmistakable() -> None:
    for plan in PLANS.values():
        for block in plan.blocks:
            for rep in block.reps if isinstance(block, SetPlan) else ():
                assert rep.reach < 0.4 or 0.58 < rep.reach < 0.78 or rep.reach > 0.9
