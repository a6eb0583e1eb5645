from __future__ import annotations

import gzip
import zipfile
from typing import TYPE_CHECKING

import pytest

from tests.recording.phones import saved, zipped
from tracker.domain import InputError
from tracker.importers import tables as module
from tracker.importers.tables import MOST_FILES, foreign_files, start_of, texts_in

if TYPE_CHECKING:
    from pathlib import Path

FILES = {"b.csv": "two", "a.csv": "one", "meta/time.csv": "three", "photo.jpg": "no text"}


def texts(*paths: Path) -> dict[str, str]:
    return {file.path.name: file.text.decode() for file in foreign_files(paths)}


def test_a_folder_and_its_zip_are_the_same(tmp_path: Path) -> None:
    folder = saved(tmp_path / "session", FILES)
    archive = zipped(tmp_path / "session.zip", FILES)
    expected = {"a.csv": "one", "b.csv": "two", "time.csv": "three"}
    assert texts(folder) == texts(archive) == expected


def test_what_a_mac_adds_to_a_zip_is_passed_over(tmp_path: Path) -> None:
    files = {"a.csv": "one", "__MACOSX/._a.csv": "x", ".hidden.csv": "x"}
    assert texts(zipped(tmp_path / "a.zip", files)) == {"a.csv": "one"}


def test_single_files_may_be_compressed(tmp_path: Path) -> None:
    path = tmp_path / "a.csv.gz"
    path.write_bytes(gzip.compress(b"one"))
    (file,) = foreign_files([path])
    assert (file.text, file.stem) == (b"one", "a")


def test_a_message_names_the_file_in_the_zip(tmp_path: Path) -> None:
    archive = tmp_path / "a.zip"
    with zipfile.ZipFile(archive, "w") as written:
        written.writestr("Gyroscope.csv", b"\x89PNG\x00")
    with pytest.raises(InputError, match=r"a\.zip/Gyroscope\.csv: .*not text"):
        foreign_files([archive])


def test_what_is_no_zip_is_explained(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    path.write_bytes(b"PK no zip at all")
    with pytest.raises(InputError, match="cannot be unpacked"):
        foreign_files([path])
    with pytest.raises(InputError, match="no such file"):
        foreign_files([tmp_path / "missing.zip"])


def test_a_zip_that_is_cut_short_is_explained(tmp_path: Path) -> None:
    whole = zipped(tmp_path / "a.zip", {"a.csv": "0123456789" * 1000}).read_bytes()
    damaged = bytearray(whole)
    damaged[40:50] = b"\xff" * 10
    (tmp_path / "b.zip").write_bytes(damaged)
    with pytest.raises(InputError, match="cannot be unpacked"):
        foreign_files([tmp_path / "b.zip"])


def test_a_zip_that_unpacks_to_more_than_memory_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive = zipped(tmp_path / "a.zip", {"a.csv": "0" * 5_000_000})
    monkeypatch.setattr("tracker.importers.sample_csv.MAX_TEXT_BYTES", 1_000_000)
    with pytest.raises(InputError, match="MB of text"):
        foreign_files([archive])


def test_many_small_texts_are_too_many_together(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = saved(tmp_path, {f"{number}.csv": "0" * 400 for number in range(3)})
    monkeypatch.setattr(module, "MAX_TEXT_BYTES", 1000)
    with pytest.raises(InputError, match="MB of text"):
        foreign_files([folder])


def test_a_folder_of_many_sessions_is_none(tmp_path: Path) -> None:
    folder = saved(tmp_path, {f"{number}.csv": "" for number in range(MOST_FILES + 1)})
    with pytest.raises(InputError, match="files of text"):
        foreign_files([folder])


def test_without_a_text_there_is_nothing_to_read(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no CSV in it"):
        foreign_files([saved(tmp_path, {"photo.jpg": ""})])


def test_texts_are_found_one_folder_deep(tmp_path: Path) -> None:
    folder = saved(tmp_path, {**FILES, "one/two/deep.csv": ""})
    assert [path.name for path in texts_in(folder)] == ["a.csv", "b.csv", "time.csv"]


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_the_start_of_a_text_is_read_packed_or_not(pack: type[bytes], tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(pack("\ufefftime,x\n".encode() + b"1,2\n" * 100_000))
    assert start_of(path).startswith(b"time,x\n1,2\n")
    assert len(start_of(path)) < 10_000
