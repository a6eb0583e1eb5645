"""A file that appears complete or not at all, and never in place of another by accident."""

from __future__ import annotations

import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from tracker.domain import OutputError
from tracker.recording.file_errors import writing
from tracker.runtime.paths import RECORDING_SUFFIX

if TYPE_CHECKING:
    from collections.abc import Iterator


def refuse_other_names(target: Path) -> None:
    """Raise `OutputError` if `target` does not have the name of a recording.

    Its name is how other commands know it, and `-o session.csv` would replace the samples by it.
    """
    if target.suffix.lower() != RECORDING_SUFFIX:
        raise OutputError(
            str(target),
            f"a recording has a name that ends in {RECORDING_SUFFIX}",
            f"Write for example -o {(target.stem or 'session') + RECORDING_SUFFIX}",
        )


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
