"""Ctrl-C as a wish: what is being done ends in good order instead of breaking off anywhere.

A closed terminal and a `kill` are the same wish: a sensor that is left streaming runs empty.
"""

from __future__ import annotations

import asyncio
import signal
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Iterator


T = TypeVar("T")

_SIGNALS: Final = tuple(
    getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)
)
"""Windows has no SIGHUP."""


class Interruption:
    """Whether Ctrl-C was pressed, and what to do about it."""

    def __init__(self) -> None:
        self.happened = False
        """True from the first Ctrl-C on."""
        self._end: Callable[[], object] | None = None

    @contextmanager
    def ending(self, end: Callable[[], object]) -> Iterator[None]:
        """Call `end` on every Ctrl-C inside, and at once if there was one before."""
        self._end = end
        if self.happened:
            end()
        try:
            yield
        finally:
            self._end = None

    def happen(self) -> None:
        """Take note of a Ctrl-C."""
        self.happened = True
        if self._end is not None:
            self._end()


@contextmanager
def interruption() -> Iterator[Interruption]:
    """Keep Ctrl-C from raising `KeyboardInterrupt` inside; raise it at the end if it happened.

    A file that is being closed is closed, however often an impatient wearer presses.
    """
    told = Interruption()
    before = {
        each: signal.signal(each, lambda _signal, _frame: told.happen()) for each in _SIGNALS
    }
    try:
        yield told
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)
    if told.happened:
        raise KeyboardInterrupt


def soon(act: Callable[[], object]) -> None:
    """Act between two steps of the loop that runs, and wake it up for that; else at once."""
    try:
        loop = asyncio.get_running_loop()
    except RuntimeError:
        act()
    else:
        loop.call_soon_threadsafe(act)


async def unless_interrupted(work: Coroutine[object, object, T], told: Interruption) -> T | None:
    """Do `work`, or cancel it on Ctrl-C and return None once it has cleaned up."""
    task = asyncio.ensure_future(work)
    with told.ending(lambda: soon(task.cancel)):
        try:
            return await task
        except asyncio.CancelledError:
            if not told.happened:
                raise
            return None
