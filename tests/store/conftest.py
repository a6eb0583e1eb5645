from __future__ import annotations

import os
import uuid
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from tracker.store import TrainingLog

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

POSTGRES = os.environ.get("TRACKER_TEST_POSTGRES")
"""URL of a server whose database may be filled and emptied."""


class Hands:
    """A clock that goes on by a second each time it is asked."""

    def __init__(self) -> None:
        self.time = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        self.time += timedelta(seconds=1)
        return self.time


@pytest.fixture
def now() -> Hands:
    return Hands()


@pytest.fixture
def postgres() -> Iterator[str]:
    """Where a log can be on the server, empty and for one test."""
    with new_schema() as url:
        yield url


@contextmanager
def new_schema() -> Iterator[str]:
    """Make a place for a log on the server."""
    import psycopg

    assert POSTGRES is not None
    plain = POSTGRES.replace("+psycopg", "")
    schema = f"test_{uuid.uuid4().hex}"
    with psycopg.connect(plain, autocommit=True) as connection:
        connection.execute(f"CREATE SCHEMA {schema}".encode())
        joint = "&" if "?" in POSTGRES else "?"
        yield f"{POSTGRES}{joint}options=-csearch_path%3D{schema}"
        connection.execute(f"DROP SCHEMA {schema} CASCADE".encode())


@pytest.fixture(params=["sqlite", "postgresql"] if POSTGRES else ["sqlite"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Where a log can be: in a file, and on a server where there is one."""
    if request.param == "sqlite":
        return str(tmp_path / "data" / "training.sqlite")
    server: str = request.getfixturevalue("postgres")
    return server


@pytest.fixture
def log(place: str, now: Callable[[], datetime]) -> Iterator[TrainingLog]:
    with TrainingLog(place, now) as opened:
        yield opened
