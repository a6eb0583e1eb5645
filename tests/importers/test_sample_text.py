from __future__ import annotations

import gzip
from typing import TYPE_CHECKING

import pytest

from tracker.domain import InputError
from tracker.importers.sample_csv import csv_text

if TYPE_CHECKING:
    from pathlib import Path

TEXT = b"time_s,acc_x\n0,1"


@pytest.mark.parametrize(
    "content",
    [
        TEXT,
        TEXT + b"\r\n\r\n ",
        b"\xef\xbb\xbf" + TEXT,
        gzip.compress(TEXT),
        gzip.compress(TEXT[:6]) + gzip.compress(TEXT[6:]),
    ],
    ids=["plain", "blank end", "byte order mark", "packed", "packed in two parts"],
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
        (TEXT.decode().encode("utf-16"), "UTF-16"),
        (b"\x7fELF\x02\x01\x00\x00", "not text"),
    ],
    ids=["torn", "damaged", "stream", "file", "utf-16", "binary"],
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
    monkeypatch.setattr("tracker.importers.sample_csv.MAX_TEXT_BYTES", 3 << 20)
    path = tmp_path / "samples.csv.gz"
    path.write_bytes(gzip.compress(bytes(6 << 20), compresslevel=1))
    with pytest.raises(InputError, match="more than 3 MB"):
        csv_text(path)


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such file"):
        csv_text(tmp_path / "nowhere.csv")
