"""A sensor on a pelvis: from the path of a case to the samples that it would send.

The accelerometer feels the second difference of the path of the spot where it sits, and the
gyroscope the difference of its orientation; nothing is known here of how the path came about.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from hunt_activities import perform
from hunt_lifter import GRID_HZ, TrueSet, progress
from scipy.ndimage import gaussian_filter1d
from scipy.signal import lfilter

if TYPE_CHECKING:
    from hunt_lifter import TrueRep
    from numpy.typing import NDArray

    Array = NDArray[np.float64]
    Item = dict[str, Any]

GRAVITY_MPS2: Final = 9.80665

GAP_MARGIN_S: Final = 0.3
"""A gap this near to a rep hides one of its ends."""


@dataclass(frozen=True, slots=True, eq=False)
class Rendered:
    """What a sensor sends in a case, and what is true of it."""

    time_s: Array
    acc_mps2: Array
    gyro_radps: Array | None
    sets: tuple[TrueSet, ...]
    blocks: tuple[tuple[str, float, float], ...]
    """What was done, from when to when, s."""
    gaps: tuple[tuple[float, float], ...]


def render(case: Item) -> Rendered:
    """Return the samples and the truth of a case; the same case gives the same samples.

    Raises
    ------
    UnclearCaseError
        If the definitions leave open what the right answer would be.
    """
    body = perform(case)
    time_s, acc, gyro, gaps = _felt(body.path(), case)
    sets = _less_certain(tuple(body.sets), gaps)
    return Rendered(time_s, acc, gyro, sets, tuple(body.spans), gaps)


def _less_certain(
    sets: tuple[TrueSet, ...], gaps: tuple[tuple[float, float], ...]
) -> tuple[TrueSet, ...]:
    """Free the reps that a gap cuts: they may be missed, but not invented."""
    freed = []
    for one in sets:
        reps = [replace(rep, certain=rep.certain and not _cut(rep, gaps)) for rep in one.reps]
        if sum(rep.certain for rep in reps) < 2:  # and a single one is no set
            reps = [replace(rep, certain=False) for rep in reps]
        freed.append(replace(one, reps=tuple(reps)))
    return tuple(freed)


def _cut(rep: TrueRep, gaps: tuple[tuple[float, float], ...]) -> bool:
    return any(
        rep.start_s - GAP_MARGIN_S < end and rep.end_s + GAP_MARGIN_S > start
        for start, end in gaps
    )


def _felt(
    path: Array, case: Item
) -> tuple[Array, Array, Array | None, tuple[tuple[float, float], ...]]:
    """Return times, specific force, angular rate as sent, and the gaps."""
    sensor = case["sensor"]
    rng = np.random.default_rng((case["seed"], 77))
    step_s = 1.0 / GRID_HZ
    samples = len(path)
    zero = np.zeros(samples)
    attitude = _turn(zero, zero, np.radians(path[:, 2]))
    attitude = _times(attitude, _turn(zero, -np.radians(path[:, 0]), zero))
    attitude = _times(attitude, _turn(np.radians(path[:, 1]), zero, zero))
    attitude = _times(attitude, _turn(*np.radians(path[:, 6:9]).T))
    turned = _times(attitude, _turn(*np.array(sensor["mount"])[:, None]))
    spot = np.array(sensor["spot_m"])
    if sensor.get("slip_deg"):
        turned = _times(turned, _slips(samples, sensor, rng))
    if sensor.get("wobble"):
        shift, tilt = _wobble(path[:, 3:6], attitude, sensor, rng)
        turned = _times(turned, _turn(*tilt.T))
        spot = spot + shift
    place = path[:, 3:6] + _carried(attitude, spot)

    pull = np.zeros((samples, 3))
    pull[1:-1] = (place[2:] - 2.0 * place[1:-1] + place[:-2]) / step_s**2
    pull[:, 2] += GRAVITY_MPS2
    acc = _carried(_back(turned), pull)
    gyro = np.zeros((samples, 3))
    between = _times(_back(turned[:, :-2]), turned[:, 2:])
    gyro[1:-1] = (np.sign(between[0]) * 2.0 * between[1:]).T / (2.0 * step_s)

    taken_s, stamp_s = _sample_times(samples * step_s, sensor, rng)
    grid_s = np.arange(samples) * step_s
    rate = sensor["rate_hz"]
    if sensor.get("filtered", True) and rate < GRID_HZ / 2:
        # A first-order filter at a third of the rate, as sensors have built in.
        share = 1.0 - np.exp(-2 * np.pi * rate / 3.0 / GRID_HZ)
        for signal in (acc, gyro):
            start = signal[:1] * (1.0 - share)
            signal[:] = lfilter([share], [1.0, share - 1.0], signal, axis=0, zi=start)[0]
    acc = np.stack([np.interp(taken_s, grid_s, acc[:, axis]) for axis in range(3)], axis=1)
    gyro = np.stack([np.interp(taken_s, grid_s, gyro[:, axis]) for axis in range(3)], axis=1)

    acc = _sent(acc, taken_s, rate, "acc", sensor, rng, GRAVITY_MPS2)
    gyro = _sent(gyro, taken_s, rate, "gyro", sensor, rng, float(np.radians(1.0)))
    if sensor.get("board") == "mirrored":
        acc[:, 0], gyro[:, 0] = -acc[:, 0], -gyro[:, 0]
    keep, gaps = _kept(stamp_s, sensor, rng)
    if not sensor.get("gyroscope", True):
        return stamp_s[keep], acc[keep], None, gaps
    return stamp_s[keep], acc[keep], gyro[keep], gaps


def _turn(x: Array, y: Array, z: Array) -> Array:
    """Return the quaternions of rotation vectors, rad, shape (4, n)."""
    angle = np.sqrt(x * x + y * y + z * z)
    share = 0.5 * np.sinc(angle / (2.0 * np.pi))
    return np.stack((np.cos(0.5 * angle), share * x, share * y, share * z))


def _times(one: Array, other: Array) -> Array:
    a, b, c, d = one
    e, f, g, h = other
    return np.stack(
        (
            a * e - b * f - c * g - d * h,
            a * f + b * e + c * h - d * g,
            a * g - b * h + c * e + d * f,
            a * h + b * g - c * f + d * e,
        )
    )


def _back(turn: Array) -> Array:
    back: Array = turn * np.array([[1.0], [-1.0], [-1.0], [-1.0]])
    return back


def _carried(turn: Array, vectors: Array) -> Array:
    """Return vectors, shape (3,) or (n, 3), as rotations carry them, shape (n, 3)."""
    w, x, y, z = turn
    a, b, c = vectors.T if vectors.ndim == 2 else vectors
    p, q, r = 2 * (y * c - z * b), 2 * (z * a - x * c), 2 * (x * b - y * a)
    return np.stack(
        (
            a + w * p + y * r - z * q,
            b + w * q + z * p - x * r,
            c + w * r + x * q - y * p,
        ),
        axis=1,
    )


def _slips(samples: int, sensor: Item, rng: np.random.Generator) -> Array:
    axis = rng.standard_normal(3)
    axis /= np.linalg.norm(axis)
    at = int(sensor.get("slip_at", 0.5) * samples)
    length = min(samples - at, round(sensor.get("slip_s", 0.4) * GRID_HZ))
    angle = np.zeros(samples)
    angle[at : at + length] = progress(length)
    angle[at + length :] = 1.0
    return _turn(*(np.radians(sensor["slip_deg"]) * angle * axis[:, None]))


def _wobble(
    place: Array, attitude: Array, sensor: Item, rng: np.random.Generator
) -> tuple[Array, Array]:
    """Return how the flesh under the sensor gives: a damped spring that acceleration drives."""
    pull = np.zeros_like(place)
    pull[1:-1] = np.diff(place, 2, axis=0) * GRID_HZ**2
    own = 2 * np.pi * sensor.get("wobble_hz", 6.0)
    damping, step = 0.35, 1.0 / GRID_HZ
    body = _carried(_back(attitude), pull)
    # Backward differences: x'' + 2 d w x' + w² x = -a
    a0 = 1 / step**2 + 2 * damping * own / step + own**2
    a1 = -(2 / step**2 + 2 * damping * own / step)
    shift = lfilter([-1.0 / a0], [1.0, a1 / a0, 1 / step**2 / a0], body, axis=0)
    shift = gaussian_filter1d(sensor["wobble"] * shift, 2.0, axis=0)
    turn = rng.standard_normal((3, 3)) * 4.0  # rad per m: 1 mm of give leans a sensor by 0.2°
    return shift, shift @ turn


def _sample_times(
    duration_s: float, sensor: Item, rng: np.random.Generator
) -> tuple[Array, Array]:
    """Return when samples are taken and when the host says they were."""
    rate = sensor["rate_hz"]
    number = int(duration_s * rate)
    regular = np.arange(number) / rate
    jitter = sensor.get("jitter", 0.0) / rate
    if not jitter:
        return regular, regular
    noise = np.clip(rng.standard_normal(number), -2.0, 2.0) * jitter / 2.5
    if sensor.get("jitter_kind", "sampled") == "sampled":
        return regular + noise, regular + noise
    return regular, regular + noise


def _sent(
    signal: Array,
    time_s: Array,
    rate: float,
    name: str,
    sensor: Item,
    rng: np.random.Generator,
    unit: float,
) -> Array:
    """Return what the chip makes of a signal: scale, offset, drift, noise, range, steps."""
    signal = signal * (1.0 + np.array(sensor.get(f"{name}_scale", (0.0, 0.0, 0.0))))
    signal = signal + unit * np.array(sensor.get(f"{name}_bias", (0.0, 0.0, 0.0)))
    drift = sensor.get(f"{name}_drift", 0.0)
    if drift:
        way = np.stack([_slow(time_s, rng) for _ in range(3)], axis=1)
        signal = signal + unit * drift * way
    noise = sensor.get(f"{name}_noise", 0.0) * np.sqrt(rate / 2.0)
    signal = signal + unit * noise * rng.standard_normal(signal.shape)
    limit, bits = sensor.get(f"{name}_range"), sensor.get("bits", 16)
    if limit:
        step = 2.0 * limit * unit / 2**bits
        signal = np.clip(np.round(signal / step), -(2 ** (bits - 1)), 2 ** (bits - 1) - 1) * step
    return signal


def _slow(time_s: Array, rng: np.random.Generator) -> Array:
    """Return a drift over minutes, as of a sensor that warms up, of unit size."""
    warming = 1.0 - np.exp(-time_s / rng.uniform(40.0, 200.0))
    drift: Array = warming * rng.choice((-1.0, 1.0)) + 0.2 * np.sin(
        2 * np.pi * (time_s / rng.uniform(30.0, 120.0) + rng.uniform())
    )
    return drift


def _kept(
    time_s: Array, sensor: Item, rng: np.random.Generator
) -> tuple[NDArray[np.bool_], tuple[tuple[float, float], ...]]:
    keep = rng.uniform(size=len(time_s)) >= sensor.get("drop", 0.0)
    for at, seconds in sensor.get("gaps", ()):
        start = at * time_s[-1]
        keep &= (time_s < start) | (time_s > start + seconds)
    keep &= np.concatenate(([True], np.diff(time_s) > 1e-6))
    times = time_s[keep]
    holes = np.flatnonzero(np.diff(times) > 0.25)
    return keep, tuple((float(times[at]), float(times[at + 1])) for at in holes)
