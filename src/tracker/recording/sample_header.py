"""The first line of a sample CSV: which columns there are, and in which order."""

from __future__ import annotations

import csv
import difflib
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from tracker.domain import InputError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

TIME: Final = "time_s"
ACC: Final = ("acc_x", "acc_y", "acc_z")
GYRO: Final = ("gyro_x", "gyro_y", "gyro_z")
HEADER: Final = f"{TIME},{','.join(ACC)}[,{','.join(GYRO)}]"
"""The header as people are told it; a gyroscope may be missing, and the order is free."""

_REQUIRED: Final = (TIME, *ACC)
_KNOWN: Final = (*_REQUIRED, *GYRO)
# Longer first lines are no header; what is quoted of one in a message stays short.
_FIRST_LINE: Final = re.compile(rb"\S[^\r\n]{0,4096}")
_MAX_QUOTED: Final = 40


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
    """Return the header of a sample CSV.

    Parameters
    ----------
    path
        The file, for the message.
    text
        Its text.

    Raises
    ------
    InputError
        If there is no text, or a column is missing, unknown or there twice.
    """
    match = _FIRST_LINE.search(text)
    if match is None:
        raise InputError(str(path), "the file is empty", f"Expected a first line {HEADER}.")
    line = len(text[: match.start() + 1].splitlines())
    content = match[0].decode(errors="replace")
    names = tuple(name.strip() for name in next(csv.reader([content], skipinitialspace=True)))
    problem = _problem(names, content)
    if problem is not None:
        complaint, advice = problem
        raise InputError(str(path), f"line {line}: {complaint}", advice)
    return Header(names, line, match.end())


def _problem(names: Sequence[str], content: str) -> tuple[str, str] | None:
    """Return what is wrong with a first line and what to do about it, or None."""
    expected = f"Expected {HEADER}."
    if len(names) == 1:
        for separator in ";\t ":
            if content.count(separator) >= len(ACC):
                return (
                    f"columns are separated by {separator!r}",
                    f"Separate them by commas, and write decimals with a point: {HEADER}.",
                )
    if all(_begins_like_a_number(name) for name in names):
        return "expected the names of the columns, found numbers", f"Add a first line {HEADER}."
    for position, name in enumerate(names, start=1):
        if not name:
            return f"column {position} has no name", expected
        if name not in _KNOWN:
            close = difflib.get_close_matches(name[:_MAX_QUOTED], _KNOWN, n=1)
            hint = f"Did you mean {close[0]}? " if close else ""
            return f"unknown column {name[:_MAX_QUOTED]!r}", hint + expected
    repeated = [name for name in _KNOWN if names.count(name) > 1]
    if repeated:
        return f"{_listed(repeated)} more than once", expected
    wanted = _KNOWN if set(names) & set(GYRO) else _REQUIRED
    missing = [name for name in wanted if name not in names]
    if missing:
        return f"{_listed(missing)} missing", expected
    return None


def _listed(names: Sequence[str]) -> str:
    return f"column{'s' if len(names) > 1 else ''} {', '.join(names)}"


def _begins_like_a_number(name: str) -> bool:
    return re.match(r"[+-]?\.?\d", name) is not None
