"""What is asked of the systems; those that are not here are stood in for."""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tracker.app.awake import WHO, WHY, kept_awake

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

linux = pytest.mark.skipif(sys.platform != "linux", reason="there is no D-Bus there")


class Desktop:
    """What was asked of the login manager and the screen saver, and what is still held."""

    def __init__(self) -> None:
        self.asked: list[list[str]] = []
        self.sleepless, self._given = os.pipe()

    def inhibits(self, body: list[str]) -> int | None:
        """Note a wish; the login manager answers with a file."""
        self.asked.append(body)
        return self._given if len(body) == 4 else None

    def let_go(self) -> None:
        """Close our copy of the file, so that the end of the other one can be seen."""
        os.close(self._given)


@asynccontextmanager
async def desktop(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Desktop]:
    """A D-Bus of our own with stand-ins for both services."""
    from dbus_fast import Message, MessageType
    from dbus_fast.aio import MessageBus

    from tests.radio.bluez.daemon import daemon_is_there, private_bus

    if not daemon_is_there():
        pytest.skip("there is no dbus-daemon")
    shown = Desktop()

    def answer(message: Message) -> Message | None:
        if message.message_type is not MessageType.METHOD_CALL or message.member != "Inhibit":
            return None
        given = shown.inhibits(message.body)
        if given is None:
            return Message.new_method_return(message, "u", [7])
        return Message.new_method_return(message, "h", [0], [given])

    with (
        tempfile.TemporaryDirectory(prefix="bus") as folder,
        private_bus(Path(folder)) as (address, _),
    ):
        monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", address)
        monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", address)
        bus = await MessageBus(bus_address=address, negotiate_unix_fd=True).connect()
        await bus.request_name("org.freedesktop.login1")
        await bus.request_name("org.freedesktop.ScreenSaver")
        bus.add_message_handler(answer)
        yield shown
        bus.disconnect()


@linux
async def test_linux_stays_awake_for_as_long_as_the_training(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with desktop(monkeypatch) as shown:
        os.set_blocking(shown.sleepless, False)
        async with kept_awake("linux"):
            assert sorted(shown.asked) == [[WHO, WHY], ["sleep:idle", WHO, WHY, "block"]]
            shown.let_go()
            # The file is still open: the login manager would hold back the sleep.
            with pytest.raises(BlockingIOError):
                os.read(shown.sleepless, 1)
        assert os.read(shown.sleepless, 1) == b""
        os.close(shown.sleepless)


@linux
async def test_where_nobody_can_be_asked_the_training_goes_on(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name in ("SYSTEM", "SESSION"):
        monkeypatch.setenv(f"DBUS_{name}_BUS_ADDRESS", f"unix:path={tmp_path}/nothing")
    async with kept_awake("linux"):
        pass


@pytest.mark.posix("the stand-in is a script")
async def test_macos_runs_its_own_program_until_the_end(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    said = tmp_path / "said"
    stand_in = tmp_path / "caffeinate"
    stand_in.write_text(
        f"#!/bin/sh\ntrap 'echo ended >>\"{said}\"; exit' TERM\n"
        f'echo "$@" >"{said}.new"; mv "{said}.new" "{said}"\nwhile :; do sleep 0.02; done\n',
        encoding="utf-8",
    )
    stand_in.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    async with kept_awake("darwin"):
        while not said.exists():  # noqa: ASYNC110 - it is another process
            await asyncio.sleep(0.01)
    assert said.read_text(encoding="utf-8") == f"-d -i -w {os.getpid()}\nended\n"


@pytest.mark.parametrize("platform", ["darwin", "win32", "freebsd14"])
async def test_a_system_without_its_own_way_is_no_obstacle(
    platform: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    async with kept_awake(platform):
        pass


async def test_windows_is_told_that_system_and_screen_are_needed_and_then_that_they_are_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    import ctypes

    told: list[int] = []

    class Kernel:
        """Stands for kernel32, which answers with the state before."""

        class SetThreadExecutionState:
            argtypes: object = None

            def __new__(cls, state: int) -> int:  # type: ignore[misc]
                told.append(state)
                return 0x80000000

    monkeypatch.setattr(ctypes, "WinDLL", lambda _name: Kernel, raising=False)
    async with kept_awake("win32"):
        assert told == [0x80000003]
    assert told == [0x80000003, 0x80000000]


async def test_an_error_inside_comes_through_and_lets_go() -> None:
    with pytest.raises(ZeroDivisionError):
        async with kept_awake("freebsd14"):
            raise ZeroDivisionError
