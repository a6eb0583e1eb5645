"""The texts of one session of another app: single files, a folder of them, or a zip of it."""

from __future__ import annotations

import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Final

from tracker.domain import InputError
from tracker.recording.file_errors import reading
from tracker.recording.sample_text import MAX_TEXT_BYTES, bounded, checked_text, csv_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

ZIP_SUFFIX: Final = ".zip"
TEXT_SUFFIXES: Final = (".csv", ".csv.gz", ".txt", ".tsv")
"""Endings of the files that apps save."""

MOST_FILES: Final = 200
"""Sensor Logger saves fifty sensors at most; a folder with more is something else."""


_START_BYTES: Final = 8192
_GZIP: Final = b"\x1f\x8b"
_GZIP_WINDOW: Final = 31


@dataclass(frozen=True, slots=True)
class ForeignFile:
    """One text."""

    path: Path
    """Where it is, for messages; inside a zip, the zip and the name in it."""
    text: bytes

    @property
    def stem(self) -> str:
        """Its name without any ending, in small letters."""
        return self.path.name.split(".")[0].lower()


def foreign_files(paths: Sequence[Path]) -> tuple[ForeignFile, ...]:
    """Return the texts of what a user names, in order.

    Raises
    ------
    InputError
        If something cannot be read, is too large, or there is no text at all.
    """
    found = tuple(file for path in paths for file in _texts(path))
    if sum(len(file.text) for file in found) > MAX_TEXT_BYTES:
        raise InputError(str(paths[0]), f"has more than {MAX_TEXT_BYTES >> 20} MB of text")
    if not found:
        raise InputError(
            str(paths[0]), "has no CSV in it", "Name the folder or the zip that the app saved."
        )
    return found


def texts_in(folder: Path) -> tuple[Path, ...]:
    """Return the files of text in a folder and in the folders in it, in the order of names."""
    with reading(folder):
        inside = (*folder.iterdir(), *folder.glob("*/*"))
    return tuple(sorted(path for path in inside if path.is_file() and _is_text(path.name)))


def _texts(path: Path) -> Iterator[ForeignFile]:
    if path.is_dir():
        named = texts_in(path)
        _refuse_many(path, len(named))
        yield from (ForeignFile(each, csv_text(each)) for each in named)
    elif path.name.lower().endswith(ZIP_SUFFIX):
        yield from _zipped(path)
    else:
        yield ForeignFile(path, csv_text(path))


def _zipped(path: Path) -> Iterator[ForeignFile]:
    try:
        with reading(path), zipfile.ZipFile(path) as archive:
            named = sorted(
                (each for each in archive.infolist() if _is_text(each.filename)),
                key=lambda each: each.filename,
            )
            _refuse_many(path, len(named))
            for each in named:
                with archive.open(each) as file:
                    label = path / PurePosixPath(each.filename)
                    yield ForeignFile(label, checked_text(label, bounded(file)))
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError) as error:
        raise InputError(
            str(path), f"cannot be unpacked: {error}", "Copy it again, or unpack it by hand."
        ) from error
    except RuntimeError as error:
        raise InputError(str(path), "is locked with a password", "Unpack it by hand.") from error


def _is_text(name: str) -> bool:
    last = PurePosixPath(name).name.lower()
    return last.endswith(TEXT_SUFFIXES) and not last.startswith(".") and "__MACOSX" not in name


def _refuse_many(path: Path, amount: int) -> None:
    if amount > MOST_FILES:
        raise InputError(
            str(path),
            f"has {amount} files of text, expected those of one session",
            "Name the folder of one session.",
        )


def start_of(path: Path) -> bytes:
    """Return the first bytes of a text, unpacked; what is wrong with it shows when it is read."""
    with reading(path), path.open("rb") as file:
        start = file.read(_START_BYTES)
    if start.startswith(_GZIP):
        # A stream that is cut off unpacks as far as it goes.
        start = zlib.decompressobj(wbits=_GZIP_WINDOW).decompress(start, _START_BYTES)
    return start.removeprefix(b"\xef\xbb\xbf")
