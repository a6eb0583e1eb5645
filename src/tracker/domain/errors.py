"""Errors that a user can do something about: what was expected, what came, what to try.

`reading` and `writing` turn errors of the operating system into these.
"""

from __future__ import annotations

import difflib
import errno
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from tracker.language import N_, _

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path


class TrackerError(Exception):
    """Root of the errors that end a command with a message instead of a traceback."""

    def __init__(self, message: str, advice: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        """What was wanted and what came instead."""
        self.advice = advice
        """What to try; None where there is nothing to add."""

    def __str__(self) -> str:
        return self.message if self.advice is None else f"{self.message}\n{self.advice}"


class UnknownNameError(TrackerError):
    """A name that is not on a list."""

    def __init__(self, noun: str, name: str, known: Sequence[str]) -> None:
        close = difflib.get_close_matches(name, known, n=1)
        hint = _("Did you mean {name}?").format(name=close[0]) + " " if close else ""
        super().__init__(
            _("There is no {noun} {name!r}.").format(noun=noun, name=name),
            hint + _("Known: {names}.").format(names=", ".join(known)),
        )
        self.name = name
        self.known = tuple(known)


class _FileError(TrackerError):
    def __init__(self, path: str, problem: str, advice: str | None = None) -> None:
        super().__init__(f"{path}: {problem}", advice)
        self.path = path
        self.problem = problem


class InputError(_FileError):
    """A file or argument that cannot be read, or is not what it should be."""


class OutputError(_FileError):
    """A file that cannot be written."""


class SensorError(TrackerError):
    """No adapter, no sensor, or a sensor that does not work as it should."""


_OF_THE_SYSTEM: Final = (
    # Translators: what the system says of a file, after its name.
    N_("no such file or directory"),
    N_("permission denied"),
    N_("operation not permitted"),
    N_("file exists"),
    N_("not a directory"),
    N_("is a directory"),
    N_("no space left on device"),
    N_("read-only file system"),
    N_("input/output error"),
    N_("file name too long"),
    N_("too many open files"),
    N_("bad file descriptor"),
    N_("address already in use"),
    N_("connection refused"),
)
"""Problems that Python passes on in English, whatever the locale."""


def system_words(error: OSError) -> str:
    """Return what the system says of an error, to stand after a colon."""
    text = error.strerror or str(error)
    return _(f"{text[:1].lower()}{text[1:]}")


@contextmanager
def reading(path: Path) -> Iterator[None]:
    """Raise `InputError` where a file cannot be opened or read."""
    try:
        yield
    except OSError as error:
        advice: str | None
        match error:
            case FileNotFoundError():
                problem, advice = _("there is no such file"), _("Check the path.")
            case IsADirectoryError():
                problem, advice = _("is a folder"), _("Name one of the files in it.")
            case PermissionError():
                problem, advice = _("may not be read"), _("Check who owns the file, or copy it.")
            case _:
                problem = _("cannot be read: {why}").format(why=system_words(error))
                advice = None
        raise InputError(str(path), problem, advice) from error


_FULL: Final = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """Raise `OutputError` where a file cannot be created or written."""
    try:
        yield
    except OSError as error:
        advice: str | None
        match error:
            case FileExistsError():
                problem = _("exists already, and recordings are never overwritten")
                advice = _("Choose another name, or move the old file away.")
            case FileNotFoundError() | NotADirectoryError():
                problem = _("there is no folder {folder}").format(folder=path.parent)
                advice = _("Create it, or choose another one.")
            case IsADirectoryError():
                problem, advice = _("is a folder"), _("Name a file in it.")
            case PermissionError():
                problem = _("may not be written")
                advice = _("Choose a folder that belongs to you.")
            case OSError(errno=number) if number in _FULL:
                problem = _("no space left on the disk")
                advice = _("Free some space, or choose another disk; what was written is safe.")
            case _:
                problem = _("cannot be written: {why}").format(why=system_words(error))
                advice = None
        raise OutputError(str(path), problem, advice) from error


REPLACE_DELAYS_S: Final = (0.05, 0.1, 0.2, 0.4, 0.8)
"""Pauses between attempts to put a file in place, s: a virus scanner looks at a new one for a
fraction of a second, and on Windows nobody may rename it meanwhile."""


def replace_file(
    unfinished: Path,
    target: Path,
    sleep: Callable[[float], object],
    platform: str = sys.platform,
) -> None:
    """Put a finished file in the place of `target`; raises `OutputError` if that stays held."""
    for delay_s in REPLACE_DELAYS_S if platform == "win32" else ():
        try:
            unfinished.replace(target)
        except PermissionError:
            sleep(delay_s)
        else:
            return
    try:
        unfinished.replace(target)
    except PermissionError as error:
        if platform != "win32":
            raise
        raise OutputError(
            str(target),
            _("another program holds it"),
            _("Close what shows it; a virus scanner lets go after a while. Then try again."),
        ) from error


def refuse_existing(target: Path, force: bool) -> None:
    """Raise `OutputError` if `target` exists and may not be replaced.

    Commands that take long call this first, so that the error does not come at the end.
    """
    if target.exists() and not force:
        raise OutputError(
            str(target),
            _("exists already"),
            _("Choose another name, or use --force to replace it."),
        )
