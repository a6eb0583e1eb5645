from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from tests.store.test_log import ONE_SET, added
from tests.workouts import INFO, TWO_SETS, dated
from tracker.domain import InputError

if TYPE_CHECKING:
    from tracker.store import TrainingLog


def test_a_recording_that_has_grown_is_known_by_its_name_and_start(log: TrainingLog) -> None:
    session_id = added(log, ONE_SET)
    assert added(log, TWO_SETS, "bb") == session_id
    assert log.detail(session_id).sha256 == "bb"
    assert added(log, dated(TWO_SETS, "2026-02-11T18:00:00+00:00"), "cc") != session_id
    assert added(log, TWO_SETS, "dd", recording="/r/other.arrows") != session_id


def test_recordings_without_a_start_are_known_by_their_bytes_alone(log: TrainingLog) -> None:
    undated = dated(TWO_SETS, None)
    session_id = added(log, undated)
    assert added(log, undated, "bb") != session_id
    assert added(log, undated) == session_id


def test_a_session_is_found_by_what_people_type(log: TrainingLog) -> None:
    with pytest.raises(InputError, match="no session in the log yet"):
        log.find("last")
    older = added(log, recording="/r/2026-02-10T18-00-00Z_hip_thrust.arrows")
    newer = added(
        log,
        replace(TWO_SETS, info=replace(INFO, started_utc="2026-02-11T07:00:00Z")),
        "bb",
        recording=r"C:\r\2026-02-11T07-00-00Z_hip_thrust.arrows",
    )
    assert log.find(str(older)) == older
    assert log.find("last") == newer
    assert log.find("2026-02-10") == older
    assert log.find("2026-02-11T07") == newer
    with pytest.raises(InputError, match=rf"2026-: means more than one session: {older} \(2026"):
        log.find("2026-")
    for nothing in ("99", "9" * 30, "2027", "", "%", "_"):
        with pytest.raises(InputError):
            log.find(nothing)
