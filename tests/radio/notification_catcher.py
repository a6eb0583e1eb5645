"""A queue of notifications, for a test that waits for the next one."""

from __future__ import annotations

import asyncio
from typing import Final

PATIENCE_S: Final = 10.0
"""Whatever comes at all comes sooner, even on a busy machine."""


class NotificationCatcher:
    """The callback of a subscription; keeps what it gets."""

    def __init__(self) -> None:
        self._values: asyncio.Queue[bytes] = asyncio.Queue()

    def __call__(self, *arguments: object) -> None:
        """Take a notification; Bleak names the characteristic first, Bumble gives the bytes."""
        data = arguments[-1]
        assert isinstance(data, bytes | bytearray)
        self._values.put_nowait(bytes(data))

    async def next(self) -> bytes:
        """Return the next one."""
        return await asyncio.wait_for(self._values.get(), PATIENCE_S)

    @property
    def waiting(self) -> int:
        """How many wait to be taken."""
        return self._values.qsize()
