"""Turns what a database says into what a user can do about it."""

from __future__ import annotations

import sqlite3
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from sqlalchemy.exc import DBAPIError

from tracker.domain import InputError, OutputError, TrackerError
from tracker.store.address import shown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy.engine import URL

REBUILD: Final = (
    "Move the file away. Then put a backup in its place (tracker backup makes them), or build the "
    "log anew from the recordings: tracker rescore --missing. The recordings are not touched; "
    "what was edited after training is in backups only."
)
"""What to do about a file that is lost."""

_KEPT: Final = "Nothing that was confirmed is lost."


class LogFailure(TrackerError):
    """A training log that cannot be used as it is now."""


@contextmanager
def telling(url: URL) -> Iterator[None]:
    """Raise a `TrackerError` for anything that a database cannot do.

    Raises
    ------
    InputError
        If it is no database, or a broken one.
    OutputError
        If it cannot be written.
    LogFailure
        If it is in use, or cannot be reached.
    """
    try:
        yield
    except sqlite3.Error as error:
        raise _of_sqlite(shown(url), error) from error
    except DBAPIError as error:
        if isinstance(error.orig, sqlite3.Error):
            raise _of_sqlite(shown(url), error.orig) from error
        raise _of_server(shown(url), error.orig) from error


def _of_sqlite(where: str, cause: sqlite3.Error) -> TrackerError:
    # The low byte is the kind, what is above it the detail (sqlite.org/rescode.html).
    code = getattr(cause, "sqlite_errorcode", sqlite3.SQLITE_ERROR)
    match code & 0xFF:
        case sqlite3.SQLITE_BUSY | sqlite3.SQLITE_LOCKED:
            return LogFailure(
                f"{where}: another program is writing to the training log and does not finish",
                f"Wait for it or end it, and try again. {_KEPT}",
            )
        case sqlite3.SQLITE_FULL:
            return OutputError(
                where,
                "there is no space left for the training log",
                f"Free some space and try again. {_KEPT}",
            )
        case sqlite3.SQLITE_READONLY | sqlite3.SQLITE_PERM | sqlite3.SQLITE_AUTH:
            return OutputError(
                where,
                "the training log may not be written",
                "Check who owns the file and its folder, or name another one in config.toml: "
                '[log] url = "..."',
            )
        case sqlite3.SQLITE_CANTOPEN:
            return OutputError(
                where,
                "the training log cannot be opened or created",
                "Check that its folder exists and is yours, and that it is no folder itself.",
            )
        case sqlite3.SQLITE_NOTADB:
            return InputError(where, "expected a training log, but this is no database", REBUILD)
        case sqlite3.SQLITE_CORRUPT:
            return InputError(where, f"the training log is damaged: {cause}", REBUILD)
        case sqlite3.SQLITE_IOERR:
            return OutputError(
                where,
                f"the disk failed or is full: {cause}",
                f"Check the disk and its space, and try again. {_KEPT}",
            )
        case _:
            return LogFailure(
                f"{where}: the training log cannot be used: {cause}",
                "If another program has changed the file, go back to a backup of it.",
            )


def _of_server(where: str, cause: BaseException | None) -> TrackerError:
    problem = " ".join(str(cause).split())
    # Classes of PostgreSQL, appendix A of its manual.
    state = getattr(cause, "sqlstate", None) or ""
    if state.startswith("53") or state == "58030":
        return OutputError(
            where, f"the server has no space or memory left: {problem}", f"Ask its admin. {_KEPT}"
        )
    if state in ("42501", "25006"):
        return OutputError(
            where,
            f"the training log may not be written: {problem}",
            "Ask whoever runs the server for the right to create and write tables.",
        )
    if state in ("55P03", "40001", "40P01", "57014"):
        return LogFailure(
            f"{where}: another program holds the training log: {problem}",
            f"Try again. {_KEPT}",
        )
    if not state or state.startswith(("08", "28", "57", "3D")):
        return LogFailure(
            f"{where}: the server of the training log cannot be used: {problem}",
            f"Check the URL, the network and the password (PGPASSWORD or ~/.pgpass). {_KEPT}",
        )
    return LogFailure(f"{where}: the training log cannot be used: {problem}", _KEPT)
