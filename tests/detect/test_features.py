from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from hypothesis import given, settings

from tests.detect.motions import BOTTOM_DEG, TOP_DEG, legs, movement, remembered
from tests.signal.hips import rotations
from tracker.detect.buffer import MotionBuffer
from tracker.detect.features import TRACE_S, Known, pitch_trace

if TYPE_CHECKING:
    from numpy.typing import NDArray

LEGS = ((2.0, BOTTOM_DEG), (1.0, TOP_DEG), (1.0, TOP_DEG), (1.0, BOTTOM_DEG), (1.0, BOTTOM_DEG))


def test_before_anything_came_there_is_nothing_to_draw() -> None:
    trace = pitch_trace(MotionBuffer(100.0), None)
    assert not len(trace.time_s)
    assert not len(trace.pitch_deg)


def test_with_a_known_lift_pitch_is_zero_at_the_bottom_and_positive_above() -> None:
    lift = legs(*LEGS, start_s=7.0)
    trace = pitch_trace(remembered(lift.motion), movement(1, 9.0, 10.0))
    np.testing.assert_allclose(trace.time_s[[0, -1]], [7.0, 12.99], atol=1e-9)
    expected_deg = np.degrees(lift.pitch_rad) - BOTTOM_DEG
    np.testing.assert_allclose(trace.pitch_deg, expected_deg, atol=1e-6)


@settings(max_examples=20, deadline=None)
@given(rotation=rotations())
def test_without_one_it_is_the_tilt_from_the_oldest_posture(
    rotation: NDArray[np.float64],
) -> None:
    lift = legs(*LEGS, mounting=rotation)
    trace = pitch_trace(remembered(lift.motion), None)
    np.testing.assert_allclose(trace.pitch_deg, np.degrees(lift.pitch_rad) - BOTTOM_DEG, atol=1e-4)


def test_it_reaches_back_as_far_as_it_says() -> None:
    lift = legs((40.0, BOTTOM_DEG))
    trace = pitch_trace(remembered(lift.motion), None)
    assert len(trace.time_s) == len(trace.pitch_deg) == round(TRACE_S * 100.0)
    np.testing.assert_allclose(trace.time_s[-1], 39.99)


def test_what_came_the_other_way_just_before_is_known() -> None:
    down = movement(1, 1.0, 2.0, TOP_DEG, BOTTOM_DEG)
    up = movement(2, 2.5, 3.5)
    known = Known(latest=down)
    assert known.back_rad(2.5, up.axis) == down.size
    assert known.back_rad(2.5, down.axis) == 0.0, "it went the same way"
    assert known.back_rad(5.0, up.axis) == 0.0, "they have rested since"
    assert Known().back_rad(2.5, up.axis) == 0.0
