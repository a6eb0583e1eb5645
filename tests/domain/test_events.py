from __future__ import annotations

from dataclasses import FrozenInstanceError, replace

import pytest

from tracker.domain import Gap, MarkKind, Phase, PhaseSpan, Rep

SPANS = (
    PhaseSpan(Phase.CONCENTRIC, 2.0, 3.0),
    PhaseSpan(Phase.LOCKOUT, 3.0, 4.5),
    PhaseSpan(Phase.ECCENTRIC, 4.5, 7.5),
)
REP = Rep(index=1, start_s=2.0, end_s=7.5, complete=True, phases=SPANS)


def test_durations_are_those_of_the_phases() -> None:
    assert [span.duration_s for span in SPANS] == [1.0, 1.5, 3.0]
    assert (REP.concentric_s, REP.lockout_s, REP.eccentric_s) == (1.0, 1.5, 3.0)


def test_a_phase_that_was_not_seen_has_no_duration() -> None:
    cut = replace(REP, phases=SPANS[:1])
    assert (cut.concentric_s, cut.lockout_s, cut.eccentric_s) == (1.0, None, None)


def test_what_was_not_measured_is_none() -> None:
    for name in ("rom_deg", "top_deg", "rise_m", "mean_velocity_mps", "tilt_deg", "bottom_s"):
        assert getattr(REP, name) is None


def test_a_gap_happened_when_samples_came_again() -> None:
    assert Gap(3.0, 5.0).at_s == 5.0


def test_events_are_final() -> None:
    with pytest.raises(FrozenInstanceError):
        REP.index = 2  # type: ignore[misc]


def test_marks_are_what_travels_as_bytes() -> None:
    assert {kind.value for kind in MarkKind} == {
        "set_start",
        "set_stop",
        "calibration",
        "reference_reps",
    }
