"""How fast a recording is written and read."""

from __future__ import annotations

import shutil
import time
from collections import deque
from typing import TYPE_CHECKING

from tracker.recording import RecordingWriter, compact, open_recording

if TYPE_CHECKING:
    from pathlib import Path

    from measuring import Measure, Report

    from tracker.domain import Notification
    from tracker.sim import SimulatedSession


def test_writing(
    measure: Measure,
    hour: SimulatedSession,
    packets: tuple[Notification, ...],
    tmp_path: Path,
    report: Report,
) -> None:
    paths = (tmp_path / f"{number}.arrows" for number in range(100))
    written: list[Path] = []

    def write() -> None:
        written.append(next(paths))
        with RecordingWriter(written[-1], hour.info) as writer:
            for notification in packets:
                writer.write(notification)

    _, taken_s = measure(write)
    _tell(report, "write the hour", taken_s, written[-1])
    assert open_recording(written[-1]).rows == len(packets)


def test_reading(
    measure: Measure,
    packets: tuple[Notification, ...],
    recording: Path,
    report: Report,
) -> None:
    def read() -> Notification:
        return deque(open_recording(recording), maxlen=1).pop()

    last, taken_s = measure(read)
    _tell(report, "read the hour", taken_s, recording)
    assert last == packets[-1]


def test_compacting(
    hour: SimulatedSession,
    packets: tuple[Notification, ...],
    recording: Path,
    tmp_path: Path,
    report: Report,
) -> None:
    """By the clock on the wall, reading it again and comparing included."""
    path = tmp_path / recording.name
    shutil.copyfile(recording, path)
    start_s = time.perf_counter()
    result = compact(path)
    taken_s = time.perf_counter() - start_s
    report(
        "compact the hour",
        f"{taken_s:.2f} s",
        f"{result.before_bytes / 1e6:.1f} → {result.after_bytes / 1e6:.1f} MB, "
        f"{result.after_bytes / result.before_bytes:.2f} ×",
    )
    start_s = time.perf_counter()
    last = deque(open_recording(path), maxlen=1).pop()
    report("read the compact hour", f"{time.perf_counter() - start_s:.2f} s")
    assert last == packets[-1]


def _tell(report: Report, what: str, taken_s: float, path: Path) -> None:
    size_mb = path.stat().st_size / 1e6
    report(what, f"{taken_s:.2f} s", f"{size_mb / taken_s:.0f} MB/s of {size_mb:.0f} MB")
