"""The only place that reads a clock."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import Final, Protocol


class Clock(Protocol):
    """The time that a session depends on; tests set it themselves."""

    def now_ns(self) -> int:
        """Nanoseconds since an origin that stays the same while the program runs."""

    async def sleep(self, duration_s: float) -> None:
        """Let `duration_s` seconds pass."""


class SystemClock:
    """The machine's finest monotonic clock: setting the wall clock does not move it.

    On Windows, `time.monotonic` moves in steps of 16 ms: more than a packet takes.
    """

    def now_ns(self) -> int:
        """Nanoseconds since an arbitrary origin."""
        return time.perf_counter_ns()

    async def sleep(self, duration_s: float) -> None:
        """Let `duration_s` seconds pass."""
        import asyncio

        await asyncio.sleep(duration_s)


SYSTEM_CLOCK: Final = SystemClock()
"""The clock of everything that is not a test; it has no state."""


def local_now() -> datetime:
    """Return the wall-clock time in the zone of this computer, with its offset from UTC."""
    return datetime.now(UTC).astimezone()
