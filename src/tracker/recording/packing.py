"""Packs a closed recording into larger, compressed batches, without losing a bit of it.

The copy is written beside the recording, read again and compared row by row, and only then put in
its place, all at once. It remembers the checksum of its original, so that the training log knows
it as the same recording.
"""

from __future__ import annotations

import shutil
import tempfile
import time
from dataclasses import dataclass, replace
from itertools import zip_longest
from pathlib import Path
from typing import Final

from tracker.domain import InputError, OutputError
from tracker.domain.errors import replace_file, writing
from tracker.domain.units import NS_PER_S
from tracker.language import _
from tracker.recording.reader import head_in, open_recording, sha256_of
from tracker.recording.writer import Packing, RecordingWriter

COMPACT: Final = Packing(batch_ns=30 * NS_PER_S, sync_ns=None, compressed=True)
"""What one damaged byte costs is bounded by the batch. Ten seconds make files 6 % larger, minutes
make them 2 % smaller."""


@dataclass(frozen=True, slots=True)
class CompactReport:
    """What became of a recording."""

    before_bytes: int
    after_bytes: int
    """Equal to `before_bytes` if it was left as it is: compact already, or not made smaller."""

    @property
    def is_changed(self) -> bool:
        """Whether the recording was replaced by a smaller one."""
        return self.after_bytes != self.before_bytes


def compact(path: Path | str) -> CompactReport:
    """Replace a recording by a smaller one with the same rows, session and identity.

    Whatever goes wrong, the recording is as it was. Raises `InputError` if it cannot be read, is
    damaged, was not closed or changes meanwhile, and `OutputError` if the copy cannot be written.
    """
    path = Path(path)
    recording = open_recording(path)
    if recording.damage:
        raise InputError(
            str(path),
            _("expected a whole and closed recording, but {damage}").format(
                damage=recording.damage[0]
            ),
            _("If it is still being recorded, wait. Else rescue it first: tracker recover"),
        )
    before_bytes = path.stat().st_size
    head, sha256 = head_in(path), sha256_of(path)
    if head is None or head.original_sha256 is not None:
        return CompactReport(before_bytes, before_bytes)
    with (
        writing(path),
        tempfile.TemporaryDirectory(prefix=".tracker-compact-", dir=path.parent) as folder,
    ):
        copy = Path(folder) / path.name
        with RecordingWriter(copy, replace(head, original_sha256=sha256), COMPACT) as writer:
            for notification in recording:
                writer.write(notification)
        read = open_recording(copy)
        same = all(one == other for one, other in zip_longest(recording, read))
        if read.damage or read.info != recording.info or not same:
            problem = _("the copy does not say the same; nothing was replaced")
            raise OutputError(str(copy), problem)
        after_bytes = copy.stat().st_size
        if after_bytes >= before_bytes:
            return CompactReport(before_bytes, before_bytes)
        shutil.copystat(path, copy)
        if sha256_of(path) != sha256:
            raise InputError(
                str(path), _("changed meanwhile"), _("Try again when nothing writes to it.")
            )
        replace_file(copy, path, time.sleep)
    return CompactReport(before_bytes, after_bytes)
