"""Runs a command for a server, and ends it if the server is killed: nobody else would.

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

LOOK_S: Final = 1.0
"""How often it looks, s. A sensor streams on for as long at most."""


def tether(server: int, parent: Callable[[], int] = os.getppid) -> threading.Thread:
    """End this process in good order once another process is its parent.

    Parameters
    ----------
    server
        Process id of the parent that it was started by.
    parent
        Gives the id of the parent. On Windows that never changes, and the tether holds nothing.
    """

    def look() -> None:
        pause = threading.Event()
        while parent() == server:
            pause.wait(LOOK_S)
        os.kill(os.getpid(), signal.SIGTERM)

    thread = threading.Thread(target=look, name="tether", daemon=True)
    thread.start()
    return thread


if __name__ == "__main__":
    _, pid, *arguments = sys.argv
    tether(int(pid))
    sys.exit(main(arguments))
