"""One simulated session as each family of sensors would send it: the same reps at the same times.

What a family's encoder makes of it goes over a link with connection events, so that nothing
arrives when it was taken.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Final

import numpy as np
import pytest

from tests.sensors.encoders import (
    cut_nus,
    encode_metamotion,
    encode_microbit,
    encode_nus_header,
    encode_nus_row,
    encode_thingy52,
    encode_xsens_dot,
)
from tests.simulated import demo
from tracker.domain import HIP_THRUST, Fault, Frame, Notification, RepCounted
from tracker.domain.units import RADPS_PER_DPS, STANDARD_GRAVITY_MPS2, ns_from_s
from tracker.engine import Engine
from tracker.sensors import SAMPLES, SAMPLES_CHANNEL, encode_samples, microbit, thingy52
from tracker.sensors.metamotion import METAMOTION
from tracker.sensors.metamotion import protocol as metamotion
from tracker.sensors.microbit import MICROBIT
from tracker.sensors.nus import NUS
from tracker.sensors.nus.lines import ACC, ESPRUINO, GYRO, TIME, Layout, Row
from tracker.sensors.profile import PROFILE
from tracker.sensors.thingy52 import THINGY52
from tracker.sensors.xsens_dot import STREAMING_MODE, XSENS_DOT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from numpy.typing import NDArray

    from tracker.sensors import SensorFamily

SEED = 3
EVENT_S = 0.03
DELAY_S = 0.004
LOSS: Final = 0.01
"""Share of a MetaMotion's notifications that never come, of each stream by itself."""

Motion = tuple["NDArray[np.float64]", "NDArray[np.float64]", "NDArray[np.float64]"]
"""Time, s; acceleration, m/s²; angular rate, rad/s."""


@cache
def taken() -> Motion:
    """Return what the simulated sensor measured, without the radio between."""
    session = demo(SEED)
    decoder = PROFILE.decoder({})
    frames = [
        result
        for notification in session.notifications()
        for result in decoder.feed(notification)
        if isinstance(result, Frame)
    ]
    starts_s = np.array([frame.device_time_s for frame in frames], dtype=np.float64)
    first = np.cumsum([0, *(len(frame.acc_mps2) for frame in frames)])[:-1]
    # Only a packet's first sample has a stamp, so what is behind the last stamp has no time.
    samples = np.arange(first[-1] + 1)
    acc = np.concatenate([frame.acc_mps2 for frame in frames])[samples]
    gyro = np.concatenate([frame.gyro_radps for frame in frames if frame.gyro_radps is not None])[
        samples
    ]
    return np.interp(samples, first, starts_s - starts_s[0]), acc, gyro


def sampled(rate_hz: float) -> Motion:
    """Return the motion as a sensor of another rate would have taken it."""
    time_s, acc, gyro = taken()
    at_s = np.arange(0.0, time_s[-1], 1.0 / rate_hz)

    def at(signal: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.column_stack([np.interp(at_s, time_s, axis) for axis in signal.T])

    return at_s, at(acc), at(gyro)


def sent(channel: str, ready_s: float, data: bytes) -> Notification:
    """Return bytes as they arrive, at the next connection event."""
    received_s = np.ceil(ready_s / EVENT_S) * EVENT_S + DELAY_S
    return Notification(ns_from_s(float(received_s)), channel, data)


def xsens_dot() -> Iterator[Notification]:
    for time_s, acc, gyro in zip(*sampled(60.0), strict=True):
        # Switched on 71 min before, so that the stamp wraps in between.
        stamp_us = round((4280.0 + time_s) * 1e6)
        data = encode_xsens_dot(STREAMING_MODE, stamp_us, acc, gyro)
        yield sent(XSENS_DOT.default_channel, time_s, data)


def thingy() -> Iterator[Notification]:
    for time_s, acc, gyro in zip(*sampled(97.0), strict=True):
        yield sent(thingy52.RAW_UUID, time_s, encode_thingy52(acc, gyro))


def micro_bit() -> Iterator[Notification]:
    for time_s, acc, _gyro in zip(*sampled(55.0), strict=True):
        yield sent(microbit.DATA_UUID, time_s, encode_microbit(acc))


def meta_motion() -> Iterator[Notification]:
    rng = np.random.default_rng(SEED)
    time_s, acc, gyro = sampled(100.7)
    for start in range(0, len(time_s) - 2, 3):
        packet = slice(start, start + 3)
        for stream, values, full_range, late_s in (
            (metamotion.Stream.ACC, acc, 8, 0.0),
            (metamotion.Stream.GYRO, gyro, 1000, 0.001),
        ):
            data = encode_metamotion(stream, metamotion.Chip.BMI270, full_range, values[packet])
            if rng.random() >= LOSS:
                yield sent(metamotion.NOTIFY_UUID, float(time_s[start + 2]) + late_s, data)


def stamped_lines() -> Iterator[Notification]:
    layout = Layout(
        (TIME, *ACC, *GYRO),
        acc_mps2=STANDARD_GRAVITY_MPS2 / 1000,
        gyro_radps=RADPS_PER_DPS / 100,
        time_s=1e-3,
        rate_hz=50.0,
    )
    for piece in cut_nus(encode_nus_header(layout) + "\n"):
        yield sent(NUS.default_channel, 0.0, piece)
    for time_s, acc, gyro in zip(*sampled(50.0), strict=True):
        for piece in cut_nus(encode_nus_row(Row(acc, gyro, time_s), layout) + "\r\n"):
            yield sent(NUS.default_channel, time_s, piece)


def bare_lines() -> Iterator[Notification]:
    for time_s, acc, _gyro in zip(*sampled(50.0), strict=True):
        for piece in cut_nus(encode_nus_row(Row(acc, None, None), ESPRUINO, tag=True) + "\r\n"):
            yield sent(NUS.default_channel, time_s, piece)


def counted(family: SensorFamily, notifications: tuple[Notification, ...]) -> list[float]:
    """Return when the reps were counted."""
    engine = Engine(family, HIP_THRUST)
    events = [*engine.feed_many(notifications), *engine.finish()]
    assert not [each for each in events if isinstance(each, Fault) and each.reason.value != "lost"]
    return [event.at_s for event in events if isinstance(event, RepCounted)]


@cache
def truth() -> list[float]:
    return counted(SAMPLES, (Notification(0, SAMPLES_CHANNEL, encode_samples(*taken())),))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("family", "send"),
    [
        (XSENS_DOT, xsens_dot),
        (THINGY52, thingy),
        (MICROBIT, micro_bit),
        (METAMOTION, meta_motion),
        (NUS, stamped_lines),
        (NUS, bare_lines),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_every_family_tells_the_same_story(
    family: SensorFamily, send: Callable[[], Iterator[Notification]]
) -> None:
    counts_s = counted(family, tuple(send()))

    assert len(truth()) == 11
    assert len(counts_s) == len(truth())
    late_s = np.array(counts_s) - np.array(truth())
    # Without a gyroscope the end of a concentric is read from the angle, and early.
    no_gyroscope = send in (micro_bit, bare_lines)
    assert np.abs(late_s).max() < (0.2 if no_gyroscope else 0.12)
