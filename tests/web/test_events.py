"""The events of a served training, as programs get them."""

from __future__ import annotations

import asyncio
import os
import sys
from contextlib import aclosing, asynccontextmanager
from typing import TYPE_CHECKING

import pytest
from aiohttp import ClientSession, WSServerHandshakeError

from tests.outlets.emitted import as_lines, emitted
from tests.web.stand_in import COMMAND
from tracker.web import EventFiles, SessionHost, serve
from tracker.web.events import MOST_LISTENERS

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence
    from pathlib import Path

HERE = "127.0.0.1"
TOKEN = "the-token"
DEMO = (sys.executable, "-m", "tracker", "demo", "--speed", "max")


@asynccontextmanager
async def serving(command: Sequence[str], folder: Path | None) -> AsyncIterator[str]:
    events = None if folder is None else EventFiles(folder)
    host = SessionHost(command, unseen_s=3600.0, report=lambda _line: None, events=events)
    async with serve(host, HERE, 0, TOKEN) as port:
        yield f"http://{HERE}:{port}"


def append(path: str, data: bytes) -> None:
    with open(path, "ab") as out:
        out.write(data)


async def test_each_listener_gets_everything_of_one_training_after_the_other(
    tmp_path: Path,
) -> None:
    files = EventFiles(tmp_path)
    async with aclosing(files.lines()) as early, aclosing(files.lines()) as late:
        first = asyncio.ensure_future(anext(early))
        option, path = files.begin()
        assert option == "--events"
        append(path, b'{"event": 1}\n{"ev')
        assert await first == '{"event": 1}'
        half = asyncio.ensure_future(anext(early))
        append(path, b'ent": 2}\n')
        assert await half == '{"event": 2}'
        _, following = files.begin()
        append(following, b'{"event": 3}\n')
        assert await anext(early) == '{"event": 3}'
        # What is over is not kept for those who come later.
        assert await anext(late) == '{"event": 3}'
    assert os.listdir(tmp_path) == [os.path.basename(following)]


@pytest.mark.slow
async def test_a_served_training_tells_its_events_to_whoever_has_the_token(
    tmp_path: Path,
) -> None:
    async with serving(DEMO, tmp_path) as root, ClientSession() as client:
        with pytest.raises(WSServerHandshakeError, match="403"):
            await client.ws_connect(f"{root}/events")
        async with (
            client.ws_connect(f"{root}/{TOKEN}/show/me?width=80&height=24") as screen,
            client.ws_connect(f"{root}/{TOKEN}/events") as early,
        ):
            showing = asyncio.ensure_future(_read(screen))
            expected = as_lines(emitted())
            assert [(await early.receive()).data for _ in expected] == expected
            async with client.ws_connect(f"{root}/{TOKEN}/events") as late:
                assert [(await late.receive()).data for _ in expected] == expected
            showing.cancel()


async def _read(screen: AsyncIterator[object]) -> None:
    async for _ in screen:
        pass


async def test_there_are_only_so_many_listeners_and_their_places_are_freed(tmp_path: Path) -> None:
    async with serving(COMMAND, tmp_path) as root, ClientSession() as client:
        url = f"{root}/{TOKEN}/events"
        sockets = [await client.ws_connect(url) for _ in range(MOST_LISTENERS)]
        with pytest.raises(WSServerHandshakeError, match="503"):
            await client.ws_connect(url)
        for socket in sockets:
            await socket.close()
        async with client.ws_connect(url) as again:
            await again.send_str("nobody listens to this")
            with pytest.raises(TimeoutError):
                await again.receive(timeout=0.1)


async def test_a_command_without_events_has_none(tmp_path: Path) -> None:
    async with serving(COMMAND, None) as root, ClientSession() as client:
        with pytest.raises(WSServerHandshakeError, match="404"):
            await client.ws_connect(f"{root}/{TOKEN}/events")
