"""One session from its first notification to its last.

Theory of operation
-------------------
Everything that waits in the queue is recorded as bytes, then given to the engine in one go, and
the engine's events go to the session's state and to the sinks. A radio fills the queue itself; any
other source is played into it and waits while the engine is behind.

However a session ends (end of the source, `stop`, cancellation, error), everything that has
arrived is recorded and analysed, the engine is told that the stream is over, and the recording is
closed.
"""

from __future__ import annotations

import asyncio
from collections import deque
from contextlib import aclosing
from typing import TYPE_CHECKING, Final, Protocol

from tracker.app.clock import SYSTEM_CLOCK
from tracker.app.queue import NotificationQueue, OnFull
from tracker.app.snapshot import RecordingState, RunState, SessionSnapshot, read_only
from tracker.domain import (
    MARK_CHANNEL,
    BatteryRead,
    Calibrated,
    CalibrationFailed,
    Cue,
    DataWarned,
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
    without_remedy,
    workout_of,
)
from tracker.domain.errors import system_words
from tracker.domain.units import NS_PER_S, s_from_ns
from tracker.language import _, ngettext

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from tracker.app.clock import Clock
    from tracker.app.snapshot import PlaybackState
    from tracker.domain import Entry, Event, SessionInfo, Sink, Trace, Workout


FLUSH_EVERY_S: Final = 0.5
"""A crash costs less than a second of the recording, even while the radio is silent."""

PLAYED_AHEAD: Final = 1024
"""Notifications of a file or the simulator that may wait: ten seconds of the busiest sensor."""

RESTART_SHOWN_S: Final = 10.0
"""A restart of counting is shown for as long: who is in the middle of a rep looks up after it."""

WARNING_SHOWN_S: Final = 20.0
"""A warning about the data is shown for as long; afterwards it is in the lines and the log."""

MOST_HELD: Final = 1 << 18
"""Notifications that are kept while the session is frozen: most of an hour of a usual sensor."""

MOST_PHASES: Final = 16
"""Latest phases that are kept: more than two quick reps have."""

_CALIBRATIONS: Final = {
    kind.value: kind for kind in (MarkKind.CALIBRATION, MarkKind.REFERENCE_REPS)
}


class Session:
    """Source, engine, recorder and sinks, plugged together; runs once.

    The source is played, or is a queue that a radio fills; `max_waiting` notifications of a played
    one may wait for the engine, which is fresh. The recorder is closed by the session. With
    `until_stopped`, it stays open after the end of the source, for what the wearer enters then,
    until `stop`.
    """

    def __init__(
        self,
        source: Source | NotificationQueue,
        engine: SessionEngine,
        *,
        info: SessionInfo,
        recorder: Recorder | None = None,
        sinks: Iterable[Sink] = (),
        clock: Clock = SYSTEM_CLOCK,
        max_waiting: int = PLAYED_AHEAD,
        until_stopped: bool = False,
    ) -> None:
        self.info = info
        if isinstance(source, NotificationQueue):
            self._queue, self._played = source, None
        else:
            self._queue, self._played = NotificationQueue(OnFull.WAIT, max_waiting), source
        self._engine = engine
        self.recording = RecordingSink(recorder)
        self._sinks = list(sinks)
        self._singly = False
        self._taps: list[Callable[[Sequence[Notification]], None]] = []
        self._clock = clock
        self._until_stopped = until_stopped
        self._frozen = False
        self._held: deque[Notification] = deque(maxlen=MOST_HELD)
        """What has arrived since the session was frozen, and is not handled yet."""
        self._entered_before: list[Notification] = []
        self._stopped = asyncio.Event()
        self._settled = False
        self._waits_for_stop = False
        self._summed = SessionState()
        self.state = RunState.READY
        """How far the session has come."""
        self._failure: BaseException | None = None
        self._arrived_ns: int | None = None
        self._first_ns: int | None = None
        self._handled_ns = 0
        self._phases: deque[tuple[Phase | None, float]] = deque(maxlen=MOST_PHASES)
        self._lowering: LoweringStarted | None = None
        self._cue: Cue | None = None
        self._calibrating: MarkKind | None = None
        self._links: dict[int, LinkChanged] = {}
        self._battery_percent: int | None = None
        self._restarted: Fault | None = None
        self._warned: DataWarned | None = None

    def add_sink(self, sink: Sink, *, singly: bool = False) -> None:
        """Give `sink` the engine's events from now on.

        `singly` feeds the engine one notification at a time, so that the time of the newest sample
        is that of an analysis of the recording, however many had waited.
        """
        self._sinks.append(sink)
        self._singly |= singly

    def add_tap(self, tap: Callable[[Sequence[Notification]], None]) -> None:
        """Give `tap` the notifications from now on, each before its events."""
        self._taps.append(tap)

    def detach_sinks(self) -> None:
        """Give events to nobody any more; for a session about to be replaced by another."""
        self._sinks.clear()
        self._taps.clear()

    @property
    def reached_s(self) -> float:
        """Arrival of the newest notification that was handled, s; 0 before the first."""
        return s_from_ns(self._handled_ns)

    def mark(self, kind: MarkKind) -> Notification:
        """Put a mark into the stream behind what has arrived, and return it."""
        return self._insert(Notification(self._now_ns, MARK_CHANNEL, kind.value.encode()))

    def enter(self, entry: Entry) -> Notification:
        """Put what the wearer entered into the stream behind what has arrived, and return it.

        Before `run`, it comes first. Raises `InputError` if it makes no sense, as a pain of 11.
        """
        check_entry(entry)
        return self._insert(entry_message(self._now_ns, entry))

    @property
    def _now_ns(self) -> int:
        if self.state is RunState.READY:
            return 0
        return self._handled_ns if self._frozen else self._queue.newest_ns

    def _insert(self, notification: Notification) -> Notification:
        if self.state is RunState.READY:
            self._entered_before.append(notification)
        elif self._waits_for_stop or self._frozen:
            self._handle((notification,))
        else:
            self._queue.insert(notification)
        return notification

    def freeze(self) -> None:
        """Stand still at this moment: what arrives from now on waits, until `resume`.

        What the wearer enters meanwhile belongs to this moment. A session that is stopped while it
        is frozen ends here, and so does its recording.
        """
        self._frozen = True

    def resume(self) -> None:
        """Go on as if the session had never been frozen."""
        self._frozen = False

    def stop(self) -> None:
        """End the session in good order; `run` returns once the source has been closed."""
        self._stopped.set()
        self._queue.close()

    async def run(self) -> None:
        """Run to the end of the source or `stop`; then raises what source or engine raised."""
        if self.state is not RunState.READY:
            raise RuntimeError("a session runs once; make a new one")
        self.state = RunState.RUNNING
        try:
            try:
                await self._work()
            finally:
                self._conclude()
        except Exception as error:
            self._failure = error
            raise
        finally:
            self.state = RunState.FINISHED if self._failure is None else RunState.FAILED

    async def _work(self) -> None:
        """Handle everything that comes, flushing now and then."""
        try:
            async with asyncio.TaskGroup() as group:
                beside = [group.create_task(self._flush_regularly())]
                if self._played is not None and not self._stopped.is_set():
                    beside.append(group.create_task(self._play(self._played)))
                if self._entered_before:
                    self._handle(self._entered_before)
                while batch := await self._queue.take():
                    await self._take(batch)
                if self._until_stopped:
                    await self._stay_open()
                for task in beside:
                    task.cancel()
        except ExceptionGroup as errors:
            raise errors.exceptions[0] from None
        if self._queue.failure is not None:
            raise self._queue.failure

    async def _take(self, batch: Sequence[Notification]) -> None:
        """Handle a batch, after what was held back; while the session is frozen, hold it."""
        self._held.extend(batch)
        while self._held and not self._frozen:
            amount = min(len(self._held), PLAYED_AHEAD)
            self._handle([self._held.popleft() for _ in range(amount)])
            await asyncio.sleep(0)

    async def _play(self, source: Source) -> None:
        """Play a source into the queue; its error is kept for the end."""
        try:
            # A radio is let go of now, not when its stream is collected.
            async with aclosing(source.notifications()) as stream:
                async for notification in stream:
                    while not self._queue.put(notification):
                        if not await self._queue.room():
                            return
        except Exception as error:
            self._queue.close(error)
        else:
            self._queue.close()

    async def _stay_open(self) -> None:
        """Take entries until `stop`; the snapshot already shows how the stream ended."""
        if self._stopped.is_set():
            return
        self._settle()
        self._failure = self._queue.failure
        self.state = RunState.FINISHED if self._failure is None else RunState.FAILED
        self._waits_for_stop = True
        try:
            await self._stopped.wait()
        finally:
            self._waits_for_stop = False

    def _settle(self) -> None:
        """Publish, once, what the end of the stream settles."""
        if not self._settled:
            self._settled = True
            self._publish(self._engine.finish())

    async def _flush_regularly(self) -> None:
        while True:
            await self._clock.sleep(FLUSH_EVERY_S)
            self.recording.flush()

    def _handle(self, batch: Sequence[Notification]) -> None:
        """Keep the bytes, then decode them: bytes that crash a decoder must be on disk."""
        self.recording.write_all(batch)
        for piece in ((each,) for each in batch) if self._singly else (batch,):
            for tap in tuple(self._taps):
                tap(piece)
            samples_before = self._engine.samples
            events = self._engine.feed_many(piece)
            if self._engine.samples > samples_before:
                self._arrived_ns = self._clock.now_ns()
            if self._first_ns is None:
                self._first_ns = piece[0].received_ns
            self._handled_ns = piece[-1].received_ns
            self._publish(events)

    def _publish(self, events: Sequence[Event]) -> None:
        if not events:
            return
        self._summed.accept(events)
        for event in events:
            match event:
                case PhaseStarted(phase=phase):
                    self._phases.append((phase, event.at_s))
                    if phase is Phase.LOCKOUT:
                        self._lowering = None
                case LoweringStarted():
                    self._lowering = event
                case RepCompleted():
                    self._lowering = None
                case SetEnded():
                    self._phases.append((None, event.at_s))
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
                case DataWarned():
                    self._warned = event
                case BatteryRead(percent=percent, device=0):
                    self._battery_percent = percent
                case _:
                    pass
        newest_s = self._engine.newest_s
        for sink in tuple(self._sinks):
            sink.accept(events, newest_s)

    def _conclude(self) -> None:
        """Handle what has arrived, end the stream, close the recording, all without waiting."""
        self._queue.close()
        if self._frozen:
            while self._queue.take_now():
                pass
        try:
            if self._held and not self._frozen:
                self._handle(tuple(self._held))
            while rest := self._queue.take_now():
                self._handle(rest)
            self._settle()
        finally:
            try:
                while rest := self._queue.take_now():
                    self.recording.write_all(rest)
            finally:
                self.recording.close()

    def workout(self, path: str) -> Workout:
        """Return what the session adds up to, as an analysis of its recording at `path` would."""
        first_ns = self._first_ns
        facts = SourceFacts(
            path=path,
            sensor=self.info.sensor,
            rate_hz=self._engine.rate_hz,
            duration_s=None if first_ns is None else self.reached_s - s_from_ns(first_ns),
            samples=self._engine.samples,
        )
        return workout_of(self.info, self._summed, facts)

    def snapshot(self, playback: PlaybackState | None = None) -> SessionSnapshot:
        """Return the session as it is now; `playback` is added by whoever plays it."""
        trace = self._engine.trace
        arrived_ns = self._arrived_ns
        age_s = None if arrived_ns is None else (self._clock.now_ns() - arrived_ns) / NS_PER_S
        return SessionSnapshot(
            info=self.info,
            exercise=exercise_named(self._summed.plan.exercise or self.info.exercise),
            state=self.state,
            failure=None if self._failure is None else str(self._failure),
            position_s=self._engine.newest_s,
            sets=self._summed.sets,
            plan=self._summed.plan,
            pain=self._summed.pain,
            note=self._summed.note,
            phases=tuple(self._phases),
            lowered_s=None if self._lowering is None else self._lowering.at_s,
            cue=self._cue,
            calibrating=self._calibrating,
            link=link.state if (link := self._links.get(0)) is not None else None,
            link_detail=link.detail if link is not None else "",
            second_link=second.state if (second := self._links.get(1)) is not None else None,
            battery_percent=self._battery_percent,
            rate_hz=self._engine.rate_hz,
            samples=self._engine.samples,
            gaps=self._summed.gaps,
            faults=self._summed.faults,
            sample_age_s=age_s,
            recording=self.recording.state,
            recording_failure=self.recording.failure,
            playback=playback,
            trace_time_s=read_only(trace.time_s),
            trace_pitch_deg=read_only(trace.pitch_deg),
            restarted=self._restarted_words,
            warning=self._warning_words,
            heart_rate=self._summed.heart_rate.shown(self.reached_s),
        )

    @property
    def _warning_words(self) -> str:
        """Return what the data showed of late, without what to do about it at a keyboard."""
        warned, now_s = self._warned, self._engine.newest_s
        if warned is None or now_s is None or now_s - warned.at_s > WARNING_SHOWN_S:
            return ""
        return without_remedy(warned.warning.text)

    @property
    def _restarted_words(self) -> str:
        """Return what failed of late, without what only a developer asks for."""
        fault, now_s = self._restarted, self._engine.newest_s
        if fault is None or now_s is None or now_s - fault.at_s > RESTART_SHOWN_S:
            return ""
        return fault.detail.partition(" (")[0]


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


HELD_NOTIFICATIONS: Final = 6000
"""What waits for room on a full disk: a minute of the busiest sensor, some 3 MB."""


class RecordingSink:
    """Writes to a recorder, if there is one; a full disk must not end a set.

    What the recorder refuses waits for a while and is tried again, so somebody who makes room in
    time loses nothing. `tell` is called with a line when recording stops, and when it goes on.
    """

    def __init__(self, recorder: Recorder | None) -> None:
        self._recorder = recorder
        self._waiting: deque[Notification] = deque()
        self._lost = 0
        self.state = RecordingState.OFF if recorder is None else RecordingState.ON
        self.failure: str | None = None
        """Why something is missing from the recording, the reason first; None if nothing is."""
        self.tell: Callable[[str], object] = _to_nobody

    def write_all(self, notifications: Sequence[Notification]) -> None:
        """Keep notifications, in order."""
        if self._recorder is None:
            return
        self._waiting.extend(notifications)
        self._attempt(self._write_waiting)
        while len(self._waiting) > HELD_NOTIFICATIONS:
            # The newest: one gap in the recording is better than many.
            self._waiting.pop()
            self._lost += 1

    def flush(self) -> None:
        """Make sure that what was written survives a crash; try again what was refused."""
        if self._attempt(self._flush):
            self._mended()

    def close(self) -> None:
        """Write what is left and close the file; again is harmless."""
        written = self._attempt(self._write_waiting)
        recorder, self._recorder = self._recorder, None
        self._lost += len(self._waiting)
        self._waiting.clear()
        if recorder is not None and self._attempt(recorder.close) and written:
            self._mended()

    def _write_waiting(self) -> None:
        while self._recorder is not None and self._waiting:
            self._recorder.write(self._waiting[0])
            self._waiting.popleft()

    def _flush(self) -> None:
        self._write_waiting()
        if self._recorder is not None:
            self._recorder.flush()

    def _attempt(self, work: Callable[[], object]) -> bool:
        try:
            work()
        except (OSError, OutputError) as error:
            if self.state is RecordingState.ON:
                self.state = RecordingState.FAILED
                self.failure = _reason_first(error)
                self.tell(
                    _("! not recording: {reason}. Reps are counted all the same.").format(
                        reason=self.failure
                    )
                )
            return False
        return True

    def _mended(self) -> None:
        """Note that everything which waited has reached the disk."""
        if self.state is not RecordingState.FAILED:
            return
        self.state = RecordingState.ON
        if not self._lost:
            self.failure = None
        line = _("recording again: nothing is lost")
        if self._lost:
            line = ngettext(
                "recording again: {packets} packet is lost",
                "recording again: {packets} packets are lost",
                self._lost,
            ).format(packets=self._lost)
        self.tell(line)


def _to_nobody(_line: str) -> None:
    """Tell nobody: on the screen, the snapshot does."""


def _reason_first(error: OSError | OutputError) -> str:
    """Return why a file could not be written, and which: a line may be cut off at its end."""
    if isinstance(error, OutputError):
        return f"{error.problem} ({error.path})"
    return system_words(error)
