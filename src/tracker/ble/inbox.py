"""The bounded buffer between the radio, which cannot wait, and the session, which may be busy.

What does not fit is dropped, and the place where it is missing says how much was: no loss is
silent. Announcements are few and always fit.
"""

from __future__ import annotations

import asyncio
from collections import deque
from typing import TYPE_CHECKING, Final

from tracker.domain import RESERVED_CHANNELS, overrun_announcement

if TYPE_CHECKING:
    from tracker.domain import Notification

MOST_WAITING: Final = 4096
"""Forty seconds of the busiest sensor (100 packets/s), about 1 MB: longer than a laptop's disk
takes to wake up."""


class Inbox:
    """Notifications in the order of arrival, for one reader."""

    def __init__(self, most_waiting: int = MOST_WAITING) -> None:
        self._most_waiting = most_waiting
        self._waiting: deque[Notification] = deque()
        self._dropped = 0
        self._closed = False
        self._failure: Exception | None = None
        self._filled = asyncio.Event()

    def put(self, notification: Notification) -> None:
        """Append one notification, or count it as dropped; never waits."""
        if self._closed:
            return
        reserved = notification.channel in RESERVED_CHANNELS
        if len(self._waiting) >= self._most_waiting and not reserved:
            self._dropped += 1
            return
        if self._dropped:
            self._waiting.append(overrun_announcement(notification.received_ns, self._dropped))
            self._dropped = 0
        self._waiting.append(notification)
        self._filled.set()

    def close(self) -> None:
        """Say that nothing more will come; what waits can still be taken."""
        self._closed = True
        self._filled.set()

    def fail(self, error: Exception) -> None:
        """Close, and let the reader have `error` after what waits."""
        self._failure = error
        self.close()

    async def take(self) -> Notification | None:
        """Wait for the next notification; None once closed and empty.

        Raises
        ------
        Exception
            What `fail` was given.
        """
        while not self._waiting:
            if self._failure is not None:
                raise self._failure
            if self._closed:
                return None
            self._filled.clear()
            await self._filled.wait()
        return self._waiting.popleft()
