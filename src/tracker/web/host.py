"""One training and the one browser that shows it; the training outlives a browser that goes away.

A sensor can be used once, so every visit meets the same training. A phone that locks its screen
drops its connection: the training goes on, and the phone finds it when it comes back.

One browser that looks on: what it is to be sent waits here, so that nobody waits for it.
"""

from __future__ import annotations

import asyncio
import json
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from aiohttp import ClientConnectionError, WSCloseCode

from tracker.web.process import Training

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from aiohttp import web

    from tracker.web.process import Ending, Size

WAITING_BYTES: Final = 1_000_000
"""What may wait for a slow network, bytes: some ten full screens. Beyond, it is cut off; the page
comes back by itself and is painted anew, which is less than all that waits."""


@dataclass(frozen=True, slots=True)
class CloseNotice:
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

    def bid(self, farewell: CloseNotice) -> None:
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


# What the web driver says once, when it starts: alternate screen, mouse, no cursor, paste.
PRELUDE: Final = b"\x1b[?1049h\x1b[?1000h\x1b[?1003h\x1b[?1015h\x1b[?1006h\x1b[?25l\x1b[?2004h"

ELSEWHERE: Final = CloseNotice(
    "The training is on another screen",
    "A sensor is used by one training at a time, and its screen is open in another browser.",
    "Show it here",
    take=True,
)
TAKEN: Final = CloseNotice(
    "The training went to another screen",
    "It goes on there.",
    "Show it here",
    take=True,
)
SHUT_DOWN: Final = CloseNotice("The server was ended", "Its recording is closed.", "Try again")


class SessionHost:
    """What is trained, and who looks on."""

    def __init__(
        self,
        command: Sequence[str],
        *,
        unseen_s: float,
        say: Callable[[str], None],
    ) -> None:
        """Show `command` to whoever comes.

        Parameters
        ----------
        command
            The program and its arguments; started by the first visit.
        unseen_s
            How long a training goes on that nobody looks at, s.
        say
            Takes lines for the terminal of the server.
        """
        self._command = tuple(command)
        self._unseen_s = unseen_s
        self._say = say
        self._training: Training | None = None
        self._running: asyncio.Task[None] | None = None
        self._starting = asyncio.Lock()
        self._browser: Browser | None = None
        self._untold: CloseNotice | None = None
        self._giving_up: asyncio.TimerHandle | None = None
        self._ending: asyncio.Task[None] | None = None
        self._closed = False

    async def attach(self, browser: Browser, size: Size, *, take: bool) -> bool:
        """Show the training in a browser, begin it if there is none; False if it is elsewhere.

        Parameters
        ----------
        browser
            Where to show it.
        size
            How much it shows.
        take
            Take the screen from another browser.
        """
        async with self._starting:
            if self._closed:
                browser.bid(SHUT_DOWN)
                return False
            if self._untold is not None:
                browser.bid(self._untold)
                self._untold = None
                return False
            if self._browser is not None:
                if not take and self._browser.visitor != browser.visitor:
                    browser.bid(ELSEWHERE)
                    return False
                self._browser.bid(TAKEN)
            self._browser = browser
            self._stop_giving_up()
            if self._training is None:
                training = await Training.begin(self._command, size, os.environ)
                self._training = training
                self._running = asyncio.ensure_future(self._run(training))
            else:
                browser.paint(PRELUDE)
                # Even the same size is drawn anew.
                self._training.resize(size)
            return True

    def leave(self, browser: Browser) -> None:
        """Take note that a browser went away."""
        if browser is not self._browser:
            return
        self._browser = None
        if self._training is not None and not self._closed:
            self._say(
                "the screen is gone; the training goes on, "
                f"and ends if nobody looks for {self._unseen_s / 60.0:g} min"
            )
            loop = asyncio.get_running_loop()
            self._giving_up = loop.call_later(self._unseen_s, self._give_up)

    def steered_by(self, browser: Browser) -> Training | None:
        """Return the training for what a browser sends; None if it shows none."""
        return self._training if browser is self._browser else None

    async def close(self) -> None:
        """End the training in good order, and say so to who looks on."""
        self._closed = True
        async with self._starting:
            self._stop_giving_up()
            if self._training is not None and self._running is not None:
                self._say("ending the training")
                await self._training.end()
                await self._running
            if self._browser is not None:
                self._browser.bid(SHUT_DOWN)

    async def _run(self, training: Training) -> None:
        ending = await training.run(self._paint, self._pass_on)
        if ending.said:
            self._say(ending.said)
        self._training = None
        self._stop_giving_up()
        farewell = SHUT_DOWN if self._closed else farewell_after(ending)
        if self._browser is None:
            # Who comes back is not to find another training begun.
            self._untold = farewell
        else:
            self._browser.bid(farewell)
            self._browser = None

    def _paint(self, data: bytes) -> None:
        if self._browser is not None:
            self._browser.paint(data)

    def _pass_on(self, line: str) -> None:
        self._say(line)
        if self._browser is not None:
            # Shown until the screen is: a sensor that is looked for takes a while.
            self._browser.answer("said", line)

    def _give_up(self) -> None:
        self._giving_up = None
        if self._training is not None:
            self._say("nobody looks on any more: ending the training")
            self._ending = asyncio.ensure_future(self._training.end())

    def _stop_giving_up(self) -> None:
        if self._giving_up is not None:
            self._giving_up.cancel()
            self._giving_up = None


def farewell_after(ending: Ending) -> CloseNotice:
    """Return what to say of a training that is over.

    An error is said in its own words, which begin with the program's name.
    """
    if ending.code == 0:
        return CloseNotice("The training is over", ending.said, "Start another")
    complaint = ending.complaint
    begin = complaint.rfind("tracker: ")
    return CloseNotice("The training ended", complaint[max(begin, 0) :], "Try again")
