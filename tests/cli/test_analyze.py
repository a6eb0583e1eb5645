from __future__ import annotations

import json
import signal
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from tests.cli.killable import result_unless_killed
from tests.test_mends import REPS, samples
from tracker.app.session_files import open_session_file
from tracker.cli import analyze as analyzing
from tracker.cli.analyze import (
    WORTH_A_PROCESS_BYTES,
    AnalysisSettings,
    default_jobs,
    file_result,
    file_results,
)
from tracker.cli.exits import ExitCode
from tracker.cli.terminal import print_json, print_json_list
from tracker.cli.workers import usable_cores
from tracker.domain import SessionState
from tracker.importers import ImportOptions

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tracker.sim import SimulatedSession


HEADER = "time_s,acc_x,acc_y,acc_z"


def still_rows(count: int) -> list[str]:
    return [f"{0.01 * number:.2f},0,0,9.8" for number in range(count)]


def events_in(out: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in out.splitlines()]


def without_emission(events: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{key: event[key] for key in event if key != "emitted_s"} for event in events]


def assert_same(one: Any, other: Any) -> None:
    """Compare JSON; numbers may differ by the last decimal that is written."""
    if isinstance(one, dict):
        assert one.keys() == other.keys()
        for key in one:
            assert_same(one[key], other[key])
    elif isinstance(one, list):
        assert len(one) == len(other)
        for mine, theirs in zip(one, other, strict=True):
            assert_same(mine, theirs)
    elif isinstance(one, float):
        assert one == pytest.approx(other, abs=1.5e-4)
    else:
        assert one == other


def test_json_has_every_set_and_rep_of_the_session(
    recording: Path, lifted: SimulatedSession, tracker: Callable[..., Any]
) -> None:
    result = tracker("analyze", recording, "--format", "json")
    assert (result.code, result.err) == (ExitCode.OK, "")
    session = json.loads(result.out)
    assert session["schema"] == "tracker.session/1"
    assert session["exercise"] == "hip_thrust"
    assert session["source"]["sensor"] == "profile"
    assert len(session["sets"]) == len(lifted.truth.sets)
    for found in session["sets"]:
        assert [rep["index"] for rep in found["reps"]] == list(range(1, len(found["reps"]) + 1))


def test_one_file_is_an_object_and_several_are_a_list(
    recording: Path, csv: Path, tracker: Callable[..., Any]
) -> None:
    alone = json.loads(tracker("analyze", recording, "--format", "json").out)
    both = json.loads(tracker("analyze", recording, csv, "--format", "json").out)
    assert both[0] == alone
    assert [session["source"]["path"] for session in both] == [str(recording), str(csv)]


@pytest.mark.slow
@pytest.mark.parametrize("blocks", [1, 7, 1000])
def test_events_do_not_depend_on_the_blocks(
    blocks: int, short_csv: Path, tracker: Callable[..., Any]
) -> None:
    usual = events_in(tracker("analyze", short_csv, "--format", "events").out)
    assert any(event["event"] == "rep_counted" for event in usual)
    result = tracker("analyze", short_csv, "--format", "events", "--block-samples", blocks)
    assert_same(without_emission(events_in(result.out)), without_emission(usual))


@pytest.mark.slow
def test_events_come_in_the_order_in_which_they_become_known(
    csv: Path, tracker: Callable[..., Any]
) -> None:
    events = events_in(tracker("analyze", csv, "--format", "events").out)
    emitted = [event["emitted_s"] for event in events]
    assert emitted == sorted(emitted)
    counted = [event for event in events if event["event"] == "rep_counted"]
    assert counted
    for event in counted:
        assert event["emitted_s"] >= event["at_s"]


@pytest.mark.slow
def test_what_events_add_up_to_is_what_json_says(csv: Path, tracker: Callable[..., Any]) -> None:
    session = json.loads(tracker("analyze", csv, "--format", "json").out)
    events = events_in(tracker("analyze", csv, "--format", "events").out)
    ended = {event["set"]: event["reps"] for event in events if event["event"] == "set_ended"}
    assert {found["index"]: len(found["reps"]) for found in session["sets"]} == {
        index: reps for index, reps in ended.items() if reps
    }


def test_the_table_names_every_set(recording: Path, tracker: Callable[..., Any]) -> None:
    result = tracker("analyze", recording)
    assert result.code == ExitCode.OK
    assert result.out.startswith(str(recording))
    assert "simulated" in result.out
    assert "set 1: " in result.out
    assert "set 2: " in result.out


def test_a_csv_without_a_gyroscope_is_fine(tmp_path: Path, tracker: Callable[..., Any]) -> None:
    path = tmp_path / "still.csv"
    path.write_text("\n".join([HEADER, *still_rows(500)]), encoding="utf-8")
    result = tracker("analyze", path, "--format", "json")
    assert result.code == ExitCode.OK
    session = json.loads(result.out)
    assert session["sets"] == []
    assert session["source"]["samples"] == 500


def test_the_exercise_can_be_said(tmp_path: Path, tracker: Callable[..., Any]) -> None:
    path = tmp_path / "still.csv"
    path.write_text("\n".join([HEADER, *still_rows(500)]), encoding="utf-8")
    result = tracker("analyze", path, "--exercise", "squat", "--format", "json")
    assert json.loads(result.out)["exercise"] == "squat"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "empty"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "not text"),
        ("\n".join([HEADER, *still_rows(9), "0.05,0,0,9.8"]).encode(), "line 11"),
        ("\n".join([HEADER, *still_rows(9), "0.10,0,nan,9.8"]).encode(), "line 11"),
        ("\n".join([HEADER, *still_rows(9), "0.10,0,0,1e300"]).encode(), "line 11"),
        ("\n".join([HEADER, *still_rows(9), "0.10,0,0,heavy"]).encode(), "'heavy'"),
        (b"time,x,y,z\n0,0,0,9.8\n", "time"),
    ],
    ids=["empty", "picture", "time runs backwards", "NaN", "huge", "text", "other columns"],
)
@pytest.mark.parametrize("output_format", ["text", "json", "events"])
def test_a_file_that_cannot_be_samples_is_explained(
    content: bytes,
    said: str,
    output_format: str,
    tmp_path: Path,
    tracker: Callable[..., Any],
) -> None:
    path = tmp_path / "bad.csv"
    path.write_bytes(content)
    result = tracker("analyze", path, "--format", output_format)
    assert (result.code, result.out) == (ExitCode.USAGE_OR_INPUT, "")
    assert str(path) in result.err
    assert said in result.err
    assert "Traceback" not in result.err


@pytest.mark.parametrize("output_format", ["json", "text"])
def test_bad_files_among_several_are_named_and_do_not_stop_the_others(
    output_format: str, recording: Path, tmp_path: Path, tracker: Callable[..., Any]
) -> None:
    (tmp_path / "empty.csv").touch()
    bad = (tmp_path / "missing.csv", tmp_path / "empty.csv")
    good = tracker("analyze", recording, recording, "--format", output_format)
    result = tracker(
        "analyze", bad[0], recording, bad[1], recording, "--format", output_format, "--jobs", 1
    )
    assert (result.code, result.out) == (ExitCode.USAGE_OR_INPUT, good.out)
    assert f"{bad[0]}: there is no such file" in result.err
    assert f"{bad[1]}: the file is empty" in result.err
    assert "2 of 4 files could not be read" in result.err


@pytest.mark.slow
def test_several_at_once_are_as_one_after_the_other(
    recording: Path,
    csv: Path,
    short_csv: Path,
    tmp_path: Path,
    tracker: Callable[..., Any],
) -> None:
    files = (csv, tmp_path / "missing.csv", recording, short_csv)
    alone = tracker("analyze", *files, "--format", "json", "--jobs", 1)
    assert alone.code == ExitCode.USAGE_OR_INPUT
    assert tracker("analyze", *files, "--format", "json", "--jobs", 2) == alone


def test_a_folder_is_every_session_in_it_in_the_order_of_names(
    recording: Path, short_csv: Path, tmp_path: Path, tracker: Callable[..., Any]
) -> None:
    (tmp_path / "march").mkdir()
    (tmp_path / "march" / "a.arrows").write_bytes(recording.read_bytes())
    (tmp_path / "b.csv").write_bytes(short_csv.read_bytes())
    (tmp_path / "notes.txt").write_text("nothing", encoding="utf-8")
    sessions = json.loads(tracker("analyze", tmp_path, "--format", "json").out)
    assert [each["source"]["path"] for each in sessions] == [
        str(tmp_path / "b.csv"),
        str(tmp_path / "march" / "a.arrows"),
    ]


def test_a_folder_with_one_session_is_a_list_and_one_with_none_an_error(
    recording: Path, tmp_path: Path, tracker: Callable[..., Any]
) -> None:
    empty = tracker("analyze", tmp_path, "--format", "json")
    assert (empty.code, empty.out) == (ExitCode.USAGE_OR_INPUT, "")
    assert "no session in it" in empty.err
    (tmp_path / "a.arrows").write_bytes(recording.read_bytes())
    assert len(json.loads(tracker("analyze", tmp_path, "--format", "json").out)) == 1


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["a.csv", "--exercise", "hip_trust"], "Did you mean hip_thrust?"),
        (["a.csv", "--format", "xml"], "xml"),
        (["a.csv", "--block-samples", "0"], "--block-samples"),
        (["a.csv", "b.csv", "--format", "events"], "one FILE"),
        (["a.csv", "--acc-unit", "lb"], "lb"),
        ([], "FILE"),
    ],
)
def test_wrong_usage_is_explained(
    arguments: list[str], said: str, tracker: Callable[..., Any]
) -> None:
    result = tracker("analyze", *arguments)
    assert (result.code, result.out) == (ExitCode.USAGE_OR_INPUT, "")
    assert said in result.err


def test_the_events_add_up_to_the_totals(recording: Path) -> None:
    file = open_session_file(recording)
    state = SessionState()
    state.accept(event for event, _ in file.events(20))
    assert file.workout(20).sets == state.sets != ()


def test_the_facts_are_those_of_the_file(csv: Path) -> None:
    rows = len(csv.read_text(encoding="utf-8").splitlines()) - 1
    file = open_session_file(csv)
    facts = file.workout(1).facts
    assert (facts.path, facts.sensor, facts.samples) == (str(csv), "csv", rows)
    assert facts.duration_s == file.duration_s
    assert facts.rate_hz is not None
    assert file.duration_s is not None
    assert abs(facts.rate_hz - (rows - 1) / file.duration_s) < 1.0


def test_nothing_is_printed_where_nobody_watches(
    recording: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    open_session_file(recording).workout(100)
    captured = capsys.readouterr()
    assert (captured.out, captured.err) == ("", "")


SETTINGS = AnalysisSettings(20_000, None, ImportOptions())


def test_what_is_wrong_with_a_file_is_a_value(tmp_path: Path) -> None:
    outcome = file_result(str(tmp_path / "a.csv"), SETTINGS)
    assert outcome.workout is None
    assert outcome.problem.endswith("a.csv: there is no such file")
    assert outcome.advice == "Check the path."


def test_what_is_told_meanwhile_comes_along(recording: Path, tmp_path: Path) -> None:
    damaged = tmp_path / "damaged.arrows"
    damaged.write_bytes(recording.read_bytes()[:-1000])
    outcome = file_result(str(damaged), SETTINGS)
    assert outcome.workout is not None
    assert outcome.warnings[0].startswith(f"{damaged}: ")


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="Windows ends processes otherwise")
def test_a_file_that_ends_every_process_is_named_and_the_others_are_done(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(analyzing, "file_result", result_unless_killed)
    found = list(file_results(["a", "kill", "b"], SETTINGS, jobs=2))
    assert [outcome.problem for outcome in found][::2] == ["fine", "fine"]
    assert found[1].workout is None
    assert found[1].problem == "kill: every worker that started it was killed"
    assert "--jobs 1" in (found[1].advice or "")


def test_processes_are_started_where_they_are_worth_it(tmp_path: Path) -> None:
    small, large = tmp_path / "small", tmp_path / "large"
    small.write_bytes(b"")
    with large.open("wb") as out:
        out.truncate(100 * WORTH_A_PROCESS_BYTES)
    assert default_jobs([str(small)] * 1000) == 1
    assert default_jobs([str(large)] * 1000) == usable_cores()
    assert default_jobs([str(large)]) == 1
    assert default_jobs(["missing", "memory://a"]) == 1


def test_a_setting_reaches_every_command_that_reads_files(
    tmp_path: Path, tracker: Callable[..., Any]
) -> None:
    time_s, acc, gyro = samples()
    path, imported = tmp_path / "mirrored.csv", tmp_path / "a.arrows"
    table = np.column_stack((time_s, acc * [-1, 1, 1], gyro * [-1, 1, 1]))
    heading = "time_s,acc_x,acc_y,acc_z,gyro_x,gyro_y,gyro_z"
    np.savetxt(path, table, "%.6f", ",", header=heading, comments="")
    setting = ("--setting", "gyro_axes=-x,-y,-z")

    told = tracker("analyze", path, "--format", "json")
    settled = tracker("analyze", path, "--format", "json", *setting)
    tracker("import", path, "-o", imported, *setting)
    kept = tracker("analyze", imported, "--format", "json")

    assert "gyro_axes=-x,-y,-z" in told.err
    for result in (settled, kept):
        (read,) = [json.loads(result.out)["sets"]]
        assert [len(each["reps"]) for each in read] == [REPS]
        assert "contradicts" not in result.err
    refused = tracker("analyze", path, "--setting", "gyro_axes=up")
    assert refused.code == 2
    assert "The setting gyro_axes names x, y and z once each" in refused.err


def test_a_list_is_written_piece_by_piece_as_if_at_once(
    capsys: pytest.CaptureFixture[str],
) -> None:
    first = {"a": [1, {"b": "line\nfeed\x7f"}], "c": {}}
    values: list[Any] = [first, {}, [], "text", None, {"d": [[]]}]
    for amount in range(len(values) + 1):
        print_json_list(iter(values[:amount]), indent=2)
        piecewise = capsys.readouterr().out
        print_json(values[:amount], indent=2)
        assert piecewise == capsys.readouterr().out


def test_a_session_is_printed_before_the_next_file_is_read(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """So a season is never in memory at once."""
    seen: list[str] = []

    def sessions() -> Iterator[object]:
        for number in range(3):
            seen.append(capsys.readouterr().out)
            yield {"number": number}

    print_json_list(sessions(), indent=2)
    assert seen == ["", '[\n  {\n    "number": 0\n  }', ',\n  {\n    "number": 1\n  }']
    assert capsys.readouterr().out == ',\n  {\n    "number": 2\n  }\n]\n'
