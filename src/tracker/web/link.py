"""The address that lets a browser in: whoever knows it may see and steer the training."""

from __future__ import annotations

import hmac
import ipaddress
import secrets
import socket
from dataclasses import dataclass
from typing import Final

TOKEN_BYTES: Final = 16
"""As many as a key that nobody guesses; the address still fits a small QR code."""

ELSEWHERE: Final = ("192.0.2.1", 9)
"""An address of documentation (RFC 5737): asks which interface leads out, and sends nothing."""


@dataclass(frozen=True, slots=True)
class Link:
    """Where the screen is, token and all.

    The token is the first part of the path. So everything below it (page, script, websocket)
    carries it without a cookie, and a page elsewhere that does not know it can ask for nothing.
    """

    host: str
    """Name or address that a browser reaches this computer by."""
    port: int
    token: str

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"http://{host}:{self.port}/{self.token}/"


def new_token() -> str:
    """Return a token that nobody guesses."""
    return secrets.token_urlsafe(TOKEN_BYTES)


def is_token(path: str, token: str) -> bool:
    """Say whether a path starts with the token; how long it takes tells nothing about it."""
    given = path.removeprefix("/").partition("/")[0]
    return hmac.compare_digest(given.encode(), token.encode())


def is_local(host: str) -> bool:
    """Say whether nobody but this computer can reach a server at `host`."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def reachable_host() -> str:
    """Return the address by which others in the network reach this computer, or its name."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
        try:
            asking.connect(ELSEWHERE)
            host = str(asking.getsockname()[0])
        except OSError:
            return socket.gethostname()
    return socket.gethostname() if host == "0.0.0.0" else host
