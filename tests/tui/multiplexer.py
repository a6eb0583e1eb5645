"""The program in a terminal of tmux, as somebody sees and types into it."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import time
import uuid
from contextlib import contextmanager
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

TMUX: Final = shutil.which("tmux")
MISSING: Final = "tmux is not installed (Debian, Ubuntu: apt-get install tmux)"

PATIENCE_S: Final = 90.0
"""What is waited for comes sooner; a machine may be busy."""

NOTHING_MORE: Final[Mapping[str, str]] = MappingProxyType({})

LOOK_S: Final = 0.05

Seen = TypeVar("Seen")


class Tmux:
    """A server of its own with one window, in which the program runs.

    Parameters
    ----------
    home
        Where the program keeps everything.
    arguments
        Of the program.
    columns, rows
        How large the window is at first.
    environment
        What the program finds in its environment besides.
    """

    def __init__(
        self,
        home: Path,
        *arguments: str,
        columns: int = 80,
        rows: int = 24,
        environment: Mapping[str, str] = NOTHING_MORE,
    ) -> None:
        # Whose socket it is; one that a test left behind is nobody else's.
        self._name = f"tracker-test-{uuid.uuid4().hex[:12]}"
        self._environment = {
            **os.environ,
            **environment,
            "TRACKER_HOME": str(home),
            "LC_ALL": "C.UTF-8",
        }
        # Tests that run side by side have these, and a program that sees them keeps to that size.
        for size_of_another in ("COLUMNS", "LINES"):
            self._environment.pop(size_of_another, None)
        self._code = home.parent / f"{self._name}-code"
        # Told by the shell: when tmux knows of an end depends on its version.
        shell = ["sh", "-c", 'TERM=xterm-256color "$@"; echo $? >"$0"', str(self._code)]
        program = [*shell, sys.executable, "-m", "tracker", *arguments]
        size = ("-x", str(columns), "-y", str(rows))
        # The picture stays when the program has ended, so that its last words can be read.
        stays = (";", "set-option", "-g", "remain-on-exit", "on")
        self._ask("new-session", "-d", *size, *program, *stays)
        self._server = int(self._ask("display-message", "-p", "#{pid}"))

    def _ask(self, *words: str) -> str:
        assert TMUX is not None
        done = subprocess.run(
            [TMUX, "-u", "-L", self._name, "-f", "/dev/null", *words],
            capture_output=True,
            encoding="utf-8",
            env=self._environment,
            timeout=PATIENCE_S,
            check=True,
        )
        return done.stdout

    @property
    def lines(self) -> list[str]:
        """What is on the screen."""
        return self._ask("capture-pane", "-p").splitlines()

    def press(self, *keys: str) -> None:
        """Press keys by their names, as tmux has them: Enter, Tab, Escape, C-u, Right, x."""
        self._ask("send-keys", *keys)

    def type(self, text: str) -> None:
        """Type a text."""
        self._ask("send-keys", "-l", text)

    def resize(self, columns: int, rows: int) -> None:
        """Become as large as this."""
        self._ask("resize-window", "-x", str(columns), "-y", str(rows))

    def found(self, pattern: str) -> re.Match[str] | None:
        """Return what matches on the screen right now."""
        return re.search(pattern, "\n".join(self.lines), re.MULTILINE)

    def shows(self, pattern: str) -> re.Match[str]:
        """Return what matches on the screen, once something does."""

        match = self._once(lambda: self.found(pattern), f"nothing like {pattern!r} is shown")
        assert match is not None
        return match

    def shows_no(self, pattern: str) -> None:
        """Return once nothing on the screen matches."""

        self._once(lambda: self.found(pattern) is None, f"{pattern!r} is still shown")

    def until(self, true: Callable[[], bool], what: str) -> None:
        """Wait for something that is not on the screen."""
        self._once(true, what)

    def _once(self, look: Callable[[], Seen], complaint: str) -> Seen:
        until_s = time.monotonic() + PATIENCE_S
        while not (seen := look()):
            if time.monotonic() > until_s:
                raise AssertionError("\n".join([complaint, *self.lines]))
            time.sleep(LOOK_S)
        return seen

    def freeze(self) -> None:
        """Take nothing that is drawn and pass on no key, as a terminal that hangs."""
        os.kill(self._server, signal.SIGSTOP)

    def thaw(self) -> None:
        """Go on."""
        os.kill(self._server, signal.SIGCONT)

    def ended(self) -> int:
        """Return the exit code of the program, once it has ended."""

        def code() -> str:
            return self._code.read_text(encoding="utf-8") if self._code.exists() else ""

        return int(self._once(code, "the program does not end"))

    def close(self) -> None:
        """Be gone, whatever runs."""
        self.thaw()
        self._ask("kill-server")


@contextmanager
def tmux(
    home: Path,
    *arguments: str,
    columns: int = 80,
    rows: int = 24,
    environment: Mapping[str, str] = NOTHING_MORE,
) -> Iterator[Tmux]:
    """Run the program with `arguments` in a terminal of tmux, and end it in any case."""
    shown = Tmux(home, *arguments, columns=columns, rows=rows, environment=environment)
    try:
        yield shown
    finally:
        shown.close()
