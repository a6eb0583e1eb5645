"""`tracker serve` in a process of its own, and phones to look at it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import sync_playwright

from tests.web.chromium import PHONE, phone_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from playwright.sync_api import Playwright

    from tests.web.chromium import Phone


class Server:
    """`tracker serve`, as somebody at the computer has it."""

    def __init__(self, home: Path, *arguments: str) -> None:
        self._home = home
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tracker", "serve", "--port", "0", *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            encoding="utf-8",
            env={**os.environ, "TRACKER_HOME": str(home)},
        )
        assert self._process.stderr is not None
        self.link = self._process.stderr.readline().split()[-1]
        self.watch_link = self._process.stderr.readline().split()[-1]

    def interrupt(self) -> str:
        """Press Ctrl-C, and return what was said since the link."""
        self._process.send_signal(signal.SIGINT)
        out, err = self._process.communicate(timeout=60)
        assert (self._process.returncode, out) == (4, "")
        return err

    def recordings(self) -> list[Path]:
        return sorted(self._home.rglob("*.arrows"))

    def close(self) -> None:
        if self._process.poll() is None:
            self.interrupt()


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Callable[..., Server]]:
    servers: list[Server] = []

    def start(*arguments: str) -> Server:
        servers.append(Server(tmp_path / "home", *arguments))
        return servers[-1]

    yield start
    for server in servers:
        server.close()


@pytest.fixture
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as started:
        yield started


@pytest.fixture
def phone(playwright: Playwright, tmp_path: Path) -> Iterator[Phone]:
    with phone_of(playwright, tmp_path / "phone", PHONE) as made:
        yield made
