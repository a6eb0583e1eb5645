"""Frames to uniform blocks to motion, in streaming stages."""

from tracker.signal.arrival_clock import ArrivalClock
from tracker.signal.clock import DeviceClock, FileClock, SessionClock
from tracker.signal.grid import GRID_RATE_HZ, Grid
from tracker.signal.mixed_clock import MixedClock
from tracker.signal.motion import MotionStage

__all__ = [
    "GRID_RATE_HZ",
    "ArrivalClock",
    "DeviceClock",
    "FileClock",
    "Grid",
    "MixedClock",
    "MotionStage",
    "SessionClock",
]
