"""The recording file: written as the session happens, read back whole, replayed at any speed."""

from tracker.recording.packing import CompactReport, compact
from tracker.recording.reader import (
    Damage,
    DamageReason,
    Recording,
    is_closed,
    open_recording,
    sha256_of,
)
from tracker.recording.recover import RecoveryReport, recover
from tracker.recording.replay import ReplaySource
from tracker.recording.writer import RecordingWriter

__all__ = [
    "CompactReport",
    "Damage",
    "DamageReason",
    "Recording",
    "RecordingWriter",
    "RecoveryReport",
    "ReplaySource",
    "compact",
    "is_closed",
    "open_recording",
    "recover",
    "sha256_of",
]
