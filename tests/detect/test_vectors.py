from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given

from tests.detect.motions import LEFT, up_at
from tests.signal.hips import rotations
from tracker.detect.vectors import mean_posture, turned_rad


@pytest.mark.parametrize(("from_deg", "to_deg"), [(-36.0, 11.0), (11.0, -36.0), (-150.0, 20.0)])
def test_the_way_up_is_positive(from_deg: float, to_deg: float) -> None:
    angle_rad = turned_rad(LEFT, up_at(from_deg), up_at(to_deg))
    assert np.degrees(angle_rad) == pytest.approx(to_deg - from_deg)


def test_many_postures_are_read_at_once() -> None:
    postures = np.array([up_at(angle_deg) for angle_deg in (0.0, 5.0, -5.0)])
    angles_deg = np.degrees(turned_rad(LEFT, up_at(0.0), postures))
    np.testing.assert_allclose(angles_deg, [0.0, 5.0, -5.0], atol=1e-9)


def test_leaning_along_the_axis_does_not_matter() -> None:
    leaning = up_at(20.0) + 0.3 * LEFT
    angle_rad = turned_rad(LEFT, up_at(0.0), leaning / np.linalg.norm(leaning))
    assert np.degrees(angle_rad) == pytest.approx(20.0)


@given(rotations())
def test_how_the_sensor_is_worn_does_not_matter(turn: np.ndarray) -> None:
    angle_rad = turned_rad(turn @ LEFT, turn @ up_at(-36.0), turn @ up_at(11.0))
    assert np.degrees(angle_rad) == pytest.approx(47.0)


def test_the_mean_posture_is_in_the_middle_and_says_how_far_the_others_are() -> None:
    mean, away_rad = mean_posture(np.array([up_at(angle_deg) for angle_deg in (9.0, 11.0, 13.0)]))
    np.testing.assert_allclose(mean, up_at(11.0), atol=1e-9)
    assert np.degrees(away_rad) == pytest.approx(2.0)


@given(rotations())
def test_a_single_posture_is_its_own_mean(turn: np.ndarray) -> None:
    mean, away_rad = mean_posture(np.array([turn @ up_at(11.0)] * 3))
    np.testing.assert_allclose(mean, turn @ up_at(11.0), atol=1e-9)
    assert away_rad == pytest.approx(0.0, abs=1e-7)
