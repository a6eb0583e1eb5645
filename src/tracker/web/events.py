"""The live events of the training, for programs: each follows them at its own pace.

Theory of operation
-------------------
The training writes its events to a file, as `--events FILE` does anywhere, and so never waits for
a network. Every listener reads that file from its beginning. So nothing is lost for one that is
slow, or that comes late; and what waits for it is on the disk.
"""

from __future__ import annotations

import asyncio
from itertools import count
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator
    from pathlib import Path
    from typing import BinaryIO

LOOK_EVERY_S: Final = 0.01
"""How often the file is looked at while somebody listens, s: events are hardly later for it."""

MOST_LISTENERS: Final = 8
"""Websockets at a time that follow the events."""

PIECE_BYTES: Final = 65536
"""Read at a time."""


class EventFiles:
    """A file for each training, in a folder of the server's own."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._numbers = count(1)
        self._current: Path | None = None
        self.listeners = 0
        """How many follow the events."""

    def begin(self) -> tuple[str, str]:
        """Start a new file, and return the arguments that make a training write to it."""
        before, self._current = self._current, self._folder / f"{next(self._numbers)}.ndjson"
        if before is not None:
            # Who still reads it has it open.
            before.unlink(missing_ok=True)
        return "--events", str(self._current)

    async def lines(self) -> AsyncGenerator[str]:
        """Yield each event of the training from its beginning on, then those of the next ones."""
        file: BinaryIO | None = None
        read: Path | None = None
        rest = b""
        try:
            while True:
                piece = b"" if file is None else file.read(PIECE_BYTES)
                *whole, rest = (rest + piece).split(b"\n")
                for line in whole:
                    yield line.decode()
                if piece:
                    continue
                # All of a training is read before the next one.
                path = self._current
                if path is not None and path is not read and path.exists():
                    if file is not None:
                        file.close()
                    file, read, rest = path.open("rb"), path, b""
                else:
                    await asyncio.sleep(LOOK_EVERY_S)
        finally:
            if file is not None:
                file.close()
