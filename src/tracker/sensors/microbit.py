"""The accelerometer service of the BBC micro:bit.

Bytes, ranges and what is known about the clock: `firmware_notes/09-microbit.md`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from tracker.domain import FrameRun, Notification, TrackerError
from tracker.domain.units import STANDARD_GRAVITY_MPS2
from tracker.language import _
from tracker.sensors.base import (
    FIRMWARE_REVISION,
    FIRMWARE_REVISION_UUID,
    Attempt,
    ClockKind,
    PacketDecoder,
    Read,
    SensorFamily,
    Subscribe,
    Unsubscribe,
    Write,
    alike,
    check_length,
    received_s_of,
    runs_of,
    whole_number,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from tracker.domain import Fault, Frame

SERVICE_UUID: Final = "e95d0753-251d-470a-a062-fa1922dfa9a8"
DATA_UUID: Final = "e95dca4b-251d-470a-a062-fa1922dfa9a8"
PERIOD_UUID: Final = "e95dfb24-251d-470a-a062-fa1922dfa9a8"

# 09-microbit.md, "Sample": int16 x y z in thousandths of g.
COUNT: Final = np.dtype("<i2")
COUNTS_PER_G: Final = 1000
SAMPLE_BYTES: Final = 3 * COUNT.itemsize

RANGES_G: Final = (2, 4, 8, 16)
"""What the chip can be set to, by the program on the board and not over the radio."""

CLIPPED_PER_G: Final = 1016
"""The older chip has 8 bits, so it reads at most 127 × 8 counts per g of range."""

BEYOND_PER_G: Final = 1024
"""Both drivers clip at this many counts per g of range."""

PERIOD: Final = (20).to_bytes(2, "little")
"""In ms: 50 Hz is the default, and the fastest that the older board was seen to deliver without
loss. A period of 0 or 1 ms crashes the board."""

NAMES: Final = ("bbc micro:bit", "ubit [")
"""How its name starts, in lower case; it advertises no service."""


class MicrobitDecoder(PacketDecoder):
    """Turns notifications of one sample each into frames.

    A sample beyond `range_g` shows that the board uses a larger range.
    """

    def __init__(self, range_g: int = RANGES_G[0]) -> None:
        super().__init__({DATA_UUID: self._sample}, (PERIOD_UUID, FIRMWARE_REVISION_UUID))
        self._range_g = range_g

    def configuration(self) -> dict[str, object]:
        """Return the range as far as it was seen: the board does not report it."""
        return {"acc_range_g": self._range_g}

    def feed_run(
        self, notifications: Sequence[Notification]
    ) -> Iterator[Frame | FrameRun | Fault]:
        """Decode notifications as `feed` would, those of samples together."""
        for group in alike(notifications):
            if (group[0].channel, len(group[0].data)) == (DATA_UUID, SAMPLE_BYTES):
                yield from self._samples(group)
            else:
                yield from super().feed_run(group)

    def _sample(self, notification: Notification) -> Iterator[Frame]:
        check_length(notification.data, SAMPLE_BYTES, _("a sample"))
        return next(self._samples([notification])).frames()

    def _samples(self, notifications: Sequence[Notification]) -> Iterator[FrameRun]:
        """Decode notifications of `SAMPLE_BYTES` each."""
        data = b"".join(each.data for each in notifications)
        counts = np.frombuffer(data, COUNT).astype(np.float64).reshape(-1, 3)
        largest = np.abs(counts).max(axis=1)
        ranges_g = np.array(RANGES_G)
        fitting = np.searchsorted(BEYOND_PER_G * ranges_g, largest)
        needed_g = ranges_g[np.minimum(fitting, len(ranges_g) - 1)]
        range_g = np.maximum(np.maximum.accumulate(needed_g), self._range_g)
        self._range_g = int(range_g[-1])
        return runs_of(
            counts * (STANDARD_GRAVITY_MPS2 / COUNTS_PER_G),
            None,
            None,
            received_s_of(notifications),
            largest >= CLIPPED_PER_G * range_g,
        )


def _decoder(settings: Mapping[str, str]) -> MicrobitDecoder:
    range_g = whole_number(settings, "range_g", RANGES_G[0])
    if range_g not in RANGES_G:
        raise TrackerError(
            _("A micro:bit measures ±2, 4, 8 or 16 g, got range_g={range_g}.").format(
                range_g=range_g
            )
        )
    return MicrobitDecoder(range_g)


MICROBIT: Final = SensorFamily(
    kind="microbit",
    title="BBC micro:bit",
    clock=ClockKind.NONE,
    channels={"data": DATA_UUID, "period": PERIOD_UUID, "firmware": FIRMWARE_REVISION_UUID},
    new_decoder=_decoder,
    settings=("range_g",),
    recognises=lambda advertisement: advertisement.is_named(*NAMES),
    services=(SERVICE_UUID,),
    start=(
        # Early firmware accepts no other period than its default, which will do.
        Attempt((Write(PERIOD_UUID, PERIOD), Read(PERIOD_UUID))),
        Subscribe(DATA_UUID),
    ),
    stop=(Unsubscribe(DATA_UUID),),
    firmware=FIRMWARE_REVISION,
    default_channel=DATA_UUID,
)
"""A board whose program includes the accelerometer service."""
