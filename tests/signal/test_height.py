from __future__ import annotations

import numpy as np
import pytest

from tests.signal.hips import RATE_HZ, hips
from tracker.signal.motion import CORNER_HZ, HeightFilter


def test_who_does_not_move_stays_where_he_is() -> None:
    velocity_mps, height_m = HeightFilter(RATE_HZ).process(np.zeros(500))
    assert not velocity_mps.any()
    assert not height_m.any()


@pytest.mark.parametrize("frequency_hz", [0.4, 0.7, 1.2])
def test_swinging_up_and_down_is_measured(frequency_hz: float) -> None:
    """A swing well above the corner has the travel that physics says, after the first ones."""
    omega = 2.0 * np.pi * frequency_hz
    time_s = np.arange(0.0, 60.0, 1.0 / RATE_HZ)
    velocity_mps, height_m = HeightFilter(RATE_HZ).process(
        -0.2 * omega**2 * np.sin(omega * time_s)
    )
    settled = slice(4000, None)
    loss = 1.0 + (CORNER_HZ / frequency_hz) ** 2
    assert np.abs(velocity_mps[settled]).max() == pytest.approx(0.2 * omega / loss, rel=0.02)
    assert np.abs(height_m[settled]).max() == pytest.approx(0.2 / loss**2, rel=0.02)


def test_a_constant_error_does_not_run_away() -> None:
    velocity_mps, height_m = HeightFilter(RATE_HZ).process(np.full(60_000, 0.2))
    assert np.abs(velocity_mps).max() < 0.2
    assert np.abs(height_m).max() < 0.2
    assert abs(height_m[-1]) < 1e-6


def test_reps_go_up_and_down_by_their_rise() -> None:
    felt = hips()
    _, height_m = HeightFilter(RATE_HZ).process(felt.vertical_mps2)
    travel_m = np.ptp(height_m[:700])
    assert travel_m == pytest.approx(0.35, rel=0.3)


def test_a_restart_forgets_what_came_before() -> None:
    rng = np.random.default_rng(0)
    used, fresh = HeightFilter(RATE_HZ), HeightFilter(RATE_HZ)
    used.process(rng.standard_normal(100))
    used.restart()
    values = rng.standard_normal(100)
    for one, other in zip(used.process(values), fresh.process(values), strict=True):
        np.testing.assert_array_equal(one, other)
