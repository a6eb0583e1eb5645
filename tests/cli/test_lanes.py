from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.cli.worn import sensor_on_a_table
from tracker.app.config import SensorChoice, save_sensor
from tracker.app.paths import paths_of, shared_paths
from tracker.recording import open_recording

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.ble.fake_radio import FakeRadio
    from tests.cli.conftest import Outcome

    Tracker = Callable[..., Outcome]


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, tracker: Tracker) -> Path:
    """Where Anna and Bea train."""
    monkeypatch.setenv("TRACKER_HOME", str(tmp_path))
    for name in ("TRACKER_LOG_URL", "TRACKER_PERSON"):
        monkeypatch.delenv(name, raising=False)
    for name in ("Anna", "Bea"):
        assert tracker("people", "add", name).code == 0
    return tmp_path


def test_every_line_names_its_lane_and_every_log_has_its_own(tracker: Tracker) -> None:
    plan = ("--tempo", "2-0-1-2", "--reps", "10")
    lanes = ("--lane", "anna=sim", "--lane", "Bea=sim")
    done = tracker("train", *lanes, *plan, "--headless", "--speed", "max", "--seconds", "45")
    assert done.code == 0, done.err
    lines = done.out.splitlines()
    assert {line.split()[0].rstrip(":") for line in lines} == {"Anna", "Bea"}
    for number, name in ((1, "Anna"), (2, "Bea")):
        single = tracker(
            *("train", "--sensor", "sim", "--seed", number, "--headless", "--speed", "max"),
            *("--seconds", "45", *plan),
        )
        mine = [line[6:] for line in lines if line.startswith(f"{name:<6}")]
        assert mine == single.out.splitlines()[:-1]
        assert f"{name}: {single.out.splitlines()[-1]}" in lines
        assert f"{name}: logged as session 1: tracker --person {name!r} show 1" in done.err
        (logged,) = json.loads(tracker("--person", name, "history", "--format", "json").out)
        assert f", {logged['reps']} reps" in single.out
    # What was trained alone is the first person's.
    assert len(json.loads(tracker("history", "--format", "json").out)) == 2


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        (("Anna=sim",), "expected 2 to 8 of them, got 1"),
        (("Anna=sim",) * 9, "expected 2 to 8 of them, got 9"),
        (("Anna=sim", "anna=sim"), "names the person Anna twice"),
        (("Anna=AA:BB:CC:DD:EE:01", "Bea=aa:bb:cc:dd:ee:01"), "twice"),
        (("Anna=Hip", "Bea=hip"), "names the sensor hip twice"),
        (("Zoe=sim", "Bea=sim"), "There is no person 'Zoe'"),
        (("Anna=sim", "Bea="), "Which sensor?"),
        (("=sim", "Bea=sim"), "There is no person ''"),
    ],
)
def test_lanes_that_make_no_sense_are_refused(
    tracker: Tracker, home: Path, words: tuple[str, ...], problem: str
) -> None:
    lanes = [part for word in words for part in ("--lane", word)]
    refused = tracker("train", *lanes, "--headless")
    assert refused.code == 2
    assert problem in refused.err
    assert not list(home.rglob("*.arrows"))


@pytest.mark.parametrize(
    "single", [("--sensor", "sim"), ("--events", "-"), ("--sound",), ("--routine", "warm_up")]
)
def test_what_is_for_one_lifter_is_refused(tracker: Tracker, single: tuple[str, ...]) -> None:
    refused = tracker("train", "--lane", "Anna=sim", "--lane", "Bea=sim", *single)
    assert refused.code == 2
    assert "is for one lifter" in refused.err


def test_a_name_alone_takes_the_sensor_that_is_paired(
    tracker: Tracker, around: Callable[..., FakeRadio]
) -> None:
    around(sensor_on_a_table(), sensor_on_a_table("C0:FF:EE:00:00:02", "HipTwo"))
    unpaired = tracker("train", "--lane", "Anna", "--lane", "Bea=HipTwo", "--headless")
    assert unpaired.code == 3
    assert "Anna: No sensor is named" in unpaired.err
    anna = paths_of("Anna", shared_paths())
    save_sensor(anna.config_file, SensorChoice("C0:FF:EE:00:1A:2B", "profile"))
    done = tracker(
        *("train", "--lane", "Anna", "--lane", "Bea=HipTwo", "--headless", "--seconds", "0.4")
    )
    assert done.code == 0, done.err
    (recording,) = anna.recordings.iterdir()
    assert open_recording(recording).info.person == "Anna"
    assert "Anna: looking for C0:FF:EE:00:1A:2B" in done.err


def test_a_sensor_that_is_away_is_said_at_the_end_and_the_other_is_logged(
    tracker: Tracker, around: Callable[..., FakeRadio], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tracker.ble.link.FIND_S", 0.2)
    around(sensor_on_a_table())
    done = tracker(
        *("train", "--lane", "Anna=C0:FF:EE:00:1A:2B", "--lane", "Bea=AA:BB:CC:DD:EE:01"),
        *("--headless", "--seconds", "0.4"),
    )
    assert done.code == 3
    assert "Bea: ! The sensor AA:BB:CC:DD:EE:01 was not found" in done.err
    assert done.err.splitlines()[-2] == "tracker: Not trained to the end: Bea."
    assert "Anna: 0 sets, 0 reps" in done.out
