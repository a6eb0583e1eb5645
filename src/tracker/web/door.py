"""Who is let in: connections are few and short until they know the token, and pages are our own.

A browser brings the token once, in the link, and gets a cookie for it. From then on its requests
are recognised by the cookie, and the address bar, the history and a photo of the screen hold no
key. A request that another site made, or that came under another name, is refused.
"""

from __future__ import annotations

import asyncio
import hmac
import ipaddress
import secrets
from enum import Enum
from typing import TYPE_CHECKING, Final, cast

from aiohttp import hdrs, web

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

HEADER_S: Final = 10.0
"""How long a connection may take to say what it wants, s; a phone takes a part of one."""

UNKNOWN_S: Final = 60.0
"""How long it may last as long as it is no screen of the training, s: the page and its fonts."""

MOST_CONNECTIONS: Final = 64
"""Connections at a time without a screen; a browser opens six. One more ends the oldest."""

MOST_SCREENS: Final = 8
"""Websockets at a time: one shows the training, others are being told that it does."""

COOKIE_S: Final = 12 * 3600
"""Lifetime of the cookie, s: a day of training. A server that is started anew gives new ones."""


class Connections:
    """Every connection that does not show the training, each with its time-out."""

    def __init__(self) -> None:
        self._timers: dict[asyncio.BaseTransport, asyncio.TimerHandle] = {}

    def __len__(self) -> int:
        return len(self._timers)

    def came(self, transport: asyncio.Transport) -> None:
        """Note a new connection, and end the oldest if there are too many."""
        if len(self._timers) >= MOST_CONNECTIONS:
            oldest = cast("asyncio.Transport", next(iter(self._timers)))
            oldest.abort()
            self.gone(oldest)
        self._limit(transport, HEADER_S)

    def asked(self, transport: asyncio.BaseTransport | None) -> None:
        """Note that a connection has said what it wants."""
        if transport in self._timers:
            self._limit(cast("asyncio.Transport", transport), UNKNOWN_S)

    def gone(self, transport: asyncio.BaseTransport | None) -> None:
        """Forget a connection: it ended, or became a screen."""
        timer = None if transport is None else self._timers.pop(transport, None)
        if timer is not None:
            timer.cancel()

    def _limit(self, transport: asyncio.Transport, seconds: float) -> None:
        known = self._timers.get(transport)
        if known is not None:
            known.cancel()
        loop = asyncio.get_running_loop()
        self._timers[transport] = loop.call_later(seconds, transport.abort)


class Guarded(asyncio.Protocol):
    """A connection of the server, whose beginning and end are noted."""

    def __init__(self, inner: asyncio.Protocol, connections: Connections) -> None:
        self._inner = inner
        self._connections = connections
        self._transport: asyncio.BaseTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Let the connection in."""
        self._transport = transport
        self._connections.came(cast("asyncio.Transport", transport))
        self._inner.connection_made(transport)

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget it."""
        self._connections.gone(self._transport)
        self._inner.connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Pass on what came."""
        self._inner.data_received(data)

    def eof_received(self) -> bool | None:
        """Pass on that nothing more comes."""
        return self._inner.eof_received()

    def pause_writing(self) -> None:
        """Pass on that the network is slow."""
        self._inner.pause_writing()

    def resume_writing(self) -> None:
        """Pass on that it has caught up."""
        self._inner.resume_writing()


class Role(Enum):
    """What a link allows."""

    CONTROL = "control"
    WATCH = "watch"
    """The page alone, and nothing on it."""


class Door:
    """Decides about each request; `names` are those under which this computer is asked for.

    With `watch_token`, a second link lets others watch.
    """

    def __init__(
        self,
        token: str,
        names: Collection[str],
        *,
        encrypted: bool,
        watch_token: str | None = None,
    ) -> None:
        tokens = {Role.CONTROL: token, Role.WATCH: watch_token}
        self._tokens = {role: each for role, each in tokens.items() if each is not None}
        self._names = {name.casefold() for name in names}
        self._encrypted = encrypted
        self._secrets = {role: secrets.token_urlsafe(32) for role in self._tokens}

    def knows_host(self, request: web.BaseRequest) -> bool:
        """Return whether a request came under a name of this computer.

        A site whose name was made to lead here (DNS rebinding) has a name, never an address.
        """
        host = request.headers.get(hdrs.HOST, "").casefold()
        name = host.removeprefix("[").partition("]")[0] if host[:1] == "[" else host.split(":")[0]
        try:
            ipaddress.ip_address(name)
        except ValueError:
            return name in self._names
        return True

    def is_same_origin(self, request: web.BaseRequest) -> bool:
        """Return whether a request is from a page of ours, or from no page at all."""
        origin = request.headers.get(hdrs.ORIGIN)
        scheme = "https" if self._encrypted else "http"
        return origin is None or origin == f"{scheme}://{request.headers.get(hdrs.HOST, '')}"

    def role_of_path(self, path: str) -> Role | None:
        """Return what the token at the start of a path allows; None without one."""
        return _role(path.removeprefix("/").partition("/")[0], self._tokens)

    def role_of_cookie(self, request: web.BaseRequest) -> Role | None:
        """Return what the cookie that was given for a token allows; None without one."""
        return _role(request.cookies.get(_cookie_name(request), ""), self._secrets)

    def exchange(self, request: web.BaseRequest, role: Role) -> web.Response:
        """Give the cookie for a token, and lead to the same page without it."""
        rest = request.path.removeprefix("/").partition("/")[2]
        query = f"?{request.query_string}" if request.query_string else ""
        answer = web.Response(status=303, headers={hdrs.LOCATION: f"/{rest}{query}"})
        answer.set_cookie(
            _cookie_name(request),
            self._secrets[role],
            max_age=COOKIE_S,
            path="/",
            httponly=True,
            samesite="Strict",
            secure=self._encrypted,
        )
        return answer


def _role(given: str, known: Mapping[Role, str]) -> Role | None:
    """Return whose key was given, in constant time."""
    found = None
    for role, key in known.items():
        if hmac.compare_digest(given.encode(), key.encode()):
            found = role
    return found


def _cookie_name(request: web.BaseRequest) -> str:
    """Return a name for each port: browsers give a cookie to every port of a computer."""
    transport = request.transport
    address = None if transport is None else transport.get_extra_info("sockname")
    return f"tracker-{address[1]}" if address else "tracker"
