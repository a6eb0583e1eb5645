from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tracker.domain import InputError, SessionInfo
from tracker.recording import RecordingWriter, is_closed

if TYPE_CHECKING:
    from pathlib import Path


def test_a_recording_is_closed_once_its_writer_is(tmp_path: Path) -> None:
    path = tmp_path / "a.arrows"
    with RecordingWriter(path, SessionInfo("profile")):
        assert not is_closed(path)
    assert is_closed(path)
    path.write_bytes(path.read_bytes()[:-1])
    assert not is_closed(path)


def test_an_empty_file_is_not_closed_and_one_that_is_gone_is_told(tmp_path: Path) -> None:
    path = tmp_path / "a.arrows"
    path.touch()
    assert not is_closed(path)
    with pytest.raises(InputError, match="no such file"):
        is_closed(tmp_path / "b.arrows")
