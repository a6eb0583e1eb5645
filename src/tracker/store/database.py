"""A database that is open: its tables are there and of this version, and writes are whole."""

from __future__ import annotations

import sqlite3
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import Engine, create_engine, event, func, select
from sqlalchemy.pool import NullPool

from tracker.domain import OutputError, TrackerError
from tracker.store.address import file_of, log_url, shown
from tracker.store.failures import telling
from tracker.store.migrations import MIGRATIONS, bring_up_to_date, is_current

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from datetime import datetime
    from pathlib import Path

    from sqlalchemy import Connection

    from tracker.store.migrations import Migration

BUSY_S: Final = 10.0
"""How long to wait for another writer, s: a write takes milliseconds, a slow card's sync half a
second, and a migration of ten thousand sessions a few seconds."""

CONNECT_S: Final = 10
"""How long a server may take to answer, s."""

_WRITES: Final = "tracker_writes"
_NONE: Final = "tracker_no_transaction"

_LOCK: Final = 0x747261636B6572
"""The lock of a server's database that a writer holds: `tracker` in ASCII."""


class Database:
    """Opens connections, for reading or for one whole change.

    Parameters
    ----------
    place
        Path of a file, or a URL.
    now
        Tells the time, with its offset.
    busy_s
        How long to wait for another writer, s.
    migrations
        What leads from each version to the next.
    """

    def __init__(
        self,
        place: str | Path,
        now: Callable[[], datetime],
        *,
        busy_s: float = BUSY_S,
        migrations: Sequence[Migration] = MIGRATIONS,
    ) -> None:
        self.url: Final = log_url(place)
        self.shown: Final = shown(self.url)
        self.file: Final = file_of(self.url)
        self._engine = self._sqlite(busy_s) if self.file is not None else self._server(busy_s)
        try:
            # Most often there is nothing to do, and a log that may only be read can be read.
            with self.reading() as connection:
                ready = is_current(connection, migrations)
            if not ready:
                with self.writing() as connection:
                    bring_up_to_date(connection, self.shown, now(), migrations)
        except BaseException:
            self.close()
            raise

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Give a connection that sees one state of the log, whatever is written meanwhile."""
        options = {} if self.file is not None else {"isolation_level": "REPEATABLE READ"}
        with (
            telling(self.url),
            self._engine.connect().execution_options(**options) as connection,
        ):
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Give a connection whose changes are all in the log at the end, or none of them."""
        options = {_WRITES: True}
        with (
            telling(self.url),
            self._engine.connect().execution_options(**options) as connection,
            connection.begin(),
        ):
            if self.file is None:
                # One writer at a time, as in a file: two trackers that add the same recording must
                # not both find it missing.
                connection.execute(select(func.pg_advisory_xact_lock(_LOCK)))
            yield connection

    @contextmanager
    def outside_transactions(self) -> Iterator[Connection]:
        """Give a connection to a file for the few statements that are a transaction themselves."""
        options = {_NONE: True}
        with (
            telling(self.url),
            self._engine.connect().execution_options(**options) as connection,
        ):
            yield connection

    def close(self) -> None:
        """Let go of the database; again is harmless."""
        self._engine.dispose()

    def _sqlite(self, busy_s: float) -> Engine:
        assert self.file is not None
        try:
            self.file.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise OutputError(
                self.shown,
                f"there is no folder for the training log, and none can be made: {error.strerror}",
                "Choose another place, which is yours: TRACKER_HOME=FOLDER, or another file in "
                'config.toml: [log] url = "..."',
            ) from error
        # No pool: a connection that is kept would keep the file open in whoever forgets to close.
        engine = create_engine(self.url, poolclass=NullPool, connect_args={"timeout": busy_s})
        event.listen(engine, "connect", _set_up)
        event.listen(engine, "begin", _begin)
        return engine

    def _server(self, busy_s: float) -> Engine:
        said = self.url.query.get("options", "")
        options = [said] if isinstance(said, str) else [*said]
        options.append(f"-c lock_timeout={round(busy_s * 1000)}")
        try:
            return create_engine(
                self.url,
                poolclass=NullPool,
                connect_args={"connect_timeout": CONNECT_S, "options": " ".join(options)},
            )
        except ModuleNotFoundError as error:
            raise TrackerError(
                f"{self.shown}: the driver for PostgreSQL is not installed",
                "Install the extra: pip install 'hip-thrust-tracker[postgres]'",
            ) from error


def _set_up(connection: Any, _record: object) -> None:
    """Prepare a connection to SQLite before anything is asked of it."""
    # The driver's own transactions would commit before a change of tables; SQLAlchemy's do not.
    connection.isolation_level = None
    connection.execute("PRAGMA foreign_keys = ON")
    # What was confirmed survives a power cut; writes are so rare that it costs nothing.
    connection.execute("PRAGMA synchronous = FULL")
    (mode,) = connection.execute("PRAGMA journal_mode").fetchone()
    if mode != "wal":
        # Readers and one writer at once. Where a file system cannot do it, or somebody else is
        # about to do it, the old way will do; and whoever may only read can read.
        with suppress(sqlite3.OperationalError):
            connection.execute("PRAGMA journal_mode = WAL")


def _begin(connection: Connection) -> None:
    """Begin a transaction; one that writes takes the lock at once, where waiting for it works."""
    options = connection.get_execution_options()
    if not options.get(_NONE, False):
        connection.exec_driver_sql("BEGIN IMMEDIATE" if options.get(_WRITES, False) else "BEGIN")
