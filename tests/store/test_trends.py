from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, timedelta, timezone

import pytest

from tracker.store import SessionSummary, weeks

SESSION = SessionSummary(
    id=1,
    at_utc="2026-02-10T18:00:00.000000+00:00",
    started_utc=None,
    shown_exercise="hip_thrust",
    sensor="profile",
    origin="live",
    duration_s=600.0,
    sets_done=3,
    reps_done=30,
    reps_measured=30,
    load_kg=80.0,
    volume_kg=2400.0,
    rom_deg=40.0,
    mean_velocity_mps=0.3,
    lockout_s=1.0,
    pain_before=4,
    pain_after=2,
    shown_note="",
    edited=False,
    recording_name=None,
    tracker_version="1",
    deleted_utc=None,
)


def test_sessions_of_a_week_are_added_up_and_averaged_by_their_reps() -> None:
    other = replace(
        SESSION,
        at_utc="2026-02-15T23:59:59.000000+00:00",
        origin="synthetic",
        sets_done=1,
        reps_done=11,
        reps_measured=10,
        volume_kg=None,
        rom_deg=20.0,
        mean_velocity_mps=None,
        lockout_s=3.0,
        pain_before=1,
        pain_after=None,
    )
    (week,) = weeks([SESSION, other])
    assert week.monday == date(2026, 2, 9)
    assert (week.sessions, week.simulated, week.sets, week.reps) == (2, 1, 4, 41)
    assert week.volume_kg == 2400.0
    assert week.rom_deg == pytest.approx(35.0)
    assert week.mean_velocity_mps == pytest.approx(0.3)
    assert week.lockout_s == pytest.approx(1.5)
    assert (week.pain_before, week.pain_after) == (2.5, 2.0)


def test_weeks_begin_on_monday_where_the_wearer_is_and_come_in_order() -> None:
    later = replace(SESSION, at_utc="2026-02-15T23:30:00.000000+00:00")
    assert [week.monday for week in weeks([later, SESSION], UTC)] == [date(2026, 2, 9)]
    east = timezone(timedelta(hours=1))
    assert [week.monday for week in weeks([later, SESSION], east)] == [
        date(2026, 2, 9),
        date(2026, 2, 16),
    ]


def test_what_no_session_knows_is_unknown() -> None:
    empty = replace(
        SESSION,
        sets_done=0,
        reps_done=0,
        reps_measured=0,
        volume_kg=None,
        rom_deg=None,
        mean_velocity_mps=None,
        lockout_s=None,
        pain_before=None,
        pain_after=None,
    )
    (week,) = weeks([empty])
    assert (week.volume_kg, week.rom_deg, week.lockout_s, week.pain_after) == (None,) * 4
    assert weeks([]) == ()
