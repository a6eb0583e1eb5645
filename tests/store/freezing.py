"""Writes the schema of this version down, with rows in it, for the tests of later migrations.

    python tests/store/freezing.py

To be run once, before a release, when `schema.VERSION` has gone up; what it wrote is never
changed.
"""

from __future__ import annotations

import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import create_mock_engine, insert, select
from sqlalchemy.dialects import postgresql, sqlite

sys.path.insert(0, str(Path(__file__).parents[1]))

from workouts import TWO_SETS  # type: ignore[import-not-found]

from tracker.store import Edit, Field, TrainingLog
from tracker.store.schema import METADATA, VERSION

if TYPE_CHECKING:
    from collections.abc import Iterator

VERSIONS = Path(__file__).parent / "versions"
DIALECTS = {
    "sqlite": sqlite.dialect(),
    "postgresql": postgresql.dialect(paramstyle="named"),  # type: ignore[no-untyped-call]
}


def filled(place: Path) -> TrainingLog:
    """Return a log with something of everything in it."""
    log = TrainingLog(place, lambda: datetime(2026, 3, 1, 12, tzinfo=UTC))
    first = log.add(TWO_SETS, version="0.1.0", recording="/r/it's.arrows", sha256="a" * 64)
    second = log.add(TWO_SETS, version="0.1.0")
    log.edit(first, [Edit(Field.REPS, 6, 1), Edit(Field.NOTE, "50 % of it")])
    log.edit(first, [Edit(Field.EXERCISE, "glute_bridge")])
    log.undo(first)
    log.delete([second])
    return log


def statements(log: TrainingLog, dialect: str) -> Iterator[str]:
    """Yield what makes the log's tables and rows in a database of `dialect`."""
    made: list[str] = []
    engine = create_mock_engine(
        f"{dialect.replace('postgresql', 'postgresql+psycopg')}://",
        lambda statement, *_, **__: made.append(
            str(statement.compile(dialect=DIALECTS[dialect])).strip()
        ),
    )
    METADATA.create_all(engine, checkfirst=False)
    yield from made
    with log._database.reading() as connection:
        for table in METADATA.sorted_tables:
            for row in connection.execute(select(table)).mappings():
                written = insert(table).values(dict(row))
                compiled = written.compile(
                    dialect=DIALECTS[dialect], compile_kwargs={"literal_binds": True}
                )
                yield str(compiled)
    if dialect == "postgresql":
        # Rows that come with an id do not move the counter.
        for name in ("sessions", "edits"):
            yield f"SELECT setval(pg_get_serial_sequence('{name}', 'id'), max(id)) FROM {name}"


def main() -> None:
    VERSIONS.mkdir(exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as folder,
        filled(Path(folder) / "training.sqlite") as log,
    ):
        for dialect in DIALECTS:
            text = ";\n\n".join(statements(log, dialect)) + ";\n"
            (VERSIONS / f"v{VERSION}.{dialect}.sql").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
