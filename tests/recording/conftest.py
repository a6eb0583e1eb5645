from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tracker.domain import LINK_CHANNEL, MARK_CHANNEL, Notification, SessionInfo
from tracker.recording import RecordingWriter

if TYPE_CHECKING:
    from pathlib import Path

DATA_CHANNEL = "6e400003-b5a3-f393-e0a9-e50e24dcca9e"


@pytest.fixture
def info() -> SessionInfo:
    return SessionInfo(
        sensor="profile",
        started_utc="2026-03-01T18:00:00+01:00",
        device_name='Hüfte "1"',
        origin="synthetic",
        note="a synthetic session",
    )


@pytest.fixture
def notifications() -> list[Notification]:
    """Four seconds with three notifications each, of two sensors, the link and the wearer."""
    sent = [Notification(0, LINK_CHANNEL, b"streaming")]
    for index in range(1, 12):
        payload = bytes((7 * index + byte) % 256 for byte in range(20))
        sent.append(Notification(index * 334_000_000, DATA_CHANNEL, payload, index % 2))
    sent[5] = Notification(sent[5].received_ns, MARK_CHANNEL, b"set_start")
    return sent


@pytest.fixture
def recorded(tmp_path: Path, info: SessionInfo, notifications: list[Notification]) -> Path:
    """A closed recording of `notifications`, in four batches of three."""
    path = tmp_path / "session.arrows"
    with RecordingWriter(path, info) as writer:
        for notification in notifications:
            writer.write(notification)
    return path
