"""Notifications to samples with session time: one sensor's decoder and clock."""

from __future__ import annotations

from dataclasses import replace
from itertools import islice
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

import numpy as np

from tracker.domain import (
    RESERVED_CHANNELS,
    Fault,
    Frame,
    FrameRun,
    TimedFrame,
    joined,
)
from tracker.sensors import ClockKind, family, recorded_settings
from tracker.signal import ArrivalClock, DeviceClock, FileClock, MixedClock

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from tracker.domain import Notification, SessionInfo
    from tracker.sensors import SensorFamily
    from tracker.signal import SessionClock

_CLOCKS: Final[Mapping[ClockKind, Callable[[], SessionClock]]] = MappingProxyType(
    {
        ClockKind.SESSION: FileClock,
        ClockKind.DEVICE: DeviceClock,
        ClockKind.NONE: ArrivalClock,
        ClockKind.MIXED: MixedClock,
    }
)

PIECE_NOTIFICATIONS: Final = 2048
"""Notifications that go through all stages together: the arrays stay in the cache, and still have
some thousand samples for each array call."""

LEAST_RUN: Final = 16
"""Fewer notifications are decoded faster one by one; a live session seldom has as many."""


class SampleDecoder:
    """Decodes what one sensor sends, and gives each sample its session time.

    Parameters
    ----------
    sensor
        The family whose decoder understands the bytes.
    settings
        Decoder settings as text, for a sensor whose configuration did not travel with the bytes.
    """

    def __init__(self, sensor: SensorFamily, settings: Mapping[str, str] | None = None) -> None:
        self._decoder = sensor.decoder(settings or {})
        self._clock: SessionClock = _CLOCKS[sensor.clock]()

    def feed(self, notifications: Sequence[Notification]) -> Iterator[TimedFrame | Fault]:
        """Yield samples and faults in the order in which they were sent."""
        for decoded in self._decoded(notifications):
            if isinstance(decoded, Fault):
                yield decoded
            else:
                yield from (timed for timed in self._timed(decoded) if len(timed.time_s))

    def _decoded(
        self, notifications: Sequence[Notification]
    ) -> Iterator[Frame | FrameRun | Fault]:
        if len(notifications) >= LEAST_RUN:
            yield from self._decoder.feed_run(notifications)
            return
        for notification in notifications:
            yield from self._decoder.feed(notification)

    def _timed(self, decoded: Frame | FrameRun) -> Iterator[TimedFrame]:
        if isinstance(decoded, Frame):
            yield from self._clock.process(decoded)
        else:
            yield from self._clock.process_run(decoded)


def timed_samples(info: SessionInfo, notifications: Iterable[Notification]) -> TimedFrame:
    """Return every sample of a session with its time, before resampling.

    Parameters
    ----------
    info
        The head of the recording.
    notifications
        The whole stream. What the decoder refuses is left out; the engine reports it.

    Returns
    -------
    TimedFrame
        All samples in order. Where only some have an angular rate, the others have NaN; if none
        has one, `gyro_radps` is None.
    """
    decoder = SampleDecoder(family(info.sensor), recorded_settings(info))
    sensed = (
        each
        for each in notifications
        if each.device == 0 and each.channel not in RESERVED_CHANNELS
    )
    frames: list[TimedFrame] = []
    while piece := tuple(islice(sensed, PIECE_NOTIFICATIONS)):
        frames += [each for each in decoder.feed(piece) if not isinstance(each, Fault)]
    if any(frame.gyro_radps is not None for frame in frames):
        frames = [
            frame
            if frame.gyro_radps is not None
            else replace(frame, gyro_radps=np.full_like(frame.acc_mps2, np.nan))
            for frame in frames
        ]
    else:
        frames = [TimedFrame(np.empty(0), np.empty((0, 3)), None), *frames]
    (session,) = joined(frames)
    return session
