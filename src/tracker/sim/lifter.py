"""A lifter with a sensor on the hips: a plan in, notifications and the truth out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from tracker.domain import SessionInfo, exercise_named
from tracker.sensors.profile_config import ProfileConfig
from tracker.sim.kinematics import feel
from tracker.sim.mems import measure
from tracker.sim.performance import perform
from tracker.sim.radio import STREAM_START_S, Counts, transmit
from tracker.sim.truth import truth_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from tracker.domain import Notification
    from tracker.sim.plan import SessionPlan
    from tracker.sim.radio import Transmission
    from tracker.sim.truth import SessionTruth

    Samples = tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64] | None]


@dataclass(frozen=True, slots=True, eq=False)
class SimulatedSession:
    """A session that never happened, and everything that is to be known about it."""

    plan: SessionPlan
    """What was asked for."""
    info: SessionInfo
    """Head of a recording of it."""
    truth: SessionTruth
    """What is to be found in it."""
    transmission: Transmission
    """What reached the host."""
    counts: Counts
    """What the sensor counted, before the radio."""
    config: ProfileConfig
    """What a count is worth."""

    def notifications(self) -> Iterator[Notification]:
        """Yield what arrives, in order."""
        yield from self.transmission.notifications

    def samples(self) -> Samples:
        """Return every sample at its true time, as if no radio were between.

        Returns
        -------
        tuple
            Time, s, shape (n,); specific force, m/s², shape (n, 3); angular rate, rad/s, shape
            (n, 3), or None without a gyroscope. Errors and rounding of the sensor are in them.
        """
        acc_mps2 = self.counts.acc.astype(np.float64) * self.config.acc_scale_mps2
        scale_radps = self.config.gyro_scale_radps
        if self.counts.gyro is None or scale_radps is None:
            return self.counts.time_s, acc_mps2, None
        return self.counts.time_s, acc_mps2, self.counts.gyro.astype(np.float64) * scale_radps


def simulate(plan: SessionPlan, seed: int) -> SimulatedSession:
    """Carry a plan out; the same plan and seed give the same bytes.

    Parameters
    ----------
    plan
        What happens.
    seed
        Decides fidgets, tremor, the sensor's errors and the radio, each from its own stream of
        random numbers, so that another radio leaves the movements as they are.

    Raises
    ------
    UnknownNameError
        If there is no such exercise.
    ValueError
        If a set does not start lying back, or the plan is empty.
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
    felt = feel(performance.pose, plan.mounting, time_s)
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
            device_name="Simulated sensor",
            origin="synthetic",
            settings=_settings(config),
            note=plan.note or "A simulated lifter; nobody trained.",
        ),
        truth=truth_of(performance, plan.exercise, transmission.gaps, transmission.least_delay_s),
        transmission=transmission,
        counts=counts,
        config=config,
    )


def _settings(config: ProfileConfig) -> str:
    """Return the configuration as settings of the decoder, as they stand in a recording's head."""
    words = [f"rate_hz={config.rate_hz}", f"acc_range_g={config.acc_range_g}"]
    if config.gyro_range_dps is not None:
        words.append(f"gyro_range_dps={config.gyro_range_dps}")
    return " ".join(words)
