"""What a recording has lost, said as data."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


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
