from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from tracker.signal.orientation import (
    IDENTITY,
    OrientationIntegrator,
    steps_from_rate,
    to_matrices,
    turned,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray


def drawn(count: int, seed: int) -> NDArray[np.float64]:
    """Return rotations, shape (4, count)."""
    parts = np.random.default_rng(seed).standard_normal((4, count))
    rotations: NDArray[np.float64] = parts / np.linalg.norm(parts, axis=0)
    return rotations


def as_rotation(rotations: NDArray[np.float64]) -> Rotation:
    return Rotation.from_quat(rotations.T, scalar_first=True)


@given(seed=st.integers(0, 1000))
def test_turning_agrees_with_another_library_and_can_be_undone(seed: int) -> None:
    rotations = drawn(6, seed)
    vectors = np.random.default_rng(seed).standard_normal((3, 6))
    matrices = to_matrices(rotations)
    there = turned(matrices, vectors)
    np.testing.assert_allclose(there.T, as_rotation(rotations).apply(vectors.T), atol=1e-12)
    np.testing.assert_allclose(turned(matrices.transpose(1, 0, 2), there), vectors, atol=1e-12)


@given(rate=st.tuples(*[st.floats(-35.0, 35.0)] * 3))
def test_a_step_is_the_rotation_of_one_period(rate: tuple[float, float, float]) -> None:
    step = as_rotation(steps_from_rate(np.array(rate)[:, None], 0.01))
    expected = Rotation.from_rotvec(0.01 * np.array([rate]))
    np.testing.assert_allclose(step.as_matrix(), expected.as_matrix(), atol=1e-12)


def test_no_rate_is_no_rotation() -> None:
    np.testing.assert_array_equal(steps_from_rate(np.zeros((3, 1)), 0.01)[:, 0], IDENTITY)


@pytest.mark.slow
@settings(deadline=None)
@given(count=st.one_of(st.integers(0, 70), st.integers(500, 530)), seed=st.integers(0, 1000))
def test_the_orientation_is_the_product_of_all_steps_so_far(count: int, seed: int) -> None:
    """With whole chunks and with a rest, compared with another library."""
    steps = drawn(count, seed)
    orientation = OrientationIntegrator().process(steps)
    assert orientation.shape == (4, count)
    product = Rotation.identity()
    for index, step in enumerate(as_rotation(steps) if count else ()):
        product = product * step
        np.testing.assert_allclose(
            to_matrices(orientation)[:, :, index], product.as_matrix(), atol=1e-11
        )


@settings(deadline=None)
@given(seed=st.integers(0, 1000), cuts=st.lists(st.integers(0, 300), max_size=6))
def test_no_cut_changes_a_bit_of_the_orientation(seed: int, cuts: list[int]) -> None:
    steps = drawn(300, seed)
    integrator = OrientationIntegrator()
    parts = [integrator.process(part) for part in np.split(steps, sorted(cuts), axis=1)]
    whole = OrientationIntegrator().process(steps)
    np.testing.assert_array_equal(np.concatenate(parts, axis=1), whole)


def test_an_hour_of_steps_stays_a_rotation() -> None:
    rate_radps = np.random.default_rng(0).standard_normal((3, 360_000))
    orientation = OrientationIntegrator().process(steps_from_rate(rate_radps, 0.01))
    np.testing.assert_allclose(np.linalg.norm(orientation, axis=0), 1.0, atol=1e-13)


def test_a_full_turn_in_small_steps_comes_back() -> None:
    rate_radps = np.tile([[0.0], [0.0], [2.0 * np.pi]], (1, 100))
    orientation = OrientationIntegrator().process(steps_from_rate(rate_radps, 0.01))
    assert abs(orientation[0, -1]) == pytest.approx(1.0)
    quarter = turned(to_matrices(orientation[:, 24:25]), np.array([[1.0], [0.0], [0.0]]))[:, 0]
    np.testing.assert_allclose(quarter, [0.0, 1.0, 0.0], atol=1e-12)
