"""One notification's way: bytes to frames, to the session's time, to motion, to events and cues.

This is the whole composition. It never awaits, sleeps or reads a clock: time comes with the bytes.
A defect behind the clock (motion, detection, coaching) is contained in `_Counting`: it becomes a
fault, and counting starts anew.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from functools import partial
from itertools import islice
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

import numpy as np

from tracker.coach import Coach
from tracker.detect import Detector
from tracker.domain import (
    MARK_CHANNEL,
    NO_PLAN,
    RESERVED_CHANNELS,
    Calibrated,
    CalibrationFailed,
    CalibrationLost,
    Fault,
    FaultReason,
    Frame,
    FrameRun,
    Gap,
    LiftSignal,
    MarkKind,
    PhaseStarted,
    PlanChosen,
    RepCompleted,
    RepCounted,
    RepRevised,
    RunDecoder,
    SessionState,
    SetEnded,
    SetStarted,
    TimedFrame,
    Trace,
    UserCommand,
    UserInput,
    exercise_named,
    joined,
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

    from tracker.domain import Event, Exercise, ImuBlock, Notification, SessionInfo
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

CONTAINED_S: Final = 30.0
"""A defect costs the rest of a piece of this length at most in a whole file, and a packet live.
Shorter pieces make the array calls of whole files too short."""

RESTARTED: Final = "counting was restarted"
"""Why a rep or a level is taken back after a defect."""

_CALIBRATIONS: Final = (MarkKind.CALIBRATION, MarkKind.REFERENCE_REPS)
_OfSet = SetStarted | PhaseStarted | RepCounted | RepCompleted | RepRevised | SetEnded


class _Counting:
    """Motion, detection and coaching; whichever fails starts anew and says so.

    A set that was under way then ends. It keeps what the wearer saw counted if at least one of
    its reps was seen whole.
    """

    def __init__(self, exercise: Exercise) -> None:
        self._exercise = exercise
        self._motion = MotionStage(GRID_RATE_HZ)
        self._detector = Detector(exercise, GRID_RATE_HZ)
        self._coach = Coach(exercise)
        self._ledger = SessionState()
        self._sets_before = 0
        """Sets of the detectors before this one."""
        self._calibrating = False
        self._fresh = False
        """Whether the next samples are the first of this detector."""
        self._defect: Exception | None = None
        """What failed where nothing could be said of it."""
        self._saturated: list[tuple[float, float]] = []

    @property
    def trace(self) -> Trace:
        try:
            return self._detector.trace()
        except Exception as error:
            self._defect = error
            return Trace(np.empty(0), np.empty(0))

    def saturated(self, start_s: float, end_s: float) -> None:
        """Take note of samples on their way that hit the end of the sensor's range."""
        self._saturated.append((start_s, end_s))

    def process(self, block: ImuBlock) -> Iterator[Event]:
        """Yield what samples tell."""
        size = round(CONTAINED_S * block.rate_hz)
        for first in range(0, max(1, len(block.acc_mps2)), size):
            piece = block[first : first + size]
            if self._fresh and len(piece.acc_mps2):
                piece, self._fresh = replace(piece, restart=True), False
            yield from self._contained(partial(self._detected, piece), piece.start_s)

    def mark(self, kind: MarkKind, at_s: float) -> Iterator[Event]:
        """Yield what the wearer's key changes."""
        begun = kind in _CALIBRATIONS and self._exercise.signal is LiftSignal.ROTATION
        self._calibrating |= begun
        yield from self._contained(partial(self._detector.mark, kind, at_s), at_s)
        # If one was given up for it, that is no end of this one.
        self._calibrating |= begun and not self._fresh

    def finish(self, at_s: float) -> Iterator[Event]:
        """Yield what the end of the stream settles."""
        yield from self._contained(self._rest, at_s)
        yield from self._contained(self._detector.finish, at_s)

    def coached(self, events: Sequence[Event]) -> tuple[Event, ...]:
        """Return events with the cues that they give rise to."""
        try:
            return self._coach.process(events)
        except Exception as error:
            self._coach = Coach(self._exercise)
            plan = self._ledger.plan
            if plan is not NO_PLAN:
                with suppress(Exception):
                    self._coach.process((UserInput(events[-1].at_s, PlanChosen(plan)),))
            return (*events, _restarted("Coaching", error, events[-1].at_s))

    def note(self, event: Event) -> None:
        """Remember what was said by others: the plan outlives a coach."""
        self._ledger.accept((event,))

    def _detected(self, block: ImuBlock) -> Iterator[Event]:
        saturated, self._saturated = self._saturated, []
        for start_s, end_s in saturated:
            self._detector.saturated(start_s, end_s)
        yield from self._detector.process(self._motion.process(block))

    def _rest(self) -> Iterator[Event]:
        yield from self._detector.process(self._motion.finish())

    def _contained(self, work: Callable[[], Iterator[Event]], at_s: float) -> Iterator[Event]:
        """Pass on what is said; where that fails, say so and start anew."""
        try:
            defect, self._defect = self._defect, None
            if defect is not None:
                raise defect
            for event in work():
                numbered = self._numbered(event)
                if isinstance(event, Calibrated | CalibrationFailed):
                    self._calibrating = False
                self._ledger.accept((numbered,))
                yield numbered
        except Exception as error:
            closing = (*self._closing(at_s), _restarted("Counting", error, at_s))
            self._sets_before, self._calibrating = self._ledger.newest_set, False
            self._motion = MotionStage(GRID_RATE_HZ)
            self._detector = Detector(self._exercise, GRID_RATE_HZ)
            self._fresh = True
            self._ledger.accept(closing)
            yield from closing

    def _numbered(self, event: Event) -> Event:
        if self._sets_before and isinstance(event, _OfSet):
            return replace(event, set_index=event.set_index + self._sets_before)
        return event

    def _closing(self, at_s: float) -> Iterator[Event]:
        """Yield the end of the set that is under way, and of what was known of the level."""
        for record in self._ledger.sets:
            if record.ended:
                continue
            if record.reps:
                yield SetEnded(record.end_s, record.index, record.counted)
                continue
            for index in range(1, record.counted + 1):
                yield RepRevised(at_s, record.index, index, None, RESTARTED)
            yield SetEnded(at_s, record.index, 0)
        if self._calibrating:
            yield CalibrationFailed(at_s, RESTARTED)
        levels = [e for e in self._ledger.calibrations if not isinstance(e, CalibrationFailed)]
        if levels and isinstance(levels[-1], Calibrated):
            yield CalibrationLost(at_s, RESTARTED)


def _restarted(what: str, error: Exception, at_s: float) -> Fault:
    """Return the fault that tells of a defect, with the place that a developer asks for."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    place = "" if trace is None else f" in {trace.tb_frame.f_code.co_qualname}"
    detail = f"{what} restarted after an internal error ({type(error).__name__}: {error}{place})"
    return Fault(at_s, FaultReason.DETECTOR_RESTARTED, detail)


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
        self._counting = _Counting(exercise)
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
        return self._counting.trace

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
        return self._counting.coached(events) if events else ()

    def finish(self) -> tuple[Event, ...]:
        """Return what the end of the stream settles."""
        events = list(self._counting.finish(self.newest_s or 0.0))
        return self._counting.coached(events) if events else ()

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
                self._counting.saturated(float(timed.time_s[0]), self.newest_s)
            self._waiting.append(timed)

    def _flush(self) -> Iterator[Event]:
        """Send the samples that wait down the signal path."""
        waiting, self._waiting = self._waiting, []
        for timed in joined(waiting):
            for result in self._grid.process(timed):
                if isinstance(result, Gap):
                    self._gap_s += result.end_s - result.start_s
                    yield result
                else:
                    yield from self._counting.process(result)

    def _told(self, notification: Notification) -> Iterator[Event]:
        """Read an announcement of the host's or a mark of the wearer's."""
        if notification.channel != MARK_CHANNEL:
            event = read_control_message(notification)
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
