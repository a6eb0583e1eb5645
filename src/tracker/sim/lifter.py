"""Carry out a plan: the lifter's sets and everything around them (sit down, roll the bar, walk).

Each rep is two movements, concentric and eccentric, with a lockout and a bottom between them.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import zip_longest
from typing import TYPE_CHECKING, Final

import numpy as np

from tracker.domain.units import STANDARD_GRAVITY_MPS2
from tracker.sim.body import Body, Incident
from tracker.sim.plan import DIP_S, Activity, ActivityPlan, Posture, SetPlan, Touch
from tracker.sim.trajectories import MIN_JERK, MIN_JERK_PEAK_ACCEL, SpeedProfile

if TYPE_CHECKING:
    from collections.abc import Callable

    from tracker.sim.body import Episode, Pose
    from tracker.sim.plan import RepPlan, SessionPlan

STILL_S: Final = 0.02
"""With a shorter pause than this, s, the movement reverses without coming to rest."""

_TURN_SHARE: Final = 0.8
"""Acceleration in a reversal, as a share of the peak acceleration of the gentler movement."""

_FLOOR_BRAKE: Final = 5.0
"""Deceleration with which the hips hit the floor, distance per duration squared."""

_KNOCK_S: Final = (0.02, 0.06)
"""Shortest and longest impact of plates on the floor, s."""

_TREMOR_HZ: Final = (7.0, 11.0)
"""Frequencies of physiological tremor."""


@dataclass(frozen=True, slots=True)
class Movement:
    """One movement of the trunk from one pitch to another, from standstill to standstill."""

    start_s: float
    duration_s: float
    from_deg: float
    to_deg: float
    profile: SpeedProfile


@dataclass(frozen=True, slots=True)
class Lift:
    """A concentric and the eccentric that follows."""

    concentric: Movement
    eccentric: Movement


def perform_set(body: Body, plan: SetPlan) -> tuple[Lift, ...]:
    """Perform a set, starting now; raise ValueError if the body is not lying, or without reps."""
    if body.posture is not Posture.LYING:
        raise ValueError(f"a set starts lying, not {body.posture.value}: lie back first")
    if not plan.reps:
        raise ValueError("a set needs at least one rep")
    lifts = []
    turn_accel = 0.0
    for number, (rep, follower) in enumerate(zip_longest(plan.reps, plan.reps[1:])):
        tired = number / len(plan.reps)
        lift, turn_accel = _perform_rep(body, rep, follower, turn_accel, tired)
        lifts.append(lift)
    return tuple(lifts)


def _perform_rep(
    body: Body, rep: RepPlan, follower: RepPlan | None, turn_accel: float, tired: float
) -> tuple[Lift, float]:
    """Perform one rep; return it and the acceleration with which the next one starts."""
    swing_deg = body.lifter.swing_deg
    start_deg = body.pitch_deg
    top_deg = body.lifter.bottom_deg + rep.reach * swing_deg
    # The last rep comes all the way down, because the lifter then rests.
    left_over = (1.0 - rep.sink) if follower else 0.0
    end_deg = body.lifter.bottom_deg + left_over * swing_deg
    up_deg, down_deg = top_deg - start_deg, top_deg - end_deg

    at_top = at_bottom = 0.0
    if rep.hold_s < STILL_S:
        at_top = _turn_accel(up_deg, rep.concentric_s, down_deg, rep.eccentric_s)
    if follower and rep.bottom_s < STILL_S:
        rise_deg = body.lifter.bottom_deg + follower.reach * swing_deg - end_deg
        at_bottom = _turn_accel(down_deg, rep.eccentric_s, rise_deg, follower.concentric_s)

    up = SpeedProfile(
        skew=rep.skew,
        sticking=rep.sticking,
        sticking_at=rep.sticking_at,
        start_accel=turn_accel * rep.concentric_s**2 / up_deg,
        end_brake=at_top * rep.concentric_s**2 / up_deg,
    )
    brake = at_bottom * rep.eccentric_s**2 / down_deg
    if rep.touch is Touch.FLOOR and not at_bottom:
        brake = _FLOOR_BRAKE
    down = SpeedProfile(start_accel=at_top * rep.eccentric_s**2 / down_deg, end_brake=brake)

    start_s = body.now_s
    sway_rad = np.radians(body.lifter.sway_deg) * (1.0 + tired)
    sway_s = rep.concentric_s + rep.hold_s + rep.eccentric_s
    body.wave(body.pose.sway, sway_rad, body.rng.uniform(0.4, 0.9), sway_s)
    concentric = _move(body, top_deg, rep.concentric_s, up)
    _hold(body, rep, top_deg, tired)
    eccentric = _move(body, end_deg, rep.eccentric_s, down)
    _bottom(body, rep)
    if rep.reach < 0.5:
        body.note(Incident.ATTEMPT, start_s, eccentric.start_s + eccentric.duration_s)
    return Lift(concentric, eccentric), at_bottom


def _turn_accel(first_deg: float, first_s: float, second_deg: float, second_s: float) -> float:
    """Return the acceleration of a reversal between two movements, degrees per s²."""
    gentler = min(first_deg / first_s**2, second_deg / second_s**2)
    return _TURN_SHARE * MIN_JERK_PEAK_ACCEL * gentler


def _move(body: Body, to_deg: float, duration_s: float, profile: SpeedProfile) -> Movement:
    movement = Movement(body.now_s, duration_s, body.pitch_deg, to_deg, profile)
    # One side of the pelvis drops in step with the lift.
    share = (to_deg - body.pitch_deg) / body.lifter.swing_deg
    roll_rad = np.radians(body.lifter.roll_deg) * share
    body.push(body.pose.roll, roll_rad, duration_s, profile)
    body.pitch_to(to_deg, duration_s, profile)
    return movement


def _hold(body: Body, rep: RepPlan, top_deg: float, tired: float) -> None:
    if rep.hold_s < STILL_S:
        return
    end_s = body.now_s + rep.hold_s
    tremor_rad = np.radians(body.lifter.tremor_deg) * (1.0 + tired)
    for channel in (body.pose.pitch, body.pose.sway):
        body.wave(channel, tremor_rad, body.rng.uniform(*_TREMOR_HZ), rep.hold_s)
    if rep.dips:
        pause_s = (rep.hold_s - rep.dips * DIP_S) / (rep.dips + 1)
        for _ in range(rep.dips):
            body.wait(pause_s)
            body.note(Incident.DIP, body.now_s, body.now_s + DIP_S)
            body.pitch_to(top_deg - rep.dip_share * body.lifter.swing_deg, 0.5 * DIP_S, MIN_JERK)
            body.pitch_to(top_deg, 0.5 * DIP_S, MIN_JERK)
    body.now_s = end_s


def _bottom(body: Body, rep: RepPlan) -> None:
    if rep.touch is Touch.FLOOR and rep.knock_g > 0.0:
        knock_s = float(body.rng.uniform(*_KNOCK_S))
        peak_mps2 = rep.knock_g * STANDARD_GRAVITY_MPS2
        body.knock(body.pose.upward, peak_mps2, knock_s, body.now_s)
        body.knock(body.pose.forward, 0.3 * peak_mps2, knock_s, body.now_s)
        body.note(Incident.KNOCK, body.now_s - 0.5 * knock_s, body.now_s + 0.5 * knock_s)
    if rep.slip_deg:
        body.slip(rep.slip_deg)
    if rep.bottom_s >= STILL_S:
        body.wait(rep.bottom_s)


_CHANGE_S: Final = 2.2
"""Usual duration of a change of posture, s; less if the activity is short."""

_CHANGE_SHARE: Final = 0.6
"""Largest share of an activity that its change of posture takes."""

_STEP_HZ: Final = 1.8
"""Steps per second at an easy walk."""

_STEP_BOUNCE_M: Final = 0.02
"""Amplitude of the hips' rise and fall with each step, m."""

_SHUFFLE_LIFT: Final = 0.3
"""Largest lift in a shuffle, share of the swing: well under the half that makes a rep."""

_FIDGET_EVERY_S: Final = 5.0
"""Mean time between small movements of a resting lifter, s."""


def perform_activity(body: Body, plan: ActivityPlan) -> None:
    """Perform an activity for exactly as long as planned."""
    start_s = body.now_s
    end_s = start_s + plan.duration_s
    posture, how = _HOW[plan.activity]
    if posture is not body.posture:
        change_s = min(_CHANGE_S * body.rng.uniform(0.8, 1.2), _CHANGE_SHARE * plan.duration_s)
        body.settle(posture, change_s)
    how(body, end_s)
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
    # The distance covered is left out: a sensor cannot tell a steady speed from rest.
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


_HOW: Final[dict[Activity, tuple[Posture, Callable[[Body, float], None]]]] = {
    Activity.SIT_DOWN: (Posture.SITTING, _keep_still),
    Activity.ROLL_BAR: (Posture.SITTING, _roll_bar),
    Activity.LIE_BACK: (Posture.LYING, _keep_still),
    Activity.SHUFFLE: (Posture.LYING, _shuffle),
    Activity.ADJUST: (Posture.LYING, _adjust),
    Activity.REST: (Posture.LYING, _rest),
    Activity.SIT_UP: (Posture.SITTING, _keep_still),
    Activity.STAND_UP: (Posture.STANDING, _keep_still),
    Activity.STAND: (Posture.STANDING, _stand),
    Activity.WALK: (Posture.STANDING, _walk),
}
"""Posture during and after each activity, and what the body does in it."""


@dataclass(frozen=True, slots=True)
class Performance:
    """A plan carried out."""

    pose: Pose
    """The body's coordinates over time."""
    sets: tuple[tuple[Lift, ...], ...]
    """The lifts of each set, in order."""
    episodes: tuple[Episode, ...]
    """Labelled stretches without reps, in order of their start."""
    duration_s: float


def perform(plan: SessionPlan, rng: np.random.Generator) -> Performance:
    """Carry out a plan; raise ValueError if a set does not start lying."""
    body = Body(plan.lifter, plan.starts, rng)
    sets = []
    for block in plan.blocks:
        match block:
            case SetPlan():
                sets.append(perform_set(body, block))
            case ActivityPlan():
                perform_activity(body, block)
    episodes = tuple(sorted(body.episodes, key=lambda episode: episode.start_s))
    return Performance(body.pose, tuple(sets), episodes, body.now_s)
