from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.signal.hips import rotations
from tracker.domain.units import STANDARD_GRAVITY_MPS2
from tracker.signal.bias import AccelBiasEstimator

if TYPE_CHECKING:
    from numpy.typing import NDArray

SIDES = np.vstack((np.eye(3), -np.eye(3))).T


def felt(
    postures: NDArray[np.float64], offset_mps2: NDArray[np.float64], repeats: int = 4
) -> NDArray[np.float64]:
    """Return still means, shape (3, n), of a sensor that is turned from posture to posture."""
    return np.tile(STANDARD_GRAVITY_MPS2 * postures + offset_mps2[:, None], (1, repeats))


offsets_mps2 = st.tuples(*[st.floats(-0.5, 0.5)] * 3).map(np.array)


@settings(deadline=None)
@given(offset_mps2=offsets_mps2)
def test_six_sides_tell_the_whole_offset(offset_mps2: NDArray[np.float64]) -> None:
    stage = AccelBiasEstimator()
    stage.learn(felt(SIDES, offset_mps2, repeats=10))
    np.testing.assert_allclose(stage.offset_mps2, offset_mps2, atol=0.03)


@settings(deadline=None)
@given(offset_mps2=offsets_mps2)
def test_bottom_and_top_of_a_rep_tell_what_leans_with_the_pelvis(
    offset_mps2: NDArray[np.float64],
) -> None:
    pitch_rad = np.radians([-36.0, 10.0])
    postures = np.array([np.sin(pitch_rad), np.zeros(2), np.cos(pitch_rad)])
    stage = AccelBiasEstimator()
    stage.learn(felt(postures, offset_mps2, repeats=20))
    left = offset_mps2 - stage.offset_mps2
    # Along both postures, so everywhere between them; across them only as far as 46° allow.
    assert np.abs(postures.T @ left).max() < 0.1
    # Gravity never pointed along the hips' axis, so next to nothing was learnt about it.
    assert stage.offset_mps2[1] == pytest.approx(0.0, abs=0.05)


@settings(deadline=None)
@given(offset_mps2=offsets_mps2, rotation=rotations())
def test_the_mounting_does_not_matter(
    offset_mps2: NDArray[np.float64], rotation: NDArray[np.float64]
) -> None:
    plain, turned = AccelBiasEstimator(), AccelBiasEstimator()
    means = felt(SIDES[:, :4], offset_mps2)
    plain.learn(means)
    turned.learn(rotation @ means)
    np.testing.assert_allclose(turned.offset_mps2, rotation @ plain.offset_mps2, atol=1e-9)


def test_each_moment_is_corrected_by_what_was_known_before_it() -> None:
    means = felt(SIDES, np.array([0.2, -0.1, 0.3]))
    whole, parts = AccelBiasEstimator(), AccelBiasEstimator()
    known = whole.learn(means)
    assert known.shape == (3, means.shape[1] + 1)
    np.testing.assert_array_equal(known[:, 0], 0.0)
    np.testing.assert_array_equal(known[:, -1], whole.offset_mps2)
    cut = np.hstack((parts.learn(means[:, :7])[:, :-1], parts.learn(means[:, 7:])))
    np.testing.assert_array_equal(cut, known)
    assert AccelBiasEstimator().learn(means[:, :0]).shape == (3, 1)


def test_other_units_and_free_fall_teach_nothing() -> None:
    stage = AccelBiasEstimator()
    stage.learn(felt(SIDES, np.zeros(3)) / STANDARD_GRAVITY_MPS2)
    stage.learn(np.zeros((3, 5)))
    np.testing.assert_array_equal(stage.offset_mps2, 0.0)
