"""One session from its first notification to its last.

A source is pumped into a bounded intake; everything that waits there is recorded as bytes, then
given to the engine in one go, and what the engine says goes to the ledger and the sinks. A source
that outruns the engine waits at the intake. A radio cannot be made to wait, so its source keeps
its own buffer and must report what that loses.

However a session ends (end of the source, `stop`, cancellation, error), what has arrived is
recorded and counted, the engine is told that the stream is over, and the recording is closed.

Keeps the bytes of a session, and keeps the session going when they cannot be kept.

The shapes of what a session plugs together.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Final, Protocol

from tracker.app.clock import SYSTEM_CLOCK
from tracker.app.queue import MOST_WAITING, NotificationQueue
from tracker.app.snapshot import RecordingState, RunState, SessionSnapshot, read_only
from tracker.domain import (
    MARK_CHANNEL,
    BatteryRead,
    Calibrated,
    CalibrationFailed,
    Cue,
    Fault,
    FaultReason,
    LinkChanged,
    LoweringStarted,
    MarkKind,
    Notification,
    OutputError,
    Phase,
    PhaseStarted,
    RepCompleted,
    SessionState,
    SetEnded,
    Source,
    SourceFacts,
    UserCommand,
    check_entry,
    entry_message,
    exercise_named,
    workout_of,
)
from tracker.domain.units import NS_PER_S, s_from_ns

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterable, Sequence

    from tracker.app.clock import Clock
    from tracker.app.snapshot import PlaybackState
    from tracker.domain import Entry, Event, SessionInfo, Sink, Trace, Workout


class RecordingSink:
    """A recorder, or none, whose failure is shown, not raised: a full disk must not end a set."""

    def __init__(self, recorder: Recorder | None) -> None:
        self._recorder = recorder
        self.state = RecordingState.OFF if recorder is None else RecordingState.ON
        self.failure: str | None = None

    def write_all(self, notifications: Sequence[Notification]) -> None:
        """Keep notifications, in order."""
        if self._recorder is not None:
            write = self._recorder.write
            self._attempt(lambda: [write(notification) for notification in notifications])

    def flush(self) -> None:
        """Make sure that what was written survives a crash."""
        if self._recorder is not None:
            self._attempt(self._recorder.flush)

    def close(self) -> None:
        """Write what is left and let go of the file."""
        if self._recorder is not None:
            self._attempt(self._recorder.close)
            self._recorder = None

    def _attempt(self, work: Callable[[], object]) -> None:
        try:
            work()
        except (OSError, OutputError) as error:
            self._recorder = None
            self.state = RecordingState.FAILED
            self.failure = str(error)


FLUSH_EVERY_S: Final = 0.5
"""A crash costs less than a second of the recording, also while the radio is silent."""

RESTART_SHOWN_S: Final = 10.0
"""A restart of counting is shown for as long: who is in the middle of a rep looks up after it."""

_CALIBRATIONS: Final = {
    kind.value: kind for kind in (MarkKind.CALIBRATION, MarkKind.REFERENCE_REPS)
}


class Session:
    """Source, engine, recorder and sinks, plugged together once; runs once.

    Parameters
    ----------
    source
        Where the notifications come from.
    engine
        A fresh engine for the source's sensor.
    info
        Head of the session; names the exercise.
    recorder
        Keeps the bytes, or None. Closed by the session.
    sinks
        Who else wants to know what the engine says.
    clock
        Tells how old the newest sample is, and when to flush.
    most_waiting
        Notifications that may wait for the engine.
    until_stopped
        Stay open after the end of the source, for what the wearer enters then, until `stop`.
    """

    def __init__(
        self,
        source: Source,
        engine: SessionEngine,
        *,
        info: SessionInfo,
        recorder: Recorder | None = None,
        sinks: Iterable[Sink] = (),
        clock: Clock = SYSTEM_CLOCK,
        most_waiting: int = MOST_WAITING,
        until_stopped: bool = False,
    ) -> None:
        self.info = info
        self._exercise = exercise_named(info.exercise)
        self._source = source
        self._engine = engine
        self._tap = RecordingSink(recorder)
        self._sinks = list(sinks)
        self._clock = clock
        self._intake = NotificationQueue(most_waiting)
        self._until_stopped = until_stopped
        self._settled = False
        self._ledger = SessionState()
        self._state = RunState.READY
        self._failure: BaseException | None = None
        self._source_error: Exception | None = None
        self._pumping: asyncio.Task[None] | None = None
        self._stopping = False
        self._ending = False
        self._arrived_ns: int | None = None
        self._newest_received_ns = 0
        self._first_ns: int | None = None
        self._handled_ns = 0
        self._phase: PhaseStarted | None = None
        self._lowering: LoweringStarted | None = None
        self._cue: Cue | None = None
        self._calibrating: MarkKind | None = None
        self._links: dict[int, LinkChanged] = {}
        self._battery_percent: int | None = None
        self._restarted: Fault | None = None

    def add_sink(self, sink: Sink) -> None:
        """Tell `sink` what the engine says from now on."""
        self._sinks.append(sink)

    def detach_sinks(self) -> None:
        """Tell nobody any more; for a session that is about to be replaced by another."""
        self._sinks.clear()

    @property
    def state(self) -> RunState:
        """How far the session has come."""
        return self._state

    @property
    def position_s(self) -> float | None:
        """Session time of the newest sample, s."""
        return self._engine.newest_s

    @property
    def reached_s(self) -> float:
        """Arrival of the newest notification that was handled, s; 0 before the first."""
        return s_from_ns(self._handled_ns)

    def mark(self, kind: MarkKind) -> Notification:
        """Put a mark of the wearer into the stream behind what has arrived, and return it."""
        mark = Notification(self._newest_received_ns, MARK_CHANNEL, kind.value.encode())
        self._intake.put_now(mark)
        return mark

    def enter(self, entry: Entry) -> Notification:
        """Put what the wearer says into the stream behind what has arrived, and return it.

        Raises
        ------
        InputError
            If it cannot be meant, as a pain of 11.
        """
        check_entry(entry)
        notification = entry_message(self._newest_received_ns, entry)
        self._intake.put_now(notification)
        return notification

    def stop(self) -> None:
        """End the session in good order; `run` returns once the source has let go."""
        self._stopping = True
        if self._pumping is not None:
            self._pumping.cancel()

    def end(self) -> None:
        """Let go of the source; a session that runs until it is stopped still takes entries."""
        self._ending = True
        if self._pumping is not None:
            self._pumping.cancel()

    async def run(self) -> None:
        """Run to the end of the source or to `stop`.

        Raises
        ------
        Exception
            What the source or the engine raised, after everything that had arrived was dealt with.
        """
        if self._state is not RunState.READY:
            raise RuntimeError("a session runs once; make a new one")
        self._state = RunState.RUNNING
        try:
            try:
                await self._work()
            finally:
                self._conclude()
        except Exception as error:
            self._failure = error
            raise
        finally:
            self._state = RunState.FINISHED if self._failure is None else RunState.FAILED

    async def _work(self) -> None:
        """Pump, flush and handle until the source is dry."""
        try:
            async with asyncio.TaskGroup() as group:
                self._pumping = group.create_task(self._pump())
                # A `finally` in the pump would not do: cancelled before its first step,
                # it never enters it.
                self._pumping.add_done_callback(lambda _task: self._intake.close())
                if self._stopping or self._ending:
                    self._pumping.cancel()
                flushing = group.create_task(self._flush_regularly())
                while batch := await self._intake.take():
                    self._handle(batch)
                    await asyncio.sleep(0)
                flushing.cancel()
        except ExceptionGroup as errors:
            raise errors.exceptions[0] from None
        if self._source_error is not None:
            raise self._source_error

    async def _pump(self) -> None:
        """Move notifications to the intake; an error of the source is kept for the end."""
        try:
            async with closing_stream(self._source.notifications()) as stream:
                async for notification in stream:
                    await self._intake.put(notification)
                    self._newest_received_ns = notification.received_ns
        except asyncio.CancelledError:
            if self._stopping or not (self._ending and self._until_stopped):
                raise
            # `end` cancelled the source, not the session.
            pump = asyncio.current_task()
            if pump is not None:
                pump.uncancel()
        except Exception as error:
            self._source_error = error
        if self._until_stopped:
            await self._stay_open()

    async def _stay_open(self) -> None:
        """Say how the stream ended, then wait for `stop`, which cancels this."""
        await self._intake.drained()
        self._settle()
        self._failure = self._source_error
        self._state = RunState.FINISHED if self._failure is None else RunState.FAILED
        await asyncio.Event().wait()

    def _settle(self) -> None:
        """Let the engine say, once, what the end of the stream settles."""
        if not self._settled:
            self._settled = True
            self._say(self._engine.finish())

    async def _flush_regularly(self) -> None:
        while True:
            await self._clock.sleep(FLUSH_EVERY_S)
            self._tap.flush()

    def _handle(self, batch: Sequence[Notification]) -> None:
        """Keep the bytes, then decode them: what crashes a decoder must be on disk."""
        self._tap.write_all(batch)
        samples_before = self._engine.samples
        events = self._engine.feed_many(batch)
        if self._engine.samples > samples_before:
            self._arrived_ns = self._clock.now_ns()
        if self._first_ns is None:
            self._first_ns = batch[0].received_ns
        self._handled_ns = batch[-1].received_ns
        self._say(events)

    def _say(self, events: Sequence[Event]) -> None:
        if not events:
            return
        self._ledger.accept(events)
        for event in events:
            match event:
                case PhaseStarted(phase=phase):
                    self._phase = event
                    if phase is Phase.LOCKOUT:
                        self._lowering = None
                case LoweringStarted():
                    self._lowering = event
                case RepCompleted():
                    self._lowering = None
                case SetEnded():
                    self._phase = None
                case Cue():
                    self._cue = event
                case UserCommand(text=text) if text in _CALIBRATIONS:
                    self._calibrating = _CALIBRATIONS[text]
                case Calibrated() | CalibrationFailed():
                    self._calibrating = None
                case LinkChanged(device=device):
                    self._links[device] = event
                case Fault(reason=FaultReason.DETECTOR_RESTARTED):
                    self._restarted = event
                case BatteryRead(percent=percent, device=0):
                    self._battery_percent = percent
                case _:
                    pass
        newest_s = self._engine.newest_s
        for sink in tuple(self._sinks):
            sink.accept(events, newest_s if newest_s is not None else 0.0)

    def _conclude(self) -> None:
        """Deal with what has arrived, end the stream, close the recording; none of it waits."""
        try:
            while rest := self._intake.take_now():
                self._handle(rest)
            self._settle()
        finally:
            while rest := self._intake.take_now():
                self._tap.write_all(rest)
            self._tap.close()

    def workout(self, path: str) -> Workout:
        """Return what the session adds up to, as an analysis of its recording would.

        Parameters
        ----------
        path
            Where it is recorded.
        """
        first_ns = self._first_ns
        facts = SourceFacts(
            path=path,
            sensor=self.info.sensor,
            rate_hz=self._engine.rate_hz,
            duration_s=(
                None if first_ns is None else s_from_ns(self._handled_ns) - s_from_ns(first_ns)
            ),
            samples=self._engine.samples,
        )
        return workout_of(self.info, self._ledger, facts)

    def snapshot(self, playback: PlaybackState | None = None) -> SessionSnapshot:
        """Return the session as it is now; `playback` is added by whoever plays it."""
        trace = self._engine.trace
        age_s = (
            None
            if self._arrived_ns is None
            else (self._clock.now_ns() - self._arrived_ns) / NS_PER_S
        )
        return SessionSnapshot(
            info=self.info,
            exercise=self._exercise,
            state=self._state,
            failure=None if self._failure is None else str(self._failure),
            position_s=self._engine.newest_s,
            sets=self._ledger.sets,
            plan=self._ledger.plan,
            pain=self._ledger.pain,
            note=self._ledger.note,
            phase=None if self._phase is None else self._phase.phase,
            phase_started_s=None if self._phase is None else self._phase.at_s,
            lowered_s=None if self._lowering is None else self._lowering.at_s,
            cue=self._cue,
            calibrating=self._calibrating,
            link=link.state if (link := self._links.get(0)) is not None else None,
            link_detail=link.detail if link is not None else "",
            second_link=second.state if (second := self._links.get(1)) is not None else None,
            battery_percent=self._battery_percent,
            rate_hz=self._engine.rate_hz,
            samples=self._engine.samples,
            gaps=self._ledger.gaps,
            faults=self._ledger.faults,
            sample_age_s=age_s,
            recording=self._tap.state,
            recording_failure=self._tap.failure,
            playback=playback,
            trace_time_s=read_only(trace.time_s),
            trace_pitch_deg=read_only(trace.pitch_deg),
            restarted=self._restarted_words,
        )

    @property
    def _restarted_words(self) -> str:
        """Return what failed of late, without what only a developer asks for."""
        fault, now_s = self._restarted, self._engine.newest_s
        if fault is None or now_s is None or now_s - fault.at_s > RESTART_SHOWN_S:
            return ""
        return fault.detail.partition(" (")[0]


@asynccontextmanager
async def closing_stream(
    stream: AsyncIterator[Notification],
) -> AsyncGenerator[AsyncIterator[Notification]]:
    """Close a stream on the way out: a radio is let go of now, not when it is collected."""
    try:
        yield stream
    finally:
        if isinstance(stream, AsyncGenerator):
            await stream.aclose()


class SessionEngine(Protocol):
    """Notifications in, events out; `tracker.engine.Engine` is the one outside of tests."""

    def feed_many(self, notifications: Sequence[Notification]) -> tuple[Event, ...]:
        """Take notifications in order and say what they mean."""

    def finish(self) -> tuple[Event, ...]:
        """Say what is known at the end of the stream."""

    @property
    def newest_s(self) -> float | None:
        """Session time of the newest sample given, s; None before the first."""

    @property
    def samples(self) -> int:
        """Samples given so far."""

    @property
    def rate_hz(self) -> float | None:
        """Measured samples per second, None until it is known."""

    @property
    def trace(self) -> Trace:
        """The last seconds of motion, for drawing."""


class Recorder(Protocol):
    """Keeps bytes; the recording room's writer is the one outside of tests."""

    def write(self, notification: Notification) -> None:
        """Take one notification."""

    def flush(self) -> None:
        """Make sure that what was written survives a crash."""

    def close(self) -> None:
        """Write what is left and let go of the file."""


class PacedSource(Source, Protocol):
    """A source that plays what is already known, at a pace that can be changed while it plays."""

    speed: float
    """Session seconds per second."""
    fast_until_s: float
    """Session time up to which nothing is waited for, pauses included, s."""

    def pause(self) -> None:
        """Hold the stream where it is."""

    def resume(self) -> None:
        """Let it go on."""
