"""What can happen to notifications between a sensor and the host; only samples are touched."""

from __future__ import annotations

import asyncio
import random
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    Deliver = Callable[[bytes], None]


class Share:
    """Does something to a share of the notifications of some channels.

    Parameters
    ----------
    channels
        UUIDs of the channels that are touched.
    share
        How many of theirs, 0 to 1.
    act
        Delivers a notification in its own way.
    """

    def __init__(
        self,
        channels: Collection[str],
        share: float,
        act: Callable[[bytes, Deliver, random.Random], None],
    ) -> None:
        self.touched = 0
        """How many were."""
        self._channels = channels
        self._share = share
        self._act = act
        self._random = random.Random(7)

    def carry(self, uuid: str, data: bytes, deliver: Deliver) -> None:
        """Deliver a notification, one way or the other."""
        if uuid in self._channels and self._random.random() < self._share:
            self.touched += 1
            self._act(data, deliver, self._random)
        else:
            deliver(data)


def garbage(data: bytes, deliver: Deliver, chance: random.Random) -> None:
    """Deliver other bytes, of any length."""
    deliver(chance.randbytes(chance.randrange(2 * len(data) + 1)))


def truncated(data: bytes, deliver: Deliver, chance: random.Random) -> None:
    """Deliver the beginning."""
    deliver(data[: chance.randrange(len(data))])


def duplicated(data: bytes, deliver: Deliver, _chance: random.Random) -> None:
    """Deliver it twice."""
    deliver(data)
    deliver(data)


def lost(_data: bytes, _deliver: Deliver, _chance: random.Random) -> None:
    """Do not deliver it."""


def delayed(data: bytes, deliver: Deliver, _chance: random.Random) -> None:
    """Deliver it behind the next one or two."""
    asyncio.get_running_loop().call_later(0.08, deliver, data)


class Bursts:
    """A host that looks only now and then: what came meanwhile arrives at once.

    Parameters
    ----------
    every_s
        From one look to the next, s.
    """

    def __init__(self, every_s: float) -> None:
        self._every_s = every_s
        self._waiting: list[tuple[Deliver, bytes]] = []

    def carry(self, _uuid: str, data: bytes, deliver: Deliver) -> None:
        """Keep a notification for the next look."""
        if not self._waiting:
            asyncio.get_running_loop().call_later(self._every_s, self._look)
        self._waiting.append((deliver, data))

    def _look(self) -> None:
        waiting, self._waiting = self._waiting, []
        for deliver, data in waiting:
            deliver(data)
