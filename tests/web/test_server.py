from __future__ import annotations

import asyncio
import errno
import json
import os
import re
import socket as sockets
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest
from aiohttp import ClientSession, CookieJar, Fingerprint, WSMsgType, WSServerHandshakeError

from tests.web.stand_in import COMMAND
from tracker.domain import TrackerError
from tracker.web.certificate import own_certificate
from tracker.web.host import SessionHost
from tracker.web.process import Size
from tracker.web.server import (
    MOST_CELLS,
    MOST_WATCHERS,
    REFUSAL,
    TEXTUAL,
    USUAL_SIZE,
    _refusal,
    handle,
    serve,
    size_from,
)
from tracker.web.words import PAGE

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from aiohttp import ClientWebSocketResponse

HERE = "127.0.0.1"
TOKEN = "the-token"
WATCH = "another-token"


@dataclass
class Visit:
    client: ClientSession
    root: str

    @property
    def url(self) -> str:
        return f"{self.root}/{TOKEN}/"

    @property
    def watch_url(self) -> str:
        return f"{self.root}/{WATCH}/"


@asynccontextmanager
async def visiting() -> AsyncIterator[Visit]:
    showing = SessionHost(COMMAND, unseen_s=3600.0, report=lambda _line: None)
    jar = CookieJar(unsafe=True)  # from an address, too
    async with (
        serve(showing, HERE, 0, TOKEN, names=("bench",), watch_token=WATCH) as port,
        ClientSession(cookie_jar=jar) as client,
    ):
        yield Visit(client, f"http://{HERE}:{port}")


async def until(socket: ClientWebSocketResponse, text: bytes) -> bytes:
    drawn = b""
    while text not in drawn:
        message = await socket.receive()
        assert message.type in (WSMsgType.BINARY, WSMsgType.TEXT), message
        if message.type == WSMsgType.BINARY:
            drawn += message.data
    return drawn


@pytest.mark.parametrize(("page", "loaded"), [("", 5), ("terminal", 4)])
async def test_the_page_and_all_that_it_loads_come_from_here(page: str, loaded: int) -> None:
    async with visiting() as visit:
        async with visit.client.get(visit.url + page) as answer:
            assert answer.status == 200
            text = await answer.text()
        parts = re.findall(r'(?:href|src)="([^"]+)"', text)
        assert len(parts) == loaded
        for part in parts:
            if part != "data:,":
                async with visit.client.get(f"{visit.root}/{part}") as answer:
                    assert answer.status == 200, part


def test_no_part_of_the_page_names_another_server() -> None:
    for part in PAGE.iterdir():
        assert not re.search(r"https?://", part.read_text(encoding="utf-8")), part


def test_what_the_page_takes_from_textual_serve_is_there() -> None:
    # Its files have no promised names, nor has what its script calls the attributes.
    for name in ("js/textual.js", "css/xterm.css", "fonts/RobotoMono-VariableFont_wght.ttf"):
        assert (TEXTUAL / name).is_file(), name
    script = (TEXTUAL / "js" / "textual.js").read_text(encoding="utf-8")
    for name in (
        "dataset.sessionWebsocketUrl",
        "dataset.fontSize",
        "window.onload",
        "-first-byte",
    ):
        assert name in script, name


async def test_the_address_without_its_last_slash_leads_to_the_page() -> None:
    async with visiting() as visit, visit.client.get(visit.url.rstrip("/")) as answer:
        assert (answer.status, str(answer.url)) == (200, f"{visit.root}/")


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/wrong/",
        "/the-toke/",
        "/the-token2/",
        "/static/js/textual.js",
        "/wrong/page/page.js",
        "/wrong/show/me",
        "/nowhere",
        "/?token=the-token",
    ],
)
async def test_without_the_token_everything_is_refused_in_one_line(path: str) -> None:
    async with visiting() as visit, visit.client.get(visit.root + path) as answer:
        assert answer.status == 403
        assert answer.content_type == "text/plain"
        assert await answer.text() == REFUSAL
        assert REFUSAL.count("\n") == 1


@pytest.mark.parametrize("path", ["/show/me", "/wrong/show/me", "/wrong/take/me"])
async def test_a_websocket_without_the_token_is_refused(path: str) -> None:
    async with visiting() as visit:
        with pytest.raises(WSServerHandshakeError) as refused:
            await visit.client.ws_connect(visit.root + path)
        assert refused.value.status == 403


async def test_the_address_is_told_to_nobody_and_no_page_may_frame_it() -> None:
    async with visiting() as visit, visit.client.get(visit.url) as answer:
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]


async def test_the_files_around_the_page_cannot_be_reached() -> None:
    async with visiting() as visit:
        for path in ("page/../server.py", "page/%2e%2e/server.py", "static/../server.py"):
            async with visit.client.get(visit.url + path) as answer:
                assert answer.status in (403, 404)


async def test_a_websocket_shows_and_steers_the_training() -> None:
    async with (
        visiting() as visit,
        visit.client.ws_connect(visit.url + "show/me?width=61&height=17") as socket,
    ):
        await until(socket, b" 61 17|")
        await socket.send_json(["stdin", "k"])
        await socket.send_json(["resize", {"width": 99, "height": 40}])
        await until(socket, b'"width": 99, "height": 40')
        await socket.send_json(["stdin", "q"])
        message = await socket.receive()
        while message.type == WSMsgType.BINARY:
            message = await socket.receive()
        assert json.loads(message.data)[1]["text"] == "2 sets, 9 reps"
        assert (await socket.receive()).type == WSMsgType.CLOSE


async def test_a_ping_is_answered_and_nonsense_is_not() -> None:
    async with (
        visiting() as visit,
        visit.client.ws_connect(visit.url + "show/me") as socket,
    ):
        await until(socket, b"|")
        for nonsense in ("", "{", "[]", "7", '["resize", {"width": 1}]', '["stdin", 5]', "null"):
            await socket.send_str(nonsense)
        await socket.send_json(["ping", "123"])
        message = await socket.receive()
        assert (message.type, message.data) == (WSMsgType.TEXT, '["pong", "123"]')


async def test_the_training_outlives_the_websocket_and_is_ended_with_the_server() -> None:
    async with visiting() as visit:
        async with visit.client.ws_connect(visit.url + "show/me") as socket:
            first = re.search(rb"pid \d+", await until(socket, b"|"))
        async with visit.client.ws_connect(visit.url + "show/me?width=50&height=20") as socket:
            again = await until(socket, b'"width": 50')
        assert first is not None
        assert b"pid" not in again


async def test_a_second_browser_is_told_and_may_take_the_screen() -> None:
    async with (
        visiting() as visit,
        visit.client.ws_connect(visit.url + "show/phone") as phone,
    ):
        await until(phone, b"|")
        async with visit.client.ws_connect(visit.url + "show/tablet") as tablet:
            assert (await tablet.receive_json())[0] == "closed"
        async with visit.client.ws_connect(visit.url + "take/tablet") as tablet:
            await until(tablet, b"resize")
            message = await phone.receive()
            while message.type == WSMsgType.BINARY:
                message = await phone.receive()
            assert json.loads(message.data)[1]["take"]


class Hearing:
    """A training, or a browser, that notes what it is told."""

    def __init__(self) -> None:
        self.heard: list[Any] = []

    def __getattr__(self, name: str) -> Any:
        return lambda *words: self.heard.append((name, *words))


def test_what_a_browser_says_becomes_what_a_terminal_does() -> None:
    training: Any = Hearing()
    browser: Any = Hearing()
    for said in (
        ["stdin", "q"],
        ["resize", {"width": 80, "height": 24}],
        ["focus"],
        ["blur"],
        ["ping", "1"],
    ):
        handle(json.dumps(said), browser, training)
        handle(json.dumps(said), browser, None)
    assert training.heard == [("type", "q"), ("resize", Size(80, 24))]
    assert browser.heard == [("send", "pong", "1")] * 2


@pytest.mark.parametrize(
    ("columns", "lines", "size"),
    [
        ("120", "40", Size(120, 40)),
        (None, None, USUAL_SIZE),
        ("wide", [], USUAL_SIZE),
        (0, -3, Size(1, 1)),
        (10**9, 1e999, Size(MOST_CELLS, USUAL_SIZE.lines)),
    ],
)
def test_no_size_is_believed_that_no_terminal_has(
    columns: object, lines: object, size: Size
) -> None:
    assert size_from(columns, lines) == size


async def test_a_port_in_use_is_said_with_what_to_try() -> None:
    with sockets.socket() as taken:
        taken.bind((HERE, 0))
        taken.listen()
        port = taken.getsockname()[1]
        showing = SessionHost(COMMAND, unseen_s=1.0, report=lambda _line: None)
        with pytest.raises(TrackerError, match=f"port {port} of {HERE} is in use") as refused:
            async with serve(showing, HERE, port, TOKEN):
                pass
        assert "--port 0" in str(refused.value.advice)


async def test_a_host_that_is_not_here_is_said() -> None:
    showing = SessionHost(COMMAND, unseen_s=1.0, report=lambda _line: None)
    with pytest.raises(TrackerError, match=r"Can't listen at port 8000 of 192\.0\.2\.99"):
        async with serve(showing, "192.0.2.99", 8000, TOKEN):
            pass


def test_a_port_that_is_not_allowed_is_said() -> None:
    refused = _refusal(PermissionError(errno.EACCES, "Permission denied"), HERE, 80)
    assert "port 80" in refused.message
    assert "1024" in str(refused.advice)


async def test_a_flood_for_a_browser_that_does_not_read_does_not_hold_up_the_training() -> None:
    async with (
        visiting() as visit,
        visit.client.ws_connect(visit.url + "show/phone", max_msg_size=0) as phone,
    ):
        await until(phone, b"|")
        for _ in range(20):
            await phone.send_json(["stdin", "flood"])
        # What is too much for the next one cuts it off as well, and it comes back as a page does.
        drawn = b""
        while b"resize" not in drawn:
            async with visit.client.ws_connect(visit.url + "take/tablet") as tablet:
                async for message in tablet:
                    drawn += message.data if message.type == WSMsgType.BINARY else b""
                    if b"resize" in drawn:
                        break


async def test_who_leaves_in_a_flood_of_pings_is_no_fault_of_ours(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async with visiting() as visit:
        parts = urlsplit(visit.url)
        reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
        head = (
            f"GET {parts.path}show/me HTTP/1.1",
            f"Host: {parts.netloc}",
            "Upgrade: websocket",
            "Connection: Upgrade",
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
            "Sec-WebSocket-Version: 13",
            "\r\n",
        )
        writer.write("\r\n".join(head).encode())
        assert b" 101 " in await reader.readline()
        ping = b"\x89\xfd\0\0\0\0" + b"x" * 125
        with suppress(TimeoutError):
            while True:
                writer.write(ping * 1000)
                await asyncio.wait_for(writer.drain(), 1.0)
        writer.transport.abort()
        await asyncio.sleep(0.2)
    assert "Error handling request" not in caplog.text


async def test_the_token_becomes_a_cookie_and_leaves_the_address() -> None:
    async with visiting() as visit:
        async with visit.client.get(visit.url, allow_redirects=False) as answer:
            assert (answer.status, answer.headers["Location"]) == (303, "/")
            cookie = answer.headers["Set-Cookie"]
        assert {"HttpOnly", "SameSite=Strict", "Path=/"} <= set(cookie.split("; "))
        assert TOKEN not in cookie
        async with visit.client.get(visit.root + "/") as answer:
            assert (answer.status, str(answer.url)) == (200, visit.root + "/")
        async with visit.client.ws_connect(visit.root + "/show/me") as socket:
            await until(socket, b"|")
        visit.client.cookie_jar.clear()
        async with visit.client.get(visit.root + "/") as answer:
            assert answer.status == 403


async def test_a_page_that_another_site_led_to_asks_again_by_itself() -> None:
    """A strict cookie is left out then; once the page is ours, it comes along."""
    browsers = {"Accept": "text/html,*/*"}
    async with visiting() as visit:
        async with visit.client.get(visit.root + "/", headers=browsers) as answer:
            assert answer.status == 403
            assert "url=?again" in await answer.text()
        async with visit.client.get(visit.root + "/?again", headers=browsers) as answer:
            assert await answer.text() == REFUSAL


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Host": "evil.example"}, 403),
        ({"Host": "evil.example:80"}, 403),
        ({"Host": ""}, 403),
        ({"Host": "localhost:1"}, 200),
        ({"Host": "BENCH"}, 200),
        ({"Host": "192.168.7.7:8000"}, 200),
        ({"Host": "[fe80::1]:8000"}, 200),
        ({"Origin": "http://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Host": "bench", "Origin": "http://bench"}, 200),
        ({"Host": "bench", "Origin": "https://bench"}, 403),
        ({"Host": "bench:81", "Origin": "http://bench"}, 403),
    ],
)
async def test_what_comes_under_another_name_or_from_another_site_is_refused(
    headers: dict[str, str], status: int
) -> None:
    async with visiting() as visit:
        async with visit.client.get(visit.url) as answer:
            cookie = answer.history[0].headers["Set-Cookie"].partition(";")[0]
        asked = {"Cookie": cookie, **headers}
        async with visit.client.get(visit.root + "/", headers=asked) as answer:
            assert answer.status == status


async def answer_of(port: int, asked: bytes) -> bytes:
    """Say something over a connection, and return what comes until its end."""
    reader, writer = await asyncio.open_connection(HERE, port)
    writer.write(asked)
    try:
        return await asyncio.wait_for(reader.read(), 30)
    except ConnectionError:
        return b""
    finally:
        writer.close()


@pytest.mark.parametrize("asked", [b"", b"GET / HT", b"GET / HTTP/1.1\r\nHost: loc"])
async def test_who_does_not_say_what_they_want_is_cut_off(
    monkeypatch: pytest.MonkeyPatch, asked: bytes
) -> None:
    monkeypatch.setattr("tracker.web.door.HEADER_S", 0.05)
    async with visiting() as visit:
        assert await answer_of(int(visit.root.rpartition(":")[2]), asked) == b""


async def test_who_has_no_token_does_not_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tracker.web.door.UNKNOWN_S", 0.05)
    asked = b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"
    async with visiting() as visit:
        answer = await answer_of(int(visit.root.rpartition(":")[2]), asked)
        assert answer.startswith(b"HTTP/1.1 403") or not answer


async def test_many_connections_cost_the_oldest_and_not_the_next_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("tracker.web.door.MOST_CONNECTIONS", 5)
    async with visiting() as visit:
        port = int(visit.root.rpartition(":")[2])
        waiting = [await asyncio.open_connection(HERE, port) for _ in range(12)]
        async with visit.client.get(visit.url) as answer:
            assert answer.status == 200
        # The socket of the training is none of them, however many come.
        async with visit.client.ws_connect(visit.root + "/show/me") as socket:
            await until(socket, b"|")
            more = [await asyncio.open_connection(HERE, port) for _ in range(12)]
            await socket.send_json(["ping", "1"])
            assert (await socket.receive()).data == '["pong", "1"]'
        for _, writer in (*waiting, *more):
            writer.close()


@pytest.mark.parametrize(
    "frame",
    ["[" * 30_000, '["stdin", "\\ud800"]', '["resize", {"width": 1e999, "height": [[]]}]', "\x00"],
    ids=["deep", "surrogate", "endless", "null"],
)
async def test_a_bad_frame_costs_the_frame(frame: str) -> None:
    async with visiting() as visit, visit.client.ws_connect(visit.url + "show/me") as socket:
        await until(socket, b"|")
        await socket.send_str(frame)
        await socket.send_bytes(b"\xff\x00")
        await socket.send_json(["ping", "123"])
        message = await socket.receive()
        while message.type == WSMsgType.BINARY:
            message = await socket.receive()
        assert message.data == '["pong", "123"]'


async def test_an_encrypted_page_proves_that_it_is_ours(tmp_path: Path) -> None:
    now = datetime(2026, 11, 30, tzinfo=UTC)
    certificate = own_certificate(tmp_path, ["localhost", HERE], now)
    if os.name != "nt":
        assert (tmp_path / "serve.pem").stat().st_mode & 0o077 == 0
    again = own_certificate(tmp_path, [HERE], now + timedelta(days=30))
    assert again.fingerprint == certificate.fingerprint
    sessions = SessionHost(COMMAND, unseen_s=3600.0, report=lambda _line: None)
    fingerprint = Fingerprint(bytes.fromhex(certificate.fingerprint.replace(":", "")))
    async with (
        serve(sessions, HERE, 0, TOKEN, context=certificate.context) as port,
        ClientSession(cookie_jar=CookieJar(unsafe=True)) as client,
    ):
        root = f"https://{HERE}:{port}"
        async with client.get(f"{root}/{TOKEN}/", ssl=fingerprint) as answer:
            assert answer.status == 200
            assert "Secure" in answer.history[0].headers["Set-Cookie"].split("; ")
    for names, moment in (([HERE, "bench"], now), ([HERE], now + timedelta(days=395))):
        assert own_certificate(tmp_path, names, moment).fingerprint != certificate.fingerprint


async def told(socket: ClientWebSocketResponse, kind: str) -> Any:
    """Return the next message of a kind on the page's websocket."""
    while True:
        found, content = await socket.receive_json()
        if found == kind:
            return content


def said(content: Any) -> Any:
    """Return what the stand-in heard from the page."""
    return content["heard"]


async def test_pages_share_one_training_and_each_hears_what_it_says() -> None:
    async with (
        visiting() as visit,
        visit.client.ws_connect(visit.url + "live/phone") as phone,
        visit.client.ws_connect(visit.url + "live/tablet") as tablet,
    ):
        assert await told(phone, "welcome") == {"controls": True, "training": True}
        assert said(await told(phone, "training")) == {"watched": True, "type": "page"}
        await tablet.send_json({"do": "adjust", "by": 1})
        for page in (phone, tablet):
            while said(heard := await told(page, "training")).get("do") is None:
                pass
            assert said(heard) == {"do": "adjust", "by": 1, "type": "page"}


async def test_the_terminal_and_the_page_show_one_training() -> None:
    async with (
        visiting() as visit,
        visit.client.ws_connect(visit.url + "live/phone") as phone,
    ):
        await told(phone, "training")
        async with visit.client.ws_connect(visit.url + "show/me?width=61&height=17") as terminal:
            drawn = await until(terminal, b'"width": 61')
        # The one that runs already.
        assert b"pid" not in drawn


async def test_who_watches_sees_the_page_and_changes_nothing() -> None:
    async with (
        visiting() as visit,
        visit.client.ws_connect(visit.watch_url + "live/coach") as coach,
    ):
        # Nor do they start a training.
        assert await told(coach, "welcome") == {"controls": False, "training": False}
        async with visit.client.ws_connect(visit.url + "live/phone") as phone:
            await told(phone, "training")
            await coach.send_json({"do": "finish"})
            await coach.send_json({"ping": 1})
            await told(coach, "pong")
            await phone.send_json({"do": "adjust", "by": -1})
            heard = [said(await told(coach, "training"))]
            while heard[-1].get("do") is None:
                heard.append(said(await told(coach, "training")))
        assert heard[-1]["do"] == "adjust"


@pytest.mark.parametrize(
    "path", ["terminal", "show/me", "take/me", "static/js/textual.js", "nowhere", "page/../x"]
)
async def test_the_second_link_opens_the_page_alone(path: str) -> None:
    async with visiting() as visit:
        async with visit.client.get(visit.watch_url) as answer:
            assert answer.status == 200
        async with visit.client.get(visit.root + "/page/phone.js") as answer:
            assert answer.status == 200
        for root in (visit.watch_url, f"{visit.root}/"):
            async with visit.client.get(root + path) as answer:
                assert answer.status == 403, root


async def test_watchers_leave_room_for_who_trains() -> None:
    async with visiting() as visit:
        sockets_ = [
            await visit.client.ws_connect(visit.watch_url + f"live/{n}")
            for n in range(MOST_WATCHERS)
        ]
        with pytest.raises(WSServerHandshakeError) as refused:
            await visit.client.ws_connect(visit.watch_url + "live/more")
        assert refused.value.status == 503
        async with visit.client.ws_connect(visit.url + "live/phone") as phone:
            assert (await told(phone, "welcome"))["controls"]
        for each in sockets_:
            await each.close()


@pytest.mark.parametrize(
    "frame", ["[" * 30_000, "null", '{"do": 5}', '{"do": ["a"]}', "\x00", "7"]
)
async def test_a_bad_frame_of_the_page_costs_the_frame(frame: str) -> None:
    async with visiting() as visit, visit.client.ws_connect(visit.url + "live/me") as socket:
        await socket.send_str(frame)
        await socket.send_bytes(b"\xff")
        await socket.send_json({"ping": 3})
        assert await told(socket, "pong") == 3
