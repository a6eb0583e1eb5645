"""Tables as CSV (RFC 4180): one row per rep, or one per set. Unknown is an empty cell.

Every sample as the CSV that `tracker analyze` reads; numbers keep all of their digits.
"""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Any, BinaryIO, Final

import numpy as np
from pyarrow import csv as arrow_csv

from tracker.domain import InputError
from tracker.export.columns import (
    REP_COLUMNS,
    SET_COLUMNS,
    Column,
    Kind,
    RepRow,
    SetRow,
    rep_rows,
    set_rows,
)
from tracker.export.parquet_files import samples_table
from tracker.export.session_json import number, seconds

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from tracker.domain import TimedFrame, Workout

WORDS_SEPARATOR: Final = ";"
"""Between several words in one cell; none of the words has it in it."""


def write_reps(workout: Workout, out: BinaryIO) -> None:
    """Write one row per rep."""
    _write(REP_COLUMNS, rep_rows(workout), out)


def write_sets(workout: Workout, out: BinaryIO) -> None:
    """Write one row per set."""
    _write(SET_COLUMNS, set_rows(workout), out)


def _write(
    columns: Sequence[Column[RepRow]] | Sequence[Column[SetRow]],
    rows: Iterable[Any],
    out: BinaryIO,
) -> None:
    text = io.TextIOWrapper(out, encoding="utf-8", newline="", write_through=True)
    try:
        table = csv.writer(text)
        table.writerow([column.name for column in columns])
        for row in rows:
            table.writerow(
                [_cell(column.value(row), column.kind, column.unit) for column in columns]
            )
    finally:
        # The stream is the caller's.
        text.detach()


def _cell(value: Any, kind: Kind, unit: str) -> str:
    if value is None:
        return ""
    match kind:
        case Kind.REAL:
            rounded = seconds(value) if unit == "s" else number(value)
            return "" if rounded is None else repr(rounded)
        case Kind.TRUTH:
            return "true" if value else "false"
        case Kind.WORDS:
            return WORDS_SEPARATOR.join(value)
        case Kind.TEXT | Kind.MOMENT | Kind.WHOLE:
            return str(value)


_ROWS: Final = 1 << 16
"""Rows that are in memory as text at once: some megabytes."""


def write_samples(workout: Workout, samples: TimedFrame, out: BinaryIO) -> None:
    """Write `time_s,acc_x,acc_y,acc_z[,gyro_x,gyro_y,gyro_z]`, in s, m/s² and rad/s.

    Raises
    ------
    InputError
        If only some samples have an angular rate: this CSV has no empty cells.
    """
    gyro = samples.gyro_radps
    if gyro is not None and np.isnan(gyro).any():
        raise InputError(
            workout.facts.path,
            "only some samples have an angular rate, and a CSV of samples has no empty cells",
            "Export it as raw-parquet or bids.",
        )
    table = samples_table(workout, samples)
    # Arrow would put the names into quotation marks.
    out.write((",".join(table.column_names) + "\r\n").encode())
    for rows in table.to_batches(max_chunksize=_ROWS):
        text = io.BytesIO()
        arrow_csv.write_csv(rows, text, arrow_csv.WriteOptions(include_header=False))
        # It ends lines with a line feed alone, and readers refuse a file of both kinds.
        out.write(text.getvalue().replace(b"\n", b"\r\n"))
