from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.app.doubles import GatedSource, ManualClock, ScriptedEngine, samples_every
from tests.workouts import DURATION_S, REP_S, REPS, SET_STARTS_S, UP_S, pitch_deg, said_at
from tracker.app.session import Session
from tracker.app.snapshot import SessionSnapshot, read_only
from tracker.domain import LoweringStarted, Phase, PhaseStarted, RepCompleted, SessionInfo
from tracker.engine import build_engine
from tracker.sim import simulate, training_plan


async def snapshot_at(time_s: float) -> SessionSnapshot:
    source = GatedSource(samples_every(0.1, time_s), open_until_s=DURATION_S)
    session = Session(
        source,
        ScriptedEngine(said_at(), pitch_deg),
        info=SessionInfo(sensor="scripted"),
        clock=ManualClock(),
    )
    await session.run()
    return session.snapshot()


async def test_before_the_first_rep_there_is_no_set_no_rest_and_no_rep() -> None:
    snapshot = await snapshot_at(3.0)

    assert snapshot.current_set is None
    assert snapshot.resting_s is None


async def test_a_running_lockout_counts_from_where_it_started() -> None:
    snapshot = await snapshot_at(SET_STARTS_S[0] + UP_S + 0.7)

    assert snapshot.phase_elapsed_s == pytest.approx(0.7)
    assert snapshot.resting_s is None


async def test_after_a_set_the_rest_is_timed_from_its_end() -> None:
    snapshot = await snapshot_at(65.0)

    assert snapshot.current_set is not None
    assert snapshot.current_set.ended
    assert snapshot.resting_s == pytest.approx(65.0 - (SET_STARTS_S[0] + REPS * REP_S - 0.4))
    assert snapshot.phase_elapsed_s is None
    assert snapshot.sets[-1].reps[-1].index == REPS


def test_a_copy_cannot_be_changed_and_does_not_follow_its_origin() -> None:
    origin = np.zeros(3)
    copy = read_only(origin)
    origin[0] = 1.0

    assert copy.tolist() == [0.0, 0.0, 0.0]
    with pytest.raises(ValueError, match="read-only"):
        copy[0] = 1.0


Trace = tuple[NDArray[np.float64], NDArray[np.float64]]

RATE_HZ = 100.0


@pytest.mark.slow
def test_the_hold_timer_overshoots_by_less_than_it_is_judged_by() -> None:
    """What is seen of the simulated lifter's holds, against what they turn out to be."""
    simulated = simulate(training_plan("hip_thrust", 2), 2)
    engine = build_engine(simulated.info)
    start_s, sinking_s, longest_s, over_s = None, None, 0.0, []
    for notification in simulated.notifications():
        for event in engine.feed(notification):
            match event:
                case PhaseStarted(phase=Phase.LOCKOUT, at_s=at_s):
                    start_s, sinking_s, longest_s = at_s, None, 0.0
                case PhaseStarted(phase=Phase.ECCENTRIC, at_s=at_s) if start_s is not None:
                    over_s.append(longest_s - (at_s - start_s))
                    start_s = None
                case LoweringStarted(at_s=at_s):
                    sinking_s = at_s
                case RepCompleted():
                    sinking_s = None
                case _:
                    pass
        if start_s is not None and engine.newest_s is not None:
            until_s = engine.newest_s if sinking_s is None else sinking_s
            longest_s = max(longest_s, until_s - start_s)
    assert len(over_s) > 15
    assert np.median(over_s) < 0.25
    assert max(over_s) < 0.4
