"""Our orientation filter beside two known ones: error against simulated truth, and cost.

    .venv/bin/python benchmarks/orientation.py

Pitch error is the error of *up* about the left-right axis of the hips, from the start of the first
rep to the end of the last one; its root mean square and 95th percentile are printed. Swing error
is how far the turn from the start of a concentric to its end is off, root mean square. Cost is the
time for an hour of samples over that of a fourth-order low-pass of the same six channels in the
same run.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

import imufusion
import numpy as np
from numpy.typing import NDArray
from scipy import signal
from vqf import VQF

from tracker.domain import HIP_THRUST
from tracker.domain.units import RADPS_PER_DPS, STANDARD_GRAVITY_MPS2
from tracker.signal.bias import GyroBiasEstimator
from tracker.signal.orientation import InclinationFilter
from tracker.sim import (
    PRESETS,
    Activity,
    ActivityPlan,
    LifterPlan,
    Mounting,
    Posture,
    RepPlan,
    SensorPlan,
    SessionPlan,
    SetPlan,
    Touch,
    simulate,
)
from tracker.sim.body import ideal_readings
from tracker.sim.lifter import perform

Array = NDArray[np.float64]
Filter = Callable[[Array, Array], Array]
"""Specific force, m/s², and rates, rad/s, both (n, 3), to up in sensor axes, (n, 3)."""

RATE_HZ = 100
HOUR_SAMPLES = 3600 * RATE_HZ
PACKET_SAMPLES = 5
PACKETS_SAMPLES = 360 * RATE_HZ
"""A tenth of an hour is enough for what costs most."""
ROUNDS = 3

USUAL = RepPlan(concentric_s=1.0, hold_s=1.0, eccentric_s=1.5, bottom_s=0.5)
SLOW = RepPlan(concentric_s=3.0, hold_s=2.0, eccentric_s=4.0, bottom_s=1.0)
FAST = RepPlan(concentric_s=0.55, hold_s=0.0, eccentric_s=0.6, bottom_s=0.0)
KNOCKING = replace(USUAL, concentric_s=0.7, eccentric_s=0.7, touch=Touch.FLOOR, knock_g=7.0)

PARTS: dict[str, tuple[RepPlan, int, str]] = {
    "usual": (USUAL, 10, "lsm6dsox"),
    "slow": (SLOW, 8, "lsm6dsox"),
    "fast": (FAST, 20, "lsm6dsox"),
    "knocks": (KNOCKING, 12, "bmi270"),
    "poor part": (USUAL, 10, "mpu6050"),
    "warming up": (USUAL, 10, "drifting"),
}


@dataclass(frozen=True, slots=True, eq=False)
class Lifted:
    """One set as a sensor felt it, and as it was."""

    acc_mps2: Array
    gyro_radps: Array
    up: Array
    left: Array
    """Left-right axis of the hips, sensor axes, shape (3,)."""
    during: slice
    """Samples of the set."""
    ways_up: tuple[tuple[int, int], ...]
    """First and last sample of each concentric."""


def lifted(rep: RepPlan, reps: int, part: str, seed: int) -> Lifted:
    rng = np.random.default_rng(seed)
    plan = SessionPlan(
        exercise=HIP_THRUST.name,
        blocks=(
            ActivityPlan(Activity.WALK, 8.0),
            ActivityPlan(Activity.SIT_DOWN, 4.0),
            ActivityPlan(Activity.LIE_BACK, 3.0),
            ActivityPlan(Activity.ADJUST, 3.0),
            ActivityPlan(Activity.REST, 3.0),
            SetPlan((rep,) * reps),
            ActivityPlan(Activity.REST, 3.0),
        ),
        lifter=LifterPlan(tremor_deg=0.06),
        mounting=Mounting.drawn(rng),
        sensor=SensorPlan(rate_hz=RATE_HZ, noise=PRESETS[part]),
        starts=Posture.STANDING,
    )
    session = simulate(plan, seed)
    time_s, acc_mps2, gyro_radps = session.samples()
    assert gyro_radps is not None
    body_rng = np.random.default_rng(seed).spawn(1)[0]
    truth = ideal_readings(perform(plan, body_rng).pose, plan.mounting, time_s)
    (the_set,) = session.truth.sets
    return Lifted(
        acc_mps2=acc_mps2,
        gyro_radps=gyro_radps,
        up=truth.up_sensor,
        left=plan.mounting.matrix @ np.array([0.0, 1.0, 0.0]),
        during=slice(*np.searchsorted(time_s, (the_set.start_s, the_set.end_s)).tolist()),
        ways_up=tuple(
            (
                int(np.searchsorted(time_s, each.phases[0].start_s)),
                int(np.searchsorted(time_s, each.phases[0].end_s)),
            )
            for each in the_set.reps
        ),
    )


# --- filters -----------------------------------------------------------------------------------


def ours(acc_mps2: Array, gyro_radps: Array) -> Array:
    rate_radps, _ = GyroBiasEstimator().process(acc_mps2, gyro_radps)
    return InclinationFilter(RATE_HZ).process(acc_mps2, rate_radps)[0]


def ours_in_packets(acc_mps2: Array, gyro_radps: Array) -> Array:
    bias, upright = GyroBiasEstimator(), InclinationFilter(RATE_HZ)
    pieces = []
    for first in range(0, len(acc_mps2), PACKET_SAMPLES):
        acc = acc_mps2[first : first + PACKET_SAMPLES]
        rate, _ = bias.process(acc, gyro_radps[first : first + PACKET_SAMPLES])
        pieces.append(upright.process(acc, rate)[0])
    return np.concatenate(pieces)


def vqf(acc_mps2: Array, gyro_radps: Array) -> Array:
    quaternion = VQF(1.0 / RATE_HZ).updateBatch(
        np.ascontiguousarray(gyro_radps), np.ascontiguousarray(acc_mps2)
    )["quat6D"]
    return vertical_of(np.asarray(quaternion))


def vqf_in_packets(acc_mps2: Array, gyro_radps: Array) -> Array:
    known = VQF(1.0 / RATE_HZ)
    acc_mps2, gyro_radps = np.ascontiguousarray(acc_mps2), np.ascontiguousarray(gyro_radps)
    pieces = []
    for first in range(0, len(acc_mps2), PACKET_SAMPLES):
        packet = slice(first, first + PACKET_SAMPLES)
        pieces.append(known.updateBatch(gyro_radps[packet], acc_mps2[packet])["quat6D"])
    return vertical_of(np.concatenate(pieces))


def fusion(*, rejecting: bool) -> Filter:
    """Return imufusion's AHRS with its offset estimator, one call a sample, as its API is."""

    def run(acc_mps2: Array, gyro_radps: Array) -> Array:
        settings = imufusion.AhrsSettings()
        settings.sample_rate = RATE_HZ
        settings.gyroscope_range = 1000.0
        if rejecting:
            settings.acceleration_rejection = 10.0
            settings.rejection_timeout = 5.0
        offset_settings = imufusion.BiasSettings()
        offset_settings.sample_rate = RATE_HZ
        ahrs, offset = imufusion.Ahrs(), imufusion.Bias()
        ahrs.set_settings(settings)
        offset.set_settings(offset_settings)
        gyro_dps = np.ascontiguousarray(gyro_radps / RADPS_PER_DPS)
        acc_g = np.ascontiguousarray(acc_mps2 / STANDARD_GRAVITY_MPS2)
        up = np.empty_like(acc_mps2)
        for row in range(len(up)):
            ahrs.update_no_magnetometer(offset.update(gyro_dps[row]), acc_g[row])
            up[row] = ahrs.get_gravity()
        up /= np.linalg.norm(up, axis=1)[:, None]
        return up

    return run


def vertical_of(quaternion: Array) -> Array:
    """Return the earth's z axis in sensor axes, shape (n, 3), of quaternions sensor to earth."""
    w, x, y, z = quaternion.T
    up: Array = np.stack(
        (2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y)), axis=1
    )
    return up


FILTERS: dict[str, Filter] = {
    "ours": ours,
    "VQF": vqf,
    "imufusion": fusion(rejecting=False),
    "imufusion, rejecting": fusion(rejecting=True),
}


# --- measures ----------------------------------------------------------------------------------


def pitch_deg(up: Array, left: Array) -> Array:
    """Return the angle of up about the left-right axis, degrees, from an arbitrary zero."""
    ahead = np.cross(left, np.eye(3)[int(np.argmin(np.abs(left)))])
    ahead /= np.linalg.norm(ahead)
    angle_rad = np.arctan2(up @ np.cross(left, ahead), up @ ahead)
    degrees: Array = np.degrees(np.unwrap(angle_rad))
    return degrees


def errors_deg(run: Filter, sets: list[Lifted]) -> tuple[Array, Array]:
    """Return pitch errors of all samples and swing errors of all concentrics, degrees."""
    pitch, swing = [], []
    for each in sets:
        wrong = pitch_deg(run(each.acc_mps2, each.gyro_radps), each.left)
        wrong -= pitch_deg(each.up, each.left)
        wrong = (wrong + 180.0) % 360.0 - 180.0
        pitch.append(wrong[each.during])
        swing += [wrong[last] - wrong[first] for first, last in each.ways_up]
    return np.concatenate(pitch), np.array(swing)


def rms(values: Array) -> float:
    return float(np.sqrt(np.mean(values**2)))


def best_s(call: Callable[[], object]) -> float:
    seconds = []
    for _ in range(ROUNDS):
        start_s = time.perf_counter()
        call()
        seconds.append(time.perf_counter() - start_s)
    return min(seconds)


def print_accuracy(seeds: int) -> None:
    names = list(FILTERS)
    print(f"| sets, {seeds} wearers each | " + " | ".join(names) + " |")
    print("|---" * (len(names) + 1) + "|")
    for part, (rep, reps, chip) in PARTS.items():
        sets = [lifted(rep, reps, chip, seed) for seed in range(seeds)]
        cells = []
        for run in FILTERS.values():
            pitch, swing = errors_deg(run, sets)
            p95 = float(np.percentile(np.abs(pitch), 95))
            cells.append(f"{rms(pitch):.2f} / {p95:.2f} / {rms(swing):.2f}")
        print(f"| {part} | " + " | ".join(cells) + " |")


def print_cost() -> None:
    one = lifted(USUAL, 10, "lsm6dsox", 0)
    times = -(-HOUR_SAMPLES // len(one.acc_mps2))
    acc_mps2 = np.tile(one.acc_mps2, (times, 1))[:HOUR_SAMPLES]
    gyro_radps = np.tile(one.gyro_radps, (times, 1))[:HOUR_SAMPLES]
    channels = np.hstack((acc_mps2, gyro_radps))
    low_pass = signal.butter(4, 10.0, fs=RATE_HZ, output="sos")
    base_s = best_s(lambda: signal.sosfilt(low_pass, channels, axis=0))
    print("| filter | cost, sosfilts | an hour takes |")
    print("|---|---|---|")
    runs = [(name, run, HOUR_SAMPLES) for name, run in FILTERS.items()]
    runs.append((f"ours, packets of {PACKET_SAMPLES}", ours_in_packets, PACKETS_SAMPLES))
    runs.append((f"VQF, packets of {PACKET_SAMPLES}", vqf_in_packets, PACKETS_SAMPLES))
    for name, run, samples in runs:
        call = partial(run, acc_mps2[:samples], gyro_radps[:samples])
        hour_s = best_s(call) * HOUR_SAMPLES / samples
        print(f"| {name} | {hour_s / base_s:.0f} | {hour_s:.1f} s |")
    print(f"\nsosfilt, order 4, 6 channels, {HOUR_SAMPLES} samples: {1e3 * base_s:.0f} ms")


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--seeds", type=int, default=8, help="wearers of each kind of set")
    parser.add_argument("--no-cost", action="store_true", help="leave the timing out")
    arguments = parser.parse_args()
    print_accuracy(arguments.seeds)
    if not arguments.no_cost:
        print()
        print_cost()


if __name__ == "__main__":
    main()
