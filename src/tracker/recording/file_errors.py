"""Turns what the operating system says about a file into what a user can do about it."""

from __future__ import annotations

import errno
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from tracker.domain import InputError, OutputError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

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
