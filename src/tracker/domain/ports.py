"""The shapes of the parts that are plugged together; no base classes, only protocols."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, runtime_checkable

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator, Sequence

    from tracker.domain.events import Event, Fault
    from tracker.domain.samples import Frame, FrameRun, Notification


class Decoder(Protocol):
    """Bytes in, samples out. Keeps what a sensor's format needs between packets, does no I/O."""

    def feed(self, notification: Notification) -> tuple[Frame | Fault, ...]:
        """Decode one notification; never raises on bytes, trouble comes back as a `Fault`."""


@runtime_checkable
class RunDecoder(Decoder, Protocol):
    """A decoder that is also fast on files, where the notifications of an hour come at once."""

    def feed_run(
        self, notifications: Sequence[Notification]
    ) -> Iterator[Frame | FrameRun | Fault]:
        """Decode notifications to what `feed` makes of them one by one, equal to the last bit."""


class Source(Protocol):
    """A radio, a recording or a simulator: all three look the same from here."""

    sensor: str
    """Kind of the sensor whose decoder understands the notifications."""

    def notifications(self) -> AsyncIterator[Notification]:
        """Yield what arrives, in order, until the source ends."""


class Sink(Protocol):
    """Somebody who wants to know what the engine said."""

    def accept(self, events: Sequence[Event], newest_s: float) -> None:
        """Take events, said when the newest sample given to the engine was of `newest_s`."""
