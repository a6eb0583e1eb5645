"""Samples of one sensor in one file of another app, with the times that the file gives them."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import pyarrow as pa
from pyarrow import csv as arrow_csv

from tracker.domain import InputError
from tracker.recording.sample_checks import MAX_NUMBER, MAX_TIME_S

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from tracker.recording.foreign_files import ForeignFile
    from tracker.recording.foreign_header import ForeignHeader

# Behind a separator that is not the comma, numbers may have one in place of the point.
_DECIMAL_COMMA: Final = b","


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """Samples of one sensor."""

    path: Path
    """The file, for messages."""
    time_s: NDArray[np.float64]
    """Time since whatever the file counts from, s, shape (n,); never falls."""
    values: NDArray[np.float64]
    """Samples in the unit of the file, shape (n, 3)."""
    epoch_s: float | None
    """Unix time of its second 0; None where the file does not say."""


def read_part(file: ForeignFile, header: ForeignHeader, columns: Sequence[int]) -> Part:
    """Return the samples in three columns of a file.

    Raises
    ------
    InputError
        If they are no numbers, or time runs backwards.
    """
    wanted = [header.time, *columns]
    if header.epoch is not None:
        wanted.append(header.epoch)
    numbers = _numbers(file, header, wanted)
    time_s = numbers[header.time] * header.time_s
    values = np.column_stack([numbers[column] for column in columns])
    # NaN is not below anything; what is that large would overflow when it is squared.
    measured = (np.abs(time_s) < MAX_NUMBER) & (np.abs(values) < MAX_NUMBER).all(axis=1)
    if not measured.all():
        raise InputError(
            str(file.path),
            f"line {_line(file, header, ~measured)}: a value is not a measurement",
            "Leave out rows that are damaged or not complete; gaps are allowed.",
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
    if not body.strip():
        return {place: np.empty(0) for place in wanted}
    # Names may be there twice; places are not.
    names = [str(place) for place in range(len(header.names))]
    comma = header.separator != "," and _DECIMAL_COMMA in body
    try:
        table = arrow_csv.read_csv(
            io.BytesIO(body),
            read_options=arrow_csv.ReadOptions(column_names=names, use_threads=False),
            parse_options=arrow_csv.ParseOptions(delimiter=header.separator),
            convert_options=arrow_csv.ConvertOptions(
                column_types=dict.fromkeys(names, pa.string())
                | {str(place): pa.float64() for place in wanted},
                include_columns=[str(place) for place in wanted],
                decimal_point="," if comma else ".",
                null_values=[],
            ),
        )
    except pa.ArrowInvalid as error:
        raise InputError(
            str(file.path),
            f"cannot be read as numbers: {error}",
            "Save it again with points as decimal separators, and delete a last line that is cut.",
        ) from error
    return {place: table.column(str(place)).to_numpy() for place in wanted}


def _line(file: ForeignFile, header: ForeignHeader, mask: NDArray[np.bool_]) -> int:
    """Return the line of the first row that is marked."""
    lines_before = len(file.text[: header.end].splitlines())
    return lines_before + 1 + int(np.argmax(mask))
