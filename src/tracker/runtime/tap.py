"""Keeps the bytes of a session, and keeps the session going when they cannot be kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tracker.domain import OutputError
from tracker.runtime.snapshot import RecordingState

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tracker.domain import Notification
    from tracker.runtime.ports import Recorder


class RecordingTap:
    """A recorder, or none, whose failure is shown, not raised: a full disk must not end a set."""

    def __init__(self, recorder: Recorder | None) -> None:
        self._recorder = recorder
        self.state = RecordingState.OFF if recorder is None else RecordingState.ON
        self.failure: str | None = None

    def write_all(self, notifications: Sequence[Notification]) -> None:
        """Keep notifications, in order."""
        if self._recorder is not None:
            write = self._recorder.write
            self._attempt(lambda: [write(notification) for notification in notifications])

    def flush(self) -> None:
        """Make sure that what was written survives a crash."""
        if self._recorder is not None:
            self._attempt(self._recorder.flush)

    def close(self) -> None:
        """Write what is left and let go of the file."""
        if self._recorder is not None:
            self._attempt(self._recorder.close)
            self._recorder = None

    def _attempt(self, work: Callable[[], object]) -> None:
        try:
            work()
        except (OSError, OutputError) as error:
            self._recorder = None
            self.state = RecordingState.FAILED
            self.failure = str(error)
