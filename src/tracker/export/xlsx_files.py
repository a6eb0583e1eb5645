"""An Excel workbook: a sheet of sets and one of reps, for people who read tables in a spreadsheet.

Numbers are numbers and text is text, whatever the spreadsheet's language: a CSV leaves both to
guessing.
"""

from __future__ import annotations

import math
from datetime import datetime
from typing import TYPE_CHECKING, Any, BinaryIO, Final

import xlsxwriter

from tracker.domain.foreign_text import visible
from tracker.export.columns import REP_COLUMNS, SET_COLUMNS, Kind, rep_rows, set_rows
from tracker.export.csv_files import cell_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from tracker.domain import Workout
    from tracker.export.columns import Column

_LONGEST_TEXT: Final = 32_767
"""Characters that a cell of Excel holds."""

_WIDTHS: Final = (8, 24)
"""Narrowest and widest column, characters: the headings are long."""

_CREATED: Final = datetime(2000, 1, 1)
"""Always the same, so that the same sessions make the same file."""


def write_workbook(workouts: Sequence[Workout], out: BinaryIO) -> None:
    """Write the sets and the reps of trainings, one after the other."""
    book = xlsxwriter.Workbook(
        out,
        {
            "in_memory": True,
            # Text from outside stays text.
            "strings_to_formulas": False,
            "strings_to_numbers": False,
            "strings_to_urls": False,
        },
    )
    book.set_properties({"created": _CREATED})
    heading = book.add_format({"bold": True, "bottom": 1})
    _write_sheet(
        book.add_worksheet("Sets"),
        SET_COLUMNS,
        (row for each in workouts for row in set_rows(each)),
        heading,
    )
    _write_sheet(
        book.add_worksheet("Reps"),
        REP_COLUMNS,
        (row for each in workouts for row in rep_rows(each)),
        heading,
    )
    book.close()


def _write_sheet(
    sheet: Any, columns: Sequence[Column[Any]], rows: Iterable[Any], heading: Any
) -> None:
    sheet.freeze_panes(1, 0)
    for place, column in enumerate(columns):
        least, most = _WIDTHS
        sheet.set_column(place, place, min(max(len(column.name) + 2, least), most))
        sheet.write_string(0, place, column.name, heading)
    for number, row in enumerate(rows, start=1):
        for place, column in enumerate(columns):
            value = column.value(row) if column.kind is Kind.TRUTH else cell_of(column, row)
            _write_cell(sheet, number, place, value)


def _write_cell(sheet: Any, row: int, place: int, value: object) -> None:
    if isinstance(value, str):
        text = visible(value).encode("utf-8", "replace").decode()
        sheet.write_string(row, place, text[:_LONGEST_TEXT])
    elif isinstance(value, bool):
        sheet.write_boolean(row, place, value)
    elif isinstance(value, int | float) and math.isfinite(value):
        sheet.write_number(row, place, value)
