from __future__ import annotations

from pathlib import Path

import pytest

from tracker.domain import InputError
from tracker.store.database import file_of, log_url, shown


def test_a_path_is_a_file_of_sqlite(tmp_path: Path) -> None:
    path = tmp_path / "a b#?%.sqlite"
    for place in (path, str(path)):
        url = log_url(place)
        assert url.get_backend_name() == "sqlite"
        assert file_of(url) == path
        assert shown(url) == str(path)


def test_a_home_is_expanded() -> None:
    assert file_of(log_url("~/x.sqlite")) == Path("~/x.sqlite").expanduser()


def test_a_url_of_sqlite_is_its_file() -> None:
    assert file_of(log_url("sqlite:////tmp/x.sqlite")) == Path("/tmp/x.sqlite").absolute()


@pytest.mark.parametrize("scheme", ["postgresql", "postgresql+psycopg"])
def test_a_server_is_reached_by_the_driver_that_is_tested(scheme: str) -> None:
    url = log_url(f"{scheme}://ann:secret@db.example/clinic")
    assert url.drivername == "postgresql+psycopg"
    assert file_of(url) is None
    assert shown(url) == "postgresql+psycopg://ann:***@db.example/clinic"


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("mysql://h/d", "cannot be kept in mysql"),
        ("postgresql+asyncpg://h/d", r"expected the driver postgresql\+psycopg"),
        ("sqlite://", "names no file"),
        ("sqlite+aiosqlite:////x", "names no file"),
        ("://secret@", "cannot be read"),
        ("postgresql://u:secret@h:port/d", "cannot be read"),
    ],
)
def test_another_database_is_refused_without_telling_secrets(text: str, problem: str) -> None:
    with pytest.raises(InputError, match=problem) as caught:
        log_url(text)
    assert "secret" not in str(caught.value)
    assert "postgresql+psycopg://user@host/database" in str(caught.value)
