from __future__ import annotations

import gzip
import zipfile
from typing import TYPE_CHECKING

import pytest

from tests.importers.phones import saved, zipped
from tracker.domain import InputError
from tracker.importers import files as module
from tracker.importers.files import (
    MOST_FILES,
    csv_text,
    foreign_files,
    start_of,
    texts_in,
)

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
    monkeypatch.setattr(module, "MAX_TEXT_BYTES", 1_000_000)
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
    with pytest.raises(InputError, match="text files"):
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


TEXT = b"time_s,acc_x\n0,1"


@pytest.mark.parametrize(
    "content",
    [
        TEXT,
        TEXT + b"\r\n\r\n ",
        b"\xef\xbb\xbf" + TEXT,
        gzip.compress(TEXT),
        gzip.compress(TEXT[:6]) + gzip.compress(TEXT[6:]),
        TEXT.decode().encode("utf-16"),
    ],
    ids=["plain", "blank end", "byte order mark", "packed", "packed in two parts", "utf-16"],
)
def test_the_text_comes_bare(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "samples.csv"
    path.write_bytes(content)
    assert csv_text(path) == TEXT


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (gzip.compress(TEXT * 50)[:-12], "compressed data is damaged"),
        (gzip.compress(TEXT)[:10] + b"\xff" * 30, "compressed data is damaged"),
        (b"\xff\xff\xff\xff\x00\x01\x00\x00", "Arrow format"),
        (b"ARROW1\x00\x00", "Arrow format"),
        (b"\x7fELF\x02\x01\x00\x00", "not text"),
    ],
    ids=["torn", "damaged", "stream", "file", "binary"],
)
def test_what_is_no_text_is_told(tmp_path: Path, content: bytes, words: str) -> None:
    path = tmp_path / "samples.csv"
    path.write_bytes(content)
    with pytest.raises(InputError, match=words) as caught:
        csv_text(path)
    assert caught.value.advice


def test_a_packed_file_that_never_ends_is_not_unpacked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MAX_TEXT_BYTES", 3 << 20)
    path = tmp_path / "samples.csv.gz"
    path.write_bytes(gzip.compress(bytes(6 << 20), compresslevel=1))
    with pytest.raises(InputError, match="more than 3 MB"):
        csv_text(path)


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such file"):
        csv_text(tmp_path / "nowhere.csv")


HEADER = "time (s),Acceleration X(g),Angular velocity X(°/s),Magnetic field X(µT)\n"


@pytest.mark.parametrize("charset", ["utf-8", "latin-1", "cp1252", "utf-16", "utf-16-le"])
def test_signs_of_units_survive_every_charset(charset: str, tmp_path: Path) -> None:
    path = tmp_path / "log.txt"
    path.write_bytes((HEADER + "0.1,1,2,3\n" * 4000).encode(charset))
    if charset == "utf-16-le":
        path.write_bytes(b"\xff\xfe" + path.read_bytes())
    assert csv_text(path).decode().startswith(HEADER)
    assert start_of(path).decode().startswith(HEADER)


@pytest.mark.parametrize("charset", ["gbk", "gb18030"])
def test_signs_of_units_survive_chinese_charsets(charset: str, tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    for header in (HEADER.replace("µ", "u"), "时间,加速度X(g),角速度X(°/s)\n"):
        path.write_bytes((header + "0.1,1,2,3\n" * 50).encode(charset))
        assert csv_text(path).decode().startswith(header)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"SQLite format 3\x00\x10", "Zipped CSV"),
        (b"%PDF-1.7", "as CSV"),
        (b"\xd0\xcf\x11\xe0\xa1", "as CSV"),
    ],
)
def test_what_apps_export_beside_text_is_named(content: bytes, said: str, tmp_path: Path) -> None:
    path = tmp_path / "export.csv"
    path.write_bytes(content)
    with pytest.raises(InputError, match=said):
        csv_text(path)


@pytest.mark.parametrize("end", [b"\n", b"\r", b"\r\n"])
def test_short_lines_may_not_become_more_than_memory(
    end: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MAX_LINES", 1000)
    path = tmp_path / "samples.csv.gz"
    path.write_bytes(gzip.compress((b"1,2,3,4" + end) * 1001))
    with pytest.raises(InputError, match="more than 1000 lines"):
        csv_text(path)


def test_a_workbook_is_named(tmp_path: Path) -> None:
    path = zipped(tmp_path / "phyphox.xlsx", {"xl/workbook.xml": "<workbook/>"})
    with pytest.raises(InputError, match=r"(?s)Excel.*CSV"):
        foreign_files([path])


def test_a_zip_is_known_whatever_its_name(tmp_path: Path) -> None:
    assert texts(zipped(tmp_path / "export.bin", {"a.csv": "one"})) == {"a.csv": "one"}


def test_all_texts_of_a_zip_share_the_room(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive = zipped(tmp_path / "a.zip", {f"{n}.csv": "0" * 400_000 for n in range(4)})
    monkeypatch.setattr(module, "MAX_TEXT_BYTES", 1_000_000)
    with pytest.raises(InputError, match="MB of text"):
        foreign_files([archive])
