"""Numbered steps from each version of the schema to the next, each with the tables of its time.

They are plain functions in a tuple, and the versions that a database has had are rows in a table
of its own. A tool as Alembic would bring folders of scripts, a configuration file and a command
for what is a short list in a program that migrates by itself when it opens the log; and a step
that is a function can be tested with rows from before it, on every database that is there.

A step is never changed once it was released. It names tables and columns by text or with tables
of its own, because those of `schema` go on changing.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from sqlalchemy import Connection, func, insert, inspect, select

from tracker.domain import InputError
from tracker.store.schema import METADATA, SCHEMA_VERSION

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

Migration = Callable[[Connection], None]
"""Turns a database of one version into one of the next, rows included, inside a transaction."""


def _from_1_to_2(connection: Connection) -> None:
    """Add calibrations, what was purged, whether reps had a gyroscope, and what was looked for."""
    number = "DOUBLE" if connection.dialect.name == "sqlite" else "DOUBLE PRECISION"
    for statement in (
        "ALTER TABLE sessions ADD COLUMN counted_as TEXT NOT NULL DEFAULT ''",
        # Nothing was counted as anything but what its recording said.
        "UPDATE sessions SET counted_as = exercise",
        "ALTER TABLE reps ADD COLUMN gyroscope BOOLEAN DEFAULT true NOT NULL",
        f"""CREATE TABLE calibrations (
            session_id INTEGER NOT NULL,
            place INTEGER NOT NULL,
            at_s {number} NOT NULL,
            kind TEXT NOT NULL,
            wander_deg {number},
            way TEXT,
            range_deg {number},
            reason TEXT,
            CONSTRAINT pk_calibrations PRIMARY KEY (session_id, place),
            CONSTRAINT fk_calibrations_session_id FOREIGN KEY (session_id)
                REFERENCES sessions (id) ON DELETE CASCADE
        )""",
        """CREATE TABLE purged (
            sha256 TEXT NOT NULL,
            purged_utc TEXT NOT NULL,
            CONSTRAINT pk_purged PRIMARY KEY (sha256)
        )""",
    ):
        connection.exec_driver_sql(statement)


def _from_2_to_3(connection: Connection) -> None:
    """Add whether both ends of a phase were seen."""
    connection.exec_driver_sql("ALTER TABLE phases ADD COLUMN whole BOOLEAN DEFAULT true NOT NULL")


MIGRATIONS: Final[tuple[Migration, ...]] = (_from_1_to_2, _from_2_to_3)
"""The first leads from version 1 to 2, and so on."""


def stored_version(connection: Connection) -> int | None:
    """Return the version of a database's schema, or None if it has none."""
    if not inspect(connection).has_table(SCHEMA_VERSION.name):
        return None
    newest: int | None = connection.scalar(select(func.max(SCHEMA_VERSION.c.version)))
    return newest


def is_current(connection: Connection, migrations: Sequence[Migration]) -> bool:
    """Say whether a database can be used as it is."""
    return stored_version(connection) == len(migrations) + 1


def bring_up_to_date(
    connection: Connection, where: str, now: datetime, migrations: Sequence[Migration]
) -> None:
    """Make the tables of a new log, or take an older one to this version; all or nothing.

    Parameters
    ----------
    connection
        In a transaction that writes.
    where
        What the log is called in messages.
    now
        When it happens.
    migrations
        What leads from each version to the next.

    Raises
    ------
    InputError
        If the database is of a later version, or of something else.
    """
    newest = len(migrations) + 1
    version = stored_version(connection)
    if version is None:
        _refuse_others(connection, where)
        METADATA.create_all(connection)
        _note(connection, newest, now)
        return
    if version > newest:
        raise InputError(
            where,
            f"the training log has version {version}, this tracker knows up to {newest}",
            "Update the tracker, or name another log in config.toml.",
        )
    for number in range(version, newest):
        migrations[number - 1](connection)
        _note(connection, number + 1, now)


def _note(connection: Connection, version: int, now: datetime) -> None:
    values = {"version": version, "since_utc": now.isoformat()}
    connection.execute(insert(SCHEMA_VERSION).values(values))


def _refuse_others(connection: Connection, where: str) -> None:
    """Keep from mixing our tables with those of another program."""
    present = set(inspect(connection).get_table_names())
    # A server is shared on purpose; a file is not.
    foreign = present if connection.dialect.name == "sqlite" else present & set(METADATA.tables)
    if foreign:
        raise InputError(
            where,
            f"expected a training log, but its tables are {', '.join(sorted(foreign)[:5])}",
            "Name another file or database for the log in config.toml.",
        )
