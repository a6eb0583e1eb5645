from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tests.detect.motions import BOTTOM_DEG, LEFT, TOP_DEG, movement, up_at
from tracker.detect.lockout import LOW, LOW_REPS, SLIPPED, LockoutReference
from tracker.detect.pairing import Direction, RepPairer
from tracker.domain import HIP_THRUST

UP = movement(1, 2.0, 3.0)


def turned(angle_deg: float) -> LockoutReference:
    """Return a level that has seen one plain rep."""
    level = LockoutReference(up_at(angle_deg))
    assert level.doubted(UP) is None
    return level


@pytest.mark.parametrize(("top_deg", "above_deg"), [(11.0, 3.0), (8.0, 0.0), (2.0, -6.0)])
def test_above_level_is_positive(top_deg: float, above_deg: float) -> None:
    lift = movement(1, 2.0, 3.0, to_deg=top_deg)
    assert np.degrees(LockoutReference(up_at(8.0)).top_rad(lift)) == pytest.approx(above_deg)


@pytest.mark.parametrize("roll_deg", [-8.0, -3.0, 0.0, 8.0])
def test_hips_that_drop_to_one_side_lean_against_level(roll_deg: float) -> None:
    roll, pitch = np.radians(roll_deg), np.radians(TOP_DEG)
    to_up = np.array([np.sin(roll) * np.cos(pitch), np.sin(pitch), np.cos(roll) * np.cos(pitch)])
    lean_rad = LockoutReference(up_at(8.0)).tilt_rad(replace(UP, to_up=to_up))
    assert lean_rad is not None
    assert np.degrees(lean_rad) == pytest.approx(abs(roll_deg), abs=0.2)


def test_a_level_near_the_bottom_tells_no_lean() -> None:
    assert LockoutReference(up_at(BOTTOM_DEG + 14.0)).tilt_rad(UP) is None
    assert LockoutReference(up_at(BOTTOM_DEG + 16.0)).tilt_rad(UP) == pytest.approx(0.0)


@pytest.mark.parametrize(
    ("bottom_deg", "top_deg", "doubt"),
    [
        (0.0, 0.0, None),
        (4.9, 4.9, None),
        (5.1, 5.1, SLIPPED),
        (-5.1, -9.0, SLIPPED),
        (9.0, 4.0, None),
        (12.0, 0.0, None),
        (0.0, 15.0, None),
        (-8.0, 8.0, None),
    ],
)
def test_only_bottom_and_top_turned_alike_have_slipped(
    bottom_deg: float, top_deg: float, doubt: str | None
) -> None:
    lift = movement(2, 6.0, 7.0, BOTTOM_DEG + bottom_deg, TOP_DEG + top_deg)
    assert turned(8.0).doubted(lift) == doubt


@pytest.mark.parametrize(("aside_deg", "doubt"), [(4.9, None), (5.1, SLIPPED), (-5.1, SLIPPED)])
def test_a_bottom_that_leans_aside_has_slipped(aside_deg: float, doubt: str | None) -> None:
    aside = np.radians(aside_deg)
    from_up = np.cos(aside) * UP.from_up + np.sin(aside) * LEFT
    assert turned(8.0).doubted(replace(UP, from_up=from_up)) == doubt


def test_a_level_at_the_bottom_is_none() -> None:
    assert LockoutReference(up_at(BOTTOM_DEG)).doubted(UP) == LOW


def test_reference_reps_that_end_at_the_bottom_are_none() -> None:
    assert LockoutReference(up_at(BOTTOM_DEG), 0.8, UP).doubted(UP) == LOW_REPS


def test_the_way_up_that_it_came_from_is_what_later_ones_are_compared_with() -> None:
    later = movement(2, 6.0, 7.0, BOTTOM_DEG + 6.0, TOP_DEG + 6.0)
    assert LockoutReference(up_at(TOP_DEG), 0.8, UP).doubted(later) == SLIPPED
    assert LockoutReference(up_at(TOP_DEG)).doubted(later) is None


def test_it_tells_up_from_down() -> None:
    level = LockoutReference(up_at(8.0))
    assert level.rises(UP) is True
    assert level.rises(movement(2, 4.0, 5.0, TOP_DEG, BOTTOM_DEG)) is False
    assert level.rises(movement(3, 4.0, 5.0, 0.0, 16.0)) is None


@pytest.mark.parametrize(("rise_sd_m", "way"), [(0.02, Direction.DOWN), (0.6, Direction.UP)])
def test_it_tells_the_way_of_a_first_rep_whose_rise_is_uncertain(
    rise_sd_m: float, way: Direction
) -> None:
    # Of a slow movement, a degree of tilt can turn the sign of the rise.
    misread = replace(movement(1, 2.0, 5.0), rise_m=-0.3, rise_sd_m=rise_sd_m)
    pairer = RepPairer(HIP_THRUST)
    pairer.level = LockoutReference(up_at(8.0))
    assert pairer.way(misread) is way
