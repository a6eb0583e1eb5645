from __future__ import annotations

import io

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.domain import Notification, SessionInfo
from tracker.recording.format import (
    COLUMNS,
    END_MARK,
    MAX_CHANNEL_BYTES,
    MAX_PAYLOAD_BYTES,
    SEAL_KEY,
    Head,
    Part,
    Seal,
    batch_message,
    batch_of,
    head_message,
    stamped,
    stored_bytes,
    verified,
)

HEAD = Head(SessionInfo("profile"), "1.0")
SEAL = Seal(Part.ROWS, 3, 17)

NOTIFICATIONS = st.builds(
    Notification,
    st.integers(min_value=-(2**63), max_value=2**63 - 1),
    st.text(max_size=40),
    st.binary(max_size=300),
    st.integers(min_value=-(2**15), max_value=2**15 - 1),
)


@given(sent=st.lists(NOTIFICATIONS, max_size=20))
def test_any_notifications_come_back_as_they_were(sent: list[Notification]) -> None:
    message = batch_message(HEAD, SEAL, sent)
    batch = batch_of(message)
    assert list(batch.notifications()) == sent
    assert batch.head == HEAD
    assert verified(message) == SEAL
    assert batch.span_ns() == ((sent[0].received_ns, sent[-1].received_ns) if sent else None)
    assert all(stored_bytes(notification) > len(notification.data) for notification in sent)


def test_a_batch_fits_into_any_arrow_stream_with_its_columns() -> None:
    sent = [Notification(5, "link", b"lost"), Notification(6, "mark", b"")]
    stream = pa.ipc.open_stream(head_message(HEAD) + batch_message(HEAD, SEAL, sent) + END_MARK)
    assert stream.read_all().to_pylist() == [
        {"t_ns": 5, "channel": "link", "device": 0, "payload": b"lost"},
        {"t_ns": 6, "channel": "mark", "device": 0, "payload": b""},
    ]


@pytest.mark.parametrize(
    "notification",
    [
        Notification(2**63, "link", b""),
        Notification(0, "link", b"", device=2**15),
        Notification(0, "link", b"", device=-(2**15) - 1),
        Notification(0, "c" * (MAX_CHANNEL_BYTES + 1), b""),
        Notification(0, "\ud800", b""),
        Notification(0, "link", bytes(MAX_PAYLOAD_BYTES + 1)),
    ],
    ids=["time", "device", "negative device", "long channel", "no text", "payload"],
)
def test_what_does_not_fit_the_columns_is_refused(notification: Notification) -> None:
    with pytest.raises(ValueError, match=r"fit|limit|surrogates"):
        stored_bytes(notification)


def message_with(rows: pa.RecordBatch, metadata: dict[bytes, bytes]) -> bytes:
    stream = io.BytesIO()
    with pa.ipc.new_stream(stream, rows.schema) as writer:
        writer.write_batch(rows, custom_metadata=metadata)
    schema_bytes = len(rows.schema.serialize())
    return stamped(stream.getvalue()[schema_bytes : -len(END_MARK)])


def complete_metadata() -> dict[bytes, bytes]:
    texts = {**HEAD.metadata(), SEAL_KEY: SEAL.text()}
    return {key.encode(): value.encode() for key, value in texts.items()}


def test_sealed_rows_with_other_columns_are_refused() -> None:
    rows = pa.record_batch({"t_ns": pa.array([1, 2])})
    with pytest.raises(ValueError, match="no record batch"):
        batch_of(message_with(rows, complete_metadata()))


def test_sealed_rows_without_a_value_are_refused() -> None:
    nullable = pa.schema([field.with_nullable(True) for field in COLUMNS])
    rows = pa.record_batch([[1], [None], [0], [b""]], schema=nullable)
    with pytest.raises(ValueError, match="lacks a value"):
        batch_of(message_with(rows, complete_metadata()))


def test_sealed_rows_that_do_not_name_their_session_are_refused() -> None:
    rows = pa.record_batch([[1], ["link"], [0], [b""]], schema=COLUMNS)
    with pytest.raises(ValueError, match="incomplete"):
        batch_of(message_with(rows, {SEAL_KEY.encode(): SEAL.text().encode()}))


def test_sealed_offsets_that_point_outside_are_refused_not_followed() -> None:
    sent = [Notification(1, "link", b"lost"), Notification(2, "link", b"gone")]
    message = batch_message(HEAD, SEAL, sent)
    offsets = b"".join(offset.to_bytes(4, "little") for offset in (0, 4, 8))
    outside = b"".join(offset.to_bytes(4, "little") for offset in (0, 4, 2**30))
    assert message.count(offsets) == 2
    forged = bytearray(message.replace(offsets, outside))
    with pytest.raises(ValueError, match="no record batch"):
        batch_of(bytes(forged))


def test_a_head_is_no_batch() -> None:
    with pytest.raises(ValueError, match="no record batch"):
        batch_of(head_message(HEAD))
