"""The first row of a table that is not one of numbers, in words for its owner.

Arrow reads numbers fast, but what it says of a row that it cannot read is meant for programmers.
So the text is read a second time, line by line, to the first line that is to blame.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from tracker.language import _

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

_MAX_QUOTED: Final = 40
"""Quotations in messages stay short."""

NOT_NUMBERS: Final = (
    _("cannot be read as numbers"),
    _("Delete damaged rows, or save it again with points as decimal separators."),
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
            name, complaint, advice = problem
            text = (
                _("line {line}: {problem}")
                if name is None
                else _("line {line}, column {name}: {problem}")
            )
            return text.format(line=line, name=name, problem=complaint), advice
    return None


def _problem(content: str, shape: Shape) -> tuple[str | None, str, str] | None:
    """Return in which column of a row what is wrong, and what to do; None if all is well."""
    try:
        row = next(csv.reader([content], delimiter=shape.separator, skipinitialspace=True))
    except csv.Error as error:
        return None, str(error), _("Check that the file is a table of samples.")
    cells = [cell.strip() for cell in row]
    if cells[: len(shape.names)] == [name.strip() for name in shape.names]:
        return (
            None,
            _("the names of the columns come again, so the file was joined from several"),
            _("Cut it there, and import sessions one by one."),
        )
    if len(cells) != len(shape.names):
        return (
            None,
            _("expected {expected} values, found {found}").format(
                expected=len(shape.names), found=len(cells)
            ),
            _("Give every row a value for each column; delete a last line that was cut off."),
        )
    for place in sorted(shape.numbers):
        cell, name = cells[place], shape.names[place]
        if not cell:
            if shape.may_be_empty:
                continue
            return name, _("there is no value"), _("Delete incomplete rows; gaps are allowed.")
        if not _is_number(cell, shape.decimal):
            return (
                name,
                _("expected a number, found {text!r}").format(text=cell[:_MAX_QUOTED]),
                _("Write decimals with a comma and without a unit.")
                if shape.decimal == ","
                else _("Write decimals with a point and without a unit."),
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
