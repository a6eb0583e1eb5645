"""A `tracker` command in a process of its own, whose screen goes through pipes.

It ends in good order once its input does.

Textual's web driver writes packets: one byte for the kind, four for the length (big-endian), then
the payload. `D` is the terminal's bytes, `M` is JSON. Its input has the same format.
"""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

READY: Final = b"__GANGLION__\n"
"""The line after which the packets come."""

HEAD_BYTES: Final = 5
EXIT: Final = "exit"
"""Type of the message after which only plain output follows."""

FOCUS_AFTER: Final = frozenset({10, 30, 100})
"""The driver soon tells the app that its window lost the focus, and then the app shows no keys. So
it gets the focus back after this many packets: with the first picture, and some seconds later.
Not after every one: each time, the keys are laid out again and can't be tapped meanwhile."""

LAST_BYTES: Final = 4096
"""What is kept of the plain output, bytes: it is usually one line."""

LAST_LINES: Final = 20
"""What is kept of stderr, lines."""

INPUT_BYTES: Final = 65536
"""Keys that wait for a command that does not read them; more are dropped."""

PATIENCE_S: Final = 30.0
"""How long an orderly end may take, s: an unreachable sensor has to be given up first."""


@dataclass(frozen=True, slots=True)
class Size:
    """Size of a browser's terminal."""

    columns: int
    lines: int


@dataclass(frozen=True, slots=True)
class Ending:
    """How a command ended."""

    code: int
    """Its exit code; negative if a signal ended it."""
    output: str
    """The end of its stdout, after the screen."""
    errors: str
    """The end of its stderr."""


def environment(size: Size) -> dict[str, str]:
    """Return an environment in which a Textual app draws to pipes."""
    return {
        **os.environ,
        "TEXTUAL_DRIVER": "textual.drivers.web_driver:WebDriver",
        "TEXTUAL_COLOR_SYSTEM": "truecolor",
        # Over a wireless network, more frames stutter.
        "TEXTUAL_FPS": "30",
        "TERM": "xterm-256color",
        "COLUMNS": str(size.columns),
        "ROWS": str(size.lines),
        "PYTHONIOENCODING": "utf-8",
    }


class Training:
    """One running command."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stderr is not None
        self._process = process
        self._input = process.stdin
        self._output = process.stdout
        self._errors = process.stderr
        self._last_errors: deque[str] = deque(maxlen=LAST_LINES)

    @classmethod
    async def begin(cls, command: Sequence[str], size: Size) -> Training:
        """Start a command."""
        process = await asyncio.create_subprocess_exec(
            *command,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            env=environment(size),
            # Ctrl-C is for the server, which ends the command once and in order. The flag is
            # Windows', where sessions are unknown.
            start_new_session=True,
            creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),
        )
        return cls(process)

    async def run(self, paint: Callable[[bytes], None], report: Callable[[str], None]) -> Ending:
        """Give the terminal's bytes to `paint` and lines of stderr to `report` until the end.

        Nothing here waits for a browser: a command whose pipe is full stops, and so does its
        training.
        """
        reading = asyncio.ensure_future(self._read_errors(report))
        output = await self._draw(paint)
        await reading
        return Ending(await self._process.wait(), output, "\n".join(self._last_errors))

    def type(self, keys: str) -> None:
        """Pass on what was typed or clicked, as a terminal would."""
        # Half of a surrogate pair is no key.
        self._send(b"D", keys.encode("utf-8", "replace"))

    def resize(self, size: Size) -> None:
        """Pass on the size of the browser's terminal; even the same size redraws everything."""
        self._send_message({"type": "resize", "width": size.columns, "height": size.lines})
        self._focus()

    async def end(self) -> None:
        """End the command in good order, and return when it is over.

        The end of its input tells it (`parent_watchdog`), as it does when the server is killed. A
        signal would not get through: in a virtual environment on Windows, the process that was
        started here is a launcher.
        """
        self._input.close()
        try:
            await asyncio.wait_for(self._process.wait(), PATIENCE_S)
        except TimeoutError:
            self._process.kill()
            await self._process.wait()

    def _focus(self) -> None:
        self._send_message({"type": "focus"})

    def _send_message(self, message: dict[str, str | int]) -> None:
        self._send(b"M", json.dumps(message).encode())

    def _send(self, kind: bytes, payload: bytes) -> None:
        waiting = self._input.transport.get_write_buffer_size()
        if self._input.is_closing() or waiting + len(payload) > INPUT_BYTES:
            return
        self._input.write(kind + len(payload).to_bytes(4, "big") + payload)

    async def _draw(self, paint: Callable[[bytes], None]) -> str:
        before = b""
        while (line := await self._output.readline()) != READY:
            if not line:
                return _text(before)
            before = (before + line)[-LAST_BYTES:]
        drawn = 0
        try:
            while True:
                head = await self._output.readexactly(HEAD_BYTES)
                payload = await self._output.readexactly(int.from_bytes(head[1:], "big"))
                if head[:1] == b"D":
                    paint(payload)
                    drawn += 1
                    if drawn in FOCUS_AFTER:
                        self._focus()
                elif head[:1] == b"M" and json.loads(payload).get("type") == EXIT:
                    break
        except asyncio.IncompleteReadError:
            # It died while drawing.
            return ""
        rest = b""
        while more := await self._output.read(LAST_BYTES):
            rest = (rest + more)[-LAST_BYTES:]
        return _text(rest)

    async def _read_errors(self, report: Callable[[str], None]) -> None:
        while line := await self._errors.readline():
            text = line.decode(errors="replace").rstrip()
            self._last_errors.append(text)
            report(text)


def _text(output: bytes) -> str:
    return output.decode(errors="replace").strip()
