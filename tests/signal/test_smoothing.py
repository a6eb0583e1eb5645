from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.signal.smoothing import RunningMean, Smoother

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


@pytest.mark.parametrize("half_width", [0, -3])
def test_a_window_without_width_is_refused(half_width: int) -> None:
    with pytest.raises(ValueError, match="at least 1"):
        Smoother(half_width)


@given(value=st.floats(-1e3, 1e3))
def test_the_mean_of_a_constant_is_the_constant_at_once(value: float) -> None:
    np.testing.assert_allclose(
        RunningMean.lasting(1.0, 20.0).process(np.full((2, 80), value)), value, atol=1e-9
    )


def test_the_first_samples_are_averaged_evenly() -> None:
    values = np.random.default_rng(0).standard_normal((1, 40))
    means = RunningMean.lasting(2.0, 20.0).process(values)
    np.testing.assert_allclose(means[0], np.cumsum(values[0]) / np.arange(1, 41), atol=1e-12)


def test_later_a_step_is_followed_with_the_time_constant() -> None:
    mean = RunningMean.lasting(1.0, 100.0)
    mean.process(np.zeros((1, 1000)))
    assert mean.process(np.ones((1, 100)))[0, -1] == pytest.approx(1.0 - np.exp(-1.0))


@pytest.mark.parametrize(("time_constant_s", "rate_hz"), [(0.0, 100.0), (-1.0, 1.0), (1.0, 0.0)])
def test_a_mean_over_no_time_is_refused(time_constant_s: float, rate_hz: float) -> None:
    with pytest.raises(ValueError, match="positive"):
        RunningMean.lasting(time_constant_s, rate_hz)


def test_warm_up_and_gain_can_be_given() -> None:
    mean = RunningMean(warm_up=2, gain=0.5)
    np.testing.assert_allclose(mean.process(np.array([[1.0, 3.0, 4.0, 0.0]])), [[1, 2, 3, 1.5]])
