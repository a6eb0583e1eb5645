from __future__ import annotations

import gzip
import zipfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.importers.phones import saved, zipped
from tracker.domain import InputError
from tracker.importers import tables as module
from tracker.importers.tables import (
    MOST_FILES,
    ForeignFile,
    Part,
    Quantity,
    Triple,
    csv_text,
    foreign_files,
    read_foreign_header,
    read_part,
    start_of,
    texts_in,
)

FILES = {"b.csv": "two", "a.csv": "one", "meta/time.csv": "three", "photo.jpg": "no text"}


def texts(*paths: Path) -> dict[str, str]:
    return {file.path.name: file.text.decode() for file in foreign_files(paths)}


def test_a_folder_and_its_zip_are_the_same(tmp_path: Path) -> None:
    folder = saved(tmp_path / "session", FILES)
    archive = zipped(tmp_path / "session.zip", FILES)
    expected = {"a.csv": "one", "b.csv": "two", "time.csv": "three"}
    assert texts(folder) == texts(archive) == expected


def test_what_a_mac_adds_to_a_zip_is_passed_over(tmp_path: Path) -> None:
    files = {"a.csv": "one", "__MACOSX/._a.csv": "x", ".hidden.csv": "x"}
    assert texts(zipped(tmp_path / "a.zip", files)) == {"a.csv": "one"}


def test_single_files_may_be_compressed(tmp_path: Path) -> None:
    path = tmp_path / "a.csv.gz"
    path.write_bytes(gzip.compress(b"one"))
    (file,) = foreign_files([path])
    assert (file.text, file.stem) == (b"one", "a")


def test_a_message_names_the_file_in_the_zip(tmp_path: Path) -> None:
    archive = tmp_path / "a.zip"
    with zipfile.ZipFile(archive, "w") as written:
        written.writestr("Gyroscope.csv", b"\x89PNG\x00")
    with pytest.raises(InputError, match=r"a\.zip/Gyroscope\.csv: .*not text"):
        foreign_files([archive])


def test_what_is_no_zip_is_explained(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    path.write_bytes(b"PK no zip at all")
    with pytest.raises(InputError, match="cannot be unpacked"):
        foreign_files([path])
    with pytest.raises(InputError, match="no such file"):
        foreign_files([tmp_path / "missing.zip"])


def test_a_zip_that_is_cut_short_is_explained(tmp_path: Path) -> None:
    whole = zipped(tmp_path / "a.zip", {"a.csv": "0123456789" * 1000}).read_bytes()
    damaged = bytearray(whole)
    damaged[40:50] = b"\xff" * 10
    (tmp_path / "b.zip").write_bytes(damaged)
    with pytest.raises(InputError, match="cannot be unpacked"):
        foreign_files([tmp_path / "b.zip"])


def test_a_zip_that_unpacks_to_more_than_memory_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive = zipped(tmp_path / "a.zip", {"a.csv": "0" * 5_000_000})
    monkeypatch.setattr("tracker.importers.tables.MAX_TEXT_BYTES", 1_000_000)
    with pytest.raises(InputError, match="MB of text"):
        foreign_files([archive])


def test_many_small_texts_are_too_many_together(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = saved(tmp_path, {f"{number}.csv": "0" * 400 for number in range(3)})
    monkeypatch.setattr(module, "MAX_TEXT_BYTES", 1000)
    with pytest.raises(InputError, match="MB of text"):
        foreign_files([folder])


def test_a_folder_of_many_sessions_is_none(tmp_path: Path) -> None:
    folder = saved(tmp_path, {f"{number}.csv": "" for number in range(MOST_FILES + 1)})
    with pytest.raises(InputError, match="text files"):
        foreign_files([folder])


def test_without_a_text_there_is_nothing_to_read(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no CSV in it"):
        foreign_files([saved(tmp_path, {"photo.jpg": ""})])


def test_texts_are_found_one_folder_deep(tmp_path: Path) -> None:
    folder = saved(tmp_path, {**FILES, "one/two/deep.csv": ""})
    assert [path.name for path in texts_in(folder)] == ["a.csv", "b.csv", "time.csv"]


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_the_start_of_a_text_is_read_packed_or_not(pack: type[bytes], tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(pack("\ufefftime,x\n".encode() + b"1,2\n" * 100_000))
    assert start_of(path).startswith(b"time,x\n1,2\n")
    assert len(start_of(path)) < 10_000


G = 9.80665
DEGREE = 0.017453292519943295


@pytest.mark.parametrize(
    ("line", "triples"),
    [
        (
            (
                '"Time (s)","Acceleration x (m/s^2)","Acceleration y (m/s^2)",'
                '"Acceleration z (m/s^2)","Absolute acceleration (m/s^2)"'
            ),
            [Triple(Quantity.ACC, (1, 2, 3), 1.0)],
        ),
        (
            '"Time (s)";"X (rad/s)";"Y (rad/s)";"Z (rad/s)"',
            [Triple(Quantity.GYRO, (1, 2, 3), 1.0)],
        ),
        (
            "epoc (ms),timestamp (+0000),elapsed (s),x-axis (g),y-axis (g),z-axis (g)",
            [Triple(Quantity.ACC, (3, 4, 5), G)],
        ),
        (
            "elapsed (s),z-axis (deg/s),y-axis (deg/s),x-axis (deg/s)",
            [Triple(Quantity.GYRO, (3, 2, 1), DEGREE)],
        ),
        (
            (
                "Time (ms)\tLinear Acceleration x (m/s²)\tLinear Acceleration y (m/s²)"
                "\tLinear Acceleration z (m/s²)"
            ),
            [Triple(Quantity.LINEAR_ACC, (1, 2, 3), 1.0)],
        ),
        (
            "Time (s),acc x (g),acc y (g),acc z (g),gyr x (°/s),gyr y (°/s),gyr z (°/s)",
            [Triple(Quantity.ACC, (1, 2, 3), G), Triple(Quantity.GYRO, (4, 5, 6), DEGREE)],
        ),
        ("Time (s),acc_x,acc_y,acc_z", [Triple(Quantity.ACC, (1, 2, 3), None)]),
        ("Time (s),Acceleration x (m/s^2),Acceleration y (m/s^2)", []),
        ("Time (s),Magnetic Field x (µT),Magnetic Field y (µT),Magnetic Field z (µT)", []),
        ("Time (s),Pressure (hPa)", []),
    ],
)
def test_columns_are_known_by_axis_and_unit(line: str, triples: list[Triple]) -> None:
    header = read_foreign_header(f"{line}\n0,1,2,3".encode())
    assert header is not None
    assert list(header.triples) == triples
    assert header.has_motion is bool(triples)


def test_times_are_told_apart() -> None:
    header = read_foreign_header(b"epoc (ms),timestamp (-0700),elapsed (s),x-axis (g)\n")
    assert header is not None
    assert (header.epoch, header.epoch_s, header.time, header.time_s) == (0, 1e-3, 2, 1.0)


def test_sensor_logger_names_its_columns_alike_in_every_file() -> None:
    header = read_foreign_header(b"time,seconds_elapsed,z,y,x\n1,2,3,4,5\n")
    assert header is not None
    assert header.sensor_logger
    assert header.has_motion
    assert (header.time, header.epoch, header.epoch_s) == (1, 0, 1e-9)


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"\n\n",
        b"time_s,acc_x,acc_y,acc_z\n0,0,0,9.8",
        b"time_s,acc_x,acc_y,acc_z,gyro_x,gyro_y,gyro_z\n",
        b"0,0,0,9.8\n",
        b"time,seconds_elapsed,text\n",
        b'"event","experiment time","system time","system time text"\n',
    ],
)
def test_everything_else_is_none_of_them(text: bytes) -> None:
    assert read_foreign_header(text) is None


@settings(deadline=None)
@given(st.binary(max_size=200))
def test_no_bytes_bring_it_down(text: bytes) -> None:
    read_foreign_header(text)


NAMES = "epoc (ms),timestamp (+0000),elapsed (s),x-axis (g),y-axis (g),z-axis (g)"


def part_of(*rows: str, names: str = NAMES) -> Part:
    file = ForeignFile(Path("acc.csv"), "\n".join([names, *rows]).encode())
    header = read_foreign_header(file.text)
    assert header is not None
    return read_part(file, header, header.triples[0].columns)


def test_columns_of_words_are_passed_over() -> None:
    part = part_of("1000,2026-03-01T00:00:00,0.5,1,2,3", "1010,2026-03-01T00:00:01,0.51,4,5,6")
    np.testing.assert_array_equal(part.time_s, [0.5, 0.51])
    np.testing.assert_array_equal(part.values, [[1, 2, 3], [4, 5, 6]])
    assert part.epoch_s == pytest.approx(0.5)


def test_milliseconds_become_seconds() -> None:
    part = part_of("500,0,0,1", names="Time (ms),acc x (g),acc y (g),acc z (g)")
    np.testing.assert_array_equal(part.time_s, [0.5])
    assert part.epoch_s is None


def test_a_comma_is_a_point_where_it_is_no_separator() -> None:
    names = "Time (s);acc x (g);acc y (g);acc z (g)"
    part = part_of("0,5;1,25E0;-2;3,0", names=names)
    np.testing.assert_array_equal(part.values, [[1.25, -2.0, 3.0]])


def test_a_file_without_rows_is_an_empty_part() -> None:
    part = part_of()
    assert part.values.shape == (0, 3)
    assert part.epoch_s is None


@pytest.mark.parametrize("epoch", ["nan", "-5", "1e40"])
def test_an_hour_that_cannot_be_is_refused(epoch: str) -> None:
    with pytest.raises(InputError, match=r"acc\.csv: epoc \(ms\) of the first row"):
        part_of(f"{epoch},x,0.5,1,2,3")


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("1010,x,0.51,1,2,nan", "line 3: a value is not a measurement"),
        ("1010,x,inf,1,2,3", "line 3: a value is not a measurement"),
        ("1010,x,0.51,1,2,1e300", "line 3: a value is not a measurement"),
        ("1010,x,0.4,1,2,3", "line 3: time runs backwards"),
        ("1010,x,0.51,1,2", "cannot be read as numbers"),
        ("1010,x,0.51,1,2,heavy", "cannot be read as numbers"),
        ("1010,x,0.51,1,,3", "cannot be read as numbers"),
    ],
)
def test_what_is_wrong_is_told(row: str, said: str) -> None:
    with pytest.raises(InputError, match=rf"acc\.csv: {said}"):
        part_of("1000,x,0.5,1,2,3", row)


TEXT = b"time_s,acc_x\n0,1"


@pytest.mark.parametrize(
    "content",
    [
        TEXT,
        TEXT + b"\r\n\r\n ",
        b"\xef\xbb\xbf" + TEXT,
        gzip.compress(TEXT),
        gzip.compress(TEXT[:6]) + gzip.compress(TEXT[6:]),
    ],
    ids=["plain", "blank end", "byte order mark", "packed", "packed in two parts"],
)
def test_the_text_comes_bare(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "samples.csv"
    path.write_bytes(content)
    assert csv_text(path) == TEXT


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (gzip.compress(TEXT * 50)[:-12], "compressed data is damaged"),
        (gzip.compress(TEXT)[:10] + b"\xff" * 30, "compressed data is damaged"),
        (b"\xff\xff\xff\xff\x00\x01\x00\x00", "Arrow format"),
        (b"ARROW1\x00\x00", "Arrow format"),
        (TEXT.decode().encode("utf-16"), "UTF-16"),
        (b"\x7fELF\x02\x01\x00\x00", "not text"),
    ],
    ids=["torn", "damaged", "stream", "file", "utf-16", "binary"],
)
def test_what_is_no_text_is_told(tmp_path: Path, content: bytes, words: str) -> None:
    path = tmp_path / "samples.csv"
    path.write_bytes(content)
    with pytest.raises(InputError, match=words) as caught:
        csv_text(path)
    assert caught.value.advice


def test_a_packed_file_that_never_ends_is_not_unpacked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tracker.importers.tables.MAX_TEXT_BYTES", 3 << 20)
    path = tmp_path / "samples.csv.gz"
    path.write_bytes(gzip.compress(bytes(6 << 20), compresslevel=1))
    with pytest.raises(InputError, match="more than 3 MB"):
        csv_text(path)


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such file"):
        csv_text(tmp_path / "nowhere.csv")
