"""What a lifter does around the sets: sit down, roll the bar, shuffle, rest, walk."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from tracker.sim.plan import Activity, Posture

if TYPE_CHECKING:
    from collections.abc import Callable

    from tracker.sim.body import Body
    from tracker.sim.plan import ActivityPlan

_POSTURE: Final = {
    Activity.SIT_DOWN: Posture.SITTING,
    Activity.ROLL_BAR: Posture.SITTING,
    Activity.LIE_BACK: Posture.LYING,
    Activity.SHUFFLE: Posture.LYING,
    Activity.ADJUST: Posture.LYING,
    Activity.REST: Posture.LYING,
    Activity.SIT_UP: Posture.SITTING,
    Activity.STAND_UP: Posture.STANDING,
    Activity.STAND: Posture.STANDING,
    Activity.WALK: Posture.STANDING,
}
"""Posture in which each activity happens and which it leaves."""

_CHANGE_S: Final = 2.2
"""A change of posture takes about this long, s, or less where the activity is short."""

_CHANGE_SHARE: Final = 0.6
"""Longest share of an activity that its change of posture takes."""

_STEP_HZ: Final = 1.8
"""Steps per second of an easy walk."""

_STEP_BOUNCE_M: Final = 0.02
"""Amplitude of the hips' rise and fall with each step, m."""

_SHUFFLE_LIFT: Final = 0.3
"""Largest lift of a shuffle, share of the swing: well under the half that makes a rep."""

_FIDGET_EVERY_S: Final = 5.0
"""A resting lifter moves a little about this often, s."""


def perform_activity(body: Body, plan: ActivityPlan) -> None:
    """Let the body do something else for exactly as long as planned."""
    start_s = body.now_s
    end_s = start_s + plan.duration_s
    posture = _POSTURE[plan.activity]
    if posture is not body.posture:
        change_s = min(_CHANGE_S * body.rng.uniform(0.8, 1.2), _CHANGE_SHARE * plan.duration_s)
        body.settle(posture, change_s)
    _HOW[plan.activity](body, end_s)
    body.now_s = end_s
    body.note(plan.activity, start_s, end_s)


def _rest(body: Body, end_s: float) -> None:
    left_s = end_s - body.now_s
    breath_rad = np.radians(body.lifter.breath_deg)
    body.wave(body.pose.pitch, breath_rad, body.rng.uniform(0.2, 0.35), left_s)
    while True:
        body.wait(body.rng.exponential(_FIDGET_EVERY_S))
        fidget_s = body.rng.uniform(0.5, 1.2)
        if body.now_s + 2.0 * fidget_s > end_s:
            return
        angle_rad = np.radians(body.rng.uniform(-3.0, 3.0, 3))
        pose = body.pose
        for channel, angle in zip((pose.pitch, pose.roll, pose.sway), angle_rad, strict=True):
            body.push(channel, angle, fidget_s)
            body.push(channel, -angle, fidget_s, after_s=fidget_s)
        body.wait(2.0 * fidget_s)


def _roll_bar(body: Body, end_s: float) -> None:
    left_s = end_s - body.now_s
    pose = body.pose
    pace_hz = body.rng.uniform(0.4, 0.8)
    body.wave(pose.pitch, np.radians(body.rng.uniform(2.0, 5.0)), pace_hz, left_s)
    body.wave(pose.roll, np.radians(body.rng.uniform(1.0, 4.0)), 0.7 * pace_hz, left_s)
    body.wave(pose.upward, 0.01, 1.3 * pace_hz, left_s)


def _shuffle(body: Body, end_s: float) -> None:
    rest_deg = body.pitch_deg
    while end_s - body.now_s > 2.0:
        lift_deg = body.rng.uniform(0.1, _SHUFFLE_LIFT) * body.lifter.swing_deg
        up_s, down_s = body.rng.uniform(0.4, 0.8, 2)
        body.push(body.pose.forward, body.rng.uniform(-0.08, 0.08), up_s + down_s)
        body.push(body.pose.heading, np.radians(body.rng.uniform(-8.0, 8.0)), up_s + down_s)
        body.pitch_to(rest_deg + lift_deg, up_s)
        body.pitch_to(rest_deg, down_s)
        body.knock(body.pose.upward, body.rng.uniform(2.0, 8.0), 0.05, body.now_s)
        body.wait(body.rng.uniform(0.2, 0.6))


def _adjust(body: Body, end_s: float) -> None:
    pose = body.pose
    while end_s - body.now_s > 1.6:
        turn_s = body.rng.uniform(0.4, 0.8)
        turns_deg = body.rng.uniform(-4.0, 4.0, 3)
        for channel, turn_deg in zip((pose.roll, pose.sway, pose.pitch), turns_deg, strict=True):
            body.push(channel, np.radians(turn_deg), turn_s)
            body.push(channel, -np.radians(turn_deg), turn_s, after_s=turn_s)
        body.wait(2.0 * turn_s + body.rng.uniform(0.1, 0.5))


def _stand(body: Body, end_s: float) -> None:
    left_s = end_s - body.now_s
    for channel in (body.pose.pitch, body.pose.sway):
        body.wave(channel, np.radians(body.rng.uniform(0.3, 1.0)), 0.3, left_s)


def _walk(body: Body, end_s: float) -> None:
    # The distance covered is left out: a steady speed cannot be felt by the sensor.
    left_s = end_s - body.now_s
    pose = body.pose
    step_hz = _STEP_HZ * body.rng.uniform(0.9, 1.1)
    body.wave(pose.upward, _STEP_BOUNCE_M, step_hz, left_s)
    body.wave(pose.forward, 0.01, step_hz, left_s)
    body.wave(pose.leftward, 0.015, 0.5 * step_hz, left_s)
    body.wave(pose.pitch, np.radians(2.0), step_hz, left_s)
    body.wave(pose.sway, np.radians(4.0), 0.5 * step_hz, left_s)
    body.wave(pose.roll, np.radians(5.0), 0.5 * step_hz, left_s)
    for at_s in np.arange(body.now_s + 0.6, end_s - 0.3, 1.0 / step_hz):
        body.knock(pose.upward, body.rng.uniform(2.0, 6.0), 0.06, float(at_s))
    while end_s - body.now_s > 3.0:
        body.wait(body.rng.uniform(0.5, 1.5))
        body.push(pose.heading, np.radians(body.rng.uniform(-120.0, 120.0)), 1.4)
        body.wait(1.4)


def _keep_still(body: Body, end_s: float) -> None:
    body.wave(body.pose.pitch, np.radians(body.lifter.breath_deg), 0.3, end_s - body.now_s)


_HOW: Final[dict[Activity, Callable[[Body, float], None]]] = {
    Activity.SIT_DOWN: _keep_still,
    Activity.ROLL_BAR: _roll_bar,
    Activity.LIE_BACK: _keep_still,
    Activity.SHUFFLE: _shuffle,
    Activity.ADJUST: _adjust,
    Activity.REST: _rest,
    Activity.SIT_UP: _keep_still,
    Activity.STAND_UP: _keep_still,
    Activity.STAND: _stand,
    Activity.WALK: _walk,
}
