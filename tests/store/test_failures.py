from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

import pytest
from sqlalchemy.exc import OperationalError

from tracker.domain import InputError, OutputError
from tracker.store.database import LogFailure, log_url, telling

if TYPE_CHECKING:
    from pathlib import Path


class ServerError(Exception):
    """As the driver raises them: with the code of PostgreSQL, or without where there is none."""

    def __init__(self, sqlstate: str | None, text: str) -> None:
        super().__init__(text)
        self.sqlstate = sqlstate


def sqlite_error(code: int) -> sqlite3.OperationalError:
    error = sqlite3.OperationalError("what it says")
    error.sqlite_errorcode = code
    return error


@pytest.mark.parametrize(
    ("code", "kind", "text"),
    [
        (sqlite3.SQLITE_BUSY, LogFailure, "another program is writing"),
        (sqlite3.SQLITE_BUSY_SNAPSHOT, LogFailure, "another program is writing"),
        (sqlite3.SQLITE_FULL, OutputError, "no space left"),
        (sqlite3.SQLITE_READONLY_DIRECTORY, OutputError, "may not be written"),
        (sqlite3.SQLITE_CANTOPEN, OutputError, "cannot be opened or created"),
        (sqlite3.SQLITE_NOTADB, InputError, "is no database"),
        (sqlite3.SQLITE_CORRUPT_VTAB, InputError, "is damaged: what it says"),
        (sqlite3.SQLITE_IOERR_WRITE, OutputError, "the disk failed or is full"),
        (sqlite3.SQLITE_ERROR, LogFailure, "cannot be used: what it says"),
    ],
)
def test_what_sqlite_says_becomes_what_to_do(
    code: int, kind: type[Exception], text: str, tmp_path: Path
) -> None:
    url = log_url(tmp_path / "x.sqlite")
    with pytest.raises(kind, match=text) as told, telling(url):
        raise OperationalError("SELECT 1", {}, sqlite_error(code))
    assert str(tmp_path / "x.sqlite") in str(told.value)
    assert "\n" in str(told.value)
    with pytest.raises(kind, match=text), telling(url):
        raise sqlite_error(code)


@pytest.mark.parametrize(
    ("state", "kind", "text"),
    [
        ("53100", OutputError, "no space or memory"),
        ("42501", OutputError, "may not be written"),
        ("25006", OutputError, "may not be written"),
        ("55P03", LogFailure, "another program holds"),
        ("57P01", LogFailure, "server of the training log cannot be used"),
        ("28P01", LogFailure, "PGPASSWORD"),
        (None, LogFailure, "Check the URL, the network"),
        ("22P02", LogFailure, "the training log cannot be used: two lines"),
    ],
)
def test_what_a_server_says_becomes_what_to_do(
    state: str | None, kind: type[Exception], text: str
) -> None:
    with (
        pytest.raises(kind, match=text) as told,
        telling(log_url("postgresql://ann:secret@h/d")),
    ):
        raise OperationalError("SELECT 1", {}, ServerError(state, "two\nlines"))
    assert "secret" not in str(told.value)


def test_other_errors_are_left_alone(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), telling(log_url(tmp_path)):
        raise ZeroDivisionError
