"""The one queue between whatever sends notifications and the engine.

It is bounded, and `on_full` says what happens at the bound. A radio can't be made to wait, so what
does not fit is dropped, and the place where it is missing says how much was lost. A file or the
simulator waits for room.

`asyncio.Queue` can't be closed on Python 3.11 and hands out one item at a time. This one closes
from anywhere without waiting, so no way out of a session can hang on a full queue, and it hands
out everything that waits at once, so an engine that has fallen behind catches up in big blocks.
"""

from __future__ import annotations

import asyncio
from collections import deque
from enum import Enum
from typing import TYPE_CHECKING, Final

from tracker.domain import RESERVED_CHANNELS, overrun_message

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from tracker.domain import Notification

MAX_WAITING: Final = 4096
"""Forty seconds of the busiest sensor, 1 MB: longer than a laptop's disk takes to wake up."""

MAX_AT_ONCE: Final = 256
"""Notifications handed out together: the screen gets its turn every few milliseconds."""


class OnFull(Enum):
    """What a full queue does with the next notification."""

    DROP_AND_REPORT = "drop"
    """For a radio. Drop it and report how many were lost; control messages are few and always
    fit."""
    WAIT = "wait"
    """For files and the simulator. Refuse it; the sender waits for `room`."""


class NotificationQueue:
    """Notifications in order of arrival, for one reader; at most `max_waiting` wait."""

    def __init__(self, on_full: OnFull, max_waiting: int = MAX_WAITING) -> None:
        self._on_full = on_full
        self._max_waiting = max_waiting
        self._waiting: deque[Notification] = deque()
        self._dropped = 0
        self._closed = False
        self._filled = asyncio.Event()
        self._emptied = asyncio.Event()
        self.failure: Exception | None = None
        """Why the sender closed the queue early; None if it did not."""
        self.newest_ns = 0
        """Arrival of the newest notification, ns; 0 before the first."""

    def put(self, notification: Notification) -> bool:
        """Append a notification and return True, or return False if it was not taken."""
        if self._closed:
            return False
        if len(self._waiting) >= self._max_waiting:
            if self._on_full is OnFull.WAIT:
                return False
            if notification.channel not in RESERVED_CHANNELS:
                self._dropped += 1
                return False
        self._report_dropped(notification.received_ns)
        self.newest_ns = notification.received_ns
        self.insert(notification)
        return True

    def insert(self, notification: Notification) -> None:
        """Append, full or not: for a key press, which is rare and must not be lost."""
        self._waiting.append(notification)
        self._filled.set()

    def _report_dropped(self, at_ns: int) -> None:
        if self._dropped:
            self.insert(overrun_message(at_ns, self._dropped))
            self._dropped = 0

    async def room(self) -> bool:
        """Wait until something may be put; return False once the queue is closed."""
        while len(self._waiting) >= self._max_waiting and not self._closed:
            self._emptied.clear()
            await self._emptied.wait()
        return not self._closed

    def close(self, error: Exception | None = None) -> None:
        """Accept nothing more; what waits is still handed out, then `error` is `failure`."""
        if not self._closed:
            self.failure = error
        self._report_dropped(self.newest_ns)
        self._closed = True
        self._filled.set()
        self._emptied.set()

    async def take(self) -> tuple[Notification, ...]:
        """Wait for notifications and return what is there; empty once closed and drained."""
        while not self._waiting and not self._closed:
            self._filled.clear()
            await self._filled.wait()
        return self.take_now()

    def take_now(self) -> tuple[Notification, ...]:
        """Return what waits, at most `MAX_AT_ONCE`."""
        size = min(len(self._waiting), MAX_AT_ONCE)
        self._emptied.set()
        return tuple(self._waiting.popleft() for _ in range(size))

    async def notifications(self) -> AsyncGenerator[Notification]:
        """Yield everything one by one; at the end, raises what `close` was given."""
        while batch := await self.take():
            for notification in batch:
                yield notification
        if self.failure is not None:
            raise self.failure
