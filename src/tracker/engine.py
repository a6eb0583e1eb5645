"""One notification's way: bytes → timed samples → uniform grid → motion → events and cues.

The whole composition. It never awaits, sleeps or reads a clock: time comes with the bytes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tracker.counting import Counting
from tracker.decoding import PIECE_NOTIFICATIONS, SampleDecoder
from tracker.domain import (
    MARK_CHANNEL,
    RESERVED_CHANNELS,
    Fault,
    Gap,
    MarkKind,
    PlanChosen,
    UserCommand,
    UserInput,
    exercise_named,
    joined,
    mend_in,
    read_control_message,
)
from tracker.domain.units import s_from_ns
from tracker.sensors import HEART_RATE_UUID, family, read_heart_rate, recorded_settings
from tracker.signal import Resampler

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from tracker.domain import Event, Exercise, Notification, SessionInfo, TimedFrame, Trace
    from tracker.sensors import SensorFamily

LOOK_S: Final = 0.035
"""Packets that follow one another faster wait for each other, for as long at most: what a look at
new samples costs hardly depends on how many there are."""


class Engine:
    """Turns the notifications of one sensor into events.

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
        self._decoder = SampleDecoder(sensor, settings)
        self._resampler = Resampler()
        self._counting = Counting(exercise, mend_in(settings or {}))
        self._waiting: list[TimedFrame] = []
        self._looked_s = 0.0
        """Session time of the newest sample that waits no longer, s."""
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
        return self._counting.trace

    def feed(self, notification: Notification) -> tuple[Event, ...]:
        """Take one notification and return the events it leads to."""
        return self.feed_many((notification,))

    def feed_many(self, notifications: Sequence[Notification]) -> tuple[Event, ...]:
        """Take several notifications; the events are those of feeding them one by one."""
        events: list[Event] = []
        for first in range(0, len(notifications), PIECE_NOTIFICATIONS):
            run: list[Notification] = []
            for notification in notifications[first : first + PIECE_NOTIFICATIONS]:
                if notification.channel in RESERVED_CHANNELS:
                    # Samples sent before a mark are counted before the mark takes effect.
                    events += self._sensed(run, at_once=True)
                    events += self._controlled(notification)
                    run = []
                elif notification.channel == HEART_RATE_UUID:  # of whichever sensor
                    events += self._sensed(run, at_once=True)
                    events.append(read_heart_rate(notification))
                    run = []
                elif notification.device == 0:  # motion of others is only recorded
                    run.append(notification)
            events += self._sensed(run)
        return self._counting.coached(events) if events else ()

    def finish(self) -> tuple[Event, ...]:
        """Return the events that the end of the stream settles."""
        events = [*self._flush(), *self._counting.finish(self.newest_s or 0.0)]
        return self._counting.coached(events) if events else ()

    def _sensed(
        self, notifications: Sequence[Notification], *, at_once: bool = False
    ) -> Iterator[Event]:
        for decoded in self._decoder.feed(notifications):
            if isinstance(decoded, Fault):
                yield from self._flush()
                yield decoded
            else:
                self._keep(decoded)
        # Times that went back are news, too.
        if at_once or not 0.0 <= (self.newest_s or 0.0) - self._looked_s < LOOK_S:
            yield from self._flush()

    def _keep(self, timed: TimedFrame) -> None:
        first_s, self.newest_s = float(timed.time_s[0]), float(timed.time_s[-1])
        self.samples += len(timed.time_s)
        if self._first_s is None:
            self._first_s = first_s
        if timed.saturated:
            self._counting.saturated(first_s, self.newest_s)
        self._waiting.append(timed)

    def _flush(self) -> Iterator[Event]:
        waiting, self._waiting = self._waiting, []
        self._looked_s = self.newest_s or 0.0
        for timed in joined(waiting):
            for result in self._resampler.process(timed):
                if isinstance(result, Gap):
                    self._gap_s += result.end_s - result.start_s
                    yield result
                else:
                    yield from self._counting.process(result)

    def _controlled(self, notification: Notification) -> Iterator[Event]:
        if notification.channel != MARK_CHANNEL:
            event = read_control_message(notification)
            if isinstance(event, UserInput) and isinstance(event.entry, PlanChosen):
                yield from self._counting.train(event.entry.plan.exercise, event.at_s)
            self._counting.note(event)
            yield event
            return
        at_s = s_from_ns(notification.received_ns)
        text = notification.data.decode("utf-8", errors="replace")
        yield UserCommand(at_s, text)
        for kind in MarkKind:
            if kind.value == text:
                yield from self._counting.mark(kind, at_s)


def build_engine(info: SessionInfo, settings: Mapping[str, str] | None = None) -> Engine:
    """Return the engine for a session; raises `UnknownNameError` for its sensor or exercise."""
    settings = recorded_settings(info) if settings is None else settings
    return Engine(family(info.sensor), exercise_named(info.exercise), settings)
