"""Playing a known session: it can be paused, sped up and searched.

Going back means starting over: a new engine gets the same notifications from the first one on,
without waiting, up to the target. So a seek shows exactly what an uninterrupted run shows there.
Each pass gives its sinks all of its events.

`analyze_notifications` runs a whole stream through the engine at once, without loop or clock.
"""

from __future__ import annotations

import asyncio
import math
from collections import deque
from contextlib import aclosing
from itertools import islice
from typing import TYPE_CHECKING, Final

from tracker.app.clock import SYSTEM_CLOCK
from tracker.app.outline import NO_OUTLINE, outline_of
from tracker.app.session import Session
from tracker.app.snapshot import PlaybackState, RunState
from tracker.domain.units import s_from_ns

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable, Iterable, Iterator, Sequence

    from tracker.app.clock import Clock
    from tracker.app.session import PacedSource, SessionEngine
    from tracker.app.snapshot import SessionSnapshot
    from tracker.domain import Entry, Event, MarkKind, Notification, SessionInfo, Sink

SPEEDS: Final = (0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0)
"""Speeds to step through: a quarter shows a lockout slowly, sixteen skims a workout."""


class Playback:
    """Plays a source; `run` goes on until `stop`, so that the wearer can go back at the end.

    Every pass opens the source at its beginning, builds a fresh engine, and gives all its events
    to the sinks. `end_s` is the session time of the last notification, s; `recording_name` is None
    for a simulated session. `events` reads all of its events at once, in a thread, for `outline`.
    """

    def __init__(
        self,
        info: SessionInfo,
        open_source: Callable[[], PacedSource],
        build_engine: Callable[[], SessionEngine],
        *,
        end_s: float | None = None,
        recording_name: str | None = None,
        clock: Clock = SYSTEM_CLOCK,
        events: Callable[[], Iterable[Event]] | None = None,
    ) -> None:
        self.info = info
        self._read_events = events
        self.outline = NO_OUTLINE
        """What the session holds from its start to its end, once it was read."""
        self._open_source = open_source
        self._build_engine = build_engine
        self._end_s = end_s
        self._recording_name = recording_name
        self._sinks: list[tuple[Sink, bool]] = []
        self._taps: list[Callable[[Sequence[Notification]], None]] = []
        self._clock = clock
        self._speed = 1.0
        self.paused = False
        """Whether the playback is paused."""
        self.target_s = 0.0
        """Where the last seek went, s; events before it are in the past."""
        self._marks: list[Notification] = []
        self._before_seek: SessionSnapshot | None = None
        self._stopped = False
        self._woken = asyncio.Event()
        self._source, self._session = self._begin()

    def _begin(self) -> tuple[PacedSource, Session]:
        """Open the source again and go to the target."""
        source = self._open_source()
        source.speed = self._speed
        session = Session(
            _MarkedSource(self, source, tuple(self._marks)),
            self._build_engine(),
            info=self.info,
            clock=self._clock,
        )
        for sink, singly in self._sinks:
            session.add_sink(sink, singly=singly)
        for tap in self._taps:
            session.add_tap(tap)
        if self.target_s > 0.0:
            _hurry(source)
        elif self.paused:
            source.pause()
        return source, session

    async def run(self) -> None:
        """Play until `stop`; at the end of the source, wait for a seek."""
        while not self._stopped:
            session = self._session
            await session.run()
            if session is self._session and not self._stopped:
                self._woken.clear()
                await self._woken.wait()

    async def read_outline(self) -> None:
        """Find out what the session holds, ahead of the playback; the time line shows it."""
        if self._read_events is not None:
            self.outline = await asyncio.to_thread(
                lambda read: outline_of(read()), self._read_events
            )

    def stop(self) -> None:
        """End the playback; `run` returns."""
        self._stopped = True
        self._session.stop()
        self._woken.set()

    def add_sink(self, sink: Sink, *, singly: bool = False) -> None:
        """Give `sink` the engine's events from now on; `singly` is as for `Session.add_sink`."""
        self._sinks.append((sink, singly))
        self._session.add_sink(sink, singly=singly)

    def add_tap(self, tap: Callable[[Sequence[Notification]], None]) -> None:
        """Give `tap` the notifications from now on, those of every pass."""
        self._taps.append(tap)
        self._session.add_tap(tap)

    def mark(self, kind: MarkKind) -> Notification:
        """Put a mark at the current position; later passes meet it there again."""
        return self._stay(self._session.mark(kind))

    def enter(self, entry: Entry) -> Notification:
        """Put an entry, which stays like a mark; raises `InputError` if it makes no sense."""
        return self._stay(self._session.enter(entry))

    def _stay(self, notification: Notification) -> Notification:
        self._marks.append(notification)
        self._marks.sort(key=lambda known: known.received_ns)
        return notification

    def pause(self) -> None:
        """Pause, or do so once the target is reached."""
        self.paused = True
        if not self.seeking:
            self._source.pause()

    def resume(self) -> None:
        """Go on."""
        self.paused = False
        self._source.resume()

    @property
    def speed(self) -> float:
        """Session seconds per second."""
        return self._speed

    @speed.setter
    def speed(self, speed: float) -> None:
        if speed <= 0.0:
            raise ValueError(f"expected a speed above 0, got {speed}")
        self._speed = speed
        self._source.speed = speed

    def faster(self) -> None:
        """Take the next higher speed, if there is one."""
        self.speed = next((speed for speed in SPEEDS if speed > self._speed), self._speed)

    def slower(self) -> None:
        """Take the next lower speed, if there is one."""
        lower = [speed for speed in SPEEDS if speed < self._speed]
        self.speed = lower[-1] if lower else self._speed

    @property
    def seeking(self) -> bool:
        """Whether the playback is on its way to the target."""
        if self._session.state in (RunState.FINISHED, RunState.FAILED):
            return False
        return self._session.reached_s < self.target_s

    def seek(self, position_s: float) -> None:
        """Go to a session time, s; backwards by starting over, at most to the end."""
        self.target_s = max(0.0, position_s)
        if self._end_s is not None:
            self.target_s = min(self.target_s, self._end_s)
        if self.target_s >= self._session.reached_s:
            _hurry(self._source)
            return
        self._before_seek = self.snapshot()
        replaced = self._session
        # Its end would close the open set for sinks that go on with that set.
        replaced.detach_sinks()
        replaced.stop()
        self._source, self._session = self._begin()
        self._woken.set()

    def seek_by(self, step_s: float) -> None:
        """Go `step_s` seconds on from here, or from a target that is still ahead."""
        self.seek((self.target_s if self.seeking else self._session.reached_s) + step_s)

    def arrive(self, source: PacedSource, reached_s: float) -> None:
        """Return to the chosen speed once `reached_s` is at the target."""
        if source.fast_until_s > reached_s >= self.target_s:
            source.fast_until_s = self.target_s
            if self.paused:
                source.pause()

    def snapshot(self) -> SessionSnapshot:
        """Return the session as it is now; while seeking back, as it was, so nothing flickers."""
        state = PlaybackState(
            paused=self.paused,
            speed=self._speed,
            seeking=self.seeking,
            end_s=self._end_s,
            recording_name=self._recording_name,
        )
        if self._before_seek is not None and state.seeking:
            return self._before_seek
        self._before_seek = None
        return self._session.snapshot(state)


class _MarkedSource:
    """The played source with the marks of earlier passes put back; reports its position."""

    def __init__(
        self, playback: Playback, source: PacedSource, marks: Sequence[Notification]
    ) -> None:
        self.sensor = source.sensor
        self._playback = playback
        self._source = source
        self._marks = deque(marks)

    async def notifications(self) -> AsyncGenerator[Notification]:
        """Yield the source's notifications, with each mark where it was put."""
        async with aclosing(self._source.notifications()) as stream:
            async for notification in stream:
                while self._marks and self._marks[0].received_ns < notification.received_ns:
                    yield self._marks.popleft()
                self._playback.arrive(self._source, s_from_ns(notification.received_ns))
                yield notification
        while self._marks:
            yield self._marks.popleft()


def _hurry(source: PacedSource) -> None:
    """Wait for nothing until the target is reached; in a gap, until its end."""
    source.fast_until_s = math.inf
    source.resume()


def events_of(
    build_engine: Callable[[], SessionEngine], notifications: Iterable[Notification]
) -> Iterator[Event]:
    """Yield the events of a whole session."""
    for event, _ in analyze_notifications(build_engine(), notifications, OUTLINE_BATCH):
        yield event


OUTLINE_BATCH: Final = 50
"""Notifications that are read at once: a screen is drawn between two of them."""


def analyze_notifications(
    engine: SessionEngine,
    notifications: Iterable[Notification],
    batch: int,
    on_progress: Callable[[Sequence[Notification]], object] | None = None,
) -> Iterator[tuple[Event, float | None]]:
    """Feed everything to a fresh engine and yield its events as they come.

    Each comes with the time of the newest sample at that point, s; None before the first. The
    events do not depend on `batch`, the number of notifications that the engine is given at once;
    only when they come does. `on_progress` is given each batch after the engine was. Raises
    `ValueError` if `batch` is less than 1.
    """
    if batch < 1:
        raise ValueError(f"a batch has at least one notification, not {batch}")
    stream = iter(notifications)
    while together := tuple(islice(stream, batch)):
        for event in engine.feed_many(together):
            yield event, engine.newest_s
        if on_progress is not None:
            on_progress(together)
    for event in engine.finish():
        yield event, engine.newest_s
