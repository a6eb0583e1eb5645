"""The tables of the training log, as `docs/training-log.md` describes them.

Three kinds of columns never mix: what was measured (and is replaced when a recording is run
through a better detection), what the wearer entered while training (it is in the recording, too),
and what was edited afterwards, which has a table of its own. The columns under `as it counts` of a
session are all three together, added up so that a list of thousands is one query.

Numbered steps from each version of the schema to the next, each with the tables of its time.

They are plain functions in a tuple, and the versions that a database has had are rows in a table
of its own. A tool as Alembic would bring folders of scripts, a configuration file and a command
for what is a short list in a program that migrates by itself when it opens the log; and a step
that is a function can be tested with rows from before it, on every database that is there.

A step is never changed once it was released. It names tables and columns by text or with tables
of its own, because those of `schema` go on changing.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Connection,
    Double,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    func,
    insert,
    inspect,
    select,
    text,
)
from sqlalchemy.types import TypeDecorator

from tracker.domain import InputError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy import Dialect

VERSION: Final = 3
"""Version of the schema; a database of a later one is refused, an earlier one is migrated."""


class Words(TypeDecorator[str]):
    """Text that every database takes, whatever a file system or a sensor put into it."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """Replace halves of surrogate pairs, and where it cannot be stored, the null character."""
        if value is None:
            return None
        value = value.encode("utf-8", "replace").decode()
        return value.replace("\0", "\ufffd") if dialect.name == "postgresql" else value


class Real(TypeDecorator[float]):
    """A number whose not-a-number is unknown: SQLite has no word for it, PostgreSQL sorts it."""

    impl = Double
    cache_ok = True

    def process_bind_param(self, value: float | None, dialect: Dialect) -> float | None:
        """Turn what is not a number into unknown, and NumPy's floats into Python's."""
        return None if value is None or math.isnan(value) else float(value)


METADATA: Final = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)

SCHEMA_VERSION: Final = Table(
    "schema_version",
    METADATA,
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("since_utc", Text, nullable=False),
)
"""One row for every version that the database has had; the highest is the one it has."""

SESSIONS: Final = Table(
    "sessions",
    METADATA,
    Column("id", Integer, primary_key=True),
    # The recording and what read it.
    Column("recording", Words),
    Column("recording_name", Words),
    Column("sha256", Text, unique=True),
    Column("tracker_version", Text, nullable=False),
    Column("logged_utc", Text, nullable=False),
    Column("measured_utc", Text, nullable=False),
    Column("deleted_utc", Text),
    # The head of the recording; `head` has as JSON what has no column here.
    Column("sensor", Words, nullable=False),
    Column("exercise", Words, nullable=False),
    Column("started_utc", Words),
    Column("device_name", Words),
    Column("firmware", Words),
    Column("origin", Words, nullable=False),
    Column("head", Words, nullable=False),
    # What was read.
    Column("path", Words, nullable=False),
    Column("source_kind", Words, nullable=False),
    # The exercise that reps were looked for as; the recording may say another one.
    Column("counted_as", Words, nullable=False, server_default=""),
    Column("rate_hz", Real),
    Column("duration_s", Real),
    Column("samples", BigInteger, nullable=False),
    # Entered while training.
    Column("note", Words, nullable=False),
    # As it counts: measured, entered and edited together, kept by every change.
    Column("at_utc", Text, nullable=False),
    Column("shown_exercise", Words, nullable=False),
    Column("shown_note", Words, nullable=False),
    Column("sets_done", Integer, nullable=False),
    Column("reps_done", Integer, nullable=False),
    Column("reps_measured", Integer, nullable=False),
    Column("load_kg", Real),
    Column("volume_kg", Real),
    Column("rom_deg", Real),
    Column("mean_velocity_mps", Real),
    Column("lockout_s", Real),
    Column("pain_before", Integer),
    Column("pain_after", Integer),
    Column("edited", Boolean, nullable=False),
    Index(None, "at_utc", "id"),
    Index(None, "recording_name"),
    # An id that was given to somebody is never given to another session.
    sqlite_autoincrement=True,
)


def _session_id() -> Column[int]:
    return Column(
        "session_id", Integer, ForeignKey("sessions.id", ondelete="CASCADE"), primary_key=True
    )


def _place(name: str) -> Column[int]:
    """Return a part of the key that says which, in order; numbers of sets and reps may repeat."""
    return Column(name, Integer, primary_key=True, autoincrement=False)


SETS: Final = Table(
    "sets",
    METADATA,
    _session_id(),
    _place("place"),
    # Measured.
    Column("number", Integer, nullable=False),
    Column("start_s", Real, nullable=False),
    Column("end_s", Real, nullable=False),
    Column("counted", Integer, nullable=False),
    Column("ended", Boolean, nullable=False),
    # Entered while training; the plan is JSON.
    Column("plan", Words, nullable=False),
    Column("load_kg", Real),
    Column("rpe", Real),
    Column("note", Words, nullable=False),
    Column("reps_by", Integer, nullable=False),
    Column("reps", Integer),
    sqlite_with_rowid=False,
)

REPS: Final = Table(
    "reps",
    METADATA,
    _session_id(),
    _place("set_place"),
    _place("place"),
    Column("number", Integer, nullable=False),
    Column("start_s", Real, nullable=False),
    Column("end_s", Real, nullable=False),
    Column("complete", Boolean, nullable=False),
    Column("rom_deg", Real),
    Column("top_deg", Real),
    Column("rise_m", Real),
    Column("mean_velocity_mps", Real),
    Column("peak_velocity_mps", Real),
    Column("tilt_deg", Real),
    Column("flags", Text, nullable=False),
    Column("bottom_s", Real),
    Column("doubt", Real),
    Column("doubt_trait", Words),
    # Reps from before this was known had one, as nearly all sensors do.
    Column("gyroscope", Boolean, nullable=False, server_default=text("true")),
    sqlite_with_rowid=False,
)

PHASES: Final = Table(
    "phases",
    METADATA,
    _session_id(),
    _place("set_place"),
    _place("rep_place"),
    _place("place"),
    Column("phase", Text, nullable=False),
    Column("start_s", Real, nullable=False),
    Column("end_s", Real, nullable=False),
    # What was measured before this was known is seen anew by `rescore`.
    Column("whole", Boolean, nullable=False, server_default=text("true")),
    sqlite_with_rowid=False,
)

GAPS: Final = Table(
    "gaps",
    METADATA,
    _session_id(),
    _place("place"),
    Column("start_s", Real, nullable=False),
    Column("end_s", Real, nullable=False),
)

FAULTS: Final = Table(
    "faults",
    METADATA,
    _session_id(),
    Column("reason", Text, primary_key=True),
    Column("times", BigInteger, nullable=False),
)

PAIN: Final = Table(
    "pain",
    METADATA,
    _session_id(),
    _place("place"),
    Column("score", Integer, nullable=False),
    Column("moment", Text, nullable=False),
    Column("set_number", Integer),
)

CALIBRATIONS: Final = Table(
    "calibrations",
    METADATA,
    _session_id(),
    _place("place"),
    Column("at_s", Real, nullable=False),
    Column("kind", Text, nullable=False),
    Column("wander_deg", Real),
    Column("way", Text),
    Column("range_deg", Real),
    Column("reason", Words),
)

MEASURED: Final = (SETS, REPS, PHASES, GAPS, FAULTS, PAIN, CALIBRATIONS)
"""What belongs to one session and is replaced when its recording is measured again."""

EDITS: Final = Table(
    "edits",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column(
        "session_id",
        Integer,
        ForeignKey("sessions.id", ondelete="CASCADE"),
        nullable=False,
        index=True,
    ),
    # What was said in one go is undone in one go.
    Column("change", Integer, nullable=False),
    Column("field", Text, nullable=False),
    Column("value", Words, nullable=False),
    Column("set_number", Integer),
    Column("set_start_s", Real),
    Column("set_end_s", Real),
    Column("made_utc", Text, nullable=False),
    Column("undone_utc", Text),
    CheckConstraint("(set_number IS NULL) = (set_start_s IS NULL)", name="whole_set"),
    sqlite_autoincrement=True,
)
"""What was said afterwards. A set is known again by where it was, should its number change."""

PURGED: Final = Table(
    "purged",
    METADATA,
    Column("sha256", Text, primary_key=True),
    Column("purged_utc", Text, nullable=False),
)
"""Recordings that do not come into the log unasked: they were removed for good, or are empty."""


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
