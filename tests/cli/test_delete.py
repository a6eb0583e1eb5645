from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.cli.logged import open_log
from tracker.cli.exits import ExitCode
from tracker.store import SessionQuery

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Tracker = Callable[..., Any]


def there(home: Path) -> tuple[list[int], list[int]]:
    """Return which sessions are in the log, and which in the trash."""
    with open_log(home) as log:
        return [each.id for each in log.list()], [
            each.id for each in log.list(SessionQuery(trash=True))
        ]


def test_what_is_deleted_can_be_restored(tracker: Tracker, log_home: Path) -> None:
    result = tracker("delete", "2", "1")
    assert (result.code, result.out) == (ExitCode.OK, "")
    assert "tracker delete --restore 2 1" in result.err
    assert there(log_home) == ([], [2, 1])
    tracker("delete", "--restore", "2")
    assert there(log_home) == ([2], [1])


def test_purging_empties_the_trash_and_nothing_else(tracker: Tracker, log_home: Path) -> None:
    tracker("delete", "1")
    result = tracker("delete", "--purge")
    assert result.err.startswith("1 session removed for good")
    assert there(log_home) == ([2], [])
    assert tracker("delete", "--purge").err.startswith("0 sessions removed")


def test_only_those_named_are_purged(tracker: Tracker, log_home: Path) -> None:
    tracker("delete", "1", "2")
    tracker("delete", "--purge", "2")
    assert there(log_home) == ([], [1])


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ([], "name the sessions"),
        (["--restore"], "name the sessions"),
        (["--restore", "--purge", "1"], "are opposites"),
        (["1", "99"], "session 99: is not in the log"),
        (["--purge", "1"], "is not in the trash"),
    ],
)
def test_what_cannot_be_meant_is_told_and_changes_nothing(
    arguments: list[str], told: str, tracker: Tracker, log_home: Path
) -> None:
    result = tracker("delete", *arguments)
    assert result.code == ExitCode.USAGE_OR_INPUT
    assert told in result.err
    assert there(log_home) == ([2, 1], [])
