"""The program in a terminal of its own, whose other end the test holds."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

PATIENCE_S = 60.0
"""What is waited for comes within a second or two; a machine may be busy."""

SIZE_VARIABLES = ("COLUMNS", "LINES")

KEPT_BYTES = 100_000
"""Some screens full; half an hour of them is hundreds of megabytes."""


class Terminal:
    """Shows a program and types into it; takes what is drawn only when it is told to."""

    def __init__(
        self,
        home: Path,
        *arguments: str,
        columns: int = 80,
        rows: int = 24,
        kind: str = "xterm-256color",
    ) -> None:
        self.home = home
        # Tests that run side by side have a size of their own, which a program would keep to.
        environment = {key: os.environ[key] for key in os.environ if key not in SIZE_VARIABLES}
        self._master, slave = pty.openpty()
        self.resize(columns, rows)
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tracker", *arguments],
            stdin=slave,
            stdout=slave,
            stderr=slave,
            env={**environment, "TRACKER_HOME": str(home), "TERM": kind},
            start_new_session=True,
        )
        os.close(slave)
        self.drawn = bytearray()
        """The end of what was drawn."""

    def resize(self, columns: int, rows: int) -> None:
        """Become as large as this, and tell the program."""
        size = struct.pack("HHHH", rows, columns, 0, 0)
        fcntl.ioctl(self._master, termios.TIOCSWINSZ, size)
        if hasattr(self, "process"):
            self.process.send_signal(signal.SIGWINCH)

    def take(self, seconds: float) -> None:
        """Take what is drawn, for a while."""
        until_s = time.monotonic() + seconds
        while (left_s := until_s - time.monotonic()) > 0:
            if select.select([self._master], [], [], min(left_s, 0.05))[0]:
                try:
                    self.drawn += os.read(self._master, 1 << 16)
                except OSError:
                    return
                del self.drawn[:-KEPT_BYTES]

    def take_until(self, true: Callable[[], bool]) -> None:
        """Take what is drawn until something is true."""
        until_s = time.monotonic() + PATIENCE_S
        while not true():
            assert time.monotonic() < until_s, self.drawn[-4000:].decode(errors="replace")
            assert self.process.poll() is None, self.drawn[-4000:].decode(errors="replace")
            self.take(0.05)

    def take_to_the_end(self) -> None:
        """Take what is drawn until the program has ended."""
        until_s = time.monotonic() + PATIENCE_S
        while self.process.poll() is None:
            assert time.monotonic() < until_s, "the program does not end"
            self.take(0.05)

    def press(self, keys: str) -> None:
        """Type."""
        os.write(self._master, keys.encode())

    @property
    def recording(self) -> Path | None:
        """The recording of this training, once there is one."""
        return next((self.home / "data" / "recordings").glob("*.arrows"), None)

    @property
    def recorded_bytes(self) -> int:
        """How long it is by now."""
        path = self.recording
        return 0 if path is None else path.stat().st_size

    def let_go(self) -> int:
        """Return this end of the terminal, which is the caller's from now on."""
        master, self._master = self._master, -1
        return master

    def hang_up(self) -> None:
        """Close the window; the program is told, as the kernel tells a session's leader."""
        os.close(self.let_go())
        # The terminal is not its controlling one: what the kernel does then is done here.
        self.process.send_signal(signal.SIGHUP)

    def close(self) -> None:
        """Be gone, whatever runs."""
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        with suppress(OSError):
            os.close(self._master)


@contextmanager
def terminal(
    home: Path, *arguments: str, columns: int = 80, rows: int = 24, kind: str = "xterm-256color"
) -> Iterator[Terminal]:
    """Run the program with `arguments` in a terminal, and end it in any case."""
    shown = Terminal(home, *arguments, columns=columns, rows=rows, kind=kind)
    try:
        yield shown
    finally:
        shown.close()
