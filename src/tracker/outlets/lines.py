"""Events as lines of JSON, to a file, a named pipe or stdout."""

from __future__ import annotations

import os
import stat
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tracker.domain import OutputError
from tracker.domain.errors import writing
from tracker.domain.foreign_text import json_text
from tracker.export import event_object
from tracker.language import _
from tracker.outlets.delivery import Emitted

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tracker.outlets.delivery import Waiting


@dataclass(frozen=True, slots=True)
class LineOutlet:
    """A line for each event, as `tracker analyze --format events` prints them."""

    name: str
    descriptor: Callable[[], int]
    """Returns a file to write to and to close; may wait for a reader."""
    wants_bytes: bool = False

    def run(self, waiting: Waiting, tell: Callable[[str], object]) -> None:
        """Write each event as soon as it comes; unbuffered, so that nothing is left behind."""
        out = self.descriptor()
        try:
            for item in waiting:
                if isinstance(item, Emitted):
                    line = json_text(event_object(item.event, item.emitted_s))
                    _write_all(out, f"{line}\n".encode())
        finally:
            os.close(out)


def _write_all(out: int, data: bytes) -> None:
    left = memoryview(data)
    while left:
        left = left[os.write(out, left) :]


def lines_to_stdout() -> LineOutlet:
    """Return an outlet to stdout, through a descriptor of its own.

    Python's own would be locked while a reader stalls, and the program could not end.
    """
    try:
        out = os.dup(sys.stdout.fileno())
    except (AttributeError, OSError, ValueError):
        raise OutputError("stdout", _("is closed"), _("Name a file instead of -.")) from None
    return LineOutlet("stdout", lambda: out)


def lines_to_file(path: Path) -> LineOutlet:
    """Return an outlet to a new file, or to a pipe or device that is there.

    Raises `OutputError` if it can't be written, or is a file already.
    """
    flags = os.O_WRONLY | getattr(os, "O_BINARY", 0)
    with writing(path):
        if path.exists() and not stat.S_ISREG(path.stat().st_mode):
            if path.is_dir():
                raise IsADirectoryError
            # It opens once somebody reads.
            return LineOutlet(str(path), lambda: os.open(path, flags))
    if path.exists():
        raise OutputError(str(path), _("exists already"), _("Choose another name."))
    with writing(path):
        out = os.open(path, flags | os.O_CREAT | os.O_EXCL, 0o600)
    return LineOutlet(str(path), lambda: out)
