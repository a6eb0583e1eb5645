from __future__ import annotations

import sys
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

import fsspec
import pytest

from tracker.cli import download as module
from tracker.cli.download import is_url, local_copy, shown_url
from tracker.cli.exits import ExitCode
from tracker.domain import InputError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


@pytest.mark.parametrize("source", ["s3://bucket/a.arrows", "file:///a.csv", "memory://a"])
def test_urls_are_known(source: str) -> None:
    assert is_url(source)


@pytest.mark.parametrize("source", ["a.csv", "/a/b.csv", r"C:\a.csv", "a://", "://a", ""])
def test_paths_are_no_urls(source: str) -> None:
    assert not is_url(source)


def test_what_is_elsewhere_is_fetched_and_removed_again() -> None:
    with fsspec.open("memory://bucket/a.csv", "wb") as out:
        out.write(b"one")
    with local_copy("memory://bucket/a.csv") as path:
        assert path.name == "a.csv"
        assert path.read_bytes() == b"one"
    assert not path.exists()


def test_what_is_here_is_not_copied(tmp_path: Path) -> None:
    with local_copy(str(tmp_path / "a.csv")) as path:
        assert path == tmp_path / "a.csv"


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("memory://bucket/missing.csv", "no such file"),
        ("nosuch://a/b.csv", "cannot be downloaded"),
        ("http://[::1/a.csv", "cannot be downloaded"),
    ],
)
def test_what_cannot_be_fetched_is_explained(url: str, said: str) -> None:
    with pytest.raises(InputError, match=said), local_copy(url):
        pass


def test_without_the_package_it_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "fsspec", None)
    with (
        pytest.raises(InputError, match=r"hip-thrust-tracker\[dask\]"),
        local_copy("memory://a.csv"),
    ):
        pass


@contextmanager
def serving(answer: Callable[[BaseHTTPRequestHandler], None]) -> Iterator[str]:
    """Give the address of a server that answers every request alike."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            answer(self)

        def log_message(self, format: str, *arguments: Any) -> None:  # noqa: A002 - its name there
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = False
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/a.csv?token=secret"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def send(
    request: BaseHTTPRequestHandler, code: int, body: bytes = b"", **headers: str | None
) -> None:
    request.send_response(code)
    for name, value in ({"Content_Length": str(len(body))} | headers).items():
        if value is not None:
            request.send_header(name.replace("_", "-"), value)
    request.end_headers()
    request.wfile.write(body)


def redirect(request: BaseHTTPRequestHandler, place: str) -> None:
    send(request, 302, Location=place)


def test_what_a_server_has_is_fetched() -> None:
    with serving(lambda request: send(request, 200, b"one")) as url, local_copy(url) as path:
        assert (path.name, path.read_bytes()) == ("a.csv", b"one")


def test_a_redirect_on_the_same_host_is_followed() -> None:
    def answer(request: BaseHTTPRequestHandler) -> None:
        if request.path.startswith("/b.csv"):
            send(request, 200, b"one")
        else:
            redirect(request, "/b.csv")

    with serving(answer) as url, local_copy(url) as path:
        assert path.read_bytes() == b"one"


def test_what_is_wrong_with_a_file_is_said_of_its_url(tracker: Callable[..., Any]) -> None:
    with serving(lambda request: send(request, 200, b"hello\n")) as url:
        result = tracker("analyze", url)
    assert result.err.startswith(f"tracker: {url.partition('?')[0]}: expected a recording")


def say_hello(request: BaseHTTPRequestHandler) -> None:
    request.wfile.write(b"hello\r\n\r\n")


FAULTS: dict[str, tuple[Callable[[BaseHTTPRequestHandler], None], str]] = {
    "missing": (lambda request: send(request, 404), "there is no such file"),
    "forbidden": (lambda request: send(request, 403), "may not be read"),
    "broken": (lambda request: send(request, 500), "HTTP 500"),
    "cut": (
        lambda request: send(request, 200, b"one", Content_Length="9"),
        "ended after 3 of 9 bytes",
    ),
    "cut in a chunk": (
        lambda request: send(
            request, 200, b"5\r\non", Content_Length=None, Transfer_Encoding="chunked"
        ),
        "cannot be downloaded",
    ),
    "large": (
        lambda request: send(request, 200, b"one", Content_Length="99999999999"),
        "no session does",
    ),
    "endless": (
        lambda request: send(request, 200, bytes(3000), Content_Length=None),
        "no session does",
    ),
    "loop": (lambda request: redirect(request, "/a.csv"), "redirected in circles"),
    "other host": (
        lambda request: redirect(request, "http://localhost:1/a.csv"),
        "redirected to another place: http://localhost:1/a.csv",
    ),
    "other scheme": (
        lambda request: redirect(request, "https://127.0.0.1/a.csv"),
        "redirected to another place",
    ),
    "a file": (lambda request: redirect(request, "file:///etc/passwd"), "not on the web"),
    "no HTTP": (say_hello, "BadStatusLine"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_server_that_does_not_serve_is_a_line(
    fault: str,
    tracker: Callable[..., Any],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "MAX_DOWNLOAD_BYTES", 2000)
    answer, said = FAULTS[fault]
    with serving(answer) as url:
        result = tracker("analyze", url)
        with pytest.raises(InputError, match=said), local_copy(url):
            pass
    assert (result.code, result.out) == (ExitCode.USAGE_OR_INPUT, "")
    assert "Traceback" not in result.err
    assert "secret" not in result.err


def test_a_server_that_says_nothing_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "TIMEOUT_S", 0.05)
    left = threading.Event()

    def answer(_request: BaseHTTPRequestHandler) -> None:
        left.wait()

    with serving(answer) as url:
        try:
            with pytest.raises(InputError, match="said nothing"), local_copy(url):
                pass
        finally:
            left.set()


def test_another_host_is_followed_if_asked() -> None:
    with serving(lambda request: send(request, 200, b"one")) as there:
        elsewhere = there.replace("127.0.0.1", "localhost")
        with (
            serving(lambda request: redirect(request, elsewhere)) as url,
            local_copy(url, follow_redirects=True) as path,
        ):
            assert path.read_bytes() == b"one"


def test_not_even_then_is_a_file_read() -> None:
    with (
        serving(lambda request: redirect(request, "file:///etc/passwd")) as url,
        pytest.raises(InputError),
        local_copy(url, follow_redirects=True),
    ):
        pass


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://ann:secret@host:8443/a.csv?key=secret#secret", "https://host:8443/a.csv"),
        ("s3://bucket/a.arrows", "s3://bucket/a.arrows"),
        ("http://[::1/secret", "http://…"),
        ("http://ann:p@ss/secret@host/a.csv", "http://host/a.csv"),
        ("https://ann:secret@host/a.csv", "https://host/a.csv"),
    ],
)
def test_a_url_is_shown_without_its_secrets(url: str, shown: str) -> None:
    assert shown_url(url) == shown


@pytest.mark.parametrize(
    "url",
    [
        "http://ann:secret@127.0.0.1:1/a.csv",
        "https://ann:secret@127.0.0.1:1/a.csv",
        "http://ann@127.0.0.1:1/a.csv",
        "http://ann:secret/more@127.0.0.1:1/a.csv",
    ],
)
def test_a_login_in_a_url_is_told_and_not_repeated(url: str) -> None:
    with pytest.raises(InputError) as caught, local_copy(url):
        pass
    assert "a user name or a password in it" in caught.value.message
    assert caught.value.advice is not None
    told = caught.value.message + caught.value.advice
    assert not any(word in told for word in ("secret", "ann", "more", "Invalid"))


@pytest.mark.parametrize("name", ["..%2F..%2Fetc", "a%00b.csv", "x" * 400, "%2e%2e", ""])
def test_the_name_of_a_copy_is_harmless(name: str, tmp_path: Path) -> None:
    found = module._name_of(f"https://host/{name}")
    assert (tmp_path / found).parent == tmp_path
    assert 0 < len(found) <= 100
    assert "\x00" not in found
