from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.detect.motions import BOTTOM_DEG, LEFT, RATE_HZ, TOP_DEG, legs, remembered, squats
from tests.signal.hips import rotations
from tracker.detect.tracks import HeightTrack, RotationTrack

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tracker.detect.buffer import MotionBuffer

LEAST_RAD = float(np.radians(6.0))
LIFT = legs((1.0, BOTTOM_DEG), (1.0, TOP_DEG), (1.0, TOP_DEG))
SQUAT = squats((2.0, 0.0), (1.2, -0.4), (0.5, -0.4), (1.0, 0.0), (2.0, 0.0))


def begun(buffer: MotionBuffer) -> RotationTrack:
    """Return a track that has found the first movement."""
    track = RotationTrack(buffer)
    assert track.onset(buffer.first, buffer.stop, LEAST_RAD) is not None
    return track


def test_a_movement_begins_at_the_last_stillness_before_it() -> None:
    onset = RotationTrack(remembered(LIFT.motion)).onset(0, 300, LEAST_RAD)
    assert onset is not None
    assert 100 <= onset.anchor <= 112
    assert 100 < onset.sample < 200
    turned_rad = LIFT.pitch_rad[onset.sample] - LIFT.pitch_rad[onset.anchor]
    assert LEAST_RAD < turned_rad < LEAST_RAD + 0.03


def test_stillness_and_small_turns_begin_nothing() -> None:
    small = legs((1.0, BOTTOM_DEG), (1.0, BOTTOM_DEG + 5.0), (1.0, BOTTOM_DEG + 5.0))
    assert RotationTrack(remembered(small.motion)).onset(0, 300, LEAST_RAD) is None


@settings(deadline=None)
@given(rotation=rotations(), start_deg=st.floats(-70.0, 40.0))
def test_the_angle_is_the_pelvis_own_whatever_the_mounting(
    rotation: NDArray[np.float64], start_deg: float
) -> None:
    lift = legs((1.0, start_deg), (1.0, start_deg + 40.0), start_deg=start_deg, mounting=rotation)
    track = begun(remembered(lift.motion))
    angle, rate = track.coordinate(0, 200)
    np.testing.assert_allclose(np.ptp(angle), np.radians(40.0), atol=0.01)
    np.testing.assert_allclose(np.diff(angle), np.diff(lift.pitch_rad), atol=1e-6)
    np.testing.assert_allclose(np.gradient(angle, 1.0 / RATE_HZ), rate, atol=0.02)


asked = st.tuples(st.integers(0, 1200), st.integers(1, 400))


@settings(deadline=None)
@given(windows=st.lists(asked, min_size=1, max_size=8), turns=st.lists(st.integers(0, 1100)))
def test_what_was_worked_out_before_is_what_is_asked_for(
    windows: list[tuple[int, int]], turns: list[int]
) -> None:
    """In any order, with a new turn now and then, and with and without samples ahead."""
    long = legs((2.0, BOTTOM_DEG), (1.0, TOP_DEG), (3.0, TOP_DEG), (6.0, BOTTOM_DEG))
    buffer = remembered(long.motion)
    track = begun(buffer)
    for number, (first, size) in enumerate(windows):
        last = min(first + size, buffer.stop)
        first = min(first, last - 1)
        if number < len(turns):
            track.turned(turns[number])
        fresh = begun(buffer)
        for turn in turns[: number + 1]:
            fresh.turned(turn)
        for one, other in zip(
            track.coordinate(first, last), fresh.coordinate(first, last), strict=True
        ):
            assert len(one) == last - first
            np.testing.assert_array_equal(one, other)


def test_turning_about_the_vertical_is_stillness() -> None:
    motion = legs((2.0, BOTTOM_DEG)).motion
    motion.rate_radps[:] = 2.0 * motion.up
    assert RotationTrack(remembered(motion)).slow(0, 200).all()


def test_lifting_is_no_stillness() -> None:
    slow = RotationTrack(remembered(LIFT.motion)).slow(0, 300)
    assert slow[:100].all()
    assert not slow[120:180].any()
    assert slow[205:].all()


def test_a_learnt_axis_tells_the_way_back_from_the_way_there() -> None:
    lift = legs(
        (1.0, BOTTOM_DEG), (1.0, TOP_DEG), (1.0, TOP_DEG), (1.0, BOTTOM_DEG), (1.0, BOTTOM_DEG)
    )
    buffer = remembered(lift.motion)
    track = RotationTrack(buffer)
    track.learn(LEFT)
    there = track.onset(0, 200, LEAST_RAD)
    track.restart()
    fresh = RotationTrack(buffer)
    fresh.learn(-LEFT)
    back = fresh.onset(0, 200, LEAST_RAD)
    assert there is not None
    assert back is not None
    assert there.direction == -back.direction


def test_the_axis_follows_a_slipped_strap() -> None:
    slipped = np.array([np.cos(0.17), np.sin(0.17), 0.0])
    track = RotationTrack(remembered(LIFT.motion))
    for sign in (1.0, -1.0, 1.0, -1.0):
        track.learn(sign * slipped)
    track.onset(0, 300, LEAST_RAD)
    _, rate = track.coordinate(100, 200)
    # Seen along the learnt axis, the rate is that of the lift times the cosine between the two.
    assert np.abs(rate).max() == pytest.approx(
        np.cos(0.17) * np.linalg.norm(LIFT.motion.rate_radps, axis=1).max(), rel=1e-3
    )


def test_no_stillness_before_a_hole_is_an_anchor() -> None:
    buffer = remembered(LIFT.motion)
    track = RotationTrack(buffer)
    track.onset(0, 90, LEAST_RAD)
    buffer.restart(9.0)
    track.restart()
    later = legs((0.2, -20.0), (1.0, TOP_DEG), start_deg=-20.0).motion
    buffer.append(later, 0, len(later.up))
    onset = track.onset(buffer.first, buffer.stop, LEAST_RAD)
    assert onset is not None
    assert onset.anchor >= 300


def test_height_goes_up_and_down() -> None:
    buffer = remembered(SQUAT.motion)
    track = HeightTrack(buffer)
    onset = track.onset(0, buffer.stop, 0.07)
    assert onset is not None
    assert onset.direction == -1
    assert 195 <= onset.anchor <= 230
    height_m, velocity_mps = track.coordinate(0, buffer.stop)
    np.testing.assert_allclose(np.gradient(height_m, 1.0 / RATE_HZ), velocity_mps, atol=0.02)
    assert track.slow(0, 200).all()
    assert not track.slow(240, 280).any()
