"""Hours of different kinds: what is lifted, and what is no lift at all."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from hunt_priors import PLAIN, draw
from hunt_sensor import render
from scipy.ndimage import gaussian_filter1d

from tracker.domain import Notification
from tracker.domain.units import STANDARD_GRAVITY_MPS2, ns_from_s
from tracker.sensors import SAMPLES_CHANNEL, encode_samples
from tracker.sensors.profile.packets import (
    IMU_UUID,
    PACKET_HEADER,
    SEQUENCE_MODULUS,
    TIME_MODULUS_US,
)
from tracker.sim import simulate, training_plan

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from numpy.typing import NDArray

    Array = NDArray[np.float64]

HOUR_S: Final = 3600.0
RATE_HZ: Final = 100.0
PACKET_US: Final = 50_000
"""Five samples."""

BLOCK_SAMPLES: Final = 4096
"""Samples in a notification; the events do not depend on it."""


@dataclass(frozen=True, slots=True, eq=False)
class Hour:
    """What a sensor measures in an hour."""

    time_s: Array
    """Shape (n,)."""
    acc_mps2: Array
    """Shape (n, 3)."""
    gyro_radps: Array | None
    """Shape (n, 3); None without a gyroscope."""

    def notifications(self, block_samples: int = BLOCK_SAMPLES) -> Iterator[Notification]:
        """Yield the samples in blocks, as from a file."""
        for first in range(0, len(self.time_s), block_samples):
            part = slice(first, first + block_samples)
            gyro = None if self.gyro_radps is None else self.gyro_radps[part]
            data = encode_samples(self.time_s[part], self.acc_mps2[part], gyro)
            yield Notification(ns_from_s(float(self.time_s[part][-1])), SAMPLES_CHANNEL, data)


def lifting() -> Hour:
    """Return sets with short rests: 550 reps, more than anybody does."""
    session = simulate(training_plan("hip_thrust", 1, HOUR_S), 1)
    return _an_hour(*session.samples())


def realistic() -> Hour:
    """Return sets with what people do between them: resting, tilting, stretching, walking."""
    case = _drawn(between="mixed")
    return _acted(case, case["blocks"], 18)


def walking() -> Hour:
    """Return walking, one minute after the other, each another way."""
    return _acted(_drawn(), [{"do": "walk", "seed": 0, "s": 60.0}], 60)


def shaking() -> Hour:
    """Return a sensor that is turned to and fro by 10° and more, at about three times a second."""
    rng = np.random.default_rng(1)
    samples = round(HOUR_S * RATE_HZ)
    band = gaussian_filter1d(rng.standard_normal((samples, 3)), 4.0, axis=0)
    band -= gaussian_filter1d(band, 12.0, axis=0)
    angle = np.radians(15.0) * band / band.std(axis=0)
    up = np.stack((np.sin(angle[:, 0]), np.sin(angle[:, 1]), np.ones(samples)), axis=1)
    up /= np.sqrt((up * up).sum(axis=1))[:, None]
    # A vector that stands still in the world turns backwards in the axes of what turns.
    rate = np.cross(np.gradient(up, 1.0 / RATE_HZ, axis=0), up)
    acc = STANDARD_GRAVITY_MPS2 * up + rng.standard_normal((samples, 3))
    return Hour(np.arange(samples) / RATE_HZ, acc, rate)


def without_gyroscope(make: Callable[[], Hour]) -> Callable[[], Hour]:
    """Return what makes the same hour with an accelerometer alone."""
    return lambda: replace(make(), gyro_radps=None)


HOURS: Final[dict[str, Callable[[], Hour]]] = {
    "lifting": lifting,
    "realistic": realistic,
    "walking": walking,
    "shaking": shaking,
    "lifting, no gyroscope": without_gyroscope(lifting),
    "shaking, no gyroscope": without_gyroscope(shaking),
}


def _drawn(**levels: str) -> dict[str, Any]:
    plain = {**PLAIN, "exercise": "hip_thrust", "rate": "80-130 Hz"}
    case = draw(1, 0, plain | levels)
    case["sensor"]["rate_hz"] = RATE_HZ
    return case


def _acted(case: dict[str, Any], blocks: list[dict[str, Any]], times: int) -> Hour:
    """Return an hour of blocks that are done over and over, each time by another draw."""
    case["blocks"] = [
        block | {"seed": block["seed"] + number} for number in range(times) for block in blocks
    ]
    rendered = render(case)
    return _an_hour(rendered.time_s, rendered.acc_mps2, rendered.gyro_radps)


def _an_hour(time_s: Array, acc_mps2: Array, gyro_radps: Array | None) -> Hour:
    end = int(np.searchsorted(time_s, HOUR_S))
    gyro = None if gyro_radps is None else gyro_radps[:end]
    return Hour(time_s[:end], acc_mps2[:end], gyro)


def on_end(packets: Sequence[Notification], times: int) -> Iterator[Notification]:
    """Yield a session several times over, as one: counters, device time and arrivals go on."""
    sensed = [packet for packet in packets if packet.channel == IMU_UUID]
    first, last = (PACKET_HEADER.unpack_from(packet.data) for packet in (sensed[0], sensed[-1]))
    sent = (last[2] - first[2] + 1) % SEQUENCE_MODULUS
    lasts_us = (last[3] - first[3] + PACKET_US) % TIME_MODULUS_US
    lasts_ns = sensed[-1].received_ns - sensed[0].received_ns + PACKET_US * 1000
    yield from packets
    for number in range(1, times):
        for packet in sensed:
            shape, n, sequence, time_us = PACKET_HEADER.unpack_from(packet.data)
            header = PACKET_HEADER.pack(
                shape,
                n,
                (sequence + number * sent) % SEQUENCE_MODULUS,
                (time_us + number * lasts_us) % TIME_MODULUS_US,
            )
            received_ns = packet.received_ns + number * lasts_ns
            yield Notification(received_ns, IMU_UUID, header + packet.data[len(header) :])
