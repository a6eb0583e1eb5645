"""How a recording ends: with a mark if it was closed, with its last second otherwise."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from tracker.recording.file_errors import reading
from tracker.recording.layout import END_MARK

if TYPE_CHECKING:
    from pathlib import Path


def is_closed(path: Path) -> bool:
    """Say whether a recording was closed; one that is being written, or crashed, was not.

    Raises
    ------
    InputError
        If it cannot be read.
    """
    with reading(path), path.open("rb") as file:
        size = file.seek(0, os.SEEK_END)
        file.seek(max(size - len(END_MARK), 0))
        return file.read() == END_MARK
