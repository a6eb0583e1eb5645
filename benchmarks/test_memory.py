"""Whether a long session needs more memory than a short one; it must not."""

from __future__ import annotations

import tracemalloc
from itertools import islice
from typing import TYPE_CHECKING, Final

import pytest
from hours import on_end

from tracker.engine import build_engine

if TYPE_CHECKING:
    from collections.abc import Iterator

    from measuring import Report

    from tracker.domain import Notification
    from tracker.engine import Engine
    from tracker.sim import SimulatedSession

HOURS: Final = 8
SECOND_PACKETS: Final = 20
HOUR_S: Final = 3600

MOST_GROWTH_KB: Final = 400.0
"""An open set more or less; a leak of one float a sample is 20 MB in seven hours."""


# Eight hours take minutes when every allocation is written down.
@pytest.mark.timeout(1200)
def test_memory_of_a_live_session(
    hour: SimulatedSession, packets: tuple[Notification, ...], report: Report
) -> None:
    engine = build_engine(hour.info)
    stream = on_end(packets, HOURS)
    tracemalloc.start()
    try:
        peaks_kb = [peak_kb(engine, stream) for _ in range(HOURS)]
    finally:
        tracemalloc.stop()
    first_kb, last_kb = peaks_kb[0], peaks_kb[-1]
    report("memory, hour 1", f"{first_kb:.0f} kB", "peak of what Python allocates")
    report(f"memory, hour {HOURS}", f"{last_kb:.0f} kB", f"{last_kb - first_kb:+.0f} kB")
    assert engine.newest_s is not None
    assert engine.newest_s > (HOURS - 0.1) * HOUR_S
    assert last_kb - first_kb < MOST_GROWTH_KB


def peak_kb(engine: Engine, stream: Iterator[Notification]) -> float:
    """Return the most memory that was in use during the next hour, kB."""
    tracemalloc.reset_peak()
    for _ in range(HOUR_S):
        engine.feed_many(tuple(islice(stream, SECOND_PACKETS)))
    return tracemalloc.get_traced_memory()[1] / 1024
