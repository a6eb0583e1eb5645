from __future__ import annotations

import errno
import json
import re
import socket as sockets
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest
from aiohttp import ClientSession, WSMsgType, WSServerHandshakeError

from tests.web.stand_in import COMMAND
from tracker.domain import TrackerError
from tracker.web.host import SessionHost
from tracker.web.process import Size
from tracker.web.server import (
    MOST_CELLS,
    PAGE,
    REFUSAL,
    TEXTUAL,
    USUAL_SIZE,
    _refusal,
    handle,
    serve,
    size_from,
)

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from aiohttp import ClientWebSocketResponse

HERE = "127.0.0.1"
TOKEN = "the-token"


@dataclass
class Visit:
    client: ClientSession
    root: str

    @property
    def url(self) -> str:
        return f"{self.root}/{TOKEN}/"


@asynccontextmanager
async def visiting() -> AsyncIterator[Visit]:
    showing = SessionHost(COMMAND, unseen_s=3600.0, report=lambda _line: None)
    async with serve(showing, HERE, 0, TOKEN) as port, ClientSession() as client:
        yield Visit(client, f"http://{HERE}:{port}")


async def until(socket: ClientWebSocketResponse, text: bytes) -> bytes:
    drawn = b""
    while text not in drawn:
        message = await socket.receive()
        assert message.type in (WSMsgType.BINARY, WSMsgType.TEXT), message
        if message.type == WSMsgType.BINARY:
            drawn += message.data
    return drawn


async def test_the_page_and_all_that_it_loads_come_from_here() -> None:
    async with visiting() as visit:
        async with visit.client.get(visit.url) as answer:
            assert answer.status == 200
            page = await answer.text()
        parts = re.findall(r'(?:href|src)="([^"]+)"', page)
        assert len(parts) == 4
        for part in parts:
            if part != "data:,":
                async with visit.client.get(visit.url + part) as answer:
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
        assert (answer.status, str(answer.url)) == (200, visit.url)


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
