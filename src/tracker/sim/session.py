"""Simulate a session: a plan in, notifications and the exact truth out.

The truth follows the project's definitions and is computed from the planned movements. A phase
boundary is where the lift's angular speed crosses 10 % of that movement's own peak; tremor, dips
and impacts are added on top and do not move it. Times are session seconds: true time on the
host's clock. Packets arrive later than their samples, so a tracker that knows only arrival times
sees everything late by about the radio's shortest delay, which the truth states.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from itertools import takewhile
from typing import TYPE_CHECKING, Final

import numpy as np

from tracker.domain import Flag, Phase, PhaseSpan, Rep, SessionInfo, exercise_named
from tracker.domain.units import s_from_ns
from tracker.language import _
from tracker.sensors.profile.packets import ProfileConfig
from tracker.sim.body import ideal_readings
from tracker.sim.lifter import perform
from tracker.sim.plan import Mounting
from tracker.sim.sensor import STREAM_START_S, Counts, measure, transmit

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from tracker.domain import Gap, Notification
    from tracker.sim.body import Episode
    from tracker.sim.lifter import Lift, Movement, Performance
    from tracker.sim.plan import SessionPlan
    from tracker.sim.sensor import Transmission

    Samples = tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64] | None]

_FULL_SHARE: Final = 0.5
"""The set's range is the median of movements above this share of its largest."""

_PEAK_GRID: Final = 2001
"""Points at which velocity is evaluated to find its peak, to within a millionth."""

_TILT_RATE_HZ: Final = 100.0
"""Rate at which tilt is evaluated to find its largest value."""


@dataclass(frozen=True, slots=True)
class SetTruth:
    """One set as it was done, from the start of its first rep to the end of its last."""

    index: int
    """Number in the session, from 1."""
    start_s: float
    end_s: float
    range_deg: float
    """Median swing of its full movements, degrees."""
    reps: tuple[Rep, ...]
    """Reps that count, numbered from 1, all complete."""


@dataclass(frozen=True, slots=True)
class SessionTruth:
    """Everything that a tracker should find in a session."""

    duration_s: float
    sets: tuple[SetTruth, ...]
    """Sets with at least one rep, in order."""
    episodes: tuple[Episode, ...]
    """Labelled stretches without reps: set-up, walking, attempts, dips, slips, knocks."""
    gaps: tuple[Gap, ...]
    """Every gap in the samples that arrived, however short."""
    least_delay_s: float
    """Shortest time from a packet's last sample to its arrival, s."""


def truth_of(
    performance: Performance, exercise: str, gaps: tuple[Gap, ...], least_delay_s: float
) -> SessionTruth:
    """Return the truth about a performance; the named exercise decides what counts as a rep."""
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
    """Return the set by definition, or None if none of its movements is a rep."""
    exercise = exercise_named(exercise_name)
    swings_deg = np.array([_swing_deg(lift.concentric) for lift in lifts])
    tops_deg = np.array([lift.concentric.to_deg for lift in lifts])
    full = swings_deg >= _FULL_SHARE * swings_deg.max()
    range_deg = float(np.median(swings_deg[full]))
    least_top_deg = float(np.median(tops_deg[full])) - exercise.lockout_share * range_deg

    counted = [
        lift for lift in lifts if _swing_deg(lift.concentric) >= exercise.rep_share * range_deg
    ]
    reps: list[Rep] = []
    for lift in counted:
        rep = _rep(performance, lift, len(reps) + 1, short=lift.concentric.to_deg < least_top_deg)
        if reps:
            # An attempt between two reps belongs to the bottom between them.
            reps[-1] = replace(reps[-1], bottom_s=rep.start_s - reps[-1].end_s)
        reps.append(rep)
    if not reps:
        return None
    return SetTruth(index, reps[0].start_s, reps[-1].end_s, range_deg, tuple(reps))


def _rep(performance: Performance, lift: Lift, index: int, *, short: bool) -> Rep:
    up_start_s, up_end_s = _boundaries_s(lift.concentric)
    down_start_s, down_end_s = _boundaries_s(lift.eccentric)
    length_m = performance.pose.trunk_length_m
    mean_mps, peak_mps = _velocities_mps(lift.concentric, length_m)
    ends_rad = np.radians([lift.concentric.from_deg, lift.concentric.to_deg])
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
        rom_deg=_swing_deg(lift.concentric),
        top_deg=lift.concentric.to_deg,
        rise_m=length_m * float(np.diff(np.sin(ends_rad))[0]),
        mean_velocity_mps=mean_mps,
        peak_velocity_mps=peak_mps,
        tilt_deg=_tilt_deg(performance, up_start_s, down_end_s),
        flags=(Flag.SHORT_OF_LOCKOUT,) if short else (),
    )


def _swing_deg(movement: Movement) -> float:
    return abs(movement.to_deg - movement.from_deg)


def _boundaries_s(movement: Movement) -> tuple[float, float]:
    first, last = movement.profile.crossings()
    start_s, duration_s = movement.start_s, movement.duration_s
    return start_s + first * duration_s, start_s + last * duration_s


def _velocities_mps(movement: Movement, length_m: float) -> tuple[float, float]:
    """Return mean and peak vertical velocity of the hips between phase boundaries, m/s."""
    first, last = movement.profile.crossings()
    shares = np.linspace(first, last, _PEAK_GRID)
    distance, rate, _ = movement.profile.evaluate(shares)
    swing_rad = np.radians(movement.to_deg - movement.from_deg)
    pitch_rad = np.radians(movement.from_deg) + swing_rad * distance
    height_m = length_m * np.sin(pitch_rad)
    velocity_mps = length_m * np.cos(pitch_rad) * swing_rad * rate / movement.duration_s
    duration_s = (last - first) * movement.duration_s
    return float(height_m[-1] - height_m[0]) / duration_s, float(velocity_mps.max())


def _tilt_deg(performance: Performance, start_s: float, end_s: float) -> float:
    time_s = np.linspace(start_s, end_s, max(2, round((end_s - start_s) * _TILT_RATE_HZ)))
    tilt_rad = ideal_readings(performance.pose, Mounting(), time_s).tilt_rad
    return float(np.degrees(np.abs(tilt_rad).max()))


@dataclass(frozen=True, slots=True, eq=False)
class SimulatedSession:
    """A simulated session and its truth."""

    plan: SessionPlan
    info: SessionInfo
    """Header for a recording of it."""
    truth: SessionTruth
    transmission: Transmission
    """What reached the host."""
    counts: Counts
    """Raw samples, before the radio."""
    config: ProfileConfig
    """Sensor configuration, with the scale of a count."""

    def notifications(self, before_s: float = math.inf) -> Iterator[Notification]:
        """Return the notifications that arrive before a session time, s, in order."""
        sent = self.transmission.notifications
        return takewhile(lambda each: s_from_ns(each.received_ns) < before_s, sent)

    def samples(self) -> Samples:
        """Return every sample at its true time, sensor errors and rounding included.

        Time, s, shape (n,); specific force, m/s², shape (n, 3); angular rate, rad/s, shape (n, 3),
        or None without a gyroscope.
        """
        acc_mps2 = self.counts.acc.astype(np.float64) * self.config.acc_scale_mps2
        scale_radps = self.config.gyro_scale_radps
        if self.counts.gyro is None or scale_radps is None:
            return self.counts.time_s, acc_mps2, None
        return self.counts.time_s, acc_mps2, self.counts.gyro.astype(np.float64) * scale_radps


def simulate(plan: SessionPlan, seed: int) -> SimulatedSession:
    """Simulate a plan; the same plan and seed give the same bytes.

    The seed decides body, sensor and radio, each from its own random stream, so that a different
    radio does not change the movements. Raises `UnknownNameError` if there is no such exercise,
    and `ValueError` if a set does not start lying back, or the plan is empty.
    """
    exercise_named(plan.exercise)
    body_rng, sensor_rng, radio_rng = np.random.default_rng(seed).spawn(3)
    performance = perform(plan, body_rng)
    if performance.duration_s <= STREAM_START_S:
        raise ValueError(f"a session must last longer than {STREAM_START_S} s")

    sensor = plan.sensor
    config = ProfileConfig(
        rate_hz=sensor.rate_hz,
        acc_range_g=sensor.acc_range_g,
        gyro_range_dps=sensor.gyro_range_dps,
        boot_id=int(sensor_rng.integers(1 << 32)),
    )
    rate_hz = sensor.rate_hz * (1.0 + sensor.rate_error)
    time_s = np.arange(STREAM_START_S, performance.duration_s, 1.0 / rate_hz)
    felt = ideal_readings(performance.pose, plan.mounting, time_s)
    acc_mps2, gyro_radps = measure(felt, time_s, rate_hz, sensor.noise, sensor_rng)
    counts = Counts(
        time_s=time_s,
        acc=config.acc_counts(acc_mps2),
        gyro=None if sensor.gyro_range_dps is None else config.gyro_counts(gyro_radps),
    )
    transmission = transmit(counts, config, sensor, plan.radio, radio_rng)
    return SimulatedSession(
        plan=plan,
        info=SessionInfo(
            sensor="profile",
            exercise=plan.exercise,
            device_name=_("Simulated sensor"),
            origin="synthetic",
            settings=_settings(config),
            note=plan.note or _("A simulated lifter; nobody trained."),
        ),
        truth=truth_of(performance, plan.exercise, transmission.gaps, transmission.least_delay_s),
        transmission=transmission,
        counts=counts,
        config=config,
    )


def _settings(config: ProfileConfig) -> str:
    """Return the configuration as decoder settings, as written in a recording's header."""
    words = [f"rate_hz={config.rate_hz}", f"acc_range_g={config.acc_range_g}"]
    if config.gyro_range_dps is not None:
        words.append(f"gyro_range_dps={config.gyro_range_dps}")
    return " ".join(words)
