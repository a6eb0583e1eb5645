from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from tracker.signal.rotation import IDENTITY, accumulate, product, rotate, steps_from_rate

if TYPE_CHECKING:
    from numpy.typing import NDArray


def drawn(count: int, seed: int) -> NDArray[np.float64]:
    """Return unit quaternions, shape (4, count)."""
    parts = np.random.default_rng(seed).standard_normal((4, count))
    unit: NDArray[np.float64] = parts / np.linalg.norm(parts, axis=0)
    return unit


def as_rotation(quaternion: NDArray[np.float64]) -> Rotation:
    return Rotation.from_quat(quaternion.T, scalar_first=True)


@given(seed=st.integers(0, 1000))
def test_a_product_turns_like_one_rotation_after_the_other(seed: int) -> None:
    left, right = drawn(5, seed), drawn(5, seed + 1)
    vectors = np.random.default_rng(seed).standard_normal((3, 5))
    one_after_the_other = rotate(left, rotate(right, vectors))
    np.testing.assert_allclose(rotate(product(left, right), vectors), one_after_the_other)


@given(seed=st.integers(0, 1000))
def test_turning_agrees_with_another_library_and_can_be_undone(seed: int) -> None:
    quaternion = drawn(6, seed)
    vectors = np.random.default_rng(seed).standard_normal((3, 6))
    turned = rotate(quaternion, vectors)
    np.testing.assert_allclose(turned.T, as_rotation(quaternion).apply(vectors.T), atol=1e-12)
    np.testing.assert_allclose(rotate(quaternion, turned, inverse=True), vectors, atol=1e-12)


@given(rate=st.tuples(*[st.floats(-35.0, 35.0)] * 3))
def test_a_step_is_the_rotation_of_one_period(rate: tuple[float, float, float]) -> None:
    step = steps_from_rate(np.array(rate)[:, None], 0.01)
    expected = Rotation.from_rotvec(0.01 * np.array(rate)).as_quat(scalar_first=True)
    # A quaternion and its negative are one rotation; half-turns cannot happen within a period.
    np.testing.assert_allclose(step[:, 0], expected * np.sign(expected[0]), atol=1e-12)


def test_no_rate_is_no_rotation() -> None:
    np.testing.assert_array_equal(steps_from_rate(np.zeros((3, 1)), 0.01)[:, 0], IDENTITY)


@settings(deadline=None)
@given(count=st.integers(0, 150), seed=st.integers(0, 1000))
def test_accumulation_is_the_product_of_all_steps_so_far(count: int, seed: int) -> None:
    start, steps = drawn(1, seed)[:, 0], drawn(count, seed + 1)
    naive = []
    carry = start[:, None]
    for index in range(count):
        carry = product(carry, steps[:, index : index + 1])
        naive.append(carry)
    expected = np.hstack(naive) if naive else np.empty((4, 0))
    np.testing.assert_allclose(accumulate(start, steps), expected, atol=1e-12)


def test_an_hour_of_steps_stays_a_rotation() -> None:
    rate_radps = np.random.default_rng(0).standard_normal((3, 360_000))
    orientation = accumulate(IDENTITY, steps_from_rate(rate_radps, 0.01))
    np.testing.assert_allclose(np.linalg.norm(orientation, axis=0), 1.0, atol=1e-12)


def test_a_full_turn_in_small_steps_comes_back() -> None:
    rate_radps = np.tile([[0.0], [0.0], [2.0 * np.pi]], (1, 100))
    orientation = accumulate(IDENTITY, steps_from_rate(rate_radps, 0.01))
    assert abs(orientation[0, -1]) == pytest.approx(1.0)
    quarter = rotate(orientation[:, 24:25], np.array([[1.0], [0.0], [0.0]]))[:, 0]
    np.testing.assert_allclose(quarter, [0.0, 1.0, 0.0], atol=1e-12)
