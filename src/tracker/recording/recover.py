"""Rescues everything that is intact in a damaged recording into a clean one."""

from __future__ import annotations

import tempfile
import time
from dataclasses import dataclass, replace
from pathlib import Path

from tracker.domain import OutputError, start_problem
from tracker.domain.errors import replace_file, writing
from tracker.language import _
from tracker.recording.reader import Damage, open_recording
from tracker.recording.writer import RecordingWriter


@dataclass(frozen=True, slots=True)
class RecoveryReport:
    """What was kept and what existed."""

    target: Path
    """The clean file."""
    rows_kept: int
    rows_lost: int
    """Notifications known to be lost; see `end_lost`."""
    end_lost: bool
    """True if the source was never closed or lost its end, so more may be lost than is counted."""
    damage: tuple[Damage, ...]
    """Damaged places of the source."""
    dropped: str | None = None
    """What was wrong with its time of start, which is left out; None if nothing was."""


def recover(source: Path | str, target: Path | str, *, force: bool = False) -> RecoveryReport:
    """Write what is intact in `source` to `target`, which appears complete or not at all.

    The source is not changed. `force` replaces a target that exists.

    Raises `InputError` if nothing in the source is intact, and `OutputError` if the target exists
    and `force` is not given, is the source, or cannot be written.
    """
    target = Path(target)
    recording = open_recording(source)
    if target.exists() and target.samefile(source):
        raise OutputError(
            str(target),
            _("is the damaged recording itself, which must not be overwritten"),
            _("Choose another name for the clean one."),
        )
    _refuse_existing(target, force)
    info = recording.info
    dropped = start_problem(info)
    if dropped is not None:
        info = replace(info, started_utc=None)
    with (
        writing(target),
        tempfile.TemporaryDirectory(prefix=".recover-", dir=target.parent) as folder,
    ):
        clean = Path(folder) / target.name
        try:
            with RecordingWriter(clean, info) as writer:
                for notification in recording:
                    writer.write(notification)
        except OutputError as error:
            raise OutputError(str(target), error.problem, error.advice) from error
        _refuse_existing(target, force)
        replace_file(clean, target, time.sleep)
    return RecoveryReport(
        target=target,
        rows_kept=recording.rows,
        rows_lost=sum(each.rows or 0 for each in recording.damage),
        end_lost=any(each.rows is None for each in recording.damage),
        damage=recording.damage,
        dropped=dropped,
    )


def _refuse_existing(target: Path, force: bool) -> None:
    if target.exists() and not force:
        raise OutputError(
            str(target),
            _("exists already"),
            _("Choose another name, or say --force to replace it."),
        )
