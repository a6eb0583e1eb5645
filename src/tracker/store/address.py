"""Where a training log is: a file of SQLite, or a database on a server."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from tracker.domain import InputError

LOG_NAME: Final = "training.sqlite"
"""Name of the file in the folder for data."""

POSTGRES_DRIVER: Final = "postgresql+psycopg"
"""The one driver that is tested; the extra `postgres` brings it."""

_ADVICE: Final = (
    "Write postgresql+psycopg://user@host/database, sqlite:////folder/file.sqlite, or the path "
    "of a file."
)


def log_url(place: str | Path) -> URL:
    """Return the address that a path or a URL means.

    Raises
    ------
    InputError
        If it is a URL of another database, or none that can be read.
    """
    text = str(place)
    if isinstance(place, Path) or "://" not in text:
        return URL.create("sqlite", database=str(Path(text).expanduser().absolute()))
    try:
        url = make_url(text)
    except (ArgumentError, ValueError):
        # Not quoted: there may be a password in it.
        raise InputError("URL of the training log", "cannot be read", _ADVICE) from None
    match url.get_backend_name():
        case "postgresql":
            if url.drivername not in ("postgresql", "postgres", POSTGRES_DRIVER):
                raise InputError(shown(url), f"expected the driver {POSTGRES_DRIVER}", _ADVICE)
            return url.set(drivername=POSTGRES_DRIVER)
        case "sqlite" if url.database and url.drivername in ("sqlite", "sqlite+pysqlite"):
            return log_url(Path(url.database))
        case "sqlite":
            raise InputError(shown(url), "names no file, and a log in memory is none", _ADVICE)
        case other:
            raise InputError(shown(url), f"the log cannot be kept in {other}", _ADVICE)


def shown(url: URL) -> str:
    """Return an address for people: the path of a file, or a URL without its password."""
    if url.get_backend_name() == "sqlite" and url.database:
        return url.database
    return url.render_as_string(hide_password=True)


def file_of(url: URL) -> Path | None:
    """Return the file of a log, or None if it is on a server."""
    return Path(url.database) if url.get_backend_name() == "sqlite" and url.database else None
