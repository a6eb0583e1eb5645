"""A `tracker` command in a process of its own, whose screen goes through pipes.

Textual's web driver writes packets: one byte for the kind, four for the length (big-endian), then
what it is about. `D` is the terminal's bytes, `M` is JSON. It reads the same from its input.
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

READY: Final = b"__GANGLION__\n"
"""The line after which the packets come."""

HEAD_BYTES: Final = 5
EXIT: Final = "exit"
"""Kind of the message after which only the last words come."""

LOOKED_AT: Final = frozenset({10, 30, 100})
"""The driver begins by telling the app, at some time, that nobody looks; an app that believes it
shows no keys. So it is told otherwise with these packets: the first picture, and some seconds. Not
with every one: each time the keys are laid out anew, and cannot be tapped meanwhile."""

LAST_BYTES: Final = 4096
"""What is kept of the last words, bytes: a line is usual, and a traceback helps nobody."""

LAST_LINES: Final = 20
"""What is kept of stderr, lines."""

INPUT_BYTES: Final = 65536
"""Keys that wait for a command that does not read (yet); more are dropped."""

PATIENCE_S: Final = 30.0
"""How long an end in good order may take, s: a sensor out of reach has to be given up first."""


@dataclass(frozen=True, slots=True)
class Size:
    """How much a browser's terminal shows."""

    columns: int
    lines: int


@dataclass(frozen=True, slots=True)
class Ending:
    """How a command ended."""

    code: int
    """Its exit code; negative if a signal ended it."""
    said: str
    """What it printed last on stdout."""
    complaint: str
    """What it said last on stderr."""


def environment(outside: Mapping[str, str], size: Size) -> dict[str, str]:
    """Return the environment in which a Textual app draws to pipes."""
    return {
        **outside,
        "TEXTUAL_DRIVER": "textual.drivers.web_driver:WebDriver",
        "TEXTUAL_COLOR_SYSTEM": "truecolor",
        # Over a wireless network, more is stutter and not smoother.
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
        self._complaint: deque[str] = deque(maxlen=LAST_LINES)

    @classmethod
    async def begin(
        cls, command: Sequence[str], size: Size, outside: Mapping[str, str]
    ) -> Training:
        """Start a command.

        Parameters
        ----------
        command
            The program and its arguments.
        size
            What its screen starts with.
        outside
            The environment it would have without a browser.
        """
        process = await asyncio.create_subprocess_exec(
            *command,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            env=environment(outside, size),
            # Ctrl-C is told by the server, once and in order.
            start_new_session=True,
        )
        return cls(process)

    async def run(self, paint: Callable[[bytes], None], say: Callable[[str], None]) -> Ending:
        """Pass on what the command draws and says until it has ended.

        Nothing here waits for a browser: a command whose pipe is full stands still, and with it
        the clock of its training.

        Parameters
        ----------
        paint
            Takes the terminal's bytes.
        say
            Takes a line of stderr.
        """
        listening = asyncio.ensure_future(self._listen(say))
        said = await self._draw(paint)
        await listening
        return Ending(await self._process.wait(), said, "\n".join(self._complaint))

    def type(self, keys: str) -> None:
        """Give the command what was typed or clicked, as a terminal would."""
        self._send(b"D", keys.encode())

    def resize(self, size: Size) -> None:
        """Tell how much the browser shows."""
        self._tell({"type": "resize", "width": size.columns, "height": size.lines})
        self._focus()

    async def end(self) -> None:
        """End the command in good order, and return when it is over."""
        if sys.platform == "win32":
            # A signal would be the end at once.
            self._tell({"type": "quit"})
        elif self._process.returncode is None:
            self._process.terminate()
        try:
            await asyncio.wait_for(self._process.wait(), PATIENCE_S)
        except TimeoutError:
            self._process.kill()
            await self._process.wait()

    def _focus(self) -> None:
        self._tell({"type": "focus"})

    def _tell(self, message: dict[str, str | int]) -> None:
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
                return _words(before)
            before = (before + line)[-LAST_BYTES:]
        drawn = 0
        try:
            while True:
                head = await self._output.readexactly(HEAD_BYTES)
                payload = await self._output.readexactly(int.from_bytes(head[1:], "big"))
                if head[:1] == b"D":
                    paint(payload)
                    drawn += 1
                    if drawn in LOOKED_AT:
                        self._focus()
                elif head[:1] == b"M" and json.loads(payload).get("type") == EXIT:
                    break
        except asyncio.IncompleteReadError:
            # It died while it drew.
            return ""
        said = b""
        while more := await self._output.read(LAST_BYTES):
            said = (said + more)[-LAST_BYTES:]
        return _words(said)

    async def _listen(self, say: Callable[[str], None]) -> None:
        while line := await self._errors.readline():
            text = line.decode(errors="replace").rstrip()
            self._complaint.append(text)
            say(text)


def _words(said: bytes) -> str:
    return said.decode(errors="replace").strip()
