"""Files from elsewhere: HTTP by Python's own library, everything else by fsspec.

A server is not trusted: it may never answer, send more than it says, or send one on to another
host. What is printed of a URL has neither a password nor a query, where keys are kept.
"""

from __future__ import annotations

import re
import tempfile
import urllib.request
from contextlib import contextmanager
from http.client import HTTPException, HTTPMessage
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Final
from urllib.error import HTTPError, URLError
from urllib.parse import unquote, urlsplit

from tracker.domain import InputError, TrackerError
from tracker.language import _

if TYPE_CHECKING:
    from collections.abc import Iterator

_URL: Final = re.compile(r"[a-z][a-z0-9+]+://.+")

MAX_DOWNLOAD_BYTES: Final = 512 << 20
"""Twice the text of one session; the recording of an hour takes a tenth."""

TIMEOUT_S: Final = 30.0
"""A server that says nothing for so long has nothing to say."""

_CHUNK_BYTES: Final = 1 << 20
_ODD_LETTERS: Final = re.compile(r"[^\w.() -]")


def is_url(source: str) -> bool:
    """Say whether a source is a URL, such as `s3://bucket/session.arrows`."""
    return _URL.fullmatch(source) is not None


def shown_url(url: str) -> str:
    """Return a URL for people: without user, password, query and fragment."""
    url = _without_login(url)
    try:
        parts = urlsplit(url)
        port = "" if parts.port is None else f":{parts.port}"
        return f"{parts.scheme}://{parts.hostname or ''}{port}{parts.path}"
    except ValueError:
        return f"{url.partition('://')[0]}://…"


def _without_login(url: str) -> str:
    """Return a URL without what stands before its host, even where a password has a `/` in it."""
    scheme, __, rest = url.partition("://")
    return f"{scheme}://{rest.rpartition('@')[2]}" if _has_login(url) else url


def _has_login(url: str) -> bool:
    """Say whether a user name or a password stands before the host."""
    rest = re.split("[?#]", url.partition("://")[2], maxsplit=1)[0]
    host, slash, __ = rest.partition("/")
    # A colon without a port behind it, and an at sign later on: the password has a slash in it.
    cut = bool(slash) and "@" in rest and re.fullmatch(r"\[.*\](:\d*)?|[^:]*(:\d*)?", host) is None
    return "@" in host or cut


@contextmanager
def local_copy(source: str, follow_redirects: bool = False) -> Iterator[Path]:
    """Give a path at which a source can be read; a URL is downloaded, and removed afterwards.

    With `follow_redirects`, a server may send one on to another host or scheme. Raises
    `InputError` if a URL cannot be read; one that is raised about the copy names the URL instead.
    """
    if not is_url(source):
        yield Path(source)
        return
    with tempfile.TemporaryDirectory(prefix="tracker-") as folder:
        path = Path(folder) / _name_of(source)
        if source.startswith(("http://", "https://")):
            _download(source, path, follow_redirects)
        else:
            _fetch(source, path)
        try:
            yield path
        except InputError as error:
            # Nobody knows the copy, which is gone when the message is read.
            if not error.path.startswith(str(path)):
                raise
            named = shown_url(source) + error.path.removeprefix(str(path))
            raise InputError(named, error.problem, error.advice) from error


def _name_of(url: str) -> str:
    """Return the name of the file, which tells what kind it is."""
    try:
        last = unquote(urlsplit(url).path).rsplit("/", 1)[-1]
    except ValueError:
        last = ""
    return _ODD_LETTERS.sub("_", last)[-100:].lstrip(".") or "session"


class _SameHost(urllib.request.HTTPRedirectHandler):
    """Follows redirects on one host with one scheme only."""

    def redirect_request(
        self,
        req: urllib.request.Request,
        fp: IO[bytes],
        code: int,
        msg: str,
        headers: HTTPMessage,
        newurl: str,
    ) -> urllib.request.Request | None:
        """Return the next request; raises `InputError` for one that leaves the host."""
        old, new = urlsplit(req.full_url), urlsplit(newurl)
        if (old.scheme, old.netloc) != (new.scheme, new.netloc):
            raise InputError(
                shown_url(req.full_url),
                _("is redirected to another place: {url}").format(url=shown_url(newurl)),
                _("If you trust it, name that address, or add --follow-redirects."),
            )
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def _download(url: str, path: Path, follow_redirects: bool) -> None:
    """Download over HTTP."""
    shown = shown_url(url)
    if _has_login(url):
        raise InputError(
            shown,
            _("has a user name or a password in it, and neither is sent"),
            _("Download it by hand, or use an address that needs none."),
        )
    try:
        with (
            _opener(follow_redirects).open(url, timeout=TIMEOUT_S) as answer,
            path.open("wb") as file,
        ):
            announced = answer.headers.get("Content-Length", "")
            size = int(announced) if announced.isascii() and announced.isdecimal() else None
            _refuse_large(shown, size)
            received = 0
            while chunk := answer.read(_CHUNK_BYTES):
                received += len(chunk)
                _refuse_large(shown, received)
                file.write(chunk)
    except TrackerError:
        raise
    except HTTPError as error:
        raise _http_error(shown, error) from error
    except TimeoutError as error:
        raise InputError(shown, _silence(), _("Try again later.")) from error
    except URLError as error:
        if isinstance(error.reason, TimeoutError):
            problem, advice = _silence(), _("Try again later.")
        else:
            problem, advice = (
                _("cannot be downloaded: {reason}").format(reason=error.reason),
                _("Check the URL."),
            )
        raise InputError(shown, problem, advice) from error
    except (HTTPException, OSError, ValueError) as error:
        problem = _("cannot be downloaded: {reason}").format(reason=type(error).__name__)
        raise InputError(shown, problem, _("Check the URL, and try again.")) from error
    if size is not None and received < size:
        raise InputError(
            shown,
            _("ended after {received} of {size} bytes").format(received=received, size=size),
            _("The connection broke: try again."),
        )


def _silence() -> str:
    return _("the server said nothing for {seconds:g} s").format(seconds=TIMEOUT_S)


def _opener(follow_redirects: bool) -> urllib.request.OpenerDirector:
    """Return what speaks HTTP and nothing else: a redirect must not read a file of ours."""
    redirects = urllib.request.HTTPRedirectHandler() if follow_redirects else _SameHost()
    opener = urllib.request.OpenerDirector()
    for handler in (
        urllib.request.ProxyHandler(),
        urllib.request.HTTPHandler(),
        urllib.request.HTTPSHandler(),
        urllib.request.HTTPDefaultErrorHandler(),
        urllib.request.HTTPErrorProcessor(),
        urllib.request.UnknownHandler(),
        redirects,
    ):
        opener.add_handler(handler)
    return opener


def _http_error(shown: str, error: HTTPError) -> InputError:
    match error.code:
        case 404 | 410:
            return InputError(shown, _("there is no such file"), _("Check the URL."))
        case 401 | 403:
            advice = _("Download it by hand, or use an address that needs no password.")
            return InputError(
                shown, _("may not be read (HTTP {code})").format(code=error.code), advice
            )
        # Python gives up after ten of them.
        case 301 | 302 | 303 | 307 | 308:
            target = error.headers.get("Location") or ""
            if is_url(target) and not target.startswith(("http://", "https://")):
                return InputError(
                    shown,
                    _("is redirected to what is not on the web: {url}").format(
                        url=shown_url(target)
                    ),
                    _("Download it by hand."),
                )
            return InputError(
                shown, _("is redirected in circles, or too often"), _("Download it by hand.")
            )
        case code:
            return InputError(
                shown,
                _("the server answered HTTP {code}").format(code=code),
                _("Try again later."),
            )


def _refuse_large(shown: str, size: int | None) -> None:
    if size is not None and size > MAX_DOWNLOAD_BYTES:
        raise InputError(
            shown,
            _("has more than {most} MB, and no session does").format(
                most=MAX_DOWNLOAD_BYTES >> 20
            ),
            _("Check the URL, or download it by hand and cut it into parts."),
        )


def _fetch(url: str, path: Path) -> None:
    """Download by fsspec: from buckets, over SSH, and from wherever else it reaches."""
    shown = shown_url(url)
    try:
        import fsspec
    except ModuleNotFoundError as error:
        raise InputError(
            shown,
            _("reading from such a URL needs a package that is not installed"),
            _("Install it with: {command}").format(
                command='pip install "hip-thrust-tracker[dask]"'
            ),
        ) from error
    try:
        filesystem: Any
        filesystem, place = fsspec.url_to_fs(url)
        size = filesystem.info(place).get("size")
        _refuse_large(shown, size if isinstance(size, int) else None)
        filesystem.get_file(place, str(path))
    except TrackerError:
        raise
    except FileNotFoundError as error:
        raise InputError(shown, _("there is no such file"), _("Check the URL.")) from error
    # Each kind of place has errors of its own, and none of them is a defect of ours.
    except Exception as error:
        problem = _("cannot be downloaded: {reason}").format(
            reason=f"{type(error).__name__}: {error}"
        )
        raise InputError(shown, problem.replace(url, shown), _("Check the URL.")) from error
