"""A file that appears complete or not at all, and never in place of another by accident."""

from __future__ import annotations

import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from tracker.domain import OutputError
from tracker.recording.file_errors import writing

if TYPE_CHECKING:
    from collections.abc import Iterator


def refuse_existing(target: Path, force: bool) -> None:
    """Raise `OutputError` if there is something at `target` that may not be replaced.

    Commands that work for long ask this first, so that the answer does not come at the end.
    """
    if target.exists() and not force:
        raise OutputError(
            str(target), "exists already", "Choose another name, or say --force to replace it."
        )


@contextmanager
def whole_file(target: Path, force: bool) -> Iterator[Path]:
    """Give a path to write to, which becomes `target` if nothing goes wrong.

    Raises
    ------
    OutputError
        If the target exists and `force` is not given, or cannot be written.
    """
    refuse_existing(target, force)
    with (
        writing(target),
        # Beside the target, because a rename across disks is a copy that can be cut short.
        tempfile.TemporaryDirectory(prefix=".tracker-", dir=target.parent) as folder,
    ):
        unfinished = Path(folder) / target.name
        yield unfinished
        refuse_existing(target, force)
        unfinished.replace(target)


def refuse_filled(target: Path, force: bool) -> None:
    """Raise `OutputError` if `target` is no folder, or one that may not be added to."""
    if target.exists() and not target.is_dir():
        raise OutputError(str(target), "is a file", "Name a folder.")
    if not force and target.is_dir() and any(target.iterdir()):
        raise OutputError(
            str(target),
            "is a folder with something in it",
            "Choose another one, or say --force to add to it and replace files of the same names.",
        )


@contextmanager
def whole_folder(target: Path, force: bool) -> Iterator[Path]:
    """Give an empty folder whose files all go to `target` if nothing goes wrong.

    Whatever else is in `target` stays.

    Raises
    ------
    OutputError
        If there is something in the target and `force` is not given, or it cannot be written.
    """
    refuse_filled(target, force)
    with (
        writing(target),
        tempfile.TemporaryDirectory(prefix=".tracker-", dir=target.parent) as folder,
    ):
        unfinished = Path(folder) / target.name
        unfinished.mkdir()
        yield unfinished
        refuse_filled(target, force)
        if target.exists():
            for path in sorted(each for each in unfinished.rglob("*") if each.is_file()):
                place = target / path.relative_to(unfinished)
                place.parent.mkdir(parents=True, exist_ok=True)
                path.replace(place)
        else:
            unfinished.rename(target)
