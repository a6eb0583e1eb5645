"""Keeps the computer and its screen awake while a training runs, and no longer.

Nobody touches the keyboard in a set, so the system takes its user for gone. Each system has its
own way to be asked; all of them forget the wish when this process ends, however it ends. Where it
cannot be asked, the training goes on as it would without.
"""

from __future__ import annotations

import asyncio
import os
import sys
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from typing import TYPE_CHECKING, Any, Final

from tracker.language import _

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Awaitable, Callable

WHO: Final = "hip-thrust-tracker"
WHY: Final = _("A training is running")

ASKING_S: Final = 2.0
"""How long asking may take, s: a training does not wait for a desktop that hangs."""

ENDED_S: Final = 2.0
"""How long `caffeinate` may take to end, s."""

_CONTINUOUS, _SYSTEM, _DISPLAY = 0x80000000, 0x00000001, 0x00000002
"""ES_CONTINUOUS, ES_SYSTEM_REQUIRED and ES_DISPLAY_REQUIRED of Windows."""


@asynccontextmanager
async def kept_awake(platform: str = sys.platform) -> AsyncGenerator[None]:
    """Inside, neither the computer nor its screen falls asleep by itself, if that can be had."""
    ask = _WAYS.get(platform)
    async with AsyncExitStack() as stack:
        if ask is not None:
            # Below are other people's services, which fail as they like.
            with suppress(Exception):
                async with asyncio.timeout(ASKING_S):
                    await ask(stack)
        yield


async def _on_linux(stack: AsyncExitStack) -> None:
    # One may be missing: a server has no desktop, and a container neither.
    await asyncio.gather(_no_sleep(stack), _no_dark_screen(stack), return_exceptions=True)


async def _no_sleep(stack: AsyncExitStack) -> None:
    """Ask the login manager; the system sleeps again once the file that it gave is closed."""
    answer = await _asked(
        stack,
        "SYSTEM",
        ("org.freedesktop.login1", "/org/freedesktop/login1", "org.freedesktop.login1.Manager"),
        "ssss",
        ["sleep:idle", WHO, WHY, "block"],
    )
    stack.callback(os.close, answer.unix_fds[answer.body[0]])


async def _no_dark_screen(stack: AsyncExitStack) -> None:
    """Ask the desktop, which forgets it once the connection ends."""
    await _asked(
        stack,
        "SESSION",
        (
            "org.freedesktop.ScreenSaver",
            "/org/freedesktop/ScreenSaver",
            "org.freedesktop.ScreenSaver",
        ),
        "ss",
        [WHO, WHY],
    )


async def _asked(
    stack: AsyncExitStack,
    bus_type: str,
    service: tuple[str, str, str],
    signature: str,
    body: list[Any],
) -> Any:
    """Call `Inhibit` of a D-Bus service; the connection lasts as long as the stack."""
    from dbus_fast import BusType, DBusError, Message, MessageType
    from dbus_fast.aio import MessageBus

    bus = MessageBus(bus_type=BusType[bus_type], negotiate_unix_fd=True)
    stack.callback(bus.disconnect)
    await bus.connect()
    destination, path, interface = service
    answer = await bus.call(
        Message(
            destination=destination,
            path=path,
            interface=interface,
            member="Inhibit",
            signature=signature,
            body=body,
        )
    )
    if answer.message_type is not MessageType.METHOD_RETURN:
        raise DBusError("org.freedesktop.DBus.Error.Failed", f"{destination} refuses")
    return answer


async def _on_macos(stack: AsyncExitStack) -> None:
    """Start Apple's own program, which ends with this process at the latest."""
    process = await asyncio.create_subprocess_exec(
        *("caffeinate", "-d", "-i", "-w", str(os.getpid())),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )

    async def end() -> None:
        with suppress(ProcessLookupError, TimeoutError):
            process.terminate()
            await asyncio.wait_for(process.wait(), ENDED_S)

    stack.push_async_callback(end)


async def _on_windows(stack: AsyncExitStack) -> None:
    """Tell the system, which remembers it for this thread: that of the event loop."""
    import ctypes

    set_state = ctypes.WinDLL("kernel32").SetThreadExecutionState  # type: ignore[attr-defined,unused-ignore]
    set_state.argtypes = [ctypes.c_uint]
    if set_state(_CONTINUOUS | _SYSTEM | _DISPLAY):
        stack.callback(set_state, _CONTINUOUS)


_WAYS: Final[dict[str, Callable[[AsyncExitStack], Awaitable[None]]]] = {
    "linux": _on_linux,
    "darwin": _on_macos,
    "win32": _on_windows,
}
