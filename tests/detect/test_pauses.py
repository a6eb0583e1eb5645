from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.detect.motions import BOTTOM_DEG, RATE_HZ, TOP_DEG, by_arc, legs, movement, remembered
from tracker.detect.buffer import MotionBuffer
from tracker.detect.features import Pauses
from tracker.detect.tracks import ArcTrack, RotationTrack

if TYPE_CHECKING:
    from tracker.domain import MotionBlock

UP = movement(1, 2.0, 3.0)


def pauses(motion: MotionBlock) -> Pauses:
    buffer = remembered(motion)
    return Pauses(buffer, RotationTrack(buffer), ArcTrack(buffer))


@pytest.mark.parametrize("gyroscope", [True, False])
def test_the_longest_stillness_counts(*, gyroscope: bool) -> None:
    lift = legs((0.5, -36.0), (0.8, -28.0), (0.7, -36.0), (2.0, -36.0), (1.0, TOP_DEG))
    motion = lift.motion if gyroscope else by_arc(lift.motion, 0.5)
    assert pauses(motion).still_s(0.0, 4.2) == pytest.approx(2.0, abs=0.5)
    assert pauses(motion).still_s(0.0, 0.5) == pytest.approx(0.5, abs=0.02)


def test_hips_that_move_all_along_are_not_still() -> None:
    lift = legs((1.0, TOP_DEG), (1.0, BOTTOM_DEG))
    assert pauses(lift.motion).still_s(0.3, 0.7) == 0.0


@pytest.mark.parametrize("sag_deg", [2.0, 9.0])
@pytest.mark.parametrize("comes_back", [True, False])
def test_a_sag_is_what_the_hips_sank_by(sag_deg: float, *, comes_back: bool) -> None:
    low_deg = TOP_DEG - sag_deg
    end_deg = TOP_DEG if comes_back else low_deg
    hold = ((1.0, TOP_DEG), (0.5, low_deg), (0.5, end_deg), (1.0, end_deg))
    lift = legs((2.0, BOTTOM_DEG), (1.0, TOP_DEG), *hold, (1.0, BOTTOM_DEG))
    down = movement(2, 6.0, 7.0, TOP_DEG, BOTTOM_DEG)
    found_rad = pauses(lift.motion).sag_rad(UP, down)
    assert found_rad == pytest.approx(sag_deg * 0.01745, abs=1e-3)


def test_hips_that_rise_in_the_hold_do_not_sag() -> None:
    lift = legs((2.0, BOTTOM_DEG), (1.0, 6.0), (2.0, TOP_DEG), (1.0, TOP_DEG))
    down = movement(2, 5.5, 7.0, TOP_DEG, BOTTOM_DEG)
    assert pauses(lift.motion).sag_rad(UP, down) == pytest.approx(0.0, abs=1e-9)


def test_what_is_not_remembered_is_unknown() -> None:
    buffer = MotionBuffer(RATE_HZ)
    lift = legs((3.0, BOTTOM_DEG), start_s=10.0)
    buffer.restart(10.0)
    buffer.append(lift.motion, 0, len(lift.motion.up))
    read = Pauses(buffer, RotationTrack(buffer), ArcTrack(buffer))
    assert read.still_s(9.0, 11.0) is None
    assert read.still_s(12.0, 14.0) is None
    assert read.still_s(12.0, 12.0) is None
    assert read.sag_rad(movement(1, 8.0, 9.0), movement(2, 11.0, 12.0)) is None
