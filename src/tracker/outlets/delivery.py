"""From a session to a reader that may be slow, stalled or gone.

Theory of operation
-------------------
A session gives its events to a `Delivery`, which puts them into a queue and returns. A thread
takes them out and gives them to one `Outlet`, which may block for as long as it likes. So a
training never waits for a reader, and a reader that comes back finds everything in order. The
queue is in memory and bounded by `MOST_WAITING`.
"""

from __future__ import annotations

import threading
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Protocol

from tracker.domain import TrackerError
from tracker.language import _

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from tracker.domain import Event, Notification, SessionInfo, Sink

MOST_WAITING: Final = 100_000
"""Items that may wait for a reader: events of a whole day of training, or the samples of a
quarter of an hour. An event takes about 1 kB."""


@dataclass(frozen=True, slots=True)
class Began:
    """A session begins; what follows is of it."""

    info: SessionInfo


@dataclass(frozen=True, slots=True)
class Emitted:
    """An event, as it was emitted."""

    event: Event
    emitted_s: float | None
    """Time of the newest sample that the engine had been given, s; None before the first."""


@dataclass(frozen=True, slots=True)
class Arrived:
    """What a sensor sent, as bytes; only for an outlet that asks for it."""

    notifications: tuple[Notification, ...]


Item = Began | Emitted | Arrived


class Waiting:
    """What waits for an outlet, in order; iterating waits for more, and ends with the sessions."""

    def __init__(self, most: int = MOST_WAITING) -> None:
        self._items: deque[Item] = deque()
        self._most = most
        self._changed = threading.Condition()
        self._closed = False
        self.most_waited = 0
        """Most items that have waited at once."""
        self.lost = 0
        """Items that found no room."""

    def __len__(self) -> int:
        return len(self._items)

    def __iter__(self) -> Iterator[Item]:
        while items := self.take():
            yield from items

    def put(self, items: Sequence[Item]) -> None:
        """Queue items without waiting; what finds no room is counted and dropped."""
        with self._changed:
            room = max(0, self._most - len(self._items))
            self._items.extend(items[:room])
            self.lost += len(items) - len(items[:room])
            self.most_waited = max(self.most_waited, len(self._items))
            self._changed.notify()

    def close(self) -> None:
        """Note that nothing more comes."""
        with self._changed:
            self._closed = True
            self._changed.notify()

    def take(self) -> tuple[Item, ...]:
        """Wait for items and return all that are there; empty once nothing more comes."""
        with self._changed:
            self._changed.wait_for(lambda: self._items or self._closed)
            items = tuple(self._items)
            self._items.clear()
        return items


class Outlet(Protocol):
    """Where live events go."""

    @property
    def name(self) -> str:
        """What people call it."""

    @property
    def wants_bytes(self) -> bool:
        """Whether it wants what the sensors send, too."""

    def run(self, waiting: Waiting, tell: Callable[[str], object]) -> None:
        """Deliver what waits until nothing more comes; runs on a thread of its own and may block.

        `tell` takes lines for the terminal. Raises what ends the delivery for good.
        """


class Attachable(Protocol):
    """A session, or what plays one again and again."""

    info: SessionInfo

    def add_sink(self, sink: Sink, *, singly: bool = False) -> None:
        """Give `sink` the events."""

    def add_tap(self, tap: Callable[[Sequence[Notification]], None]) -> None:
        """Give `tap` what arrives."""


class Delivery:
    """Delivers the events of sessions to an outlet, in the background, from now until `close`."""

    def __init__(self, outlet: Outlet, tell: Callable[[str], object]) -> None:
        self.outlet = outlet
        self.waiting: Final = Waiting()
        self._tell = tell
        self._failure: Exception | None = None
        # What is not taken when the program ends must not keep it from ending.
        self._thread = threading.Thread(target=self._run, name=f"to {outlet.name}", daemon=True)
        self._thread.start()

    def attach(self, session: Attachable) -> None:
        """Deliver what a session emits from now on.

        It feeds its engine one notification at a time then, so that `emitted_s` is exact.
        """
        self._put((Began(session.info),))
        session.add_sink(self, singly=True)
        if self.outlet.wants_bytes:
            session.add_tap(lambda arrived: self._put((Arrived(tuple(arrived)),)))

    def accept(self, events: Sequence[Event], newest_s: float | None) -> None:
        """Take events; never waits."""
        self._put(tuple(Emitted(event, newest_s) for event in events))

    def end(self) -> None:
        """Note that nothing more comes."""
        self.waiting.close()

    def wait(self, timeout_s: float) -> bool:
        """Wait for the reader to take everything, and return whether it has, or is gone."""
        self._thread.join(timeout_s)
        return not self._thread.is_alive()

    def check(self) -> None:
        """Raise `TrackerError` if something did not get to the reader, unless it went away."""
        if isinstance(self._failure, BrokenPipeError):
            return
        if self._failure is not None:
            raise TrackerError(
                _("The events to {reader} are not complete.").format(reader=self.outlet.name)
            )
        if self._thread.is_alive():
            raise TrackerError(
                _("{reader} did not take all of the events in time.").format(
                    reader=self.outlet.name
                )
            )
        if self.waiting.lost:
            raise TrackerError(
                _("{reader} took no events for so long that {number} were dropped.").format(
                    reader=self.outlet.name, number=self.waiting.lost
                )
            )

    def _put(self, items: Sequence[Item]) -> None:
        if self._failure is None:
            self.waiting.put(items)

    def _run(self) -> None:
        try:
            self.outlet.run(self.waiting, self._tell)
        except BrokenPipeError as error:
            self._failure = error
            self._tell(
                _("nobody reads the events at {reader} any more").format(reader=self.outlet.name)
            )
        except Exception as error:  # a training goes on whatever happens to its readers
            self._failure = error
            self._tell(
                _("! no more events to {reader}: {reason}").format(
                    reader=self.outlet.name, reason=error
                )
            )
