"""Scripted stand-ins for what a session plugs together; every one of them is ours."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from tracker.domain import (
    ENTRY_CHANNEL,
    MARK_CHANNEL,
    Event,
    MarkKind,
    Notification,
    SetEnded,
    SetStarted,
    Trace,
    UserCommand,
    read_control_message,
)
from tracker.domain.units import NS_PER_S, ns_from_s, s_from_ns

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable, Sequence

    from numpy.typing import NDArray

SAMPLES = "00000000-0000-0000-0000-00000000abcd"
"""Channel on which the scripted sensor sends samples."""


def samples_every(step_s: float, until_s: float) -> tuple[Notification, ...]:
    """Return a notification for every `step_s` up to and including `until_s`."""
    times = (step_s * number for number in range(1, round(until_s / step_s) + 1))
    return tuple(
        Notification(ns_from_s(time), SAMPLES, number.to_bytes(4, "little"))
        for number, time in enumerate(times)
    )


async def until(condition: Callable[[], bool], turns: int = 1000) -> None:
    """Give the loop its turns until `condition` holds."""
    for _ in range(turns):
        if condition():
            return
        await asyncio.sleep(0)
    raise AssertionError("the condition never came true")


async def in_time(condition: Callable[[], bool]) -> None:
    """Let time pass on the clock on the wall until `condition` holds."""
    for _ in range(3000):
        if condition():
            return
        await asyncio.sleep(0.01)
    raise AssertionError("the condition never came true")


async def settle() -> None:
    """Give every task that can go on as many turns as it could need here."""
    for _ in range(200):
        await asyncio.sleep(0)


class ManualClock:
    """A clock that goes on when told to."""

    def __init__(self) -> None:
        self._now_ns = 0
        self._sleepers: list[tuple[int, asyncio.Event]] = []

    def now_ns(self) -> int:
        return self._now_ns

    async def sleep(self, duration_s: float) -> None:
        if duration_s <= 0.0:
            await asyncio.sleep(0)
            return
        over = asyncio.Event()
        self._sleepers.append((self._now_ns + ns_from_s(duration_s), over))
        await over.wait()

    async def advance(self, duration_s: float) -> None:
        self._now_ns += round(duration_s * NS_PER_S)
        for due_ns, over in self._sleepers:
            if due_ns <= self._now_ns:
                over.set()
        self._sleepers = [sleeper for sleeper in self._sleepers if not sleeper[1].is_set()]
        await settle()


class GatedSource:
    """Plays notifications as far as the test lets time go, and can be paused and hurried."""

    sensor = "scripted"

    def __init__(
        self,
        script: Sequence[Notification],
        *,
        open_until_s: float = 0.0,
        error: Exception | None = None,
        endless: bool = False,
    ) -> None:
        self._script = script
        self._open_until_s = open_until_s
        self._fast_until_s = 0.0
        self._error = error
        self._endless = endless
        self._changed = asyncio.Event()
        self.speed = 1.0
        self.paused = False
        self.yielded = 0
        self.closed = False

    @property
    def fast_until_s(self) -> float:
        return self._fast_until_s

    @fast_until_s.setter
    def fast_until_s(self, time_s: float) -> None:
        self._fast_until_s = time_s
        self._changed.set()

    def pause(self) -> None:
        self.paused = True

    def resume(self) -> None:
        self.paused = False
        self._changed.set()

    def play_to(self, time_s: float) -> None:
        """Let session time go on to `time_s`."""
        self._open_until_s = time_s
        self._changed.set()

    def _may_pass(self, notification: Notification) -> bool:
        open_until_s = max(self._open_until_s, self._fast_until_s)
        return not self.paused and s_from_ns(notification.received_ns) <= open_until_s + 1e-9

    async def notifications(self) -> AsyncGenerator[Notification]:
        try:
            for notification in self._script:
                while not self._may_pass(notification):
                    self._changed.clear()
                    await self._changed.wait()
                self.yielded += 1
                yield notification
            if self._error is not None:
                raise self._error
            if self._endless:
                await asyncio.Event().wait()
        finally:
            self.closed = True


@dataclass(slots=True)
class ScriptedEngine:
    """Says each scripted event once a sample of its time has come, however the stream is cut."""

    said_at: Sequence[tuple[float, Event]] = ()
    """When each event is said, s, and the event; in order."""
    pitch_deg: Callable[[NDArray[np.float64]], NDArray[np.float64]] = np.zeros_like
    """Pitch over session time."""
    ending: tuple[Event, ...] = ()
    """What is said at the end of the stream, if the script had begun by then."""
    broken_after: int | None = None
    """Number of samples after which the engine raises, like one with a defect."""
    newest_s: float | None = None
    samples: int = 0
    finished: int = 0
    batches: list[int] = field(default_factory=list)
    _next: int = 0

    @property
    def rate_hz(self) -> float | None:
        return 100.0 if self.samples > 1 else None

    @property
    def trace(self) -> Trace:
        newest_s = 0.0 if self.newest_s is None else self.newest_s
        count = min(3000, round(newest_s * 100))
        time_s = newest_s - np.arange(count, dtype=np.float64)[::-1] / 100
        return Trace(time_s, self.pitch_deg(time_s))

    def feed_many(self, notifications: Sequence[Notification]) -> tuple[Event, ...]:
        self.batches.append(len(notifications))
        return tuple(event for item in notifications for event in self._feed(item))

    def _feed(self, notification: Notification) -> tuple[Event, ...]:
        at_s = s_from_ns(notification.received_ns)
        if notification.channel == MARK_CHANNEL:
            text = notification.data.decode()
            marked = UserCommand(at_s, text)
            if text == MarkKind.SET_START.value:
                return (marked, SetStarted(at_s, 90))
            if text == MarkKind.SET_STOP.value:
                return (marked, SetEnded(at_s, 90, 0))
            return (marked,)
        if notification.channel == ENTRY_CHANNEL:
            return (read_control_message(notification),)
        self.samples += 1
        if self.broken_after is not None and self.samples > self.broken_after:
            raise ZeroDivisionError("a defect")
        self.newest_s = at_s
        start = self._next
        while self._next < len(self.said_at) and self.said_at[self._next][0] <= at_s + 1e-9:
            self._next += 1
        return tuple(event for _, event in self.said_at[start : self._next])

    def finish(self) -> tuple[Event, ...]:
        self.finished += 1
        return self.ending if self._next else ()


@dataclass(slots=True)
class ListRecorder:
    """Keeps what it was given, and the order of what happened to it."""

    journal: list[Notification | str] = field(default_factory=list)
    full_after: int | None = None
    """Number of notifications after which the disk is full."""

    @property
    def written(self) -> list[Notification]:
        return [entry for entry in self.journal if isinstance(entry, Notification)]

    def write(self, notification: Notification) -> None:
        if self.full_after is not None and len(self.written) >= self.full_after:
            raise OSError(28, "No space left on device")
        self.journal.append(notification)

    def flush(self) -> None:
        self.journal.append("flush")

    def close(self) -> None:
        self.journal.append("close")


@dataclass(slots=True)
class ListSink:
    """Keeps what the engine said."""

    events: list[Event] = field(default_factory=list)
    newest_s: list[float | None] = field(default_factory=list)

    def accept(self, events: Sequence[Event], newest_s: float | None) -> None:
        self.events.extend(events)
        self.newest_s.append(newest_s)
