from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from tests.importers.phones import phyphox, saved, turning, zipped
from tracker.app.session_files import open_session_file
from tracker.cli.sources import is_collection, sessions_in
from tracker.domain import InputError, Notification, SessionInfo, WarningKind, warning_message
from tracker.domain.units import NS_PER_S, ns_from_s
from tracker.importers import AccUnit, ImportOptions
from tracker.recording import RecordingWriter, recover
from tracker.sensors import family

if TYPE_CHECKING:
    from pathlib import Path


INFO = SessionInfo(sensor="profile", exercise="squat")


def write_csv(
    path: Path, samples: int = 300, rate_hz: float = 100.0, start_s: float = 0.0
) -> Path:
    rows = [f"{start_s + number / rate_hz:.4f},0,0,9.8" for number in range(samples)]
    path.write_text("\n".join(["time_s,acc_x,acc_y,acc_z", *rows]), encoding="utf-8")
    return path


def write_recording(path: Path) -> Path:
    with RecordingWriter(path, INFO) as writer:
        for number in range(5):
            writer.write(Notification(ns_from_s(2.0 + number), "imu", bytes([number])))
    return path


def samples_of(notification: Notification) -> int:
    (frame,) = family("samples").decoder({}).feed(notification)
    return len(getattr(frame, "acc_mps2", ()))


def test_a_csv_becomes_blocks_of_samples(tmp_path: Path) -> None:
    file = open_session_file(write_csv(tmp_path / "a.csv"), block_samples=128)
    assert [samples_of(each) for each in file.notifications()] == [128, 128, 44]
    assert file.amount == 3
    assert file.sensor == "csv"
    assert file.info.sensor == "samples"


def test_without_a_block_a_csv_comes_as_from_a_radio(tmp_path: Path) -> None:
    file = open_session_file(write_csv(tmp_path / "a.csv", rate_hz=50.0))
    times_s = [each.received_ns / NS_PER_S for each in file.notifications()]
    assert np.diff(times_s).max() <= 0.11
    assert file.amount == len(times_s)


def test_times_of_a_csv_stay_as_they_are(tmp_path: Path) -> None:
    file = open_session_file(write_csv(tmp_path / "a.csv", start_s=1000.0))
    assert file.duration_s == pytest.approx(2.99)
    assert file.end_s == pytest.approx(1002.99)


def test_units_of_a_csv_can_be_given(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="m/s2"):
        open_session_file(write_csv(tmp_path / "a.csv"), options=ImportOptions(acc_unit=AccUnit.G))


def test_a_recording_is_as_it_was_written(tmp_path: Path) -> None:
    file = open_session_file(write_recording(tmp_path / "a.arrows"))
    assert file.info == INFO
    assert [each.data for each in file.notifications()] == [bytes([n]) for n in range(5)]
    assert (file.amount, file.duration_s, file.end_s) == (5, 4.0, 6.0)


@pytest.mark.parametrize("name", ["a.arrows", "a.csv"])
def test_notifications_start_over(name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    file = open_session_file(write_csv(path) if name == "a.csv" else write_recording(path))
    assert list(file.notifications()) == list(file.notifications()) != []


def test_what_the_user_says_beats_the_file_which_beats_the_default(tmp_path: Path) -> None:
    recording = write_recording(tmp_path / "a.arrows")
    csv = write_csv(tmp_path / "a.csv")
    assert open_session_file(recording).info.exercise == "squat"
    assert open_session_file(recording, exercise="glute_bridge").info.exercise == "glute_bridge"
    assert open_session_file(csv).info.exercise == "hip_thrust"
    assert open_session_file(csv, exercise="squat").info.exercise == "squat"


def test_a_renamed_recording_is_still_one(tmp_path: Path) -> None:
    assert open_session_file(write_recording(tmp_path / "a.bak")).amount == 5


def test_endings_may_be_in_capitals(tmp_path: Path) -> None:
    assert open_session_file(write_csv(tmp_path / "A.CSV")).sensor == "csv"


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("notes.txt", b"hello", r"\.arrows.*no line names"),
        ("notes.txt", b"", "empty"),
        ("log.txt", b"1,2,3,4\n2,3,4,5\n", "Add a first line"),
        ("table.arrow", b"ARROW1\x00\x00", "Arrow format"),
        ("a.arrows", b"hello", "recording"),
        ("a.arrows", b"", "empty"),
        ("a.csv", b"", "empty"),
        ("missing", None, "no such file"),
        ("missing.csv", None, "no such file"),
        ("missing.arrows", None, "no such file"),
    ],
)
def test_what_is_neither_is_explained(
    name: str, content: bytes | None, said: str, tmp_path: Path
) -> None:
    path = tmp_path / name
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(InputError, match=said):
        open_session_file(path)


@pytest.mark.parametrize("name", ["folder", "folder.csv", "folder.arrows"])
def test_a_folder_is_no_file(name: str, tmp_path: Path) -> None:
    (tmp_path / name).mkdir()
    with pytest.raises(InputError, match="is a folder"):
        open_session_file(tmp_path / name)


def test_damage_is_the_first_thing_told_and_the_rest_is_read(tmp_path: Path) -> None:
    path = write_recording(tmp_path / "a.arrows")
    content = path.read_bytes()
    path.write_bytes(content[: len(content) - 200])
    file = open_session_file(path)
    (warning,) = file.warnings
    assert (warning.kind, "not closed" in warning.text) == (WarningKind.RECORDING_DAMAGED, True)
    first, *rest = file.notifications()
    assert first == warning_message(first.received_ns, warning)
    assert 0 < len(rest) <= 5
    assert file.amount == 1 + len(rest)


@pytest.mark.parametrize(
    "started", ["yesterday", "2026-13-45T99:00:00+00:00", "9999-12-31T23:59:59+00:00", ""]
)
def test_a_start_that_cannot_be_is_refused_by_its_name(started: str, tmp_path: Path) -> None:
    path = tmp_path / "a.arrows"
    with RecordingWriter(path, replace(INFO, started_utc=started)) as writer:
        writer.write(Notification(0, "imu", b""))
    with pytest.raises(InputError, match=r"started_utc is .*\n.*tracker recover"):
        open_session_file(path)
    recover(path, tmp_path / "b.arrows")
    assert open_session_file(tmp_path / "b.arrows").info == replace(INFO, started_utc=None)


def test_text_under_the_name_of_a_recording_is_read_if_it_has_samples(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "a.csv").rename(tmp_path / "a.arrows")
    assert open_session_file(path).sensor == "csv"


HEADER = "time_s,acc_x,acc_y,acc_z\n"


def test_a_folder_is_every_session_in_it(tmp_path: Path) -> None:
    saved(tmp_path, {"b.csv": HEADER, "march/a.arrows": "", "march/notes.md": "", ".c.csv": ""})
    zipped(tmp_path / "phone.zip", phyphox(turning()))
    saved(tmp_path / "phone", phyphox(turning()))
    assert sessions_in([str(tmp_path)]) == tuple(
        str(tmp_path / name) for name in ("b.csv", "march/a.arrows", "phone", "phone.zip")
    )


def test_the_folder_of_a_phone_is_one_session(tmp_path: Path) -> None:
    folder = saved(tmp_path, phyphox(turning()))
    assert not is_collection(str(folder))
    assert sessions_in([str(folder)]) == (str(folder),)


def test_what_is_named_stays_as_it_is_named(tmp_path: Path) -> None:
    named = ("missing.csv", "./a.arrows", "memory://bucket/a.csv")
    assert sessions_in(named) == named
    assert not any(map(is_collection, named))


def test_a_folder_without_a_session_is_refused(tmp_path: Path) -> None:
    saved(tmp_path, {"notes.md": "", "empty/x.md": ""})
    with pytest.raises(InputError, match="no session in it"):
        sessions_in([str(tmp_path)])
