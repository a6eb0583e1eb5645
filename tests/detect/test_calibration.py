from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.detect.motions import (
    BOTTOM_DEG,
    LEFT,
    RATE_HZ,
    TOP_DEG,
    by_arc,
    legs,
    remembered,
    up_at,
)
from tests.signal.hips import rotations
from tests.stages import cut_at, motion_rows, said, same
from tracker.detect import Detector
from tracker.detect.calibration import CalibrationHold, Held
from tracker.domain import (
    EXERCISES,
    HIP_THRUST,
    Calibrated,
    CalibrationFailed,
    CalibrationLost,
    Flag,
    MarkKind,
    MotionBlock,
    Rep,
    RepCounted,
    SessionState,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from tracker.domain import Event, Exercise

Leg = tuple[float, float]
LEVEL_DEG = 8.0
TO_LOCKOUT: tuple[Leg, ...] = ((2.0, BOTTOM_DEG), (1.2, LEVEL_DEG))
LOWER: tuple[Leg, ...] = ((1.5, BOTTOM_DEG), (1.0, BOTTOM_DEG))
MARK_S = 3.3
"""The key is pressed when the hips have arrived at the lockout."""


def lift(top_deg: float = TOP_DEG) -> tuple[Leg, ...]:
    return ((1.0, top_deg), (1.0, top_deg), (1.5, BOTTOM_DEG), (0.6, BOTTOM_DEG))


def calibrating(*after: Leg, hold: tuple[Leg, ...] = ((4.0, LEVEL_DEG),)) -> MotionBlock:
    return legs(*TO_LOCKOUT, *hold, *LOWER, *after, (14.0, BOTTOM_DEG)).motion


def told(
    motion: MotionBlock,
    *more: MotionBlock,
    mark_s: float = MARK_S,
    exercise: Exercise = HIP_THRUST,
) -> list[Event]:
    """Return what a detector says when the key for a calibration is pressed."""
    detector = Detector(exercise, RATE_HZ)
    rows = round(mark_s * RATE_HZ)
    events = list(detector.process(motion_rows(motion, slice(0, rows))))
    events += detector.mark(MarkKind.CALIBRATION, mark_s)
    events += detector.process(motion_rows(motion, slice(rows, len(motion.up))))
    events += [event for block in more for event in detector.process(block)]
    return [*events, *detector.finish()]


def verdicts(events: Sequence[Event]) -> list[Event]:
    kinds = (Calibrated, CalibrationFailed, CalibrationLost)
    return [event for event in events if isinstance(event, kinds)]


def reps_of(events: Sequence[Event]) -> list[Rep]:
    ledger = SessionState()
    ledger.accept(events)
    return [rep for record in ledger.sets for rep in record.reps]


def tops_deg(events: Sequence[Event]) -> list[float | None]:
    return [rep.top_deg for rep in reps_of(events)]


def held(motion: MotionBlock, at_s: float = 0.0) -> Held | None:
    buffer = remembered(replace(motion, up=motion.up[:0]))
    hold = CalibrationHold(buffer, at_s)
    buffer.append(motion, 0, len(motion.up))
    return hold.scan(buffer.stop)


# --- the hold ----------------------------------------------------------------------------------


def test_three_seconds_of_stillness_are_a_hold() -> None:
    found = held(legs((3.5, LEVEL_DEG), start_deg=LEVEL_DEG).motion)
    assert found is not None
    assert found.sample == pytest.approx(3.0 * RATE_HZ, abs=1)
    np.testing.assert_allclose(found.up, up_at(LEVEL_DEG), atol=1e-9)
    assert found.wander_deg == pytest.approx(0.0, abs=1e-3)
    assert held(legs((2.9, LEVEL_DEG), start_deg=LEVEL_DEG).motion) is None


@pytest.mark.parametrize(("wander_deg", "still"), [(2.4, True), (2.6, False)])
def test_hips_may_wander_by_two_and_a_half_degrees(wander_deg: float, *, still: bool) -> None:
    steps = ((1.0, LEVEL_DEG), (0.5, LEVEL_DEG - wander_deg), (2.0, LEVEL_DEG - wander_deg))
    found = held(legs(*steps, start_deg=LEVEL_DEG).motion)
    assert (found is not None) is still


def test_a_trembling_hold_without_a_gyroscope_is_still() -> None:
    motion = by_arc(legs((3.5, LEVEL_DEG), start_deg=LEVEL_DEG).motion, tremble_deg=1.2)
    found = held(motion)
    assert found is not None
    np.testing.assert_allclose(found.up, up_at(LEVEL_DEG), atol=2e-3)


def test_who_wanders_starts_anew() -> None:
    found = held(legs((2.0, LEVEL_DEG), (0.5, 0.0), (4.0, 0.0), start_deg=LEVEL_DEG).motion)
    assert found is not None
    assert 2.2 < found.sample / RATE_HZ - 3.0 < 2.5
    np.testing.assert_allclose(found.up, up_at(0.0), atol=1e-3)


def test_nothing_before_the_key_counts() -> None:
    assert held(legs((4.9, LEVEL_DEG), start_deg=LEVEL_DEG).motion, at_s=2.0) is None


# --- in a session ------------------------------------------------------------------------------


def test_pitch_at_lockout_is_told_against_the_own_level() -> None:
    events = told(calibrating(*lift(11.0), *lift(5.0), *lift(11.0)))
    (calibrated,) = verdicts(events)
    assert isinstance(calibrated, Calibrated)
    assert calibrated.at_s == pytest.approx(MARK_S + 3.0, abs=0.1)
    assert tops_deg(events) == pytest.approx([3.0, -3.0, 3.0], abs=0.3)


def test_without_a_calibration_it_stays_unknown() -> None:
    detector = Detector(HIP_THRUST, RATE_HZ)
    events = [*detector.process(calibrating(*lift() * 3)), *detector.finish()]
    assert set(tops_deg(events)) == {None}


def test_the_hold_itself_is_no_rep() -> None:
    before_lifting = told(calibrating(*lift() * 3), mark_s=1.5)
    assert len(reps_of(before_lifting)) == 3
    counted = [event for event in before_lifting if isinstance(event, RepCounted)]
    assert len(counted) == 3


def test_the_key_ends_the_set_before() -> None:
    motion = legs((2.0, BOTTOM_DEG), *lift() * 2, *TO_LOCKOUT, (4.0, LEVEL_DEG), *LOWER).motion
    ledger = SessionState()
    ledger.accept(told(motion, mark_s=11.5))
    assert [record.ended for record in ledger.sets] == [True]


@pytest.mark.parametrize(
    ("past_deg", "flag"),
    [(7.5, None), (8.5, Flag.PAST_LOCKOUT), (12.5, Flag.FAR_PAST_LOCKOUT)],
)
def test_the_first_rep_can_already_be_past_lockout(past_deg: float, flag: Flag | None) -> None:
    events = told(calibrating(*lift(LEVEL_DEG + past_deg) * 2))
    assert [rep.flags for rep in reps_of(events)] == [() if flag is None else (flag,)] * 2


def test_who_does_not_hold_still_is_told_once() -> None:
    restless: tuple[Leg, ...] = ((1.0, LEVEL_DEG - 6.0), (1.0, LEVEL_DEG)) * 9
    events = told(calibrating(*lift() * 2, hold=restless))
    (failed,) = verdicts(events)
    assert isinstance(failed, CalibrationFailed)
    assert failed.at_s == pytest.approx(MARK_S + 15.0, abs=0.02)
    assert failed.reason == "the hips were not still for long enough"
    assert tops_deg(events) == [None, None]


def test_a_session_that_ends_too_early_has_no_calibration() -> None:
    (failed,) = verdicts(told(legs(*TO_LOCKOUT, (2.0, LEVEL_DEG)).motion))
    assert isinstance(failed, CalibrationFailed)
    assert "ended" in failed.reason


def test_another_key_gives_it_up() -> None:
    detector = Detector(HIP_THRUST, RATE_HZ)
    list(detector.process(legs((2.0, BOTTOM_DEG)).motion))
    assert list(detector.mark(MarkKind.CALIBRATION, 2.0)) == []
    failed, _started = detector.mark(MarkKind.SET_START, 2.5)
    assert failed == CalibrationFailed(2.5, "another key was pressed")


def test_a_squat_has_no_level() -> None:
    squat = EXERCISES["squat"]
    (failed,) = verdicts(told(calibrating(), exercise=squat))
    assert failed == CalibrationFailed(MARK_S, "Squat has no lockout to hold level")


def test_a_hole_starts_the_hold_anew() -> None:
    before = legs(*TO_LOCKOUT, (2.0, LEVEL_DEG))
    resumed_s = len(before.pitch_rad) / RATE_HZ + 1.0
    after = legs((4.0, LEVEL_DEG), *LOWER, *lift(11.0) * 2, start_deg=LEVEL_DEG, start_s=resumed_s)
    events = told(before.motion, after.motion)
    (calibrated,) = verdicts(events)
    assert isinstance(calibrated, Calibrated)
    assert calibrated.at_s == pytest.approx(resumed_s + 3.0, abs=0.02)
    assert tops_deg(events) == pytest.approx([3.0, 3.0], abs=0.3)


def test_a_key_before_the_first_sample_waits_for_it() -> None:
    detector = Detector(HIP_THRUST, RATE_HZ)
    assert list(detector.mark(MarkKind.CALIBRATION, 7.0)) == []
    motion = legs((4.0, LEVEL_DEG), start_deg=LEVEL_DEG, start_s=7.5).motion
    (calibrated,) = detector.process(motion)
    assert calibrated.at_s == pytest.approx(10.5, abs=0.02)


# --- what makes it invalid ---------------------------------------------------------------------


def slipped(motion: MotionBlock, at_s: float, slip_deg: float) -> MotionBlock:
    """Return motion of a sensor that turns on its strap, about the lift's axis, at a time."""
    angle = np.radians(slip_deg)
    rest, sine = np.cos(angle), np.sin(angle)
    turn = np.array([[1.0, 0.0, 0.0], [0.0, rest, -sine], [0.0, sine, rest]])
    up = motion.up.copy()
    first = round(at_s * RATE_HZ)
    up[first:] = up[first:] @ turn.T
    return replace(motion, up=up)


@pytest.mark.parametrize("slip_deg", [8.0, -8.0])
def test_a_slipped_strap_ends_it_until_the_next(slip_deg: float) -> None:
    motion = calibrating(*lift() * 5)
    # In the pause after the second of five reps.
    events = told(slipped(motion, 9.7 + 2 * 4.1 - 0.4, slip_deg))
    _, lost = verdicts(events)
    assert isinstance(lost, CalibrationLost)
    known = [top_deg is not None for top_deg in tops_deg(events)]
    assert known == [True, True, False, False, False]


def test_a_small_slip_is_within_what_it_can_tell() -> None:
    events = told(slipped(calibrating(*lift() * 5), 17.5, 3.0))
    assert len(verdicts(events)) == 1
    assert None not in tops_deg(events)


def test_other_bottoms_and_other_tops_do_not_end_it() -> None:
    high: tuple[Leg, ...] = ((1.0, TOP_DEG), (1.0, TOP_DEG), (1.5, -26.0), (0.6, -26.0))
    events = told(calibrating(*lift(), *high * 2, *lift(), *lift(20.0), *lift(2.0)))
    assert len(verdicts(events)) == 1
    assert None not in tops_deg(events)


def test_a_hold_at_the_bottom_is_found_out() -> None:
    events = told(legs((5.0, BOTTOM_DEG), *lift() * 3, (14.0, BOTTOM_DEG)).motion, mark_s=0.5)
    calibrated, lost = verdicts(events)
    assert isinstance(calibrated, Calibrated)
    assert isinstance(lost, CalibrationLost)
    assert "bottom" in lost.reason
    assert tops_deg(events) == [None] * 3


# --- laws --------------------------------------------------------------------------------------

WHOLE = calibrating(*lift() * 2, *lift(TOP_DEG + 7.0))


@pytest.mark.slow
@settings(max_examples=15, deadline=None)
@given(cuts=st.lists(st.integers(0, len(WHOLE.up)), max_size=9))
def test_any_cut_calibrates_the_same(cuts: list[int]) -> None:
    rows = round(MARK_S * RATE_HZ)
    detector = Detector(HIP_THRUST, RATE_HZ)
    events: list[Event] = []
    for piece in cut_at(len(WHOLE.up), [*cuts, rows]):
        if piece.start == rows and piece.stop > rows:
            events += detector.mark(MarkKind.CALIBRATION, MARK_S)
        events += detector.process(motion_rows(WHOLE, piece))
    same(said([*events, *detector.finish()]), said(told(WHOLE)))


@settings(max_examples=10, deadline=None)
@given(turn=rotations())
def test_how_the_sensor_is_worn_does_not_matter(turn: NDArray[np.float64]) -> None:
    turned = replace(WHOLE, up=WHOLE.up @ turn.T, rate_radps=WHOLE.rate_radps @ turn.T)
    one, other = said(told(WHOLE)), said(told(turned))
    np.testing.assert_array_equal(one["words"], other["words"])
    np.testing.assert_allclose(one["figures"], other["figures"], atol=1e-6)
    assert float(np.linalg.norm(turn @ LEFT)) == pytest.approx(1.0)
