from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tracker.cli.exits import ExitCode
from tracker.domain import Notification, SessionInfo
from tracker.domain.units import ns_from_s
from tracker.recording import RecordingWriter, open_recording

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


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
    assert f"{saved.rows} notifications kept" in result.err


def test_what_is_lost_is_said(torn: Path, tmp_path: Path, tracker: Callable[..., Any]) -> None:
    result = tracker("recover", torn, "-o", tmp_path / "whole.arrows")
    assert f"{torn}: byte" in result.err


def test_the_damaged_file_is_not_changed(
    torn: Path, tmp_path: Path, tracker: Callable[..., Any]
) -> None:
    before = torn.read_bytes()
    tracker("recover", torn, "-o", tmp_path / "whole.arrows")
    assert torn.read_bytes() == before


def test_an_existing_file_stays_without_force(
    torn: Path, tmp_path: Path, tracker: Callable[..., Any]
) -> None:
    target = tmp_path / "whole.arrows"
    target.write_text("mine")
    refused = tracker("recover", torn, "-o", target)
    assert refused.code == ExitCode.USAGE_OR_INPUT
    assert "--force" in refused.err
    assert target.read_text() == "mine"
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
