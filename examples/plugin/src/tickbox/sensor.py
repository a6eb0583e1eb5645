"""The Tickbox, which does not exist: a sample in each notification, 50 times a second."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

import numpy as np

from tracker.domain import Frame
from tracker.sensors import (
    ClockKind,
    PacketDecoder,
    SensorFamily,
    Subscribe,
    Unsubscribe,
    check_length,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tracker.domain import Notification

SERVICE = "7b1c0001-0f5a-4a3e-9d53-5b6f0c4d2a10"
SAMPLES = "7b1c0002-0f5a-4a3e-9d53-5b6f0c4d2a10"

SAMPLE = struct.Struct("<6h")
"""Acceleration in thousandths of g, then angular rate in tenths of a degree per second."""

MPS2 = 9.80665 / 1000.0
RADPS = np.pi / 1800.0


class TickboxDecoder(PacketDecoder):
    """Bytes in, frames out. A packet of another length becomes a fault."""

    def __init__(self) -> None:
        super().__init__({SAMPLES: self._sample})

    def _sample(self, notification: Notification) -> Iterator[Frame]:
        check_length(notification.data, SAMPLE.size, "a sample")
        counts = np.array(SAMPLE.unpack(notification.data), np.float64).reshape(2, 1, 3)
        received_s = notification.received_ns / 1e9
        yield Frame(counts[0] * MPS2, counts[1] * RADPS, None, received_s)


TICKBOX = SensorFamily(
    kind="tickbox",
    title="Tickbox",
    clock=ClockKind.NONE,
    channels={"samples": SAMPLES},
    new_decoder=lambda _settings: TickboxDecoder(),
    recognises=lambda advertisement: advertisement.is_named("tickbox"),
    services=(SERVICE,),
    start=(Subscribe(SAMPLES),),
    stop=(Unsubscribe(SAMPLES),),
    default_channel=SAMPLES,
)
