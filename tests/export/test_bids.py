from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.workouts import EMPTY, WORKOUT
from tracker.domain import InputError, OutputError, Phase, TimedFrame
from tracker.export.bids import (
    EVENTS,
    channel_rows,
    event_rows,
    motion_lines,
    motion_sidecar,
    table,
    write_dataset,
)

VALIDATOR = Path(sys.executable).with_name("bids-validator-deno")


SAMPLES = TimedFrame(
    np.r_[np.arange(300) * 0.01, 5.0 + np.arange(300) * 0.01],
    np.tile([0.1, 0.2, 9.8], (600, 1)),
    np.tile([0.0, 0.5, -0.5], (600, 1)),
)


SQUAT = replace(WORKOUT, info=replace(WORKOUT.info, exercise="squat", started_utc=None))


RUN = (WORKOUT, SAMPLES)


def names_in(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


def problems_of(folder: Path) -> list[tuple[str, str]]:
    """Return what the validator of the standard finds: severity and code."""
    told = subprocess.run(
        [VALIDATOR, folder, "--format", "json"], check=False, capture_output=True, encoding="utf-8"
    )
    issues = json.loads(told.stdout)["issues"]["issues"]
    return [(issue["severity"], issue["code"]) for issue in issues]


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dataset")
    write_dataset([RUN, (SQUAT, SAMPLES), RUN], "01", folder, folder)
    return folder


def test_the_validator_of_the_standard_finds_no_error(dataset: Path) -> None:
    assert [code for severity, code in problems_of(dataset) if severity == "error"] == []


def test_the_validator_does_look(dataset: Path, tmp_path: Path) -> None:
    for name in names_in(dataset):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes((dataset / name).read_bytes())
    sidecar = next((tmp_path / "sub-01" / "motion").glob("*squat*_motion.json"))
    about = json.loads(sidecar.read_text(encoding="utf-8"))
    del about["SamplingFrequency"]
    sidecar.write_text(json.dumps(about), encoding="utf-8")
    assert "error" in {severity for severity, _ in problems_of(tmp_path)}


def test_sessions_of_one_task_are_runs(dataset: Path) -> None:
    stems = (
        "hipthrust_tracksys-hip_run-01",
        "hipthrust_tracksys-hip_run-02",
        "squat_tracksys-hip",
    )
    assert {name for name in names_in(dataset) if name.endswith("_motion.tsv")} == {
        f"sub-01/motion/sub-01_task-{stem}_motion.tsv" for stem in stems
    }


def test_a_gap_is_a_jump_of_the_latency(dataset: Path) -> None:
    path = dataset / "sub-01" / "motion" / "sub-01_task-squat_tracksys-hip_motion.tsv"
    rows = np.loadtxt(path, delimiter="\t")
    assert rows.shape == (600, 7)
    np.testing.assert_allclose(rows[:, 0], SAMPLES.time_s)
    np.testing.assert_array_equal(rows[:, 1:4], SAMPLES.acc_mps2)


def test_scans_tell_when_the_first_sample_was(dataset: Path) -> None:
    rows = (dataset / "sub-01" / "sub-01_scans.tsv").read_text(encoding="utf-8").splitlines()
    assert rows[1].endswith("\t2026-03-01T17:30:00.000000Z")
    assert rows[2].endswith("\tn/a")


def test_another_subject_joins_a_dataset_and_what_was_there_stays(tmp_path: Path) -> None:
    present = tmp_path / "present"
    present.mkdir()
    (present / "participants.tsv").write_text(
        "participant_id\tage\nsub-01\t34\n", encoding="utf-8"
    )
    (present / "README.md").write_text("ours", encoding="utf-8")
    fresh = tmp_path / "fresh"
    fresh.mkdir()
    write_dataset([RUN], "02", fresh, present)
    assert (fresh / "participants.tsv").read_text(encoding="utf-8") == (
        "participant_id\tage\nsub-01\t34\nsub-02\tn/a\n"
    )
    assert not (fresh / "README.md").exists()


def test_a_subject_that_is_there_is_not_replaced(tmp_path: Path) -> None:
    (tmp_path / "sub-01").mkdir()
    with pytest.raises(OutputError, match=r"sub-01 is in this dataset already\n.*--subject"):
        write_dataset([RUN], "01", tmp_path / "fresh", tmp_path)


@pytest.mark.parametrize("label", ["", "a-b", "../x", "ü"])
def test_a_label_is_letters_and_digits(label: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="letters and digits"):
        write_dataset([RUN], label, tmp_path, tmp_path)


def test_nothing_is_made_of_no_samples(tmp_path: Path) -> None:
    folder = tmp_path / "fresh"
    folder.mkdir()
    with pytest.raises(InputError, match="no samples"):
        write_dataset([(WORKOUT, None)], "01", folder, tmp_path)


def test_a_rate_that_is_not_known_is_not_made_up(tmp_path: Path) -> None:
    unknown = replace(WORKOUT, facts=replace(WORKOUT.facts, rate_hz=None))
    with pytest.raises(InputError, match="too few to tell their rate"):
        write_dataset([(unknown, SAMPLES)], "01", tmp_path, tmp_path / "study")


def frame(rows: int, gyro: bool = True) -> TimedFrame:
    values = np.arange(3.0 * rows).reshape(rows, 3) / 3.0
    return TimedFrame(
        np.linspace(5.0, 5.0 + 0.01 * (rows - 1), rows), values, -values if gyro else None
    )


def test_unknown_cells_are_not_empty() -> None:
    assert table(("a", "b"), [(1, None), ("x", 2.5)]) == "a\tb\n1\tn/a\nx\t2.5\n"


def test_time_counts_from_the_first_sample() -> None:
    lines = b"".join(motion_lines(frame(3))).decode().splitlines()
    assert [line.split("\t")[0] for line in lines] == ["0.000000", "0.010000", "0.020000"]


def test_no_sample_is_lost_between_two_pieces() -> None:
    samples = frame(25_001)
    cells = [line.split(b"\t") for line in b"".join(motion_lines(samples)).splitlines()]
    found = np.array(cells, dtype=float)
    np.testing.assert_array_equal(found[:, 1:4], samples.acc_mps2)
    np.testing.assert_array_equal(found[:, 4:], samples.gyro_radps)


def test_a_rate_that_was_not_measured_is_not_applicable() -> None:
    samples = TimedFrame(np.zeros(1), np.ones((1, 3)), np.full((1, 3), np.nan))
    assert b"".join(motion_lines(samples)) == b"0.000000\t1.0\t1.0\t1.0\tn/a\tn/a\tn/a\n"


def test_there_is_a_channel_for_each_column() -> None:
    for gyro in (True, False):
        line = next(motion_lines(frame(1, gyro))).split(b"\t")
        rows = list(channel_rows(frame(1, gyro)))
        assert len(rows) == len(line)
        assert [row[2] for row in rows] == ["LATENCY", *["ACCEL"] * 3, *["GYRO"] * (3 * gyro)]


def test_events_count_from_the_first_sample_and_are_in_order() -> None:
    rows = event_rows(WORKOUT, first_s=2.0)
    about = ("hip_thrust", None, "false")
    assert rows[0] == (8.0, 4.0, "rep", 1, 1, *about)
    assert rows[1] == (8.0, 1.0, "concentric", 1, 1, *about)
    assert rows[2] == (9.0, 1.5, "lockout", 1, 1, *about)
    assert len(rows) == 5 * 4
    assert [row[0] for row in rows] == sorted(row[0] for row in rows)


THREE_SAMPLES = TimedFrame(np.array([1.0, 1.01, 3.5]), np.ones((3, 3)), np.zeros((3, 3)))


def test_the_sidecar_counts_channels_and_seconds() -> None:
    about = motion_sidecar(WORKOUT, THREE_SAMPLES)
    assert about["TaskName"] == "hip thrust"
    assert about["SamplingFrequency"] == about["SamplingFrequencyEffective"] == 100.0
    assert about["RecordingDuration"] == 2.5
    assert (about["MotionChannelCount"], about["GYROChannelCount"]) == (7, 3)
    assert about["TrackingSystemName"] == "Hip 1"


def test_without_a_gyroscope_there_are_no_channels_of_it() -> None:
    about = motion_sidecar(WORKOUT, replace(THREE_SAMPLES, gyro_radps=None))
    assert (about["MotionChannelCount"], about["GYROChannelCount"]) == (4, 0)


def test_the_sidecar_makes_no_rate_up() -> None:
    about = motion_sidecar(EMPTY, THREE_SAMPLES)
    assert not {"SamplingFrequency", "SamplingFrequencyEffective"} & set(about)


def test_every_phase_is_explained() -> None:
    about: Any = EVENTS["trial_type"]
    assert set(about["Levels"]) == {"rep", *(phase.value for phase in Phase)}
