from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tracker.cli.files import refuse_other_names
from tracker.domain import OutputError

if TYPE_CHECKING:
    from pathlib import Path


def test_only_names_of_recordings_are_written(tmp_path: Path) -> None:
    refuse_other_names(tmp_path / "a.arrows")
    refuse_other_names(tmp_path / "A.ARROWS")
    with pytest.raises(OutputError, match=r"-o .*a\.arrows"):
        refuse_other_names(tmp_path / "a.csv")
