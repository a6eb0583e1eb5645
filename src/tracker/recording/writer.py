"""Writes a session as it happens, so that a crash costs at most the last second."""

from __future__ import annotations

import contextlib
import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final, Self

from tracker.domain import Notification, OutputError, SessionInfo
from tracker.domain.errors import writing
from tracker.domain.units import NS_PER_S
from tracker.language import _
from tracker.recording.format import (
    END_MARK,
    MAX_BATCH_BYTES,
    MAX_BATCH_ROWS,
    MAX_INFO_BYTES,
    Head,
    Part,
    Seal,
    batch_message,
    head_message,
    stored_bytes,
)
from tracker.version import VERSION

if TYPE_CHECKING:
    from types import TracebackType

BATCH_NS: Final = NS_PER_S
"""Longest stretch of stream time in one batch: what is lost if the process is killed."""

SYNC_NS: Final = 10 * NS_PER_S
"""Stream time between two fsyncs: what a power cut costs. A slow SD card takes half a second to
sync and holds up the radio meanwhile, so this is not done for every batch."""


@dataclass(frozen=True, slots=True)
class Packing:
    """How rows are put into batches."""

    batch_ns: int = BATCH_NS
    """Longest stretch of stream time in one batch, ns."""
    sync_ns: int | None = SYNC_NS
    """Stream time between two fsyncs, ns; None for one at the end only."""
    compressed: bool = False


LIVE: Final = Packing()
"""For what happens only once."""


class RecordingWriter:
    """Appends notifications to a new recording file.

    A batch goes to the operating system when a notification arrives a second after its first row,
    and on `flush`, which a timer can call in case the stream stalls. If a batch cannot be written,
    the file is cut back to its last whole batch, the rows stay pending, and the next `write` or
    `flush` tries again.

    The constructor raises `OutputError` if the file exists or cannot be created, or `info`, which
    goes into its head, is too long; it may also be a head as another version wrote it.
    """

    def __init__(
        self, path: Path | str, info: SessionInfo | Head, packing: Packing = LIVE
    ) -> None:
        self.path: Final = Path(path)
        self._head: Final = info if isinstance(info, Head) else Head(info, VERSION)
        self._packing: Final = packing
        if self._head.size_bytes() > MAX_INFO_BYTES:
            raise OutputError(
                str(self.path),
                _("the session information takes {size} bytes").format(
                    size=self._head.size_bytes()
                ),
                _("Shorten the note: at most {most} bytes fit, in ASCII.").format(
                    most=MAX_INFO_BYTES
                ),
            )
        self._pending: list[Notification] = []
        self._pending_bytes = 0
        self._sequence = 1
        self._rows = 0
        self._end = 0
        self._synced_ns: int | None = None
        with writing(self.path):
            # Unbuffered: what was written must survive the process.
            self._file = open(self.path, "xb", buffering=0)  # noqa: SIM115
        try:
            self._append(head_message(self._head))
        except BaseException:
            self._file.close()
            self.path.unlink(missing_ok=True)
            raise

    @property
    def rows(self) -> int:
        """Notifications in the file, without those still pending."""
        return self._rows

    def write(self, notification: Notification) -> None:
        """Add one notification; it is in the file after at most a second of stream time.

        Raises `OutputError` if an earlier batch cannot be written; then this notification was not
        added. Raises `ValueError` if the notification does not fit the format, or the writer is
        closed.
        """
        if self._file.closed:
            raise ValueError(f"{self.path}: the recording is closed")
        size = stored_bytes(notification)
        if self._pending and (
            abs(notification.received_ns - self._pending[0].received_ns) >= self._packing.batch_ns
            or len(self._pending) >= MAX_BATCH_ROWS
            or self._pending_bytes + size > MAX_BATCH_BYTES
        ):
            self.flush()
        self._pending.append(notification)
        self._pending_bytes += size

    def flush(self) -> None:
        """Hand everything that is pending to the operating system.

        Raises `OutputError` if it cannot be written; it stays pending.
        """
        if not self._pending:
            return
        newest_ns = self._pending[-1].received_ns
        seal, compressed = self._seal(Part.ROWS), self._packing.compressed
        self._append(batch_message(self._head, seal, self._pending, compressed=compressed))
        self._sequence += 1
        self._rows += len(self._pending)
        self._pending.clear()
        self._pending_bytes = 0
        every_ns = self._packing.sync_ns
        if every_ns is None:
            return
        if self._synced_ns is None or abs(newest_ns - self._synced_ns) >= every_ns:
            self._sync()
            self._synced_ns = newest_ns

    def close(self) -> None:
        """Write what is pending and the closing batch, and close the file; idempotent.

        Raises `OutputError` if that cannot be written; the file is closed anyway and readable up
        to there.
        """
        if self._file.closed:
            return
        try:
            self.flush()
            self._append(batch_message(self._head, self._seal(Part.LAST), ()) + END_MARK)
            self._sync()
        finally:
            self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def _seal(self, part: Part) -> Seal:
        return Seal(part, self._sequence, self._rows)

    def _append(self, message: bytes) -> None:
        with writing(self.path):
            try:
                rest = memoryview(message)
                while rest:
                    rest = rest[self._file.write(rest) :]
            except OSError:
                # The reader can skip a torn batch, but without it the file stays clean.
                with contextlib.suppress(OSError):
                    self._file.truncate(self._end)
                    self._file.seek(self._end)
                raise
        self._end += len(message)

    def _sync(self) -> None:
        with writing(self.path):
            os.fsync(self._file.fileno())
