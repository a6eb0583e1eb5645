from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from click.shell_completion import ShellComplete

from tests.cli.logged import open_log
from tracker.cli.app import COMMANDS, tracker
from tracker.domain import EXERCISES
from tracker.sensors import families

if TYPE_CHECKING:
    from pathlib import Path

SAVED_SENSOR = '[sensor]\naddress = "C0:FF:EE:00:1A:2B"\nkind = "witmotion"\n'


def offered(*arguments: str) -> list[str]:
    """Return what tab offers for the last of the arguments."""
    *before, incomplete = arguments
    shell = ShellComplete(tracker, {}, "tracker", "_TRACKER_COMPLETE")
    return [item.value for item in shell.get_completions(before, incomplete)]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TRACKER_HOME", str(tmp_path))
    return tmp_path


def save_sensor(home: Path, text: str) -> None:
    (home / "config").mkdir()
    (home / "config" / "config.toml").write_text(text, encoding="utf-8")


def test_every_command_is_offered() -> None:
    assert offered("") == list(COMMANDS)
    assert offered("re") == [name for name in COMMANDS if name.startswith("re")]


@pytest.mark.parametrize("command", ["show", "edit", "delete", "export", "rescore"])
def test_logged_sessions_are_offered_newest_first(command: str, log_home: Path) -> None:
    assert offered(command, "") == ["last", "2", "1"]
    assert offered(command, "1") == ["1"]


def test_a_session_is_offered_with_its_day_and_exercise(log_home: Path) -> None:
    shell = ShellComplete(tracker, {}, "tracker", "_TRACKER_COMPLETE")
    told = {item.value: item.help for item in shell.get_completions(["show"], "")}
    assert told["2"] == "2026-03-10 glute_bridge 5 reps"


def test_what_is_restored_or_purged_is_in_the_trash(log_home: Path) -> None:
    with open_log(log_home) as log:
        log.delete([1])
    assert offered("delete", "") == ["last", "2"]
    assert offered("delete", "--restore", "") == ["1"]
    assert offered("delete", "--purge", "") == ["1"]


def test_without_a_log_nothing_is_offered_and_none_is_made(home: Path) -> None:
    assert offered("show", "") == []
    assert list(home.iterdir()) == []


def test_a_log_that_cannot_be_read_offers_nothing(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = home / "broken.sqlite"
    broken.write_bytes(b"not a database" * 100)
    monkeypatch.setenv("TRACKER_LOG_URL", str(broken))
    assert offered("show", "") == []


def test_files_are_left_to_the_shell_where_no_session_begins_so(log_home: Path) -> None:
    shell = ShellComplete(tracker, {}, "tracker", "_TRACKER_COMPLETE")
    for command in ("export", "rescore", "analyze", "import", "replay"):
        (item,) = shell.get_completions([command], "hips")
        assert (item.type, item.value) == ("file", "hips")


@pytest.mark.parametrize("command", ["train", "record", "serve"])
def test_the_paired_sensor_is_offered_by_its_address_or_name(command: str, home: Path) -> None:
    simulated = [] if command == "record" else ["sim"]
    assert offered(command, "--sensor", "") == simulated
    save_sensor(home, SAVED_SENSOR)
    assert offered(command, "--sensor", "") == ["C0:FF:EE:00:1A:2B", *simulated]
    (home / "config" / "config.toml").write_text(f'{SAVED_SENSOR}name = "WT901"\n', "utf-8")
    assert offered(command, "--sensor", "") == ["WT901", *simulated]


def test_a_configuration_that_cannot_be_read_offers_the_simulated_lifter(home: Path) -> None:
    save_sensor(home, "nonsense")
    assert offered("train", "--sensor", "") == ["sim"]


def test_exercises_and_kinds_are_offered() -> None:
    assert offered("train", "--exercise", "") == list(EXERCISES)
    assert offered("analyze", "--exercise", "b-") == ["b_stance_hip_thrust"]
    assert offered("decode", "--kind", "") == list(families())
