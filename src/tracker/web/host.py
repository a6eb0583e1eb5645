"""One training and the browsers that show it; the training outlives them.

A sensor has one user, so every visit meets the same training. Its terminal has one size, so one
browser shows it; the page for a phone is shown by any number of them. A phone that locks its
screen drops its connection: the training goes on, and the phone finds it when it comes back.
Whatever a browser is to be sent waits in a queue of its own, so that the training never waits for
a network.
"""

from __future__ import annotations

import asyncio
import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Final

from aiohttp import ClientConnectionError, WSCloseCode

from tracker.language import _, localized
from tracker.web.process import Size, Training

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from aiohttp import web

    from tracker.web.events import EventFiles
    from tracker.web.process import Ending, Message

WAITING_BYTES: Final = 1_000_000
"""What may wait for a slow network, bytes: ten full screens; a page that reconnects needs one."""


@dataclass(frozen=True, slots=True)
class CloseNotice:
    """Why the screen is gone; the page shows it and does not reconnect by itself."""

    title: str
    text: str
    button: str
    """Label of the button."""
    take: bool = False
    """Whether the button takes the screen from another browser."""


class Browser:
    """The browser at the other end of a websocket."""

    def __init__(self, visitor: str, socket: web.WebSocketResponse) -> None:
        self.visitor = visitor
        """Identifier that the browser made up, the same for every visit."""
        self._socket = socket
        self._queue: asyncio.Queue[bytes | str | None] = asyncio.Queue()
        self._waiting_bytes = 0
        self._closed = False

    def paint(self, data: bytes) -> None:
        """Queue bytes of the terminal."""
        self._put(data)

    def send(self, kind: str, content: object) -> None:
        """Queue a message to the page itself."""
        self._put(json.dumps([kind, content]))

    def _put(self, item: bytes | str) -> None:
        """Queue what the network may take later; cut off whoever leaves too much of it lying."""
        if self._waiting_bytes + len(item) > WAITING_BYTES:
            self._close()
        if not self._closed:
            self._waiting_bytes += len(item)
            self._queue.put_nowait(item)

    def close(self, notice: CloseNotice) -> None:
        """Show why the screen is gone, and close."""
        self.send("closed", asdict(notice))
        self._close()

    async def pump(self) -> None:
        """Send what waits, until either end closes."""
        try:
            while (item := await self._queue.get()) is not None:
                if isinstance(item, str):
                    await self._socket.send_str(item)
                else:
                    await self._socket.send_bytes(item)
                self._waiting_bytes -= len(item)
        except (ClientConnectionError, ConnectionError):
            self._closed = True
            return
        await self._socket.close(code=WSCloseCode.GOING_AWAY)

    def _close(self) -> None:
        if not self._closed:
            self._closed = True
            self._queue.put_nowait(None)


PAGE_SIZE: Final = Size(80, 24)
"""Size of the terminal while only pages show the training."""

# What the web driver sends once, when it starts: alternate screen, mouse, no cursor, paste.
PRELUDE: Final = b"\x1b[?1049h\x1b[?1000h\x1b[?1003h\x1b[?1015h\x1b[?1006h\x1b[?25l\x1b[?2004h"

ELSEWHERE: Final = CloseNotice(
    _("The training is on another screen"),
    _("A sensor is used by one training at a time, and its screen is open in another browser."),
    _("Show it here"),
    take=True,
)
TAKEN: Final = CloseNotice(
    _("The training went to another screen"),
    _("It goes on there."),
    _("Show it here"),
    take=True,
)
SHUT_DOWN: Final = CloseNotice(
    _("The server has stopped"), _("The recording is closed."), _("Try again")
)


class SessionHost:
    """The training, the browser that shows its terminal, and those that show its page."""

    def __init__(
        self,
        command: Sequence[str],
        *,
        unseen_s: float,
        report: Callable[[str], None],
        events: EventFiles | None = None,
    ) -> None:
        """Show `command`, started by the first visit and ended once unseen for `unseen_s`.

        `report` takes lines for the terminal of the server; `events` is where the command writes
        its events, if it does.
        """
        self.events: Final = events
        self._command = tuple(command)
        self._unseen_s = unseen_s
        self._report = report
        self._training: Training | None = None
        self._running: asyncio.Task[None] | None = None
        self._starting = asyncio.Lock()
        self._browser: Browser | None = None
        self._pages: dict[Browser, bool] = {}
        self._unseen_notice: CloseNotice | None = None
        self._timeout: asyncio.TimerHandle | None = None
        self._ending: asyncio.Task[None] | None = None
        self._closed = False

    async def attach(self, browser: Browser, size: Size, *, take: bool) -> bool:
        """Show the training in a browser, starting it if needed; False if it is shown elsewhere.

        `take` takes the screen over from another browser.
        """
        async with self._starting:
            if self._closed:
                browser.close(SHUT_DOWN)
                return False
            if self._unseen_notice is not None:
                browser.close(self._unseen_notice)
                self._unseen_notice = None
                return False
            if self._browser is not None:
                if not take and self._browser.visitor != browser.visitor:
                    browser.close(ELSEWHERE)
                    return False
                self._browser.close(TAKEN)
            self._browser = browser
            self._stop_timeout()
            if self._training is None:
                await self._begin(size)
            else:
                browser.paint(PRELUDE)
                # Even the same size is drawn anew.
                self._training.resize(size)
            return True

    def leave(self, browser: Browser) -> None:
        """Note that a browser went away, and end the training if none comes back."""
        if self._pages.pop(browser, None) is not None:
            self._tell_watched()
        elif browser is self._browser:
            self._browser = None
        else:
            return
        if self._browser is not None or self._pages:
            return
        if self._training is not None and not self._closed:
            self._report(
                _(
                    "the browser is gone; the training goes on, "
                    "and ends if no browser shows it for {minutes} min"
                ).format(minutes=localized(f"{self._unseen_s / 60.0:g}"))
            )
            loop = asyncio.get_running_loop()
            self._timeout = loop.call_later(self._unseen_s, self._give_up)

    def controlled_by(self, browser: Browser) -> Training | None:
        """Return the training that a browser controls; None if it shows none."""
        return self._training if browser is self._browser else None

    async def attach_page(self, browser: Browser, *, controls: bool) -> bool:
        """Show the page in a browser; False if there is nothing to show.

        One that `controls` starts the training if needed; one that does not waits for it.
        """
        async with self._starting:
            if self._closed:
                browser.close(SHUT_DOWN)
                return False
            if controls and self._unseen_notice is not None:
                browser.close(self._unseen_notice)
                self._unseen_notice = None
                return False
            self._pages[browser] = controls
            self._stop_timeout()
            browser.send("welcome", {"controls": controls, "training": controls or self.trains})
            if self._training is None and controls:
                await self._begin(PAGE_SIZE)
            self._tell_watched()
            return True

    @property
    def _shown_in(self) -> tuple[Browser, ...]:
        """Every browser: that of the terminal, then those of the page."""
        return (*([] if self._browser is None else [self._browser]), *self._pages)

    @property
    def trains(self) -> bool:
        """Whether a training is running."""
        return self._training is not None

    def do(self, browser: Browser, message: Message) -> None:
        """Pass on what was done on a page, if it may."""
        if self._training is not None and self._pages.get(browser):
            self._training.page(message)

    async def _begin(self, size: Size) -> None:
        arguments = () if self.events is None else self.events.begin()
        training = await Training.begin((*self._command, *arguments), size)
        self._training = training
        self._running = asyncio.ensure_future(self._run(training))

    def _tell_watched(self) -> None:
        """Have the training say everything again to its pages, or nothing more without any."""
        if self._training is not None:
            self._training.page({"watched": bool(self._pages)})

    def _tell(self, message: Message) -> None:
        for page in tuple(self._pages):
            page.send("training", message)

    async def close(self) -> None:
        """End the training in good order, and tell the browser."""
        self._closed = True
        async with self._starting:
            self._stop_timeout()
            if self._training is not None and self._running is not None:
                self._report(_("ending the training"))
                await self._training.end()
                await self._running
            for shown in self._shown_in:
                shown.close(SHUT_DOWN)

    async def _run(self, training: Training) -> None:
        ending = await training.run(self._paint, self._pass_on, self._tell)
        if ending.output:
            self._report(ending.output)
        self._training = None
        self._stop_timeout()
        notice = SHUT_DOWN if self._closed else notice_after(ending)
        if self._browser is None and not any(self._pages.values()):
            # A browser that comes back must not start another training unawares.
            self._unseen_notice = notice
        for shown in self._shown_in:
            shown.close(notice)
        self._browser = None
        self._pages.clear()

    def _paint(self, data: bytes) -> None:
        if self._browser is not None:
            self._browser.paint(data)

    def _pass_on(self, line: str) -> None:
        self._report(line)
        # Shown until there is a screen: finding a sensor takes a while.
        for shown in self._shown_in:
            shown.send("status", line)

    def _give_up(self) -> None:
        self._timeout = None
        if self._training is not None:
            self._report(_("no browser came back: ending the training"))
            self._ending = asyncio.ensure_future(self._training.end())

    def _stop_timeout(self) -> None:
        if self._timeout is not None:
            self._timeout.cancel()
            self._timeout = None


def notice_after(ending: Ending) -> CloseNotice:
    """Return the notice for a training that is over.

    An error is shown as printed, from the program's name on.
    """
    if ending.code == 0:
        return CloseNotice(_("The training is over"), ending.output, _("Start another"))
    begin = ending.errors.rfind("tracker: ")
    return CloseNotice(_("The training ended"), ending.errors[max(begin, 0) :], _("Try again"))
