"""Runs a command for `tracker serve`, and ends it if the server is killed.

`python -m tracker.cli.parent_watchdog COMMAND...`, with the server's end of a pipe as stdin.

Theory of operation
-------------------
The command's input is a pipe whose other end only the server holds, and whatever ends the server
closes it. The id of the parent does not tell: in a virtual environment on Windows the parent is
a launcher that waits for it. So a thread reads the pipe, another one passes what comes to the
command through a second pipe, and at the end of the first the command is ended in good order.
"""

from __future__ import annotations

import os
import queue
import sys
import threading
from typing import TYPE_CHECKING, Final

from tracker.cli import main

if TYPE_CHECKING:
    from collections.abc import Callable

READ_BYTES: Final = 65536
"""As much as a pipe holds."""

MOST_WAITING: Final = 1024
"""Reads that wait for a command which takes no keys. It will not miss what comes after them, and
nothing it leaves lying may hide the end of the pipe."""


def _end() -> None:
    # Its texts are translated while it is imported: not before the language is chosen.
    from tracker.cli.exits import end_this_process

    end_this_process()


def watch_parent(end: Callable[[], None] = _end) -> threading.Thread:
    """Put a pipe between the server and stdin, and call `end` once the server is gone."""
    server = os.dup(sys.stdin.fileno())
    ours, theirs = os.pipe()
    # The descriptor itself: Textual's driver reads it by its number.
    os.dup2(ours, sys.stdin.fileno(), inheritable=False)
    os.close(ours)
    keys: queue.Queue[bytes] = queue.Queue(MOST_WAITING)

    def watch() -> None:
        overflowed = False
        while some := os.read(server, READ_BYTES):
            # Once a packet is missing, those after it mean nothing.
            overflowed = overflowed or keys.full()
            if not overflowed:
                keys.put(some)
        end()

    def pass_on() -> None:
        while True:
            waiting = memoryview(keys.get())
            try:
                while waiting:
                    waiting = waiting[os.write(theirs, waiting) :]
            except OSError:
                # The command has closed its end, and is ending.
                return

    threading.Thread(target=pass_on, name="parent-keys", daemon=True).start()
    thread = threading.Thread(target=watch, name="parent-watchdog", daemon=True)
    thread.start()
    return thread


if __name__ == "__main__":
    watch_parent()
    sys.exit(main(sys.argv[1:]))
