from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.cli.logged import open_log
from tracker.cli.exits import ExitCode

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Tracker = Callable[..., Any]


def test_sessions_are_listed_the_newest_first(tracker: Tracker, log_home: Path) -> None:
    result = tracker("history")
    assert (result.code, result.err) == (ExitCode.OK, "")
    titles, newer, older = result.out.splitlines()
    assert titles.split()[:4] == ["id", "when", "exercise", "sets"]
    assert newer.split()[0] == "2"
    assert "glute_bridge" in newer
    assert newer.endswith("simulated")
    assert older.split()[0] == "1"
    for cell in ("9", "70.0 kg", "580 kg", "40°", "0.30", "1.0", "2→4", "stiff"):
        assert cell in older


def ids(result: Any) -> list[int]:
    return [each["id"] for each in json.loads(result.out)]


@pytest.mark.parametrize(
    ("arguments", "found"),
    [
        ([], [2, 1]),
        (["--exercise", "glute-bridge"], [2]),
        (["--since", "2026-03-01"], [2]),
        (["--until", "2026-03-01"], [1]),
        (["--since", "2026-02-10", "--until", "2026-02-11"], [1]),
        (["--until", "2026-01-01"], []),
        (["--limit", "1"], [2]),
        (["--trash"], []),
    ],
)
def test_what_is_not_wanted_is_left_out(
    arguments: list[str], found: list[int], tracker: Tracker, log_home: Path
) -> None:
    assert ids(tracker("history", "--format", "json", *arguments)) == found


def test_the_day_that_is_named_last_is_in_it(tracker: Tracker, log_home: Path) -> None:
    with open_log(log_home) as log:
        noon = log.list()[0].at_utc
    assert noon.startswith("2026-03-10T12")
    arguments = ("--since", "2026-03-10", "--until", "2026-03-10")
    assert ids(tracker("history", "--format", "json", *arguments)) == [2]


def test_an_object_says_what_is_not_known(tracker: Tracker, log_home: Path) -> None:
    newer, older = json.loads(tracker("history", "--format", "json").out)
    assert older["exercise"] == "hip_thrust"
    assert (older["sets"], older["reps"], older["volume_kg"]) == (2, 9, 580.0)
    assert (older["pain_before"], older["pain_after"], older["note"]) == (2, 4, "stiff")
    assert (newer["pain_before"], newer["origin"]) == (None, "synthetic")


def test_weeks_are_added_up(tracker: Tracker, log_home: Path) -> None:
    table = tracker("history", "--trend").out
    assert table.index("2026-02-09") < table.index("2026-03-09")
    assert "1 simulated" in table
    february, march = json.loads(tracker("history", "--trend", "--format", "json").out)
    assert (february["monday"], february["reps"], february["volume_kg"]) == (
        "2026-02-09",
        9,
        580.0,
    )
    assert (march["simulated"], march["pain_after"]) == (1, None)
    result = tracker("history", "--trend", "--limit", "1", "--format", "json")
    assert [each["monday"] for each in json.loads(result.out)] == ["2026-03-09"]
    assert "the newest 1 of 2 weeks" in result.err


def test_what_is_left_out_of_a_list_is_told(tracker: Tracker, log_home: Path) -> None:
    result = tracker("history", "--limit", "1")
    assert len(result.out.splitlines()) == 2
    assert result.err == "the newest 1 of 2 sessions; more with --limit 2\n"


def test_an_empty_log_is_no_error(
    tracker: Tracker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TRACKER_HOME", str(tmp_path))
    assert tracker("history").out == "no sessions\n"
    assert tracker("history", "--trend").out == "no sessions\n"
    assert tracker("history", "--format", "json").out == "[]\n"


def test_recordings_that_nobody_logged_are_told_of(
    tracker: Tracker, log_home: Path, recording: Path
) -> None:
    folder = log_home / "data" / "recordings"
    folder.mkdir()
    (folder / "crashed.arrows").write_bytes(recording.read_bytes())
    result = tracker("history")
    assert "1 recording not in the log" in result.err
    assert "tracker rescore --missing" in result.err


def test_a_log_that_is_none_is_told(tracker: Tracker, log_home: Path) -> None:
    (log_home / "data" / "training.sqlite").write_text("my notes " * 200)
    result = tracker("history")
    assert result.code == ExitCode.USAGE_OR_INPUT
    assert "expected a training log, but this is not a database" in result.err
    assert "tracker rescore --missing" in result.err


@pytest.mark.parametrize("arguments", [["--since", "March"], ["--limit", "0"]])
def test_what_cannot_be_meant_is_told(
    arguments: list[str], tracker: Tracker, log_home: Path
) -> None:
    assert tracker("history", *arguments).code == ExitCode.USAGE_OR_INPUT
