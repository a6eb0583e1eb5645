"""Tables as CSV (RFC 4180): one row per rep, or one per set. Unknown is an empty cell."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Any, BinaryIO, Final

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
from tracker.export.session_json import number, seconds

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from tracker.domain import Workout

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
