"""The hour as each family of sensors would notify it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from tests.sensors.encoders import (
    cut_nus,
    encode_metamotion,
    encode_microbit,
    encode_movesense,
    encode_movesense_parts,
    encode_nus_header,
    encode_nus_row,
    encode_polar,
    encode_thingy52,
    encode_witmotion,
    encode_xsens_dot,
)
from tracker.domain import Notification
from tracker.domain.units import RADPS_PER_DPS, STANDARD_GRAVITY_MPS2, ns_from_s
from tracker.sensors import family
from tracker.sensors.metamotion.protocol import Chip, Stream
from tracker.sensors.movesense import MOTION_REF
from tracker.sensors.nus.lines import ACC, GYRO, TIME, Layout, Row
from tracker.sensors.polar.protocol import COMPRESSED, Measurement
from tracker.sensors.xsens_dot import STREAMING_MODE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from numpy.typing import NDArray

Samples = tuple["NDArray[np.float64]", "NDArray[np.float64]", "NDArray[np.float64]"]
"""Time, s, shape (n,); acceleration, m/s², and angular rate, rad/s, shape (n, 3)."""

Ready = tuple[float, bytes]
"""When a notification is ready, s, and its bytes."""

EVENT_S: Final = 0.03
"""Between connection events, s: nothing arrives when it was taken."""

GYRO_FACTOR: Final = 0.07


def witmotion(samples: Samples) -> Iterator[Ready]:
    for time_s, acc, gyro in zip(*samples, strict=True):
        yield time_s, encode_witmotion(acc[None], gyro[None])


def nus(samples: Samples) -> Iterator[Ready]:
    layout = Layout(
        (TIME, *ACC, *GYRO),
        acc_mps2=STANDARD_GRAVITY_MPS2 / 1000,
        gyro_radps=RADPS_PER_DPS / 100,
        time_s=1e-3,
        rate_hz=100.0,
        acc_range_mps2=8 * STANDARD_GRAVITY_MPS2,
    )
    yield from ((0.0, piece) for piece in cut_nus(encode_nus_header(layout) + "\n"))
    for time_s, acc, gyro in zip(*samples, strict=True):
        whole = Row(np.rint(acc * 1000) / 1000, np.rint(gyro * 1000) / 1000, round(time_s, 3))
        yield from ((time_s, piece) for piece in cut_nus(encode_nus_row(whole, layout) + "\r\n"))


def thingy52(samples: Samples) -> Iterator[Ready]:
    for time_s, acc, gyro in zip(*samples, strict=True):
        yield time_s, encode_thingy52(acc, gyro)


def microbit(samples: Samples) -> Iterator[Ready]:
    for time_s, acc, _gyro in zip(*samples, strict=True):
        yield time_s, encode_microbit(acc)


def xsens_dot(samples: Samples) -> Iterator[Ready]:
    for time_s, acc, gyro in zip(*samples, strict=True):
        yield time_s, encode_xsens_dot(STREAMING_MODE, round(time_s * 1e6), acc, gyro)


def metamotion(samples: Samples) -> Iterator[Ready]:
    time_s, acc, gyro = samples
    for first in range(0, len(time_s) - 2, 3):
        rows, ready_s = slice(first, first + 3), float(time_s[first + 2])
        yield ready_s, encode_metamotion(Stream.ACC, Chip.BMI270, 8, acc[rows])
        yield ready_s, encode_metamotion(Stream.GYRO, Chip.BMI270, 1000, gyro[rows])


def movesense(samples: Samples) -> Iterator[Ready]:
    time_s, acc, gyro = samples
    for first in range(0, len(time_s) - 7, 8):
        rows, ready_s = slice(first, first + 8), float(time_s[first + 7])
        payload = encode_movesense(
            round(float(time_s[first]) * 1e3), (acc[rows], gyro[rows] / RADPS_PER_DPS)
        )
        for part in encode_movesense_parts(MOTION_REF, payload, 150):
            yield ready_s, part


def polar(samples: Samples) -> Iterator[Ready]:
    time_s, acc, gyro = samples
    for first in range(0, len(time_s) - 19, 20):
        rows, ready_s = slice(first, first + 20), float(time_s[first + 19])
        stamp_ns = ns_from_s(1e6 + ready_s)
        yield ready_s, encode_polar(Measurement.ACC, stamp_ns, acc[rows] / STANDARD_GRAVITY_MPS2)
        yield (
            ready_s,
            encode_polar(
                Measurement.GYRO,
                stamp_ns,
                gyro[rows] / RADPS_PER_DPS,
                COMPRESSED | 0,
                GYRO_FACTOR,
            ),
        )


FAMILIES: Final[dict[str, tuple[Callable[[Samples], Iterator[Ready]], dict[str, str]]]] = {
    "witmotion": (witmotion, {}),
    "nus": (nus, {}),
    "thingy52": (thingy52, {}),
    "microbit": (microbit, {}),
    "xsens_dot": (xsens_dot, {"rate_hz": "120"}),
    "metamotion": (metamotion, {"impl": "BMI270"}),
    "movesense": (movesense, {}),
    "polar": (polar, {"factor": str(GYRO_FACTOR)}),
}
"""How each family sends, and the settings of a decoder that hears no start script."""


def notified(kind: str, samples: Samples) -> list[Notification]:
    """Return samples as a sensor of that kind would notify them."""
    send, _settings = FAMILIES[kind]
    channel = family(kind).default_channel
    return [
        Notification(ns_from_s(float(np.ceil(ready_s / EVENT_S)) * EVENT_S + 0.004), channel, data)
        for ready_s, data in send(samples)
    ]
