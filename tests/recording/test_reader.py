from __future__ import annotations

import gzip
import itertools
from typing import TYPE_CHECKING

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tracker.domain import InputError, Notification, SessionInfo
from tracker.recording import DamageReason, RecordingWriter, open_recording

if TYPE_CHECKING:
    from pathlib import Path

ROWS_IN_BATCH = 3


def message_starts(path: Path) -> list[int]:
    """Return where Arrow finds the messages of a whole file, and at last the end mark."""
    source = pa.BufferReader(path.read_bytes())
    reader = pa.ipc.MessageReader.open_stream(source)
    starts = [0]
    try:
        while True:
            reader.read_next_message()
            starts.append(source.tell())
    except StopIteration:
        return starts


def test_a_whole_recording_says_what_it_holds(
    recorded: Path, info: SessionInfo, notifications: list[Notification]
) -> None:
    recording = open_recording(recorded)
    assert recording.info == info
    assert recording.damage == ()
    assert (recording.rows, recording.batches) == (12, 4)
    assert (recording.start_s, recording.end_s) == (0.0, 3.674)
    assert recording.duration_s == 3.674
    assert list(recording) == notifications
    assert list(recording) == notifications


def test_a_recording_that_changes_after_it_was_opened_is_told(recorded: Path) -> None:
    recording = open_recording(recorded)
    content = bytearray(recorded.read_bytes())
    content[message_starts(recorded)[2] + 100] ^= 1
    recorded.write_bytes(content)
    with pytest.raises(InputError, match="changed while"):
        list(recording)


def test_a_recording_that_disappears_is_told(recorded: Path) -> None:
    recording = open_recording(recorded)
    recorded.unlink()
    with pytest.raises(InputError, match="no such file"):
        list(recording)


def test_a_recording_without_notifications_has_no_times(tmp_path: Path, info: SessionInfo) -> None:
    path = tmp_path / "session.arrows"
    RecordingWriter(path, info).close()
    recording = open_recording(path)
    assert list(recording) == []
    assert (recording.start_s, recording.end_s, recording.duration_s) == (None, None, 0.0)
    assert recording.damage == ()


def test_a_cut_anywhere_in_the_last_rows_costs_these_rows_only(
    recorded: Path, tmp_path: Path, notifications: list[Notification]
) -> None:
    content = recorded.read_bytes()
    *_, start, closing, end_mark = message_starts(recorded)
    for length in range(start, len(content)):
        cut = tmp_path / f"{length}.arrows"
        cut.write_bytes(content[:length])
        recording = open_recording(cut)
        whole = length >= closing
        assert list(recording) == (notifications if whole else notifications[:-ROWS_IN_BATCH])
        (damage,) = recording.damage
        assert damage.end_byte == length
        assert damage.reason is (DamageReason.END if length >= end_mark else DamageReason.UNCLOSED)
        cut.unlink()


def test_a_cut_in_the_head_leaves_no_recording(recorded: Path, tmp_path: Path) -> None:
    content = recorded.read_bytes()
    head_length = message_starts(recorded)[1]
    cut = tmp_path / "cut.arrows"
    for length in range(head_length):
        cut.write_bytes(content[:length])
        with pytest.raises(InputError, match="expected a recording"):
            open_recording(cut)
    cut.write_bytes(content[:head_length])
    assert list(open_recording(cut)) == []


def test_a_flipped_bit_anywhere_costs_its_batch_only_and_is_told(
    tmp_path: Path, notifications: list[Notification]
) -> None:
    info = SessionInfo("profile")
    batches = [notifications[row : row + ROWS_IN_BATCH] for row in range(0, 9, ROWS_IN_BATCH)]
    of_message = [[], *batches, [], []]
    damaged = tmp_path / "damaged.arrows"
    with RecordingWriter(damaged, info) as writer:
        for notification in itertools.chain(*batches):
            writer.write(notification)
    content = damaged.read_bytes()
    starts = message_starts(damaged)
    for offset in range(len(content)):
        with damaged.open("r+b") as file:
            # Back to what it was in the byte before, and on to this one.
            file.write(content[:offset] + bytes([content[offset] ^ 1 << offset % 8]))
        recording = open_recording(damaged)
        hit = sum(start <= offset for start in starts) - 1
        expected = itertools.chain(*of_message[:hit], *of_message[hit + 1 :])
        assert list(recording) == list(expected), offset
        assert recording.info == info
        assert recording.damage[0].start_byte <= offset < recording.damage[-1].end_byte


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_no_damage_invents_or_reorders_rows(
    recorded: Path, notifications: list[Notification], data: st.DataObject
) -> None:
    content = recorded.read_bytes()
    places = st.integers(min_value=0, max_value=len(content))
    start, end = sorted((data.draw(places), data.draw(places)))
    patch = data.draw(st.binary(max_size=200))
    damaged = recorded.with_name("damaged.arrows")
    damaged.write_bytes(content[:start] + patch + content[end:])
    try:
        recording = open_recording(damaged)
    except InputError:
        assert start < message_starts(recorded)[1]
        return
    kept = list(recording)
    remaining = iter(notifications)
    assert all(notification in remaining for notification in kept)
    if damaged.read_bytes() != content:
        assert recording.damage


def test_losses_are_counted(recorded: Path, tmp_path: Path) -> None:
    content = recorded.read_bytes()
    starts = message_starts(recorded)
    cut = tmp_path / "cut.arrows"
    cut.write_bytes(content[: starts[2]] + content[starts[4] :])
    recording = open_recording(cut)
    (damage,) = recording.damage
    assert (damage.reason, damage.batches, damage.rows) == (DamageReason.BATCHES, 2, 6)
    assert (recording.rows, recording.batches) == (6, 2)


def assert_refused(path: Path, content: bytes, *words: str) -> None:
    path.write_bytes(content)
    with pytest.raises(InputError) as caught:
        open_recording(path)
    assert all(word in str(caught.value) for word in (path.name, *words))
    assert caught.value.advice


def test_what_is_no_recording_is_told_from_what_was_expected(
    recorded: Path, tmp_path: Path
) -> None:
    content = recorded.read_bytes()
    path = tmp_path / "file.arrows"
    assert_refused(path, b"", "expected a recording", "empty")
    assert_refused(path, b"time_s,acc_x,acc_y,acc_z\n0,1,2,3\n", "is text", "tracker import")
    assert_refused(path, gzip.compress(b"time_s"), "is compressed", "tracker import")
    assert_refused(path, b"\x89PNG\r\n\x1a\n" + bytes(100), "starts with 89 50 4e 47")
    assert_refused(path, content[:20], "ends after 20 bytes")
    assert_refused(path, content[: message_starts(recorded)[1] - 1], "nothing in its")
    plain = pa.BufferOutputStream()
    with pa.ipc.new_stream(plain, pa.schema({"a": pa.int64()})):
        pass
    assert_refused(path, plain.getvalue().to_pybytes(), "expected a recording")


def test_a_newer_format_is_told_from_a_damaged_digit(recorded: Path, tmp_path: Path) -> None:
    content = recorded.read_bytes()
    newer = content.replace(b"tracker.recording/1", b"tracker.recording/2")
    assert_refused(tmp_path / "newer.arrows", newer, "version 2", "Update the tracker")
    head = content[: message_starts(recorded)[1]]
    assert_refused(
        tmp_path / "damaged.arrows",
        head.replace(b"tracker.recording/1", b"tracker.recording/3", 1),
        "nothing in its",
    )


def test_what_cannot_be_opened_is_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such file"):
        open_recording(tmp_path / "nowhere.arrows")
    with pytest.raises(InputError, match="is a folder"):
        open_recording(tmp_path)


@pytest.mark.parametrize("content", [b"\xff" * 70_000, b"\xff\xff\xff\xff\xf8\xff\x00\x00" * 9000])
def test_markers_without_end_are_no_recording(tmp_path: Path, content: bytes) -> None:
    assert_refused(tmp_path / "file.arrows", content, "expected a recording")
