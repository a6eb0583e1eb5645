"""The texts of a session: single files, a folder of them or a zip, unpacked and in UTF-8.

What a file is, is judged by its first bytes, not by its name. Everything is bounded: text, the
number of files, and what a packed file unpacks to.
"""

from __future__ import annotations

import gzip
import io
import re
import zipfile
import zlib
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO, TYPE_CHECKING, Final

from tracker.domain import InputError
from tracker.domain.errors import reading
from tracker.language import _
from tracker.recording.format import MARKER

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

MAX_TEXT_BYTES: Final = 256 << 20
"""Text of one session, bytes: ten hours at 100 Hz, and with its numbers it fits into memory."""

MAX_LINES: Final = 4 << 20
"""Lines of one file: eleven hours at 100 Hz. Short lines take many times their text in numbers."""

_CHUNK_BYTES: Final = 1 << 20
_GZIP: Final = b"\x1f\x8b"
_ZIP: Final = b"PK\x03\x04"
_UTF8_MARK: Final = b"\xef\xbb\xbf"
_UTF16_MARKS: Final = (b"\xff\xfe", b"\xfe\xff")

_NO_TEXT: Final = {
    b"SQLite format 3\x00": (
        # Translators: this and the next few stand in "expected a CSV, but the file is ...".
        _("a database of SQLite"),
        _("Export CSV instead; in Sensor Logger: Settings, Export Format, Zipped CSV."),
    ),
    b"%PDF": (_("a PDF"), _("Export the samples as CSV.")),
    b"\xd0\xcf\x11\xe0": (_("an old Excel workbook"), _("Save it as CSV.")),
    b"MATLAB": (_("a MATLAB file"), _("Export CSV instead.")),
}
"""What exporters offer beside text, by its first bytes, and what to choose instead."""


def csv_text(path: Path) -> bytes:
    """Return a file's text in UTF-8, unpacked, without byte order mark and trailing white space.

    Raises `InputError` if it cannot be read or unpacked, is too large, or is not text.
    """
    return _text(path, MAX_TEXT_BYTES)


def _text(path: Path, room: int) -> bytes:
    with reading(path), path.open("rb") as file:
        packed = file.read(len(_GZIP)) == _GZIP
        file.seek(0)
        try:
            content = bounded(gzip.GzipFile(fileobj=file) if packed else file, room)
        except (gzip.BadGzipFile, EOFError, zlib.error) as error:
            raise InputError(
                str(path),
                _("the compressed data is damaged: {error}").format(error=error),
                _("Unpack or copy it again."),
            ) from error
    return checked_text(path, content, room)


def checked_text(path: Path, content: bytes, room: int | None = None) -> bytes:
    """Return text in UTF-8 without byte order mark and trailing white space.

    `path` is for messages, and `room` is how many bytes may come, by default `MAX_TEXT_BYTES`.
    Raises `InputError` if there are more, or it is not text.
    """
    if len(content) > (MAX_TEXT_BYTES if room is None else room):
        raise InputError(
            str(path),
            _too_much_text(),
            _("Cut it into parts; what is JSON is three times smaller as CSV."),
        )
    if content.startswith((MARKER, b"ARROW1")):
        raise InputError(
            str(path),
            _("expected a CSV, but the file is in an Arrow format"),
            _(
                "If it is a recording, unpack it and give it the ending .arrows; otherwise save "
                "it as CSV."
            ),
        )
    for mark, (what, advice) in _NO_TEXT.items():
        if content.startswith(mark):
            problem = _("expected a CSV, but the file is {what}").format(what=what)
            raise InputError(str(path), problem, advice)
    if max(content.count(b"\n"), content.count(b"\r")) > MAX_LINES:
        problem = _("has more than {lines} lines").format(lines=MAX_LINES)
        raise InputError(str(path), problem, _("Cut it into parts."))
    # Not the tabs at the end: the last cells of a row may be empty.
    text = in_utf8(content).removeprefix(_UTF8_MARK).rstrip(b"\r\n ")
    if b"\x00" in text:
        raise InputError(
            str(path),
            _("expected a CSV, but the file is not text"),
            _("Check that it is the right file."),
        )
    return text


def _too_much_text() -> str:
    return _("has more than {megabytes} MB of text").format(megabytes=MAX_TEXT_BYTES >> 20)


_CHARSETS: Final = (
    "utf_8", "utf_16", "cp1252", "cp1250", "latin_1", "gb18030", "cp932", "cp949", "big5",
    "cp1251",
)  # fmt: skip
"""What programs on Windows and phones write; without the list, a single `°` has forty readings."""

_SAMPLED_BYTES: Final = 16384
"""The header is in it, and numbers are the same in every charset."""

_TELLING: Final = re.compile(r"[°²µμ]|[加角]速度|时间|時間|陀螺")
"""What headers need other letters for; a reading that has them is the right one."""


def in_utf8(content: bytes) -> bytes:
    """Return text in UTF-8, whatever charset it was saved in; other bytes as they are."""
    head = content[:_SAMPLED_BYTES]
    if not content.startswith(_UTF16_MARKS) and (b"\x00" in head or _is_utf8(head, content)):
        return content
    # The library costs 50 ms to load, which UTF-8 does without.
    from charset_normalizer import from_bytes

    readings = list(from_bytes(head, cp_isolation=list(_CHARSETS)))
    if not readings:
        return content
    # The most telling letters; between equals, the order of the library.
    best = max(readings, key=lambda reading: len(_TELLING.findall(str(reading))))
    return content.decode(best.encoding, errors="replace").encode()


def _is_utf8(head: bytes, content: bytes) -> bool:
    """Say whether text is UTF-8; damaged bytes behind a good beginning do not change that."""
    try:
        head.decode()
    except UnicodeDecodeError as error:
        # The cut may go through a letter.
        if error.start < len(head) - 3 or len(content) <= len(head):
            return False
    return True


def bounded(file: IO[bytes] | io.BufferedIOBase, room: int) -> bytes:
    """Return a file's content, or a little more than `room` bytes of it if it is too large."""
    # Its value is handed out without a copy.
    content = io.BytesIO()
    while content.tell() <= room and (chunk := file.read(_CHUNK_BYTES)):
        content.write(chunk)
    return content.getvalue()


ZIP_SUFFIX: Final = ".zip"
TEXT_SUFFIXES: Final = (".csv", ".csv.gz", ".txt", ".txt.gz", ".tsv", ".json", ".json.gz", ".log")
"""Endings of text files that apps save."""

MOST_FILES: Final = 200
"""Sensor Logger saves at most fifty sensors; a folder with so many files is something else."""

_START_BYTES: Final = 8192
_GZIP_WINDOW: Final = 31


@dataclass(frozen=True, slots=True)
class ForeignFile:
    """A text file of a session."""

    path: Path
    """For messages; inside a zip, the path of the zip and the name in it."""
    text: bytes

    @property
    def stem(self) -> str:
        """Its name without endings, in lower case."""
        return self.path.name.split(".")[0].lower()


def foreign_files(paths: Sequence[Path]) -> tuple[ForeignFile, ...]:
    """Return the text files that the user named, in order.

    Raises `InputError` if one cannot be read, they are too large together, or there is none.
    """
    found: list[ForeignFile] = []
    room = MAX_TEXT_BYTES
    for path in paths:
        for file in _texts(path, room):
            room -= len(file.text)
            found.append(file)
            if room < 0:
                raise InputError(str(paths[0]), _too_much_text())
    if not found:
        raise InputError(
            str(paths[0]), _("has no CSV in it"), _("Name the folder or zip that the app saved.")
        )
    return tuple(found)


def texts_in(folder: Path) -> tuple[Path, ...]:
    """Return the text files in a folder and in its subfolders, sorted by name."""
    with reading(folder):
        inside = (*folder.iterdir(), *folder.glob("*/*"))
    return tuple(sorted(path for path in inside if path.is_file() and _is_text(path.name)))


def is_zip(path: Path) -> bool:
    """Say whether a file is a zip, whatever its name."""
    if path.name.lower().endswith(ZIP_SUFFIX):
        return True
    with reading(path), path.open("rb") as file:
        return file.read(len(_ZIP)) == _ZIP


def _texts(path: Path, room: int) -> Iterator[ForeignFile]:
    """Yield the texts of what a user named; `room` bytes may come, whatever they unpack to."""
    if path.is_dir():
        named = texts_in(path)
        _refuse_many(path, len(named))
        for each in named:
            text = _text(each, room)
            room -= len(text)
            yield ForeignFile(each, text)
    elif is_zip(path):
        yield from _zipped(path, room)
    else:
        yield ForeignFile(path, _text(path, room))


def _zipped(path: Path, room: int) -> Iterator[ForeignFile]:
    with _unpacking(path), zipfile.ZipFile(path) as archive:
        inside = archive.infolist()
        named = sorted(
            (each for each in inside if _is_text(each.filename)), key=lambda each: each.filename
        )
        _refuse_many(path, len(named))
        if not named and any(each.filename.startswith("xl/") for each in inside):
            raise InputError(
                str(path),
                _("expected a CSV, but the file is an Excel workbook"),
                _("Export CSV instead; in phyphox: Export Data, CSV. Or save it as CSV."),
            )
        if sum(each.file_size for each in named) > room:
            problem = _("unpacks to more than {megabytes} MB of text")
            raise InputError(str(path), problem.format(megabytes=MAX_TEXT_BYTES >> 20))
        for each in named:
            label = path / PurePosixPath(each.filename)
            with archive.open(each) as file:
                text = checked_text(label, bounded(file, room), room)
            room -= len(text)
            yield ForeignFile(label, text)


@contextmanager
def _unpacking(path: Path) -> Iterator[None]:
    """Raise `InputError` where a zip cannot be read."""
    try:
        with reading(path):
            yield
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError) as error:
        raise InputError(
            str(path),
            _("cannot be unpacked: {error}").format(error=error),
            _("Copy it again, or unpack it by hand."),
        ) from error
    except RuntimeError as error:
        raise InputError(
            str(path), _("is protected by a password"), _("Unpack it by hand.")
        ) from error


def _is_text(name: str) -> bool:
    last = PurePosixPath(name).name.lower()
    return last.endswith(TEXT_SUFFIXES) and not last.startswith(".") and "__MACOSX" not in name


def _refuse_many(path: Path, amount: int) -> None:
    if amount > MOST_FILES:
        raise InputError(
            str(path),
            _("has {amount} text files, expected those of one session").format(amount=amount),
            _("Name the folder of one session."),
        )


def start_of(path: Path) -> bytes:
    """Return the beginning of a file's text in UTF-8, unpacked as far as it goes.

    Raises `InputError` if it cannot be read.
    """
    with reading(path), path.open("rb") as file:
        start = file.read(_START_BYTES)
    if start.startswith(_GZIP):
        try:
            # A truncated stream unpacks as far as it goes.
            start = zlib.decompressobj(wbits=_GZIP_WINDOW).decompress(start, _START_BYTES)
        except zlib.error:
            return b""
    return in_utf8(start).removeprefix(_UTF8_MARK)
