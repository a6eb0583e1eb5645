from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.workouts import TWO_SETS, dated
from tracker.domain import OutputError
from tracker.store import Edit, Field, SessionQuery, TrainingLog

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from pathlib import Path

    Now = Callable[[], datetime]


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
    target.write_text("older")
    with pytest.raises(OutputError, match=r"exists already\n.*--force"):
        filled.back_up(target)
    assert target.read_text() == "older"
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
