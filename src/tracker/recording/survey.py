"""Puts the whole messages of a file in order and accounts for everything that is not there."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, BinaryIO

from tracker.recording.batch import batch_of
from tracker.recording.damage import Damage, DamageReason
from tracker.recording.head import head_of
from tracker.recording.layout import END_MARK
from tracker.recording.scan import whole_messages
from tracker.recording.seal import Part

if TYPE_CHECKING:
    from tracker.recording.batch import Batch
    from tracker.recording.head import Head
    from tracker.recording.seal import Seal


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


def survey(file: BinaryIO) -> Survey:
    """Read a file once and return where its whole batches are and what is lost."""
    found = Survey()
    for offset, seal, message in whole_messages(file):
        if seal.part is Part.HEAD:
            found.accept_head(offset, message)
        else:
            found.accept_batch(offset, seal, message)
    found.finish(file)
    return found
