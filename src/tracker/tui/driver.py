"""A terminal that does not take what is drawn must not hold up what is measured.

Textual hands what it draws to a thread over a short queue and waits when that is full: when the
terminal is stopped, or a connection over SSH stalls, the event loop would wait with it, and with
it the radio. Here a frame that does not fit is left out, and the whole screen is drawn anew once
the terminal takes something again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from queue import Queue

    from textual.driver import Driver


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
