"""Gets at the text of a CSV file, packed or not, and says what else a file may be."""

from __future__ import annotations

import gzip
import zlib
from typing import IO, TYPE_CHECKING, Final

from tracker.domain import InputError
from tracker.recording.file_errors import reading
from tracker.recording.layout import MARKER

if TYPE_CHECKING:
    import io
    from pathlib import Path

MAX_TEXT_BYTES: Final = 512 << 20
"""Text of one file, bytes: ten hours at 100 Hz take half of it, and it still fits into memory."""

_CHUNK_BYTES: Final = 1 << 20
_GZIP: Final = b"\x1f\x8b"
_UTF8_MARK: Final = b"\xef\xbb\xbf"
_UTF16_MARKS: Final = (b"\xff\xfe", b"\xfe\xff")


def csv_text(path: Path) -> bytes:
    """Return a file's text, unpacked, without byte order mark and without blank space at its end.

    Raises
    ------
    InputError
        If it cannot be read or unpacked, is empty, too large or no UTF-8 text.
    """
    with reading(path), path.open("rb") as file:
        packed = file.read(len(_GZIP)) == _GZIP
        file.seek(0)
        try:
            content = bounded(gzip.GzipFile(fileobj=file) if packed else file)
        except (gzip.BadGzipFile, EOFError, zlib.error) as error:
            raise InputError(
                str(path), f"the compressed data is damaged: {error}", "Unpack or copy it again."
            ) from error
    return checked_text(path, content)


def checked_text(path: Path, content: bytes) -> bytes:
    """Return text without byte order mark and without blank space at its end.

    Parameters
    ----------
    path
        Where it is from, for the message.
    content
        What is there, unpacked.

    Raises
    ------
    InputError
        If it is too large or no UTF-8 text.
    """
    if len(content) > MAX_TEXT_BYTES:
        raise InputError(
            str(path), f"has more than {MAX_TEXT_BYTES >> 20} MB of text", "Cut it into parts."
        )
    if content.startswith((MARKER, b"ARROW1")):
        raise InputError(
            str(path),
            "expected a CSV, but the file is in an Arrow format",
            "If it is a recording, analyze or replay it as it is: name it .arrows.",
        )
    if content.startswith(_UTF16_MARKS):
        raise InputError(
            str(path), "expected UTF-8 text, but the file is UTF-16", "Save it as UTF-8."
        )
    content = content.removeprefix(_UTF8_MARK).rstrip()
    if b"\x00" in content:
        raise InputError(
            str(path),
            "expected a CSV, but the file is not text",
            "Check that it is the right one.",
        )
    return content


def bounded(file: IO[bytes] | io.BufferedIOBase) -> bytes:
    """Return a file's content, or a little more than is allowed of it."""
    content = bytearray()
    while len(content) <= MAX_TEXT_BYTES and (chunk := file.read(_CHUNK_BYTES)):
        content += chunk
    return bytes(content)
