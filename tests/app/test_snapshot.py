from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from tests.app.doubles import GatedSource, ManualClock, ScriptedEngine, samples_every
from tests.workouts import DURATION_S, REP_S, REPS, SET_STARTS_S, UP_S, pitch_deg, said_at
from tracker.app.session import Session
from tracker.app.snapshot import SessionSnapshot, lowering_since_s, read_only
from tracker.domain import Phase, PhaseStarted, SessionInfo
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
    assert snapshot.last_rep is None


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
    assert snapshot.last_rep is not None
    assert snapshot.last_rep.index == REPS


def test_a_copy_cannot_be_changed_and_does_not_follow_its_origin() -> None:
    origin = np.zeros(3)
    copy = read_only(origin)
    origin[0] = 1.0

    assert copy.tolist() == [0.0, 0.0, 0.0]
    with pytest.raises(ValueError, match="read-only"):
        copy[0] = 1.0


Trace = tuple[NDArray[np.float64], NDArray[np.float64]]

RATE_HZ = 100.0


def held(hold_s: float, lowered_s: float, way_s: float, tremor_deg: float = 0.0) -> Trace:
    """Return a trace of a hold at 45° from 1 s on, and of as much of a way down as was seen."""
    time_s = np.arange(0.0, 1.0 + hold_s + lowered_s, 1.0 / RATE_HZ)
    share = np.clip((time_s - 1.0 - hold_s) / way_s, 0.0, 1.0)
    down = share**3 * (10.0 - 15.0 * share + 6.0 * share**2)
    pitch_deg = 45.0 * (1.0 - down) + tremor_deg * np.sin(2.0 * np.pi * 10.0 * time_s)
    return time_s, pitch_deg


@given(st.floats(0.3, 5.0), st.floats(0.0, 0.6))
def test_a_hold_is_a_hold_however_it_trembles(hold_s: float, tremor_deg: float) -> None:
    time_s, pitch_deg = held(hold_s, 0.0, 1.0, tremor_deg)
    assert lowering_since_s(time_s, pitch_deg, 1.0) is None


@given(st.floats(0.3, 4.0), st.floats(0.7, 3.0))
def test_a_way_down_is_seen_before_it_is_half_over(hold_s: float, way_s: float) -> None:
    time_s, pitch_deg = held(hold_s, 0.25 * way_s, way_s)
    since_s = lowering_since_s(time_s, pitch_deg, 1.0)
    assert since_s is not None
    assert since_s == pytest.approx(1.0 + hold_s, abs=0.2 * way_s + 0.06)


def test_what_sank_before_the_hold_is_not_of_it() -> None:
    time_s, pitch_deg = held(0.0, 1.0, 1.0)
    assert lowering_since_s(time_s, pitch_deg, float(time_s[-1])) is None


@pytest.mark.parametrize("samples", [0, 1, 2, 3])
def test_a_trace_that_has_hardly_begun_says_nothing(samples: int) -> None:
    time_s = np.arange(samples) / RATE_HZ
    assert lowering_since_s(time_s, np.zeros(samples), 0.0) is None


def test_the_hold_timer_overshoots_by_less_than_it_is_judged_by() -> None:
    """What is seen of the simulated lifter's holds, against what they turn out to be."""
    simulated = simulate(training_plan("hip_thrust", 2), 2)
    engine = build_engine(simulated.info)
    start_s, longest_s, over_s = None, 0.0, []
    for notification in simulated.notifications():
        for event in engine.feed(notification):
            match event:
                case PhaseStarted(phase=Phase.LOCKOUT, at_s=at_s):
                    start_s, longest_s = at_s, 0.0
                case PhaseStarted(phase=Phase.ECCENTRIC, at_s=at_s) if start_s is not None:
                    over_s.append(longest_s - (at_s - start_s))
                    start_s = None
                case _:
                    pass
        if start_s is not None and engine.newest_s is not None:
            trace = engine.trace
            sinking_s = lowering_since_s(trace.time_s, trace.pitch_deg, start_s)
            until_s = engine.newest_s if sinking_s is None else sinking_s
            longest_s = max(longest_s, until_s - start_s)
    assert len(over_s) > 15
    assert np.median(over_s) < 0.2
    assert max(over_s) < 0.4
