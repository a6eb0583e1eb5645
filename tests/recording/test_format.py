from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.domain import InputError, Notification, SessionInfo
from tracker.recording import sha256_of
from tracker.recording.format import (
    COLUMNS,
    END_MARK,
    MARKER,
    MAX_CHANNEL_BYTES,
    MAX_METADATA_BYTES,
    MAX_PAYLOAD_BYTES,
    PREFIX,
    SEAL_KEY,
    Head,
    Part,
    Seal,
    batch_message,
    batch_of,
    head_from,
    head_message,
    head_of,
    metadata_length,
    sealed_length,
    stamped,
    stored_bytes,
    verified,
)

if TYPE_CHECKING:
    from pathlib import Path


SEALS = st.builds(
    Seal,
    st.sampled_from(Part),
    st.integers(min_value=0, max_value=10**10 - 1),
    st.integers(min_value=0, max_value=10**12 - 1),
)


def text_as_stored(seal: Seal) -> bytes:
    text = seal.text().encode()
    return len(text).to_bytes(4, "little") + text + b"\x00"


@given(seal=SEALS, before=st.binary(max_size=200), after=st.binary(max_size=200))
def test_a_stamped_message_gives_its_seal_back(seal: Seal, before: bytes, after: bytes) -> None:
    message = stamped(before + text_as_stored(seal) + after)
    assert verified(message) == seal
    assert sealed_length(message) == len(message)


@given(data=st.data(), seal=SEALS, body=st.binary(min_size=1, max_size=200))
def test_no_single_flipped_bit_is_overlooked(data: st.DataObject, seal: Seal, body: bytes) -> None:
    message = bytearray(stamped(text_as_stored(seal) + body))
    position = data.draw(st.integers(min_value=0, max_value=len(message) - 1))
    message[position] ^= 1 << data.draw(st.integers(min_value=0, max_value=7))
    assert verified(bytes(message)) is None


def test_a_seal_quoted_in_another_text_is_not_the_seal() -> None:
    quoted = b'{"note": "' + Seal(Part.LAST, 9, 9).text().encode() + b'"}\x00'
    seal = Seal(Part.ROWS, 1, 0)
    message = stamped(quoted + text_as_stored(seal))
    assert verified(message) == seal


def test_a_longer_or_shorter_message_is_not_whole() -> None:
    message = stamped(text_as_stored(Seal(Part.ROWS, 1, 0)) + bytes(40))
    assert verified(message + b"\x00") is None
    assert verified(message[:-1]) is None


def test_a_message_without_a_place_for_the_seal_cannot_be_stamped() -> None:
    with pytest.raises(ValueError, match="cannot be sealed"):
        stamped(b"no seal in here")
    assert sealed_length(b"no seal in here") is None


@pytest.mark.parametrize(
    "prefix",
    [
        b"",
        MARKER,
        PREFIX.pack(MARKER, 0),
        PREFIX.pack(MARKER, -8),
        PREFIX.pack(MARKER, MAX_METADATA_BYTES + 1),
        PREFIX.pack(MARKER, 2**31 - 1),
        PREFIX.pack(b"PAR1", 64),
    ],
)
def test_a_prefix_that_cannot_be_announces_nothing(prefix: bytes) -> None:
    assert metadata_length(prefix) is None


def test_a_prefix_announces_the_length_of_the_metadata() -> None:
    assert metadata_length(PREFIX.pack(MARKER, 640)) == 640


TEXTS = st.text(max_size=30)
INFOS = st.builds(
    SessionInfo, TEXTS, TEXTS, st.none() | TEXTS, st.none() | TEXTS, TEXTS, st.text(max_size=100)
)


@given(info=INFOS, written_by=TEXTS)
def test_a_head_comes_back_as_it_was(info: SessionInfo, written_by: str) -> None:
    head = Head(info, written_by)
    message = head_message(head)
    assert head_of(message) == head
    assert verified(message) == Seal(Part.HEAD, 0, 0)


def test_the_head_is_an_arrow_schema_that_names_format_and_writer() -> None:
    schema = pa.ipc.read_schema(pa.py_buffer(head_message(Head(SessionInfo("polar"), "1.2.3"))))
    assert schema.equals(COLUMNS)
    assert schema.metadata is not None
    assert schema.metadata[b"tracker.format"] == b"tracker.recording/1"
    assert schema.metadata[b"tracker.version"] == b"1.2.3"
    assert json.loads(schema.metadata[b"tracker.info"])["sensor"] == "polar"


def test_fields_of_a_later_minor_version_are_ignored_and_absent_ones_have_their_default() -> None:
    metadata = {b"tracker.version": b"9", b"tracker.info": b'{"sensor": "nus", "mood": "good"}'}
    assert head_from(metadata) == Head(SessionInfo("nus"), "9")


@pytest.mark.parametrize(
    "metadata",
    [
        {},
        {b"tracker.info": b'{"sensor": "nus"}'},
        {b"tracker.version": b"1", b"tracker.info": b"{}"},
        {b"tracker.version": b"1", b"tracker.info": b"[]"},
        {b"tracker.version": b"1", b"tracker.info": b"{"},
        {b"tracker.version": b"1", b"tracker.info": b"\xff"},
        {b"tracker.version": b"\xff", b"tracker.info": b'{"sensor": "nus"}'},
        {b"tracker.version": b"1", b"tracker.info": b'{"sensor": 3}'},
    ],
)
def test_a_head_that_lacks_something_is_refused(metadata: dict[bytes, bytes]) -> None:
    with pytest.raises(ValueError, match=r"."):
        head_from(metadata)


def test_a_schema_with_other_columns_is_refused() -> None:
    schema = pa.schema({"t_ns": pa.int64()})
    with pytest.raises(ValueError, match="columns are"):
        head_of(schema.serialize().to_pybytes())


def test_its_size_is_that_of_its_values() -> None:
    short, long = Head(SessionInfo("nus"), "1"), Head(SessionInfo("nus", note="n" * 500), "1")
    assert long.size_bytes() - short.size_bytes() == 500


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
    with pytest.raises(ValueError, match="not a record batch"):
        batch_of(message_with(rows, complete_metadata()))


def one_row(values: tuple[object, ...], schema: pa.Schema) -> pa.RecordBatch:
    columns = [pa.array([value], kind) for value, kind in zip(values, schema.types, strict=True)]
    return pa.record_batch(columns, schema=schema)


def test_sealed_rows_without_a_value_are_refused() -> None:
    nullable = pa.schema([field.with_nullable(True) for field in COLUMNS])
    rows = one_row((1, None, 0, b""), nullable)
    with pytest.raises(ValueError, match="has no value"):
        batch_of(message_with(rows, complete_metadata()))


def test_sealed_rows_that_do_not_name_their_session_are_refused() -> None:
    rows = one_row((1, "link", 0, b""), COLUMNS)
    with pytest.raises(ValueError, match="incomplete"):
        batch_of(message_with(rows, {SEAL_KEY.encode(): SEAL.text().encode()}))


def test_sealed_offsets_that_point_outside_are_refused_not_followed() -> None:
    sent = [Notification(1, "link", b"lost"), Notification(2, "link", b"gone")]
    message = batch_message(HEAD, SEAL, sent)
    offsets = b"".join(offset.to_bytes(4, "little") for offset in (0, 4, 8))
    outside = b"".join(offset.to_bytes(4, "little") for offset in (0, 4, 2**30))
    assert message.count(offsets) == 2
    forged = bytearray(message.replace(offsets, outside))
    with pytest.raises(ValueError, match="not a record batch"):
        batch_of(bytes(forged))


def test_a_head_is_no_batch() -> None:
    with pytest.raises(ValueError, match="not a record batch"):
        batch_of(head_message(HEAD))


def test_a_checksum_is_that_of_the_bytes(tmp_path: Path) -> None:
    path = tmp_path / "x"
    path.write_bytes(b"abc")
    # FIPS 180-2, appendix B.1.
    assert sha256_of(path) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"


def test_what_cannot_be_read_is_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such file"):
        sha256_of(tmp_path / "x")


@pytest.mark.parametrize("name", ["sensor", "exercise", "origin", "note"])
def test_a_head_whose_words_are_none_is_refused_by_the_field(name: str) -> None:
    info = json.dumps({"sensor": "samples", name: None}).encode()
    with pytest.raises(ValueError, match=f"{name} in the session information is not text"):
        head_from({b"tracker.info": info, b"tracker.version": b"1"})
