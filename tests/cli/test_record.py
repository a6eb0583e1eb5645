from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tracker.app.devices import SensorRequest
from tracker.ble import DeviceQuery
from tracker.cli.exits import ExitCode

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

FIRST, SECOND = "C0:FF:EE:00:1A:2B", "C0:FF:EE:00:00:02"


@pytest.fixture
def calls(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    monkeypatch.setenv("TRACKER_HOME", str(tmp_path))
    calls: list[Any] = []
    monkeypatch.setattr(
        "tracker.cli.radio.record_with",
        lambda sensors, _interrupted, **options: calls.append((sensors, options)),
    )
    return calls


def test_it_hands_over_what_was_asked_for(
    calls: list[Any], tracker: Callable[..., Any], tmp_path: Path
) -> None:
    path = tmp_path / "a.arrows"
    arguments = ("--sensor", FIRST, "--second", SECOND, "--kind", "profile", "--seconds", 60)
    result = tracker("record", *arguments, "-o", path, "--exercise", "squat", "--force")
    assert result.code == ExitCode.OK
    sensors = (SensorRequest(DeviceQuery(FIRST, "profile")), SensorRequest(DeviceQuery(SECOND)))
    options = {"exercise": "squat", "seconds": 60.0, "output": path, "force": True}
    assert calls == [(sensors, options)]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--sensor", FIRST, "-o", "a.arrows"], "--seconds"),
        (["--sensor", FIRST, "--seconds", "5"], "--output"),
        (["--sensor", FIRST, "--seconds", "5", "-o", "a.csv"], "a.arrows"),
        (["--sensor", FIRST, "--seconds", "0", "-o", "a.arrows"], "--seconds"),
        (
            ["--sensor", FIRST, "--second", FIRST, "--seconds", "5", "-o", "a.arrows"],
            "Both sensors",
        ),
        (
            ["--sensor", FIRST, "--kind", "abacus", "--seconds", "5", "-o", "a.arrows"],
            "abacus",
        ),
    ],
)
def test_wrong_usage_is_told_before_anybody_is_looked_for(
    arguments: list[str], words: str, calls: list[Any], tracker: Callable[..., Any]
) -> None:
    result = tracker("record", *arguments)
    assert (result.code, result.out) == (ExitCode.USAGE_OR_INPUT, "")
    assert words in result.err
    assert calls == []


def test_an_existing_file_is_refused(
    calls: list[Any], tracker: Callable[..., Any], tmp_path: Path
) -> None:
    path = tmp_path / "a.arrows"
    path.touch()
    result = tracker("record", "--sensor", FIRST, "--seconds", 5, "-o", path)
    assert result.code == ExitCode.USAGE_OR_INPUT
    assert "--force" in result.err
    assert calls == []


def test_without_a_sensor_it_says_how_to_get_one(
    calls: list[Any], tracker: Callable[..., Any], tmp_path: Path
) -> None:
    result = tracker("record", "--seconds", 5, "-o", tmp_path / "a.arrows")
    assert result.code == ExitCode.NO_SENSOR
    assert "tracker pair" in result.err
