from __future__ import annotations

import json

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.domain import SessionInfo
from tracker.recording.format import (
    COLUMNS,
    Head,
    Part,
    Seal,
    head_from,
    head_message,
    head_of,
    verified,
)

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
