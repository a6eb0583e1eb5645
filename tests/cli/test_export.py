from __future__ import annotations

import csv as csv_reader
import io
import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from pyarrow import parquet

from tracker.cli.exits import ExitCode
from tracker.export.formats import FORMATS
from tracker.recording import RecordingWriter

if TYPE_CHECKING:
    from collections.abc import Callable

    from tracker.sim import SimulatedSession

DOCUMENTED = Path(__file__).parents[2] / "docs" / "exports.md"
FILES = [name for name, form in FORMATS.items() if form.writer is not None]
STARTED = "2026-03-01T18:30:00+01:00"


@pytest.mark.parametrize("name", FILES)
def test_a_file_is_written_once_and_replaced_with_force_only(
    name: str, csv: Path, tmp_path: Path, tracker: Callable[..., Any]
) -> None:
    target = tmp_path / f"out{FORMATS[name].suffix}"
    call = ("export", csv, "--format", name, "-o", target, "--started", STARTED)
    first = tracker(*call)
    assert (first.code, first.out) == (ExitCode.OK, ""), first.err
    assert target.stat().st_size > 0
    target.write_text("mine")
    refused = tracker(*call)
    assert refused.code == ExitCode.USAGE_OR_INPUT
    assert "--force" in refused.err
    assert target.read_text() == "mine"
    assert tracker(*call, "--force").code == ExitCode.OK
    assert target.read_bytes() != b"mine"
    assert list(tmp_path.iterdir()) == [target]


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
    assert json.loads(exported.out) == json.loads(analyzed.out)


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
    assert "csv has none" in refused.err


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
    assert (target / "participants.tsv").read_text() == "participant_id\nsub-01\nsub-02\n"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["a.csv", "b.csv", "--format", "csv", "-o", "x"], "one by one"),
        (["a.csv", "--format", "csv", "-o", "x", "--partition"], "has no parts"),
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
