"""What the firmwares of all makers have in common: a link, subscriptions, and a stream."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Protocol

from tests.radio.wearables.lifter import Stream

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from tests.radio.bluez import Link
    from tests.radio.wearables.lifter import Lifter, Motion

    Pack = Callable[[Motion, slice], Iterable[tuple[str, bytes]]]
    """From a stretch of the motion to notifications, each with its channel."""


class Program(Protocol):
    """What one maker's firmware does with a board."""

    def read(self, uuid: str) -> bytes:
        """Return a value; `AttError` refuses."""

    def write(self, board: Board, uuid: str, data: bytes) -> None:
        """Take a value; `AttError` refuses."""

    def subscribed(self, board: Board, uuid: str) -> None:
        """Act on notifications that were switched on."""

    def unsubscribed(self, board: Board, uuid: str) -> None:
        """Act on notifications that were switched off."""

    def unlinked(self, board: Board) -> None:
        """Act on the end of the connection."""


class Board:
    """A firmware: the common part, and a maker's program.

    Parameters
    ----------
    lifter
        Who wears it.
    program
        What is special about it.
    """

    def __init__(self, lifter: Lifter, program: Program) -> None:
        self.lifter = lifter
        self.enabled: frozenset[str] = frozenset()
        """Characteristics whose notifications are on."""
        self._program = program
        self._link: Link | None = None
        self._streams: dict[str, Stream] = {}
        self._answers: set[asyncio.TimerHandle] = set()

    @property
    def linked(self) -> bool:
        """Whether a central is connected."""
        return self._link is not None

    @property
    def mtu(self) -> int:
        """ATT MTU of the connection."""
        return 0 if self._link is None else self._link.mtu

    @property
    def streaming(self) -> bool:
        """Whether samples are sent."""
        return bool(self._streams)

    def connected(self, link: Link) -> None:
        """Begin with nothing enabled."""
        self._link = link
        self.enabled = frozenset()

    def disconnected(self) -> None:
        """Be silent; what the program does about it is its own matter."""
        self._link = None
        self.enabled = frozenset()
        for answer in self._answers:
            answer.cancel()
        self._answers.clear()
        self._program.unlinked(self)

    def read(self, uuid: str) -> bytes:
        """Return a value."""
        return self._program.read(uuid)

    def write(self, uuid: str, data: bytes) -> None:
        """Take a value."""
        self._program.write(self, uuid, data)

    def subscribed(self, uuid: str) -> None:
        """Switch notifications of a characteristic on."""
        self.enabled |= {uuid}
        self._program.subscribed(self, uuid)

    def unsubscribed(self, uuid: str) -> None:
        """Switch them off."""
        self.enabled -= {uuid}
        self._program.unsubscribed(self, uuid)

    def notify(self, uuid: str, data: bytes) -> None:
        """Send a notification to who has enabled it."""
        if self._link is not None and uuid in self.enabled:
            self._link.notify(uuid, data)

    def answer(self, uuid: str, data: bytes, after_s: float = 0.02) -> None:
        """Send a notification a little later, as long as the connection lasts."""
        loop = asyncio.get_running_loop()
        due = loop.time()
        self._answers = {each for each in self._answers if each.when() > due}
        self._answers.add(loop.call_later(after_s, self.notify, uuid, data))

    def play(self, rate_hz: int, block: int, pack: Pack, name: str = "") -> None:
        """Stream what the lifter does, in blocks of samples, in place of what was streamed.

        A board with several streams names them.
        """
        self.halt(name)
        motion = self.lifter.motion(rate_hz)

        def send(place: slice) -> None:
            for uuid, data in pack(motion, place):
                self.notify(uuid, data)

        self._streams[name] = Stream(self.lifter, motion, block, send)

    def plays(self, name: str) -> bool:
        """Say whether one of several streams runs."""
        return name in self._streams

    def halt(self, name: str | None = None) -> None:
        """End a stream, or all of them."""
        for each in [name] if name is not None else list(self._streams):
            stream = self._streams.pop(each, None)
            if stream is not None:
                stream.stop()
