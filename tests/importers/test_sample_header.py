from __future__ import annotations

import itertools
from pathlib import Path

import pytest

from tracker.domain import InputError
from tracker.importers.sample_csv import ACC, GYRO, TIME, read_header

PATH = Path("samples.csv")
ACC_ONLY = ",".join([TIME, *ACC])
COMPLETE = ",".join([TIME, *ACC, *GYRO])


@pytest.mark.parametrize("names", list(itertools.permutations([TIME, *ACC])))
def test_columns_may_come_in_any_order(names: tuple[str, ...]) -> None:
    header = read_header(PATH, ",".join(names).encode())
    assert header.names == names
    assert not header.has_gyro


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (COMPLETE, 1),
        (COMPLETE.replace(",", " , "), 1),
        (",".join(f'"{name}"' for name in COMPLETE.split(",")), 1),
        (f"\n\n{COMPLETE}", 3),
        (f"\r\n  {COMPLETE}", 2),
    ],
)
def test_spaces_quotes_and_blank_lines_before_do_not_matter(text: str, line: int) -> None:
    content = f"{text}\r\n0,1,2,3,4,5,6".encode()
    header = read_header(PATH, content)
    assert header.names == (TIME, *ACC, *GYRO)
    assert header.has_gyro
    assert header.line == line
    assert content[header.end :] == b"\r\n0,1,2,3,4,5,6"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", ["empty", COMPLETE[:6]]),
        ("time_s,acc_x,acc_z", ["line 1: column acc_y missing"]),
        ("acc_x,acc_y,acc_z", ["column time_s missing"]),
        (f"{ACC_ONLY},gyro_y", ["columns gyro_x, gyro_z missing"]),
        (f"{ACC_ONLY},heart_rate", ["unknown column 'heart_rate'"]),
        (ACC_ONLY.replace("time_s", "time"), ["unknown column 'time'", "Did you mean time_s?"]),
        (f"{ACC_ONLY},", ["column 5 has no name"]),
        (f"{ACC_ONLY},acc_x,acc_y", ["columns acc_x, acc_y more than once"]),
        (ACC_ONLY.replace(",", ";"), ["separated by ';'", "commas"]),
        (ACC_ONLY.replace(",", "\t"), [r"separated by '\t'"]),
        ("0.00,0.1,9.8,0.2", ["found numbers", "Add a first line"]),
        ("x" * 10_000, ["unknown column", "xxx"]),
    ],
)
def test_a_wrong_header_is_told_with_what_was_expected(text: str, words: list[str]) -> None:
    with pytest.raises(InputError) as caught:
        read_header(PATH, text.encode())
    message = str(caught.value)
    assert all(word in message for word in ["samples.csv", *words])
    assert "Expected" in message or "line" in message
    assert len(message) < 300


def test_the_line_is_named_although_blank_ones_come_first() -> None:
    with pytest.raises(InputError, match="line 3: unknown column 'a'"):
        read_header(PATH, b"\n\na,b\n")
