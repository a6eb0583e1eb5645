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
    TRUNK_M,
    by_arc,
    legs,
    remembered,
    squats,
)
from tests.signal.hips import rotations
from tracker.detect.arc_track import ArcTrack
from tracker.detect.likeness import COMFORTABLE_COHERENCE, LEAST_COHERENCE
from tracker.detect.movement import Movement, measure
from tracker.detect.strokes import StrokeFinder, StrokeSettings, StrokeState
from tracker.detect.track import HeightTrack, RotationTrack
from tracker.domain import LiftSignal

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tests.detect.motions import Lift
    from tracker.detect.track import Track

RISE_M = TRUNK_M * float(np.sin(np.radians(TOP_DEG)) - np.sin(np.radians(BOTTOM_DEG)))

RISE_ERROR = 0.08
"""What the slow ends of a movement, taken for stillness, are worth; more in slow movements."""


def measured(lift: Lift, signal: LiftSignal = LiftSignal.ROTATION) -> list[Movement]:
    """Return the finished movements of a lift, measured."""
    history = remembered(lift.motion)
    track: Track = HeightTrack(history)
    if signal is LiftSignal.ROTATION:
        track = RotationTrack(history) if lift.motion.gyroscope else ArcTrack(history)
    least = float(np.radians(6.0)) if signal is LiftSignal.ROTATION else 0.07
    finder = StrokeFinder(history, track, StrokeSettings(least))
    strokes = list(finder.scan(history.stop))
    final = [stroke for stroke in strokes if stroke.state is StrokeState.FINISHED]
    return [measure(history, stroke, signal) for stroke in final]


def there_and_back(up_s: float, mounting: NDArray[np.float64] | None = None) -> Lift:
    return legs(
        (2.0, BOTTOM_DEG),
        (up_s, TOP_DEG),
        (1.0, TOP_DEG),
        (1.5, BOTTOM_DEG),
        (2.0, BOTTOM_DEG),
        mounting=mounting,
    )


@pytest.mark.parametrize("up_s", [0.6, 1.0, 2.5])
def test_a_way_up_is_as_far_and_as_fast_as_it_was(up_s: float) -> None:
    lift = there_and_back(up_s)
    up, down = measured(lift)
    assert np.degrees(up.rotation_rad) == pytest.approx(TOP_DEG - BOTTOM_DEG, abs=0.5)
    assert up.size == pytest.approx(np.radians(TOP_DEG - BOTTOM_DEG), abs=0.02)
    assert up.rise_m == pytest.approx(RISE_M, rel=RISE_ERROR)
    assert down.rise_m == pytest.approx(-RISE_M, rel=RISE_ERROR)
    inside = slice(*(round(100 * boundary_s) for boundary_s in lift.boundaries_s[0]))
    velocity_mps = lift.motion.velocity_mps[inside]
    assert up.mean_velocity_mps == pytest.approx(velocity_mps.mean(), rel=RISE_ERROR)
    assert up.peak_velocity_mps == pytest.approx(velocity_mps.max(), rel=RISE_ERROR)
    assert down.peak_velocity_mps < 0.0
    assert up.planarity == pytest.approx(1.0, abs=1e-6)
    assert up.tilt_rad == pytest.approx(0.0, abs=1e-3)
    assert (up.start_s, up.end_s) == pytest.approx(lift.boundaries_s[0], abs=0.005)
    assert up.duration_s == pytest.approx(up.end_s - up.start_s)
    np.testing.assert_allclose(up.axis, LEFT, atol=1e-6)
    np.testing.assert_allclose(down.axis, -LEFT, atol=1e-6)


@settings(max_examples=15, deadline=None)
@given(rotation=rotations())
def test_numbers_do_not_depend_on_the_mounting(rotation: NDArray[np.float64]) -> None:
    plain = measured(there_and_back(1.0))
    turned = measured(there_and_back(1.0, rotation))
    for one, other in zip(plain, turned, strict=True):
        for name in ("size", "rotation_rad", "planarity", "rise_m", "mean_velocity_mps"):
            assert getattr(other, name) == pytest.approx(getattr(one, name), abs=1e-6)
        assert other.start_s == pytest.approx(one.start_s, abs=1e-6)
        assert other.end_s == pytest.approx(one.end_s, abs=1e-6)
        np.testing.assert_allclose(other.axis, rotation @ one.axis, atol=1e-6)


@settings(max_examples=15, deadline=None)
@given(error_mps2=st.floats(-0.3, 0.3))
def test_a_constant_error_of_the_vertical_does_not_count(error_mps2: float) -> None:
    """A tilt of a degree fakes 0.17 m/s²; velocity is zero at both ends, so it falls out."""
    lift = there_and_back(1.0)
    wrong = replace(lift.motion, vertical_mps2=lift.motion.vertical_mps2 + error_mps2)
    clean, tainted = measured(lift)[0], measured(replace(lift, motion=wrong))[0]
    assert tainted.rise_m == pytest.approx(clean.rise_m, abs=0.002)
    assert tainted.mean_velocity_mps == pytest.approx(clean.mean_velocity_mps, abs=0.005)


def test_a_sideways_tilt_is_measured_and_is_no_range() -> None:
    lift = there_and_back(1.0)
    sideways = np.radians(4.0) * (lift.pitch_rad - lift.pitch_rad[0]) / np.ptp(lift.pitch_rad)
    up = lift.motion.up.copy()
    up[:, 0] = np.sin(sideways)
    up /= np.linalg.norm(up, axis=1)[:, None]
    tilted = measured(replace(lift, motion=replace(lift.motion, up=up)))[0]
    assert np.degrees(tilted.tilt_rad) == pytest.approx(4.0, abs=0.5)
    assert np.degrees(tilted.rotation_rad) == pytest.approx(TOP_DEG - BOTTOM_DEG, abs=0.5)


def test_turning_about_two_axes_is_less_planar() -> None:
    lift = there_and_back(1.0)
    rate = lift.motion.rate_radps.copy()
    rate[:, 1] = np.where(rate[:, 0] != 0.0, 0.7 * np.sin(np.arange(len(rate)) / 5.0), 0.0)
    assert (
        measured(replace(lift, motion=replace(lift.motion, rate_radps=rate)))[0].planarity < 0.95
    )


def later(lift: Lift, delay_s: float) -> Lift:
    """Return a lift that rises some time after it turns."""
    vertical_mps2 = np.roll(lift.motion.vertical_mps2, round(delay_s * RATE_HZ))
    return replace(lift, motion=replace(lift.motion, vertical_mps2=vertical_mps2))


@pytest.mark.parametrize("pace_s", [0.5, 1.0, 2.5])
def test_hips_that_hinge_rise_as_they_turn(pace_s: float) -> None:
    for each in measured(there_and_back(pace_s)):
        assert each.coherence > COMFORTABLE_COHERENCE
        assert each.coherence <= 1.0


@pytest.mark.parametrize("up_s", [0.6, 1.0, 2.0])
def test_who_turns_first_and_rises_later_is_out_of_step(up_s: float) -> None:
    """Bending before standing up, by more than a quarter of the time that both take."""
    assert measured(later(there_and_back(up_s), 0.28 * up_s))[0].coherence < LEAST_COHERENCE


@pytest.mark.parametrize("up_s", [0.6, 1.0, 2.0])
def test_who_bobs_while_turning_is_not_coherent(up_s: float) -> None:
    lift = there_and_back(up_s)
    share = (np.arange(len(lift.pitch_rad)) / RATE_HZ - 2.0) / up_s
    bob_mps2 = np.where((share > 0.0) & (share < 1.0), 3.0 * np.cos(2.0 * np.pi * share), 0.0)
    bobbed = replace(lift, motion=replace(lift.motion, vertical_mps2=bob_mps2))
    assert measured(bobbed)[0].coherence == pytest.approx(0.0, abs=0.05)


def test_the_later_the_rise_the_less_coherent() -> None:
    delays_s = (0.0, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3)
    found = [measured(later(there_and_back(1.0), delay_s))[0].coherence for delay_s in delays_s]
    assert found == sorted(found, reverse=True)
    assert found[1] > COMFORTABLE_COHERENCE > found[3] > LEAST_COHERENCE > found[-1]


def test_what_does_not_rise_at_all_is_not_coherent() -> None:
    lift = there_and_back(1.0)
    level = replace(lift.motion, vertical_mps2=np.zeros_like(lift.motion.vertical_mps2))
    assert [each.coherence for each in measured(replace(lift, motion=level))] == [0.0, 0.0]


@settings(max_examples=15, deadline=None)
@given(rotation=rotations())
def test_without_a_gyroscope_the_rotation_is_from_posture_to_posture(
    rotation: NDArray[np.float64],
) -> None:
    lift = there_and_back(1.0, rotation)
    arc = by_arc(lift.motion)
    # What the arc shows as turning at every sample is mostly noise.
    noise = np.random.default_rng(4).standard_normal(arc.rate_radps.shape)
    arc = replace(arc, rate_radps=arc.rate_radps + noise)
    for each, sign in zip(measured(replace(lift, motion=arc)), (1.0, -1.0), strict=True):
        assert not each.by_gyroscope
        assert np.degrees(each.rotation_rad) == pytest.approx(TOP_DEG - BOTTOM_DEG, abs=1.0)
        np.testing.assert_allclose(each.axis, sign * rotation @ LEFT, atol=1e-6)
        assert np.sign(each.rise_m) == sign
        turned = float(np.arccos(each.from_up @ each.to_up))
        assert each.rotation_rad == pytest.approx(turned, abs=1e-9)
    for each in measured(lift):
        assert each.by_gyroscope


@pytest.mark.parametrize("up_s", [0.6, 1.0, 2.0, 3.0, 4.5, 6.0])
def test_without_a_gyroscope_the_rise_of_slow_hips_is_whole(up_s: float) -> None:
    """Near its ends, where gravity's arc tells nothing, a slow movement still rises."""
    lift = there_and_back(up_s)
    up = measured(replace(lift, motion=by_arc(lift.motion)))[0]
    assert up.rise_m == pytest.approx(RISE_M, rel=RISE_ERROR)


def test_hips_that_came_back_to_where_they_were_have_no_arc() -> None:
    """Turning about the vertical leaves gravity where it is; there is no axis to tell."""
    lift = there_and_back(1.0)
    history = remembered(by_arc(lift.motion))
    finder = StrokeFinder(history, ArcTrack(history), StrokeSettings(float(np.radians(6.0))))
    (first, *_) = list(finder.scan(history.stop))
    still = replace(first, start=20.0, end=60.0, leaves=10, arrives=80, turn=10, furthest=80)
    none = measure(history, still, LiftSignal.ROTATION)
    assert none.rotation_rad == 0.0
    assert np.isfinite(none.axis).all()
    assert none.coherence == 0.0


def test_a_squat_is_measured_by_its_height() -> None:
    lift = squats((2.0, 0.0), (1.2, -0.4), (0.5, -0.4), (1.0, 0.0), (2.0, 0.0))
    down, up = measured(lift, LiftSignal.HEIGHT)
    assert down.rise_m == pytest.approx(-0.4, rel=RISE_ERROR)
    assert up.rise_m == pytest.approx(0.4, rel=RISE_ERROR)
    assert up.size == pytest.approx(0.4, rel=RISE_ERROR)
    assert (down.start_s, down.end_s) == pytest.approx(lift.boundaries_s[0], abs=0.005)
    assert (up.start_s, up.end_s) == pytest.approx(lift.boundaries_s[1], abs=0.005)


@pytest.mark.parametrize("up_s", [0.8, 1.2, 2.0])
def test_a_movement_surges_where_it_accelerates_most(up_s: float) -> None:
    rise = squats((2.0, 0.0), (1.2, -0.4), (1.0, -0.4), (up_s, 0.0), (2.0, 0.0))
    up = measured(rise, LiftSignal.HEIGHT)[1]
    # Minimum jerk: most acceleration at 0.211 of its duration.
    assert up.surge_s == pytest.approx(4.2 + 0.211 * up_s, abs=0.05 * up_s)
    assert up.start_s < up.surge_s < up.end_s


def test_a_rotation_has_no_seat_to_surge_from() -> None:
    up = measured(there_and_back(1.0))[0]
    assert up.surge_s == up.start_s
