"""Reads a recording, and everything that is intact in a damaged one.

The file is read once to index it: its whole messages are found, wherever they lie, and put in
order, and everything that is missing is accounted for as `Damage`. Iterating over the recording
then reads its batches one by one.
"""

from __future__ import annotations

import hashlib
import os
import re
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Final

from tracker.domain import InputError, Notification, SessionInfo
from tracker.domain.errors import reading
from tracker.domain.units import s_from_ns
from tracker.language import _
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

    from tracker.recording.format import Batch, Head, Seal

_CHUNK_BYTES: Final = 1 << 20
"""Bytes searched at a time for the next message."""


def whole_messages(file: BinaryIO) -> Iterator[tuple[int, Seal, bytes]]:
    """Yield offset, seal and bytes of every intact message, in file order.

    After other bytes, the search continues at the next marker, wherever that is: a cut may have
    moved the rest of the file out of Arrow's 8-byte alignment.
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
    """Return the bytes of the message that may start at `offset`, or None."""
    file.seek(offset)
    prefix = file.read(PREFIX.size)
    length = metadata_length(prefix)
    if length is None:
        return None
    opening = prefix + file.read(length)
    total = sealed_length(opening)
    return None if total is None else opening + file.read(total - len(opening))


def _next_marker(file: BinaryIO, start: int) -> int | None:
    """Return where a message may start, at or after `start`; None at the end of the file."""
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
    """The head is damaged; the session information comes from the first intact batch."""
    BATCHES = "batches"
    """Batches are missing or do not match their checksum."""
    REPEATED = "repeated"
    """A batch is repeated or out of order, and left out."""
    STRAY = "stray"
    """Bytes that do not belong to a batch of this recording."""
    UNCLOSED = "unclosed"
    """The closing batch is missing: the recorder was killed, or the end of the file is lost."""
    END = "end"
    """The closing batch is not followed by the end mark."""


_COMPLAINTS: Final = {
    DamageReason.HEAD: _("the head is damaged and was restored from the first intact batch"),
    DamageReason.BATCHES: _("the bytes do not match their checksum"),
    DamageReason.REPEATED: _("a batch is repeated or out of order and was left out"),
    DamageReason.STRAY: _("the bytes do not belong to a batch of this recording"),
    DamageReason.UNCLOSED: _("the recording was not closed, or its end is lost"),
    DamageReason.END: _("the end mark is damaged"),
}


@dataclass(frozen=True, slots=True)
class Damage:
    """One damaged place in the file."""

    reason: DamageReason
    start_byte: int
    """Where the place begins in the file."""
    end_byte: int
    """Where the file is intact again; equal to `start_byte` where bytes were cut out."""
    batches: int | None
    """Batches lost here; None if that cannot be known, because the end is missing."""
    rows: int | None
    """Notifications lost here; None if that cannot be known."""

    def __str__(self) -> str:
        text = _("bytes {start} to {end}: {problem}; {loss}")
        problem = _COMPLAINTS[self.reason]
        if self.start_byte == self.end_byte:
            text = _("byte {start}: {problem}; {loss}")
            if self.reason is DamageReason.BATCHES:
                problem = _("batches were cut out")
        return text.format(
            start=self.start_byte, end=self.end_byte, problem=problem, loss=self._loss()
        )

    def _loss(self) -> str:
        if self.rows is None:
            return _("how much is lost is unknown; a crash costs at most the last second")
        return _("notifications lost: {amount}").format(amount=self.rows)


@dataclass(frozen=True, slots=True)
class BatchLocation:
    """Where an intact batch lies in the file, and what it covers."""

    offset: int
    length: int
    rows: int
    first_ns: int
    """Arrival of the first row, ns."""
    last_ns: int
    """Arrival of the last row, ns."""


@dataclass(slots=True)
class FileIndex:
    """The index of a file while it is read: what is intact, what is not, what should come next."""

    head: Head | None = None
    """None until something of a recording was found."""
    locations: list[BatchLocation] = field(default_factory=list)
    damage: list[Damage] = field(default_factory=list)
    _end: int = 0
    """Where the last accepted message ends."""
    _sequence: int = 1
    """Expected number of the next batch."""
    _row: int = 0
    """Expected number of the next row."""
    _closed: bool = False

    def accept_head(self, offset: int, message: bytes) -> None:
        """Add a head; only the first message of a file can be one."""
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
        """Add a batch, unless it belongs to another recording or is repeated."""
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
                self.locations.append(
                    BatchLocation(offset, len(message), batch.rows.num_rows, *span)
                )
        self._end = end

    def finish(self, file: BinaryIO) -> None:
        """Account for what follows the last intact batch."""
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


def index_file(file: BinaryIO) -> FileIndex:
    """Read a file once and return where its intact batches are and what is lost."""
    found = FileIndex()
    for offset, seal, message in whole_messages(file):
        if seal.part is Part.HEAD:
            found.accept_head(offset, message)
        else:
            found.accept_batch(offset, seal, message)
    found.finish(file)
    return found


_OPENING_BYTES: Final = 4096
"""Bytes looked at to guess what a file is that is not a recording."""

_GZIP: Final = b"\x1f\x8b"
_CLAIM: Final = re.compile(rb"tracker\.recording/(\d{1,6})\b")


@dataclass(frozen=True, slots=True)
class Recording:
    """A session on disk; iterating yields its notifications, each time from the start."""

    path: Path
    info: SessionInfo
    rows: int
    """Intact notifications."""
    batches: int
    """Intact batches with at least one notification."""
    start_s: float | None
    """Arrival of the first notification, session seconds; None without any."""
    end_s: float | None
    """Arrival of the last notification, session seconds; None without any."""
    damage: tuple[Damage, ...]
    """Damaged places, in the order of the file."""
    _locations: tuple[BatchLocation, ...] = field(repr=False)

    @property
    def duration_s(self) -> float:
        """Time between the first and the last notification, s; 0 without any."""
        if self.start_s is None or self.end_s is None:
            return 0.0
        return self.end_s - self.start_s

    def __iter__(self) -> Iterator[Notification]:
        """Yield the notifications in the order they were written.

        Raises `InputError` if the file has been changed or removed since it was opened.
        """
        with reading(self.path), self.path.open("rb") as file:
            for place in self._locations:
                file.seek(place.offset)
                message = file.read(place.length)
                if verified(message) is None:
                    raise InputError(
                        str(self.path),
                        _("changed while it was being read, at byte {byte} or after").format(
                            byte=place.offset
                        ),
                        _("Read it again when no program is writing to it."),
                    )
                yield from batch_of(message).notifications()


def open_recording(path: Path | str) -> Recording:
    """Check a recording from end to end and return it, ready to be iterated.

    Raises `InputError` if the file cannot be read, is not a recording, or needs a newer reader.
    """
    path = Path(path)
    with reading(path), path.open("rb") as file:
        found = index_file(file)
        if found.head is None:
            size = file.seek(0, os.SEEK_END)
            file.seek(0)
            raise _not_a_recording(path, size, file.read(_OPENING_BYTES))
    places = tuple(found.locations)
    return Recording(
        path=path,
        info=found.head.info,
        rows=sum(place.rows for place in places),
        batches=len(places),
        start_s=s_from_ns(places[0].first_ns) if places else None,
        end_s=s_from_ns(places[-1].last_ns) if places else None,
        damage=tuple(found.damage),
        _locations=places,
    )


def _not_a_recording(path: Path, size: int, opening: bytes) -> InputError:
    """Explain why a file without a single intact message cannot be read."""
    is_text = not any(byte < 32 and byte not in b"\t\r\n" for byte in opening[:-1])
    claims = [int(digits) for digits in _CLAIM.findall(opening)]
    if not size:
        problem = _("expected a recording ({form}), but the file is empty")
        advice = _("Nothing was recorded into it.")
    # The version stands in two places of a head, so one damaged digit does not make it newer.
    elif claims and min(claims) > VERSION:
        problem = _("expected a recording ({form}), but this one has format version {version}")
        advice = _("Update the tracker to read it.")
    elif claims:
        problem = _(
            "expected a recording ({form}); it was one, but nothing in its {size} bytes is intact"
        )
        advice = _("Look for another copy of the file.")
    elif opening.startswith(MARKER) and size < _OPENING_BYTES:
        problem = _(
            "expected a recording ({form}), but the file ends after {size} bytes, before its head "
            "is complete"
        )
        advice = _("Nothing was recorded into it, or it was not copied completely.")
    elif opening.startswith(_GZIP):
        problem = _("expected a recording ({form}), but the file is compressed")
        advice = _("Unpack it first.")
    elif is_text:
        problem = _("expected a recording ({form}), but the file is text")
        advice = _(
            "Only recordings can be read or rescued here. Samples of another program are for "
            "tracker analyze, if a line of them names their columns."
        )
    else:
        problem = _("expected a recording ({form}), but the file starts with {opening}")
        advice = _("Recordings are written by `tracker train` and `tracker import`.")
    text = problem.format(
        form=FORMAT, version=min(claims, default=0), size=size, opening=opening[:8].hex(" ")
    )
    return InputError(str(path), text, advice)


def is_closed(path: Path) -> bool:
    """Say whether a recording was closed; one that is still being written, or crashed, was not.

    Raises `InputError` if it cannot be read.
    """
    with reading(path), path.open("rb") as file:
        size = file.seek(0, os.SEEK_END)
        file.seek(max(size - len(END_MARK), 0))
        return file.read() == END_MARK


def head_in(path: Path) -> Head | None:
    """Return the head at the start of a recording, or None if none is intact there.

    Raises `InputError` if the file cannot be read.
    """
    with reading(path), path.open("rb") as file:
        return _head_of(file)


def _head_of(file: BinaryIO) -> Head | None:
    message = message_at(file, 0)
    seal = None if message is None else verified(message)
    if message is None or seal is None or seal.part is not Part.HEAD:
        return None
    try:
        return head_of(message)
    except ValueError:
        return None


def sha256_of(path: Path) -> str:
    """Return the SHA-256 that a file is known by, hexadecimal: a compact copy has its original's.

    Raises `InputError` if it cannot be read.
    """
    with reading(path), path.open("rb") as file:
        head = _head_of(file)
        if head is not None and head.original_sha256 is not None:
            return head.original_sha256
        file.seek(0)
        return hashlib.file_digest(file, "sha256").hexdigest()
