"""Whether macOS lets this terminal use Bluetooth, asked by a process that may be killed for it.

A terminal without the permission, and without the words to ask for it, makes the system end
whichever process touches Bluetooth, before Python can say anything. So a child touches it first.

`python -m tracker.ble.permission` is that child.
"""

from __future__ import annotations

import asyncio
import sys
from contextlib import suppress
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

PROBE_S: Final = 45.0
"""Longest wait for the child, s: the system may be asking the user meanwhile."""

CHILD: Final = (sys.executable, "-P", "-m", "tracker.ble.permission")


async def is_killed(command: Sequence[str] = CHILD, limit_s: float = PROBE_S) -> bool:
    """Return whether the system kills a process for using Bluetooth.

    Any other end says nothing about that, and the real attempt will tell what is wrong.
    """
    child = await asyncio.create_subprocess_exec(
        *command,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        async with asyncio.timeout(limit_s):
            return await child.wait() < 0
    except TimeoutError:
        return False
    finally:
        if child.returncode is None:
            with suppress(ProcessLookupError):
                child.kill()
            await child.wait()


async def _touch() -> None:
    from bleak import BleakScanner

    async with BleakScanner():
        pass


if __name__ == "__main__":
    asyncio.run(_touch())
