"""What really happened, by the project's definitions, computed from the planned movements.

A phase boundary is where the angular speed of the lift crosses 10 % of that movement's own peak.
The speed is that of the movement itself: tremor, dips and impacts ride on top of it and do not
move a boundary. Times are session seconds, that is true time on the host's clock. A packet is
heard later than it is felt, so a tracker that knows arrivals only sees everything later by about
the shortest delay of the radio, which the truth states.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import numpy as np

from tracker.domain import Flag, Phase, PhaseSpan, Rep, exercise_named
from tracker.sim.equipment import Mounting
from tracker.sim.kinematics import feel

if TYPE_CHECKING:
    from tracker.domain import Gap
    from tracker.sim.body import Episode
    from tracker.sim.lifting import Lift, Turn
    from tracker.sim.performance import Performance

_FULL_SHARE: Final = 0.5
"""Movements above this share of the set's largest are those whose middle is the set's range."""

_PEAK_GRID: Final = 2001
"""Points among which the peak velocity is looked for; it is off by less than a millionth."""

_TILT_RATE_HZ: Final = 100.0
"""Samples per second among which the largest tilt is looked for."""


@dataclass(frozen=True, slots=True)
class SetTruth:
    """One set that happened."""

    index: int
    """Number in the session, from 1."""
    start_s: float
    """Start of its first rep, s."""
    end_s: float
    """End of its last rep, s."""
    range_deg: float
    """Median swing of its full movements, degrees."""
    reps: tuple[Rep, ...]
    """Reps that count, numbered from 1, all complete."""


@dataclass(frozen=True, slots=True)
class SessionTruth:
    """Everything that is to be found in a session."""

    duration_s: float
    """Length of the session, s."""
    sets: tuple[SetTruth, ...]
    """Sets with at least one rep, in order."""
    episodes: tuple[Episode, ...]
    """Labelled stretches that are no reps: set-up, walking, attempts, dips, slips, knocks."""
    gaps: tuple[Gap, ...]
    """Every hole in the samples that arrived, however short."""
    least_delay_s: float
    """Shortest time from a packet's last sample to its arrival, s."""


def truth_of(
    performance: Performance, exercise: str, gaps: tuple[Gap, ...], least_delay_s: float
) -> SessionTruth:
    """Return the truth about a performance.

    Parameters
    ----------
    performance
        What the body did.
    exercise
        Name of the exercise, whose shares decide what is a rep and what is short.
    gaps
        Holes that the radio left.
    least_delay_s
        Shortest delay of the radio, s.
    """
    sets: list[SetTruth] = []
    for lifts in performance.sets:
        set_truth = _set(performance, exercise, lifts, len(sets) + 1)
        if set_truth is not None:
            sets.append(set_truth)
    return SessionTruth(
        duration_s=performance.duration_s,
        sets=tuple(sets),
        episodes=performance.episodes,
        gaps=gaps,
        least_delay_s=least_delay_s,
    )


def _set(
    performance: Performance, exercise_name: str, lifts: tuple[Lift, ...], index: int
) -> SetTruth | None:
    """Return a set by its definition, or None where no movement of it is a rep."""
    exercise = exercise_named(exercise_name)
    swings_deg = np.array([_swing_deg(lift.up) for lift in lifts])
    tops_deg = np.array([lift.up.to_deg for lift in lifts])
    full = swings_deg >= _FULL_SHARE * swings_deg.max()
    range_deg = float(np.median(swings_deg[full]))
    least_top_deg = float(np.median(tops_deg[full])) - exercise.lockout_share * range_deg

    counted = [lift for lift in lifts if _swing_deg(lift.up) >= exercise.rep_share * range_deg]
    reps: list[Rep] = []
    for lift in counted:
        rep = _rep(performance, lift, len(reps) + 1, short=lift.up.to_deg < least_top_deg)
        if reps:
            # An attempt between two reps belongs to the bottom between them.
            reps[-1] = replace(reps[-1], bottom_s=rep.start_s - reps[-1].end_s)
        reps.append(rep)
    if not reps:
        return None
    return SetTruth(index, reps[0].start_s, reps[-1].end_s, range_deg, tuple(reps))


def _rep(performance: Performance, lift: Lift, index: int, *, short: bool) -> Rep:
    up_start_s, up_end_s = _boundaries_s(lift.up)
    down_start_s, down_end_s = _boundaries_s(lift.down)
    length_m = performance.pose.trunk_length_m
    mean_mps, peak_mps = _velocities_mps(lift.up, length_m)
    ends_rad = np.radians([lift.up.from_deg, lift.up.to_deg])
    return Rep(
        index=index,
        start_s=up_start_s,
        end_s=down_end_s,
        complete=True,
        phases=(
            PhaseSpan(Phase.CONCENTRIC, up_start_s, up_end_s),
            PhaseSpan(Phase.LOCKOUT, up_end_s, down_start_s),
            PhaseSpan(Phase.ECCENTRIC, down_start_s, down_end_s),
        ),
        rom_deg=_swing_deg(lift.up),
        top_deg=lift.up.to_deg,
        rise_m=length_m * float(np.diff(np.sin(ends_rad))[0]),
        mean_velocity_mps=mean_mps,
        peak_velocity_mps=peak_mps,
        tilt_deg=_tilt_deg(performance, up_start_s, down_end_s),
        flags=(Flag.SHORT_OF_LOCKOUT,) if short else (),
    )


def _swing_deg(turn: Turn) -> float:
    return abs(turn.to_deg - turn.from_deg)


def _boundaries_s(turn: Turn) -> tuple[float, float]:
    first, last = turn.profile.crossings()
    return turn.start_s + first * turn.duration_s, turn.start_s + last * turn.duration_s


def _velocities_mps(turn: Turn, length_m: float) -> tuple[float, float]:
    """Return mean and peak vertical velocity of the hips between the movement's boundaries."""
    first, last = turn.profile.crossings()
    shares = np.linspace(first, last, _PEAK_GRID)
    distance, rate, _ = turn.profile.evaluate(shares)
    swing_rad = np.radians(turn.to_deg - turn.from_deg)
    pitch_rad = np.radians(turn.from_deg) + swing_rad * distance
    height_m = length_m * np.sin(pitch_rad)
    velocity_mps = length_m * np.cos(pitch_rad) * swing_rad * rate / turn.duration_s
    duration_s = (last - first) * turn.duration_s
    return float(height_m[-1] - height_m[0]) / duration_s, float(velocity_mps.max())


def _tilt_deg(performance: Performance, start_s: float, end_s: float) -> float:
    time_s = np.linspace(start_s, end_s, max(2, round((end_s - start_s) * _TILT_RATE_HZ)))
    tilt_rad = feel(performance.pose, Mounting(), time_s).tilt_rad
    return float(np.degrees(np.abs(tilt_rad).max()))
