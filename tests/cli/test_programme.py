from __future__ import annotations

import csv
import json
import re
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from tests.cli.logged import open_log
from tests.workouts import TWO_SETS
from tracker.app.clock import local_now
from tracker.app.devices import SensorRequest
from tracker.app.paths import Paths
from tracker.app.training import TrainingRequest, TrainingService
from tracker.app.training_log import open_training_log
from tracker.ble import DeviceQuery
from tracker.cli.exits import ExitCode
from tracker.cli.train import _advised
from tracker.coach import OTHER_RED_FLAGS, URGENT_RED_FLAGS
from tracker.domain import Side

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Tracker = Callable[..., Any]

ZONES = ("-11:00", "-08:00", "+00:00", "+01:00", "+05:30", "+14:00")
START = "2026-01-05T23:30:00"
"""A Monday."""


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TRACKER_HOME", str(tmp_path))
    return tmp_path


def judged(tracker: Tracker, at: datetime | str, *more: str) -> dict[str, Any]:
    when = at if isinstance(at, str) else at.isoformat()
    result = tracker("next", "--at", when, "--format", "json", *more)
    assert (result.code, result.err) == (ExitCode.OK, "")
    told: dict[str, Any] = json.loads(result.out)
    return told


def added(tracker: Tracker, at: datetime | str, *more: str) -> int:
    when = at if isinstance(at, str) else at.isoformat()
    result = tracker("add", "--exercise", "hip_thrust", "--started", when, *more)
    assert result.code == ExitCode.OK
    return int(result.out)


def test_the_first_answer_is_a_plan_with_bodyweight(tracker: Tracker) -> None:
    told = judged(tracker, START)
    assert told == {
        "verdict": "go",
        "reasons": ["Start with bodyweight until your form is right."],
        "plan": {
            "exercise": "hip_thrust",
            "sets": 2,
            "reps": 10,
            "last_set": "target",
            "load_kg": 0.0,
            "tempo": "3-0-1-2",
            "rest_s": 90.0,
        },
        "not_before": None,
    }
    result = tracker("next")
    assert result.out.splitlines()[0] == "Go: Hip thrust: 2 × 10, bodyweight"


@pytest.mark.parametrize("zone", ZONES)
def test_half_past_eleven_is_today_in_every_time_zone(tracker: Tracker, zone: str) -> None:
    monday = datetime.fromisoformat(START + zone)
    added(tracker, monday, "--set", "reps=10", "--set", "reps=10")
    late = judged(tracker, monday + timedelta(minutes=20))
    assert late["verdict"] == "rest"
    assert late["not_before"] == f"2026-01-07T00:00:00{zone}"
    assert judged(tracker, monday + timedelta(days=1))["verdict"] == "rest"
    wednesday = judged(tracker, monday + timedelta(days=2))
    assert (wednesday["verdict"], wednesday["plan"]["reps"]) == ("go", 12)


def test_a_session_that_was_added_is_as_it_was_said(tracker: Tracker, home: Path) -> None:
    number = added(
        tracker,
        START,
        *("--warm-up", "reps=10", "--set", "reps=8 load=100lb rpe=8.5 side=left"),
        *("--set", "reps=7 exercise=glute_bridge", "--pain-before", "1", "--pain-after", "2"),
        *("--pain-next-morning", "0", "--note", "at home"),
    )
    with open_log(home) as log:
        workout = log.workout(number)
        (line,) = log.list()
    warm, one, two = workout.sets
    assert (warm.warm_up, warm.done) == (True, 10)
    assert (one.done, one.load_kg, one.entries.rpe, one.side) == (8, 45.359237, 8.5, Side.LEFT)
    assert workout.exercise_of(two) == "glute_bridge"
    assert (line.sets_done, line.reps_done) == (2, 15), "without the warm-up"
    assert (line.pain_before, line.pain_worst, line.pain_next_morning) == (1, 2, 0)
    assert workout.note == "at home"
    shown = tracker("show", str(number)).out
    assert "warm-up" in shown
    assert "left" in shown


def test_a_date_in_the_future_is_told_with_the_way_back(tracker: Tracker) -> None:
    entry = ("add", "--exercise", "hip_thrust", "--set", "reps=8", "--started")
    late = tracker(*entry, "2126-03-02T18:00")
    assert late.code == ExitCode.OK
    assert "dated in the future" in late.err
    assert f"tracker delete {late.out.strip()}" in late.err
    assert tracker(*entry, "2026-03-02T18:00").err == ""


@pytest.mark.parametrize(
    "words", ["reps", "reps=x", "reps=8.5", "load=60kg", "reps=8 mood=good", "reps=8 side=up"]
)
def test_words_that_say_no_set_are_refused(tracker: Tracker, words: str) -> None:
    result = tracker("add", "--exercise", "squat", "--started", START, "--set", words)
    assert (result.code, result.out) == (ExitCode.USAGE_OR_INPUT, "")
    assert "Traceback" not in result.err


def test_what_was_added_afterwards_was_advised_by_nobody(tracker: Tracker) -> None:
    added(tracker, START, "--set", "reps=10 load=60kg")
    told = json.loads(tracker("export", "last", "--format", "json", "-o", "-").out)
    assert told["advice"] is None
    assert told["source"]["duration_s"] is None


def test_warm_up_sets_change_nothing(tracker: Tracker, tmp_path: Path, monkeypatch: Any) -> None:
    told = []
    for name, more in (("a", ()), ("b", ("--warm-up", "reps=10", "--warm-up", "reps=5 load=5kg"))):
        monkeypatch.setenv("TRACKER_HOME", str(tmp_path / name))
        added(tracker, START, *more, "--set", "reps=10", "--set", "reps=10")
        told.append(judged(tracker, "2026-01-07T18:00:00"))
    assert told[0] == told[1]


def test_red_pain_holds_until_somebody_was_asked(tracker: Tracker) -> None:
    monday = datetime.fromisoformat(START + "+01:00")
    full = ("--set", "reps=10", "--set", "reps=10")
    added(tracker, monday, *full, "--pain-before", "2", "--pain-after", "7")
    for number in (2, 4, 7):
        day = monday + timedelta(days=number)
        assert judged(tracker, day)["verdict"] == "stop"
        added(tracker, day, *full)
    day = monday + timedelta(days=9)
    told = judged(tracker, day)
    assert (told["verdict"], told["plan"]) == ("stop", None)
    assert "--asked" in told["reasons"][-1]
    result = tracker("next", "--at", day.isoformat(), "--asked", "a physiotherapist, 14 January")
    assert "somebody was asked" in result.err
    assert judged(tracker, day)["verdict"] != "stop"
    assert tracker("next", "--asked", " ").code == ExitCode.USAGE_OR_INPUT


def test_asking_without_a_time_is_about_everything_in_the_log(tracker: Tracker) -> None:
    later = "2100-01-04T18:00:00+00:00"
    added(tracker, later, "--set", "reps=10", "--pain-after", "8")
    tracker("next", "--asked", "my doctor")
    assert judged(tracker, "2100-01-08T18:00:00+00:00")["verdict"] != "stop"


def test_pain_now_at_the_limit_stops_and_the_limit_can_be_set(tracker: Tracker) -> None:
    assert judged(tracker, START, "--pain", "5")["verdict"] == "stop"
    result = tracker("config", "pain_limit", "6")
    assert result.code == ExitCode.OK
    assert "No clinician" in result.err
    assert tracker("config", "pain_limit").out == "6\n"
    assert judged(tracker, START, "--pain", "5")["verdict"] != "stop"


def test_training_days_are_kept(tracker: Tracker) -> None:
    assert tracker("config", "training_days", "Fri, mon, wed").code == ExitCode.OK
    assert "training_days = mon,wed,fri" in tracker("config").out
    assert judged(tracker, "2026-01-06T12:00:00")["verdict"] == "rest"


@pytest.mark.parametrize(
    ("key", "value"), [("pain_limit", "9"), ("pain_limit", "much"), ("training_days", "mon,tue")]
)
def test_an_option_that_cannot_be_meant_is_refused(tracker: Tracker, key: str, value: str) -> None:
    result = tracker("config", key, value)
    assert (result.code, result.out) == (ExitCode.USAGE_OR_INPUT, "")
    assert key in result.err


def test_pain_over_weeks_is_plotted_below_the_trend(tracker: Tracker) -> None:
    start = local_now() - timedelta(days=30)
    for number, level in enumerate((0, 1, 2, 3)):
        at = start + timedelta(days=9 * number)
        added(
            tracker,
            at,
            *("--set", "reps=10", "--pain-before", str(level), "--pain-after", str(level)),
        )
    lines = tracker("history", "--trend").out.splitlines()
    assert "before        ▁▁▂▂" in lines
    assert lines[-1].startswith("Pain has risen over the last 4 weeks")


def test_the_calendar_shows_what_is_done_and_due(tracker: Tracker) -> None:
    added(tracker, local_now() - timedelta(days=2), "--set", "reps=10")
    result = tracker("history", "--calendar")
    assert result.code == ExitCode.OK
    titles, *weeks, legend = result.out.splitlines()
    assert titles.split() == ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
    assert len(weeks) == 6
    text = "".join(weeks)
    assert (text.count("●"), text.count("<")) == (1, 1)
    assert "○" in text
    assert "missed" in legend


def test_a_set_is_added_marked_and_given_a_side_afterwards(tracker: Tracker, home: Path) -> None:
    number = str(added(tracker, START, "--set", "reps=10"))
    for arguments in (
        ("--add", "reps=8 load=20kg"),
        ("--set", "2", "--reps", "9", "--side", "right", "--exercise", "glute_bridge"),
        ("--set", "1", "--warm-up"),
        ("--pain-next-morning", "1"),
    ):
        assert tracker("edit", number, *arguments).code == ExitCode.OK
    with open_log(home) as log:
        workout = log.workout(int(number))
        (line,) = log.list()
    first, second = workout.sets
    assert first.warm_up
    assert (second.done, second.load_kg, second.side) == (9, 20.0, Side.RIGHT)
    assert workout.exercise_of(second) == "glute_bridge"
    assert (line.reps_done, line.pain_next_morning) == (9, 1)
    assert tracker("edit", number, "--undo").code == ExitCode.OK
    assert tracker("edit", number, "--add", "load=20kg").code == ExitCode.USAGE_OR_INPUT


def test_every_export_carries_warm_up_side_and_exercise(
    tracker: Tracker, home: Path, tmp_path: Path
) -> None:
    added(
        tracker,
        START + "+01:00",
        *("--warm-up", "reps=10", "--set", "reps=8 side=left exercise=single_leg_hip_thrust"),
    )
    hevy = tmp_path / "out.csv"
    assert tracker("export", "last", "--format", "hevy", "-o", str(hevy)).code == ExitCode.OK
    first, second = csv.DictReader(hevy.read_text(encoding="utf-8").splitlines())
    assert (first["set_type"], second["set_type"]) == ("warmup", "normal")
    assert second["exercise_title"] == "Single Leg Hip Thrust"
    fit = tmp_path / "out.fit"
    assert tracker("export", "last", "--format", "fit", "-o", str(fit)).code == ExitCode.OK
    content = fit.read_bytes()
    assert b"Single leg hip raise" in content
    assert b"left\0" in content
    report = tmp_path / "out.html"
    assert tracker("export", "last", "--format", "html", "-o", str(report)).code == ExitCode.OK
    page = report.read_text(encoding="utf-8")
    assert "warm-up: 10" in page
    assert "left: 8" in page
    for sign in (*URGENT_RED_FLAGS, *OTHER_RED_FLAGS):
        assert sign in page


def test_on_a_day_of_rest_it_says_so_and_keeps_that_it_began_all_the_same(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    paths = Paths(home / "data", home / "config", home / "log")
    info = replace(TWO_SETS.info, started_utc=local_now().isoformat())
    with open_training_log(paths) as log:
        log.add(replace(TWO_SETS, info=info, pain=()), version="1")
    worn = (SensorRequest(DeviceQuery("AA:BB", "profile")),)
    request = TrainingRequest(worn, "hip_thrust")
    advised = _advised(TrainingService(paths), request)
    assert advised.advice is not None
    assert (advised.advice.verdict, advised.advice.followed) == ("rest", False)
    assert "Rest until" in capsys.readouterr().err
    nobody = TrainingRequest((), "hip_thrust")
    assert _advised(TrainingService(paths), nobody) == nobody


def test_a_session_of_the_future_advises_nobody(tracker: Callable[..., Any]) -> None:
    done = ("--exercise", "hip_thrust", "--set", "reps=12 load=0kg")
    tracker("add", "--started", "2026-03-02T18:00", *done)
    before = tracker("next").out
    tracker("add", "--started", "2199-03-02T18:00", *done, "--pain-after", "9")
    assert tracker("next").out == before


def test_pounds_are_shown_and_read_everywhere_once_they_are_chosen(tracker: Tracker) -> None:
    assert tracker("config", "units", "lb").code == ExitCode.OK
    assert tracker("config", "units").out == "lb\n"
    sets = ("--set", "reps=12 load=135 rpe=8", "--set", "reps=12 load=62,5kg")
    number = added(tracker, START, *sets)
    shown = tracker("show", number).out
    assert "135 lb" in shown
    assert "137.79 lb" in shown
    assert "135.0 lb" not in shown
    listed = tracker("history").out
    assert "137.8 lb" in listed
    assert "3273 lb" in listed
    assert "kg" not in shown + listed + tracker("next", "--at", "2026-01-08T18:00").out

    assert tracker("edit", number, "--set", "2", "--load", "137,5").code == ExitCode.OK
    assert "137.5 lb" in tracker("show", number).out
    assert tracker("edit", number, "--add", "reps=5 load=45").code == ExitCode.OK
    tracker("config", "units", "kg")
    assert "20.41 kg" in tracker("show", number).out
    tracker("config", "units", "lb")
    assert "45 lb" in tracker("show", number).out
    for name, title, weight in (
        ("fitnotes", "Weight Unit", "lbs"),
        ("hevy", "weight_lbs", "45"),
        ("strong", "Weight", "45"),
    ):
        written = tracker("export", number, "--format", name, "-o", "-").out
        rows = list(csv.DictReader(written.splitlines()))
        assert rows[-1][title] == weight
    report = tracker("export", number, "--format", "html", "-o", "-").out.replace("\xa0", " ")
    assert "135 lb" in report
    # Where velocities count as being at a similar load is a definition, in SI.
    assert set(re.findall(r"[\d.]+ kg", report)) == {"2.5 kg"}


def test_loads_advance_by_the_plates_of_the_unit(tracker: Tracker) -> None:
    tracker("config", "units", "lb")
    tracker("config", "bar", "45")
    at = datetime.fromisoformat(START)
    for _ in range(3):
        added(tracker, at, *("--set", "reps=14 load=135") * 3)
        at += timedelta(days=3)
    told = tracker("next", "--at", at.isoformat()).out
    assert "140 lb" in told or "145 lb" in told, told
    assert "45 lb bar, each side 45 + 2.5" in told


@pytest.mark.parametrize(
    ("key", "value", "wanted"),
    [("units", "stone", "expected kg or lb, got 'stone'"), ("bar", "heavy", "expected a number")],
)
def test_an_unknown_unit_or_bar_is_refused(
    tracker: Tracker, key: str, value: str, wanted: str
) -> None:
    result = tracker("config", key, value)
    assert result.code == ExitCode.USAGE_OR_INPUT
    assert wanted in result.err


def test_pain_of_one_day_names_that_day_once(tracker: Tracker) -> None:
    added(tracker, datetime.fromisoformat(START), "--set", "reps=10", "--pain-after", "2")
    assert "\npain, 0 to 10, 5 Jan; · is not known\n" in tracker("history", "--trend").out
