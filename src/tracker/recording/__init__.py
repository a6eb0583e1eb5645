"""The recording file: written as the session happens, read back whole, replayed at any speed."""

from tracker.recording.checksum import sha256_of
from tracker.recording.damage import Damage, DamageReason
from tracker.recording.ending import is_closed
from tracker.recording.foreign import ForeignSamples, Sayings, read_foreign
from tracker.recording.reader import Recording, open_recording
from tracker.recording.recover import RecoveryReport, recover
from tracker.recording.replay import ReplaySource
from tracker.recording.sample_csv import read_sample_csv
from tracker.recording.sample_table import (
    AccUnit,
    GyroUnit,
    SampleTable,
    notifications_from_samples,
)
from tracker.recording.writer import RecordingWriter

__all__ = [
    "AccUnit",
    "Damage",
    "DamageReason",
    "ForeignSamples",
    "GyroUnit",
    "Recording",
    "RecordingWriter",
    "RecoveryReport",
    "ReplaySource",
    "SampleTable",
    "Sayings",
    "is_closed",
    "notifications_from_samples",
    "open_recording",
    "read_foreign",
    "read_sample_csv",
    "recover",
    "sha256_of",
]
