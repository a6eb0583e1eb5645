from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import insert, select
from sqlalchemy.exc import DBAPIError, OperationalError

from tests.store.conftest import POSTGRES, new_schema
from tests.workouts import TWO_SETS, dated
from tracker.domain import InputError, OutputError, TrackerError
from tracker.store import Edit, Field, SessionQuery, TrainingLog
from tracker.store.database import Database, LogFailure, file_of, log_url, shown, translated_errors
from tracker.store.schema import MIGRATIONS, SCHEMA_VERSION, VERSION

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    Now = Callable[[], datetime]

needs_postgres = pytest.mark.skipif(
    not POSTGRES, reason="TRACKER_TEST_POSTGRES names no PostgreSQL to try it on"
)


def test_a_new_log_is_made_with_its_folder(place: str, now: Now) -> None:
    database = Database(place, now)
    with database.reading() as connection:
        assert connection.scalar(select(SCHEMA_VERSION.c.version)) == VERSION
    database.close()


def test_a_file_is_set_up_for_readers_beside_a_writer_and_for_power_cuts(
    tmp_path: Path, now: Now
) -> None:
    database = Database(tmp_path / "x.sqlite", now)
    with database.reading() as connection:
        pragmas = ("journal_mode", "foreign_keys", "synchronous", "busy_timeout")
        said = [connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in pragmas]
    database.close()
    assert said == ["wal", 1, 2, 10_000]


def fail_half_way(database: Database) -> None:
    with database.writing() as connection:
        connection.execute(insert(SCHEMA_VERSION).values(version=98, since_utc="x"))
        raise ZeroDivisionError


def test_a_change_is_whole_or_not_at_all(place: str, now: Now) -> None:
    database = Database(place, now)
    with pytest.raises(ZeroDivisionError):
        fail_half_way(database)
    with database.reading() as connection:
        assert connection.scalars(select(SCHEMA_VERSION.c.version)).all() == [VERSION]
    database.close()


def test_who_reads_sees_one_state_whatever_is_written(place: str, now: Now) -> None:
    database = Database(place, now)
    versions = select(SCHEMA_VERSION.c.version)
    with database.reading() as reader:
        before = reader.scalars(versions).all()
        with database.writing() as writer:
            writer.execute(insert(SCHEMA_VERSION).values(version=99, since_utc="x"))
        assert reader.scalars(versions).all() == before
    database.close()


def test_a_database_of_a_later_version_is_refused(place: str, now: Now) -> None:
    database = Database(place, now)
    with database.writing() as connection:
        connection.execute(insert(SCHEMA_VERSION).values(version=99, since_utc="x"))
    database.close()
    with pytest.raises(InputError, match=rf"has version 99, this tracker knows up to {VERSION}\n"):
        Database(place, now)


def test_another_writer_is_waited_for_and_then_told_of(place: str, now: Now) -> None:
    holder, other = Database(place, now), Database(place, now, busy_s=0.05)
    with holder.writing():
        with pytest.raises(TrackerError, match="another program"), other.writing():
            pass
        # Reading goes on.
        with other.reading() as connection:
            assert connection.scalar(select(SCHEMA_VERSION.c.version)) == VERSION
    with other.writing():
        pass
    holder.close()
    other.close()


@needs_postgres
def test_logs_that_share_a_database_do_not_wait_for_each_other(now: Now) -> None:
    with new_schema() as one, new_schema() as another:
        first, second = Database(one, now), Database(another, now, busy_s=0.05)
        with first.writing(), second.writing() as connection:
            assert connection.scalar(select(SCHEMA_VERSION.c.version)) == VERSION
        first.close()
        second.close()


def test_many_can_make_the_same_log_at_once(place: str, now: Now) -> None:
    failures: list[BaseException] = []

    def add() -> None:
        try:
            with TrainingLog(place, now) as log:
                log.add(TWO_SETS, version="1")
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=add) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    with TrainingLog(place, now) as log:
        assert len(log.list()) == 8


@pytest.mark.parametrize("content", [b"rep,tempo\n" * 200, b"\xff\xff\xff\xff" * 300])
def test_what_is_no_database_is_told_and_stays_as_it_is(
    content: bytes, tmp_path: Path, now: Now
) -> None:
    path = tmp_path / "training.sqlite"
    path.write_bytes(content)
    with pytest.raises(
        InputError, match=r"is not a database\nMove the file away.*--missing"
    ) as told:
        Database(path, now)
    assert str(path) in str(told.value)
    assert path.read_bytes() == content


def test_a_damaged_database_is_told_with_how_to_build_it_anew(tmp_path: Path, now: Now) -> None:
    path = tmp_path / "training.sqlite"
    with TrainingLog(path, now) as log:
        for _ in range(20):
            session_id = log.add(TWO_SETS, version="1")
    size = path.stat().st_size
    with path.open("r+b") as file:
        file.seek(4096)
        file.write(b"\xa5" * (size - 4096))
    with (
        pytest.raises(InputError, match=r"is damaged: .*\nMove the file away"),
        TrainingLog(path, now) as log,
    ):
        log.workout(session_id)


def test_a_database_of_another_program_is_refused(tmp_path: Path, now: Now) -> None:
    path = tmp_path / "photos.sqlite"
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE photos (id)")
    connection.commit()
    connection.close()
    with pytest.raises(InputError, match="expected a training log, but its tables are photos"):
        Database(path, now)


@needs_postgres
def test_on_a_server_tables_of_others_are_no_obstacle_but_ours_without_a_version_are(
    postgres: str, now: Now
) -> None:
    import psycopg

    plain = postgres.replace("+psycopg", "")
    with psycopg.connect(plain, autocommit=True) as connection:
        connection.execute("CREATE TABLE patients (id int)")
    Database(postgres, now).close()
    with psycopg.connect(plain, autocommit=True) as connection:
        connection.execute("DROP TABLE schema_version")
    with pytest.raises(InputError, match="but its tables are asked, calibrations, edits"):
        Database(postgres, now)


@pytest.mark.parametrize(
    "place", ["{}", "{}/file/training.sqlite"], ids=["folder", "below a file"]
)
def test_a_place_where_no_file_can_be_is_told(place: str, tmp_path: Path, now: Now) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(
        OutputError, match=r"cannot be opened or created|the folder for the training"
    ):
        Database(place.format(tmp_path), now)


@pytest.mark.posix("files have no such permissions there")
def test_a_log_that_may_only_be_read_can_be_read_and_says_so_when_written(
    tmp_path: Path, now: Now
) -> None:
    path = tmp_path / "training.sqlite"
    with TrainingLog(path, now) as log:
        session_id = log.add(TWO_SETS, version="1")
    path.chmod(0o400)
    if os.access(path, os.W_OK):
        pytest.skip("this user may write anywhere")
    with TrainingLog(path, now) as log:
        assert log.workout(session_id) == TWO_SETS
        with pytest.raises(OutputError, match="may not be written"):
            log.add(TWO_SETS, version="1")


FULL_DISK = """
import resource, sys
from datetime import datetime, UTC
from workouts import TWO_SETS
from tracker.domain import OutputError
from tracker.store import TrainingLog
now = lambda: datetime.now(UTC)
with TrainingLog(sys.argv[1], now) as log:
    resource.setrlimit(resource.RLIMIT_FSIZE, (600_000, 600_000))
    kept = 0
    try:
        while True:
            log.add(TWO_SETS, version="1")
            kept += 1
    except OutputError as error:
        print(kept)
        print(error)
"""


@pytest.mark.slow
@pytest.mark.posix("there is no limit to the size of a file there")
def test_a_full_disk_is_told_and_nothing_that_was_confirmed_is_lost(
    tmp_path: Path, now: Now
) -> None:
    path = tmp_path / "training.sqlite"
    tests = str(Path(__file__).parents[1])
    result = subprocess.run(
        [sys.executable, "-c", FULL_DISK, str(path)],
        env=os.environ | {"PYTHONPATH": tests},
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    kept, said = result.stdout.split("\n", 1)
    assert "is full" in said or "no space left" in said
    assert int(kept) > 10
    with TrainingLog(path, now) as log:
        assert len(log.list()) == int(kept)
        # With space again it goes on.
        log.add(TWO_SETS, version="1")


def test_a_server_that_is_not_there_is_told_without_the_password(now: Now) -> None:
    with pytest.raises(TrackerError, match="cannot be used") as told:
        Database("postgresql://ann:secret@127.0.0.1:9/clinic", now)
    assert "secret" not in str(told.value)
    assert "PGPASSWORD" in str(told.value)


def test_without_the_driver_it_is_told_how_to_get_it(
    monkeypatch: pytest.MonkeyPatch, now: Now
) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(TrackerError, match=r"hip-thrust-tracker\[postgres\]"):
        Database("postgresql://h/d", now)


def test_migrations_of_a_later_version_run_when_the_log_is_opened(place: str, now: Now) -> None:
    Database(place, now).close()
    ran: list[str] = []
    later = (*MIGRATIONS, lambda connection: ran.append(connection.dialect.name))
    Database(place, now, migrations=later).close()
    Database(place, now, migrations=later).close()
    assert len(ran) == 1
    with pytest.raises(InputError, match="Update the tracker"):
        Database(place, now)


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


class ServerError(Exception):
    """As the driver raises them: with the code of PostgreSQL, or without where there is none."""

    def __init__(self, sqlstate: str | None, text: str) -> None:
        super().__init__(text)
        self.sqlstate = sqlstate


def sqlite_error(code: int) -> sqlite3.OperationalError:
    error = sqlite3.OperationalError("what it says")
    error.sqlite_errorcode = code
    return error


@pytest.mark.parametrize(
    ("code", "kind", "text"),
    [
        (sqlite3.SQLITE_BUSY, LogFailure, "another program is writing"),
        (sqlite3.SQLITE_BUSY_SNAPSHOT, LogFailure, "another program is writing"),
        (sqlite3.SQLITE_FULL, OutputError, "no space left"),
        (sqlite3.SQLITE_READONLY_DIRECTORY, OutputError, "may not be written"),
        (sqlite3.SQLITE_CANTOPEN, OutputError, "cannot be opened or created"),
        (sqlite3.SQLITE_NOTADB, InputError, "is not a database"),
        (sqlite3.SQLITE_CORRUPT_VTAB, InputError, "is damaged: what it says"),
        (sqlite3.SQLITE_IOERR_WRITE, OutputError, "the disk failed or is full"),
        (sqlite3.SQLITE_ERROR, LogFailure, "cannot be used: what it says"),
    ],
)
def test_what_sqlite_says_becomes_what_to_do(
    code: int, kind: type[Exception], text: str, tmp_path: Path
) -> None:
    url = log_url(tmp_path / "x.sqlite")
    with pytest.raises(kind, match=text) as told, translated_errors(url):
        raise OperationalError("SELECT 1", {}, sqlite_error(code))
    assert str(tmp_path / "x.sqlite") in str(told.value)
    assert "\n" in str(told.value)
    with pytest.raises(kind, match=text), translated_errors(url):
        raise sqlite_error(code)


@pytest.mark.parametrize(
    ("state", "kind", "text"),
    [
        ("53100", OutputError, "no space or memory"),
        ("42501", OutputError, "may not be written"),
        ("25006", OutputError, "may not be written"),
        ("55P03", LogFailure, "another program holds"),
        ("57P01", LogFailure, "server of the training log cannot be used"),
        ("28P01", LogFailure, "PGPASSWORD"),
        (None, LogFailure, "Check the URL, the network"),
        ("22P02", LogFailure, "the training log cannot be used: two lines"),
    ],
)
def test_what_a_server_says_becomes_what_to_do(
    state: str | None, kind: type[Exception], text: str
) -> None:
    with (
        pytest.raises(kind, match=text) as told,
        translated_errors(log_url("postgresql://ann:secret@h/d")),
    ):
        raise OperationalError("SELECT 1", {}, ServerError(state, "two\nlines"))
    assert "secret" not in str(told.value)


def test_other_errors_are_left_alone(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), translated_errors(log_url(tmp_path)):
        raise ZeroDivisionError


@pytest.fixture
def filled(log: TrainingLog) -> TrainingLog:
    first = log.add(TWO_SETS, version="1", recording="/r/a.arrows", sha256="aa")
    log.edit(first, [Edit(Field.REPS, 7, 1)])
    log.delete([log.add(dated(TWO_SETS, None), version="1", sha256="bb")])
    gone = log.add(dated(TWO_SETS, None), version="1", sha256="cc")
    log.delete([gone])
    log.purge([gone])
    return log


def test_a_backup_is_the_whole_log_in_one_file(
    filled: TrainingLog, tmp_path: Path, now: Now
) -> None:
    target = tmp_path / "safe" / "backup.sqlite"
    target.parent.mkdir()
    filled.back_up(target)
    assert list(target.parent.iterdir()) == [target]
    with TrainingLog(target, now) as copy:
        for wanted in (SessionQuery(), SessionQuery(trash=True)):
            assert copy.list(wanted) == filled.list(wanted)
        (line,) = copy.list()
        assert copy.detail(line.id) == filled.detail(line.id)
        assert copy.ignored() == filled.ignored() == {"cc"}
        # And it is a log to go on with.
        assert copy.add(TWO_SETS, version="1") > line.id


def test_what_exists_is_replaced_only_on_demand(filled: TrainingLog, tmp_path: Path) -> None:
    target = tmp_path / "backup.sqlite"
    target.write_text("older", encoding="utf-8")
    with pytest.raises(OutputError, match=r"exists already\n.*--force"):
        filled.back_up(target)
    assert target.read_text(encoding="utf-8") == "older"
    filled.back_up(target, force=True)
    assert target.read_bytes().startswith(b"SQLite format 3")


def test_the_log_is_never_replaced_by_its_backup(tmp_path: Path, now: Now) -> None:
    path = tmp_path / "training.sqlite"
    with (
        TrainingLog(path, now) as log,
        pytest.raises(OutputError, match="the training log itself"),
    ):
        log.back_up(path, force=True)


@pytest.mark.parametrize("folder", ["nowhere", "file"])
def test_a_place_that_cannot_be_written_is_told(
    folder: str, filled: TrainingLog, tmp_path: Path
) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(OutputError, match=r"there is no folder|cannot be written"):
        filled.back_up(tmp_path / folder / "backup.sqlite")


@pytest.mark.parametrize(
    "place",
    [
        "postgresql://ann:hunter2@db/clinic",
        "postgresql://db/clinic?user=ann&password=hunter2",
        "postgresql://db/clinic?user=ann&sslpassword=hunter2",
    ],
)
def test_no_secret_of_a_url_is_shown_wherever_it_stands(place: str) -> None:
    assert "hunter2" not in shown(log_url(place))
    with pytest.raises(TrackerError) as refused, translated_errors(log_url(place)):
        raise DBAPIError("", {}, Exception("hunter2" if "ann:" in place else "no"))
    assert "hunter2" not in str(refused.value)
