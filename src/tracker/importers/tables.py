"""Tables of samples: the text of files, the header that an app wrote, and columns of numbers.

A session is a single file, a folder of files, or a zip. Most apps name a column
`Acceleration x (m/s^2)` or `x-axis (deg/s)`, in any language; phyphox and MetaBase do. Sensor
Logger names the columns `time,seconds_elapsed,z,y,x` in every file.
"""

from __future__ import annotations

import csv
import gzip
import io
import re
import zipfile
import zlib
from dataclasses import dataclass
from enum import Enum
from pathlib import Path, PurePosixPath
from typing import IO, TYPE_CHECKING, Final

import numpy as np
import pyarrow as pa
from pyarrow import csv as arrow_csv

from tracker.domain import InputError
from tracker.domain.errors import reading
from tracker.domain.units import RADPS_PER_DPS, STANDARD_GRAVITY_MPS2
from tracker.importers.samples import MAX_NUMBER, MAX_TIME_S
from tracker.recording.format import MARKER

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

MAX_TEXT_BYTES: Final = 512 << 20
"""Text of one file, bytes: ten hours at 100 Hz take half of it, and it fits into memory."""

_CHUNK_BYTES: Final = 1 << 20
_GZIP: Final = b"\x1f\x8b"
_UTF8_MARK: Final = b"\xef\xbb\xbf"
_UTF16_MARKS: Final = (b"\xff\xfe", b"\xfe\xff")


def csv_text(path: Path) -> bytes:
    """Return a file's text, unpacked, without byte order mark and trailing white space.

    Raises `InputError` if it cannot be read or unpacked, is too large, or is not UTF-8 text.
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
    """Return text without byte order mark and trailing white space; `path` is for messages.

    Raises `InputError` if it is too large or not UTF-8 text.
    """
    if len(content) > MAX_TEXT_BYTES:
        raise InputError(
            str(path), f"has more than {MAX_TEXT_BYTES >> 20} MB of text", "Cut it into parts."
        )
    if content.startswith((MARKER, b"ARROW1")):
        raise InputError(
            str(path),
            "expected a CSV, but the file is in an Arrow format",
            "If it is a recording, no import is needed: give it the ending .arrows.",
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
            "Check that it is the right file.",
        )
    return content


def bounded(file: IO[bytes] | io.BufferedIOBase) -> bytes:
    """Return a file's content, or its beginning if it is too large."""
    content = bytearray()
    while len(content) <= MAX_TEXT_BYTES and (chunk := file.read(_CHUNK_BYTES)):
        content += chunk
    return bytes(content)


ZIP_SUFFIX: Final = ".zip"
TEXT_SUFFIXES: Final = (".csv", ".csv.gz", ".txt", ".tsv")
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

    Raises `InputError` if one cannot be read or is too large, or there is none.
    """
    found = tuple(file for path in paths for file in _texts(path))
    if sum(len(file.text) for file in found) > MAX_TEXT_BYTES:
        raise InputError(str(paths[0]), f"has more than {MAX_TEXT_BYTES >> 20} MB of text")
    if not found:
        raise InputError(
            str(paths[0]), "has no CSV in it", "Name the folder or zip that the app saved."
        )
    return found


def texts_in(folder: Path) -> tuple[Path, ...]:
    """Return the text files in a folder and in its subfolders, sorted by name."""
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
        raise InputError(str(path), "is protected by a password", "Unpack it by hand.") from error


def _is_text(name: str) -> bool:
    last = PurePosixPath(name).name.lower()
    return last.endswith(TEXT_SUFFIXES) and not last.startswith(".") and "__MACOSX" not in name


def _refuse_many(path: Path, amount: int) -> None:
    if amount > MOST_FILES:
        raise InputError(
            str(path),
            f"has {amount} text files, expected those of one session",
            "Name the folder of one session.",
        )


def has_motion(path: Path) -> bool:
    """Say whether a file's header is one of another app's acceleration or angular rate."""
    try:
        header = read_foreign_header(start_of(path))
    except zlib.error:
        return False
    return header is not None and header.has_motion


def start_of(path: Path) -> bytes:
    """Return the first bytes of a text file, unpacked, without checking them."""
    with reading(path), path.open("rb") as file:
        start = file.read(_START_BYTES)
    if start.startswith(_GZIP):
        # A truncated stream unpacks as far as it goes.
        start = zlib.decompressobj(wbits=_GZIP_WINDOW).decompress(start, _START_BYTES)
    return start.removeprefix(_UTF8_MARK)


AXES: Final = ("x", "y", "z")

SENSOR_LOGGER: Final = ("time", "seconds_elapsed", "x", "y", "z")
"""Columns of every three-axis file of Sensor Logger."""

_SEPARATORS: Final = ",;\t"
FIRST_LINE: Final = re.compile(rb"\S[^\r\n]{0,4096}")
"""A longer first line is not a header."""

_WITH_UNIT: Final = re.compile(r"(.*?)\s*\(([^()]*)\)")
_AXIS: Final = re.compile(r"(?:(.*)[\s_-])?([xyz])(?:[\s_-]axis)?", re.IGNORECASE)


class Quantity(Enum):
    """What three columns measure."""

    ACC = "acceleration"
    LINEAR_ACC = "acceleration without gravity"
    GYRO = "angular rate"


_SECONDS: Final = {"s": 1.0, "ms": 1e-3, "us": 1e-6, "µs": 1e-6, "ns": 1e-9}
_ACC_MPS2: Final = {"m/s^2": 1.0, "m/s²": 1.0, "m/s2": 1.0, "g": STANDARD_GRAVITY_MPS2}
_GYRO_RADPS: Final = {
    "rad/s": 1.0,
    "deg/s": RADPS_PER_DPS,
    "°/s": RADPS_PER_DPS,
    "dps": RADPS_PER_DPS,
}
# Names without a unit must start with one of these; in other languages the unit is required.
_ACC_WORDS: Final = ("acc",)
_GYRO_WORDS: Final = ("gyr", "rotation", "angular")
_LINEAR_WORDS: Final = ("linear", "user acc")


@dataclass(frozen=True, slots=True)
class Triple:
    """Three columns that belong together."""

    quantity: Quantity
    columns: tuple[int, int, int]
    """Positions of x, y and z in a row."""
    si: float | None
    """Factor from the columns' unit to m/s² or rad/s; None if the header does not say."""


@dataclass(frozen=True, slots=True)
class ForeignHeader:
    """The usable columns, and where the numbers begin."""

    separator: str
    names: tuple[str, ...]
    """Names of all columns."""
    time: int
    """Position of the time since the start."""
    time_s: float
    """Its unit, s."""
    epoch: int | None
    """Position of the time since 1970; None without one."""
    epoch_s: float
    """Its unit, s."""
    triples: tuple[Triple, ...]
    """What is measured; empty for Sensor Logger, whose header does not say."""
    sensor_logger: bool
    end: int
    """Offset of the first byte after the header."""

    @property
    def has_motion(self) -> bool:
        """Whether the file may hold acceleration or angular rate."""
        return self.sensor_logger or bool(self.triples)


def read_foreign_header(text: bytes) -> ForeignHeader | None:
    """Return the header of another app's file, or None if it is not recognised."""
    match = FIRST_LINE.search(text)
    if match is None:
        return None
    line = match[0].decode(errors="replace")
    separator = max(_SEPARATORS, key=line.count)
    names = tuple(name.strip() for name in next(csv.reader([line], delimiter=separator)))
    if set(SENSOR_LOGGER) <= set(names):
        return ForeignHeader(
            separator=separator,
            names=names,
            time=names.index("seconds_elapsed"),
            time_s=1.0,
            epoch=names.index("time"),
            epoch_s=1e-9,
            triples=(),
            sensor_logger=True,
            end=match.end(),
        )
    return _with_units(separator, names, match.end())


def _with_units(separator: str, names: tuple[str, ...], end: int) -> ForeignHeader | None:
    times: list[tuple[int, float]] = []
    epochs: list[tuple[int, float]] = []
    axes: dict[tuple[Quantity, str, float | None], dict[str, int]] = {}
    for place, name in enumerate(names):
        parted = _WITH_UNIT.fullmatch(name)
        word, unit = (parted[1], parted[2].strip()) if parted else (name, "")
        if unit in _SECONDS:
            kind = epochs if word.lower().startswith("epoc") else times
            kind.append((place, _SECONDS[unit]))
            continue
        axis = _AXIS.fullmatch(word)
        if axis is None:
            continue
        stem = (axis[1] or "").lower()
        quantity, si = _quantity(stem, unit)
        if quantity is not None:
            axes.setdefault((quantity, stem, si), {})[axis[2].lower()] = place
    triples = tuple(
        Triple(quantity, (places["x"], places["y"], places["z"]), si)
        for (quantity, _, si), places in axes.items()
        if places.keys() >= set(AXES)
    )
    if not times:
        return None
    epoch, epoch_s = epochs[0] if epochs else (None, 1.0)
    return ForeignHeader(separator, names, *times[0], epoch, epoch_s, triples, False, end)


def _quantity(stem: str, unit: str) -> tuple[Quantity | None, float | None]:
    if unit in _GYRO_RADPS:
        return Quantity.GYRO, _GYRO_RADPS[unit]
    linear = stem.startswith(_LINEAR_WORDS)
    acc = Quantity.LINEAR_ACC if linear else Quantity.ACC
    if unit in _ACC_MPS2:
        return acc, _ACC_MPS2[unit]
    if unit:
        return None, None
    if linear or stem.startswith(_ACC_WORDS):
        return acc, None
    return (Quantity.GYRO, None) if stem.startswith(_GYRO_WORDS) else (None, None)


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """Samples of one sensor."""

    path: Path
    """The file, for messages."""
    time_s: NDArray[np.float64]
    """Time since the start of the file's clock, s, shape (n,); never falls."""
    values: NDArray[np.float64]
    """Samples in the unit of the file, shape (n, 3)."""
    epoch_s: float | None
    """Unix time of its second 0; None if the file does not say."""


def read_part(file: ForeignFile, header: ForeignHeader, columns: Sequence[int]) -> Part:
    """Return the samples in three columns; raises `InputError` if they are damaged."""
    wanted = [header.time, *columns]
    if header.epoch is not None:
        wanted.append(header.epoch)
    numbers = _numbers(file, header, wanted)
    time_s = numbers[header.time] * header.time_s
    values = np.column_stack([numbers[column] for column in columns])
    # NaN fails the comparison, and larger numbers would overflow when squared.
    measured = (np.abs(time_s) < MAX_NUMBER) & (np.abs(values) < MAX_NUMBER).all(axis=1)
    if not measured.all():
        raise InputError(
            str(file.path),
            f"line {_line(file, header, ~measured)}: a value is not a measurement",
            "Delete damaged or incomplete rows; gaps are allowed.",
        )
    backwards = np.diff(time_s, prepend=time_s[:1]) < 0.0
    if backwards.any():
        raise InputError(
            str(file.path),
            f"line {_line(file, header, backwards)}: time runs backwards",
            "Import sessions one by one.",
        )
    return Part(file.path, time_s, values, _epoch_s(file, header, numbers, time_s))


def _epoch_s(
    file: ForeignFile,
    header: ForeignHeader,
    numbers: dict[int, NDArray[np.float64]],
    time_s: NDArray[np.float64],
) -> float | None:
    """Return the Unix time of second 0, s."""
    if header.epoch is None or not len(time_s):
        return None
    first_s = float(numbers[header.epoch][0]) * header.epoch_s
    if not 0.0 <= first_s <= MAX_TIME_S:
        raise InputError(
            str(file.path),
            f"{header.names[header.epoch]} of the first row is {first_s:.9g} s after 1970",
            "Check that the file is complete.",
        )
    return first_s - float(time_s[0])


def _numbers(
    file: ForeignFile, header: ForeignHeader, wanted: Sequence[int]
) -> dict[int, NDArray[np.float64]]:
    body = file.text[header.end :]
    # If the separator is not a comma, numbers may have decimal commas.
    comma = header.separator != "," and b"," in body
    # Names may be repeated; positions are not.
    names = [str(place) for place in range(len(header.names))]
    try:
        columns = parse_columns(
            body,
            names,
            [str(place) for place in wanted],
            separator=header.separator,
            decimal_point="," if comma else ".",
        )
    except pa.ArrowInvalid as error:
        raise InputError(
            str(file.path),
            f"cannot be read as numbers: {error}",
            "Save it again with points as decimal separators, and delete a truncated last line.",
        ) from error
    return {place: columns[str(place)] for place in wanted}


def parse_columns(
    body: bytes,
    names: Sequence[str],
    wanted: Sequence[str],
    *,
    separator: str = ",",
    decimal_point: str = ".",
) -> dict[str, NDArray[np.float64]]:
    """Return columns of a CSV without its header, as numbers that may be NaN or infinite.

    Raises `pyarrow.ArrowInvalid` if a wanted cell is not a number.
    """
    if not body.strip():
        return {name: np.empty(0) for name in wanted}
    table = arrow_csv.read_csv(
        io.BytesIO(body),
        # One thread: none is left reading a file that was refused.
        read_options=arrow_csv.ReadOptions(column_names=list(names), use_threads=False),
        parse_options=arrow_csv.ParseOptions(delimiter=separator),
        # Without null values, an empty cell is an error; "nan" is a number, found later.
        convert_options=arrow_csv.ConvertOptions(
            column_types=dict.fromkeys(names, pa.string()) | dict.fromkeys(wanted, pa.float64()),
            include_columns=list(wanted),
            decimal_point=decimal_point,
            null_values=[],
        ),
    )
    return {name: table.column(name).to_numpy() for name in wanted}


def _line(file: ForeignFile, header: ForeignHeader, mask: NDArray[np.bool_]) -> int:
    """Return the line number of the first marked row."""
    lines_before = len(file.text[: header.end].splitlines())
    return lines_before + 1 + int(np.argmax(mask))


LONGEST_BRIDGE_S: Final = 0.25
"""Longest gap that is interpolated, s: the shortest concentric lasts twice as long."""


def values_at(
    time_s: NDArray[np.float64], other: Part, shift_s: float
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Interpolate another sensor's values at given times, s, shape (n,).

    `shift_s` is added to the other's times. Returns the values, shape (n, 3), and where they are
    known, shape (n,): not before its first sample, after its last, and in its gaps.
    """
    theirs_s = other.time_s + shift_s
    after = np.searchsorted(theirs_s, time_s, side="left")
    inside = (time_s >= theirs_s[0]) & (time_s <= theirs_s[-1])
    right = np.clip(after, 0, len(theirs_s) - 1)
    left = np.maximum(right - 1, 0)
    exact = theirs_s[right] == time_s
    close = theirs_s[right] - theirs_s[left] <= LONGEST_BRIDGE_S
    values = np.column_stack([np.interp(time_s, theirs_s, column) for column in other.values.T])
    return values, inside & (exact | close)


def shift_between(first: Part, other: Part) -> float:
    """Return what to add to the times of `other` to put them on the clock of `first`, s."""
    if first.epoch_s is None or other.epoch_s is None:
        return 0.0
    return other.epoch_s - first.epoch_s


def refuse_apart(first: Part, other: Part, shift_s: float, known: NDArray[np.bool_]) -> None:
    """Raise `InputError` if two sensors never sampled at the same time."""
    if known.any():
        return
    starts_s, ends_s = other.time_s[[0, -1]] + shift_s
    raise InputError(
        str(other.path),
        f"was sampled from {starts_s:.9g} to {ends_s:.9g} s, and {first.path.name} "
        f"from {first.time_s[0]:.9g} to {first.time_s[-1]:.9g} s: never at the same time",
        "Name the two files of one session.",
    )
