"""A look at what a sensor sends before it is trained with: a trace, its rate, its faults."""

from __future__ import annotations

import asyncio
from collections import deque
from itertools import pairwise
from typing import TYPE_CHECKING, Final

import numpy as np

from tracker.ble import examine
from tracker.domain import (
    RESERVED_CHANNELS,
    BatteryRead,
    Frame,
    LinkChanged,
    LinkState,
    announced,
)

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from numpy.typing import NDArray

    from tracker.ble import Checkup
    from tracker.domain import Decoder, Fault, Notification

CHECK_S: Final = 5.0
"""Three seconds of data, whatever a slow sensor needs for its first packets, and its battery."""

KEPT_S: Final = 10.0
"""What is looked at: long enough for a still second, short enough to forget a bad start."""


class LiveCheck:
    """Decodes what comes and keeps the last seconds of it.

    Parameters
    ----------
    decoder
        A fresh one of the sensor's.
    """

    def __init__(self, decoder: Decoder) -> None:
        self._decoder = decoder
        self._results: deque[Frame | Fault] = deque()
        self.link: LinkState | None = None
        """How the connection is; None before it said so."""
        self.battery_percent: int | None = None
        """Charge, once the sensor told it."""
        self.ended = asyncio.Event()
        """Set once nothing more will come."""

    async def watch(self, notifications: AsyncIterator[Notification]) -> None:
        """Take everything that comes, to the end of the stream."""
        try:
            async for notification in notifications:
                self.feed(notification)
        finally:
            self.ended.set()

    def feed(self, notification: Notification) -> None:
        """Take one notification."""
        if notification.channel not in RESERVED_CHANNELS:
            decoded = self._decoder.feed(notification)
            # What the start script heard is needed to decode, but says nothing about the rate.
            if self.link in (None, LinkState.STREAMING):
                self._results.extend(decoded)
                self._forget()
            return
        match announced(notification):
            case BatteryRead(percent=percent):
                self.battery_percent = percent
            case LinkChanged(state=state):
                self.link = state
            case _:
                pass

    def _forget(self) -> None:
        """Let go of what is older than what is looked at."""
        newest_s = next(
            (r.received_s for r in reversed(self._results) if isinstance(r, Frame)), 0.0
        )
        while self._results:
            oldest = self._results[0]
            at_s = oldest.received_s if isinstance(oldest, Frame) else oldest.at_s
            if at_s >= newest_s - KEPT_S:
                return
            self._results.popleft()

    @property
    def seconds(self) -> float:
        """How much was seen, s, at most `KEPT_S`."""
        times_s = [result.received_s for result in self._results if isinstance(result, Frame)]
        return times_s[-1] - times_s[0] if times_s else 0.0

    @property
    def checkup(self) -> Checkup:
        """What it shows, in numbers."""
        return examine(self._results, self.battery_percent)

    def trace(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return arrival times, s, shape (n,), and the size of the acceleration, m/s², shape (n,).

        Samples that came together are spread over the time since the packet before.
        """
        frames = [result for result in self._results if isinstance(result, Frame)]
        times_s, sizes = [], []
        for before, frame in pairwise(frames):
            count = len(frame.acc_mps2)
            share = (np.arange(count) + 1.0) / max(count, 1)
            times_s.append(before.received_s + share * (frame.received_s - before.received_s))
            sizes.append(np.linalg.norm(frame.acc_mps2, axis=1))
        if not times_s:
            return np.empty(0), np.empty(0)
        return np.concatenate(times_s), np.concatenate(sizes)
