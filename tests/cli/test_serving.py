from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from typing import TYPE_CHECKING

import pytest
from aiohttp import ClientSession, WSMsgType

from tracker.cli.serving import ServeTarget, qr_code, spread
from tracker.domain import TrackerError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def server(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    call = [sys.executable, "-m", "tracker", "serve", "--port", "0", "--sensor", "sim"]
    process = subprocess.Popen(
        call,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "TRACKER_HOME": str(tmp_path)},
    )
    with process:
        yield process
        process.kill()


def test_the_link_that_is_printed_works_and_stdout_stays_empty(
    server: subprocess.Popen[str],
) -> None:
    assert server.stderr is not None
    first = server.stderr.readline()
    assert first.startswith("the training screen is at http://127.0.0.1:")
    link = first.split()[-1]
    with urllib.request.urlopen(link) as answer:
        assert b"textual-terminal" in answer.read()
    with (
        pytest.raises(urllib.error.HTTPError, match="403"),
        urllib.request.urlopen(link[:-2] + "/") as answer,
    ):
        answer.read()
    server.send_signal(signal.SIGINT)
    out, err = server.communicate(timeout=60)
    assert (server.returncode, out) == (4, "")
    assert "Traceback" not in err
    assert err.endswith("tracker: interrupted.\n")


def test_it_goes_on_when_nobody_reads_what_it_says(server: subprocess.Popen[str]) -> None:
    assert server.stderr is not None
    link = server.stderr.readline().split()[-1]
    server.stderr.close()

    async def visit_and_quit() -> str:
        # The training says where it records to, and the server that the screen is gone.
        async with ClientSession() as client:
            async with client.ws_connect(f"{link}show/me") as socket:
                while (await socket.receive()).type != WSMsgType.BINARY:
                    pass
            async with client.ws_connect(f"{link}show/me") as socket:
                asked = False
                async for message in socket:
                    # A whole picture: keys are heard by now.
                    if not asked and message.type == WSMsgType.BINARY and len(message.data) > 500:
                        await socket.send_json(["stdin", "q"])
                        asked = True
                    if message.type == WSMsgType.TEXT and "farewell" in message.data:
                        return str(message.data)
        return ""

    assert "The training is over" in asyncio.run(visit_and_quit())


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "::1"])
def test_this_computer_alone_needs_no_leave(host: str) -> None:
    assert spread(host, lan=False) == ServeTarget(host, host, shared=False)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.5", "bench.example"])
def test_others_are_let_in_only_if_somebody_says_so(host: str) -> None:
    with pytest.raises(TrackerError, match="other devices") as refused:
        spread(host, lan=False)
    assert "--lan" in str(refused.value.advice)
    assert spread(host, lan=True).shared


def test_the_link_names_an_address_that_a_phone_can_open() -> None:
    assert spread("192.168.1.5", lan=True).name == "192.168.1.5"
    assert spread("0.0.0.0", lan=True).name not in ("0.0.0.0", "::", "")


def test_the_code_for_a_camera_is_a_square_of_half_blocks() -> None:
    lines = qr_code("http://192.168.178.100:8000/abcdefghijklmnopqrstuv/").splitlines()
    plain = [line for line in lines if set(line) & set("█▀▄ ")]
    assert len({len(line) for line in plain}) == 1
    assert abs(len(plain[0]) - 2 * len(plain)) <= 1
    # A small terminal shows it whole.
    assert len(plain) < 24
