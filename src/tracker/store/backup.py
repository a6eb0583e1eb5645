"""A whole copy of the log in one file, while it is in use."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import insert, select

from tracker.domain import OutputError
from tracker.store.address import log_url
from tracker.store.database import Database
from tracker.store.failures import telling
from tracker.store.schema import METADATA, SCHEMA_VERSION

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime


def back_up(
    database: Database, target: Path, now: Callable[[], datetime], *, force: bool = False
) -> None:
    """Copy a log into a file of SQLite that is complete or not there.

    A log on a server becomes such a file, too, which any tracker can open.

    Parameters
    ----------
    database
        The log.
    target
        The file.
    now
        Tells the time.
    force
        Replace the file if it exists.

    Raises
    ------
    OutputError
        If it exists and `force` is not given, is the log itself, or cannot be written.
    """
    if database.file is not None and target.exists() and target.samefile(database.file):
        raise OutputError(str(target), "is the training log itself", "Choose another name.")
    _refuse_existing(target, force)
    try:
        # Beside the target, because a rename across disks is a copy that can be cut short.
        with tempfile.TemporaryDirectory(prefix=".tracker-", dir=target.parent) as folder:
            unfinished = Path(folder) / target.name
            if database.file is not None:
                # What fails here is the copy, and not the log.
                with database.outside_transactions() as connection, telling(log_url(target)):
                    connection.exec_driver_sql("VACUUM INTO ?", (str(unfinished),))
            else:
                _copy_rows(database, unfinished, now)
            _to_disk(unfinished)
            _refuse_existing(target, force)
            unfinished.replace(target)
    except FileNotFoundError as error:
        raise OutputError(
            str(target), f"there is no folder {target.parent}", "Create it, or choose another one."
        ) from error
    except OSError as error:
        raise OutputError(
            str(target),
            f"the backup cannot be written: {error.strerror or error}",
            "Choose a folder that is yours, with space in it.",
        ) from error


def _copy_rows(database: Database, target: Path, now: Callable[[], datetime]) -> None:
    copy = Database(target, now)
    try:
        with database.reading() as source, copy.writing() as sink:
            sink.execute(SCHEMA_VERSION.delete())
            for table in METADATA.sorted_tables:
                found = source.execution_options(yield_per=5000).execute(select(table))
                for rows in found.mappings().partitions():
                    sink.execute(insert(table), [dict(row) for row in rows])
        # What is in the file beside it would be left behind by a rename.
        with copy.outside_transactions() as connection:
            connection.exec_driver_sql("PRAGMA journal_mode = DELETE")
    finally:
        copy.close()


def _refuse_existing(target: Path, force: bool) -> None:
    if target.exists() and not force:
        raise OutputError(
            str(target), "exists already", "Choose another name, or say --force to replace it."
        )


def _to_disk(path: Path) -> None:
    with path.open("r+b") as file:
        os.fsync(file.fileno())
