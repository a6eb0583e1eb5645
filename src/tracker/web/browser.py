"""One browser that looks on: what it is to be sent waits here, so that nobody waits for it."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from aiohttp import ClientConnectionError, WSCloseCode

if TYPE_CHECKING:
    from aiohttp import web

WAITING_BYTES: Final = 1_000_000
"""What may wait for a slow network, bytes: some ten full screens. Beyond, it is cut off; the page
comes back by itself and is painted anew, which is less than all that waits."""


@dataclass(frozen=True, slots=True)
class Farewell:
    """Why the screen is gone, for a page that then shows it and does not come back by itself."""

    title: str
    text: str
    button: str
    """What to press."""
    take: bool = False
    """Whether the button takes the screen from another browser."""


class Browser:
    """The other end of a websocket."""

    def __init__(self, visitor: str, socket: web.WebSocketResponse) -> None:
        self.visitor = visitor
        """Made up by the browser, the same for every visit."""
        self._socket = socket
        self._queue: asyncio.Queue[bytes | str | None] = asyncio.Queue()
        self._waiting_bytes = 0
        self._over = False

    def paint(self, data: bytes) -> None:
        """Show the terminal's bytes as soon as the network can."""
        if self._waiting_bytes + len(data) > WAITING_BYTES:
            self._close()
        if not self._over:
            self._waiting_bytes += len(data)
            self._queue.put_nowait(data)

    def answer(self, kind: str, words: object) -> None:
        """Send something that is not for the terminal."""
        if not self._over:
            self._queue.put_nowait(json.dumps([kind, words]))

    def bid(self, farewell: Farewell) -> None:
        """Say why the screen is gone, and close."""
        self.answer(
            "farewell",
            {
                "title": farewell.title,
                "text": farewell.text,
                "button": farewell.button,
                "take": farewell.take,
            },
        )
        self._close()

    async def pump(self) -> None:
        """Send what waits, until it is closed from here or from there."""
        try:
            while (item := await self._queue.get()) is not None:
                if isinstance(item, str):
                    await self._socket.send_str(item)
                else:
                    await self._socket.send_bytes(item)
                    self._waiting_bytes -= len(item)
        except (ClientConnectionError, ConnectionError):
            self._over = True
            return
        await self._socket.close(code=WSCloseCode.GOING_AWAY)

    def _close(self) -> None:
        if not self._over:
            self._over = True
            self._queue.put_nowait(None)
