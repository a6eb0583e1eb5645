from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tracker.app.clock import local_now
from tracker.cli.exits import ExitCode
from tracker.store import TrainingLog

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Tracker = Callable[..., Any]


def test_a_backup_is_a_log(tracker: Tracker, log_home: Path, tmp_path: Path) -> None:
    target = tmp_path / "copy.sqlite"
    result = tracker("backup", target)
    assert (result.code, result.out) == (ExitCode.OK, "")
    log = log_home / "data" / "training.sqlite"
    assert result.err == f"{target}: 2 sessions of {log}\n"
    with TrainingLog(target, local_now) as copy:
        assert [each.id for each in copy.list()] == [2, 1]


def test_an_older_backup_is_replaced_only_on_demand(
    tracker: Tracker, log_home: Path, tmp_path: Path
) -> None:
    target = tmp_path / "copy.sqlite"
    target.write_text("older")
    result = tracker("backup", target)
    assert result.code == ExitCode.USAGE_OR_INPUT
    assert "--force" in result.err
    assert target.read_text() == "older"
    assert tracker("backup", target, "--force").code == ExitCode.OK
