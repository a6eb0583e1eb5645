"""The shapes of what a session plugs together."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from tracker.domain import Source

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tracker.domain import Event, Notification, Trace


class SessionEngine(Protocol):
    """Notifications in, events out; `tracker.engine.Engine` is the one outside of tests."""

    def feed_many(self, notifications: Sequence[Notification]) -> tuple[Event, ...]:
        """Take notifications in order and say what they mean."""

    def finish(self) -> tuple[Event, ...]:
        """Say what is known at the end of the stream."""

    @property
    def newest_s(self) -> float | None:
        """Session time of the newest sample given, s; None before the first."""

    @property
    def samples(self) -> int:
        """Samples given so far."""

    @property
    def rate_hz(self) -> float | None:
        """Measured samples per second, None until it is known."""

    @property
    def trace(self) -> Trace:
        """The last seconds of motion, for drawing."""


class Recorder(Protocol):
    """Keeps bytes; the recording room's writer is the one outside of tests."""

    def write(self, notification: Notification) -> None:
        """Take one notification."""

    def flush(self) -> None:
        """Make sure that what was written survives a crash."""

    def close(self) -> None:
        """Write what is left and let go of the file."""


class PacedSource(Source, Protocol):
    """A source that plays what is already known, at a pace that can be changed while it plays."""

    speed: float
    """Session seconds per second."""
    fast_until_s: float
    """Session time up to which nothing is waited for, pauses included, s."""

    def pause(self) -> None:
        """Hold the stream where it is."""

    def resume(self) -> None:
        """Let it go on."""
