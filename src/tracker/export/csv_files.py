"""Tables as CSV (RFC 4180): one row per rep, one per set, or one per sample. Unknown is empty.

Tables of reps and sets can be written for a spreadsheet that expects a decimal comma: it would
take 0.361 for three hundred and sixty-one.
"""

from __future__ import annotations

import io
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, BinaryIO, Final

from tracker.domain import InputError
from tracker.domain.foreign_text import visible
from tracker.export.columns import (
    REP_COLUMNS,
    SET_COLUMNS,
    Column,
    Kind,
    rep_rows,
    set_rows,
)
from tracker.export.session_json import number, seconds
from tracker.language import _

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from tracker.domain import TimedFrame, Workout

LIST_SEPARATOR: Final = ";"
"""Between several words in one cell; no flag contains it."""


@dataclass(frozen=True, slots=True)
class Dialect:
    """How cells and numbers are written."""

    separator: str = ","
    decimal: str = "."
    marked: bool = False
    """Whether the file begins with a mark that it is UTF-8, as spreadsheets want it."""


PLAIN: Final = Dialect()
"""What programs read."""

_COMMA: Final = Dialect(";", ",", marked=True)
_POINT: Final = Dialect(marked=True)


def dialect_of(locale: str) -> Dialect:
    """Return how spreadsheets in a locale such as `de` or `fr_CA` want tables.

    Raises `InputError` for what is no locale, and for a language that the Unicode CLDR does not
    know; of a country that it does not know, the language decides.
    """
    # 0.1 s, for this option alone.
    from babel import negotiate_locale
    from babel.localedata import locale_identifiers
    from babel.numbers import get_decimal_symbol

    tag = _AFTER_A_TAG.split(locale)[0].replace("-", "_")
    known = negotiate_locale([tag], locale_identifiers())
    if known is None:
        problem = _("expected one such as de or fr_CA, got {locale!r}").format(locale=locale)
        raise InputError("locale", problem)
    # In the digits that we write.
    mark = get_decimal_symbol(known, numbering_system="latn")
    return _COMMA if mark == "," else _POINT


_AFTER_A_TAG: Final = re.compile("[.@]")
"""What follows the locale in an environment variable: its encoding, or a variant."""


def csv_bytes(
    rows: Iterable[Iterable[object]],
    *,
    line_end: str = "\r\n",
    quote_all: bool = False,
    dialect: Dialect = PLAIN,
) -> bytes:
    """Return rows as CSV in UTF-8. Every CSV of ours with text in it passes through here.

    None is an empty cell, and 0 is not. What would break a row is quoted, or with `quote_all`
    everything but numbers. Text that a spreadsheet would run as a formula is made text.
    """
    separator = dialect.separator
    lines = (
        separator.join(_quoted(cell, quote_all, dialect) for cell in row) + line_end
        for row in rows
    )
    # Half of a surrogate pair, which a note can hold, is no character of UTF-8.
    return "".join(("\ufeff" * dialect.marked, *lines)).encode("utf-8", "replace")


def _quoted(cell: object, quote_all: bool, dialect: Dialect) -> str:
    text = harmless_text(cell) if isinstance(cell, str) else "" if cell is None else str(cell)
    if isinstance(cell, float):
        text = text.replace(".", dialect.decimal)
    if any(each in text for each in f'{dialect.separator}"\r\n') or (
        quote_all and not isinstance(cell, int | float)
    ):
        return '"' + text.replace('"', '""') + '"'
    return text


_FORMULA: Final = re.compile(r"\s*[=+\-@＝＋－＠]|[\t\r\n]")
"""Beginnings after which a spreadsheet computes, as OWASP lists them ("CSV injection"), also in
full width; blanks before them are dropped by some."""


def harmless_text(text: str) -> str:
    """Return `text` as any spreadsheet shows it and none runs it.

    Whatever begins like a formula gets an apostrophe before it, which says "text" to Excel and its
    likes. A lone CR ends a row for many readers, quoted or not, so all line ends are LF.
    """
    lines = visible(text.replace("\r\n", "\n").replace("\r", "\n"))
    return f"'{lines}" if _FORMULA.match(lines) else lines


def write_reps(workouts: Sequence[Workout], out: BinaryIO, dialect: Dialect = PLAIN) -> None:
    """Write one row per rep."""
    rows = (row for workout in workouts for row in rep_rows(workout))
    out.write(_table(REP_COLUMNS, rows, dialect))


def write_sets(workouts: Sequence[Workout], out: BinaryIO, dialect: Dialect = PLAIN) -> None:
    """Write one row per set."""
    rows = (row for workout in workouts for row in set_rows(workout))
    out.write(_table(SET_COLUMNS, rows, dialect))


def _table(columns: Sequence[Column[Any]], rows: Iterable[Any], dialect: Dialect) -> bytes:
    header = [column.name for column in columns]
    cells = ([cell_of(column, row) for column in columns] for row in rows)
    return csv_bytes([header, *cells], dialect=dialect)


def cell_of(column: Column[Any], row: object) -> object:
    """Return the value of a cell: text, a number, or None where it is unknown."""
    value = column.value(row)
    if value is None:
        return None
    match column.kind:
        case Kind.REAL:
            return seconds(value) if column.unit == "s" else number(value)
        case Kind.TRUTH:
            return "true" if value else "false"
        case Kind.WORDS:
            return LIST_SEPARATOR.join(value)
        case Kind.TEXT | Kind.MOMENT | Kind.WHOLE:
            return value


_ROWS: Final = 1 << 16
"""Rows held in memory as text at once: a few megabytes."""


def write_samples(workout: Workout, samples: TimedFrame, out: BinaryIO) -> None:
    """Write `time_s,acc_x,acc_y,acc_z[,gyro_x,gyro_y,gyro_z]`, in s, m/s² and rad/s.

    Numbers keep all digits. Raises `InputError` if only some samples have an angular rate.
    """
    # Together they cost 0.2 s, which the tables above need not pay.
    import numpy as np
    from pyarrow import csv as arrow_csv

    from tracker.export.parquet_files import samples_table

    gyro = samples.gyro_radps
    if gyro is not None and np.isnan(gyro).any():
        raise InputError(
            workout.facts.path,
            _("only some samples have an angular rate, and a CSV of samples has no empty cells"),
            _("Export it as raw-parquet or bids."),
        )
    table = samples_table(workout, samples)
    # Arrow would quote the names.
    out.write((",".join(table.column_names) + "\r\n").encode())
    for rows in table.to_batches(max_chunksize=_ROWS):
        text = io.BytesIO()
        arrow_csv.write_csv(rows, text, arrow_csv.WriteOptions(include_header=False))
        # Arrow ends lines with LF alone, and readers refuse a file with both kinds.
        out.write(text.getvalue().replace(b"\n", b"\r\n"))
