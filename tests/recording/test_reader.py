from __future__ import annotations

import errno
import gzip
import io
import itertools
import os
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.recording.sweep import sweep
from tracker.domain import InputError, Notification, OutputError, SessionInfo
from tracker.domain.errors import reading, writing
from tracker.recording import (
    Damage,
    DamageReason,
    RecordingWriter,
    is_closed,
    open_recording,
    recover,
)
from tracker.recording.format import (
    END_MARK,
    MARKER,
    Head,
    Part,
    Seal,
    batch_message,
    head_message,
)
from tracker.recording.reader import FileIndex, index_file, message_at, whole_messages

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
    for length in sweep(start, len(content)):
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
    for length in sweep(0, head_length):
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
    for offset in sweep(0, len(content)):
        flipped = bytearray(content)
        flipped[offset] ^= 1 << offset % 8
        damaged.write_bytes(flipped)
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
    assert_refused(
        path, b"time_s,acc_x,acc_y,acc_z\n0,1,2,3\n", "is text", "tracker analyze, if a line"
    )
    assert_refused(path, gzip.compress(b"time_s"), "is compressed", "Unpack it")
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


HEAD = Head(SessionInfo("profile"), "1.0")
OTHER = Head(SessionInfo("polar"), "1.0")
START = head_message(HEAD)


def rows(sequence: int, head: Head = HEAD) -> bytes:
    """Return the batch of that number; each has two rows, at its own second."""
    sent = [Notification(sequence * 10**9 + index, "link", b"x") for index in range(2)]
    return batch_message(head, Seal(Part.ROWS, sequence, 2 * (sequence - 1)), sent)


def last(sequence: int, head: Head = HEAD) -> bytes:
    return batch_message(head, Seal(Part.LAST, sequence, 2 * (sequence - 1)), ()) + END_MARK


def of(*parts: bytes) -> FileIndex:
    return index_file(io.BytesIO(b"".join(parts)))


def seconds(found: FileIndex) -> list[int]:
    return [place.first_ns // 10**9 for place in found.locations]


def test_a_whole_file_has_no_damage_and_its_batches_in_order() -> None:
    found = of(START, rows(1), rows(2), last(3))
    assert found.head == HEAD
    assert found.damage == []
    first, second = found.locations
    assert (first.offset, first.length, first.rows) == (len(START), len(rows(1)), 2)
    assert (first.first_ns, first.last_ns) == (10**9, 10**9 + 1)
    assert second.offset == first.offset + first.length


def test_a_batch_that_was_cut_out_cleanly_is_missed() -> None:
    found = of(START, rows(1), rows(4), last(5))
    place = len(START) + len(rows(1))
    assert found.damage == [Damage(DamageReason.BATCHES, place, place, 2, 4)]
    assert seconds(found) == [1, 4]


def test_the_last_batch_is_missed_as_well() -> None:
    found = of(START, rows(1), last(3))
    assert [damage.rows for damage in found.damage] == [2]


def test_a_damaged_batch_is_counted_and_its_bytes_are_named() -> None:
    torn = rows(2)[:-16]
    found = of(START, rows(1), torn, rows(3), last(4))
    place = len(START) + len(rows(1))
    assert found.damage == [Damage(DamageReason.BATCHES, place, place + len(torn), 1, 2)]
    assert seconds(found) == [1, 3]


def test_a_damaged_head_is_restored_from_the_first_whole_batch() -> None:
    found = of(START[:-1] + b"?", rows(1), last(2))
    assert found.head == HEAD
    assert found.damage == [Damage(DamageReason.HEAD, 0, len(START), 0, 0)]


def test_a_missing_head_with_missing_batches_counts_them() -> None:
    found = of(rows(2), last(3))
    assert found.damage == [Damage(DamageReason.HEAD, 0, 0, 1, 2)]
    assert seconds(found) == [2]


def test_a_repeated_or_late_batch_is_left_out_and_told() -> None:
    again = of(START, rows(1), rows(1), rows(2), last(3))
    assert seconds(again) == [1, 2]
    assert [damage.reason for damage in again.damage] == [DamageReason.REPEATED]
    late = of(START, rows(2), rows(1), last(3))
    assert seconds(late) == [2]
    assert [damage.reason for damage in late.damage] == [
        DamageReason.BATCHES,
        DamageReason.REPEATED,
    ]


def test_bytes_before_the_head_and_between_batches_are_stray() -> None:
    found = of(b"junk", START, rows(1), b"more junk", rows(2), last(3))
    place = 4 + len(START) + len(rows(1))
    assert found.damage == [
        Damage(DamageReason.STRAY, 0, 4, 0, 0),
        Damage(DamageReason.STRAY, place, place + 9, 0, 0),
    ]
    assert seconds(found) == [1, 2]


def test_batches_of_another_recording_are_not_mixed_in() -> None:
    found = of(START, rows(1), last(2), head_message(OTHER), rows(1, OTHER), last(2, OTHER))
    assert seconds(found) == [1]
    assert [damage.reason for damage in found.damage] == [DamageReason.END]


def test_a_file_that_was_never_closed_may_have_lost_its_end() -> None:
    found = of(START, rows(1))
    end = len(START) + len(rows(1))
    assert found.damage == [Damage(DamageReason.UNCLOSED, end, end, None, None)]
    torn = of(START, rows(1), rows(2)[:40])
    assert torn.damage == [Damage(DamageReason.UNCLOSED, end, end + 40, None, None)]


def test_a_damaged_end_mark_costs_nothing_but_is_told() -> None:
    for end in (b"", END_MARK[:3], END_MARK[:-1] + b"\x01", END_MARK + b"\x00"):
        found = of(START, rows(1), last(2)[: -len(END_MARK)], end)
        assert [(damage.reason, damage.rows) for damage in found.damage] == [(DamageReason.END, 0)]


def test_nothing_of_a_recording_is_found_in_anything_else() -> None:
    assert of(b"time_s,acc_x\n").head is None
    assert of().head is None


@pytest.mark.parametrize("reason", DamageReason)
def test_every_reason_is_told_in_words(reason: DamageReason) -> None:
    text = str(Damage(reason, 100, 200, 2, 30))
    assert text.startswith("bytes 100 to 200: ")
    assert text.endswith("; notifications lost: 30")


def test_a_cut_is_told_from_a_damaged_place() -> None:
    assert "byte 100: batches were cut out" in str(Damage(DamageReason.BATCHES, 100, 100, 1, 5))


def test_nothing_lost_and_nobody_knows_are_not_the_same() -> None:
    assert "notifications lost: 0" in str(Damage(DamageReason.STRAY, 0, 8, 0, 0))
    assert "unknown" in str(Damage(DamageReason.UNCLOSED, 0, 8, None, None))


def test_a_recording_is_closed_once_its_writer_is(tmp_path: Path) -> None:
    path = tmp_path / "a.arrows"
    with RecordingWriter(path, SessionInfo("profile")):
        assert not is_closed(path)
    assert is_closed(path)
    path.write_bytes(path.read_bytes()[:-1])
    assert not is_closed(path)


def test_an_empty_file_is_not_closed_and_one_that_is_gone_is_told(tmp_path: Path) -> None:
    path = tmp_path / "a.arrows"
    path.touch()
    assert not is_closed(path)
    with pytest.raises(InputError, match="no such file"):
        is_closed(tmp_path / "b.arrows")


PATH = Path("folder/session.arrows")

READING = {
    errno.ENOENT: "no such file",
    errno.EISDIR: "is a folder",
    errno.EACCES: "may not be read",
    errno.EIO: "cannot be read",
}
WRITING = {
    errno.EEXIST: "exists already",
    errno.ENOENT: "no folder folder",
    errno.ENOTDIR: "no folder folder",
    errno.EISDIR: "is a folder",
    errno.EACCES: "may not be written",
    errno.ENOSPC: "no space left",
    errno.EFBIG: "no space left",
    errno.EIO: "cannot be written",
}


@pytest.mark.parametrize(("code", "words"), READING.items(), ids=map(os.strerror, READING))
def test_a_file_that_cannot_be_read_is_named_with_the_reason(code: int, words: str) -> None:
    with pytest.raises(InputError, match=words) as caught, reading(PATH):
        raise OSError(code, os.strerror(code))
    assert caught.value.path == str(PATH)
    assert isinstance(caught.value.__cause__, OSError)


@pytest.mark.parametrize(("code", "words"), WRITING.items(), ids=map(os.strerror, WRITING))
def test_a_file_that_cannot_be_written_is_named_with_the_reason(code: int, words: str) -> None:
    with pytest.raises(OutputError, match=words) as caught, writing(PATH):
        raise OSError(code, os.strerror(code))
    assert caught.value.path == str(PATH)


def test_other_errors_pass() -> None:
    with pytest.raises(ValueError, match="ours"), reading(PATH), writing(PATH):
        raise ValueError("ours")


@pytest.fixture
def damaged(recorded: Path) -> Path:
    """The recording with a damaged second batch and a torn end."""
    content = bytearray(recorded.read_bytes())
    content[content.find(b"set_start")] ^= 1
    path = recorded.with_name("damaged.arrows")
    path.write_bytes(content[:-30])
    return path


def test_everything_that_is_whole_is_kept(
    damaged: Path, tmp_path: Path, info: SessionInfo, notifications: list[Notification]
) -> None:
    target = tmp_path / "clean.arrows"
    report = recover(damaged, target)
    recording = open_recording(target)
    assert recording.damage == ()
    assert recording.info == info
    assert list(recording) == notifications[:3] + notifications[6:]
    assert report.target == target
    assert (report.rows_kept, report.rows_lost, report.end_lost) == (9, 3, True)
    assert [damage.reason for damage in report.damage] == [
        DamageReason.BATCHES,
        DamageReason.UNCLOSED,
    ]


def test_a_whole_recording_loses_nothing(recorded: Path, tmp_path: Path) -> None:
    report = recover(recorded, tmp_path / "copy.arrows")
    assert (report.rows_kept, report.rows_lost, report.end_lost) == (12, 0, False)
    assert (tmp_path / "copy.arrows").read_bytes() == recorded.read_bytes()


def test_a_target_that_exists_is_replaced_only_by_force(damaged: Path, tmp_path: Path) -> None:
    target = tmp_path / "clean.arrows"
    target.write_bytes(b"precious")
    with pytest.raises(OutputError, match="--force"):
        recover(damaged, target)
    assert target.read_bytes() == b"precious"
    recover(damaged, target, force=True)
    assert open_recording(target).damage == ()


def test_a_recording_never_takes_its_own_place(damaged: Path) -> None:
    before = damaged.read_bytes()
    with pytest.raises(OutputError, match="is the damaged recording itself"):
        recover(damaged, damaged, force=True)
    assert damaged.read_bytes() == before


def test_a_failure_leaves_nothing_behind(damaged: Path, tmp_path: Path) -> None:
    before = sorted(tmp_path.iterdir())
    with pytest.raises(OutputError, match="there is no folder"):
        recover(damaged, tmp_path / "nowhere" / "clean.arrows")
    with pytest.raises(InputError, match="no such file"):
        recover(tmp_path / "nowhere.arrows", tmp_path / "clean.arrows")
    (tmp_path / "folder").mkdir()
    with pytest.raises(OutputError, match="is a folder"):
        recover(damaged, tmp_path / "folder", force=True)
    (tmp_path / "folder").rmdir()
    assert sorted(tmp_path.iterdir()) == before
