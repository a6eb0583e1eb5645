"""The raw motion of a Nordic Thingy:52.

Bytes, ranges and what is known about the clock: `firmware_notes/07-thingy52.md`.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Final

import numpy as np

from tracker.domain import FrameRun, Notification, SensorError
from tracker.domain.units import RADPS_PER_DPS, STANDARD_GRAVITY_MPS2
from tracker.language import _
from tracker.sensors.base import (
    BATTERY_LEVEL,
    BATTERY_LEVEL_UUID,
    ClockKind,
    Decide,
    PacketDecoder,
    Read,
    SensorFamily,
    Subscribe,
    Unsubscribe,
    Write,
    alike,
    check_length,
    newest,
    reading,
    received_s_of,
    runs_of,
    version_in,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from tracker.domain import Fault, Frame
    from tracker.sensors.base import Responses, Step

CONFIGURATION_SERVICE_UUID: Final = "ef680100-9b35-4933-9b10-52ffa9740042"
FIRMWARE_UUID: Final = "ef680107-9b35-4933-9b10-52ffa9740042"
MOTION_SERVICE_UUID: Final = "ef680400-9b35-4933-9b10-52ffa9740042"
CONFIG_UUID: Final = "ef680401-9b35-4933-9b10-52ffa9740042"
RAW_UUID: Final = "ef680406-9b35-4933-9b10-52ffa9740042"
ROTATION_UUID: Final = "ef680408-9b35-4933-9b10-52ffa9740042"

# 07-thingy52.md, "Sample": int16 acc x y z, gyro x y z, compass x y z.
COUNT: Final = np.dtype("<i2")
COLUMNS: Final = 9
SAMPLE_BYTES: Final = COLUMNS * COUNT.itemsize
COUNTS_PER_G: Final = 1024
COUNTS_PER_DPS: Final = 32

ACC_CLIPPED: Final = 2047
"""The firmware sets the chip to ±2 g, though the bytes could hold ±32 g."""

GYRO_CLIPPED: Final = 1023 * COUNTS_PER_DPS
"""The firmware clips at 1023 degrees/s; the chip would go on to 2000."""

# 07-thingy52.md, "Configuration": intervals of pedometer, temperature and compass, motion
# frequency, wake on motion.
CONFIG: Final = struct.Struct("<HHHHB")

STREAMING_RATE_HZ: Final = 100
"""One sample per connection interval of 10 ms; a nominal 200 Hz arrives as 50 to 180 Hz."""

NAME: Final = "thingy"
"""How its name starts, in lower case, unless its owner renamed it."""


def with_rate(config: bytes, rate_hz: int) -> bytes:
    """Return a configuration with another motion frequency.

    Raises `SensorError` if `config` is not a configuration.
    """
    if len(config) != CONFIG.size:
        raise SensorError(
            _("The Thingy's motion configuration should have {size} bytes, got {got}.").format(
                size=CONFIG.size, got=len(config)
            ),
            _("Update its firmware with Nordic's app."),
        )
    pedometer_ms, temperature_ms, compass_ms, _rate_hz, wake_on_motion = CONFIG.unpack(config)
    return CONFIG.pack(pedometer_ms, temperature_ms, compass_ms, rate_hz, wake_on_motion)


class ThingyDecoder(PacketDecoder):
    """Turns notifications of one sample each into frames; stateless."""

    def __init__(self) -> None:
        silent = (CONFIG_UUID, ROTATION_UUID, FIRMWARE_UUID, BATTERY_LEVEL_UUID)
        super().__init__({RAW_UUID: _sample}, silent)

    def feed_run(
        self, notifications: Sequence[Notification]
    ) -> Iterator[Frame | FrameRun | Fault]:
        """Decode notifications as `feed` would, those of samples together."""
        for group in alike(notifications):
            if (group[0].channel, len(group[0].data)) == (RAW_UUID, SAMPLE_BYTES):
                yield from _samples(group)
            else:
                yield from super().feed_run(group)


def _sample(notification: Notification) -> Iterator[Frame]:
    check_length(notification.data, SAMPLE_BYTES, _("a sample"))
    return next(_samples([notification])).frames()


def _samples(notifications: Sequence[Notification]) -> Iterator[FrameRun]:
    """Decode notifications of `SAMPLE_BYTES` each."""
    data = b"".join(each.data for each in notifications)
    counts = np.frombuffer(data, COUNT).astype(np.float64).reshape(-1, COLUMNS)
    acc, gyro = counts[:, :3], counts[:, 3:6]
    at_end = (np.abs(acc) >= ACC_CLIPPED) | (np.abs(gyro) >= GYRO_CLIPPED)
    saturated: NDArray[np.bool_] = np.logical_or.reduce(at_end, axis=1)
    return runs_of(
        acc * (STANDARD_GRAVITY_MPS2 / COUNTS_PER_G),
        gyro * (RADPS_PER_DPS / COUNTS_PER_DPS),
        None,
        received_s_of(notifications),
        saturated,
    )


def _configure(responses: Responses) -> tuple[Step, ...]:
    """Set the rate in the configuration; flash wears, so only if it differs."""
    config = newest(responses, CONFIG_UUID) or b""
    new = with_rate(config, STREAMING_RATE_HZ)
    return () if new == config else (Write(CONFIG_UUID, new),)


THINGY52: Final = SensorFamily(
    kind="thingy52",
    title="Nordic Thingy:52",
    clock=ClockKind.NONE,
    channels={
        "raw": RAW_UUID,
        "config": CONFIG_UUID,
        "rotation": ROTATION_UUID,
        "battery": BATTERY_LEVEL_UUID,
        "firmware": FIRMWARE_UUID,
    },
    new_decoder=lambda _settings: ThingyDecoder(),
    recognises=lambda advertisement: (
        advertisement.offers(CONFIGURATION_SERVICE_UUID) or advertisement.is_named(NAME)
    ),
    services=(MOTION_SERVICE_UUID,),
    start=(
        Read(CONFIG_UUID),
        Decide(_configure),
        # After a lost connection the firmware believes that it still has a subscriber and ignores
        # a new subscription, unless an unsubscription comes first.
        Subscribe(RAW_UUID),
        Unsubscribe(RAW_UUID),
        Subscribe(RAW_UUID),
    ),
    stop=(Unsubscribe(RAW_UUID),),
    battery=BATTERY_LEVEL,
    firmware=reading(FIRMWARE_UUID, version_in),
    default_channel=RAW_UUID,
)
"""A Thingy with Nordic's own firmware."""
