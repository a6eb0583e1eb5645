from __future__ import annotations

import csv as csv_reader
import io
import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from click import ClickException
from pyarrow import parquet

from tests.workouts import WORKOUT
from tracker.app.training_log import open_training_log
from tracker.cli.exits import ExitCode
from tracker.cli.export import (
    STDOUT,
    ReadOptions,
    export_file,
    export_folder,
    logged_before,
    logged_recording,
    logged_workout,
    names_session,
    session_of,
)
from tracker.domain import InputError, OutputError, SessionInfo, SourceFacts, Workout
from tracker.export.formats import FORMATS
from tracker.importers import ImportOptions
from tracker.recording import RecordingWriter

if TYPE_CHECKING:
    from collections.abc import Callable

    from tracker.sim import SimulatedSession


DOCUMENTED = Path(__file__).parents[2] / "docs" / "exports.md"
FILES = [name for name, form in FORMATS.items() if form.writer is not None]
STARTED = "2026-03-01T18:30:00+01:00"


@pytest.mark.slow
@pytest.mark.parametrize("name", FILES)
def test_a_file_is_written_once_and_replaced_with_force_only(
    name: str, csv: Path, tmp_path: Path, tracker: Callable[..., Any]
) -> None:
    target = tmp_path / f"out{FORMATS[name].suffix}"
    call = ("export", csv, "--format", name, "-o", target, "--started", STARTED)
    first = tracker(*call)
    assert (first.code, first.out) == (ExitCode.OK, ""), first.err
    assert target.stat().st_size > 0
    target.write_text("mine", encoding="utf-8")
    refused = tracker(*call)
    assert refused.code == ExitCode.USAGE_OR_INPUT
    assert "--force" in refused.err
    assert target.read_text(encoding="utf-8") == "mine"
    assert tracker(*call, "--force").code == ExitCode.OK
    assert target.read_bytes() != b"mine"
    assert list(tmp_path.iterdir()) == [target]


@pytest.mark.slow
@pytest.mark.parametrize("name", [name for name in FILES if FORMATS[name].text])
def test_text_is_printed_as_it_is_written(
    name: str, csv: Path, tmp_path: Path, tracker: Callable[..., Any]
) -> None:
    call = ("export", csv, "--format", name, "--started", STARTED, "-o")
    tracker(*call, tmp_path / "out")
    printed = tracker(*call, "-")
    assert (printed.code, printed.err) == (ExitCode.OK, "")
    assert printed.out == (tmp_path / "out").read_bytes().decode()


def test_the_json_is_that_of_analyze(recording: Path, tracker: Callable[..., Any]) -> None:
    exported = tracker("export", recording, "--format", "json", "-o", "-")
    analyzed = tracker("analyze", recording, "--format", "json")
    expected = json.loads(analyzed.out)
    # What is passed on does not say where it lay.
    expected["source"]["path"] = recording.name
    assert json.loads(exported.out) == expected


def test_samples_of_a_recording_have_the_same_reps(
    recording: Path, tmp_path: Path, tracker: Callable[..., Any]
) -> None:
    samples = tmp_path / "samples.csv"
    tracker("export", recording, "--format", "raw-csv", "-o", samples)
    of_samples, of_recording = (
        json.loads(tracker("analyze", path, "--format", "json").out)["sets"]
        for path in (samples, recording)
    )
    assert len(of_recording) == 2
    assert of_samples == of_recording


def test_samples_of_samples_are_the_same_file(
    recording: Path, tmp_path: Path, tracker: Callable[..., Any]
) -> None:
    once, twice = tmp_path / "once.csv", tmp_path / "twice.csv"
    tracker("export", recording, "--format", "raw-csv", "-o", once)
    tracker("export", once, "--format", "raw-csv", "-o", twice)
    assert once.read_bytes() == twice.read_bytes()


def test_every_rep_is_a_row(recording: Path, tracker: Callable[..., Any]) -> None:
    out = tracker("export", recording, "--format", "csv", "-o", "-").out
    session = json.loads(tracker("analyze", recording, "--format", "json").out)
    rows = list(csv_reader.DictReader(io.StringIO(out, newline="")))
    assert [(int(row["set"]), int(row["rep"])) for row in rows] == [
        (each["index"], rep["index"]) for each in session["sets"] for rep in each["reps"]
    ]


def test_several_sessions_are_a_folder_by_day(
    lifted: SimulatedSession, csv: Path, tmp_path: Path, tracker: Callable[..., Any]
) -> None:
    recorded = tmp_path / "recorded.arrows"
    with RecordingWriter(recorded, replace(lifted.info, started_utc=STARTED)) as writer:
        for notification in lifted.notifications():
            writer.write(notification)
    target = tmp_path / "history"
    call = ("export", recorded, csv, "--format", "parquet", "-o", target)
    assert tracker(*call).code == ExitCode.OK
    assert sorted(part.name for part in target.iterdir()) == [
        "date=2026-03-01",
        "date=__HIVE_DEFAULT_PARTITION__",
    ]
    assert parquet.read_table(target).num_rows > 20
    assert tracker(*call).code == ExitCode.USAGE_OR_INPUT
    assert tracker(*call, "--force").code == ExitCode.OK
    assert len(list(target.rglob("*.parquet"))) == 2


def test_a_report_shows_earlier_sessions_that_are_named(
    lifted: SimulatedSession, csv: Path, tmp_path: Path, tracker: Callable[..., Any]
) -> None:
    (tmp_path / "old").mkdir()
    for day in ("01", "03", "05"):
        info = replace(lifted.info, started_utc=f"2026-03-{day}T18:30:00+01:00")
        with RecordingWriter(tmp_path / "old" / f"{day}.arrows", info) as writer:
            for notification in lifted.notifications():
                writer.write(notification)
    now = tmp_path / "old" / "03.arrows"
    call = ("export", now, "--format", "html", "-o", "-")
    alone = tracker(*call)
    assert "Over 2 sessions" not in alone.out
    with_others = tracker(*call, "--history", tmp_path / "old", "--history", csv)
    assert with_others.code == ExitCode.OK, with_others.err
    assert "Over 2 sessions" in with_others.out
    assert "Left out: 2 sessions" in with_others.out


def test_a_format_without_trends_takes_no_history(
    csv: Path, tmp_path: Path, tracker: Callable[..., Any]
) -> None:
    refused = tracker("export", csv, "--format", "csv", "-o", tmp_path / "x", "--history", csv)
    assert refused.code == ExitCode.USAGE_OR_INPUT
    assert "csv does not have" in refused.err


def test_a_folder_of_sessions_and_a_single_one_can_be_parted(
    recording: Path, tmp_path: Path, tracker: Callable[..., Any]
) -> None:
    (tmp_path / "sessions").mkdir()
    source = tmp_path / "sessions" / "a.arrows"
    source.write_bytes(recording.read_bytes())
    for number, arguments in enumerate(((source.parent,), (source, "--partition"))):
        target = tmp_path / f"history{number}"
        result = tracker("export", *arguments, "--format", "parquet", "-o", target)
        assert result.code == ExitCode.OK, result.err
        (part,) = target.iterdir()
        assert part.name.startswith("date=")
        assert len(list(part.iterdir())) == 1


@pytest.mark.slow
def test_a_dataset_grows_by_subjects(
    csv: Path, tmp_path: Path, tracker: Callable[..., Any]
) -> None:
    target = tmp_path / "study"
    call = ("export", csv, "--format", "bids", "-o", target)
    assert tracker(*call).code == ExitCode.OK
    assert tracker(*call, "--subject", "02").code == ExitCode.USAGE_OR_INPUT
    assert tracker(*call, "--subject", "02", "--force").code == ExitCode.OK
    again = tracker(*call, "--subject", "02", "--force")
    assert "sub-02 is in this dataset already" in again.err
    assert (target / "participants.tsv").read_text(
        encoding="utf-8"
    ) == "participant_id\nsub-01\nsub-02\n"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["a.csv", "b.csv", "--format", "json", "-o", "x"], "one by one"),
        (["a.csv", "--format", "json", "-o", "x", "--locale", "de"], "for csv and csv-sets"),
        (["a.csv", "--format", "csv", "-o", "x", "--locale", "German"], "such as de"),
        (["all", "--format", "hevy", "-o", "x"], "no training log yet"),
        (["a.csv", "--format", "csv", "-o", "x", "--partition"], "cannot be partitioned"),
        (["a.csv", "b.csv", "--format", "bids", "-o", "x", "--started", STARTED], "one session"),
        (["a.csv", "--format", "xml", "-o", "x"], "xml"),
        (["a.csv", "--format", "csv"], "--output"),
        (["a.csv", "-o", "x.csv"], "--format"),
        (["a.csv", "--format", "csv", "-o", "x", "--started", "soon"], "2026-03-01T18:30"),
        (["missing.csv", "--format", "csv", "-o", "x"], "no such file"),
        (["last", "--format", "csv", "-o", "x"], "no training log yet"),
        (["--format", "csv", "-o", "x"], "FILE_OR_SESSION"),
    ],
)
def test_wrong_usage_is_explained(
    arguments: list[str],
    said: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    tracker: Callable[..., Any],
) -> None:
    monkeypatch.chdir(tmp_path)
    # Whoever runs the tests may have a log.
    monkeypatch.setenv("TRACKER_HOME", str(tmp_path / "home"))
    result = tracker("export", *arguments)
    assert (result.code, result.out) == (ExitCode.USAGE_OR_INPUT, "")
    assert said in result.err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_is_documented(name: str) -> None:
    assert f"| `{name}` |" in DOCUMENTED.read_text(encoding="utf-8")


READING = ReadOptions(ImportOptions())
STARTED_AT = datetime(2026, 3, 1, 18, 30, tzinfo=UTC)
CSV, RAW, PARQUET, BIDS = (FORMATS[name] for name in ("csv", "raw-csv", "parquet", "bids"))


def test_a_format_of_what_was_found_gets_no_samples(csv: Path) -> None:
    session = session_of(str(csv), CSV, READING)
    assert session.samples is None
    assert len(session.workout.sets) == 2


def test_every_sample_of_a_csv_is_there_as_it_was(csv: Path, lifted: SimulatedSession) -> None:
    session = session_of(str(csv), RAW, READING)
    assert session.samples is not None
    time_s, acc_mps2, _ = lifted.samples()
    np.testing.assert_allclose(session.samples.time_s, time_s, atol=1e-6)
    np.testing.assert_allclose(session.samples.acc_mps2, acc_mps2, atol=1e-6)


def test_what_the_user_says_of_a_file_is_taken(csv: Path) -> None:
    reading = ReadOptions(
        ImportOptions(), exercise="glute_bridge", started=STARTED_AT, subject="07"
    )
    session = session_of(str(csv), CSV, reading)
    assert session.workout.info.exercise == "glute_bridge"
    assert session.workout.info.started_utc == "2026-03-01T18:30:00+00:00"
    assert session.subject == "07"


def test_the_time_that_a_user_says_beats_the_one_of_a_recording(
    recording: Path, csv: Path
) -> None:
    assert session_of(str(csv), CSV, READING).workout.info.started_utc is None
    for path in (csv, recording):
        said = session_of(str(path), CSV, replace(READING, started=STARTED_AT)).workout.info
        assert said.started_utc == "2026-03-01T18:30:00+00:00"


def test_the_samples_of_a_session_come_from_its_recording(
    recording: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TRACKER_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("TRACKER_LOG_URL", raising=False)
    # The other tests go on reading the one that they share.
    own = tmp_path / "own.arrows"
    own.write_bytes(recording.read_bytes())
    found = session_of(str(own), RAW, READING)
    with open_training_log() as log:
        log.add(found.workout, version="1", recording=str(own))
    logged = session_of("last", RAW, READING)
    assert logged.samples is not None
    assert found.samples is not None
    np.testing.assert_array_equal(logged.samples.acc_mps2, found.samples.acc_mps2)
    own.unlink()
    with pytest.raises(InputError, match="is gone"):
        session_of("last", RAW, READING)


def test_a_file_that_is_called_like_a_session_is_a_file(
    csv: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "12").write_bytes(csv.read_bytes())
    monkeypatch.chdir(tmp_path)
    assert session_of("12", CSV, READING).workout.facts.name == "12"


def test_no_recording_is_replaced_even_with_force(recording: Path, tmp_path: Path) -> None:
    target = tmp_path / "a.arrows"
    target.write_bytes(b"mine")
    with pytest.raises(OutputError, match="reserved for recordings"):
        export_file(str(recording), CSV, READING, target, force=True)
    assert target.read_bytes() == b"mine"


def test_what_is_read_is_not_replaced_even_with_force(csv: Path, tmp_path: Path) -> None:
    source = tmp_path / "samples.csv"
    source.write_bytes(csv.read_bytes())
    with pytest.raises(OutputError, match="is also the source"):
        export_file(str(source), RAW, READING, source, force=True)
    assert source.read_bytes() == csv.read_bytes()


def test_what_cannot_be_printed_is_refused(csv: Path) -> None:
    with pytest.raises(OutputError, match=r"-o session\.parquet"):
        export_file(str(csv), PARQUET, READING, STDOUT, force=False)
    with pytest.raises(OutputError, match="is a folder"):
        export_folder([str(csv)], BIDS, READING, STDOUT, force=False)


def test_of_many_files_those_that_cannot_be_read_are_named_and_left_out(
    csv: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    target = tmp_path / "history"
    with pytest.raises(ClickException, match="1 of 2 files could not be read"):
        export_folder([str(csv), "missing.csv"], PARQUET, READING, target, force=False)
    assert "missing.csv: there is no such file" in capsys.readouterr().err
    assert list(target.rglob("*.parquet"))


def test_of_files_that_cannot_be_read_nothing_is_written(tmp_path: Path) -> None:
    target = tmp_path / "history"
    with pytest.raises(ClickException, match="none of the files"):
        export_folder(["a.csv", "b.csv"], PARQUET, READING, target, force=False)
    with pytest.raises(InputError, match="no such file"):
        export_folder(["a.csv"], PARQUET, READING, target, force=False)
    assert list(tmp_path.iterdir()) == []


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


def test_the_whole_history_goes_into_one_file_and_what_cannot_is_named(
    home: Path, tracker: Callable[..., Any]
) -> None:
    def lifted(day: int) -> Workout:
        started = f"2026-03-0{day}T18:00:00+01:00"
        return replace(WORKOUT, info=replace(WORKOUT.info, started_utc=started))

    with open_training_log() as log:
        for each in (lifted(2), lifted(1), workout("2026-03-03T18:00:00+01:00")):
            log.add(each, version="1")
    target = home / "history.csv"
    outcome = tracker("export", "all", "--format", "hevy", "-o", target)
    assert outcome.code == ExitCode.USAGE_OR_INPUT
    assert "has no set" in outcome.err
    assert "1 of 3 sessions were left out" in outcome.err
    with target.open(newline="") as file:
        rows = list(csv_reader.DictReader(file))
    days = [row["start_time"].split(",")[0] for row in rows]
    assert days == ["1 Mar 2026"] * 2 + ["2 Mar 2026"] * 2
    printed = tracker("export", "1", "2", "--format", "csv-sets", "--locale", "de", "-o", "-")
    assert printed.code == ExitCode.OK
    assert printed.out.count("80,0") == 2


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
    with pytest.raises(InputError, match="is gone"):
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
