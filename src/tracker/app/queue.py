"""The bounded queue between a source and the engine.

`asyncio.Queue` cannot be closed on Python 3.11 and hands out one item at a time. This one closes
from any place without waiting, so that no way out of a session can hang on a full queue, and gives
everything that waits in one go, so that an engine that has fallen behind catches up in big blocks.
"""

from __future__ import annotations

import asyncio
from collections import deque
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from tracker.domain import Notification

MOST_WAITING: Final = 1024
"""Notifications that may wait: ten seconds of the busiest sensor (100 packets/s), under 1 MB."""

MOST_AT_ONCE: Final = 256
"""Notifications handed out together: the screen gets its turn every few milliseconds."""


class NotificationQueue:
    """Notifications in order; whoever puts into a full one waits, and nothing is dropped."""

    def __init__(self, most_waiting: int = MOST_WAITING) -> None:
        self._most_waiting = most_waiting
        self._waiting: deque[Notification] = deque()
        self._closed = False
        self._filled = asyncio.Event()
        self._emptied = asyncio.Event()

    async def put(self, notification: Notification) -> None:
        """Append one notification as soon as there is room for it."""
        while len(self._waiting) >= self._most_waiting:
            self._emptied.clear()
            await self._emptied.wait()
        self.put_now(notification)

    def put_now(self, notification: Notification) -> None:
        """Append without waiting; for a key press, which is rare and must not be lost."""
        self._waiting.append(notification)
        self._filled.set()

    def close(self) -> None:
        """Say that nothing more will come; what waits is still handed out."""
        self._closed = True
        self._filled.set()

    async def take(self) -> tuple[Notification, ...]:
        """Wait for notifications and return what is there; empty once closed and drained."""
        while not self._waiting and not self._closed:
            self._filled.clear()
            await self._filled.wait()
        return self.take_now()

    async def drained(self) -> None:
        """Wait until everything that was put in has been handed out."""
        while self._waiting:
            self._emptied.clear()
            await self._emptied.wait()

    def take_now(self) -> tuple[Notification, ...]:
        """Return what waits, at most `MOST_AT_ONCE`."""
        size = min(len(self._waiting), MOST_AT_ONCE)
        self._emptied.set()
        return tuple(self._waiting.popleft() for _ in range(size))
