"""Motion of hips without noise, written down as legs, and movements written down as numbers."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from tracker.detect.buffer import MotionBuffer
from tracker.detect.features import Movement
from tracker.detect.segmentation import SegmentState
from tracker.domain import MotionBlock
from tracker.sim.trajectories import MIN_JERK, Channel, Move

if TYPE_CHECKING:
    from numpy.typing import NDArray

RATE_HZ = 100.0
TRUNK_M = 0.45
BOTTOM_DEG = -36.0
TOP_DEG = 11.0
LEFT = np.array([1.0, 0.0, 0.0])
"""Left-right axis of the hips in the axes of a sensor that is not turned."""


@dataclass(frozen=True, slots=True, eq=False)
class Lift:
    """Motion and where its movements start and end by definition."""

    motion: MotionBlock
    pitch_rad: NDArray[np.float64]
    boundaries_s: tuple[tuple[float, float], ...]
    """Where each movement crosses 10 % of its own peak speed, s."""


def legs(
    *parts: tuple[float, float],
    start_deg: float = BOTTOM_DEG,
    start_s: float = 0.0,
    mounting: NDArray[np.float64] | None = None,
    trunk_m: float = TRUNK_M,
) -> Lift:
    """Return motion through legs of (seconds, pitch in degrees at the end); same pitch is a pause.

    Every movement is minimum jerk from standstill to standstill.
    """
    pitch = Channel(float(np.radians(start_deg)))
    now_s, now_deg = 0.0, start_deg
    boundaries_s = []
    rises, falls = MIN_JERK.crossings()
    for duration_s, to_deg in parts:
        if to_deg != now_deg:
            pitch.moves.append(Move(now_s, duration_s, float(np.radians(to_deg - now_deg))))
            from_s, to_s = now_s + rises * duration_s, now_s + falls * duration_s
            boundaries_s.append((start_s + from_s, start_s + to_s))
        now_s, now_deg = now_s + duration_s, to_deg
    time_s = np.arange(0.0, now_s, 1.0 / RATE_HZ)
    motion = swung(*pitch.evaluate(time_s), start_s=start_s, mounting=mounting, trunk_m=trunk_m)
    return Lift(motion, pitch.evaluate(time_s)[0], tuple(boundaries_s))


def swung(
    pitch_rad: NDArray[np.float64],
    rate: NDArray[np.float64],
    accel: NDArray[np.float64],
    start_s: float = 0.0,
    mounting: NDArray[np.float64] | None = None,
    trunk_m: float = TRUNK_M,
) -> MotionBlock:
    """Return the motion of hips at the end of a trunk that swings."""
    turn = np.eye(3) if mounting is None else mounting
    rest = np.zeros_like(pitch_rad)
    up = np.column_stack((rest, np.sin(pitch_rad), np.cos(pitch_rad)))
    return MotionBlock(
        start_s=start_s,
        rate_hz=RATE_HZ,
        up=up @ turn.T,
        rate_radps=(rate[:, None] * LEFT) @ turn.T,
        vertical_mps2=trunk_m * (np.cos(pitch_rad) * accel - np.sin(pitch_rad) * rate**2),
        velocity_mps=trunk_m * np.cos(pitch_rad) * rate,
        height_m=trunk_m * (np.sin(pitch_rad) - np.sin(pitch_rad[0])),
        restart=True,
    )


def squats(*parts: tuple[float, float], start_s: float = 0.0) -> Lift:
    """Return motion straight up and down through legs of (seconds, height in m at the end)."""
    height = Channel(0.0)
    now_s, now_m = 0.0, 0.0
    boundaries_s = []
    rises, falls = MIN_JERK.crossings()
    for duration_s, to_m in parts:
        if to_m != now_m:
            height.moves.append(Move(now_s, duration_s, to_m - now_m))
            from_s, to_s = now_s + rises * duration_s, now_s + falls * duration_s
            boundaries_s.append((start_s + from_s, start_s + to_s))
        now_s, now_m = now_s + duration_s, to_m
    time_s = np.arange(0.0, now_s, 1.0 / RATE_HZ)
    travel_m, velocity_mps, vertical_mps2 = height.evaluate(time_s)
    still = legs((now_s, BOTTOM_DEG), start_s=start_s).motion
    motion = replace(
        still, height_m=travel_m, velocity_mps=velocity_mps, vertical_mps2=vertical_mps2
    )
    return Lift(motion, np.zeros_like(time_s), tuple(boundaries_s))


def by_arc(
    motion: MotionBlock,
    tremble_deg: float = 0.0,
    tremble_hz: float = 5.0,
    axis: NDArray[np.float64] = LEFT,
) -> MotionBlock:
    """Return motion as an accelerometer alone shows it, with a tremble about an axis."""
    time_s = np.arange(len(motion.up)) / motion.rate_hz
    angle = np.radians(tremble_deg) * np.sin(2.0 * np.pi * tremble_hz * time_s)[:, None]
    along = np.outer(motion.up @ axis, axis)
    up = along + np.cos(angle) * (motion.up - along) + np.sin(angle) * np.cross(axis, motion.up)
    return replace(motion, up=up, gyroscope=False)


def remembered(motion: MotionBlock) -> MotionBuffer:
    """Return a buffer that holds the motion."""
    buffer = MotionBuffer(motion.rate_hz)
    buffer.restart(motion.start_s)
    buffer.append(motion, 0, len(motion.up))
    return buffer


def up_at(pitch_deg: float) -> NDArray[np.float64]:
    pitch_rad = np.radians(pitch_deg)
    return np.array([0.0, np.sin(pitch_rad), np.cos(pitch_rad)])


def movement(
    number: int,
    start_s: float,
    end_s: float,
    from_deg: float = BOTTOM_DEG,
    to_deg: float = TOP_DEG,
    state: SegmentState = SegmentState.SETTLED,
) -> Movement:
    """Return a clean movement of the trunk from one pitch to another."""
    turned_rad = float(np.radians(to_deg - from_deg))
    rise_m = TRUNK_M * float(np.sin(np.radians(to_deg)) - np.sin(np.radians(from_deg)))
    mean_mps = rise_m / (end_s - start_s)
    return Movement(
        number=number,
        state=state,
        direction=int(np.sign(turned_rad)),
        start_s=start_s,
        end_s=end_s,
        surge_s=start_s + 0.15 * (end_s - start_s),
        known_s=end_s + 0.15,
        size=abs(turned_rad),
        rotation_rad=abs(turned_rad),
        axis=LEFT * np.sign(turned_rad),
        planarity=1.0,
        coherence=1.0,
        rise_m=rise_m,
        mean_velocity_mps=mean_mps,
        peak_velocity_mps=1.6 * mean_mps,
        tilt_rad=0.01,
        from_up=up_at(from_deg),
        to_up=up_at(to_deg),
        # The peak of a minimum-jerk movement.
        peak_radps=1.875 * abs(turned_rad) / (end_s - start_s),
    )
