from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sqlalchemy import Connection, create_engine, create_mock_engine, inspect, select, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.pool import NullPool

from tests.workouts import TWO_SETS
from tracker.domain import InputError, Workout
from tracker.store import Edit, Field, SessionQuery, TrainingLog
from tracker.store.database import Database, log_url
from tracker.store.schema import (
    METADATA,
    MIGRATIONS,
    SCHEMA_VERSION,
    VERSION,
    Real,
    Words,
    stored_version,
)

Now = Callable[[], datetime]


VERSIONS = Path(__file__).parent / "versions"


EARLIER = range(1, VERSION)


def build(place: str, version: int) -> None:
    """Make a database as that version made it, with the rows that it wrote."""
    url = log_url(place)
    if url.database and url.get_backend_name() == "sqlite":
        Path(url.database).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(url, poolclass=NullPool)
    frozen = VERSIONS / f"v{version}.{engine.dialect.name}.sql"
    with engine.begin() as connection:
        for statement in frozen.read_text(encoding="utf-8").split(";\n"):
            if statement.strip():
                # The driver for the server takes a percent sign for a placeholder.
                doubled = (
                    statement.replace("%", "%%") if "postgresql" in frozen.name else statement
                )
                connection.exec_driver_sql(doubled)


def shape(place: str) -> dict[str, Any]:
    """Return everything that a database says of its tables."""
    engine = create_engine(log_url(place), poolclass=NullPool)
    with engine.connect() as connection:
        found = inspect(connection)
        return {
            table: {
                "columns": sorted(
                    (column["name"], str(column["type"]), column["nullable"], column["default"])
                    for column in found.get_columns(table)
                    # The counter of a server has the name of the test's own schema.
                    if column["name"] != "id"
                ),
                "key": found.get_pk_constraint(table),
                "references": [
                    {**key, "referred_schema": None} for key in found.get_foreign_keys(table)
                ],
                "unique": found.get_unique_constraints(table),
                "checks": [check["name"] for check in found.get_check_constraints(table)],
                "indexes": sorted(found.get_indexes(table), key=lambda index: str(index["name"])),
            }
            for table in sorted(METADATA.tables)
        }


@pytest.mark.parametrize("version", EARLIER)
def test_a_log_of_an_earlier_version_gets_the_tables_of_this_one(
    version: int, place: str, now: Now
) -> None:
    Database(place, now).close()
    expected = shape(place)
    engine = create_engine(log_url(place), poolclass=NullPool)
    METADATA.drop_all(engine)
    build(place, version)
    assert shape_differs(place, expected)
    Database(place, now).close()
    assert shape(place) == expected


def shape_differs(place: str, expected: dict[str, Any]) -> bool:
    engine = create_engine(log_url(place), poolclass=NullPool)
    with engine.connect() as connection:
        tables = set(inspect(connection).get_table_names())
    return tables != set(expected) or shape(place) != expected


def without_confidence(workout: Workout) -> Workout:
    """Return a workout as versions before 4 kept it, which did not say how sure a count is."""
    sets = tuple(
        replace(
            each,
            count_confidence=None,
            reps=tuple(replace(rep, confidence=None, confidence_reason=None) for rep in each.reps),
        )
        for each in workout.sets
    )
    return replace(workout, sets=sets)


@pytest.mark.parametrize("version", EARLIER)
def test_nothing_of_an_earlier_version_is_lost(version: int, place: str, now: Now) -> None:
    build(place, version)
    with TrainingLog(place, now) as log:
        (first,), (second,) = log.list(), log.list(SessionQuery(trash=True))
        kept = log.detail(first.id)
        # Calibrations came with version 2, confidence with 4.
        known = TWO_SETS if version > 3 else without_confidence(TWO_SETS)
        if version < 5:
            # Until then a plan reminded of breathing unless it said otherwise.
            reminded = (
                replace(each, plan=replace(each.plan, breathing=True)) for each in known.sets
            )
            known = replace(known, sets=tuple(reminded))
        known = known if version > 1 else replace(known, calibrations=())
        assert kept.measured == known
        assert log.workout(second.id) == known
        assert (kept.recording, kept.sha256) == ("/r/it's.arrows", "a" * 64)
        assert [(made.edit, made.undone_utc is None) for made in kept.edits] == [
            (Edit(Field.REPS, 6, 1), True),
            (Edit(Field.NOTE, "50 % of it"), True),
            (Edit(Field.EXERCISE, "glute_bridge"), False),
        ]
        assert (first.reps_done, first.shown_note, first.edited) == (10, "50 % of it", True)
        assert (first.pain_worst, first.pain_next_morning) == (4, None)
        assert log.recordings()[0].counted_as == "hip_thrust"
        # And it goes on from there.
        log.edit(first.id, [Edit(Field.REPS, 7, 2)])
        assert log.list()[0].reps_done == 13
        assert log.add(TWO_SETS, version="2", sha256="b" * 64) > second.id
        assert log.add(TWO_SETS, version="2", sha256="a" * 64) == first.id
        assert log.workout(first.id).calibrations == TWO_SETS.calibrations


@pytest.mark.parametrize("version", EARLIER)
def test_a_database_remembers_its_versions(version: int, place: str, now: Now) -> None:
    build(place, version)
    database = Database(place, now)
    with database.reading() as connection:
        assert stored_version(connection) == VERSION
        found = connection.scalars(select(SCHEMA_VERSION.c.version)).all()
    database.close()
    assert sorted(found) == list(range(version, VERSION + 1))


def test_a_migration_that_fails_leaves_the_log_as_it_was(place: str, now: Now) -> None:
    with TrainingLog(place, now) as log:
        session_id = log.add(TWO_SETS, version="1")

    def half(connection: Connection) -> None:
        connection.execute(text("ALTER TABLE sessions ADD COLUMN mood TEXT"))
        connection.execute(text("DELETE FROM reps"))
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        Database(place, now, migrations=(*MIGRATIONS, half))
    with TrainingLog(place, now) as log:
        assert log.workout(session_id) == TWO_SETS
        assert log.add(TWO_SETS, version="1") > session_id


def test_every_earlier_version_is_frozen_for_every_database() -> None:
    names = {path.name for path in VERSIONS.iterdir()}
    wanted = {f"v{n}.{kind}.sql" for n in EARLIER for kind in ("sqlite", "postgresql")}
    assert wanted <= names


def test_a_log_without_a_version_is_none(tmp_path: Path, now: Now) -> None:
    place = str(tmp_path / "training.sqlite")
    build(place, 1)
    engine = create_engine(log_url(place), poolclass=NullPool)
    with engine.begin() as connection:
        connection.execute(text("DROP TABLE schema_version"))
    with pytest.raises(InputError, match="expected a training log, but its tables are"):
        Database(place, now)


SQLITE: Any = sqlite.dialect()


POSTGRES: Any = postgresql.dialect()  # type: ignore[no-untyped-call]


def test_the_version_is_the_one_that_migrations_lead_to() -> None:
    assert len(MIGRATIONS) + 1 == VERSION


@pytest.mark.parametrize("dialect", [SQLITE, POSTGRES], ids=["sqlite", "postgresql"])
@pytest.mark.parametrize(
    ("value", "bound"),
    [(None, None), (float("nan"), None), (1.5, 1.5), (np.float64(2.5), 2.5), (-0.0, 0.0)],
)
def test_a_real_is_a_number_or_unknown(
    dialect: Any, value: float | None, bound: float | None
) -> None:
    taken = Real().process_bind_param(value, dialect)
    assert taken == bound
    assert type(taken) in (float, type(None))


def test_words_are_what_a_database_takes() -> None:
    words = Words()
    assert words.process_bind_param(None, SQLITE) is None
    assert words.process_bind_param("é\0", SQLITE) == "é\0"
    assert words.process_bind_param("é\0", POSTGRES) == "é\ufffd"
    assert words.process_bind_param("\udcff", SQLITE) == "?"


def test_every_table_can_be_made_on_both_databases() -> None:
    for name in ("sqlite", "postgresql+psycopg"):
        made: list[str] = []
        engine = create_mock_engine(
            f"{name}://",
            lambda statement, *_, made=made: made.append(str(statement)),
        )
        METADATA.create_all(engine, checkfirst=False)
        assert sum("CREATE TABLE" in statement for statement in made) == len(METADATA.tables)
