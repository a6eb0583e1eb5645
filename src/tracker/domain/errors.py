"""Everything that a user can do something about: what was expected, what came, what to try."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


class TrackerError(Exception):
    """Root of the errors that end a command with a message and no traceback.

    Parameters
    ----------
    message
        What was wanted and what came instead.
    advice
        What to try; None where there is nothing to add.
    """

    def __init__(self, message: str, advice: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.advice = advice

    def __str__(self) -> str:
        return self.message if self.advice is None else f"{self.message}\n{self.advice}"


class UnknownNameError(TrackerError):
    """A name that is not in a closed list."""

    def __init__(self, noun: str, name: str, known: Sequence[str]) -> None:
        close = difflib.get_close_matches(name, known, n=1)
        hint = f"Did you mean {close[0]}? " if close else ""
        super().__init__(f"There is no {noun} {name!r}.", f"{hint}Known: {', '.join(known)}.")
        self.name = name
        self.known = tuple(known)


class InputError(TrackerError):
    """A file or an argument that cannot be read as what it should be."""

    def __init__(self, path: str, problem: str, advice: str | None = None) -> None:
        super().__init__(f"{path}: {problem}", advice)
        self.path = path
        self.problem = problem


class OutputError(TrackerError):
    """A file that cannot be written."""

    def __init__(self, path: str, problem: str, advice: str | None = None) -> None:
        super().__init__(f"{path}: {problem}", advice)
        self.path = path
        self.problem = problem


class SensorError(TrackerError):
    """No adapter, no sensor, or a sensor that does not do what it should."""
