"""The database of the log: where it is, transactions, errors that users can act on, and backups.

An open `Database` has tables of this version, and every write to it happens whole or not at all.
"""

from __future__ import annotations

import os
import re
import sqlite3
import tempfile
import time
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import Engine, create_engine, event, func, insert, select
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlalchemy.pool import NullPool
from sqlalchemy.schema import CreateSchema, DropSchema

from tracker.domain import InputError, OutputError, TrackerError
from tracker.domain.errors import refuse_existing, replace_file, system_words, writing
from tracker.domain.foreign_text import HIDDEN, without_secrets
from tracker.language import _
from tracker.store.schema import (
    METADATA,
    MIGRATIONS,
    SCHEMA_VERSION,
    bring_up_to_date,
    stored_version,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from contextlib import AbstractContextManager
    from datetime import datetime

    from sqlalchemy import Connection

    from tracker.store.schema import Migration

POSTGRES_DRIVER: Final = "postgresql+psycopg"
"""The only tested driver; the extra `postgres` installs it."""

_ADVICE: Final = _(
    "Write postgresql+psycopg://user@host/database, sqlite:////folder/file.sqlite, or the path "
    "of a file."
)


def log_url(place: str | Path) -> URL:
    """Return the URL of a log; raises `InputError` if it can't be read or used."""
    text = str(place)
    if isinstance(place, Path) or "://" not in text:
        return URL.create("sqlite", database=str(Path(text).expanduser().absolute()))
    try:
        url = make_url(text)
    except (ArgumentError, ValueError):
        # Not quoted: there may be a password in it.
        raise InputError(_("URL of the training log"), _("cannot be read"), _ADVICE) from None
    match url.get_backend_name():
        case "postgresql":
            if url.drivername not in ("postgresql", "postgres", POSTGRES_DRIVER):
                raise InputError(
                    shown(url),
                    _("expected the driver {driver}").format(driver=POSTGRES_DRIVER),
                    _ADVICE,
                )
            return url.set(drivername=POSTGRES_DRIVER)
        case "sqlite" if url.database and url.drivername in ("sqlite", "sqlite+pysqlite"):
            return log_url(Path(url.database))
        case "sqlite":
            raise InputError(
                shown(url), _("names no file; a log can't be kept in memory"), _ADVICE
            )
        case other:
            raise InputError(
                shown(url), _("the log cannot be kept in {place}").format(place=other), _ADVICE
            )


_SEARCH_PATH: Final = re.compile(r"-c\s*search_path\s*=\s*(\w+)")


def schema_of(url: URL) -> str | None:
    """Return the one schema of a server that a URL names; None if it names none."""
    given = url.query.get("options", "")
    found = _SEARCH_PATH.findall(given if isinstance(given, str) else " ".join(given))
    return found[-1] if found else None


def place_beside(place: str, folder: str, name: str) -> str:
    """Return where the log called `name` is, beside the one at `place`.

    That is a file in `folder/name` beside it, or a schema of its own in the same database. Raises
    `InputError` for a bad URL.
    """
    url = log_url(place)
    file = file_of(url)
    if file is not None:
        return str(file.parent / folder / name / file.name)
    options = url.query.get("options", ())
    schema = f"{schema_of(url) or 'tracker'}_{name}"
    every = (options,) if isinstance(options, str) else options
    # The last one counts. Nothing else is searched: a missing table is no table of somebody else.
    query = {"options": " ".join((*every, f"-c search_path={schema}"))}
    return url.update_query_dict(query).render_as_string(hide_password=False)


def erase_log(place: str) -> None:
    """Remove a log with everything in it, for good; raises `TrackerError` if that fails.

    On a server, `place` names a schema that is the log's alone.
    """
    url = log_url(place)
    file, schema = file_of(url), schema_of(url)
    if file is not None:
        with writing(file):
            for each in (file, *(file.with_name(file.name + end) for end in ("-wal", "-shm"))):
                each.unlink(missing_ok=True)
        return
    if schema is None:
        raise ValueError(f"expected a URL with a schema of its own, got {shown(url)}")
    engine = create_engine(url, poolclass=NullPool, connect_args={"connect_timeout": CONNECT_S})
    with translated_errors(url), engine.begin() as connection:
        connection.execute(DropSchema(schema, cascade=True, if_exists=True))


def shown(url: URL) -> str:
    """Return a URL for people: the path of a file, or the URL without its secrets."""
    if url.get_backend_name() == "sqlite" and url.database:
        return url.database
    return without_secrets(url.render_as_string(hide_password=True))


def file_of(url: URL) -> Path | None:
    """Return the file of a log; None if it is on a server."""
    return Path(url.database) if url.get_backend_name() == "sqlite" and url.database else None


REBUILD: Final = _(
    "Move the file away. Then put a backup in its place (tracker backup makes them), or rebuild "
    "the log from the recordings: tracker rescore --missing. The recordings are not touched; "
    "edits made after training are in backups only."
)
"""What to do about a lost log file."""

_KEPT: Final = _("No confirmed change is lost.")


def _kept(advice: str) -> str:
    """Return advice for a failure that costs nothing."""
    return f"{advice} {_KEPT}"


class LogFailure(TrackerError):
    """A training log that cannot be used right now."""


@contextmanager
def translated_errors(url: URL) -> Iterator[None]:
    """Raise a `TrackerError` for any error of the database.

    Raises `InputError` if it is not a database, or a damaged one, `OutputError` if it cannot be
    written, and `LogFailure` if it is in use, or cannot be reached.
    """
    try:
        yield
    except sqlite3.Error as error:
        raise _of_sqlite(shown(url), error) from error
    except DBAPIError as error:
        if isinstance(error.orig, sqlite3.Error):
            raise _of_sqlite(shown(url), error.orig) from error
        raise _of_server(url, error.orig) from error


def _of_sqlite(where: str, cause: sqlite3.Error) -> TrackerError:
    # The low byte is the kind, what is above it the detail (sqlite.org/rescode.html).
    code = getattr(cause, "sqlite_errorcode", sqlite3.SQLITE_ERROR)
    match code & 0xFF:
        case sqlite3.SQLITE_BUSY | sqlite3.SQLITE_LOCKED:
            problem = _("another program is writing to the training log and does not finish")
            return LogFailure(
                f"{where}: {problem}",
                _kept(_("Wait for it or end it, and try again.")),
            )
        case sqlite3.SQLITE_FULL:
            problem = _("there is no space left for the training log")
            return OutputError(where, problem, _kept(_("Free some space and try again.")))
        case sqlite3.SQLITE_READONLY | sqlite3.SQLITE_PERM | sqlite3.SQLITE_AUTH:
            return OutputError(
                where,
                _("the training log may not be written"),
                _(
                    "Check who owns the file and its folder, or name another one in config.toml: "
                    '[log] url = "..."'
                ),
            )
        case sqlite3.SQLITE_CANTOPEN:
            return OutputError(
                where,
                _("the training log cannot be opened or created"),
                _(
                    "Check that its folder exists and is yours, and that it is not a folder "
                    "itself."
                ),
            )
        case sqlite3.SQLITE_NOTADB:
            return InputError(
                where, _("expected a training log, but this is not a database"), REBUILD
            )
        case sqlite3.SQLITE_CORRUPT:
            return InputError(
                where, _("the training log is damaged: {reason}").format(reason=cause), REBUILD
            )
        case sqlite3.SQLITE_IOERR:
            return OutputError(
                where,
                _("the disk failed or is full: {reason}").format(reason=cause),
                _kept(_("Check the disk and its space, and try again.")),
            )
        case _:
            return LogFailure(
                _("{where}: the training log cannot be used: {reason}").format(
                    where=where, reason=cause
                ),
                _("If another program has changed the file, restore a backup."),
            )


def _of_server(url: URL, cause: BaseException | None) -> TrackerError:
    where = shown(url)
    problem = without_secrets(" ".join(str(cause).split()))
    if url.password:
        # Some drivers quote what they were given.
        problem = problem.replace(str(url.password), HIDDEN)
    # PostgreSQL's error classes, appendix A of its manual.
    state = getattr(cause, "sqlstate", None) or ""
    if state.startswith("53") or state == "58030":
        problem = _("the server has no space or memory left: {reason}").format(reason=problem)
        return OutputError(where, problem, _kept(_("Ask its administrator.")))
    if state in ("42501", "25006"):
        return OutputError(
            where,
            _("the training log may not be written: {reason}").format(reason=problem),
            _("Ask the server's administrator for the right to create and write tables."),
        )
    if state in ("55P03", "40001", "40P01", "57014"):
        problem = _("another program holds the training log: {reason}").format(reason=problem)
        return LogFailure(f"{where}: {problem}", _kept(_("Try again.")))
    if not state or state.startswith(("08", "28", "57", "3D")):
        return LogFailure(
            _("{where}: the server of the training log cannot be used: {reason}").format(
                where=where, reason=problem
            ),
            _kept(_("Check the URL, the network and the password (PGPASSWORD or ~/.pgpass).")),
        )
    return LogFailure(
        _("{where}: the training log cannot be used: {reason}").format(
            where=where, reason=problem
        ),
        _KEPT,
    )


BUSY_S: Final = 10.0
"""How long to wait for another writer, s: migrating ten thousand sessions takes a few seconds."""

CONNECT_S: Final = 10
"""How long to wait for a server's answer, s."""

_WRITES: Final = "tracker_writes"
_NONE: Final = "tracker_no_transaction"

_LOCK: Final = 0x74726163
"""First half of the advisory lock that a writer holds on a server: `trac` in ASCII. The second is
its schema: logs that share a database do not wait for each other."""


class Database:
    """Opens connections for reading, or for one whole change.

    `place` is the path of a file, or a URL; `now` returns the time with its offset.
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
        self.location: Final = shown(self.url)
        self.file: Final = file_of(self.url)
        self._engine = self._sqlite(busy_s) if self.file is not None else self._server(busy_s)
        try:
            if self.file is None:
                self._create_schema()
            # Usually there is nothing to do, and then a read-only log can be read.
            with self.reading() as connection:
                ready = stored_version(connection) == len(migrations) + 1
            if not ready:
                with self.writing() as connection:
                    bring_up_to_date(connection, self.location, now(), migrations)
        except BaseException:
            self.close()
            raise

    def _create_schema(self) -> None:
        """Create the schema that the URL names, if it names one that is not there."""
        schema = schema_of(self.url)
        if schema is None:
            return
        with self._connected() as connection, connection.begin():
            if connection.scalar(select(func.current_schema())) is None:
                # Two that create it at once would be an error to one of them.
                connection.execute(select(func.pg_advisory_xact_lock(_LOCK, 0)))
                connection.execute(CreateSchema(schema, if_not_exists=True))

    @contextmanager
    def _connected(self, **options: Any) -> Iterator[Connection]:
        with (
            translated_errors(self.url),
            self._engine.connect().execution_options(**options) as connection,
        ):
            yield connection

    def reading(self) -> AbstractContextManager[Connection]:
        """Open a connection that sees one state of the log, whatever is written meanwhile."""
        options = {} if self.file is not None else {"isolation_level": "REPEATABLE READ"}
        return self._connected(**options)

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Open a connection whose changes all reach the log, or none of them."""
        with self._connected(**{_WRITES: True}) as connection, connection.begin():
            if self.file is None:
                # One writer at a time, as in a file: two trackers that add the same recording must
                # not both find it missing.
                schema = func.hashtext(func.current_schema())
                connection.execute(select(func.pg_advisory_xact_lock(_LOCK, schema)))
            yield connection

    def outside_transactions(self) -> AbstractContextManager[Connection]:
        """Open a connection to a file for the few statements that can't be in a transaction."""
        return self._connected(**{_NONE: True})

    def close(self) -> None:
        """Close the database; calling it again is harmless."""
        self._engine.dispose()

    def _sqlite(self, busy_s: float) -> Engine:
        assert self.file is not None
        try:
            self.file.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise OutputError(
                self.location,
                _("the folder for the training log can't be created: {reason}").format(
                    reason=system_words(error)
                ),
                _(
                    "Choose a place of your own: TRACKER_HOME=FOLDER, or another file in "
                    'config.toml: [log] url = "..."'
                ),
            ) from error
        # No pool: a pooled connection would keep the file open if somebody forgets to close it.
        engine = create_engine(self.url, poolclass=NullPool, connect_args={"timeout": busy_s})
        event.listen(engine, "connect", _set_up)
        event.listen(engine, "begin", _begin)
        return engine

    def _server(self, busy_s: float) -> Engine:
        given = self.url.query.get("options", "")
        options = [given] if isinstance(given, str) else [*given]
        options.append(f"-c lock_timeout={round(busy_s * 1000)}")
        try:
            return create_engine(
                self.url,
                poolclass=NullPool,
                connect_args={"connect_timeout": CONNECT_S, "options": " ".join(options)},
            )
        except ModuleNotFoundError as error:
            raise TrackerError(
                _("{where}: the driver for PostgreSQL is not installed").format(
                    where=self.location
                ),
                _("Install the extra: {command}").format(
                    command='pip install "hip-thrust-tracker[postgres]"'
                ),
            ) from error


def _set_up(connection: Any, _record: object) -> None:
    """Set a new SQLite connection up."""
    # The driver's own transactions would commit before changing tables; SQLAlchemy's do not.
    connection.isolation_level = None
    connection.execute("PRAGMA foreign_keys = ON")
    # A confirmed write survives a power cut; writes are so rare that it costs nothing.
    connection.execute("PRAGMA synchronous = FULL")
    (mode,) = connection.execute("PRAGMA journal_mode").fetchone()
    if mode != "wal":
        # Readers and one writer at once. Where a file system cannot do it, or somebody else is
        # about to do it, the old way will do; and whoever may only read can read.
        with suppress(sqlite3.OperationalError):
            connection.execute("PRAGMA journal_mode = WAL")


def _begin(connection: Connection) -> None:
    """Begin a transaction; a writing one takes the lock at once, where waiting for it works."""
    options = connection.get_execution_options()
    if not options.get(_NONE, False):
        connection.exec_driver_sql("BEGIN IMMEDIATE" if options.get(_WRITES, False) else "BEGIN")


def back_up(
    database: Database, target: Path, now: Callable[[], datetime], *, force: bool = False
) -> None:
    """Copy a log into an SQLite file, which is complete or not there.

    A log on a server becomes such a file too, which any tracker can open. Raises `OutputError` if
    the file exists and `force` is not given, is the log itself, or cannot be written.
    """
    if database.file is not None and target.exists() and target.samefile(database.file):
        raise OutputError(str(target), _("is the training log itself"), _("Choose another name."))
    refuse_existing(target, force)
    with (
        writing(target),
        # Beside the target: a rename across disks would be a copy that can be cut short.
        tempfile.TemporaryDirectory(prefix=".tracker-", dir=target.parent) as folder,
    ):
        unfinished = Path(folder) / target.name
        if database.file is not None:
            # If this fails, it is the copy that fails, not the log.
            with (
                database.outside_transactions() as connection,
                translated_errors(log_url(target)),
            ):
                connection.exec_driver_sql("VACUUM INTO ?", (str(unfinished),))
        else:
            _copy_rows(database, unfinished, now)
        with unfinished.open("r+b") as file:
            os.fsync(file.fileno())
        refuse_existing(target, force)
        replace_file(unfinished, target, time.sleep)


def _copy_rows(database: Database, target: Path, now: Callable[[], datetime]) -> None:
    copy = Database(target, now)
    try:
        with database.reading() as source, copy.writing() as sink:
            sink.execute(SCHEMA_VERSION.delete())
            for table in METADATA.sorted_tables:
                found = source.execution_options(yield_per=5000).execute(select(table))
                for rows in found.mappings().partitions():
                    sink.execute(insert(table), [dict(row) for row in rows])
        # A rename would leave the WAL file behind.
        with copy.outside_transactions() as connection:
            connection.exec_driver_sql("PRAGMA journal_mode = DELETE")
    finally:
        copy.close()
