"""Receives what one sensor sends: timestamps, queues, and shows responses to a running script."""

from __future__ import annotations

import asyncio
from collections import deque
from contextlib import contextmanager
from typing import TYPE_CHECKING

from tracker.domain import LinkState, Notification, battery_message, link_message
from tracker.sensors import MAX_RESPONSES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tracker.ble.ports import Clock, NotificationSink
    from tracker.sensors import SensorFamily


class NotificationReceiver:
    """The target of the radio's callbacks; also announces the state of the link.

    `clock` timestamps what goes into `sink`, since `origin_ns`, its time at session second 0.
    """

    def __init__(
        self, sink: NotificationSink, clock: Clock, origin_ns: int, device: int = 0
    ) -> None:
        self._sink = sink
        self._clock = clock
        self._origin_ns = origin_ns
        self.device = device
        """Number of the sensor in the session; reps are counted with 0."""
        self._responses: ResponseBuffer | None = None
        self._followed: SensorFamily | None = None
        self.newest_samples_ns: int | None = None
        """Session time of the newest samples of the followed sensor, ns; None before the first."""

    @property
    def now_ns(self) -> int:
        """Session time, ns."""
        return self._clock.now_ns() - self._origin_ns

    def follow(self, family: SensorFamily) -> None:
        """Tell samples from replies as this family sends them; none have come yet."""
        self._followed, self.newest_samples_ns = family, None

    def receive(self, channel: str, data: bytes) -> None:
        """Timestamp and queue a value; the callback of every subscription."""
        notification = Notification(self.now_ns, channel, data, self.device)
        if self._followed is not None and self._followed.is_of_stream(channel, data):
            self.newest_samples_ns = notification.received_ns
        self._sink.put(notification)
        if self._responses is not None:
            self._responses.add(notification)

    def announce(self, state: LinkState, detail: str = "") -> None:
        """Queue the state of the link."""
        self._sink.put(link_message(self.now_ns, state, self.device, detail))

    def announce_battery(self, percent: int) -> None:
        """Queue the charge of the sensor."""
        self._sink.put(battery_message(self.now_ns, percent, self.device))

    @contextmanager
    def collecting(self) -> Iterator[ResponseBuffer]:
        """Keep what arrives inside the context, for a script; one script at a time."""
        self._responses = ResponseBuffer()
        try:
            yield self._responses
        finally:
            self._responses = None


class ResponseBuffer:
    """What has arrived since a script began, oldest first: the newest `MAX_RESPONSES`."""

    def __init__(self) -> None:
        self._kept: deque[Notification] = deque(maxlen=MAX_RESPONSES)
        self._count = 0
        self._count_at_request = 0
        self._arrival = asyncio.Event()

    @property
    def responses(self) -> tuple[Notification, ...]:
        """Everything that is kept."""
        return tuple(self._kept)

    def add(self, notification: Notification) -> None:
        """Keep one more."""
        self._kept.append(notification)
        self._count += 1
        self._arrival.set()

    def mark_request(self) -> None:
        """Note that a request begins: only what arrives from now on can be its response."""
        self._count_at_request = self._count

    async def response(self, matches: Callable[[Notification], bool]) -> Notification:
        """Wait for the first matching notification since the request."""
        examined = self._count_at_request
        while True:
            unseen = self._count - examined
            recent = list(self._kept)[-unseen:] if unseen else []
            examined = self._count
            for notification in recent:
                if matches(notification):
                    return notification
            self._arrival.clear()
            await self._arrival.wait()
