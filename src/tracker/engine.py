"""One notification's way: bytes to frames, to the session's time, to motion, to events and cues.

This is the whole composition. It never awaits, sleeps or reads a clock: time comes with the bytes.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import islice
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

import numpy as np

from tracker.coach import Coach
from tracker.detect import Detector
from tracker.domain import (
    MARK_CHANNEL,
    RESERVED_CHANNELS,
    Fault,
    Frame,
    FrameRun,
    Gap,
    MarkKind,
    RunDecoder,
    TimedFrame,
    UserCommand,
    exercise_named,
    read_control_message,
)
from tracker.domain.units import s_from_ns
from tracker.sensors import ClockKind, family, parse_settings
from tracker.signal import (
    GRID_RATE_HZ,
    ArrivalClock,
    DeviceClock,
    FileClock,
    MixedClock,
    MotionStage,
    Resampler,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from tracker.domain import Event, Exercise, Notification, SessionInfo, Trace
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
"""Notifications that are taken through all stages together: what they become stays in the cache,
and in memory, while each array call still has some thousand samples to work on."""

LEAST_RUN: Final = 16
"""Fewer notifications are decoded faster one by one: a live session seldom has as many."""


class Engine:
    """Feeds notifications of one sensor through to events.

    Parameters
    ----------
    sensor
        The family whose decoder understands the bytes.
    exercise
        What is trained.
    settings
        Decoder settings as text, for a sensor whose configuration did not travel with the bytes.
    """

    def __init__(
        self,
        sensor: SensorFamily,
        exercise: Exercise,
        settings: Mapping[str, str] | None = None,
    ) -> None:
        self._decoder = sensor.decoder(settings or {})
        self._clock: SessionClock = _CLOCKS[sensor.clock]()
        self._grid = Resampler()
        self._motion = MotionStage(GRID_RATE_HZ)
        self._detector = Detector(exercise, GRID_RATE_HZ)
        self._coach = Coach(exercise)
        self._waiting: list[TimedFrame] = []
        self._first_s: float | None = None
        self._gap_s = 0.0
        self.newest_s: float | None = None
        """Session time of the newest sample given, s; None before the first."""
        self.samples = 0
        """Samples decoded so far."""

    @property
    def rate_hz(self) -> float | None:
        """Measured samples per second outside gaps; None before the second sample."""
        if self._first_s is None or self.newest_s is None:
            return None
        span_s = self.newest_s - self._first_s - self._gap_s
        return (self.samples - 1) / span_s if span_s > 0 else None

    @property
    def trace(self) -> Trace:
        """The pitch of the last seconds, for a screen."""
        return self._detector.trace()

    def feed(self, notification: Notification) -> tuple[Event, ...]:
        """Take one notification and return what it leads to."""
        return self.feed_many((notification,))

    def feed_many(self, notifications: Sequence[Notification]) -> tuple[Event, ...]:
        """Take notifications at once; the events are those of feeding them one by one."""
        events: list[Event] = []
        for first in range(0, len(notifications), PIECE_NOTIFICATIONS):
            run: list[Notification] = []
            for notification in notifications[first : first + PIECE_NOTIFICATIONS]:
                if notification.channel in RESERVED_CHANNELS:
                    # What came before a mark must have been seen before the mark counts.
                    events += self._sensed(run)
                    events += self._told(notification)
                    run = []
                elif notification.device == 0:  # others are recorded beside it
                    run.append(notification)
            events += self._sensed(run)
        return self._coach.process(events) if events else ()

    def finish(self) -> tuple[Event, ...]:
        """Return what the end of the stream settles."""
        events = list(self._detector.process(self._motion.finish()))
        events += self._detector.finish()
        return self._coach.process(events)

    def timed(self, notifications: Iterable[Notification]) -> Iterator[TimedFrame]:
        """Yield the samples of a fresh engine's sensor with their times, and go no further."""
        sensed = (
            each
            for each in notifications
            if each.device == 0 and each.channel not in RESERVED_CHANNELS
        )
        while piece := tuple(islice(sensed, PIECE_NOTIFICATIONS)):
            for decoded in self._decoded(piece):
                if not isinstance(decoded, Fault):
                    yield from self._timed(decoded)

    def _sensed(self, notifications: Sequence[Notification]) -> Iterator[Event]:
        """Send what a sensor has sent down the signal path; faults stay in their places."""
        for decoded in self._decoded(notifications):
            if isinstance(decoded, Fault):
                yield from self._flush()
                yield decoded
            else:
                self._keep(decoded)
        yield from self._flush()

    def _decoded(
        self, notifications: Sequence[Notification]
    ) -> Iterator[Frame | FrameRun | Fault]:
        decoder = self._decoder
        if len(notifications) >= LEAST_RUN and isinstance(decoder, RunDecoder):
            yield from decoder.feed_run(notifications)
            return
        for notification in notifications:
            yield from decoder.feed(notification)

    def _timed(self, decoded: Frame | FrameRun) -> Iterator[TimedFrame]:
        clock = self._clock
        if isinstance(decoded, Frame):
            yield from clock.process(decoded)
        elif isinstance(clock, DeviceClock):
            yield from clock.process_run(decoded)
        else:
            for frame in decoded.frames():
                yield from clock.process(frame)

    def _keep(self, decoded: Frame | FrameRun) -> None:
        for timed in self._timed(decoded):
            if not len(timed.time_s):
                continue
            self.samples += len(timed.time_s)
            self.newest_s = float(timed.time_s[-1])
            if self._first_s is None:
                self._first_s = float(timed.time_s[0])
            if timed.saturated:
                self._detector.saturated(float(timed.time_s[0]), self.newest_s)
            self._waiting.append(timed)

    def _flush(self) -> Iterator[Event]:
        """Send the samples that wait down the signal path."""
        waiting, self._waiting = self._waiting, []
        for timed in _merged(waiting):
            for result in self._grid.process(timed):
                if isinstance(result, Gap):
                    self._gap_s += result.end_s - result.start_s
                    yield result
                else:
                    yield from self._detector.process(self._motion.process(result))

    def _told(self, notification: Notification) -> Iterator[Event]:
        """Read an announcement of the host's or a mark of the wearer's."""
        if notification.channel != MARK_CHANNEL:
            yield read_control_message(notification)
            return
        at_s = s_from_ns(notification.received_ns)
        text = notification.data.decode("utf-8", errors="replace")
        yield UserCommand(at_s, text)
        for kind in MarkKind:
            if kind.value == text:
                yield from self._detector.mark(kind, at_s)


def build_engine(info: SessionInfo, settings: Mapping[str, str] | None = None) -> Engine:
    """Return the engine for a session.

    Raises
    ------
    UnknownNameError
        If its sensor or exercise is not known.
    """
    if settings is None and info.settings is not None:
        settings = parse_settings(info.settings.split())
    return Engine(family(info.sensor), exercise_named(info.exercise), settings)


def timed_samples(info: SessionInfo, notifications: Iterable[Notification]) -> TimedFrame:
    """Return every sample of a session with its time, as the engine has them before its grid.

    Parameters
    ----------
    info
        The head of the recording.
    notifications
        The whole stream. What the decoder refuses is left out here; the engine tells of it.

    Returns
    -------
    TimedFrame
        All samples in order. Where only some have an angular rate, the others have NaN; without
        any there is no array of it.
    """
    engine = build_engine(info)
    frames = list(engine.timed(notifications))
    if not any(frame.gyro_radps is not None for frame in frames):
        return _join([TimedFrame(np.empty(0), np.empty((0, 3)), None), *frames])
    return _join([frame if frame.gyro_radps is not None else _with_nan(frame) for frame in frames])


def _with_nan(frame: TimedFrame) -> TimedFrame:
    return replace(frame, gyro_radps=np.full_like(frame.acc_mps2, np.nan))


def _merged(frames: list[TimedFrame]) -> Iterator[TimedFrame]:
    """Join neighbouring frames that have the same channels, so that arrays stay long."""
    run: list[TimedFrame] = []
    for frame in frames:
        if run and (run[-1].gyro_radps is None) is not (frame.gyro_radps is None):
            yield _join(run)
            run = []
        run.append(frame)
    if run:
        yield _join(run)


def _join(run: list[TimedFrame]) -> TimedFrame:
    if len(run) == 1:
        return run[0]
    gyros = [frame.gyro_radps for frame in run if frame.gyro_radps is not None]
    return TimedFrame(
        np.concatenate([frame.time_s for frame in run]),
        np.concatenate([frame.acc_mps2 for frame in run]),
        np.concatenate(gyros) if gyros else None,
    )
