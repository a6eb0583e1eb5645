"""The seal that makes every message of a recording provable and countable by itself.

A seal is a short text of fixed width among the message's own key-value metadata, so any Arrow
reader skips it. Its checksum covers the whole message, padding and lengths included, with the
eight digits of the checksum itself taken as zeros. So damaged bytes are told from whole ones
before Arrow parses them.
"""

from __future__ import annotations

import re
import zlib
from dataclasses import dataclass
from enum import Enum
from typing import Final

from tracker.recording.layout import (
    FORMAT,
    MARKER,
    MAX_MESSAGE_BYTES,
    MAX_METADATA_BYTES,
    PREFIX,
)

SEAL_KEY: Final = "tracker.seal"
"""Key of the seal in a message's metadata."""

_ZEROS: Final = "00000000"


class Part(Enum):
    """What a message of a recording is."""

    HEAD = "head"
    """The schema and the session information."""
    ROWS = "rows"
    """A batch of notifications."""
    LAST = "last"
    """The empty batch that a closed recording ends with."""


@dataclass(frozen=True, slots=True)
class Seal:
    """Where a message belongs in its recording."""

    part: Part
    sequence: int
    """Number of the message: 0 is the head, batches count from 1."""
    first_row: int
    """How many rows the recording has before this message."""

    def text(self) -> str:
        """Return the seal with length and checksum left blank."""
        return (
            f"{FORMAT} {self.part.value} sequence={self.sequence:010d} row={self.first_row:012d} "
            f"bytes={_ZEROS} crc32={_ZEROS}"
        )


_WIDTH: Final = len(Seal(Part.HEAD, 0, 0).text())
# Flatbuffers store a string as its length, its bytes and a zero; requiring both keeps a seal that
# is quoted inside another text (a device's name, a note) from being taken for the real one.
_PATTERN: Final = re.compile(
    re.escape(_WIDTH.to_bytes(4, "little") + FORMAT.encode())
    + rb" (head|rows|last) sequence=(\d{10}) row=(\d{12}) bytes=(\d{8}) crc32=([0-9a-f]{8})\x00"
)


def metadata_length(prefix: bytes) -> int | None:
    """Return the metadata length that a message's first 8 bytes announce; None if they cannot."""
    if len(prefix) != PREFIX.size:
        return None
    marker, length = PREFIX.unpack(prefix)
    return length if marker == MARKER and 0 < length <= MAX_METADATA_BYTES else None


def sealed_length(opening: bytes) -> int | None:
    """Return the length of the message that opens with these bytes; None without a seal."""
    match = _PATTERN.search(opening)
    if match is None:
        return None
    length = int(match[4])
    return length if len(opening) <= length <= MAX_MESSAGE_BYTES else None


def stamped(message: bytes) -> bytes:
    """Fill length and checksum into a message that has `seal.text()` among its metadata.

    Raises
    ------
    ValueError
        If it has no such text, or is too long for a recording.
    """
    match = _PATTERN.search(message)
    if match is None or len(message) > MAX_MESSAGE_BYTES:
        raise ValueError(f"a message of {len(message)} bytes cannot be sealed")
    filled = bytearray(message)
    filled[match.start(4) : match.end(4)] = f"{len(message):08d}".encode()
    filled[match.start(5) : match.end(5)] = f"{zlib.crc32(filled):08x}".encode()
    return bytes(filled)


def verified(message: bytes) -> Seal | None:
    """Return the seal of a message, or None if any of its bytes is not as it was written."""
    match = _PATTERN.search(message)
    if match is None or int(match[4]) != len(message):
        return None
    view = memoryview(message)
    checksum = zlib.crc32(view[: match.start(5)])
    checksum = zlib.crc32(_ZEROS.encode(), checksum)
    checksum = zlib.crc32(view[match.end(5) :], checksum)
    if checksum != int(match[5], 16):
        return None
    return Seal(Part(match[1].decode()), int(match[2]), int(match[3]))
