from __future__ import annotations

import pytest

from tracker.domain import InputError
from tracker.export.fit import Base, Field, Message, checksum, fit_file


def test_the_checksum_is_the_catalogued_one() -> None:
    # CRC-16/ARC, https://reveng.sourceforge.io/crc-catalogue/16.htm
    assert checksum(b"123456789") == 0xBB3D


def test_a_file_byte_by_byte() -> None:
    message = Message(
        225, (Field("repetitions", 3, Base.UINT16, 8),), (Field("hold", 2, Base.FLOAT64, 1.5),)
    )
    data = fit_file([message])
    head, body = data[:14], data[14:-2]
    assert head[:8] == bytes.fromhex("0e 20 e252 18000000")
    assert head[8:12] == b".FIT"
    definition = "60 00 00 e100 01 03 02 84 01 02 08 00"
    values = "00 0800 000000000000f83f"
    assert body.hex(" ") == bytes.fromhex(definition + values).hex(" ")
    # A checksum behind the data that it is of leaves nothing.
    assert checksum(head) == 0
    assert checksum(data) == 0


def test_the_same_shape_is_defined_once() -> None:
    eight, nine = (Message(225, (Field("r", 3, Base.UINT16, count),)) for count in (8, 9))
    other = Message(225, (Field("d", 0, Base.UINT32, 1000),))
    once = len(fit_file([eight]))
    assert len(fit_file([eight, nine])) == once + 3
    assert len(fit_file([eight, other])) == once + 9 + 5


def test_text_ends_in_a_zero() -> None:
    data = fit_file([Message(206, (Field("field_name", 3, Base.STRING, "hüf"),))])
    assert data[14:-2].hex(" ") == bytes.fromhex("40 00 00 ce00 01 03 05 07 00 68c3bc6600").hex(
        " "
    )


@pytest.mark.parametrize("value", [-1, 65535, 65536])
def test_all_ones_are_no_value(value: int) -> None:
    with pytest.raises(InputError, match=f"0 to 65534, got {value}"):
        fit_file([Message(225, (Field("repetitions", 3, Base.UINT16, value),))])


def test_long_text_is_refused() -> None:
    with pytest.raises(InputError, match="at most 255 bytes"):
        fit_file([Message(206, (Field("name", 3, Base.STRING, "x" * 255),))])


def test_there_are_sixteen_kinds_at_once() -> None:
    with pytest.raises(ValueError, match="more than 16"):
        fit_file(Message(number, ()) for number in range(17))
