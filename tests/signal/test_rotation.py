from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from tracker.signal.orientation import IDENTITY, Turn, accumulate, product, steps_from_rate, unit

if TYPE_CHECKING:
    from numpy.typing import NDArray


def drawn(count: int, seed: int) -> NDArray[np.complex128]:
    """Return rotations, shape (2, count)."""
    parts = np.random.default_rng(seed).standard_normal((4, count))
    w, x, y, z = parts / np.linalg.norm(parts, axis=0)
    return np.stack((w + 1j * x, y + 1j * z))


def as_rotation(rotations: NDArray[np.complex128]) -> Rotation:
    a, b = rotations
    return Rotation.from_quat(
        np.stack((a.real, a.imag, b.real, b.imag), axis=-1), scalar_first=True
    )


@given(seed=st.integers(0, 1000))
def test_a_product_turns_like_one_rotation_after_the_other(seed: int) -> None:
    left, right = drawn(5, seed), drawn(5, seed + 1)
    vectors = np.random.default_rng(seed).standard_normal((3, 5))
    one_after_the_other = Turn.by(left).there(Turn.by(right).there(vectors))
    np.testing.assert_allclose(Turn.by(product(left, right)).there(vectors), one_after_the_other)


@given(seed=st.integers(0, 1000))
def test_a_product_agrees_with_another_library(seed: int) -> None:
    left, right = drawn(4, seed), drawn(4, seed + 1)
    ours, theirs = as_rotation(product(left, right)), as_rotation(left) * as_rotation(right)
    np.testing.assert_allclose(ours.as_matrix(), theirs.as_matrix(), atol=1e-12)


@given(seed=st.integers(0, 1000))
def test_turning_agrees_with_another_library_and_can_be_undone(seed: int) -> None:
    rotations = drawn(6, seed)
    vectors = np.random.default_rng(seed).standard_normal((3, 6))
    turn = Turn.by(rotations)
    turned = turn.there(vectors)
    np.testing.assert_allclose(turned.T, as_rotation(rotations).apply(vectors.T), atol=1e-12)
    np.testing.assert_allclose(turn.back(turned), vectors, atol=1e-12)


@given(rate=st.tuples(*[st.floats(-35.0, 35.0)] * 3))
def test_a_step_is_the_rotation_of_one_period(rate: tuple[float, float, float]) -> None:
    step = as_rotation(steps_from_rate(np.array(rate)[:, None], 0.01)[:, 0])
    expected = Rotation.from_rotvec(0.01 * np.array(rate))
    np.testing.assert_allclose(step.as_matrix(), expected.as_matrix(), atol=1e-12)


def test_no_rate_is_no_rotation() -> None:
    np.testing.assert_array_equal(steps_from_rate(np.zeros((3, 1)), 0.01)[:, 0], IDENTITY)


@settings(deadline=None)
@given(
    count=st.one_of(st.integers(0, 70), st.integers(250, 270), st.integers(2000, 2100)),
    seed=st.integers(0, 1000),
)
def test_accumulation_is_the_product_of_all_steps_so_far(count: int, seed: int) -> None:
    """On every level of the scan, with whole chunks and with a rest."""
    start, steps = drawn(1, seed)[:, 0], drawn(count, seed + 1)
    naive = np.empty((2, count), np.complex128)
    carry = start[:, None]
    for index in range(count):
        naive[:, index : index + 1] = carry = product(carry, steps[:, index : index + 1])
    np.testing.assert_allclose(accumulate(start, steps), naive, atol=1e-11)


def test_an_hour_of_steps_stays_a_rotation() -> None:
    rate_radps = np.random.default_rng(0).standard_normal((3, 360_000))
    orientation = accumulate(IDENTITY, steps_from_rate(rate_radps, 0.01))
    np.testing.assert_allclose(np.linalg.norm(orientation, axis=0), 1.0, atol=1e-11)


def test_what_rounding_has_left_is_taken_out() -> None:
    (rotation,) = drawn(1, 3).T
    np.testing.assert_allclose(unit(rotation * 1.001), rotation, atol=1e-15)


def test_a_full_turn_in_small_steps_comes_back() -> None:
    rate_radps = np.tile([[0.0], [0.0], [2.0 * np.pi]], (1, 100))
    orientation = accumulate(IDENTITY, steps_from_rate(rate_radps, 0.01))
    assert abs(orientation[0, -1]) == pytest.approx(1.0)
    quarter = Turn.by(orientation[:, 24:25]).there(np.array([[1.0], [0.0], [0.0]]))[:, 0]
    np.testing.assert_allclose(quarter, [0.0, 1.0, 0.0], atol=1e-12)
