"""`tracker train --routine` without a screen: led in lines, recorded and logged part by part."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.recordings.readers import READERS
from tracker.cli.exits import ExitCode
from tracker.coach import ROUTINES, steps_of
from tracker.domain import Plan
from tracker.export.formats import FORMATS

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Tracker = Callable[..., Any]

ARGUMENTS = ("--sensor", "sim", "--headless", "--speed", "max", "--load-kg", "40", "--reps", "6")
STEPS = steps_of("full", "hip_thrust", Plan(load_kg=40.0, target_reps=6))


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TRACKER_HOME", str(tmp_path))
    return tmp_path


def logged(tracker: Tracker) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(tracker("export", "last", "--format", "json", "-o", "-").out)
    return told


def parts_of(session: dict[str, Any]) -> list[tuple[str, str | None, bool]]:
    """Return what was done, in order: name, side, and whether it was a warm-up."""
    sets = [(e["start_s"], e["exercise"], e["side"], e["warm_up"]) for e in session["sets"]]
    held = [(e["start_s"], e["activity"], e["side"], e["warm_up"]) for e in session["timed"]]
    return [each[1:] for each in sorted([*sets, *held])]


@pytest.mark.slow
def test_a_whole_routine_is_led_through_in_its_order(tracker: Tracker, home: Path) -> None:
    result = tracker("train", *ARGUMENTS, "--routine", "full")
    assert result.code == ExitCode.OK, result.err
    said = [line for line in result.out.splitlines() if line.startswith("▸ ")]
    for line, step in zip(said, STEPS, strict=False):
        assert line.endswith(step.words)
    assert len(said) == len(STEPS) + 1
    assert said[-1] == "▸ The routine is done."
    expected = [
        (
            step.name,
            None if step.side is None else step.side.value,
            step.warm_up or (step.plan is not None and step.plan.warm_up),
        )
        for step in STEPS
    ]
    live = logged(tracker)
    assert parts_of(live) == expected
    planned = [step.plan.target_reps for step in STEPS if step.plan is not None]
    assert [each["reps_done"] for each in live["sets"]] == planned
    lasted = [round(each["duration_s"]) for each in live["timed"]]
    assert lasted == [round(step.duration_s) for step in STEPS if step.plan is None]
    # The recording alone gives the same.
    (recording,) = (home / "data" / "recordings").glob("*.arrows")
    again = json.loads(tracker("analyze", recording, "--format", "json").out)
    assert again["sets"] == live["sets"]
    assert again["timed"] == live["timed"]


@pytest.mark.slow
def test_every_format_holds_a_routine_and_a_set_by_hand(
    tracker: Tracker, home: Path, tmp_path: Path
) -> None:
    assert tracker("train", *ARGUMENTS, "--routine", "full").code == ExitCode.OK
    assert tracker("edit", "last", "--add", "reps=5 load=30kg side=left").code == ExitCode.OK
    session = logged(tracker)
    session["started"] = session["started_utc"]
    assert session["sets"][-1]["start_s"] is None
    for form in FORMATS:
        target = tmp_path / f"{form}{FORMATS[form].suffix}"
        result = tracker("export", "last", "--format", form, "-o", target)
        assert result.code == ExitCode.OK, result.err
        READERS[form](target, session)


@pytest.mark.slow
def test_the_warm_up_alone_ends_with_the_last_working_set(tracker: Tracker, home: Path) -> None:
    result = tracker("train", *ARGUMENTS, "--routine", "warm_up")
    assert result.code == ExitCode.OK, result.err
    session = logged(tracker)
    assert [each["warm_up"] for each in session["sets"]] == [True, True, False]
    assert result.out.splitlines()[-1].startswith("3 sets")


def test_a_routine_that_is_none_is_refused_with_those_that_are(tracker: Tracker) -> None:
    result = tracker("train", *ARGUMENTS, "--routine", "yoga")
    assert result.code == ExitCode.USAGE_OR_INPUT
    for name in filter(None, ROUTINES):
        assert name in result.err
        assert name in tracker("train", "--help").out
