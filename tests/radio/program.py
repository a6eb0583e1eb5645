"""The whole program as a process of its own, beside a bench."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import threading
from copy import copy
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from pathlib import Path

    from tests.radio.bluez import Bench

PATIENCE_S: Final = 60.0
"""A process that is not done by then hangs."""

TRACEBACK: Final = "Traceback"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a process left behind."""

    code: int
    out: str
    err: str

    @property
    def advice(self) -> list[str]:
        """What was said on stderr, line by line."""
        return self.err.strip().splitlines()

    def document(self) -> Any:
        """Return what was printed as JSON."""
        return json.loads(self.out)


class Running:
    """A process that runs; what it prints can be waited for."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process
        self._said: dict[str, list[str]] = {"out": [], "err": []}
        self._changed = threading.Condition()
        self._readers = [
            threading.Thread(target=self._read, args=(name, stream), daemon=True)
            for name, stream in (("out", process.stdout), ("err", process.stderr))
        ]
        for reader in self._readers:
            reader.start()

    def _read(self, name: str, stream: Any) -> None:
        for line in stream:
            with self._changed:
                self._said[name].append(line)
                self._changed.notify_all()

    def wait_for_line(self, pattern: str, *, times: int = 1) -> None:
        """Return once so many lines on stdout or stderr match a pattern."""

        def enough() -> bool:
            lines = self._said["out"] + self._said["err"]
            return sum(re.search(pattern, line) is not None for line in lines) >= times

        with self._changed:
            if not self._changed.wait_for(enough, PATIENCE_S):
                raise TimeoutError(f"no line like {pattern!r} in {self._said}")

    def interrupt(self) -> None:
        """Press Ctrl-C."""
        self._process.send_signal(signal.SIGINT)

    def send(self, name: str) -> None:
        """Send a signal by its name."""
        self._process.send_signal(signal.Signals[name])

    def kill(self) -> None:
        """End it without asking."""
        self._process.kill()

    def end(self, timeout_s: float = PATIENCE_S) -> Outcome:
        """Wait for the process to end by itself.

        Raises
        ------
        TimeoutError
            If it does not.
        """
        try:
            code = self._process.wait(timeout_s)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
            raise TimeoutError(f"still running; it said {self._said}") from None
        finally:
            for reader in self._readers:
                reader.join()
            for stream in (self._process.stdout, self._process.stderr):
                assert stream is not None
                stream.close()
        return Outcome(code, "".join(self._said["out"]), "".join(self._said["err"]))


class Program:
    """`tracker` on a computer whose radio is the bench.

    Parameters
    ----------
    bench
        The radio; None leaves the computer without a system bus.
    home
        Where everything is kept.
    """

    def __init__(self, bench: Bench | None, home: Path) -> None:
        self.home = home
        nowhere = {"DBUS_SYSTEM_BUS_ADDRESS": f"unix:path={home}/no-bus"}
        self._environment = {
            **os.environ,
            **(nowhere if bench is None else bench.environment),
            "TRACKER_HOME": str(home),
            "PYTHONUNBUFFERED": "1",
            "PYTHONWARNINGS": "error",
            "NO_COLOR": "1",
        }

    def with_environment(self, **variables: str) -> Program:
        """Return the same with more variables."""
        other = copy(self)
        other._environment = {**self._environment, **variables}
        return other

    def start(self, *arguments: object) -> Running:
        """Start a command."""
        return Running(
            subprocess.Popen(
                [sys.executable, "-m", "tracker", *map(str, arguments)],
                env=self._environment,
                cwd=self.home.parent,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                encoding="utf-8",
            )
        )

    def run(self, *arguments: object, timeout_s: float = PATIENCE_S) -> Outcome:
        """Run a command to its end."""
        return self.start(*arguments).end(timeout_s)

    def recordings(self) -> list[Path]:
        """Return what was recorded under home, oldest first."""
        return sorted(self.home.rglob("*.arrows"))
