from __future__ import annotations

import gzip
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from tracker.cli.exit_codes import ExitCode
from tracker.domain import Frame
from tracker.recording import open_recording
from tracker.sensors import family

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

HEADER = "time_s,acc_x,acc_y,acc_z"
GYRO = ",gyro_x,gyro_y,gyro_z"


def rows(count: int, values: str = "0.1,0.2,9.8", start_s: float = 0.0) -> list[str]:
    return [f"{start_s + 0.01 * number:.2f},{values}" for number in range(count)]


def written(folder: Path, lines: list[str], name: str = "walk.csv") -> Path:
    path = folder / name
    path.write_text("\n".join(lines) + "\n")
    return path


def samples_in(path: Path) -> Frame:
    recording = open_recording(path)
    decoder = family(recording.info.sensor).decoder({})
    frames = [item for each in recording for item in decoder.feed(each)]
    assert all(isinstance(frame, Frame) for frame in frames)
    whole = [frame for frame in frames if isinstance(frame, Frame)]
    gyros = [frame.gyro_radps for frame in whole if frame.gyro_radps is not None]
    stamps = [frame.stamps_s for frame in whole if frame.stamps_s is not None]
    return Frame(
        acc_mps2=np.concatenate([frame.acc_mps2 for frame in whole]),
        gyro_radps=np.concatenate(gyros) if gyros else None,
        stamps_s=np.concatenate(stamps),
        received_s=0.0,
    )


def test_every_sample_of_the_file_is_in_the_recording(
    tmp_path: Path, tracker: Callable[..., Any]
) -> None:
    csv = written(tmp_path, [HEADER + GYRO, *rows(250, "0.1,0.2,9.8,0.01,0.02,0.03")])
    target = tmp_path / "walk.arrows"
    result = tracker("import", csv, "-o", target)
    assert (result.code, result.out) == (ExitCode.OK, "")
    assert str(target) in result.err
    samples = samples_in(target)
    assert samples.stamps_s is not None
    assert samples.gyro_radps is not None
    np.testing.assert_allclose(samples.stamps_s, np.arange(250) * 0.01, atol=1e-12)
    np.testing.assert_array_equal(samples.acc_mps2, np.tile([0.1, 0.2, 9.8], (250, 1)))
    np.testing.assert_array_equal(samples.gyro_radps, np.tile([0.01, 0.02, 0.03], (250, 1)))


def test_the_head_says_where_it_comes_from(tmp_path: Path, tracker: Callable[..., Any]) -> None:
    csv = written(tmp_path, [HEADER, *rows(50)])
    tracker("import", csv, "-o", tmp_path / "walk.arrows", "--exercise", "squat")
    info = open_recording(tmp_path / "walk.arrows").info
    assert (info.sensor, info.exercise, info.origin) == ("samples", "squat", "imported")
    assert "walk.csv" in info.note


def test_units_are_converted(tmp_path: Path, tracker: Callable[..., Any]) -> None:
    csv = written(tmp_path, [HEADER + GYRO, *rows(50, "0,0,1,180,0,0")])
    target = tmp_path / "walk.arrows"
    result = tracker("import", csv, "-o", target, "--acc-unit", "g", "--gyro-unit", "deg/s")
    assert result.code == ExitCode.OK, result.err
    samples = samples_in(target)
    assert samples.gyro_radps is not None
    np.testing.assert_allclose(samples.acc_mps2[0], [0.0, 0.0, 9.80665])
    np.testing.assert_allclose(samples.gyro_radps[0], [np.pi, 0.0, 0.0])


def test_a_compressed_file_is_read(tmp_path: Path, tracker: Callable[..., Any]) -> None:
    csv = tmp_path / "walk.csv.gz"
    csv.write_bytes(gzip.compress("\n".join([HEADER, *rows(50)]).encode()))
    assert tracker("import", csv, "-o", tmp_path / "walk.arrows").code == ExitCode.OK


def test_an_existing_file_stays_without_force(tmp_path: Path, tracker: Callable[..., Any]) -> None:
    csv = written(tmp_path, [HEADER, *rows(50)])
    target = tmp_path / "walk.arrows"
    target.write_text("mine")
    refused = tracker("import", csv, "-o", target)
    assert refused.code == ExitCode.USAGE_OR_INPUT
    assert "--force" in refused.err
    assert target.read_text() == "mine"
    assert tracker("import", csv, "-o", target, "--force").code == ExitCode.OK
    assert open_recording(target).rows > 0


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.csv", b"", "empty"),
        ("a.csv", HEADER.encode() + b"\n", "no samples"),
        ("a.csv", b"\x89PNG\r\n\x1a\n\x00\x00", "not text"),
        ("a.csv", b"time_s,acc_x,acc_y\n0,1,2\n", "acc_z"),
        ("a.csv", "\n".join([HEADER, *rows(9), "0.05,0,0,9.8"]).encode(), "line 11"),
        ("a.csv", "\n".join([HEADER, *rows(9), "0.10,0,0,nan"]).encode(), "line 11"),
        ("a.csv", "\n".join([HEADER, *rows(9), "0.10,0,0,99999"]).encode(), "line 11"),
        ("a.csv", "\n".join([HEADER, *rows(9), "0.10,0,up,9.8"]).encode(), "'up'"),
        ("a.csv", "\n".join([HEADER, *rows(9, "0,0,1")]).encode(), "--acc-unit g"),
        ("a.txt", "\n".join([HEADER, *rows(9)]).encode(), ".csv"),
    ],
    ids=[
        "empty",
        "header only",
        "picture",
        "column missing",
        "time runs backwards",
        "NaN",
        "huge",
        "text",
        "wrong unit",
        "wrong ending",
    ],
)
def test_a_file_that_cannot_be_samples_is_explained_and_leaves_nothing(
    name: str, content: bytes, said: str, tmp_path: Path, tracker: Callable[..., Any]
) -> None:
    source = tmp_path / name
    source.write_bytes(content)
    result = tracker("import", source, "-o", tmp_path / "a.arrows")
    assert (result.code, result.out) == (ExitCode.USAGE_OR_INPUT, "")
    assert said in result.err
    assert source.name in result.err
    assert list(tmp_path.iterdir()) == [source]


@pytest.mark.parametrize("target", ["walk.csv", "nowhere/walk.arrows"])
def test_a_place_that_cannot_be_written_is_explained(
    target: str, tmp_path: Path, tracker: Callable[..., Any]
) -> None:
    csv = written(tmp_path, [HEADER, *rows(50)])
    before = csv.read_bytes()
    result = tracker("import", csv, "-o", tmp_path / target, "--force")
    assert result.code == ExitCode.USAGE_OR_INPUT
    assert csv.read_bytes() == before


def test_an_unknown_exercise_is_answered_with_the_nearest(
    tmp_path: Path, tracker: Callable[..., Any]
) -> None:
    result = tracker("import", "a.csv", "-o", tmp_path / "a.arrows", "--exercise", "sqat")
    assert result.code == ExitCode.USAGE_OR_INPUT
    assert "Did you mean squat?" in result.err
