"""Hears one sensor: stamps what it sends, puts it into the inbox, and lets a script listen in.

The bounded buffer between the radio, which cannot wait, and the session, which may be busy.

What does not fit is dropped, and the place where it is missing says how much was: no loss is
silent. Announcements are few and always fit.
"""

from __future__ import annotations

import asyncio
from collections import deque
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from tracker.domain import (
    RESERVED_CHANNELS,
    LinkState,
    Notification,
    battery_message,
    link_message,
    overrun_message,
)
from tracker.sensors import MOST_HEARD

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tracker.ble.ports import Clock, NotificationSink


class NotificationReceiver:
    """What the radio's callbacks call; also says what the link itself has to say.

    Parameters
    ----------
    inbox
        Where everything goes.
    clock
        Stamps it.
    origin_ns
        Clock time of session second 0, ns.
    device
        Number of the sensor in the session.
    """

    def __init__(
        self, inbox: NotificationSink, clock: Clock, origin_ns: int, device: int = 0
    ) -> None:
        self._inbox = inbox
        self._clock = clock
        self._origin_ns = origin_ns
        self._device = device
        self._listening: ResponseBuffer | None = None
        self._newest_ns: dict[str, int] = {}

    @property
    def now_ns(self) -> int:
        """Session time, ns."""
        return self._clock.now_ns() - self._origin_ns

    def newest_ns(self, channel: str) -> int | None:
        """Return the session time of the newest notification of a channel, ns."""
        return self._newest_ns.get(channel)

    def on(self, channel: str) -> Callable[[bytes], None]:
        """Return the callback of a channel."""
        return lambda data: self.hear(channel, data)

    def hear(self, channel: str, data: bytes) -> None:
        """Stamp and enqueue."""
        notification = Notification(self.now_ns, channel, data, self._device)
        self._newest_ns[channel] = notification.received_ns
        self._inbox.put(notification)
        if self._listening is not None:
            self._listening.take(notification)

    def tell(self, state: LinkState, detail: str = "") -> None:
        """Announce how the link is."""
        self._inbox.put(link_message(self.now_ns, state, self._device, detail))

    def tell_battery(self, percent: int) -> None:
        """Announce the charge."""
        self._inbox.put(battery_message(self.now_ns, percent, self._device))

    @contextmanager
    def listening(self) -> Iterator[ResponseBuffer]:
        """Keep what is heard inside, for a script; one script at a time."""
        self._listening = ResponseBuffer()
        try:
            yield self._listening
        finally:
            self._listening = None


class ResponseBuffer:
    """What was heard since a script began, oldest first, the newest `MOST_HEARD` of it."""

    def __init__(self) -> None:
        self._heard: deque[Notification] = deque(maxlen=MOST_HEARD)
        self._taken = 0
        self._asked_at = 0
        self._news = asyncio.Event()

    @property
    def heard(self) -> tuple[Notification, ...]:
        """Everything that is kept."""
        return tuple(self._heard)

    def take(self, notification: Notification) -> None:
        """Keep one more."""
        self._heard.append(notification)
        self._taken += 1
        self._news.set()

    def ask(self) -> None:
        """Take note that a question begins: answers from now on are answers to it."""
        self._asked_at = self._taken

    async def answer(self, fits: Callable[[Notification], bool]) -> Notification:
        """Wait for the first notification since the question that fits."""
        looked_at = self._asked_at
        while True:
            unseen = self._taken - looked_at
            recent = list(self._heard)[-unseen:] if unseen else []
            looked_at = self._taken
            for notification in recent:
                if fits(notification):
                    return notification
            self._news.clear()
            await self._news.wait()


MOST_WAITING: Final = 4096
"""Forty seconds of the busiest sensor (100 packets/s), about 1 MB: longer than a laptop's disk
takes to wake up."""


class NotificationQueue:
    """Notifications in the order of arrival, for one reader."""

    def __init__(self, most_waiting: int = MOST_WAITING) -> None:
        self._most_waiting = most_waiting
        self._waiting: deque[Notification] = deque()
        self._dropped = 0
        self._closed = False
        self._failure: Exception | None = None
        self._filled = asyncio.Event()

    def put(self, notification: Notification) -> bool:
        """Append one notification and return True, or count it as dropped; never waits."""
        if self._closed:
            return False
        reserved = notification.channel in RESERVED_CHANNELS
        if len(self._waiting) >= self._most_waiting and not reserved:
            self._dropped += 1
            return False
        if self._dropped:
            self._waiting.append(overrun_message(notification.received_ns, self._dropped))
            self._dropped = 0
        self._waiting.append(notification)
        self._filled.set()
        return True

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
