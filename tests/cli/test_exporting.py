from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import numpy as np
import pytest
from click import ClickException

from tracker.app.training import open_training_log
from tracker.cli.export import STDOUT, Reading, export_file, export_folder, session_of
from tracker.domain import InputError, OutputError
from tracker.export.formats import FORMATS

if TYPE_CHECKING:
    from pathlib import Path

    from tracker.sim import SimulatedSession

STARTED = datetime(2026, 3, 1, 18, 30, tzinfo=UTC)
CSV, RAW, PARQUET, BIDS = (FORMATS[name] for name in ("csv", "raw-csv", "parquet", "bids"))


def test_a_format_of_what_was_found_gets_no_samples(csv: Path) -> None:
    session = session_of(str(csv), CSV, Reading())
    assert session.samples is None
    assert len(session.workout.sets) == 2


def test_every_sample_of_a_csv_is_there_as_it_was(csv: Path, lifted: SimulatedSession) -> None:
    session = session_of(str(csv), RAW, Reading())
    assert session.samples is not None
    time_s, acc_mps2, _ = lifted.samples()
    np.testing.assert_allclose(session.samples.time_s, time_s, atol=1e-6)
    np.testing.assert_allclose(session.samples.acc_mps2, acc_mps2, atol=1e-6)


def test_what_the_user_says_of_a_file_is_taken(csv: Path) -> None:
    reading = Reading(exercise="glute_bridge", started=STARTED, subject="07")
    session = session_of(str(csv), CSV, reading)
    assert session.workout.info.exercise == "glute_bridge"
    assert session.workout.info.started_utc == "2026-03-01T18:30:00+00:00"
    assert session.subject == "07"


def test_the_time_that_a_user_says_beats_the_one_of_a_recording(
    recording: Path, csv: Path
) -> None:
    assert session_of(str(csv), CSV, Reading()).workout.info.started_utc is None
    for path in (csv, recording):
        said = session_of(str(path), CSV, Reading(started=STARTED)).workout.info
        assert said.started_utc == "2026-03-01T18:30:00+00:00"


def test_the_samples_of_a_session_come_from_its_recording(
    recording: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TRACKER_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("TRACKER_LOG_URL", raising=False)
    # The other tests go on reading the one that they share.
    own = tmp_path / "own.arrows"
    own.write_bytes(recording.read_bytes())
    found = session_of(str(own), RAW, Reading())
    with open_training_log() as log:
        log.add(found.workout, version="1", recording=str(own))
    logged = session_of("last", RAW, Reading())
    assert logged.samples is not None
    assert found.samples is not None
    np.testing.assert_array_equal(logged.samples.acc_mps2, found.samples.acc_mps2)
    own.unlink()
    with pytest.raises(InputError, match="not there any more"):
        session_of("last", RAW, Reading())


def test_a_file_that_is_called_like_a_session_is_a_file(
    csv: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "12").write_bytes(csv.read_bytes())
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InputError, match=r"12: expected a recording"):
        session_of("12", CSV, Reading())


def test_no_recording_is_replaced_even_with_force(recording: Path, tmp_path: Path) -> None:
    target = tmp_path / "a.arrows"
    target.write_bytes(b"mine")
    with pytest.raises(OutputError, match="of recordings"):
        export_file(str(recording), CSV, Reading(), target, force=True)
    assert target.read_bytes() == b"mine"


def test_what_is_read_is_not_replaced_even_with_force(csv: Path, tmp_path: Path) -> None:
    source = tmp_path / "samples.csv"
    source.write_bytes(csv.read_bytes())
    with pytest.raises(OutputError, match="is what is to be read"):
        export_file(str(source), RAW, Reading(), source, force=True)
    assert source.read_bytes() == csv.read_bytes()


def test_what_cannot_be_printed_is_refused(csv: Path) -> None:
    with pytest.raises(OutputError, match=r"-o session\.parquet"):
        export_file(str(csv), PARQUET, Reading(), STDOUT, force=False)
    with pytest.raises(OutputError, match="is a folder"):
        export_folder([str(csv)], BIDS, Reading(), STDOUT, force=False)


def test_of_many_files_those_that_cannot_be_read_are_named_and_left_out(
    csv: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    target = tmp_path / "history"
    with pytest.raises(ClickException, match="1 of 2 files"):
        export_folder([str(csv), "missing.csv"], PARQUET, Reading(), target, force=False)
    assert "missing.csv: there is no such file" in capsys.readouterr().err
    assert list(target.rglob("*.parquet"))


def test_of_files_that_cannot_be_read_nothing_is_written(tmp_path: Path) -> None:
    target = tmp_path / "history"
    with pytest.raises(ClickException, match="none of the files"):
        export_folder(["a.csv", "b.csv"], PARQUET, Reading(), target, force=False)
    with pytest.raises(InputError, match="no such file"):
        export_folder(["a.csv"], PARQUET, Reading(), target, force=False)
    assert list(tmp_path.iterdir()) == []
