"""Everything that a user can do something about: what was expected, what came, what to try.

Turns what the operating system says about a file into what a user can do about it.
"""

from __future__ import annotations

import difflib
import errno
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path


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


_FULL: Final = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


@contextmanager
def reading(path: Path) -> Iterator[None]:
    """Raise `InputError` for anything that keeps a file from being opened or read."""
    try:
        yield
    except FileNotFoundError as error:
        raise InputError(str(path), "there is no such file", "Check the path.") from error
    except IsADirectoryError as error:
        raise InputError(str(path), "is a folder", "Name one of the files in it.") from error
    except PermissionError as error:
        raise InputError(
            str(path), "may not be read", "Check who owns the file, or copy it."
        ) from error
    except OSError as error:
        raise InputError(str(path), f"cannot be read: {error.strerror or error}") from error


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """Raise `OutputError` for anything that keeps a file from being created or written."""
    try:
        yield
    except FileExistsError as error:
        raise OutputError(
            str(path),
            "exists already, and recordings are never overwritten",
            "Choose another name, or move the old file away.",
        ) from error
    except (FileNotFoundError, NotADirectoryError) as error:
        raise OutputError(
            str(path), f"there is no folder {path.parent}", "Create it, or choose another one."
        ) from error
    except IsADirectoryError as error:
        raise OutputError(str(path), "is a folder", "Name a file in it.") from error
    except PermissionError as error:
        raise OutputError(
            str(path), "may not be written", "Choose a folder that belongs to you."
        ) from error
    except OSError as error:
        if error.errno in _FULL:
            raise OutputError(
                str(path),
                "there is no space left for it",
                "Free some space, or choose another disk; what was written so far is safe.",
            ) from error
        raise OutputError(str(path), f"cannot be written: {error.strerror or error}") from error
