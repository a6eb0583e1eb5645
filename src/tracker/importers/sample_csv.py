"""Reads samples from CSV, and says in which line something is not as it should be.

The fast path hands the numbers to Arrow. Only when that fails is the text read a second time, line
by line, to find the first line that is to blame.

The first line of a sample CSV: which columns there are, and in which order.

Gets at the text of a CSV file, packed or not, and says what else a file may be.
"""

from __future__ import annotations

import csv
import difflib
import gzip
import io
import re
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, Final

import numpy as np
import pyarrow as pa
from pyarrow import csv as arrow_csv

from tracker.domain import InputError
from tracker.domain.errors import reading
from tracker.importers.samples import AccUnit, GyroUnit, SampleTable, check_samples
from tracker.recording.format import MARKER

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

TIME: Final = "time_s"
ACC: Final = ("acc_x", "acc_y", "acc_z")
GYRO: Final = ("gyro_x", "gyro_y", "gyro_z")
HEADER: Final = f"{TIME},{','.join(ACC)}[,{','.join(GYRO)}]"
"""The header as people are told it; a gyroscope may be missing, and the order is free."""

_REQUIRED: Final = (TIME, *ACC)
_KNOWN: Final = (*_REQUIRED, *GYRO)
# Longer first lines are no header; what is quoted of one in a message stays short.
_FIRST_LINE: Final = re.compile(rb"\S[^\r\n]{0,4096}")
_MAX_QUOTED: Final = 40


@dataclass(frozen=True, slots=True)
class Header:
    """The columns and where the numbers begin."""

    names: tuple[str, ...]
    """Names of the columns in the order of the file."""
    line: int
    """Line of the header, counted from 1; only blank lines come before it."""
    end: int
    """Offset of the first byte after the header."""

    @property
    def has_gyro(self) -> bool:
        """Whether there are columns of angular rate."""
        return GYRO[0] in self.names


def read_header(path: Path, text: bytes) -> Header:
    """Return the header of a sample CSV.

    Parameters
    ----------
    path
        The file, for the message.
    text
        Its text.

    Raises
    ------
    InputError
        If there is no text, or a column is missing, unknown or there twice.
    """
    match = _FIRST_LINE.search(text)
    if match is None:
        raise InputError(str(path), "the file is empty", f"Expected a first line {HEADER}.")
    line = len(text[: match.start() + 1].splitlines())
    content = match[0].decode(errors="replace")
    names = tuple(name.strip() for name in next(csv.reader([content], skipinitialspace=True)))
    problem = _problem(names, content)
    if problem is not None:
        complaint, advice = problem
        raise InputError(str(path), f"line {line}: {complaint}", advice)
    return Header(names, line, match.end())


def _problem(names: Sequence[str], content: str) -> tuple[str, str] | None:
    """Return what is wrong with a first line and what to do about it, or None."""
    expected = f"Expected {HEADER}."
    if len(names) == 1:
        for separator in ";\t ":
            if content.count(separator) >= len(ACC):
                return (
                    f"columns are separated by {separator!r}",
                    f"Separate them by commas, and write decimals with a point: {HEADER}.",
                )
    if all(_begins_like_a_number(name) for name in names):
        return "expected the names of the columns, found numbers", f"Add a first line {HEADER}."
    for position, name in enumerate(names, start=1):
        if not name:
            return f"column {position} has no name", expected
        if name not in _KNOWN:
            close = difflib.get_close_matches(name[:_MAX_QUOTED], _KNOWN, n=1)
            hint = f"Did you mean {close[0]}? " if close else ""
            return f"unknown column {name[:_MAX_QUOTED]!r}", hint + expected
    repeated = [name for name in _KNOWN if names.count(name) > 1]
    if repeated:
        return f"{_listed(repeated)} more than once", expected
    wanted = _KNOWN if set(names) & set(GYRO) else _REQUIRED
    missing = [name for name in wanted if name not in names]
    if missing:
        return f"{_listed(missing)} missing", expected
    return None


def _listed(names: Sequence[str]) -> str:
    return f"column{'s' if len(names) > 1 else ''} {', '.join(names)}"


def _begins_like_a_number(name: str) -> bool:
    return re.match(r"[+-]?\.?\d", name) is not None


MAX_TEXT_BYTES: Final = 512 << 20
"""Text of one file, bytes: ten hours at 100 Hz take half of it, and it still fits into memory."""

_CHUNK_BYTES: Final = 1 << 20
_GZIP: Final = b"\x1f\x8b"
_UTF8_MARK: Final = b"\xef\xbb\xbf"
_UTF16_MARKS: Final = (b"\xff\xfe", b"\xfe\xff")


def csv_text(path: Path) -> bytes:
    """Return a file's text, unpacked, without byte order mark and without blank space at its end.

    Raises
    ------
    InputError
        If it cannot be read or unpacked, is empty, too large or no UTF-8 text.
    """
    with reading(path), path.open("rb") as file:
        packed = file.read(len(_GZIP)) == _GZIP
        file.seek(0)
        try:
            content = bounded(gzip.GzipFile(fileobj=file) if packed else file)
        except (gzip.BadGzipFile, EOFError, zlib.error) as error:
            raise InputError(
                str(path), f"the compressed data is damaged: {error}", "Unpack or copy it again."
            ) from error
    return checked_text(path, content)


def checked_text(path: Path, content: bytes) -> bytes:
    """Return text without byte order mark and without blank space at its end.

    Parameters
    ----------
    path
        Where it is from, for the message.
    content
        What is there, unpacked.

    Raises
    ------
    InputError
        If it is too large or no UTF-8 text.
    """
    if len(content) > MAX_TEXT_BYTES:
        raise InputError(
            str(path), f"has more than {MAX_TEXT_BYTES >> 20} MB of text", "Cut it into parts."
        )
    if content.startswith((MARKER, b"ARROW1")):
        raise InputError(
            str(path),
            "expected a CSV, but the file is in an Arrow format",
            "If it is a recording, analyze or replay it as it is: name it .arrows.",
        )
    if content.startswith(_UTF16_MARKS):
        raise InputError(
            str(path), "expected UTF-8 text, but the file is UTF-16", "Save it as UTF-8."
        )
    content = content.removeprefix(_UTF8_MARK).rstrip()
    if b"\x00" in content:
        raise InputError(
            str(path),
            "expected a CSV, but the file is not text",
            "Check that it is the right one.",
        )
    return content


def bounded(file: IO[bytes] | io.BufferedIOBase) -> bytes:
    """Return a file's content, or a little more than is allowed of it."""
    content = bytearray()
    while len(content) <= MAX_TEXT_BYTES and (chunk := file.read(_CHUNK_BYTES)):
        content += chunk
    return bytes(content)


def read_sample_csv(
    path: Path | str,
    acc_unit: AccUnit = AccUnit.MPS2,
    gyro_unit: GyroUnit = GyroUnit.RADPS,
) -> SampleTable:
    """Read a sample CSV, plain or compressed with gzip.

    Parameters
    ----------
    path
        The file; its first line names the columns, in any order.
    acc_unit
        Unit of the acceleration columns.
    gyro_unit
        Unit of the angular rate columns, if there are any.

    Raises
    ------
    InputError
        If the file cannot be read or is not a sample CSV: the message names line and column.
    """
    path = Path(path)
    text = csv_text(path)
    header = read_header(path, text)
    columns = _numbers(path, text, header)
    gyro = [columns[name] for name in GYRO] if header.has_gyro else None
    # What overflows here is infinite, and told with its line.
    with np.errstate(over="ignore"):
        table = SampleTable(
            time_s=columns[TIME],
            acc_mps2=np.column_stack([columns[name] for name in ACC]) * acc_unit.mps2,
            gyro_radps=None if gyro is None else np.column_stack(gyro) * gyro_unit.radps,
        )
    check_samples(path, table, acc_unit, gyro_unit, lambda row: _line_of(row, text, header))
    return table


def _numbers(path: Path, text: bytes, header: Header) -> dict[str, NDArray[np.float64]]:
    """Return the columns as numbers, which may still be NaN or infinite."""
    body = text[header.end :]
    if not body.strip():
        return {name: np.empty(0) for name in header.names}
    try:
        table = arrow_csv.read_csv(
            io.BytesIO(body),
            # One thread: a file that is refused leaves none behind that is still reading.
            read_options=arrow_csv.ReadOptions(column_names=list(header.names), use_threads=False),
            # Without null values an empty cell is an error; "nan" is a number, found later.
            convert_options=arrow_csv.ConvertOptions(
                column_types=dict.fromkeys(header.names, pa.float64()), null_values=[]
            ),
        )
    except pa.ArrowInvalid as error:
        problem = _first_problem(text, header) or (f"cannot be read as numbers: {error}", HEADER)
        raise InputError(str(path), *problem) from error
    return {name: table.column(name).to_numpy() for name in header.names}


def _first_problem(text: bytes, header: Header) -> tuple[str, str] | None:
    """Return what is wrong with the first line that is not a row of numbers, and what to do."""
    for line, content in _rows(text, header):
        try:
            cells = [cell.strip() for cell in next(csv.reader([content], skipinitialspace=True))]
        except csv.Error as error:
            return f"line {line}: {error}", "Check that the file is a CSV of samples."
        if len(cells) != len(header.names):
            return (
                f"line {line}: expected {len(header.names)} values, found {len(cells)}",
                "Give every row a value for each column; delete a last line that was cut off.",
            )
        for name, cell in zip(header.names, cells, strict=True):
            if not cell:
                return (
                    f"line {line}, column {name}: there is no value",
                    "Leave out rows that are not complete; gaps are allowed.",
                )
            if not _is_number(cell):
                return (
                    f"line {line}, column {name}: expected a number, found {cell[:40]!r}",
                    "Write decimals with a point and without a unit.",
                )
    return None


def _rows(text: bytes, header: Header) -> Iterator[tuple[int, str]]:
    """Yield number and text of every line after the header that is not empty."""
    lines = io.TextIOWrapper(io.BytesIO(text), encoding="utf-8", errors="replace")
    for line, content in enumerate(lines, start=1):
        if line > header.line and (row := content.rstrip("\n")):
            yield line, row


def _line_of(row: int, text: bytes, header: Header) -> int:
    """Return the line, counted from 1, in which a row of numbers stands, counted from 0."""
    return next(line for index, (line, _) in enumerate(_rows(text, header)) if index == row)


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    # Python's own liberties, which no other program shares.
    return cell.isascii() and "_" not in cell
