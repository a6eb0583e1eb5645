from __future__ import annotations

import gzip
import json
from itertools import chain
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from tests.importers.logs import LOGS, WITHOUT_GYROSCOPE
from tests.importers.phones import (
    Motion,
    metabase,
    motion,
    phyphox,
    saved,
    sensor_logger,
    turning,
    zipped,
)
from tracker.cli.exits import ExitCode
from tracker.domain import Frame, Notification, SessionInfo
from tracker.domain.units import ns_from_s
from tracker.recording import RecordingWriter, open_recording
from tracker.sensors import family

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tracker.sim import SimulatedSession


HEADER = "time_s,acc_x,acc_y,acc_z"
GYRO = ",gyro_x,gyro_y,gyro_z"


def rows(count: int, values: str = "0.1,0.2,9.8", start_s: float = 0.0) -> list[str]:
    return [f"{start_s + 0.01 * number:.2f},{values}" for number in range(count)]


def written(folder: Path, lines: list[str], name: str = "walk.csv") -> Path:
    path = folder / name
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
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
    assert f"{target}: 250 samples written." in result.err
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
    target.write_text("mine", encoding="utf-8")
    refused = tracker("import", csv, "-o", target)
    assert refused.code == ExitCode.USAGE_OR_INPUT
    assert "--force" in refused.err
    assert target.read_text(encoding="utf-8") == "mine"
    assert tracker("import", csv, "-o", target, "--force").code == ExitCode.OK
    assert open_recording(target).rows > 0


@pytest.mark.parametrize(
    ("name", "content", "problem"),
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
        ("a.txt", b"shopping list\n", "no line names a column of time"),
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
        "no samples",
    ],
)
def test_a_file_that_cannot_be_samples_is_explained_and_leaves_nothing(
    name: str, content: bytes, problem: str, tmp_path: Path, tracker: Callable[..., Any]
) -> None:
    source = tmp_path / name
    source.write_bytes(content)
    result = tracker("import", source, "-o", tmp_path / "a.arrows")
    assert (result.code, result.out) == (ExitCode.USAGE_OR_INPUT, "")
    assert problem in result.err
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


def reps_in(tracker: Callable[..., Any], *call: object) -> list[list[dict[str, Any]]]:
    result = tracker("analyze", *call, "--format", "json")
    assert result.code == ExitCode.OK, result.err
    return [each["reps"] for each in json.loads(result.out)["sets"]]


def assert_same_reps(
    found: list[list[dict[str, Any]]],
    known: list[list[dict[str, Any]]],
    late_s: float | None = 0.0,
) -> None:
    """Demand the same reps, later by `late_s`; None is by as much as the first."""
    assert [len(each) for each in found] == [len(each) for each in known]
    assert sum(map(len, known)) > 10
    if late_s is None:
        late_s = known[0][0]["start_s"] - found[0][0]["start_s"]
    pairs = (zip(one, other, strict=True) for one, other in zip(found, known, strict=True))
    for one, other in chain.from_iterable(pairs):
        for name in ("start_s", "end_s"):
            assert one[name] == pytest.approx(other[name] - late_s, abs=0.02)
        for name in ("concentric_s", "lockout_s", "eccentric_s"):
            assert one[name] == pytest.approx(other[name], abs=0.03)
        assert one["rom_deg"] == pytest.approx(other["rom_deg"], abs=0.5)


LAYOUTS: dict[str, Callable[[Motion], dict[str, str]]] = {
    "phyphox": phyphox,
    "phyphox, semicolons and decimal commas": lambda moved: phyphox(moved, ";", ","),
    "Sensor Logger, Android": sensor_logger,
    "Sensor Logger, iOS": lambda moved: sensor_logger(moved, "ios"),
    "Sensor Logger, iOS, Accelerometer and Gravity": lambda moved: {
        name: text
        for name, text in sensor_logger(moved, "ios").items()
        if name != "AccelerometerUncalibrated.csv"
    },
    "MetaBase": metabase,
}


@pytest.mark.slow
@pytest.mark.parametrize("layout", LAYOUTS)
def test_what_a_phone_saved_has_the_same_reps(
    layout: str,
    lifted: SimulatedSession,
    csv: Path,
    tmp_path: Path,
    tracker: Callable[..., Any],
) -> None:
    time_s, acc_mps2, gyro_radps = lifted.samples()
    assert gyro_radps is not None
    files = LAYOUTS[layout](motion(time_s, acc_mps2, gyro_radps))
    late_s = float(time_s[0]) if layout == "MetaBase" else 0.0
    known = reps_in(tracker, csv)
    folder = saved(tmp_path / "phone", files)
    assert_same_reps(reps_in(tracker, folder), known, late_s)
    archive = zipped(tmp_path / "phone.zip", files)
    recorded = tmp_path / "phone.arrows"
    result = tracker("import", archive, "-o", recorded)
    assert result.code == ExitCode.OK, result.err
    assert_same_reps(reps_in(tracker, recorded), known, late_s)
    assert open_recording(recorded).info.started_utc is not None


@pytest.mark.slow
@pytest.mark.parametrize("app", sorted(LOGS.keys() - WITHOUT_GYROSCOPE))
def test_the_log_of_a_sensors_own_app_has_the_same_reps(
    app: str,
    lifted: SimulatedSession,
    csv: Path,
    tmp_path: Path,
    tracker: Callable[..., Any],
) -> None:
    time_s, acc_mps2, gyro_radps = lifted.samples()
    assert gyro_radps is not None
    files = LOGS[app](motion(time_s, acc_mps2, gyro_radps))
    folder = tmp_path / "log"
    folder.mkdir()
    for name, content in files.items():
        (folder / name).write_bytes(content)
    source = folder if len(files) > 1 else folder / next(iter(files))
    assert_same_reps(reps_in(tracker, source), reps_in(tracker, csv), late_s=None)


def test_files_of_single_sensors_become_one_recording(
    tmp_path: Path, tracker: Callable[..., Any]
) -> None:
    folder = saved(tmp_path, metabase(turning()))
    target = tmp_path / "hip.arrows"
    result = tracker("import", *sorted(folder.glob("*.csv")), "-o", target)
    assert result.code == ExitCode.OK
    assert "left out 1 acceleration sample without an angular rate" in result.err
    assert samples_in(target).gyro_radps is not None


@pytest.mark.parametrize(
    ("name", "content", "advised"),
    [
        ("a.arrows", b"shopping list\n", "if a line of them names their columns"),
        ("a.arrows.gz", gzip.compress(b"\xff\xff\xff\xff" + bytes(100), mtime=0), "unpack it"),
        ("a.arrows", gzip.compress(b"time_s"), "Unpack it"),
        ("a.txt", b"shopping list\n", "A CSV of samples begins with"),
        ("a.bin", b"\x89PNG\x00\x00\x00\x00", "Recordings are written by"),
    ],
    ids=["text", "packed recording", "packed text", "no samples", "binary"],
)
def test_no_advice_leads_back_to_where_it_came_from(
    name: str, content: bytes, advised: str, tmp_path: Path, tracker: Callable[..., Any]
) -> None:
    """Whoever follows the advice of one command is not sent back by the other."""
    source = tmp_path / name
    source.write_bytes(content)
    analysed = tracker("analyze", source)
    imported = tracker("import", source, "-o", tmp_path / "b.arrows")
    assert analysed.code == imported.code == ExitCode.USAGE_OR_INPUT
    assert analysed.err == imported.err
    assert advised in analysed.err


@pytest.mark.parametrize("content", [b"", b"\xff\xff\xff\xff", b"shopping list", bytes(99)])
def test_what_is_no_recording_is_told_in_the_same_words_by_every_command(
    content: bytes, tmp_path: Path, tracker: Callable[..., Any]
) -> None:
    source = tmp_path / "a.arrows"
    source.write_bytes(content)
    recovered = tracker("recover", source, "-o", tmp_path / "b.arrows")
    assert recovered.code == ExitCode.USAGE_OR_INPUT
    assert tracker("analyze", source).err == recovered.err
    assert tracker("replay", source, "--headless").err == recovered.err


def test_a_recording_needs_no_import(
    recording: Path, tmp_path: Path, tracker: Callable[..., Any]
) -> None:
    result = tracker("import", recording, "-o", tmp_path / "b.arrows")
    assert result.code == ExitCode.USAGE_OR_INPUT
    assert "is a recording already" in result.err


def test_two_sessions_are_not_imported_as_one(tmp_path: Path, tracker: Callable[..., Any]) -> None:
    one = written(tmp_path, [HEADER, *rows(50)], "one.csv")
    two = written(tmp_path, [HEADER, *rows(50)], "two.csv")
    result = tracker("import", one, two, "-o", tmp_path / "a.arrows")
    assert result.code == ExitCode.USAGE_OR_INPUT
    assert "one session" in result.err


def test_an_iphone_turned_over_by_hand_is_turned_back(
    csv: Path, tmp_path: Path, tracker: Callable[..., Any]
) -> None:
    header, *lines = csv.read_text(encoding="utf-8").splitlines()
    turned = [line.split(",") for line in lines]
    for cells in turned:
        cells[1:4] = [repr(-float(cell)) for cell in cells[1:4]]
    path = tmp_path / "down.csv"
    path.write_text("\n".join([header, *map(",".join, turned)]), encoding="utf-8")
    assert_same_reps(reps_in(tracker, path, "--acc-points", "down"), reps_in(tracker, csv))


@pytest.fixture
def torn(tmp_path: Path) -> Path:
    """A recording of ten seconds that has lost its end."""
    path = tmp_path / "torn.arrows"
    with RecordingWriter(path, SessionInfo(sensor="samples", exercise="squat")) as writer:
        for number in range(100):
            writer.write(Notification(ns_from_s(0.1 * number), "samples", bytes([number])))
    content = path.read_bytes()
    path.write_bytes(content[: len(content) * 3 // 4])
    return path


def test_what_is_whole_is_saved(torn: Path, tmp_path: Path, tracker: Callable[..., Any]) -> None:
    target = tmp_path / "whole.arrows"
    result = tracker("recover", torn, "-o", target)
    assert (result.code, result.out) == (ExitCode.OK, "")
    saved = open_recording(target)
    assert saved.damage == ()
    assert saved.info.exercise == "squat"
    assert list(saved) == list(open_recording(torn))
    assert f"{saved.rows} notifications kept, 0 lost, perhaps more at the end." in result.err


def test_what_is_lost_is_said(torn: Path, tmp_path: Path, tracker: Callable[..., Any]) -> None:
    result = tracker("recover", torn, "-o", tmp_path / "whole.arrows")
    assert f"{torn}: byte" in result.err


def test_the_damaged_file_is_not_changed(
    torn: Path, tmp_path: Path, tracker: Callable[..., Any]
) -> None:
    before = torn.read_bytes()
    tracker("recover", torn, "-o", tmp_path / "whole.arrows")
    assert torn.read_bytes() == before


def test_an_existing_file_stays_without_force_when_recovering(
    torn: Path, tmp_path: Path, tracker: Callable[..., Any]
) -> None:
    target = tmp_path / "whole.arrows"
    target.write_text("mine", encoding="utf-8")
    refused = tracker("recover", torn, "-o", target)
    assert refused.code == ExitCode.USAGE_OR_INPUT
    assert "--force" in refused.err
    assert target.read_text(encoding="utf-8") == "mine"
    assert tracker("recover", torn, "-o", target, "--force").code == ExitCode.OK


@pytest.mark.parametrize("content", [None, b"", b"time_s,acc_x\n", b"\xff\xff\xff\xff"])
def test_a_file_without_anything_whole_is_explained(
    content: bytes | None, tmp_path: Path, tracker: Callable[..., Any]
) -> None:
    source = tmp_path / "bad.arrows"
    if content is not None:
        source.write_bytes(content)
    result = tracker("recover", source, "-o", tmp_path / "whole.arrows")
    assert (result.code, result.out) == (ExitCode.USAGE_OR_INPUT, "")
    assert str(source) in result.err
    assert not (tmp_path / "whole.arrows").exists()


def test_compact_makes_a_folder_smaller_and_every_command_reads_it(
    tmp_path: Path, brief_recording: Path, tracker: Callable[..., Any]
) -> None:
    folder = tmp_path / "season"
    (folder / "may").mkdir(parents=True)
    for name in ("a.arrows", "may/b.arrows"):
        (folder / name).write_bytes(brief_recording.read_bytes())
    torn = folder / "torn.arrows"
    torn.write_bytes(brief_recording.read_bytes()[:-40])
    before = tracker("analyze", folder / "a.arrows", "--format", "json").out

    result = tracker("compact", folder)

    assert (result.code, result.out) == (ExitCode.USAGE_OR_INPUT, "")
    assert "2 made smaller" in result.err
    assert "1 failed" in result.err
    assert "tracker recover" in result.err
    assert torn.read_bytes() == brief_recording.read_bytes()[:-40]
    assert (folder / "a.arrows").stat().st_size < 0.5 * brief_recording.stat().st_size
    assert tracker("analyze", folder / "a.arrows", "--format", "json").out == before
    again = tracker("compact", folder / "a.arrows", folder / "may")
    assert (again.code, again.err) == (ExitCode.OK, "0 made smaller, 2 left as they are\n")


def test_the_log_knows_a_compact_recording(
    tmp_path: Path,
    brief_recording: Path,
    tracker: Callable[..., Any],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("TRACKER_HOME", str(tmp_path / "home"))
    path = tmp_path / "a.arrows"
    path.write_bytes(brief_recording.read_bytes())
    assert "1 added" in tracker("rescore", path).err

    assert tracker("compact", path).code == ExitCode.OK

    # Even under another name: it keeps the checksum of its original.
    other = path.rename(tmp_path / "renamed.arrows")
    assert "0 added, 1 already done" in tracker("rescore", other).err
    assert "1 rescored, 0 added" in tracker("rescore", "--again", other).err
