from __future__ import annotations

from tests.app.doubles import ListRecorder, samples_every
from tracker.app.session import RecordingSink
from tracker.app.snapshot import RecordingState
from tracker.domain import OutputError


def test_without_a_recorder_nothing_is_kept_and_nothing_fails() -> None:
    tap = RecordingSink(None)
    tap.write_all(samples_every(0.1, 1.0))
    tap.flush()
    tap.close()

    assert tap.state is RecordingState.OFF


def test_a_recorder_gets_everything_and_is_closed_once() -> None:
    recorder = ListRecorder()
    tap = RecordingSink(recorder)
    tap.write_all(samples_every(0.1, 0.3))
    tap.flush()
    tap.close()
    tap.close()

    assert recorder.journal == [*samples_every(0.1, 0.3), "flush", "close"]
    assert tap.state is RecordingState.ON


def test_a_failure_is_kept_in_words_and_ends_the_recording_only() -> None:
    class LockedRecorder(ListRecorder):
        def flush(self) -> None:
            raise OutputError("x.arrows", "the disk is gone")

    recorder = LockedRecorder()
    tap = RecordingSink(recorder)
    tap.flush()
    tap.write_all(samples_every(0.1, 0.3))
    tap.close()

    assert tap.state is RecordingState.FAILED
    assert tap.failure == "x.arrows: the disk is gone"
    assert recorder.journal == []
