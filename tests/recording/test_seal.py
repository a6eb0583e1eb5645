from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.recording.format import (
    MARKER,
    MAX_METADATA_BYTES,
    PREFIX,
    Part,
    Seal,
    metadata_length,
    sealed_length,
    stamped,
    verified,
)

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
