"""Samples and events to the Lab Streaming Layer, on its clock.

Two streams for each session: `NAME samples` of type IMU, an irregular stream with the exact time
of every sample, and `NAME events` of type Markers with one JSON text an event. The layer keeps
what an inlet has not taken for six minutes, by itself.

The time of a sample is session time, which is that of the computer's clock since second 0. How
far the layer's clock is ahead of it follows from when packets arrive: the smallest difference is
the one with the least delay on the way here.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import pylsl

from tracker.decoding import SampleDecoder
from tracker.domain import RESERVED_CHANNELS, Fault
from tracker.domain.foreign_text import json_text
from tracker.domain.units import s_from_ns
from tracker.export import event_object
from tracker.outlets.delivery import Arrived, Began, Emitted
from tracker.sensors import family, recorded_settings

if TYPE_CHECKING:
    from collections.abc import Callable

    from tracker.domain import Notification, SessionInfo
    from tracker.outlets.delivery import Waiting

KEPT_OFFSETS: Final = 512
"""Arrivals of the last seconds whose smallest difference of clocks counts: it must follow a played
session that was paused, and outlast a moment in which the computer was busy."""

_CHANNELS: Final = tuple(
    (f"{signal}_{axis}", unit, kind)
    for signal, unit, kind in (
        ("acc", "m/s^2", "Accelerometer"),
        ("gyro", "rad/s", "Gyroscope"),
    )
    for axis in "xyz"
)


@dataclass(frozen=True, slots=True)
class LslOutlet:
    """The streams of one training after the other."""

    name: str
    """Beginning of the names of the streams."""
    wants_bytes: bool = True

    def run(self, waiting: Waiting, tell: Callable[[str], object]) -> None:
        """Push what waits; a new session gets new streams."""
        streams: _Streams | None = None
        for item in waiting:
            match item:
                case Began(info=info):
                    streams = _Streams(self.name, info)
                case Arrived(notifications=notifications) if streams is not None:
                    streams.push_samples(notifications)
                case Emitted() if streams is not None:
                    streams.push_event(item)
                case _:
                    pass


class _Streams:
    """The streams of one session."""

    def __init__(self, name: str, info: SessionInfo) -> None:
        self._decoder = SampleDecoder(family(info.sensor), recorded_settings(info))
        about = pylsl.StreamInfo(
            f"{name} samples", "IMU", len(_CHANNELS), pylsl.IRREGULAR_RATE, "double64", name
        )
        channels = about.desc().append_child("channels")
        for label, unit, kind in _CHANNELS:
            channel = channels.append_child("channel")
            channel.append_child_value("label", label)
            channel.append_child_value("unit", unit)
            channel.append_child_value("type", kind)
        about.desc().append_child_value("sensor", info.sensor)
        about.desc().append_child_value("exercise", info.exercise)
        self._samples = pylsl.StreamOutlet(about)
        self._markers = pylsl.StreamOutlet(
            pylsl.StreamInfo(
                f"{name} events", "Markers", 1, pylsl.IRREGULAR_RATE, "string", f"{name} events"
            )
        )
        self._offsets: deque[float] = deque(maxlen=KEPT_OFFSETS)

    def push_samples(self, notifications: tuple[Notification, ...]) -> None:
        """Push the samples of what has just arrived; an angular rate that is missing is NaN."""
        now_s = pylsl.local_clock()
        self._offsets += [now_s - s_from_ns(each.received_ns) for each in notifications]
        sensed = [
            each
            for each in notifications
            if each.device == 0 and each.channel not in RESERVED_CHANNELS
        ]
        for timed in self._decoder.feed(sensed):
            if isinstance(timed, Fault):
                continue
            gyro_radps = timed.gyro_radps
            if gyro_radps is None:
                gyro_radps = np.full_like(timed.acc_mps2, np.nan)
            rows = np.ascontiguousarray(np.hstack([timed.acc_mps2, gyro_radps]))
            self._samples.push_chunk(rows, (timed.time_s + self._offset_s).tolist())

    def push_event(self, emitted: Emitted) -> None:
        """Push an event at the time at which it happened."""
        text = json_text(event_object(emitted.event, emitted.emitted_s))
        self._markers.push_sample([text], emitted.event.at_s + self._offset_s)

    @property
    def _offset_s(self) -> float:
        """Time of the layer's clock at session second 0, s."""
        return min(self._offsets, default=0.0) or pylsl.local_clock()
