from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

import tracker
from tracker.domain import Notification, OutputError, SessionInfo
from tracker.recording import DamageReason, RecordingWriter, open_recording
from tracker.recording.format import MAX_BATCH_BYTES, MAX_BATCH_ROWS, MAX_INFO_BYTES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

NOTIFICATIONS = st.builds(
    Notification,
    st.integers(min_value=-(2**63), max_value=2**63 - 1),
    st.text(max_size=40),
    st.binary(max_size=300),
    st.integers(min_value=-(2**15), max_value=2**15 - 1),
)


def record(path: Path, info: SessionInfo, sent: Iterable[Notification]) -> None:
    with RecordingWriter(path, info) as writer:
        for notification in sent:
            writer.write(notification)


@given(sent=st.lists(NOTIFICATIONS, max_size=30), note=st.text(max_size=50))
def test_any_session_comes_back_as_it_was(sent: list[Notification], note: str) -> None:
    info = SessionInfo(sensor="profile", note=note)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "session.arrows"
        record(path, info, sent)
        recording = open_recording(path)
        assert list(recording) == sent
    assert recording.info == info
    assert recording.damage == ()


def test_arrow_reads_the_file_without_knowing_the_format(
    recorded: Path, notifications: list[Notification]
) -> None:
    table = pa.ipc.open_stream(recorded.read_bytes()).read_all()
    assert table.column_names == ["t_ns", "channel", "device", "payload"]
    assert [
        Notification(row["t_ns"], row["channel"], row["payload"], row["device"])
        for row in table.to_pylist()
    ] == notifications
    assert table.schema.metadata[b"tracker.format"] == b"tracker.recording/1"
    assert table.schema.metadata[b"tracker.version"] == tracker.__version__.encode()


def test_a_batch_covers_less_than_a_second_of_the_stream(
    recorded: Path, notifications: list[Notification]
) -> None:
    stream = pa.ipc.open_stream(recorded.read_bytes())
    batches = [batch.column("t_ns").to_numpy() for batch in stream]
    assert [times_ns.size for times_ns in batches] == [3, 3, 3, 3, 0]
    assert all(np.ptp(times_ns) < 10**9 for times_ns in batches if times_ns.size)
    assert np.concatenate(batches).tolist() == [each.received_ns for each in notifications]


def test_rows_are_in_the_file_once_flushed(tmp_path: Path, info: SessionInfo) -> None:
    path = tmp_path / "session.arrows"
    with RecordingWriter(path, info) as writer:
        assert open_recording(path).rows == 0
        writer.write(Notification(0, "link", b"streaming"))
        assert (writer.rows, open_recording(path).rows) == (0, 0)
        writer.flush()
        assert (writer.rows, open_recording(path).rows) == (1, 1)
        size = path.stat().st_size
        writer.flush()
        assert path.stat().st_size == size


def test_a_clock_that_jumps_back_ends_a_batch_as_well(tmp_path: Path, info: SessionInfo) -> None:
    path = tmp_path / "session.arrows"
    record(path, info, [Notification(10**10, "link", b""), Notification(0, "link", b"")])
    assert open_recording(path).batches == 2


def test_a_batch_is_bounded_in_rows_and_bytes(tmp_path: Path, info: SessionInfo) -> None:
    many, large = tmp_path / "many.arrows", tmp_path / "large.arrows"
    record(many, info, [Notification(0, "link", b"")] * (MAX_BATCH_ROWS + 1))
    assert open_recording(many).batches == 2
    payload = bytes(MAX_BATCH_BYTES)
    record(large, info, [Notification(0, "samples", payload)] * 2)
    assert [len(notification.data) for notification in open_recording(large)] == [len(payload)] * 2
    assert open_recording(large).damage == ()


def test_what_does_not_fit_is_refused_and_the_rest_kept(tmp_path: Path, info: SessionInfo) -> None:
    path = tmp_path / "session.arrows"
    with RecordingWriter(path, info) as writer:
        writer.write(Notification(1, "link", b""))
        with pytest.raises(ValueError, match="does not fit"):
            writer.write(Notification(2**63, "link", b""))
        writer.write(Notification(2, "link", b""))
    assert [notification.received_ns for notification in open_recording(path)] == [1, 2]


def test_a_recording_is_closed_although_the_session_failed(
    tmp_path: Path, info: SessionInfo
) -> None:
    path = tmp_path / "session.arrows"

    def interrupted() -> Iterator[Notification]:
        yield Notification(1, "link", b"")
        raise RuntimeError("radio")

    with pytest.raises(RuntimeError, match="radio"):
        record(path, info, interrupted())
    recording = open_recording(path)
    assert (recording.rows, recording.damage) == (1, ())


def test_a_closed_recording_takes_nothing_more(tmp_path: Path, info: SessionInfo) -> None:
    writer = RecordingWriter(tmp_path / "session.arrows", info)
    writer.close()
    writer.close()
    with pytest.raises(ValueError, match="closed"):
        writer.write(Notification(0, "link", b""))


def test_a_file_that_exists_is_not_touched(tmp_path: Path, info: SessionInfo) -> None:
    path = tmp_path / "session.arrows"
    path.write_bytes(b"precious")
    with pytest.raises(OutputError, match="exists already"):
        RecordingWriter(path, info)
    assert path.read_bytes() == b"precious"


def test_a_missing_folder_is_told(tmp_path: Path, info: SessionInfo) -> None:
    with pytest.raises(OutputError, match="there is no folder"):
        RecordingWriter(tmp_path / "nowhere" / "session.arrows", info)
    (tmp_path / "file").touch()
    with pytest.raises(OutputError, match="there is no folder"):
        RecordingWriter(tmp_path / "file" / "session.arrows", info)


def test_a_note_that_is_too_long_leaves_no_file(tmp_path: Path) -> None:
    path = tmp_path / "session.arrows"
    with pytest.raises(OutputError, match="Shorten the note"):
        RecordingWriter(path, SessionInfo("profile", note="n" * MAX_INFO_BYTES))
    assert not path.exists()


ENDLESS_SESSION = """
import itertools, sys
from tracker.domain import Notification, SessionInfo
from tracker.recording import RecordingWriter

writer = RecordingWriter(sys.argv[1], SessionInfo("profile"))
for index in itertools.count():
    received_ns = index * 20_000_000
    writer.write(Notification(received_ns, "link", index.to_bytes(8, "little")))
    print(received_ns, flush=True)
"""


def test_a_killed_process_loses_at_most_a_second(tmp_path: Path) -> None:
    path = tmp_path / "session.arrows"
    command = [sys.executable, "-c", ENDLESS_SESSION, str(path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, encoding="utf-8") as process:
        assert process.stdout is not None
        early = [process.stdout.readline() for _ in range(333)]
        process.kill()
        late = process.stdout.read()
    written_ns = [
        int(line)
        for line in "".join([*early, late]).splitlines(keepends=True)
        if line.endswith("\n")
    ]
    recording = open_recording(path)
    kept = list(recording)
    assert recording.end_s is not None
    assert recording.end_s >= written_ns[-1] / 1e9 - 1.0
    assert [notification.received_ns for notification in kept[: len(written_ns)]] == [
        index * 20_000_000 for index in range(min(len(kept), len(written_ns)))
    ]
    assert [damage.reason for damage in recording.damage] == [DamageReason.UNCLOSED]


FULL_DISK_SESSION = """
import resource, sys
from tracker.domain import Notification, OutputError, SessionInfo
from tracker.recording import RecordingWriter

writer = RecordingWriter(sys.argv[1], SessionInfo("profile"))
_, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, hard))
refused = 0
for index in range(3000):
    try:
        writer.write(Notification(index * 20_000_000, "link", index.to_bytes(8, "little")))
    except OutputError as error:
        refused += 1
        if refused == 1:
            print(index, error.problem, sep="\\n")
    if refused == 10:
        break
resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
writer.write(Notification(index * 20_000_000, "link", b"room again"))
writer.close()
"""


@pytest.mark.posix("a file's size cannot be limited there")
def test_a_full_disk_is_told_and_costs_nothing_that_was_taken(tmp_path: Path) -> None:
    path = tmp_path / "session.arrows"
    command = [sys.executable, "-c", FULL_DISK_SESSION, str(path)]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", check=True)
    refused_at, problem = done.stdout.splitlines()
    assert "no space left" in problem
    recording = open_recording(path)
    assert recording.damage == ()
    *taken, again = list(recording)
    assert [int.from_bytes(each.data, "little") for each in taken] == list(range(int(refused_at)))
    assert again.data == b"room again"
