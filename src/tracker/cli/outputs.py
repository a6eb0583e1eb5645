"""Names of the files that the commands write."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tracker.domain import OutputError
from tracker.runtime.paths import RECORDING_SUFFIX
from tracker.runtime.whole_file import refuse_existing, whole_file

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["refuse_existing", "refuse_other_names", "whole_file"]


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
