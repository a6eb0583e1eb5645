from __future__ import annotations

import numpy as np
import pytest

from tracker.sound.devices import JUMP_S, Timeline

RATE_HZ = 48_000
FRAMES = 960
PERIOD_S = FRAMES / RATE_HZ


def test_calls_by_fits_and_starts_are_evened_out() -> None:
    timeline = Timeline(RATE_HZ)
    jitter_s = np.random.default_rng(1).uniform(0.0, 0.015, 500)
    calls_s = 5.0 + PERIOD_S * np.arange(500) + jitter_s
    times_s = np.array([timeline.place(FRAMES, call_s) for call_s in calls_s])
    assert np.max(np.abs(np.diff(times_s) - PERIOD_S)) < 0.0005
    assert np.max(np.abs(times_s - calls_s)) < 0.016


def test_a_device_that_runs_fast_is_followed() -> None:
    timeline = Timeline(RATE_HZ)
    calls_s = PERIOD_S * 0.999 * np.arange(20_000)
    times_s = [timeline.place(FRAMES, call_s) for call_s in calls_s]
    assert times_s[-1] == pytest.approx(calls_s[-1], abs=0.002)


def test_after_an_interruption_the_clock_is_right() -> None:
    timeline = Timeline(RATE_HZ)
    timeline.place(FRAMES, 1.0)
    assert timeline.place(FRAMES, 9.0) == 9.0
    assert timeline.place(FRAMES, 9.0 + PERIOD_S + JUMP_S * 0.9) < 9.0 + PERIOD_S + 0.01
