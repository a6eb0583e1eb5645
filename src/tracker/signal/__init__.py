"""Frames to uniform blocks to motion, in streaming stages."""

from tracker.signal.agreement import Finding, SensorAgreement
from tracker.signal.clocks import ArrivalClock, DeviceClock, FileClock, MixedClock, SessionClock
from tracker.signal.motion import MotionStage
from tracker.signal.resampler import GRID_RATE_HZ, Resampler

__all__ = [
    "GRID_RATE_HZ",
    "ArrivalClock",
    "DeviceClock",
    "FileClock",
    "Finding",
    "MixedClock",
    "MotionStage",
    "Resampler",
    "SensorAgreement",
    "SessionClock",
]
