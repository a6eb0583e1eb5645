"""A real sensor and its radio: ideal readings in, noisy counts and notifications out.

A packet is ready with its last sample, waits for the next connection event, then for the host. A
stalled host delivers everything queued at once, in order. A lost packet leaves a gap in the
sequence. While disconnected the sensor makes no packets, so its counter continues where it
stopped, unless the sensor restarted.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

import numpy as np

from tracker.domain import LINK_CHANNEL, Gap, LinkState, Notification
from tracker.domain.units import RADPS_PER_DPS, STANDARD_GRAVITY_MPS2, ns_from_s
from tracker.sensors.profile.packets import CONFIG_UUID, IMU_UUID, encode_packet
from tracker.sim.plan import MemsNoise

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from tracker.sensors.profile.packets import ProfileConfig
    from tracker.sim.body import Kinematics
    from tracker.sim.plan import Disconnect, RadioPlan, SensorPlan

STREAM_START_S: Final = 0.3
"""Time to discover, connect and configure before the first sample, s."""

_SENSOR_DELAY_S: Final = 0.0005
"""From the last sample of a packet to the radio's queue, s."""

_SPACING_S: Final = 0.0002
"""Time between packets in one connection event, s."""

_STALL_S: Final = (0.1, 0.3)
"""Shortest and longest stall of the host, s."""

_BURST: Final = 5
"""Most packets lost in a row."""

_SUPERVISION_S: Final = 2.0
"""Supervision timeout: how long the host takes to notice a lost link, s."""

_BOOT_S: Final = 1.0
"""Time from a restart to the new connection, s."""

_WARM_UP_S: Final = 180.0
"""Time constant with which a gyroscope's offset settles after power-on, s."""

IDEAL: Final = MemsNoise()
"""No errors except rounding and clipping."""

LSM6DSOX: Final = MemsNoise(70.0, 3.8, 20.0, 1.0, 0.2, 0.01, 0.005)
"""A good current part: 70 µg/√Hz, ±20 mg."""

BMI270: Final = MemsNoise(160.0, 8.0, 20.0, 0.5, 0.2, 0.01, 0.005)
"""The part in many wearables."""

MPU6050: Final = MemsNoise(400.0, 5.0, 50.0, 5.0, 1.0, 0.03, 0.02)
"""An old hobby part, with the offset that remains after the firmware's trim."""

PRESETS: Final = MappingProxyType(
    {
        "ideal": IDEAL,
        "lsm6dsox": LSM6DSOX,
        "bmi270": BMI270,
        "mpu6050": MPU6050,
        "drifting": replace(BMI270, gyro_bias_dps=3.0, gyro_drift_dps=3.0),
    }
)
"""Noise by part; figures and sources are in `docs/simulator.md`."""


def measure(
    kinematics: Kinematics,
    time_s: NDArray[np.float64],
    rate_hz: float,
    noise: MemsNoise,
    rng: np.random.Generator,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return what a real sensor measures, before rounding.

    These are specific force, m/s², and angular rate, rad/s, both of shape (n, 3), at `time_s`, s,
    shape (n,). Noise up to half the sample rate ends up in them, and `rng` draws the errors of
    this specimen from the limits of `noise`.
    """
    bandwidth_root = np.sqrt(0.5 * rate_hz)
    acc_sigma_mps2 = noise.acc_density_ug_rthz * 1e-6 * STANDARD_GRAVITY_MPS2 * bandwidth_root
    gyro_sigma_radps = noise.gyro_density_mdps_rthz * 1e-3 * RADPS_PER_DPS * bandwidth_root
    acc_bias_mps2 = _within(noise.acc_bias_mg * 1e-3 * STANDARD_GRAVITY_MPS2, rng)
    gyro_bias_radps = _within(noise.gyro_bias_dps * RADPS_PER_DPS, rng)
    gyro_drift_radps = _within(noise.gyro_drift_dps * RADPS_PER_DPS, rng)
    warmth = 1.0 - np.exp(-time_s / _WARM_UP_S)

    acc_mps2 = kinematics.specific_force_mps2 @ _sensitivity(noise, rng).T
    acc_mps2 = acc_mps2 + acc_bias_mps2 + acc_sigma_mps2 * rng.standard_normal(acc_mps2.shape)
    gyro_radps = kinematics.rate_radps @ _sensitivity(noise, rng).T
    gyro_radps = gyro_radps + gyro_bias_radps + warmth[:, None] * gyro_drift_radps
    gyro_radps = gyro_radps + gyro_sigma_radps * rng.standard_normal(gyro_radps.shape)
    return acc_mps2, gyro_radps


def _within(limit: float, rng: np.random.Generator) -> NDArray[np.float64]:
    return limit * rng.uniform(-1.0, 1.0, 3)


def _sensitivity(noise: MemsNoise, rng: np.random.Generator) -> NDArray[np.float64]:
    """Return the matrix of scale and cross-axis errors, shape (3, 3)."""
    matrix = np.eye(3) + noise.cross_axis * rng.uniform(-1.0, 1.0, (3, 3))
    np.fill_diagonal(matrix, 1.0 + _within(noise.scale_error, rng))
    return matrix


@dataclass(frozen=True, slots=True)
class Transmission:
    """What reached the host, in order of arrival."""

    notifications: tuple[Notification, ...]
    gaps: tuple[Gap, ...]
    """Every gap, from the last sample before it to the first after it."""
    least_delay_s: float
    """Shortest time from a packet's last sample to its arrival, s."""


@dataclass(frozen=True, slots=True, eq=False)
class Counts:
    """Raw samples of the sensor."""

    time_s: NDArray[np.float64]
    """True time of each sample, s, shape (n,)."""
    acc: NDArray[np.int16]
    """Accelerometer, shape (n, 3)."""
    gyro: NDArray[np.int16] | None
    """Gyroscope, shape (n, 3), or None."""


def transmit(
    counts: Counts,
    config: ProfileConfig,
    sensor: SensorPlan,
    radio: RadioPlan,
    rng: np.random.Generator,
) -> Transmission:
    """Send samples over the radio; `rng` decides delays, losses and boot ids."""
    received: list[tuple[float, str, bytes]] = []
    arrived = np.zeros(counts.time_s.size, dtype=bool)
    delays_s: list[float] = []
    sequence = radio.first_sequence
    first_stamp_us, clock_start_s = sensor.first_stamp_us, 0.0
    received += _link_states(0.0, LinkState.SEARCHING, LinkState.CONNECTING)
    for disconnect in radio.disconnects:
        noticed_s = disconnect.start_s + min(_SUPERVISION_S, 0.5 * disconnect.duration_s)
        received += _link_states(noticed_s, LinkState.LOST, LinkState.RECONNECTING)
    for samples, connected_s, booted in _connections(counts.time_s, radio.disconnects):
        if booted is not None:
            sequence, first_stamp_us = 0, 0
            clock_start_s = max(booted.start_s, connected_s - _BOOT_S)
            config = replace(config, boot_id=int(rng.integers(1 << 32)))
        received += _link_states(connected_s - 0.1, LinkState.CONFIGURING)
        received.append((connected_s - 0.06, CONFIG_UUID, config.encode()))
        received += _link_states(connected_s - 0.05, LinkState.STREAMING)

        starts = np.arange(samples.start, samples.stop, radio.samples_per_packet)
        starts = starts[starts + radio.samples_per_packet <= samples.stop]
        ends = starts + radio.samples_per_packet
        last_s = counts.time_s[ends - 1]
        arrivals_s = _arrivals_s(last_s, radio, rng)
        lost = _lost(starts.size, radio.loss_share, rng)
        since_s = counts.time_s[starts] - clock_start_s
        stamps_us = first_stamp_us + since_s * (1.0 + sensor.crystal_ppm * 1e-6) * 1e6
        for number in np.flatnonzero(~lost):
            span = slice(int(starts[number]), int(ends[number]))
            gyro = None if counts.gyro is None else counts.gyro[span]
            stamp_us = round(float(stamps_us[number]))
            data = encode_packet(config, sequence + int(number), stamp_us, counts.acc[span], gyro)
            received.append((float(arrivals_s[number]), IMU_UUID, data))
            arrived[span] = True
        delays_s += (arrivals_s - last_s)[~lost].tolist()
        sequence += starts.size

    received.sort(key=lambda item: item[0])
    return Transmission(
        notifications=tuple(
            Notification(ns_from_s(at_s), channel, data) for at_s, channel, data in received
        ),
        gaps=tuple(_gaps(counts.time_s, arrived)),
        least_delay_s=min(delays_s, default=0.0),
    )


def _connections(
    time_s: NDArray[np.float64], disconnects: tuple[Disconnect, ...]
) -> Iterator[tuple[slice, float, Disconnect | None]]:
    """Yield the samples of each connection, when they begin to flow, and why it is a new start.

    The last is the disconnect before it, if the sensor restarted meanwhile.
    """
    first, connected_s, booted = 0, STREAM_START_S, None
    for disconnect in disconnects:
        end_s = disconnect.start_s + disconnect.duration_s
        last, following = np.searchsorted(time_s, (disconnect.start_s, end_s))
        yield slice(first, int(last)), connected_s, booted
        first, connected_s = int(following), end_s
        booted = disconnect if disconnect.reboots else None
    yield slice(first, time_s.size), connected_s, booted


def _link_states(at_s: float, *states: LinkState) -> list[tuple[float, str, bytes]]:
    return [(at_s, LINK_CHANNEL, state.value.encode()) for state in states]


def _arrivals_s(
    last_s: NDArray[np.float64], radio: RadioPlan, rng: np.random.Generator
) -> NDArray[np.float64]:
    """Return when each packet reaches the host; a delayed packet holds up those behind it."""
    ready_s = last_s + _SENSOR_DELAY_S
    phase_s = rng.uniform(0.0, radio.interval_s)
    event_s = phase_s + np.ceil((ready_s - phase_s) / radio.interval_s) * radio.interval_s
    stalls = rng.random(last_s.size) < radio.stall_share
    delay_s = rng.exponential(radio.jitter_s, last_s.size)
    delay_s += np.where(stalls, rng.uniform(*_STALL_S, last_s.size), 0.0)
    spacing_s = _SPACING_S * np.arange(last_s.size)
    arrivals_s: NDArray[np.float64] = np.maximum.accumulate(event_s + delay_s - spacing_s)
    return arrivals_s + spacing_s


def _lost(packets: int, share: float, rng: np.random.Generator) -> NDArray[np.bool_]:
    mean_burst = 0.5 * (1 + _BURST)
    lost = np.zeros(packets, dtype=bool)
    for start in np.flatnonzero(rng.random(packets) < share / mean_burst):
        lost[start : start + int(rng.integers(1, _BURST + 1))] = True
    return lost


def _gaps(time_s: NDArray[np.float64], arrived: NDArray[np.bool_]) -> Iterator[Gap]:
    present = np.flatnonzero(arrived)
    for before in np.flatnonzero(np.diff(present) > 1):
        yield Gap(float(time_s[present[before]]), float(time_s[present[before + 1]]))
