from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tracker.app.training import open_training_log
from tracker.cli.export import logged_before, logged_recording, logged_workout, names_session
from tracker.domain import InputError, SessionInfo, SourceFacts, Workout

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("word", ["1", "042", "last"])
def test_numbers_and_the_word_for_the_newest_name_sessions(word: str) -> None:
    assert names_session(word)


@pytest.mark.parametrize("word", ["a.csv", "1.csv", "-1", "1.5", "٣", "", "first"])
def test_everything_else_is_a_file(word: str) -> None:
    assert not names_session(word)


def test_without_a_log_there_is_no_session_and_none_is_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TRACKER_HOME", str(tmp_path))
    monkeypatch.delenv("TRACKER_LOG_URL", raising=False)
    for ask in (logged_workout, logged_recording):
        with pytest.raises(InputError, match="no training log yet"):
            ask("1")
    assert logged_before(workout("2026-03-01T18:00:00+00:00")) == ()
    assert list(tmp_path.iterdir()) == []


def workout(started: str | None, exercise: str = "hip_thrust", origin: str = "live") -> Workout:
    info = SessionInfo("profile", exercise, started_utc=started, origin=origin)
    facts = SourceFacts("x.arrows", "profile", 100.0, 60.0, 6000)
    return Workout(info, facts, (), (), {})


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TRACKER_HOME", str(tmp_path))
    monkeypatch.delenv("TRACKER_LOG_URL", raising=False)
    return tmp_path


def test_a_session_is_found_by_its_number_and_as_the_last(home: Path) -> None:
    first, second = (workout(f"2026-03-0{day}T18:00:00+01:00") for day in (1, 2))
    with open_training_log() as log:
        number = log.add(first, version="1")
        log.add(second, version="1")
    assert logged_workout(str(number)) == first
    assert logged_workout("last") == second
    with pytest.raises(InputError, match="not in the log"):
        logged_workout("99")


def test_a_recording_is_found_while_it_is_there(home: Path) -> None:
    path = home / "a.arrows"
    path.write_bytes(b"bytes")
    with open_training_log() as log:
        log.add(workout(None), version="1")
        log.add(workout("2026-03-01T18:00:00+00:00"), version="1", recording=str(path))
    assert logged_recording("2") == path
    with pytest.raises(InputError, match="has no recording"):
        logged_recording("1")
    path.unlink()
    with pytest.raises(InputError, match="not there any more"):
        logged_recording("2")


def test_a_session_is_compared_with_those_before_it_of_its_kind(home: Path) -> None:
    with open_training_log() as log:
        for started, exercise, origin in (
            ("2026-03-02T18:00:00+00:00", "hip_thrust", "live"),
            ("2026-03-01T18:00:00+00:00", "hip_thrust", "live"),
            ("2026-03-01T18:00:00+00:00", "glute_bridge", "live"),
            ("2026-03-01T18:00:00+00:00", "hip_thrust", "synthetic"),
            ("2026-03-05T18:00:00+00:00", "hip_thrust", "live"),
            # Half an hour later, although its text sorts before.
            ("2026-03-04T17:30:00-01:00", "hip_thrust", "live"),
            (None, "hip_thrust", "live"),
        ):
            log.add(workout(started, exercise, origin), version="1")
    earlier = logged_before(workout("2026-03-04T18:00:00+00:00"))
    assert [each.info.started_utc for each in earlier] == [
        "2026-03-01T18:00:00+00:00",
        "2026-03-02T18:00:00+00:00",
    ]


def test_a_log_that_cannot_be_read_leaves_the_trends_out(home: Path) -> None:
    (home / "data").mkdir()
    (home / "data" / "training.sqlite").write_bytes(b"no database" * 100)
    assert logged_before(workout("2026-03-04T18:00:00+00:00")) == ()
