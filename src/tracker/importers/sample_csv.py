"""Reads sample CSVs, and names the line in which something is wrong.

Arrow parses the numbers. Only if that fails is the text read a second time, line by line, to find
the first line that is to blame.
"""

from __future__ import annotations

import csv
import difflib
import io
import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
import pyarrow as pa

from tracker.domain import MAX_TIME_S, DataWarning, InputError, WarningKind
from tracker.importers.columns import PARTS_OF_A_SECOND, Quantity, column
from tracker.importers.files import csv_text, is_zip, start_of
from tracker.importers.rows import NOT_NUMBERS, Shape, first_problem
from tracker.importers.samples import (
    FIRST_EPOCH_S,
    AccUnit,
    GyroUnit,
    ImportedSamples,
    ImportOptions,
    SampleTable,
    check_samples,
)
from tracker.importers.stamps import mended_times
from tracker.importers.tables import (
    FIRST_LINE,
    parse_columns,
    plain_table,
    read_foreign_header,
)
from tracker.language import _, ngettext

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

TIME: Final = "time_s"
ACC: Final = ("acc_x", "acc_y", "acc_z")
GYRO: Final = ("gyro_x", "gyro_y", "gyro_z")
HEADER: Final = f"{TIME},{','.join(ACC)}[,{','.join(GYRO)}]"
"""The header as shown in messages; the gyroscope is optional, and the order is free."""

_REQUIRED: Final = (TIME, *ACC)
_KNOWN: Final = (*_REQUIRED, *GYRO)
_NOTHING_SAID: Final = ImportOptions()
_MAX_QUOTED: Final = 40
"""Quotations in messages stay short."""


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
    """Return the header of a sample CSV, whose `path` is for messages.

    Raises `InputError` if there is no text, or a column is missing, unknown or repeated.
    """
    match = FIRST_LINE.search(text)
    if match is None:
        raise InputError(
            str(path),
            _("the file is empty"),
            _("Expected a first line {header}.").format(header=HEADER),
        )
    line = len(text[: match.start() + 1].splitlines())
    content = match[0].decode(errors="replace")
    names = tuple(name.strip() for name in next(csv.reader([content], skipinitialspace=True)))
    problem = _problem(names, content)
    if problem is not None:
        complaint, advice = problem
        raise InputError(
            str(path), _("line {line}: {problem}").format(line=line, problem=complaint), advice
        )
    return Header(names, line, match.end())


def _problem(names: Sequence[str], content: str) -> tuple[str, str] | None:
    """Return what is wrong with a first line and what to do about it, or None."""
    expected = _("Expected {header}.").format(header=HEADER)
    if len(names) == 1:
        for separator in ";\t ":
            if content.count(separator) >= len(ACC):
                return (
                    _("columns are separated by {separator!r}").format(separator=separator),
                    _(
                        "Separate them by commas, and write decimals with a point: {header}."
                    ).format(header=HEADER),
                )
    if all(re.match(r"[+-]?\.?\d", name) for name in names):
        return (
            _("expected the names of the columns, found numbers"),
            _("Add a first line {header}.").format(header=HEADER),
        )
    repeated = [name for name in _KNOWN if names.count(name) > 1]
    if repeated:
        problem = ngettext(
            "column {names} more than once", "columns {names} more than once", len(repeated)
        )
        return problem.format(names=", ".join(repeated)), expected
    wanted = _KNOWN if set(names) & set(GYRO) else _REQUIRED
    missing = [name for name in wanted if name not in names]
    if missing:
        others = [name[:_MAX_QUOTED] for name in names if name and name not in _KNOWN]
        close = difflib.get_close_matches(missing[0], others, n=1)
        if close:
            hint = _("Is {name!r} meant to be {column}?").format(name=close[0], column=missing[0])
            expected = f"{hint} {expected}"
        problem = ngettext("column {names} missing", "columns {names} missing", len(missing))
        return problem.format(names=", ".join(missing)), expected
    return None


def is_sample_csv(path: Path) -> bool:
    """Say whether a file is meant as a sample CSV, by the names in its first line.

    A folder or a zip is none. Raises `InputError` if it cannot be read.
    """
    if path.is_dir() or is_zip(path):
        return False
    start = start_of(path)
    match = FIRST_LINE.search(start)
    if match is None:
        return True
    names = re.split(r'[\s,"]+', match[0].decode(errors="replace"))
    # A wrong first line is explained best by the reader that it was written for.
    readable = read_foreign_header(plain_table(start)) is not None
    if readable and b"," not in match[0]:
        return False
    return TIME in names or (sum(name in _KNOWN for name in names) > 1 and not readable)


def read_sample_csv(path: Path | str, options: ImportOptions = _NOTHING_SAID) -> ImportedSamples:
    """Read a sample CSV, plain or compressed with gzip.

    Its first line names the columns, in any order; other columns are ignored and named in a
    warning. Raises `InputError` if the file cannot be read or is not a sample CSV: the message
    names line and column.
    """
    path = Path(path)
    acc_unit, gyro_unit = options.acc_unit or AccUnit.MPS2, options.gyro_unit or GyroUnit.RADPS
    text = csv_text(path)
    header = read_header(path, text)
    columns = _numbers(path, text, header)
    gyro = [columns[name] for name in GYRO] if header.has_gyro else None
    # Values that overflow here become infinite, and `check_samples` names their line.
    with np.errstate(over="ignore"):
        table = SampleTable(
            time_s=columns[TIME],
            acc_mps2=np.column_stack([columns[name] for name in ACC]) * acc_unit.mps2,
            gyro_radps=None if gyro is None else np.column_stack(gyro) * gyro_unit.radps,
        )
    time_s, started_utc = _since_start(table.time_s)
    times = mended_times(time_s)
    order = times.order
    if options.points_down:
        table = replace(table, acc_mps2=-table.acc_mps2)
    table = SampleTable(
        times.time_s,
        table.acc_mps2[order],
        None if table.gyro_radps is None else table.gyro_radps[order],
    )
    check_samples(
        path,
        table,
        acc_unit,
        gyro_unit,
        lambda row: _line_of(int(order[row]), text, header),
        options.mend,
    )
    return ImportedSamples(table, started_utc, (*times.warnings, *_ignored(header)))


def _since_start(time_s: NDArray[np.float64]) -> tuple[NDArray[np.float64], str | None]:
    """Return times counted from the first sample, and when that was, if they count from 1970.

    In seconds or a part of them: as seconds, the milliseconds of today are the year 55000.
    """
    first = float(time_s[0]) if len(time_s) else 0.0
    for unit_s in PARTS_OF_A_SECOND:
        if FIRST_EPOCH_S <= first * unit_s <= MAX_TIME_S:
            started = datetime.fromtimestamp(first * unit_s, UTC)
            return (time_s - first) * unit_s, started.isoformat()
    return time_s, None


def _ignored(header: Header) -> Iterator[DataWarning]:
    """Name the columns that are not used."""
    rest = [name for name in header.names if name and name not in _KNOWN]
    rates = [name for name in rest if column(name).quantity is Quantity.GYRO]
    if rates and not header.has_gyro:
        text = _("not used: {names}; name them {gyro_names}, in rad/s").format(
            names=", ".join(rates), gyro_names=", ".join(GYRO)
        )
        yield DataWarning(WarningKind.GYRO_IGNORED, text)
    others = [name for name in rest if name not in rates or header.has_gyro]
    if others:
        text = _("not used: {names}").format(names=", ".join(others))
        yield DataWarning(WarningKind.COLUMNS_IGNORED, text)


def _numbers(path: Path, text: bytes, header: Header) -> dict[str, NDArray[np.float64]]:
    try:
        # Names of ignored columns may be missing or repeated; positions are neither.
        names = [
            name if name in _KNOWN else f"{place}:" for place, name in enumerate(header.names)
        ]
        return parse_columns(text[header.end :], names, [n for n in names if n in _KNOWN])
    except pa.ArrowInvalid as error:
        wanted = [place for place, name in enumerate(header.names) if name in _KNOWN]
        problem = first_problem(_rows(text, header), Shape(header.names, wanted))
        raise InputError(str(path), *(problem or NOT_NUMBERS)) from error


def _rows(text: bytes, header: Header) -> Iterator[tuple[int, str]]:
    """Yield number and text of every line after the header that is not empty."""
    lines = io.TextIOWrapper(io.BytesIO(text), encoding="utf-8", errors="replace")
    for line, content in enumerate(lines, start=1):
        if line > header.line and (row := content.rstrip("\n")):
            yield line, row


def _line_of(row: int, text: bytes, header: Header) -> int:
    """Return the line, counted from 1, in which a row of numbers stands, counted from 0."""
    return next(line for index, (line, __) in enumerate(_rows(text, header)) if index == row)
