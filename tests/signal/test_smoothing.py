from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.signal.smoothing import Smoother

widths = st.integers(1, 20)


@given(half_width=widths, value=st.floats(-100.0, 100.0))
def test_a_constant_stays_what_it_is_from_the_first_sample(half_width: int, value: float) -> None:
    smooth = Smoother(half_width).process(np.full((60, 2), value))
    assert smooth.shape == (60 - half_width, 2)
    np.testing.assert_allclose(smooth, value, atol=1e-10)


@given(half_width=widths, slope=st.floats(-5.0, 5.0))
def test_a_steady_rise_is_neither_delayed_nor_bent(half_width: int, slope: float) -> None:
    ramp = slope * np.arange(100.0)[:, None]
    smooth = Smoother(half_width).process(ramp)
    np.testing.assert_allclose(smooth[half_width:], ramp[half_width:-half_width], atol=1e-9)


def test_a_bump_keeps_its_place() -> None:
    bump = np.zeros((41, 1))
    bump[20] = 1.0
    smooth = Smoother(5).process(bump)[:, 0]
    assert int(np.argmax(smooth)) == 20
    np.testing.assert_allclose(smooth[15:26], smooth[15:26][::-1], atol=1e-12)
    assert smooth.sum() == pytest.approx(1.0)


def test_tremor_is_taken_out_and_movement_is_kept() -> None:
    time_s = np.arange(0.0, 4.0, 0.01)
    for frequency_hz, least, most in ((1.0, 0.98, 1.0), (25.0, 0.0, 0.05)):
        wave = np.sin(2.0 * np.pi * frequency_hz * time_s)[:, None]
        gain = np.abs(Smoother(5).process(wave)[100:-100]).max()
        assert least <= gain <= most


def test_a_restart_forgets_what_came_before() -> None:
    rng = np.random.default_rng(0)
    used, fresh = Smoother(4), Smoother(4)
    used.process(rng.standard_normal((30, 3)))
    used.restart()
    values = rng.standard_normal((30, 3))
    np.testing.assert_array_equal(used.process(values), fresh.process(values))


@pytest.mark.parametrize("half_width", [0, -3])
def test_a_window_without_width_is_refused(half_width: int) -> None:
    with pytest.raises(ValueError, match="at least 1"):
        Smoother(half_width)
