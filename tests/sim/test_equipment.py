from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from tracker.sim.plan import Mounting


@given(st.integers(0, 2**32 - 1))
def test_a_drawn_mounting_is_a_rotation_near_the_hips(seed: int) -> None:
    mounting = Mounting.drawn(np.random.default_rng(seed), reach_m=0.03)
    np.testing.assert_allclose(mounting.matrix @ mounting.matrix.T, np.eye(3), atol=1e-12)
    assert np.linalg.det(mounting.matrix) > 0.0
    assert max(map(abs, mounting.lever_arm_m)) <= 0.03


def test_drawn_mountings_look_in_every_direction() -> None:
    rng = np.random.default_rng(1)
    ups = np.array([Mounting.drawn(rng).matrix[:, 2] for _ in range(400)])
    octants = {tuple(up > 0.0) for up in ups}
    assert len(octants) == 8
    np.testing.assert_allclose(ups.mean(axis=0), 0.0, atol=0.1)


def test_a_quaternion_need_not_be_of_length_one() -> None:
    quarter_turn = Mounting((2.0, 0.0, 0.0, 2.0))
    np.testing.assert_allclose(
        quarter_turn.matrix @ np.array([1.0, 0.0, 0.0]), [0.0, 1.0, 0.0], atol=1e-12
    )
