"""Ctrl-C as a wish: what is being done ends in good order instead of breaking off anywhere."""

from __future__ import annotations

import signal
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


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
    before = signal.signal(signal.SIGINT, lambda _signal, _frame: told.happen())
    try:
        yield told
    finally:
        signal.signal(signal.SIGINT, before)
    if told.happened:
        raise KeyboardInterrupt
