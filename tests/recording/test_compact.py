"""A compact copy: the same rows, session and identity in a third of the room; damage is local."""

from __future__ import annotations

import io
import os
import struct
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tracker.domain import InputError, Notification, OutputError, SessionInfo
from tracker.recording import RecordingWriter, compact, open_recording, recover, sha256_of
from tracker.recording import format as layout
from tracker.recording.format import (
    COLUMNS,
    MAX_CONTENT_BYTES,
    SEAL_KEY,
    Head,
    Part,
    Seal,
    batch_message,
    batch_of,
    content_bytes,
    stamped,
    verified,
)
from tracker.recording.packing import COMPACT
from tracker.recording.reader import whole_messages
from tracker.sensors.profile.packets import IMU_UUID

if TYPE_CHECKING:
    from collections.abc import Sequence

INFO = SessionInfo("profile", started_utc="2026-03-01T18:00:00+00:00", device_name="HipOne")
BUNDLED = Path(__file__).parents[2] / "recordings"


def rows(seconds: int, per_s: int = 20) -> list[Notification]:
    """Return what a sensor might send: counters that go on, and values that repeat."""
    return [
        Notification(number * 10**9 // per_s, IMU_UUID, struct.pack("<IIHH", number, 7, 8, 9) * 5)
        for number in range(seconds * per_s)
    ]


def written(path: Path, notifications: Sequence[Notification]) -> Path:
    with RecordingWriter(path, INFO) as writer:
        for notification in notifications:
            writer.write(notification)
    return path


def test_nothing_but_the_size_is_changed(tmp_path: Path) -> None:
    sent = rows(120)
    path = written(tmp_path / "a.arrows", sent)
    os.utime(path, (1e9, 1e9))
    path.chmod(0o640)
    before, identity = path.stat(), sha256_of(path)

    report = compact(path)

    after = path.stat()
    assert report.is_changed
    assert (report.before_bytes, report.after_bytes) == (before.st_size, after.st_size)
    assert after.st_size < before.st_size / 2
    assert (after.st_mode, after.st_mtime) == (before.st_mode, before.st_mtime)
    recording = open_recording(path)
    assert (list(recording), recording.info, recording.damage) == (sent, INFO, ())
    assert sha256_of(path) == identity
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("name", ["clean_set", "hard_session", "link_trouble"])
def test_bundled_recordings_become_less_than_half(name: str, tmp_path: Path) -> None:
    source = BUNDLED / f"{name}.arrows"
    path = tmp_path / source.name
    path.write_bytes(source.read_bytes())

    report = compact(path)

    assert report.after_bytes < 0.45 * report.before_bytes
    assert list(open_recording(path)) == list(open_recording(source))


def test_any_arrow_library_reads_it(tmp_path: Path) -> None:
    sent = rows(90)
    path = written(tmp_path / "a.arrows", sent)
    compact(path)

    table = pa.ipc.open_stream(path.read_bytes()).read_all()

    assert table.column("t_ns").to_pylist() == [each.received_ns for each in sent]
    assert table.column("payload").to_pylist() == [each.data for each in sent]


def test_a_second_time_changes_nothing(tmp_path: Path) -> None:
    path = written(tmp_path / "a.arrows", rows(60))
    compact(path)
    content = path.read_bytes()

    assert not compact(path).is_changed
    assert path.read_bytes() == content


def test_what_would_not_become_smaller_is_left_as_it_is(tmp_path: Path) -> None:
    path = written(tmp_path / "a.arrows", ())
    content = path.read_bytes()

    assert not compact(path).is_changed
    assert path.read_bytes() == content


notifications = st.builds(
    Notification,
    st.integers(-(1 << 63), (1 << 63) - 1),
    st.text(max_size=8),
    st.binary(max_size=64) | st.binary(max_size=2000),
    st.integers(-(1 << 15), (1 << 15) - 1),
)


@settings(max_examples=40)
@given(st.lists(notifications, max_size=60))
def test_any_rows_come_back(sent: list[Notification]) -> None:
    stream = io.BytesIO()
    head = Head(INFO, "0.1.0", "a" * 64)
    message = batch_message(head, Seal(Part.ROWS, 1, 0), sent, compressed=True)
    stream.write(message)
    ((_, seal, read),) = whole_messages(stream)

    assert seal == Seal(Part.ROWS, 1, 0)
    batch = batch_of(read)
    assert (list(batch.notifications()), batch.head) == (sent, head)
    assert 0 <= content_bytes(message) <= MAX_CONTENT_BYTES


# --- damage --------------------------------------------------------------------------------------


def test_a_flipped_bit_costs_its_batch_and_is_counted(tmp_path: Path) -> None:
    sent = rows(300)
    path = written(tmp_path / "a.arrows", sent)
    compact(path)
    content = bytearray(path.read_bytes())
    recording = open_recording(path)
    most_rows = COMPACT.batch_ns // (sent[1].received_ns - sent[0].received_ns)
    for place in range(50, len(content), len(content) // 40):
        content[place] ^= 4
        path.write_bytes(content)
        damaged = open_recording(path)
        kept = list(damaged)
        assert damaged.damage
        lost = sum(each.rows or 0 for each in damaged.damage)
        assert len(kept) + lost >= len(sent) - most_rows
        assert len(kept) >= len(sent) - most_rows
        assert set(kept) <= set(sent)
        content[place] ^= 4
    assert recording.batches == 10


def test_a_torn_tail_is_rescued(tmp_path: Path) -> None:
    path = written(tmp_path / "a.arrows", rows(120))
    compact(path)
    path.write_bytes(path.read_bytes()[:-3000])

    report = recover(path, tmp_path / "whole.arrows")

    assert report.rows_kept >= 60 * 20
    assert open_recording(tmp_path / "whole.arrows").damage == ()
    # It is not the recording that the log knows: something is missing.
    assert sha256_of(tmp_path / "whole.arrows") != sha256_of(path)


def test_what_is_damaged_or_still_written_is_left_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "a.arrows"
    writer = RecordingWriter(path, INFO)
    for notification in rows(20):
        writer.write(notification)
    writer.flush()
    content = path.read_bytes()
    with pytest.raises(InputError, match="not closed"):
        compact(path)
    assert path.read_bytes() == content
    writer.close()

    damaged = bytearray(path.read_bytes())
    damaged[len(damaged) // 2] ^= 1
    path.write_bytes(damaged)
    with pytest.raises(InputError, match="tracker recover"):
        compact(path)
    assert path.read_bytes() == damaged
    assert list(tmp_path.iterdir()) == [path]


def test_a_copy_that_says_something_else_replaces_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = written(tmp_path / "a.arrows", rows(60))
    content = path.read_bytes()

    class Forgetful(RecordingWriter):
        def write(self, notification: Notification) -> None:
            super().write(replace(notification, data=notification.data[:-1]))

    monkeypatch.setattr("tracker.recording.packing.RecordingWriter", Forgetful)
    with pytest.raises(OutputError, match="does not say the same"):
        compact(path)
    assert path.read_bytes() == content
    assert list(tmp_path.iterdir()) == [path]


def test_a_recording_that_changes_meanwhile_is_left_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = written(tmp_path / "a.arrows", rows(60))
    other = written(tmp_path / "b.arrows", rows(61)).read_bytes()

    class Interfering(RecordingWriter):
        def close(self) -> None:
            super().close()
            path.write_bytes(other)

    monkeypatch.setattr("tracker.recording.packing.RecordingWriter", Interfering)
    with pytest.raises((InputError, OutputError)):
        compact(path)
    assert path.read_bytes() == other


# --- what a compressed message may claim ---------------------------------------------------------


def huge(rows_of: int) -> bytes:
    """Return a sealed batch of zeros, which compress to next to nothing."""
    payload = bytes(1 << 20)
    values: list[Any] = [[0] * rows_of, ["x"] * rows_of, [0] * rows_of, [payload] * rows_of]
    batch = pa.record_batch(
        [pa.array(values[place], COLUMNS.field(place).type) for place in range(len(values))],
        schema=COLUMNS,
    )
    texts = {**Head(INFO, "0.1.0").metadata(), SEAL_KEY: Seal(Part.ROWS, 1, 0).text()}
    stream = io.BytesIO()
    options = pa.ipc.IpcWriteOptions(compression="zstd")
    with pa.ipc.new_stream(stream, COLUMNS, options=options) as writer:
        writer.write_batch(
            batch, custom_metadata={key.encode(): text.encode() for key, text in texts.items()}
        )
    content = stream.getvalue()
    skipped = layout.PREFIX.size + layout.PREFIX.unpack_from(content)[1]
    return stamped(content[skipped : -len(layout.END_MARK)])


def test_a_message_that_unpacks_to_too_much_is_refused_before_it_is_unpacked() -> None:
    message = huge(64)
    assert len(message) < 100_000
    assert verified(message) is not None
    assert content_bytes(message) > 64 << 20

    before = pa.total_allocated_bytes()
    with pytest.raises(ValueError, match="more than a recording may"):
        batch_of(message)
    assert pa.total_allocated_bytes() == before


def test_a_size_that_is_none_is_refused() -> None:
    message = bytearray(huge(1))
    size = struct.pack("<q", 1 << 20)
    place = message.rindex(size)
    for claimed in (-2, 1 << 62):
        message[place : place + 8] = struct.pack("<q", claimed)
        with pytest.raises(ValueError, match="claims to hold"):
            batch_of(bytes(message))


@given(st.data())
def test_no_bytes_of_a_message_harm_the_reader(data: st.DataObject) -> None:
    head, seal = Head(INFO, "0.1.0"), Seal(Part.ROWS, 1, 0)
    message = bytearray(batch_message(head, seal, rows(5), compressed=True))
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, len(message) - 1))
        message[place] = data.draw(st.integers(0, 255))
    with_any_size = bytes(message[: data.draw(st.integers(8, len(message)))])
    with suppress(ValueError):
        assert content_bytes(with_any_size) >= 0
