"""Whether a long session needs more memory than a short one; it must not."""

from __future__ import annotations

import tracemalloc
from itertools import islice
from typing import TYPE_CHECKING

from tracker.engine import build_engine
from tracker.recording import open_recording

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from measuring import Report

    from tracker.domain import Notification
    from tracker.engine import Engine

SECOND_PACKETS = 20
STRETCH_S = 900

# An open set more or less; a leak of one float a sample is 700 kB in a quarter of an hour.
MOST_GROWTH_KB = 400.0


def test_memory_of_a_live_session(recording: Path, report: Report) -> None:
    opened = open_recording(recording)
    engine = build_engine(opened.info)
    stream = iter(opened)
    tracemalloc.start()
    try:
        first_kb, second_kb = _peak_kb(engine, stream), _peak_kb(engine, stream)
    finally:
        tracemalloc.stop()
    report("memory, first 15 minutes", f"{first_kb:.0f} kB", "peak of what Python allocates")
    report("memory, next 15 minutes", f"{second_kb:.0f} kB", f"{second_kb - first_kb:+.0f} kB")
    assert second_kb - first_kb < MOST_GROWTH_KB


def _peak_kb(engine: Engine, stream: Iterator[Notification]) -> float:
    tracemalloc.reset_peak()
    for _ in range(STRETCH_S):
        engine.feed_many(tuple(islice(stream, SECOND_PACKETS)))
    return tracemalloc.get_traced_memory()[1] / 1024
