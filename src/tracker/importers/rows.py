"""The first row of a table that is not one of numbers, in words for its owner.

Arrow reads numbers fast, but what it says of a row that it cannot read is meant for programmers.
So the text is read a second time, line by line, to the first line that is to blame.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

_MAX_QUOTED: Final = 40
"""Quotations in messages stay short."""

NOT_NUMBERS: Final = (
    "cannot be read as numbers",
    "Delete damaged rows, or save it again with points as decimal separators.",
)
"""What to say, and to do, if no line is to blame."""


@dataclass(frozen=True, slots=True)
class Shape:
    """What each row of a table has to be."""

    names: Sequence[str]
    """Names of the columns as the file writes them."""
    numbers: Collection[int]
    """Which columns are to be numbers."""
    separator: str = ","
    decimal: str = "."
    may_be_empty: bool = False
    """Whether a number may be missing."""


def first_problem(lines: Iterable[tuple[int, str]], shape: Shape) -> tuple[str, str] | None:
    """Return what is wrong with the first wrong line, and what to do; None if all are right.

    `lines` are the number and the text of every row.
    """
    for line, content in lines:
        problem = _problem(content, shape)
        if problem is not None:
            where, complaint, advice = problem
            return f"line {line}{where}: {complaint}", advice
    return None


def _problem(content: str, shape: Shape) -> tuple[str, str, str] | None:
    """Return where in a row what is wrong, and what to do; None if it is one of numbers."""
    try:
        row = next(csv.reader([content], delimiter=shape.separator, skipinitialspace=True))
    except csv.Error as error:
        return "", str(error), "Check that the file is a table of samples."
    cells = [cell.strip() for cell in row]
    if cells[: len(shape.names)] == [name.strip() for name in shape.names]:
        return (
            "",
            "the names of the columns come again, so the file was joined from several",
            "Cut it there, and import sessions one by one.",
        )
    if len(cells) != len(shape.names):
        return (
            "",
            f"expected {len(shape.names)} values, found {len(cells)}",
            "Give every row a value for each column; delete a last line that was cut off.",
        )
    for place in sorted(shape.numbers):
        cell, where = cells[place], f", column {shape.names[place]}"
        if not cell:
            if shape.may_be_empty:
                continue
            return where, "there is no value", "Delete incomplete rows; gaps are allowed."
        if not _is_number(cell, shape.decimal):
            mark = "comma" if shape.decimal == "," else "point"
            return (
                where,
                f"expected a number, found {cell[:_MAX_QUOTED]!r}",
                f"Write decimals with a {mark} and without a unit.",
            )
    return None


def _is_number(cell: str, decimal: str) -> bool:
    if decimal != ".":
        # Neither a point for the decimals nor one between thousands.
        if "." in cell:
            return False
        cell = cell.replace(decimal, ".")
    try:
        float(cell)
    except ValueError:
        return False
    # Python accepts more than other programs.
    return cell.isascii() and "_" not in cell
