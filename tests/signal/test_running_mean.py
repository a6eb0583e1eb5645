from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.signal.smoothing import RunningMean


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
