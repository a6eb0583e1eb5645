"""A terminal that does not take what is drawn must not hold up what is measured.

Textual hands what it draws to a thread over a short queue and waits when that is full: when the
terminal is stopped, or a connection over SSH stalls, the event loop would wait with it, and with
it the radio. Here a frame that does not fit is left out, and the whole screen is drawn anew once
the terminal takes something again.

Keys that come faster than they are taken, as over a slow connection, one after the other.

Textual hands a key to the focused field and goes on to the next one. So a key with a meaning of
its own, enter or tab or backspace, overtakes or is overtaken by the letters beside it, and what
was typed is lost or lands in the wrong field.
"""

from __future__ import annotations

from collections import deque
from functools import partial
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence
    from queue import Queue

    from textual.app import App
    from textual.dom import DOMNode
    from textual.driver import Driver
    from textual.events import Key


def never_waiting(driver: type[Driver]) -> type[Driver]:
    """Return a driver like `driver` that leaves frames out instead of waiting."""

    class NeverWaiting(driver):  # type: ignore[misc, valid-type]
        """Knows whether the screen is behind."""

        _behind = False

        def write(self, data: str) -> None:
            """Hand `data` on, or leave it out while the terminal takes nothing."""
            waiting = waiting_writes(self)
            if waiting is not None and (waiting.full() or (self._behind and waiting.qsize())):
                self._behind = True
                return
            if self._behind:
                self._behind = False
                # What was left out is not known; a picture of everything puts it right.
                self._app.call_later(self._app.screen.refresh, layout=True)
            super().write(data)

    return NeverWaiting


def waiting_writes(driver: Driver) -> Queue[str | None] | None:
    """Return what waits to be written; None where Textual keeps it elsewhere."""
    # Textual offers no other way to know; a test says so if a new version keeps it elsewhere.
    queue: Queue[str | None] | None = getattr(
        getattr(driver, "_writer_thread", None), "_queue", None
    )
    return queue


MOST_KEYS: Final = 1000
"""Keys that wait, more than a page of text; what comes beyond is dropped."""

LONGEST_TURN_S: Final = 0.5
"""What has not been taken by then holds up the next key no longer, s."""

BETWEEN_S: Final = 0.01
"""How often a key that is waiting for the next screen looks for it, s."""

AT_ONCE: Final = "ctrl+c"
"""Waits for nothing: it is the way out of whatever hangs."""


class KeyQueue:
    """Gives an app its keys, each when the one before has been taken.

    Parameters
    ----------
    app
        The app.
    take
        Does what a key is for, or hands it to the focused widget.
    """

    def __init__(self, app: App[Any], take: Callable[[Key], Awaitable[None]]) -> None:
        self._app = app
        self._take = take
        self._keys: deque[Key] = deque()

    async def put(self, key: Key) -> None:
        """Take a key now, or in its turn."""
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
        # The way that a key goes which nobody wants: up to the app. And once more, because what it
        # does there may be a message to where it came from, as that a text is complete.
        up: Sequence[DOMNode] = (app.focused or screen).ancestors_with_self
        way = (*up, *up)
        key = self._keys[0]
        # A widget that goes away takes with it whatever it was to pass on.
        app.set_timer(LONGEST_TURN_S, partial(self._next, key))
        await self._take(key)
        self._follow(key, way, screen)

    def _follow(self, key: Key, way: Sequence[DOMNode], screen: DOMNode) -> None:
        """Come after the key everywhere on its way."""
        now = self._app.screen
        if now is not screen:
            if self._between_screens:
                self._app.set_timer(BETWEEN_S, partial(self._follow, key, way, screen))
                return
            # What comes next is for the screen that it opened, once that has its focus.
            way, screen = (now, self._app), now
        for place, node in enumerate(way):
            if node.call_later(self._follow, key, way[place + 1 :], screen):
                return
        self._app.call_later(self._next, key)

    async def _next(self, after: Key) -> None:
        """Take the next key, if the turn of the one before has not been over for long."""
        if self._keys and self._keys[0] is after:
            self._keys.popleft()
            if self._keys:
                await self._take_first()
