"""Reads a recording, and everything of it that is whole if it is damaged.

Finds the whole messages in a file, whatever lies between them.

What a recording has lost, said as data.

Puts the whole messages of a file in order and accounts for everything that is not there.

How a recording ends: with a mark if it was closed, with its last second otherwise.

What tells two recordings apart, whatever they are called.
"""

from __future__ import annotations

import hashlib
import os
import re
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Final

from tracker.domain import InputError
from tracker.domain.errors import reading
from tracker.domain.units import s_from_ns
from tracker.recording.format import (
    END_MARK,
    FORMAT,
    MARKER,
    PREFIX,
    VERSION,
    Part,
    batch_of,
    head_of,
    metadata_length,
    sealed_length,
    verified,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tracker.domain import Notification, SessionInfo
    from tracker.recording.format import Batch, Head, Seal

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


class DamageReason(Enum):
    """What is wrong with a place in a recording."""

    HEAD = "head"
    """The head is not whole; the session information came from the first whole batch."""
    BATCHES = "batches"
    """Batches are missing or do not match their checksum."""
    REPEATED = "repeated"
    """A batch is here again, or later than it should be; it was left out."""
    STRAY = "stray"
    """Bytes that belong to no batch of this recording."""
    UNCLOSED = "unclosed"
    """The closing batch is missing: the recorder was stopped, or the end of the file is lost."""
    END = "end"
    """After the closing batch comes something else than the end mark."""


@dataclass(frozen=True, slots=True)
class Damage:
    """One place where the file is not as it was written."""

    reason: DamageReason
    start_byte: int
    """Where the place begins in the file."""
    end_byte: int
    """Where the file is whole again; equal to `start_byte` where bytes were cut out."""
    batches: int | None
    """Batches lost here; None where that cannot be known, at an end that is missing."""
    rows: int | None
    """Notifications lost here; None where that cannot be known."""

    def __str__(self) -> str:
        place = (
            f"byte {self.start_byte}"
            if self.start_byte == self.end_byte
            else f"bytes {self.start_byte} to {self.end_byte}"
        )
        return f"{place}: {self._complaint()}; {self._loss()}"

    def _complaint(self) -> str:
        match self.reason:
            case DamageReason.HEAD:
                return "the head is damaged and was restored from the first whole batch"
            case DamageReason.BATCHES if self.start_byte == self.end_byte:
                return "batches were cut out"
            case DamageReason.BATCHES:
                return "the bytes do not match their checksum"
            case DamageReason.REPEATED:
                return "a batch is repeated or out of order and was left out"
            case DamageReason.STRAY:
                return "the bytes belong to no batch of this recording"
            case DamageReason.UNCLOSED:
                return "the recording was not closed, or its end is lost"
            case DamageReason.END:
                return "the end mark is damaged"

    def _loss(self) -> str:
        if self.rows is None:
            return "how much is lost is not known, while recording it is at most the last second"
        if not self.rows:
            return "no rows are lost"
        return f"{self.rows} rows in {self.batches} batches are lost"


@dataclass(frozen=True, slots=True)
class BatchPlace:
    """Where a whole batch lies in the file, and what it covers."""

    offset: int
    """First byte."""
    length: int
    """Length, bytes."""
    rows: int
    first_ns: int
    """Arrival of the first row, ns."""
    last_ns: int
    """Arrival of the last row, ns."""


@dataclass(slots=True)
class Survey:
    """What is whole, what is not, and what should have come next."""

    head: Head | None = None
    """None as long as nothing of a recording was found."""
    places: list[BatchPlace] = field(default_factory=list)
    damage: list[Damage] = field(default_factory=list)
    _end: int = 0
    """Where the last accepted message ends in the file."""
    _sequence: int = 1
    """Number that the next batch should have."""
    _row: int = 0
    """Number of the row that should come next."""
    _closed: bool = False

    def accept_head(self, offset: int, message: bytes) -> None:
        """Take a head; only the first message of a file can be one."""
        if self.head is not None:
            return
        try:
            self.head = head_of(message)
        except ValueError:
            return
        if offset:
            self.damage.append(Damage(DamageReason.STRAY, 0, offset, 0, 0))
        self._end = offset + len(message)

    def accept_batch(self, offset: int, seal: Seal, message: bytes) -> None:
        """Take a batch, unless it belongs to another recording or was here before."""
        try:
            batch = batch_of(message)
        except ValueError:
            return
        if self.head is not None and batch.head != self.head:
            return
        end = offset + len(message)
        if seal.sequence < self._sequence or seal.first_row < self._row:
            self._report(DamageReason.REPEATED, end, 0, 0)
        else:
            self._account_for(offset, seal, batch)
            if span := batch.span_ns():
                self.places.append(BatchPlace(offset, len(message), batch.rows.num_rows, *span))
        self._end = end

    def finish(self, file: BinaryIO) -> None:
        """Judge what comes after the last whole batch."""
        size = file.seek(0, os.SEEK_END)
        file.seek(self._end)
        if not self._closed:
            self._report(DamageReason.UNCLOSED, size, None, None)
        elif file.read(len(END_MARK) + 1) != END_MARK:
            self._report(DamageReason.END, size, 0, 0)

    def _account_for(self, offset: int, seal: Seal, batch: Batch) -> None:
        batches, rows = seal.sequence - self._sequence, seal.first_row - self._row
        if self.head is None:
            self.head = batch.head
            self._report(DamageReason.HEAD, offset, batches, rows)
        elif batches or rows:
            self._report(DamageReason.BATCHES, offset, batches, rows)
        elif offset != self._end:
            self._report(DamageReason.STRAY, offset, 0, 0)
        self._sequence = seal.sequence + 1
        self._row = seal.first_row + batch.rows.num_rows
        self._closed = seal.part is Part.LAST

    def _report(
        self, reason: DamageReason, end: int, batches: int | None, rows: int | None
    ) -> None:
        self.damage.append(Damage(reason, self._end, end, batches, rows))


def index(file: BinaryIO) -> Survey:
    """Read a file once and return where its whole batches are and what is lost."""
    found = Survey()
    for offset, seal, message in whole_messages(file):
        if seal.part is Part.HEAD:
            found.accept_head(offset, message)
        else:
            found.accept_batch(offset, seal, message)
    found.finish(file)
    return found


_GLANCE_BYTES: Final = 4096
"""How much of a file is looked at to say what it may be if it is no recording."""

_GZIP: Final = b"\x1f\x8b"
_CLAIM: Final = re.compile(rb"tracker\.recording/(\d{1,6})\b")


@dataclass(frozen=True, slots=True)
class Recording:
    """A session on disk; iterating it yields its notifications, as often as one likes."""

    path: Path
    info: SessionInfo
    written_by: str
    """Version of the tracker that wrote the file."""
    rows: int
    """Notifications that are whole."""
    batches: int
    """Batches that are whole and hold at least one notification."""
    start_s: float | None
    """Arrival of the first notification, session seconds; None without any."""
    end_s: float | None
    """Arrival of the last notification, session seconds; None without any."""
    damage: tuple[Damage, ...]
    """What is not as it was written, in the order of the file; empty for a whole one."""
    _places: tuple[BatchPlace, ...] = field(repr=False)

    @property
    def duration_s(self) -> float:
        """Time between the first and the last notification, s; 0 without any."""
        if self.start_s is None or self.end_s is None:
            return 0.0
        return self.end_s - self.start_s

    def __iter__(self) -> Iterator[Notification]:
        """Yield the notifications in the order in which they were written.

        Raises
        ------
        InputError
            If the file has been changed or removed since it was opened.
        """
        with reading(self.path), self.path.open("rb") as file:
            for place in self._places:
                file.seek(place.offset)
                message = file.read(place.length)
                if verified(message) is None:
                    raise InputError(
                        str(self.path),
                        f"byte {place.offset} and after changed while the file was being read",
                        "Read it again when nobody writes to it.",
                    )
                yield from batch_of(message).notifications()


def open_recording(path: Path | str) -> Recording:
    """Check a recording from end to end and return it, ready to be iterated.

    Raises
    ------
    InputError
        If the file cannot be read, is no recording, holds nothing whole, or needs a newer reader.
    """
    path = Path(path)
    with reading(path), path.open("rb") as file:
        found = index(file)
        if found.head is None:
            size = file.seek(0, os.SEEK_END)
            file.seek(0)
            raise _no_recording(path, size, file.read(_GLANCE_BYTES))
    places = tuple(found.places)
    return Recording(
        path=path,
        info=found.head.info,
        written_by=found.head.written_by,
        rows=sum(place.rows for place in places),
        batches=len(places),
        start_s=s_from_ns(places[0].first_ns) if places else None,
        end_s=s_from_ns(places[-1].last_ns) if places else None,
        damage=tuple(found.damage),
        _places=places,
    )


def _no_recording(path: Path, size: int, glance: bytes) -> InputError:
    """Return why a file without a single whole message cannot be read."""
    expected = f"expected a recording ({FORMAT})"
    claims = [int(digits) for digits in _CLAIM.findall(glance)]
    if not size:
        return InputError(
            str(path), f"{expected}, but the file is empty", "Nothing was recorded into it."
        )
    # The version stands in two places of a head, so one damaged digit does not make it newer.
    if claims and min(claims) > VERSION:
        return InputError(
            str(path),
            f"{expected}, but this one has format version {min(claims)}",
            "Update the tracker to read it.",
        )
    if claims:
        return InputError(
            str(path),
            f"{expected}; this was one, but nothing in its {size} bytes is whole",
            "Look for another copy of the file.",
        )
    if glance.startswith(MARKER) and size < _GLANCE_BYTES:
        return InputError(
            str(path),
            f"{expected}, but the file ends after {size} bytes, before its head is complete",
            "Nothing was recorded into it, or it was not copied to its end.",
        )
    if _is_text(glance) or glance.startswith(_GZIP):
        return InputError(
            str(path),
            f"{expected}, but the file is {'compressed' if glance.startswith(_GZIP) else 'text'}",
            "If it is a CSV of samples, name it .csv or turn it into a recording: tracker import.",
        )
    return InputError(
        str(path),
        f"{expected}, but the file starts with {glance[:8].hex(' ')}",
        "Recordings are written by `tracker train` and `tracker import`.",
    )


def _is_text(glance: bytes) -> bool:
    return not any(byte < 32 and byte not in b"\t\r\n" for byte in glance[:-1])


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


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file, hexadecimal.

    Raises
    ------
    InputError
        If it cannot be read.
    """
    with reading(path), path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
