from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from tests.export.workouts import EMPTY, WORKOUT
from tracker.domain import Phase, TimedFrame
from tracker.export.bids import EVENTS, motion_sidecar

SAMPLES = TimedFrame(np.array([1.0, 1.01, 3.5]), np.ones((3, 3)), np.zeros((3, 3)))


def test_the_sidecar_counts_channels_and_seconds() -> None:
    about = motion_sidecar(WORKOUT, SAMPLES)
    assert about["TaskName"] == "hip thrust"
    assert about["SamplingFrequency"] == about["SamplingFrequencyEffective"] == 100.0
    assert about["RecordingDuration"] == 2.5
    assert (about["MotionChannelCount"], about["GYROChannelCount"]) == (7, 3)
    assert about["TrackingSystemName"] == "Hip 1"


def test_without_a_gyroscope_there_are_no_channels_of_it() -> None:
    about = motion_sidecar(WORKOUT, replace(SAMPLES, gyro_radps=None))
    assert (about["MotionChannelCount"], about["GYROChannelCount"]) == (4, 0)


def test_a_rate_that_is_not_known_is_not_made_up() -> None:
    about = motion_sidecar(EMPTY, SAMPLES)
    assert not {"SamplingFrequency", "SamplingFrequencyEffective"} & set(about)


def test_every_phase_is_explained() -> None:
    about: Any = EVENTS["trial_type"]
    assert set(about["Levels"]) == {"rep", *(phase.value for phase in Phase)}
