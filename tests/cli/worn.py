"""Scripted sensors whose packets are real, for commands that are run in this process."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import numpy as np

from tests.ble.fake_radio import ADDRESS, NAME, FakeSensor
from tracker.domain.units import STANDARD_GRAVITY_MPS2
from tracker.sensors.profile.packets import CONFIG_UUID, ProfileConfig, encode_packet

if TYPE_CHECKING:
    from collections.abc import Callable

SAMPLES = 5
CONFIG = ProfileConfig()


def sensor_on_a_table(
    address: str = ADDRESS, name: str = NAME, *, gravity_g: float = 1.0
) -> FakeSensor:
    """Return a sensor with our own profile that lies still."""
    sensor = FakeSensor(address, name)
    sensor.values[CONFIG_UUID] = CONFIG.encode()
    sensor.packet = _packets(gravity_g)
    return sensor


def _packets(gravity_g: float) -> Callable[[], bytes]:
    rng = np.random.default_rng(5)
    sequence = 0

    def packet() -> bytes:
        nonlocal sequence
        acc = rng.normal(0.0, 0.02, (SAMPLES, 3))
        acc[:, 2] += gravity_g * STANDARD_GRAVITY_MPS2
        stamp_us = round(asyncio.get_running_loop().time() * 1e6) % 2**32
        counts = CONFIG.acc_counts(acc), CONFIG.gyro_counts(rng.normal(0.0, 1e-3, (SAMPLES, 3)))
        sequence += 1
        return encode_packet(CONFIG, sequence, stamp_us, *counts)

    return packet
