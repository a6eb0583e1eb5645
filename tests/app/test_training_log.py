from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from tests.workouts import TWO_SETS
from tracker import __version__
from tracker.app.clock import local_now
from tracker.app.paths import Paths, tracker_paths
from tracker.app.training_log import (
    LOG_VARIABLE,
    log_is_there,
    log_place,
    log_session,
    not_logged,
    open_training_log,
    recordings_in,
)
from tracker.domain import InputError
from tracker.recording import sha256_of
from tracker.recording.format import END_MARK

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def paths(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Paths:
    monkeypatch.setenv("TRACKER_HOME", str(tmp_path))
    monkeypatch.delenv(LOG_VARIABLE, raising=False)
    return tracker_paths()


def recorded(paths: Paths, name: str = "a.arrows", content: bytes = b"bytes") -> Path:
    path = paths.recordings / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def closed(path: Path) -> Path:
    """End a recording as its writer does."""
    path.write_bytes(path.read_bytes() + END_MARK)
    return path


def test_the_log_is_a_file_beside_the_recordings_unless_something_else_is_chosen(
    paths: Paths,
) -> None:
    assert log_place(paths, {}) == str(paths.data / "training.sqlite")
    paths.config.mkdir()
    chosen = '[log]\nurl = "postgresql+psycopg://ann@db/clinic"\n'
    (paths.config / "config.toml").write_text(chosen, encoding="utf-8")
    assert log_place(paths, {}) == "postgresql+psycopg://ann@db/clinic"
    assert log_place(paths, {LOG_VARIABLE: "/other.sqlite"}) == "/other.sqlite"
    assert log_place(paths, {LOG_VARIABLE: ""}) == "postgresql+psycopg://ann@db/clinic"


@pytest.mark.parametrize("place", ["log.sqlite", "a/b.sqlite", "sqlite:///a/b.sqlite"])
def test_a_place_that_depends_on_the_folder_is_refused(paths: Paths, place: str) -> None:
    with pytest.raises(InputError, match="depends on the working directory") as caught:
        log_place(paths, {LOG_VARIABLE: place})
    assert caught.value.path == LOG_VARIABLE
    paths.config.mkdir()
    (paths.config / "config.toml").write_text(f'[log]\nurl = "{place}"\n', encoding="utf-8")
    with pytest.raises(InputError, match=r"config\.toml"):
        log_place(paths, {})


@pytest.mark.parametrize("place", ["~/log.sqlite", "sqlite:////a/b.sqlite"])
def test_a_whole_path_is_taken(paths: Paths, place: str) -> None:
    assert log_place(paths, {LOG_VARIABLE: place}) == place


def test_a_log_is_looked_for_without_making_it(paths: Paths) -> None:
    place = log_place(paths, {})
    assert not log_is_there(place)
    open_training_log().close()
    assert log_is_there(place)
    assert log_is_there("postgresql+psycopg://ann@db/clinic")


def test_a_session_is_logged_with_its_recording(paths: Paths) -> None:
    path = recorded(paths)
    session_id = log_session(TWO_SETS, path)
    assert session_id is not None
    assert log_session(TWO_SETS, path) == session_id
    with open_training_log() as log:
        kept = log.detail(session_id)
    assert kept.measured == TWO_SETS
    assert (kept.recording, kept.sha256) == (str(path), sha256_of(path))
    assert kept.summary.tracker_version == __version__


def test_a_session_without_a_set_in_which_nothing_was_entered_is_left_out(paths: Paths) -> None:
    nothing = replace(TWO_SETS, sets=(), pain=(), note="")
    assert log_session(nothing, recorded(paths)) is None
    assert not (paths.data / "training.sqlite").exists()
    ached = replace(TWO_SETS, sets=(), note="")
    assert log_session(ached, recorded(paths)) is not None
    left_out = closed(recorded(paths, "b.arrows", b"b"))
    assert log_session(nothing, left_out) is None
    with open_training_log() as log:
        assert len(log.list()) == 1
        # Nor is it offered as missing ever after.
        assert not_logged(log, paths.recordings) == ()


def test_a_recording_that_is_gone_is_told(paths: Paths) -> None:
    with pytest.raises(InputError, match="no such file"):
        log_session(TWO_SETS, paths.recordings / "gone.arrows")


def test_recordings_are_those_that_are_whole_files(paths: Paths) -> None:
    second, first = recorded(paths, "2/b.arrows"), recorded(paths, "1/a.arrows")
    recorded(paths, "notes.txt")
    recorded(paths, ".tracker-x/c.arrows")
    (paths.recordings / "d.arrows").mkdir()
    assert recordings_in(paths.recordings) == (first, second)
    assert recordings_in(paths.recordings / "nowhere") == ()


def test_what_the_log_lacks_is_found_by_name_but_for_what_it_is_to_leave_out(
    paths: Paths,
) -> None:
    log_session(TWO_SETS, recorded(paths))
    missing = closed(recorded(paths, "b.arrows", b"b"))
    left_out = closed(recorded(paths, "c.arrows", b"c"))
    with open_training_log() as log:
        assert not_logged(log, paths.recordings) == (missing, left_out)
        log.ignore(sha256_of(left_out))
        log.ignore(sha256_of(left_out))
        assert not_logged(log, paths.recordings) == (missing,)


def test_a_recording_that_is_being_written_is_not_missing_yet(paths: Paths) -> None:
    growing = recorded(paths, "b.arrows", b"b")
    in_a_while = local_now() + timedelta(minutes=2)
    with open_training_log() as log:
        assert not_logged(log, paths.recordings) == ()
        # Whatever wrote it came to its end in another way than by closing it.
        assert not_logged(log, paths.recordings, lambda: in_a_while) == (growing,)
        assert not_logged(log, paths.recordings) == ()
        closed(growing)
        assert not_logged(log, paths.recordings) == (growing,)
