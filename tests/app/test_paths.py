from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from tracker.app.paths import ELSEWHERE, HOME_VARIABLE, new_recording_path, tracker_paths
from tracker.domain import OutputError

STARTED = datetime(2026, 3, 1, 7, 5, 9, tzinfo=timezone(timedelta(hours=2)))


def test_one_variable_puts_everything_under_one_folder(tmp_path: Path) -> None:
    paths = tracker_paths({HOME_VARIABLE: str(tmp_path)})

    folders = (paths.data, paths.config, paths.log, paths.recordings)
    assert all(folder.is_relative_to(tmp_path) for folder in folders)
    assert len(set(folders)) == len(folders)


@pytest.mark.parametrize("environment", [{}, {HOME_VARIABLE: ""}])
def test_without_it_the_operating_system_says_where(environment: dict[str, str]) -> None:
    paths = tracker_paths(environment)

    assert paths.data.is_absolute()
    assert "tracker" in paths.data.parts


def test_a_tilde_is_the_wearers_home() -> None:
    assert tracker_paths({HOME_VARIABLE: "~/t"}).data == Path.home() / "t" / "data"


def test_a_recording_is_named_by_utc_time_and_exercise(tmp_path: Path) -> None:
    path = new_recording_path(tmp_path / "new" / "folder", STARTED, "hip_thrust")

    assert path.name == "2026-03-01T05-05-09Z_hip_thrust.arrows"
    assert path.parent.is_dir()
    assert not path.exists()


def test_names_never_collide(tmp_path: Path) -> None:
    for _ in range(3):
        new_recording_path(tmp_path, STARTED, "squat").touch()

    assert len(list(tmp_path.iterdir())) == 3


def test_names_sort_by_time(tmp_path: Path) -> None:
    times = [datetime(2026, 1, 1, tzinfo=UTC) + timedelta(hours=7 * n) for n in range(20)]
    names = [new_recording_path(tmp_path, time, "squat").name for time in times]
    assert names == sorted(names)


def test_a_time_without_offset_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="offset"):
        new_recording_path(tmp_path, datetime(2026, 1, 1), "squat")


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(OutputError, match="cannot be made: not a directory") as told:
        new_recording_path(tmp_path / "file" / "recordings", STARTED, "squat")
    assert told.value.advice == ELSEWHERE
