from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
from aiohttp import ClientConnectionResetError, ClientSession, web

from tracker.web.host import WAITING_BYTES, Browser, CloseNotice

NOTICE = CloseNotice("Over", "2 sets", "Again", take=True)


class Network:
    """What a browser received; can hold back, or be gone."""

    def __init__(self) -> None:
        self.received: list[str | bytes] = []
        self.closed = False
        self.gone = False
        self.free = asyncio.Event()
        self.free.set()

    async def send_bytes(self, data: bytes) -> None:
        await self.free.wait()
        if self.gone:
            raise ClientConnectionResetError("Cannot write to closing transport")
        self.received.append(data)

    async def send_str(self, data: str) -> None:
        self.received.append(data)

    async def close(self, *, code: int) -> bool:
        self.closed = True
        return True


def browser_on(network: Any) -> Browser:
    return Browser("me", network)


async def test_what_is_painted_and_said_arrives_in_order() -> None:
    network = Network()
    browser = browser_on(network)
    browser.paint(b"one")
    browser.send("pong", "7")
    browser.paint(b"two")
    browser.close(NOTICE)
    browser.paint(b"too late")
    await browser.pump()
    *before, notice = network.received
    assert before == [b"one", '["pong", "7"]', b"two"]
    assert json.loads(str(notice)) == [
        "closed",
        {"title": "Over", "text": "2 sets", "button": "Again", "take": True},
    ]
    assert network.closed


async def test_a_slow_network_is_cut_off_and_holds_up_nobody() -> None:
    network = Network()
    network.free.clear()
    browser = browser_on(network)
    frame = bytes(WAITING_BYTES // 4)
    for _ in range(100):
        browser.paint(frame)
    network.free.set()
    await browser.pump()
    assert network.received == [frame] * 4
    # Without a notice: the page comes back.
    assert network.closed


async def test_what_was_sent_no_longer_waits() -> None:
    network = Network()
    browser = browser_on(network)
    pumping = asyncio.ensure_future(browser.pump())
    frame = bytes(WAITING_BYTES // 2)
    for _ in range(10):
        browser.paint(frame)
        # Two turns of the loop: one to take it from the queue, one to be done with it.
        for _ in range(2):
            await asyncio.sleep(0)
    browser.close(NOTICE)
    await pumping
    assert network.received[:-1] == [frame] * 10


async def test_a_connection_that_is_gone_ends_the_sending() -> None:
    network = Network()
    network.gone = True
    browser = browser_on(network)
    browser.paint(b"one")
    await browser.pump()
    browser.paint(b"two")
    assert network.received == []


async def test_a_real_websocket_that_was_closed_ends_it_too(
    unused_tcp_port: int,
) -> None:
    ended = asyncio.Event()

    async def handle(request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        browser = Browser("me", socket)
        await socket.receive()
        browser.paint(b"late")
        await browser.pump()
        ended.set()
        return socket

    app = web.Application()
    app.add_routes([web.get("/", handle)])
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", unused_tcp_port).start()
    try:
        async with (
            ClientSession() as client,
            client.ws_connect(f"http://127.0.0.1:{unused_tcp_port}/") as socket,
        ):
            await socket.close()
        await ended.wait()
    finally:
        await runner.cleanup()


@pytest.mark.parametrize("take", [True, False])
def test_a_farewell_says_whether_its_button_takes_the_screen(take: bool) -> None:
    assert CloseNotice("a", "b", "c", take).take is take


async def test_pings_that_nobody_takes_answers_to_are_bounded() -> None:
    network = Network()
    browser = browser_on(network)
    for _ in range(1000):
        browser.send("pong", "x" * 10_000)
    await browser.pump()
    assert sum(map(len, network.received)) <= WAITING_BYTES
    assert network.closed
