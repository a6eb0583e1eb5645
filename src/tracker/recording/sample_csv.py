"""Reads samples from CSV, and says in which line something is not as it should be.

The fast path hands the numbers to Arrow. Only when that fails is the text read a second time, line
by line, to find the first line that is to blame.
"""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
from pyarrow import csv as arrow_csv

from tracker.domain import InputError
from tracker.recording.sample_checks import check_samples
from tracker.recording.sample_header import ACC, GYRO, HEADER, TIME, read_header
from tracker.recording.sample_table import AccUnit, GyroUnit, SampleTable
from tracker.recording.sample_text import csv_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from tracker.recording.sample_header import Header


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
