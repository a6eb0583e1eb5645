from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from sqlalchemy import create_mock_engine
from sqlalchemy.dialects import postgresql, sqlite

from tracker.store.schema import METADATA, MIGRATIONS, VERSION, Real, Words

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
