from __future__ import annotations

import io
from typing import TYPE_CHECKING

import pyarrow as pa

from tracker.domain import Notification, SessionInfo
from tracker.recording.format import MARKER, Head, Part, Seal, batch_message, head_message
from tracker.recording.reader import message_at, whole_messages

if TYPE_CHECKING:
    from pathlib import Path

HEAD = Head(SessionInfo("profile"), "1.0")


def batch(sequence: int, payload: bytes = b"x") -> bytes:
    seal = Seal(Part.ROWS, sequence, sequence - 1)
    return batch_message(HEAD, seal, [Notification(sequence, "link", payload)])


def found_in(content: bytes) -> list[tuple[int, int]]:
    return [(offset, seal.sequence) for offset, seal, _ in whole_messages(io.BytesIO(content))]


def test_messages_are_found_where_arrow_finds_them(recorded: Path) -> None:
    source = pa.BufferReader(recorded.read_bytes())
    reader = pa.ipc.MessageReader.open_stream(source)
    starts = [0]
    while True:
        try:
            reader.read_next_message()
        except StopIteration:
            break
        starts.append(source.tell())
    with recorded.open("rb") as file:
        assert [offset for offset, _, _ in whole_messages(file)] == starts[:-1]


def test_the_search_goes_on_behind_bytes_of_any_length() -> None:
    for length in range(1, 20):
        content = batch(1) + b"\xff" * length + batch(2)
        assert found_in(content) == [(0, 1), (len(batch(1)) + length, 2)]


def test_a_marker_across_the_border_of_two_reads_is_found() -> None:
    for shift in range(6):
        noise = bytes((1 << 20) - 3 + shift)
        assert found_in(b"\x01" + noise + batch(1)) == [(1 + len(noise), 1)]


def test_a_payload_full_of_markers_is_passed_over_when_its_batch_is_torn() -> None:
    torn = batch(1, MARKER * 5000)[:-8]
    assert found_in(torn + batch(2)) == [(len(torn), 2)]


def test_a_length_that_was_made_huge_costs_that_message_only() -> None:
    first = bytearray(batch(1))
    first[7] = 0x7F
    assert found_in(bytes(first) + batch(2)) == [(len(first), 2)]


def test_nothing_is_found_where_nothing_is() -> None:
    assert found_in(b"") == []
    assert found_in(MARKER) == []
    assert found_in(bytes(1000)) == []


def test_the_message_at_a_place_may_be_cut_off() -> None:
    content = head_message(HEAD)
    assert message_at(io.BytesIO(content), 0) == content
    assert message_at(io.BytesIO(content[:-1]), 0) == content[:-1]
    assert message_at(io.BytesIO(content), 8) is None
