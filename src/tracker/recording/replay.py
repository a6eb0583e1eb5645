"""Replays notifications at the speed at which they arrived, or any other.

Pacing is a line through one anchor: a time on the clock, and the stream time that belongs to it.
Whatever changes the pace (a new speed, a pause, the end of a fast stretch) moves the anchor to
where the stream is now, so the stream neither jumps nor stalls.
"""

from __future__ import annotations

import asyncio
import math
from typing import TYPE_CHECKING, Final, Protocol

from tracker.domain.units import NS_PER_S, s_from_ns

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable, Iterator

    from tracker.domain import Notification, SessionInfo

MAX_NAP_S: Final = 0.1
"""Longest single sleep, s: a new speed, a pause or a jump takes effect within it."""

MAX_BURST: Final = 64
"""Notifications given without waiting before other tasks get a turn: at a few tenths of a
millisecond each in the engine, a screen stays smooth."""

MAX_LAG_NS: Final = NS_PER_S
"""If the stream is later than this, it goes on from where it is: after a laptop slept for an hour,
or with a consumer that is slower than the chosen speed, there is no catching up."""


class Clock(Protocol):
    """The clock that paces the stream."""

    def now_ns(self) -> int:
        """Nanoseconds since any fixed origin."""

    async def sleep(self, duration_s: float, /) -> None:
        """Let `duration_s` seconds pass; with 0, let other tasks have a turn."""


class ReplaySource:
    """A source that plays notifications, each pass from the first one.

    `open_notifications` is called once per pass. `speed` is in stream seconds per second;
    `math.inf` never waits.
    """

    def __init__(
        self,
        info: SessionInfo,
        open_notifications: Callable[[], Iterator[Notification]],
        clock: Clock,
        *,
        speed: float = 1.0,
    ) -> None:
        self.info: Final = info
        self.sensor = info.sensor
        self._open_notifications: Final = open_notifications
        self._clock: Final = clock
        self._speed = _checked(speed)
        self._fast_until_s = -math.inf
        self._paused = False
        self._woken: Final = asyncio.Event()
        self._position_ns: int | None = None
        self._next_ns: int | None = None
        self._anchor: tuple[int, float] | None = None
        """Clock and stream time that belong together, ns; None while it does not wait."""

    @property
    def position_s(self) -> float | None:
        """Session time of the last notification given, s; None before the first."""
        return None if self._position_ns is None else s_from_ns(self._position_ns)

    @property
    def speed(self) -> float:
        """Stream seconds per second; can be set while the stream runs."""
        return self._speed

    @speed.setter
    def speed(self, speed: float) -> None:
        speed = _checked(speed)
        self._move_anchor()
        self._speed = speed

    @property
    def fast_until_s(self) -> float:
        """Session time until which it does not wait, not even in a pause, s; can be set."""
        return self._fast_until_s

    @fast_until_s.setter
    def fast_until_s(self, fast_until_s: float) -> None:
        self._fast_until_s = fast_until_s
        self._woken.set()

    def pause(self) -> None:
        """Hold the stream where it is; idempotent."""
        if not self._paused:
            self._move_anchor()
            self._paused = True

    def resume(self) -> None:
        """Let the stream go on from where it was held."""
        if self._paused:
            self._paused = False
            if self._anchor is not None:
                self._anchor = (self._clock.now_ns(), self._anchor[1])
            self._woken.set()

    async def notifications(self) -> AsyncGenerator[Notification]:
        """Yield each notification when it is due; every call starts over."""
        self._position_ns = self._next_ns = self._anchor = None
        burst = 0
        for notification in self._open_notifications():
            self._next_ns = notification.received_ns
            burst = 0 if await self._wait_for(notification.received_ns) else burst + 1
            if burst >= MAX_BURST:
                await self._clock.sleep(0.0)
                burst = 0
            self._position_ns = notification.received_ns
            yield notification

    async def _wait_for(self, due_ns: int) -> bool:
        """Return once the stream may go on to `due_ns`; True if it had to wait."""
        waited = False
        while True:
            if s_from_ns(due_ns) < self._fast_until_s:
                self._anchor = None
                return waited
            if self._paused:
                self._woken.clear()
                await self._woken.wait()
                waited = True
                continue
            if math.isinf(self._speed):
                self._anchor = None
                return waited
            if self._anchor is None:
                self._anchor = (self._clock.now_ns(), self._place_before(due_ns))
            clock_ns, stream_ns = self._anchor
            remaining_ns = (due_ns - stream_ns) / self._speed - (self._clock.now_ns() - clock_ns)
            if remaining_ns <= 0.0:
                if remaining_ns < -MAX_LAG_NS:
                    self._anchor = (self._clock.now_ns(), due_ns)
                return waited
            await self._clock.sleep(min(remaining_ns / NS_PER_S, MAX_NAP_S))
            waited = True

    def _place_before(self, due_ns: int) -> int:
        """Return where pacing starts: at the last notification, or where the fast stretch ends."""
        if self._position_ns is None:
            return due_ns
        fast_until_ns = self._fast_until_s * NS_PER_S
        reached_ns = self._position_ns
        if math.isfinite(fast_until_ns):
            reached_ns = max(reached_ns, round(fast_until_ns))
        return min(reached_ns, due_ns)

    def _move_anchor(self) -> None:
        """Move the anchor to where the stream is now, but not beyond the next notification."""
        if self._anchor is None or self._paused:
            return
        now_ns = self._clock.now_ns()
        clock_ns, stream_ns = self._anchor
        reached_ns = stream_ns + (now_ns - clock_ns) * self._speed
        if self._next_ns is not None:
            reached_ns = min(reached_ns, self._next_ns)
        self._anchor = (now_ns, reached_ns)


def _checked(speed: float) -> float:
    if not speed > 0.0:
        raise ValueError(f"expected a speed above 0, got {speed}")
    return speed
