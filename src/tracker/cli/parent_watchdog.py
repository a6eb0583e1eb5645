"""Runs a command for `tracker serve`, and ends it if the server is killed.

`python -m tracker.cli.parent_watchdog PID COMMAND...`
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from typing import TYPE_CHECKING, Final

from tracker.cli.app import main

if TYPE_CHECKING:
    from collections.abc import Callable

CHECK_INTERVAL_S: Final = 1.0
"""A sensor goes on streaming for at most so long after the server was killed, s."""


def watch_parent(server: int, parent: Callable[[], int] = os.getppid) -> threading.Thread:
    """End this process in good order once its parent is no longer `server`.

    `parent` gives the id of the present parent. On Windows it never changes, so nothing is ended.
    """

    def watch() -> None:
        pause = threading.Event()
        while parent() == server:
            pause.wait(CHECK_INTERVAL_S)
        os.kill(os.getpid(), signal.SIGTERM)

    thread = threading.Thread(target=watch, name="parent-watchdog", daemon=True)
    thread.start()
    return thread


if __name__ == "__main__":
    _, pid, *arguments = sys.argv
    watch_parent(int(pid))
    sys.exit(main(arguments))
