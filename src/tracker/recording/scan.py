"""Finds the whole messages in a file, whatever lies between them."""

from __future__ import annotations

from typing import TYPE_CHECKING, BinaryIO, Final

from tracker.recording.layout import MARKER, PREFIX
from tracker.recording.seal import metadata_length, sealed_length, verified

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tracker.recording.seal import Seal

_CHUNK_BYTES: Final = 1 << 20
"""How much is searched at a time for the next message."""


def whole_messages(file: BinaryIO) -> Iterator[tuple[int, Seal, bytes]]:
    """Yield offset, seal and bytes of every message that is as it was written, in file order.

    After bytes that are no whole message the search goes on at the next marker, wherever that is:
    a cut may have moved the rest of the file away from Arrow's 8-byte alignment.
    """
    offset: int | None = 0
    while offset is not None:
        message = message_at(file, offset)
        seal = None if message is None else verified(message)
        if message is None or seal is None:
            offset = _next_marker(file, offset + 1)
        else:
            yield offset, seal, message
            offset += len(message)


def message_at(file: BinaryIO, offset: int) -> bytes | None:
    """Return the bytes that claim to be a message at `offset`, or None if none can start there."""
    file.seek(offset)
    prefix = file.read(PREFIX.size)
    length = metadata_length(prefix)
    if length is None:
        return None
    opening = prefix + file.read(length)
    total = sealed_length(opening)
    return None if total is None else opening + file.read(total - len(opening))


def _next_marker(file: BinaryIO, start: int) -> int | None:
    """Return where a message may start at or after `start`, or None at the end of the file."""
    file.seek(start)
    window = b""
    window_offset = start
    while chunk := file.read(_CHUNK_BYTES):
        window += chunk
        found = window.find(MARKER)
        if found >= 0:
            return window_offset + found
        kept = min(len(window), len(MARKER) - 1)
        window_offset += len(window) - kept
        window = window[len(window) - kept :]
    return None
