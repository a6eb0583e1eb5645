"""A loop whose time passes as fast as nothing happens: an hour of waiting takes no time at all."""

from __future__ import annotations

import asyncio
import selectors
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Coroutine

T = TypeVar("T")


class _Impatient(selectors.DefaultSelector):
    """Moves the hands of the loop instead of waiting."""

    loop: VirtualLoop

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout is None:
            raise AssertionError("nothing will ever happen again")
        self.loop.now_s += timeout
        return super().select(0)


class VirtualLoop(asyncio.SelectorEventLoop):
    """Starts at second 0 and jumps from one thing to the next."""

    def __init__(self) -> None:
        selector = _Impatient()
        super().__init__(selector)
        selector.loop = self
        self.now_s = 0.0

    def time(self) -> float:
        return self.now_s


class LoopClock:
    """Stamps with the time of the loop that runs."""

    def now_ns(self) -> int:
        return round(asyncio.get_running_loop().time() * 1e9)


def run(work: Coroutine[object, object, T]) -> T:
    """Run to the end in virtual time."""
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        return runner.run(work)
