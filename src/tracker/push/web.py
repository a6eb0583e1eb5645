"""HTTP to a service: one request, its answer, and errors that say what to do about them."""

from __future__ import annotations

import json
import socket
import ssl
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from functools import cache
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

import httpx

from tracker.domain.foreign_text import one_line
from tracker.language import _
from tracker.push.errors import PushError, TryAgain, Unreachable
from tracker.version import VERSION

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from tracker.push.secrets import Secret

CONNECT_S: Final = 10.0
"""How long to wait for a connection, s."""

ANSWER_S: Final = 60.0
"""How long a service may be silent, s; some read a file before they answer."""

MOST_BYTES: Final = 16_000_000
"""Longest answer that is read; a year of sessions is shorter."""

LONGEST_REASON: Final = 300
"""Characters of a service's own words in an error message."""

PASSES: Final = frozenset({408, 425, 429, 500, 502, 503, 504})
"""Statuses that pass by themselves."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a service answered."""

    status: int
    body: bytes
    where: str
    """The service, for error messages."""

    def one(self) -> dict[str, Any]:
        """Return the answer, which must be one object; raises `Unreachable` if it is not."""
        told = self._told()
        if not isinstance(told, dict):
            raise self.unexpected()
        return told

    def many(self, key: str | None = None) -> list[dict[str, Any]]:
        """Return the answer, which must be a list of objects, or have one at `key`."""
        told = self._told() if key is None else self.one().get(key)
        if not isinstance(told, list) or not all(isinstance(each, dict) for each in told):
            raise self.unexpected()
        return told

    def field(self, holder: object, name: str) -> str:
        """Return a field of an object in the answer as text; raises `Unreachable` without it."""
        value = holder.get(name) if isinstance(holder, dict) else None
        if not isinstance(value, str | int) or isinstance(value, bool) or value == "":
            raise self.unexpected()
        return str(value)

    def unexpected(self) -> Unreachable:
        """Return the error for an answer that is not what it should be."""
        return Unreachable(
            _("{where} answered something else than expected.").format(where=self.where),
            _("Check the address of the target: tracker push --list"),
        )

    def _told(self) -> Any:
        try:
            return json.loads(self.body)
        except ValueError:
            raise self.unexpected() from None


class Web:
    """Requests to the address of one target.

    `name` is that of the target, for advice. Nothing of the secret gets into an error.
    """

    def __init__(
        self,
        name: str,
        base: str,
        *,
        headers: Mapping[str, str] | None = None,
        login: tuple[str, Secret] | None = None,
        secret: Secret | None = None,
    ) -> None:
        self._name = name
        self._secret = secret or (login[1] if login else None)
        self._base = base
        # Of an address only the host is shown: what follows may be a secret of its own.
        self.where: Final = urlsplit(base).netloc
        try:
            self._client = httpx.Client(
                headers={"user-agent": f"hip-thrust-tracker/{VERSION}", **(headers or {})},
                auth=None if login is None else httpx.BasicAuth(login[0], login[1].reveal()),
                timeout=httpx.Timeout(ANSWER_S, connect=CONNECT_S),
                verify=_trusted(),
            )
        except UnicodeError:
            raise self._unsendable() from None

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def request(
        self, method: str, path: str = "", *, expected: Collection[int] = (), **content: Any
    ) -> Answer:
        """Send a request and return its answer.

        `path` follows the address. Any success will do, and the statuses in `expected`. `content`
        is what `httpx` calls params, json, content, files and headers. Raises `TryAgain` for what
        may pass, `Unreachable` for what concerns the whole target, and `PushError` for what
        concerns this request.
        """
        try:
            with self._client.stream(method, f"{self._base}{path}", **content) as response:
                body = self._read(response)
        except httpx.HTTPError as error:
            raise self._failure(error) from None
        except (httpx.InvalidURL, UnicodeError, httpx.StreamError):
            raise self._unsendable() from None
        if not response.is_success and response.status_code not in expected:
            raise self._refusal(response, body)
        return Answer(response.status_code, body, self.where)

    def _read(self, response: httpx.Response) -> bytes:
        body = bytearray()
        for part in response.iter_bytes():
            body += part
            if len(body) > MOST_BYTES:
                raise Unreachable(
                    _("{where} answered with more than {most} bytes.").format(
                        where=self.where, most=MOST_BYTES
                    )
                )
        return bytes(body)

    def _failure(self, error: httpx.HTTPError) -> Unreachable:
        """Return what a request without an answer means."""
        causes = _causes(error)
        if any(isinstance(cause, ssl.SSLCertVerificationError) for cause in causes):
            (cause,) = (each for each in causes if isinstance(each, ssl.SSLCertVerificationError))
            return Unreachable(
                _("{where}: its certificate can't be trusted: {reason}.").format(
                    where=self.where, reason=cause.verify_message
                ),
                _(
                    "Check the address and the clock. For a certificate of your own, name its "
                    "authority in the environment: SSL_CERT_FILE=/path/to/ca.pem"
                ),
            )
        if any(isinstance(cause, ssl.SSLError) for cause in causes):
            return Unreachable(
                _("{where}: no encrypted connection could be agreed on.").format(where=self.where),
                _("Check whether the address begins with http or https, and its port."),
            )
        if any(isinstance(cause, socket.gaierror) for cause in causes):
            return Unreachable(
                _("{where}: no computer of that name was found.").format(where=self.where),
                _("Check the address and the network."),
            )
        match error:
            case httpx.ConnectError() | httpx.ConnectTimeout():
                return TryAgain(
                    _("{where} can't be reached.").format(where=self.where),
                    _("Check the network."),
                )
            case httpx.TimeoutException():
                return TryAgain(_("{where} did not answer in time.").format(where=self.where))
            case httpx.ProxyError():
                return Unreachable(
                    _("{where}: the proxy refuses.").format(where=self.where),
                    _("Check its settings."),
                )
            case httpx.UnsupportedProtocol():
                return Unreachable(
                    _("{where}: the address is no URL of the web.").format(where=self.where)
                )
            case httpx.LocalProtocolError():
                return self._unsendable()
            case _:
                return TryAgain(_("{where} broke the connection off.").format(where=self.where))

    @property
    def _check_key(self) -> str:
        return _("Enter it again: {command}").format(command=f"tracker push --secret {self._name}")

    def _unsendable(self) -> Unreachable:
        return Unreachable(
            _("{where}: the address or the secret has letters that can't be sent.").format(
                where=self.where
            ),
            self._check_key,
        )

    def _refusal(self, response: httpx.Response, body: bytes) -> PushError:
        """Return what a status means that is no success."""
        status = response.status_code
        said = self._reason(body)
        match status:
            case 401:
                return Unreachable(
                    _("{where} does not know the key or password (401).{said}").format(
                        where=self.where, said=said
                    ),
                    self._check_key,
                )
            case 403:
                return Unreachable(
                    _("{where} does not allow it (403).{said}").format(
                        where=self.where, said=said
                    ),
                    _("Check what the key may do, and whether the account includes the API."),
                )
            case 404 | 405 | 410:
                return Unreachable(
                    _("{where} has nothing at the address ({status}).{said}").format(
                        where=self.where, status=status, said=said
                    ),
                    _("Check the address of the target: tracker push --list"),
                )
            case 413:
                return PushError(
                    _("{where}: the session is too large (413).{said}").format(
                        where=self.where, said=said
                    )
                )
            case 507:
                return Unreachable(
                    _("{where} has no space left (507).{said}").format(where=self.where, said=said)
                )
            case _ if status in PASSES:
                problem = _("{where} has trouble ({status}).{said}")
                if status == 429:
                    problem = _("{where} asks for a pause ({status}).{said}")
                return TryAgain(
                    problem.format(where=self.where, status=status, said=said),
                    wait_s=_retry_after_s(response),
                )
            case _ if response.is_redirect:
                there = urlsplit(response.headers.get("location", "")).netloc or self.where
                return Unreachable(
                    _("{where} has moved to {there} ({status}).").format(
                        where=self.where, there=one_line(there), status=status
                    ),
                    _(
                        "The secret is not sent elsewhere by itself. Add the target again with "
                        "the new address."
                    ),
                )
            case _:
                return PushError(
                    _("{where} refuses the session ({status}).{said}").format(
                        where=self.where, status=status, said=said
                    )
                )

    def _reason(self, body: bytes) -> str:
        """Return what the service says in its own words, without the secret; empty for a page."""
        text = body[: 10 * LONGEST_REASON].decode("utf-8", "replace")
        if text.lstrip().startswith("<"):
            return ""
        if self._secret is not None:
            text = self._secret.hidden_in(text)
        text = one_line(text)[:LONGEST_REASON]
        # Translators: after a sentence, in the words of a service.
        return _(" It says: {text}").format(text=text) if text else ""


@cache
def _trusted() -> ssl.SSLContext:
    """Return whom to trust; reading the list takes 0.1 s, so it is read once."""
    return httpx.create_ssl_context()


def _causes(error: BaseException | None) -> list[BaseException]:
    """Return an error with everything that led to it; the libraries in between wrap it."""
    found: list[BaseException] = []
    while error is not None and error not in found:
        found.append(error)
        error = error.__cause__ or error.__context__
    return found


def _retry_after_s(response: httpx.Response) -> float | None:
    """Return how long a service asks to wait, s: a number, or a date by its own clock."""
    text = response.headers.get("retry-after", "").strip()
    if text.isascii() and text.isdecimal():
        return float(text)
    try:
        until = parsedate_to_datetime(text)
        now = parsedate_to_datetime(response.headers.get("date", ""))
        return max(0.0, (until - now).total_seconds())
    except (ValueError, TypeError):
        return None
