"""A terminal that is slower than the app, in either direction.

Output: Textual passes frames to a thread through a short queue and waits when it is full. If the
terminal is stopped, or an SSH connection stalls, the event loop would wait with it, and so would
the radio. Here a frame that does not fit is dropped, and the whole screen is redrawn once the
terminal accepts output again.

Input: Textual passes a key to the focused field and goes on to the next one. When keys come in
bursts, enter, tab or backspace overtake the letters around them, and text is lost or lands in the
wrong field. Here each key waits until the one before has been handled, and keys typed between two
screens wait for the next one.
"""

from __future__ import annotations

from collections import deque
from contextlib import suppress
from functools import partial
from queue import Empty, Full
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence
    from queue import Queue
    from threading import Thread

    from textual.app import App
    from textual.dom import DOMNode
    from textual.driver import Driver
    from textual.events import Key


def never_waiting(driver: type[Driver]) -> type[Driver]:
    """Return a driver like `driver` that drops frames instead of waiting."""

    class NeverWaiting(driver):  # type: ignore[misc, valid-type]
        """Remembers whether the screen is behind."""

        _behind = False
        stuck = False
        """Whether the terminal took nothing any more at the end; whoever writes to it waits."""

        def write(self, data: str) -> None:
            """Pass `data` on, or drop it while the terminal accepts nothing."""
            waiting = waiting_writes(self)
            if waiting is not None and (waiting.full() or (self._behind and waiting.qsize())):
                self._behind = True
                return
            if self._behind:
                self._behind = False
                # What was dropped is unknown; a full redraw puts it right.
                self._app.call_later(self._app.screen.refresh, layout=True)
            super().write(data)

        def stop_application_mode(self) -> None:
            """Leave the terminal as it was: there has to be room for what puts it right."""
            waiting = waiting_writes(self)
            if waiting is not None:
                # Frames of screens that are gone.
                _discard(waiting)
            super().stop_application_mode()

        def close(self) -> None:
            """Let the terminal take what is left, but do not wait for one that takes nothing.

            Textual would wait for ever, and the training that is to be closed after its screen
            with it: for a stopped terminal, or for one that is gone and took the thread along.
            """
            thread, waiting = writer_of(self), waiting_writes(self)
            if thread is None or waiting is None:
                super().close()
                return
            if thread.is_alive():
                with suppress(Full):
                    waiting.put(None, timeout=LAST_FRAMES_S)
                thread.join(LAST_FRAMES_S)
            self.stuck = thread.is_alive()

    return NeverWaiting


LAST_FRAMES_S: Final = 1.0
"""How long a terminal may take for its last frames, s; one over a slow line needs a part of it."""


def writer_of(driver: Driver) -> Thread | None:
    """Return the thread that writes; None if Textual has another way."""
    thread: Thread | None = getattr(driver, "_writer_thread", None)
    return thread


def _discard(waiting: Queue[str | None]) -> None:
    with suppress(Empty):
        while True:
            waiting.get_nowait()


def waiting_writes(driver: Driver) -> Queue[str | None] | None:
    """Return the queue of writes; None if Textual keeps it elsewhere."""
    # There is no public way to it; a test fails if a new version keeps it elsewhere.
    queue: Queue[str | None] | None = getattr(writer_of(driver), "_queue", None)
    return queue


MOST_KEYS: Final = 1000
"""Keys that may wait, more than a page of text; further keys are dropped."""

LONGEST_TURN_S: Final = 0.5
"""A key that has not been handled by then no longer holds up the next one, s."""

BETWEEN_S: Final = 0.01
"""How often a key that is waiting for the next screen looks for it, s."""

AT_ONCE: Final = "ctrl+c"
"""Never waits: it is the way out of whatever hangs."""


class KeyQueue:
    """Gives an app its keys, each once the one before has been handled.

    `take` runs the binding of a key, or passes it to the focused widget.
    """

    def __init__(self, app: App[Any], take: Callable[[Key], Awaitable[None]]) -> None:
        self._app = app
        self._take = take
        self._keys: deque[Key] = deque()

    async def put(self, key: Key) -> None:
        """Handle a key now, or in its turn."""
        if key.key == AT_ONCE:
            await self._take(key)
        elif len(self._keys) < MOST_KEYS:
            self._keys.append(key)
            if len(self._keys) == 1:
                await self._take_first()

    @property
    def _between_screens(self) -> bool:
        """Whether one screen is gone and the next one is still to come."""
        return len(self._app.screen_stack) < 2

    async def _take_first(self) -> None:
        app = self._app
        if self._between_screens:
            app.set_timer(BETWEEN_S, self._take_first)
            return
        screen = app.screen
        # The way of a key that nothing handles: up to the app. And once more, because handling it
        # may send a message back to where it came from, such as that a text was submitted.
        up: Sequence[DOMNode] = (app.focused or screen).ancestors_with_self
        way = (*up, *up)
        key = self._keys[0]
        # A widget that is removed takes with it whatever it had to pass on.
        app.set_timer(LONGEST_TURN_S, partial(self._next, key))
        await self._take(key)
        self._follow(key, way, screen)

    def _follow(self, key: Key, way: Sequence[DOMNode], screen: DOMNode) -> None:
        """Follow the key through every queue on its way."""
        now = self._app.screen
        if now is not screen:
            if self._between_screens:
                self._app.set_timer(BETWEEN_S, partial(self._follow, key, way, screen))
                return
            # The next key is for the screen that it opened, once that has its focus.
            way, screen = (now, self._app), now
        for place, node in enumerate(way):
            if node.call_later(self._follow, key, way[place + 1 :], screen):
                return
        self._app.call_later(self._next, key)

    async def _next(self, after: Key) -> None:
        """Take the next key, unless the turn of the one before ended long ago."""
        if self._keys and self._keys[0] is after:
            self._keys.popleft()
            if self._keys:
                await self._take_first()
