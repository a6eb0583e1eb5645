"""The server: page, scripts and the websocket, for whoever knows the link.

The token in the link is the key: whoever has it can see and control the training, and whoever has
the one in the second link can see its page. Who is let in is decided in `door`.
"""

from __future__ import annotations

import asyncio
import errno
import ipaddress
import json
import secrets
import socket
import struct
import sys
from collections import Counter
from contextlib import aclosing, asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import textual_serve
from aiohttp import WSMsgType, hdrs, web

from tracker.domain import TrackerError
from tracker.domain.errors import system_words
from tracker.language import _
from tracker.web.door import HEADER_S, MOST_SCREENS, Connections, Door, Guarded, Role
from tracker.web.events import MOST_LISTENERS
from tracker.web.host import Browser
from tracker.web.process import Size
from tracker.web.words import PAGE, page_text

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
    from ssl import SSLContext

    from tracker.web.events import EventFiles
    from tracker.web.host import SessionHost
    from tracker.web.process import Training

TOKEN_BYTES: Final = 16
"""Too long to guess; the address still fits a small QR code."""

ELSEWHERE: Final = ("192.0.2.1", 9)
"""A documentation address (RFC 5737): finds the interface that leads out, and sends nothing."""

SIOCGIFADDR: Final = 0x8915
"""Asks Linux for the address of an interface (netdevice(7))."""


@dataclass(frozen=True, slots=True)
class Link:
    """The address of the screen, with the token that opens it as the first part of the path."""

    host: str
    """Name or address at which a browser reaches this computer."""
    port: int
    token: str
    encrypted: bool = False

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        scheme = "https" if self.encrypted else "http"
        return f"{scheme}://{host}:{self.port}/{self.token}/"


def new_token() -> str:
    """Return a token that can't be guessed."""
    return secrets.token_urlsafe(TOKEN_BYTES)


def is_local(host: str) -> bool:
    """Return whether only this computer can reach a server at `host`."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def reachable_host() -> str:
    """Return the address at which others in the network reach this computer, or its name."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
        try:
            asking.connect(ELSEWHERE)
            host = str(asking.getsockname()[0])
        except OSError:
            return socket.gethostname()
    return socket.gethostname() if host == "0.0.0.0" else host


def private_addresses() -> tuple[str, ...]:
    """Return every private address of this computer (IPv4), that of the way out first.

    A computer with cable, Wi-Fi and a virtual machine has several, and nothing here can tell which
    of them the phone shares.
    """
    found = [reachable_host(), *_interface_addresses()]
    with suppress(OSError):
        # On Linux this is often the loopback alone; elsewhere it is all of them.
        known = socket.getaddrinfo(socket.gethostname(), None, socket.AF_INET)
        found += [str(address[0]) for *__, address in known]
    return tuple(dict.fromkeys(each for each in found if _is_private(each)))


def _interface_addresses() -> list[str]:
    if sys.platform != "linux":
        return []
    import fcntl

    found = []
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
        for __, name in socket.if_nameindex():
            # One that is down has no address.
            with suppress(OSError):
                answer = fcntl.ioctl(asking, SIOCGIFADDR, struct.pack("256s", name.encode()[:15]))
                found.append(socket.inet_ntoa(answer[20:24]))
    return found


def _is_private(text: str) -> bool:
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return False
    return address.is_private and not (
        address.is_loopback or address.is_link_local or address.is_unspecified
    )


if TYPE_CHECKING:
    Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

TEXTUAL: Final = Path(textual_serve.__file__).with_name("static")

REFUSAL: Final = _("This link is not valid: use the one that `tracker serve` printed last.") + "\n"

FOREIGN: Final = (
    _("This page is asked for by another site, or under a name it does not have.") + "\n"
)

AGAIN: Final = f'<!doctype html><meta http-equiv="refresh" content="0;url=?again">{REFUSAL}'

WATCHES: Final = _("This link is for watching only.") + "\n"

WATCHED: Final = frozenset(
    {"/", "/{token}/", "/live/{visitor}", "/{token}/live/{visitor}", "/page"}
)
"""What the second link opens: the page, and what it is made of."""

MOST_WATCHERS: Final = 4
"""Half of the screens: whoever controls the training always finds room."""

ROLE: Final = web.RequestKey("role", Role)

HEADERS: Final = {
    "Cache-Control": "no-cache",
    # The address is the key: it goes nowhere, and no other page may frame or feed this one.
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'self'; connect-src 'self' ws: wss:; "
    "img-src 'self' data:; style-src 'self' 'unsafe-inline'; frame-ancestors 'none'; "
    "form-action 'none'",
}

HEARTBEAT_S: Final = 10.0
"""A phone that fell asleep is noticed after 1.5 of these, s."""

MESSAGE_BYTES: Final = 65536
"""Longest message from a browser; a paste is the longest that makes sense."""

USUAL_SIZE: Final = Size(80, 24)
MOST_CELLS: Final = 500
"""Widest and highest terminal, whatever a browser claims."""

IN_USE: Final = frozenset({errno.EADDRINUSE, 10048})
NOT_ALLOWED: Final = frozenset({errno.EACCES, errno.EPERM, 10013})
"""Windows has error numbers of its own."""


@asynccontextmanager
async def serve(
    sessions: SessionHost,
    host: str,
    port: int,
    token: str,
    *,
    names: Sequence[str] = (),
    context: SSLContext | None = None,
    watch_token: str | None = None,
) -> AsyncIterator[int]:
    """Serve a training to its end; yields the port, raises `TrackerError` if it can't listen.

    `names` are those of this computer, beside its addresses; with a `context`, it is encrypted.
    `watch_token` opens the page to those who only watch.
    """
    known = ("localhost", host, *names)
    door = Door(token, known, encrypted=context is not None, watch_token=watch_token)
    connections = Connections()
    # No access log: the addresses in it are keys.
    runner = web.AppRunner(
        application(sessions, door, connections),
        access_log=None,
        shutdown_timeout=2.0,
        keepalive_timeout=HEADER_S,
    )
    await runner.setup()
    assert runner.server is not None
    handler = runner.server
    server: asyncio.Server | None = None
    try:
        try:
            server = await asyncio.get_running_loop().create_server(
                lambda: Guarded(handler(), connections),
                host,
                port,
                ssl=context,
                ssl_handshake_timeout=None if context is None else HEADER_S,
            )
        except OSError as error:
            raise _refusal(error, host, port) from error
        yield server.sockets[0].getsockname()[1]
    finally:
        await sessions.close()
        if server is not None:
            server.close()
        await runner.cleanup()


def application(sessions: SessionHost, door: Door, connections: Connections) -> web.Application:
    """Return the application, all of it behind the door."""

    @web.middleware
    async def at_the_door(request: web.Request, handler: Handler) -> web.StreamResponse:
        connections.asked(request.transport)
        if not door.knows_host(request) or not door.is_same_origin(request):
            return web.Response(status=403, text=FOREIGN)
        role = door.role_of_path(request.path)
        if role is not None:
            # A program has no address bar, and often no cookies: it may go on with the token.
            is_socket = request.headers.get(hdrs.UPGRADE, "").lower() == "websocket"
            is_program = hdrs.ACCEPT not in request.headers
            if not is_socket and not is_program:
                return door.exchange(request, role)
        else:
            role = door.role_of_cookie(request)
            if role is None:
                return _refuse(request)
        resource = request.match_info.route.resource
        if role is Role.WATCH and (resource is None or resource.canonical not in WATCHED):
            return web.Response(status=403, text=WATCHES)
        request[ROLE] = role
        return await handler(request)

    phone_page, terminal_page = page_text("phone.html"), page_text("terminal.html")

    async def page(_request: web.Request) -> web.StreamResponse:
        return web.Response(text=phone_page, content_type="text/html")

    async def terminal(_request: web.Request) -> web.StreamResponse:
        return web.Response(text=terminal_page, content_type="text/html")

    screens: Counter[Role] = Counter()

    async def show(request: web.Request) -> web.StreamResponse:
        role = request[ROLE]
        watchers_full = role is Role.WATCH and screens[role] >= MOST_WATCHERS
        if watchers_full or screens.total() >= MOST_SCREENS:
            return web.Response(status=503, text=_("Too many screens are open.") + "\n")
        screens[role] += 1
        try:
            connections.gone(request.transport)
            return await _show(request, sessions)
        finally:
            screens[role] -= 1

    async def events(request: web.Request) -> web.StreamResponse:
        if sessions.events is None:
            return web.Response(status=404, text=_("This training writes no events.") + "\n")
        if sessions.events.listeners >= MOST_LISTENERS:
            return web.Response(status=503, text=_("Too many programs follow the events.") + "\n")
        sessions.events.listeners += 1
        try:
            connections.gone(request.transport)
            return await _follow(request, sessions.events)
        finally:
            sessions.events.listeners -= 1

    async def add_headers(_request: web.Request, response: web.StreamResponse) -> None:
        response.headers.update(HEADERS)

    app = web.Application(middlewares=[at_the_door])
    app.on_response_prepare.append(add_headers)
    app.add_routes(
        [
            web.get("/", page),
            web.get("/terminal", terminal),
            web.get("/live/{visitor}", show),
            web.get("/events", events),
            web.get("/{token}/events", events),
            web.get("/{how:show|take}/{visitor}", show),
            web.get("/{token}/", page),
            web.get("/{token}/terminal", terminal),
            web.get("/{token}/live/{visitor}", show),
            web.get("/{token}/{how:show|take}/{visitor}", show),
            web.static("/page", PAGE),
            web.static("/static", TEXTUAL),
        ]
    )
    return app


def _refuse(request: web.Request) -> web.Response:
    """Refuse a request without the cookie; a browser may have left it out.

    It does where a link on another site led here. A page that leads on to itself is our own.
    """
    is_page = request.path in ("/", "/terminal") and "text/html" in request.headers.get(
        hdrs.ACCEPT, ""
    )
    if is_page and "again" not in request.query:
        return web.Response(status=403, text=AGAIN, content_type="text/html")
    return web.Response(status=403, text=REFUSAL)


async def _show(request: web.Request, sessions: SessionHost) -> web.StreamResponse:
    """Serve a websocket: of the page, or of the terminal."""
    how = request.match_info.get("how")
    socket = web.WebSocketResponse(heartbeat=HEARTBEAT_S, max_msg_size=MESSAGE_BYTES)
    await socket.prepare(request)
    browser = Browser(request.match_info["visitor"], socket)
    pumping = asyncio.ensure_future(browser.pump())
    try:
        if how is None:
            await sessions.attach_page(browser, controls=request[ROLE] is Role.CONTROL)
        else:
            size = size_from(request.query.get("width"), request.query.get("height"))
            await sessions.attach(browser, size, take=how == "take")
        # The answer to a ping may still be waiting when the browser goes.
        with suppress(ConnectionError):
            async for message in socket:
                if message.type != WSMsgType.TEXT:
                    continue
                if how is None:
                    handle_page(message.data, browser, sessions)
                else:
                    handle(message.data, browser, sessions.controlled_by(browser))
    finally:
        sessions.leave(browser)
        pumping.cancel()
    return socket


async def _follow(request: web.Request, events: EventFiles) -> web.StreamResponse:
    """Send each event as a message, until the listener goes away; what it says is ignored."""
    socket = web.WebSocketResponse(heartbeat=HEARTBEAT_S, max_msg_size=MESSAGE_BYTES)
    await socket.prepare(request)

    async def send() -> None:
        with suppress(ConnectionError):
            async with aclosing(events.lines()) as lines:
                async for line in lines:
                    await socket.send_str(line)

    sending = asyncio.ensure_future(send())
    try:
        with suppress(ConnectionError):
            async for _message in socket:
                pass
    finally:
        sending.cancel()
    return socket


def handle(text: str, browser: Browser, training: Training | None) -> None:
    """Handle a message of textual.js, a JSON list of kind and content; ignore any other.

    Focus and blur are not passed on: an app without the focus shows no keys.
    """
    try:
        message = json.loads(text)
    except (ValueError, RecursionError):
        return
    match message:
        case ["ping", sent]:
            browser.send("pong", sent)
        case ["stdin", str(keys)] if training is not None:
            training.type(keys)
        case ["resize", {"width": columns, "height": lines}] if training is not None:
            training.resize(size_from(columns, lines))


def handle_page(text: str, browser: Browser, sessions: SessionHost) -> None:
    """Pass a message of the page on to the training, which knows what makes sense."""
    try:
        message = json.loads(text)
    except (ValueError, RecursionError):
        return
    match message:
        case {"ping": sent}:
            browser.send("pong", sent)
        case {"do": str()}:
            sessions.do(browser, message)


def size_from(columns: object, lines: object) -> Size:
    """Return a possible size of a terminal, whatever a browser claims."""
    each: list[int] = []
    for claimed, usual in ((columns, USUAL_SIZE.columns), (lines, USUAL_SIZE.lines)):
        try:
            each.append(min(max(int(str(claimed)), 1), MOST_CELLS))
        except ValueError:
            each.append(usual)
    return Size(*each)


def _refusal(error: OSError, host: str, port: int) -> TrackerError:
    if error.errno in IN_USE:
        return TrackerError(
            _("The port {port} of {host} is in use, perhaps by another `tracker serve`.").format(
                port=port, host=host
            ),
            _("Take another one with --port, or any free one with --port 0."),
        )
    if error.errno in NOT_ALLOWED:
        return TrackerError(
            _("You may not use port {port} of {host}.").format(port=port, host=host),
            _("Ports from 1024 on are free: --port 8000."),
        )
    problem = system_words(error)
    return TrackerError(
        _("Can't listen at port {port} of {host}: {problem}.").format(
            port=port, host=host, problem=problem
        ),
        _("--host takes a name or an address of this computer; --lan alone takes all of them."),
    )
