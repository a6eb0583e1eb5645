"""How a body does a set: every rep as two movements with what happens between them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from tracker.domain.units import STANDARD_GRAVITY_MPS2
from tracker.sim.body import Incident
from tracker.sim.plan import DIP_S, Posture, Touch
from tracker.sim.profiles import MIN_JERK, MIN_JERK_PEAK_ACCEL, SpeedProfile

if TYPE_CHECKING:
    from tracker.sim.body import Body
    from tracker.sim.plan import RepPlan, SetPlan

STILL_S: Final = 0.02
"""A pause shorter than this is none: the movement turns without coming to rest."""

_TURN_SHARE: Final = 0.8
"""Acceleration in a turn without rest, share of the peak acceleration of the gentler movement."""

_FLOOR_BRAKE: Final = 5.0
"""Deceleration with which hips meet the floor, distance per squared duration: not eased out."""

_KNOCK_S: Final = (0.02, 0.06)
"""Shortest and longest spike of plates on the floor, s."""

_TREMOR_HZ: Final = (7.0, 11.0)
"""Frequencies of physiological tremor."""


@dataclass(frozen=True, slots=True)
class Turn:
    """One movement of the trunk as it was done."""

    start_s: float
    """Standstill before it, s."""
    duration_s: float
    """From standstill to standstill, s."""
    from_deg: float
    """Pitch before, degrees."""
    to_deg: float
    """Pitch after, degrees."""
    profile: SpeedProfile
    """How the speed ran."""


@dataclass(frozen=True, slots=True)
class Lift:
    """A movement up and the one down that follows."""

    up: Turn
    """The way up."""
    down: Turn
    """The way down."""


def perform_set(body: Body, plan: SetPlan) -> tuple[Lift, ...]:
    """Let the body do a set, starting now.

    Raises
    ------
    ValueError
        If the body is not lying back, or the set has no reps.
    """
    if body.posture is not Posture.LYING:
        raise ValueError(f"a set starts lying back, not {body.posture.value}: lie back before it")
    if not plan.reps:
        raise ValueError("a set needs at least one rep")
    lifts = []
    turn_accel = 0.0
    for number, rep in enumerate(plan.reps):
        follower = plan.reps[number + 1] if number + 1 < len(plan.reps) else None
        tired = number / len(plan.reps)
        lift, turn_accel = _perform_rep(body, rep, follower, turn_accel, tired)
        lifts.append(lift)
    return tuple(lifts)


def _perform_rep(
    body: Body, rep: RepPlan, follower: RepPlan | None, turn_accel: float, tired: float
) -> tuple[Lift, float]:
    """Do one rep and return it with the acceleration that the next one starts with."""
    swing_deg = body.lifter.swing_deg
    start_deg = body.pitch_deg
    top_deg = body.lifter.bottom_deg + rep.reach * swing_deg
    # The last rep comes all the way down: there the lifter rests.
    left_over = (1.0 - rep.sink) if follower else 0.0
    end_deg = body.lifter.bottom_deg + left_over * swing_deg
    up_deg, down_deg = top_deg - start_deg, top_deg - end_deg

    at_top = _turn_accel(up_deg, rep.concentric_s, down_deg, rep.eccentric_s)
    if rep.hold_s >= STILL_S:
        at_top = 0.0
    at_bottom = 0.0
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
    down = SpeedProfile(
        start_accel=at_top * rep.eccentric_s**2 / down_deg,
        end_brake=brake,
    )

    start_s = body.now_s
    _sway(body, rep, tired)
    way_up = _turn(body, top_deg, rep.concentric_s, up)
    _hold(body, rep, top_deg, tired)
    way_down = _turn(body, end_deg, rep.eccentric_s, down)
    _bottom(body, rep)
    if rep.reach < 0.5:
        body.note(Incident.ATTEMPT, start_s, way_down.start_s + way_down.duration_s)
    return Lift(way_up, way_down), at_bottom


def _turn_accel(first_deg: float, first_s: float, second_deg: float, second_s: float) -> float:
    """Return the acceleration in a turn that suits both movements, degrees per s²."""
    gentler = min(first_deg / first_s**2, second_deg / second_s**2)
    return _TURN_SHARE * MIN_JERK_PEAK_ACCEL * gentler


def _turn(body: Body, to_deg: float, duration_s: float, profile: SpeedProfile) -> Turn:
    turn = Turn(body.now_s, duration_s, body.pitch_deg, to_deg, profile)
    # The pelvis drops to one side in step with the lift.
    share = (to_deg - body.pitch_deg) / body.lifter.swing_deg
    roll_rad = np.radians(body.lifter.roll_deg) * share
    body.push(body.pose.roll, roll_rad, duration_s, profile)
    body.pitch_to(to_deg, duration_s, profile)
    return turn


def _sway(body: Body, rep: RepPlan, tired: float) -> None:
    duration_s = rep.concentric_s + rep.hold_s + rep.eccentric_s
    sway_rad = np.radians(body.lifter.sway_deg) * (1.0 + tired)
    body.wave(body.pose.sway, sway_rad, body.rng.uniform(0.4, 0.9), duration_s)


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
