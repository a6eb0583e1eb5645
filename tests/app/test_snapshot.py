from __future__ import annotations

import numpy as np
import pytest

from tests.app.doubles import GatedSource, ManualClock, ScriptedEngine, samples_every
from tests.workouts import DURATION_S, REP_S, REPS, SET_STARTS_S, UP_S, pitch_deg, said_at
from tracker.app.session import Session
from tracker.app.snapshot import SessionSnapshot, read_only
from tracker.domain import SessionInfo


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
