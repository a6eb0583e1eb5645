"""What tells two recordings apart, whatever they are called."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from tracker.recording.file_errors import reading

if TYPE_CHECKING:
    from pathlib import Path


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file, hexadecimal.

    Raises
    ------
    InputError
        If it cannot be read.
    """
    with reading(path), path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
