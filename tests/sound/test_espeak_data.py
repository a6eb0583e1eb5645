from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from tracker.sound import EspeakVoice, SoundError
from tracker.sound.speech import LONGEST_BYTES, data_path

if TYPE_CHECKING:
    from pathlib import Path

posix_only = pytest.mark.skipif(sys.platform == "win32", reason="links need a permission there")


def deep(folder: Path) -> Path:
    """Make a folder whose path is too long."""
    while len(str(folder)) <= LONGEST_BYTES:
        folder = folder / "a-folder-in-a-folder"
    folder.mkdir(parents=True)
    return folder


def test_a_path_that_fits_is_taken_as_it_is(tmp_path: Path) -> None:
    folder = tmp_path / "größer"
    assert data_path(folder) == str(folder).encode()


@posix_only
def test_a_path_that_is_too_long_is_reached_by_a_shorter_one(tmp_path: Path) -> None:
    folder = deep(tmp_path)
    (folder / "phontab").write_text("here", encoding="utf-8")
    short = data_path(folder)
    assert len(short) <= LONGEST_BYTES
    with open(short + b"/phontab", encoding="utf-8") as file:
        assert file.read() == "here"
    assert data_path(folder) == short


@posix_only
def test_the_voice_speaks_from_a_deep_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    loader = pytest.importorskip("espeakng_loader", reason="the extra `sound` has no wheel here")
    data = deep(tmp_path) / "espeak-ng-data"
    data.symlink_to(loader.get_data_path(), target_is_directory=True)
    monkeypatch.setattr(loader, "get_data_path", lambda: str(data))
    assert len(EspeakVoice().say("three")) > 1000


@posix_only
def test_where_nothing_is_short_enough_it_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = deep(tmp_path)
    monkeypatch.setattr("tempfile.tempdir", str(folder))
    with pytest.raises(SoundError, match="too long") as caught:
        data_path(folder / "data")
    assert str(folder) in caught.value.message
