"""Notifications to one sealed Arrow message and back."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import pyarrow as pa

from tracker.domain import Notification
from tracker.recording.head import Head, head_from
from tracker.recording.layout import (
    COLUMNS,
    END_MARK,
    MAX_CHANNEL_BYTES,
    MAX_PAYLOAD_BYTES,
    PREFIX,
)
from tracker.recording.seal import SEAL_KEY, stamped

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tracker.recording.seal import Seal

_SCHEMA_MESSAGE: Final = COLUMNS.serialize().to_pybytes()
# Two offsets, the time and the device: what Arrow adds to a row's channel and payload.
_ROW_BYTES: Final = 4 + 4 + 8 + 2
_INT64: Final = range(-(1 << 63), 1 << 63)
_INT16: Final = range(-(1 << 15), 1 << 15)


@dataclass(frozen=True, slots=True, eq=False)
class Batch:
    """One message's rows as they were read."""

    head: Head
    """The session that the rows belong to."""
    rows: pa.RecordBatch

    def span_ns(self) -> tuple[int, int] | None:
        """Return the arrival of the first and of the last row, ns, or None without rows."""
        if not self.rows.num_rows:
            return None
        times_ns = self.rows.column(0)
        return times_ns[0].as_py(), times_ns[-1].as_py()

    def notifications(self) -> Iterator[Notification]:
        """Yield the rows in order."""
        columns = (column.to_pylist() for column in self.rows.columns)
        for received_ns, channel, device, data in zip(*columns, strict=True):
            yield Notification(received_ns, channel, data, device)


def stored_bytes(notification: Notification) -> int:
    """Return how much of a batch a notification takes, bytes.

    Raises
    ------
    ValueError
        If it does not fit the columns of a recording.
    """
    channel_bytes = len(notification.channel.encode())
    if channel_bytes > MAX_CHANNEL_BYTES:
        raise ValueError(f"channel name of {channel_bytes} bytes, limit {MAX_CHANNEL_BYTES}")
    if len(notification.data) > MAX_PAYLOAD_BYTES:
        raise ValueError(f"payload of {len(notification.data)} bytes, limit {MAX_PAYLOAD_BYTES}")
    if notification.received_ns not in _INT64:
        raise ValueError(f"time of {notification.received_ns} ns does not fit 64 bits")
    if notification.device not in _INT16:
        raise ValueError(f"device {notification.device} does not fit 16 bits")
    return _ROW_BYTES + channel_bytes + len(notification.data)


def batch_message(head: Head, seal: Seal, notifications: Sequence[Notification]) -> bytes:
    """Return the notifications as a sealed record batch message."""
    rows = pa.record_batch(
        [
            pa.array([each.received_ns for each in notifications], COLUMNS.field(0).type),
            pa.array([each.channel for each in notifications], COLUMNS.field(1).type),
            pa.array([each.device for each in notifications], COLUMNS.field(2).type),
            pa.array([each.data for each in notifications], COLUMNS.field(3).type),
        ],
        schema=COLUMNS,
    )
    texts = {**head.metadata(), SEAL_KEY: seal.text()}
    metadata = {key.encode(): value.encode() for key, value in texts.items()}
    stream = io.BytesIO()
    with pa.ipc.new_stream(stream, COLUMNS) as writer:
        writer.write_batch(rows, custom_metadata=metadata)
    written = stream.getvalue()
    schema_bytes = PREFIX.size + PREFIX.unpack_from(written)[1]
    return stamped(written[schema_bytes : -len(END_MARK)])


def batch_of(message: bytes) -> Batch:
    """Return what a whole batch message holds.

    Raises
    ------
    ValueError
        If it is no record batch with the columns of a recording.
    """
    stream = pa.ipc.open_stream(pa.py_buffer(_SCHEMA_MESSAGE + message))
    try:
        rows, metadata = stream.read_next_batch_with_custom_metadata()
        # Offsets that point outside the message would crash the process when a row is read.
        rows.validate(full=True)
    except (StopIteration, OSError, pa.ArrowException) as error:
        raise ValueError(f"no record batch: {error}") from error
    if any(column.null_count for column in rows.columns):
        raise ValueError("a row lacks a value")
    return Batch(head_from(dict(metadata or {})), rows)
