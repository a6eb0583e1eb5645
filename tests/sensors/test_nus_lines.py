from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.sensors.encoders import cut_nus
from tracker.sensors.nus import MOST_LINE_BYTES, LineAssembler


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"1,2,3\n", ["1,2,3"]),
        (b"1,2,3\r\n4,5,6\r7", ["1,2,3", "4,5,6"]),
        (b"\r\n\r\n", []),
        (b"\x1b>A,1,2,3\r\n", ["A,1,2,3"]),
        (b"> \x03\x10 1,2\n", ["1,2"]),
        (b"\xff1,2\n", ["�1,2"]),
        (b"1,2", []),
        (b'{"a":{}}', ['{"a":{}}']),
        (b'{"a":{}', []),
        (b'{"a":{}}\r\n1\n', ['{"a":{}}', "1"]),
    ],
)
def test_lines_end_and_begin_as_consoles_have_it(data: bytes, expected: list[str]) -> None:
    assert LineAssembler().feed(data) == expected


def test_what_is_too_long_is_dropped_up_to_its_end() -> None:
    lines = LineAssembler()

    assert lines.feed(b"x" * MOST_LINE_BYTES) == []
    assert lines.feed(b"x") == [None]
    assert lines.feed(b"x" * 100_000) == []
    assert lines.feed(b"x\n1,2\n") == ["1,2"]
    assert lines.feed(b"y" * (MOST_LINE_BYTES + 1) + b"\n3\n") == [None, "3"]


texts = st.text(alphabet="A,0123456789.-{}#\r\n> x", max_size=400)


@given(texts, st.data())
def test_any_cut_into_notifications_gives_the_same_lines(text: str, data: st.DataObject) -> None:
    # An object is given out as soon as it is whole, which depends on where that shows.
    stream = text.replace("}", "").encode()
    cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=6)))
    lines, whole = LineAssembler(), LineAssembler()

    pieces = [stream[start:end] for start, end in pairwise([0, *cuts, len(stream)])]
    found = [line for piece in pieces for line in lines.feed(piece)]

    assert found + lines.feed(b"\n") == whole.feed(stream) + whole.feed(b"\n")


@given(st.lists(st.binary(max_size=600), max_size=20))
def test_no_bytes_make_it_raise_or_keep_more_than_a_line(payloads: list[bytes]) -> None:
    lines = LineAssembler()
    for payload in payloads:
        for line in lines.feed(payload):
            assert line is None or 0 < len(line) <= MOST_LINE_BYTES


@given(st.text(alphabet=st.characters(max_codepoint=127), max_size=100), st.integers(1, 30))
def test_what_was_cut_is_whole_together(text: str, size: int) -> None:
    pieces = cut_nus(text, size)

    assert b"".join(pieces) == text.encode()
    assert all(0 < len(piece) <= size for piece in pieces)
    assert all(len(piece) == size for piece in pieces[:-1])
