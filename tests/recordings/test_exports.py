"""A recording in the formats of other programs holds the numbers that `analyze` prints of it."""

from __future__ import annotations

import contextlib
import csv
import io
import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from unit.export.fit_readers import read_with_fitdecode, read_with_sdk
from unit.export.foreign import mean, whole_s

from tracker.cli import main

FOLDER = Path(__file__).parents[2] / "recordings"
STARTED = datetime.fromisoformat("2026-11-25T18:00:00+01:00")
SETS = {"clean_set": 1, "hard_session": 2, "link_trouble": 2}

each_recording = pytest.mark.parametrize("name", SETS)


def run(*arguments: str) -> tuple[int, str, str]:
    """Return the exit code of a command, and what it printed."""
    out = io.TextIOWrapper(io.BytesIO(), encoding="utf-8", newline="")
    err = io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = main(arguments)
    out.flush()
    assert isinstance(out.buffer, io.BytesIO)
    return code, out.buffer.getvalue().decode(), err.getvalue()


def printed(*arguments: str) -> str:
    code, out, err = run(*arguments)
    assert code == 0, err
    return out


def analyzed(name: str) -> list[dict[str, Any]]:
    session = json.loads(printed("analyze", str(FOLDER / f"{name}.arrows"), "--format", "json"))
    sets: list[dict[str, Any]] = session["sets"]
    assert len(sets) == SETS[name]
    return sets


def exported(name: str, form: str, target: str = "-") -> str:
    path = str(FOLDER / f"{name}.arrows")
    started = STARTED.isoformat()
    return printed("export", path, "--format", form, "--started", started, "-o", target)


@each_recording
@pytest.mark.parametrize("read", [read_with_sdk, read_with_fitdecode])
def test_fit(name: str, read: Any, tmp_path: Path) -> None:
    target = tmp_path / "session.fit"
    exported(name, "fit", str(target))
    messages = read(target.read_bytes())
    active = [each for each in messages["set"] if each["set_type"] == "active"]
    for each, expected in zip(active, analyzed(name), strict=True):
        assert each["repetitions"] == expected["reps_done"]
        assert each["start_s"] == pytest.approx(expected["start_s"], abs=1e-6)
        length_s = expected["end_s"] - expected["start_s"]
        assert each["duration"] == pytest.approx(length_s, abs=0.00051)
        assert whole_s(each["start_time"], STARTED + timedelta(seconds=expected["start_s"]))
        for field, key in (
            ("mean_concentric_s", "concentric_s"),
            ("mean_lockout_s", "lockout_s"),
            ("mean_eccentric_s", "eccentric_s"),
            ("mean_bottom_s", "bottom_s"),
            ("mean_rom_deg", "rom_deg"),
            ("mean_rise_m", "rise_m"),
            ("mean_velocity_mps", "mean_velocity_mps"),
        ):
            known = mean(rep[key] for rep in expected["reps"])
            assert each.get(field) == pytest.approx(known, abs=1e-4), field


@each_recording
def test_strava(name: str) -> None:
    read = json.loads(exported(name, "strava"))
    for each, expected in zip(read["sets"], analyzed(name), strict=True):
        assert each["repetitions"] == expected["reps_done"]
        length_s = expected["end_s"] - expected["start_s"]
        assert each["duration"] == pytest.approx(length_s, abs=0.5001)
        moment = datetime.fromisoformat(each["start_time"])
        assert whole_s(moment, STARTED + timedelta(seconds=expected["start_s"]))


@each_recording
@pytest.mark.parametrize(
    ("form", "reps", "notes"), [("hevy", "reps", "exercise_notes"), ("strong", "Reps", "Notes")]
)
def test_tables(name: str, form: str, reps: str, notes: str) -> None:
    rows = list(csv.DictReader(io.StringIO(exported(name, form), newline="")))
    sets = analyzed(name)
    assert [int(row[reps]) for row in rows] == [each["reps_done"] for each in sets]
    for row, each in zip(rows, sets, strict=True):
        held_s = mean(rep["lockout_s"] for rep in each["reps"])
        assert f"hold {held_s:.1f} " in row[notes]


def test_without_a_date_it_says_how_to_give_one(tmp_path: Path) -> None:
    path, target = str(FOLDER / "clean_set.arrows"), tmp_path / "x.fit"
    for form in ("fit", "strava", "hevy", "strong"):
        code, out, err = run("export", path, "--format", form, "-o", str(target))
        assert (code, out) == (2, "")
        assert '--started "2026-11-25T18:00+01:00"' in err
        assert not target.exists()
