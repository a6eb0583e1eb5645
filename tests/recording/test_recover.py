from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tracker.domain import InputError, OutputError
from tracker.recording import DamageReason, open_recording, recover

if TYPE_CHECKING:
    from pathlib import Path

    from tracker.domain import Notification, SessionInfo


@pytest.fixture
def damaged(recorded: Path) -> Path:
    """The recording with a damaged second batch and a torn end."""
    content = bytearray(recorded.read_bytes())
    content[content.find(b"set_start")] ^= 1
    path = recorded.with_name("damaged.arrows")
    path.write_bytes(content[:-30])
    return path


def test_everything_that_is_whole_is_kept(
    damaged: Path, tmp_path: Path, info: SessionInfo, notifications: list[Notification]
) -> None:
    target = tmp_path / "clean.arrows"
    report = recover(damaged, target)
    recording = open_recording(target)
    assert recording.damage == ()
    assert recording.info == info
    assert list(recording) == notifications[:3] + notifications[6:]
    assert report.target == target
    assert (report.rows_kept, report.batches_kept) == (9, 3)
    assert (report.rows_lost, report.batches_lost, report.end_lost) == (3, 1, True)
    assert [damage.reason for damage in report.damage] == [
        DamageReason.BATCHES,
        DamageReason.UNCLOSED,
    ]


def test_a_whole_recording_loses_nothing(recorded: Path, tmp_path: Path) -> None:
    report = recover(recorded, tmp_path / "copy.arrows")
    assert (report.rows_kept, report.rows_lost, report.end_lost) == (12, 0, False)
    assert (tmp_path / "copy.arrows").read_bytes() == recorded.read_bytes()


def test_a_target_that_exists_is_replaced_only_by_force(damaged: Path, tmp_path: Path) -> None:
    target = tmp_path / "clean.arrows"
    target.write_bytes(b"precious")
    with pytest.raises(OutputError, match="--force"):
        recover(damaged, target)
    assert target.read_bytes() == b"precious"
    recover(damaged, target, force=True)
    assert open_recording(target).damage == ()


def test_a_recording_never_takes_its_own_place(damaged: Path) -> None:
    before = damaged.read_bytes()
    with pytest.raises(OutputError, match="is the damaged recording itself"):
        recover(damaged, damaged, force=True)
    assert damaged.read_bytes() == before


def test_a_failure_leaves_nothing_behind(damaged: Path, tmp_path: Path) -> None:
    before = sorted(tmp_path.iterdir())
    with pytest.raises(OutputError, match="there is no folder"):
        recover(damaged, tmp_path / "nowhere" / "clean.arrows")
    with pytest.raises(InputError, match="no such file"):
        recover(tmp_path / "nowhere.arrows", tmp_path / "clean.arrows")
    (tmp_path / "folder").mkdir()
    with pytest.raises(OutputError, match="is a folder"):
        recover(damaged, tmp_path / "folder", force=True)
    (tmp_path / "folder").rmdir()
    assert sorted(tmp_path.iterdir()) == before
