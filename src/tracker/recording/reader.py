"""Reads a recording, and everything of it that is whole if it is damaged."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

from tracker.domain import InputError
from tracker.domain.units import s_from_ns
from tracker.recording.batch import batch_of
from tracker.recording.file_errors import reading
from tracker.recording.layout import FORMAT, MARKER, VERSION
from tracker.recording.seal import verified
from tracker.recording.survey import survey

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tracker.domain import Notification, SessionInfo
    from tracker.recording.damage import Damage
    from tracker.recording.survey import BatchPlace

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
        found = survey(file)
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
