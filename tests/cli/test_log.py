from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from tests.cli.logged import open_log
from tests.workouts import TWO_SETS
from tracker.app.clock import local_now
from tracker.cli.exits import ExitCode
from tracker.domain import SetEntries
from tracker.export import session_object
from tracker.store import Edit, Field, SessionQuery, TrainingLog

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Tracker = Callable[..., Any]
    from collections.abc import Callable


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
    (log_home / "data" / "training.sqlite").write_text("my notes " * 200, encoding="utf-8")
    result = tracker("history")
    assert result.code == ExitCode.USAGE_OR_INPUT
    assert "expected a training log, but this is not a database" in result.err
    assert "tracker rescore --missing" in result.err


@pytest.mark.parametrize("arguments", [["--since", "March"], ["--limit", "0"]])
def test_what_cannot_be_meant_is_told(
    arguments: list[str], tracker: Tracker, log_home: Path
) -> None:
    assert tracker("history", *arguments).code == ExitCode.USAGE_OR_INPUT


def test_a_session_is_shown_with_what_was_entered(tracker: Tracker, log_home: Path) -> None:
    out = tracker("show", "1").out
    assert "session 1 · 2026-02-10" in out
    assert "counted by tracker 0.1.0" in out
    assert "pain before: 2\npain after set 2: 4\nnote: stiff\n" in out
    assert "set 1: 5 reps, 0:10–0:29\n60 kg planned\n" in out
    assert "set 2: 4 reps, 1:00–1:15\n70 kg · RPE 8.5\n" in out
    assert "edited" not in out


def test_what_was_edited_is_marked_and_listed(tracker: Tracker, log_home: Path) -> None:
    with open_log(log_home) as log:
        log.edit(1, [Edit(Field.REPS, 6, 1), Edit(Field.SET_NOTE, "belt", 1)])
        log.edit(1, [Edit(Field.LOAD, 72.5, 2)])
        log.undo(1)
    out = tracker("show", "1").out
    assert "6 reps done (edited) · 60 kg planned · belt (edited)\n" in out
    assert ": reps of set 1 = 6\n" in out
    assert ": load of set 2 = 72.5 kg (undone)\n" in out
    assert "70 kg · RPE 8.5\n" in out


def test_the_object_is_that_of_analyze_with_what_the_log_knows(
    tracker: Tracker, log_home: Path
) -> None:
    with open_log(log_home) as log:
        log.edit(1, [Edit(Field.REPS, 6, 1)])
        workout = log.workout(1)
    shown = json.loads(tracker("show", "2026-02", "--format", "json").out)
    known = shown.pop("log")
    assert shown == session_object(workout)
    assert shown["sets"][0]["reps_done"] == 6
    assert shown["source"]["samples"] == TWO_SETS.facts.samples
    assert (known["id"], known["sha256"], known["tracker_version"]) == (1, "aa", "0.1.0")
    (edit,) = known["edits"]
    assert (edit["field"], edit["set"], edit["value"], edit["applies"]) == ("reps", 1, 6, True)


def test_the_newest_is_called_last(tracker: Tracker, log_home: Path) -> None:
    assert "Glute bridge" in tracker("show", "last").out


def test_what_is_in_the_trash_says_so(tracker: Tracker, log_home: Path) -> None:
    tracker("delete", "1")
    assert "in the trash" in tracker("show", "1").out.splitlines()[0]


def test_a_session_that_there_is_none_of_is_told(tracker: Tracker, log_home: Path) -> None:
    result = tracker("show", "99")
    assert (result.code, result.out) == (ExitCode.USAGE_OR_INPUT, "")
    assert result.err == "tracker: session 99: is not in the log\nSee: tracker history\n"


def test_a_set_is_put_right_beside_what_was_measured(tracker: Tracker, log_home: Path) -> None:
    result = tracker(
        *("edit", "1", "--set", "2", "--reps", "12", "--load-kg", "72.5", "--rpe", "9"),
        *("--note", "belt"),
    )
    assert (result.code, result.out) == (ExitCode.OK, "")
    assert "session 1: load of set 2 = 72.5 kg\n" in result.err
    with open_log(log_home) as log:
        kept = log.detail(1)
    record = kept.current.workout.sets[1]
    assert (record.done, record.load_kg, record.entries.rpe) == (12, 72.5, 9.0)
    assert record.entries.note == "belt"
    assert kept.measured == TWO_SETS
    assert {made.change for made in kept.edits} == {1}


def test_a_session_is_put_right_and_told_how_to_count_it_anew(
    tracker: Tracker, log_home: Path
) -> None:
    result = tracker(
        *("edit", "1", "--exercise", "glute-bridge", "--note", "new bench"),
        *("--pain-before", "0", "--pain-after", "10"),
    )
    assert "tracker rescore 1" in result.err
    with open_log(log_home) as log:
        line = next(each for each in log.list() if each.id == 1)
    assert (line.shown_exercise, line.shown_note) == ("glute_bridge", "new bench")
    assert (line.pain_before, line.pain_after) == (0, 10)


def test_what_was_said_of_a_set_is_cleared_and_comes_back_with_undo(
    tracker: Tracker, log_home: Path
) -> None:
    tracker("edit", "1", "--set", "2", "--reps", "12", "--note", "belt")
    result = tracker("edit", "1", "--set", "2", "--clear", "load,rpe, reps,note")
    assert result.code == ExitCode.OK
    assert "session 1: load of set 2 cleared\n" in result.err
    with open_log(log_home) as log:
        kept = log.detail(1)
    record, entered = kept.current.workout.sets[1], TWO_SETS.sets[1].entries
    assert (entered.load_kg, entered.rpe) == (70.0, 8.5)
    assert record.entries == SetEntries()
    # The plan still has a load, and the sensor a count.
    assert (record.load_kg, record.done) == (60.0, 4)
    assert kept.measured == TWO_SETS
    assert (kept.summary.reps_done, kept.summary.load_kg) == (9, 60.0)
    assert "RPE of set 2 cleared" in tracker("show", "1").out
    tracker("edit", "1", "--undo")
    with open_log(log_home) as log:
        assert log.workout(1).sets[1].done == 12


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--set", "1", "--clear", "load,mood"], "expected some of load,rpe,reps,note"),
        (["--set", "1", "--clear", ""], "expected some of load,rpe,reps,note"),
        (["--clear", "load"], "--set N"),
        (["--set", "1", "--clear", "load", "--load-kg", "3"], "or clear it"),
        (["--set", "1", "--clear", "note", "--note", "x"], "or clear it"),
        (["--set", "1", "--clear", "load", "--undo"], "--undo"),
    ],
)
def test_what_cannot_be_cleared_is_told(
    arguments: list[str], told: str, tracker: Tracker, log_home: Path
) -> None:
    result = tracker("edit", "1", *arguments)
    assert result.code == ExitCode.USAGE_OR_INPUT
    assert told in result.err


def test_the_newest_change_is_taken_back(tracker: Tracker, log_home: Path) -> None:
    tracker("edit", "1", "--set", "1", "--reps", "9")
    result = tracker("edit", "1", "--undo")
    assert result.err == "session 1: undone: reps of set 1 = 9\n"
    with open_log(log_home) as log:
        assert log.workout(1) == TWO_SETS
    assert "no edit to undo" in tracker("edit", "1", "--undo").err


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ([], "nothing to change"),
        (["--reps", "5"], "say which with --set N"),
        (["--set", "1"], "say what to change in the set"),
        (["--set", "1", "--pain-after", "3"], "say what to change in the set"),
        (["--undo", "--note", "x"], "either change something"),
        (["--set", "9", "--reps", "5"], "there is no set 9; it has sets 1, 2"),
        (["--set", "1", "--reps", "-1"], "expected 0 to 200, got -1"),
        (["--set", "1", "--load-kg", "nan"], "expected a number such as 62.5 or 62,5"),
        (["--pain-after", "11"], "expected 0 to 10, got 11"),
        (["--exercise", "hip-trust"], "Did you mean hip_thrust"),
    ],
)
def test_what_cannot_be_meant_is_told_and_changes_nothing(
    arguments: list[str], told: str, tracker: Tracker, log_home: Path
) -> None:
    result = tracker("edit", "1", *arguments)
    assert result.code == ExitCode.USAGE_OR_INPUT
    assert told in result.err
    with open_log(log_home) as log:
        assert log.detail(1).edits == ()


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
        (["--restore", "--purge", "1"], "exclude each other"),
        (["1", "99"], "session 99: is not in the log"),
        (["--purge", "1"], "is not in the trash"),
    ],
)
def test_what_cannot_be_deleted_is_explained_and_changes_nothing(
    arguments: list[str], told: str, tracker: Tracker, log_home: Path
) -> None:
    result = tracker("delete", *arguments)
    assert result.code == ExitCode.USAGE_OR_INPUT
    assert told in result.err
    assert there(log_home) == ([2, 1], [])


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
    target.write_text("older", encoding="utf-8")
    result = tracker("backup", target)
    assert result.code == ExitCode.USAGE_OR_INPUT
    assert "--force" in result.err
    assert target.read_text(encoding="utf-8") == "older"
    assert tracker("backup", target, "--force").code == ExitCode.OK


def test_a_training_that_may_still_be_running_is_told(tracker: Tracker, log_home: Path) -> None:
    running = log_home / "data" / "recordings" / "2026-03-11T18-00-00Z_hip_thrust.arrows"
    running.parent.mkdir(parents=True)
    running.write_bytes(b"unclosed")
    told = "1 recording was written to within the last minute and may still be running"
    assert told in tracker("history").err
    assert told in tracker("doctor").out
    assert told not in tracker("history", "--trash").err


def test_with_everything_in_the_trash_the_newest_session_is_said_to_be_there(
    tracker: Tracker, log_home: Path
) -> None:
    assert tracker("delete", "1", "2").code == ExitCode.OK
    result = tracker("show", "last")
    assert result.code == ExitCode.USAGE_OR_INPUT
    assert "every session is in the trash" in result.err
    assert "tracker history --trash" in result.err


HOSTILE = "belt\x1b]0;owned\x07\nreps: 99"


def test_names_and_notes_cannot_steer_the_terminal(tracker: Tracker, log_home: Path) -> None:
    info = replace(TWO_SETS.info, firmware="\x1b[2J", started_utc="2026-04-01T10:00:00+00:00")
    noted = replace(TWO_SETS.sets[0], entries=SetEntries(note=HOSTILE))
    with open_log(log_home) as log:
        log.add(replace(TWO_SETS, info=info, sets=(noted,), note=HOSTILE), version="0.1.0")
    for command in (("history",), ("show", "last"), ("edit", "last", "--note", HOSTILE)):
        result = tracker(*command)
        assert result.code == ExitCode.OK
        assert "\x1b" not in result.out + result.err
        assert "\x07" not in result.out + result.err
        assert "\nreps: 99" not in result.out + result.err
        assert r"belt\x1b]0;owned\x07" in result.out + result.err
