"""The tables of the training log, as `docs/training-log.md` describes them, and their migrations.

Three kinds of columns never mix: what was measured (and is replaced when a better detector
analyses the recording), what the wearer entered while training (which is in the recording too),
and what was edited afterwards, which has a table of its own. The summary columns of a session
combine all three, so that a list of thousands is one query.

Migrations are plain functions, one from each version to the next; a table holds the versions that
a database has had. Alembic would bring folders of scripts, a configuration file and a command for
what is a short list in a program that migrates by itself; and a function can be tested with rows
from before it, on every database. A released migration never changes. It names tables and columns
in text, because the tables here go on changing.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

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
from tracker.language import _

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy import Dialect

VERSION: Final = 7
"""Version of the schema; a newer database is refused, an older one is migrated."""


class Words(TypeDecorator[str]):
    """Text that every database accepts, whatever a file system or a sensor put into it."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """Replace halves of surrogate pairs, and the null character where it cannot be stored."""
        if value is None:
            return None
        value = value.encode("utf-8", "replace").decode()
        return value.replace("\0", "\ufffd") if dialect.name == "postgresql" else value


class Real(TypeDecorator[float]):
    """A number whose NaN is unknown: SQLite cannot store it, PostgreSQL sorts it."""

    impl = Double
    cache_ok = True

    def process_bind_param(self, value: float | None, dialect: Dialect) -> float | None:
        """Turn NaN into unknown, and NumPy floats into Python floats."""
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
"""One row for every version that the database has had; the highest is the current one."""

SESSIONS: Final = Table(
    "sessions",
    METADATA,
    Column("id", Integer, primary_key=True),
    # The recording and the version that analysed it.
    Column("recording", Words),
    Column("recording_name", Words),
    Column("sha256", Text, unique=True),
    Column("tracker_version", Text, nullable=False),
    Column("logged_utc", Text, nullable=False),
    Column("measured_utc", Text, nullable=False),
    Column("deleted_utc", Text),
    # The head of the recording; `head` holds as JSON what has no column here.
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
    # The exercise that the detector was set to; the recording may name another.
    Column("counted_as", Words, nullable=False, server_default=""),
    Column("rate_hz", Real),
    Column("duration_s", Real),
    Column("samples", BigInteger, nullable=False),
    # Entered while training; what was advised before the first rep is JSON.
    Column("note", Words, nullable=False),
    Column("advice", Words),
    # Summary of what was measured, entered and edited; every change updates it.
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
    Column("pain_worst", Integer),
    Column("pain_next_morning", Integer),
    Column("edited", Boolean, nullable=False),
    Index(None, "at_utc", "id"),
    Index(None, "recording_name"),
    # An id is never reused, because people may have noted it.
    sqlite_autoincrement=True,
)


def _of_session(name: str, *columns: Column[Any], **options: Any) -> Table:
    """Return a table of what belongs to a session."""
    owner = ForeignKey("sessions.id", ondelete="CASCADE")
    session_id = Column("session_id", Integer, owner, primary_key=True)
    return Table(name, METADATA, session_id, *columns, **options)


def _place(name: str) -> Column[int]:
    """Return a key column for the place in order; numbers of sets and reps may repeat."""
    return Column(name, Integer, primary_key=True, autoincrement=False)


SETS: Final = _of_session(
    "sets",
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
    Column("warm_up", Boolean),
    Column("side", Text),
    Column("exercise", Words),
    Column("count_confidence", Real),
    sqlite_with_rowid=False,
)

REPS: Final = _of_session(
    "reps",
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
    # Older reps count as measured with one, as nearly all sensors have one.
    Column("gyroscope", Boolean, nullable=False, server_default=text("true")),
    Column("confidence", Real),
    Column("confidence_reason", Words),
    sqlite_with_rowid=False,
)

PHASES: Final = _of_session(
    "phases",
    _place("set_place"),
    _place("rep_place"),
    _place("place"),
    Column("phase", Text, nullable=False),
    Column("start_s", Real, nullable=False),
    Column("end_s", Real, nullable=False),
    # `rescore` sets it for sessions from before this column.
    Column("whole", Boolean, nullable=False, server_default=text("true")),
    sqlite_with_rowid=False,
)

GAPS: Final = _of_session(
    "gaps",
    _place("place"),
    Column("start_s", Real, nullable=False),
    Column("end_s", Real, nullable=False),
)

FAULTS: Final = _of_session(
    "faults",
    Column("reason", Text, primary_key=True),
    Column("times", BigInteger, nullable=False),
)

PAIN: Final = _of_session(
    "pain",
    _place("place"),
    Column("score", Integer, nullable=False),
    Column("moment", Text, nullable=False),
    Column("set_number", Integer),
)

TIMED: Final = _of_session(
    "timed",
    _place("place"),
    Column("activity", Words, nullable=False),
    Column("start_s", Real, nullable=False),
    Column("duration_s", Real, nullable=False),
    Column("side", Text),
    Column("warm_up", Boolean, nullable=False),
)

CALIBRATIONS: Final = _of_session(
    "calibrations",
    _place("place"),
    Column("at_s", Real, nullable=False),
    Column("kind", Text, nullable=False),
    Column("wander_deg", Real),
    Column("way", Text),
    Column("range_deg", Real),
    Column("reason", Words),
)

HEART_RATES: Final = _of_session(
    "heart_rates",
    # A JSON list of [seconds, beats per minute]: nothing looks for a single reading.
    Column("readings", Text, nullable=False),
)

MEASURED: Final = (SETS, REPS, PHASES, GAPS, FAULTS, PAIN, TIMED, CALIBRATIONS, HEART_RATES)
"""The measurement of a session, which is replaced when its recording is analysed again."""

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
    # The edits of one change are undone together.
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
"""Corrections. A set is recognised by its time, in case its number changes."""

PURGED: Final = Table(
    "purged",
    METADATA,
    Column("sha256", Text, primary_key=True),
    Column("purged_utc", Text, nullable=False),
)
"""Recordings to ignore: removed for good, or empty."""

ASKED: Final = Table(
    "asked",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("at_utc", Text, nullable=False),
    Column("whom", Words, nullable=False),
    sqlite_autoincrement=True,
)
"""When the wearer asked somebody about pain, and whom: it ends the stop after a red light."""

PUSHES: Final = _of_session(
    "pushes",
    Column("target", Text, primary_key=True),
    Column("place", Words, nullable=False),
    Column("state", Text, nullable=False),
    Column("remote_id", Words),
    Column("revision", Text),
    Column("problem", Words),
    Column("at_utc", Text, nullable=False),
)
"""How far a session was pushed to a target. No measurement: it outlives a new analysis."""


Migration = Callable[[Connection], None]
"""Migrates a database to the next version, with its rows, inside a transaction."""


def _from_1_to_2(connection: Connection) -> None:
    """Add calibrations, purged recordings, the gyroscope flag and the detector's exercise."""
    number = "DOUBLE" if connection.dialect.name == "sqlite" else "DOUBLE PRECISION"
    for statement in (
        "ALTER TABLE sessions ADD COLUMN counted_as TEXT NOT NULL DEFAULT ''",
        # Until now the detector was always set to the recording's exercise.
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


def _from_3_to_4(connection: Connection) -> None:
    """Replace the uncertainty of reps with their confidence, and add that of a set's count."""
    number = "DOUBLE" if connection.dialect.name == "sqlite" else "DOUBLE PRECISION"
    for statement in (
        "ALTER TABLE reps DROP COLUMN doubt",
        "ALTER TABLE reps DROP COLUMN doubt_trait",
        f"ALTER TABLE reps ADD COLUMN confidence {number}",
        "ALTER TABLE reps ADD COLUMN confidence_reason TEXT",
        f"ALTER TABLE sets ADD COLUMN count_confidence {number}",
    ):
        connection.exec_driver_sql(statement)


def _from_4_to_5(connection: Connection) -> None:
    """Add warm-ups, sides, the exercise of a set, timed work, advice, and who was asked."""
    lite = connection.dialect.name == "sqlite"
    number = "DOUBLE" if lite else "DOUBLE PRECISION"
    counter = (
        "INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT"
        if lite
        else "SERIAL NOT NULL CONSTRAINT pk_asked PRIMARY KEY"
    )
    for statement in (
        "ALTER TABLE sessions ADD COLUMN advice TEXT",
        "ALTER TABLE sessions ADD COLUMN pain_worst INTEGER",
        "ALTER TABLE sessions ADD COLUMN pain_next_morning INTEGER",
        # The worst score from the first set on; an edit afterwards replaces the last one.
        """UPDATE sessions SET pain_worst = (
            SELECT max(score) FROM pain
            WHERE pain.session_id = sessions.id AND pain.moment <> 'before')""",
        """UPDATE sessions SET pain_worst = pain_after WHERE pain_after IS NOT NULL
            AND (pain_worst IS NULL OR pain_worst < pain_after)""",
        "ALTER TABLE sets ADD COLUMN warm_up BOOLEAN",
        "ALTER TABLE sets ADD COLUMN side TEXT",
        "ALTER TABLE sets ADD COLUMN exercise TEXT",
        f"""CREATE TABLE timed (
            session_id INTEGER NOT NULL,
            place INTEGER NOT NULL,
            activity TEXT NOT NULL,
            start_s {number} NOT NULL,
            duration_s {number} NOT NULL,
            side TEXT,
            warm_up BOOLEAN NOT NULL,
            CONSTRAINT pk_timed PRIMARY KEY (session_id, place),
            CONSTRAINT fk_timed_session_id FOREIGN KEY (session_id)
                REFERENCES sessions (id) ON DELETE CASCADE
        )""",
        f"CREATE TABLE asked (id {counter}, at_utc TEXT NOT NULL, whom TEXT NOT NULL)",
    ):
        connection.exec_driver_sql(statement)


def _from_5_to_6(connection: Connection) -> None:
    """Add what was pushed where."""
    connection.exec_driver_sql("""CREATE TABLE pushes (
        session_id INTEGER NOT NULL,
        target TEXT NOT NULL,
        place TEXT NOT NULL,
        state TEXT NOT NULL,
        remote_id TEXT,
        revision TEXT,
        problem TEXT,
        at_utc TEXT NOT NULL,
        CONSTRAINT pk_pushes PRIMARY KEY (session_id, target),
        CONSTRAINT fk_pushes_session_id FOREIGN KEY (session_id)
            REFERENCES sessions (id) ON DELETE CASCADE
    )""")


def _from_6_to_7(connection: Connection) -> None:
    """Add the heart rate."""
    connection.exec_driver_sql(
        """CREATE TABLE heart_rates (
            session_id INTEGER NOT NULL,
            readings TEXT NOT NULL,
            CONSTRAINT pk_heart_rates PRIMARY KEY (session_id),
            CONSTRAINT fk_heart_rates_session_id FOREIGN KEY (session_id)
                REFERENCES sessions (id) ON DELETE CASCADE
        )"""
    )


MIGRATIONS: Final[tuple[Migration, ...]] = (
    _from_1_to_2,
    _from_2_to_3,
    _from_3_to_4,
    _from_4_to_5,
    _from_5_to_6,
    _from_6_to_7,
)
"""From version 1 to 2, and so on."""


def stored_version(connection: Connection) -> int | None:
    """Return the version of a database's schema, or None if it has none."""
    if not inspect(connection).has_table(SCHEMA_VERSION.name):
        return None
    newest: int | None = connection.scalar(select(func.max(SCHEMA_VERSION.c.version)))
    return newest


def bring_up_to_date(
    connection: Connection, where: str, now: datetime, migrations: Sequence[Migration]
) -> None:
    """Create the tables of a new log, or migrate an older one; all or nothing.

    The connection is in a writing transaction; `where` is the location of the log, for messages.
    Raises `InputError` if the database has a newer version, or belongs to another program.
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
            _("the training log has version {version}, this tracker knows up to {newest}").format(
                version=version, newest=newest
            ),
            _("Update the tracker, or name another log in config.toml."),
        )
    for number in range(version, newest):
        migrations[number - 1](connection)
        _note(connection, number + 1, now)


def _note(connection: Connection, version: int, now: datetime) -> None:
    values = {"version": version, "since_utc": now.isoformat()}
    connection.execute(insert(SCHEMA_VERSION).values(values))


def _refuse_others(connection: Connection, where: str) -> None:
    """Refuse to mix our tables with those of another program."""
    present = set(inspect(connection).get_table_names())
    # A server is shared on purpose; a file is not.
    foreign = present if connection.dialect.name == "sqlite" else present & set(METADATA.tables)
    if foreign:
        raise InputError(
            where,
            _("expected a training log, but its tables are {tables}").format(
                tables=", ".join(sorted(foreign)[:5])
            ),
            _("Name another file or database for the log in config.toml."),
        )
