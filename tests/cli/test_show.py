from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from tests.cli.logged import open_log
from tests.workouts import TWO_SETS
from tracker.cli.exits import ExitCode
from tracker.export import session_object
from tracker.store import Edit, Field

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Tracker = Callable[..., Any]


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
    assert ": load kg of set 2 = 72.5 (taken back)\n" in out
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
