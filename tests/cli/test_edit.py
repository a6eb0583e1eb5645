from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.cli.logged import open_log
from tests.workouts import TWO_SETS
from tracker.cli.exits import ExitCode
from tracker.domain import SetEntries

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Tracker = Callable[..., Any]


def test_a_set_is_put_right_beside_what_was_measured(tracker: Tracker, log_home: Path) -> None:
    result = tracker(
        *("edit", "1", "--set", "2", "--reps", "12", "--load-kg", "72.5", "--rpe", "9"),
        *("--note", "belt"),
    )
    assert (result.code, result.out) == (ExitCode.OK, "")
    assert "session 1: load kg of set 2 = 72.5\n" in result.err
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
    assert "session 1: load kg of set 2 cleared\n" in result.err
    with open_log(log_home) as log:
        kept = log.detail(1)
    record, entered = kept.current.workout.sets[1], TWO_SETS.sets[1].entries
    assert (entered.load_kg, entered.rpe) == (70.0, 8.5)
    assert record.entries == SetEntries()
    # The plan still has a load, and the sensor a count.
    assert (record.load_kg, record.done) == (60.0, 4)
    assert kept.measured == TWO_SETS
    assert (kept.summary.reps_done, kept.summary.load_kg) == (9, 60.0)
    assert "rpe of set 2 cleared" in tracker("show", "1").out
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
    assert result.err == "session 1: taken back: reps of set 1 = 9\n"
    with open_log(log_home) as log:
        assert log.workout(1) == TWO_SETS
    assert "no edit to undo" in tracker("edit", "1", "--undo").err


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ([], "nothing is said"),
        (["--reps", "5"], "say which with --set N"),
        (["--set", "1"], "say what of the set"),
        (["--set", "1", "--pain-after", "3"], "say what of the set"),
        (["--undo", "--note", "x"], "either say something new"),
        (["--set", "9", "--reps", "5"], "there is no set 9; it has set 1, 2"),
        (["--set", "1", "--reps", "-1"], "expected 0 to 200, got -1"),
        (["--set", "1", "--load-kg", "nan"], "expected 0 to 1000, got nan"),
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
