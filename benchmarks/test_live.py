"""What a live session costs, and how long a count takes: packet by packet, as they come."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from tracker.domain import RepCounted
from tracker.engine import build_engine

if TYPE_CHECKING:
    from measuring import Measure, Report

    from tracker.domain import Notification
    from tracker.sim import SimulatedSession

PACKET_S: Final = 0.05
"""Five samples at 100 Hz."""

COST_PACKETS: Final = 6000
"""Five minutes: a rest and lifting as they alternate in a training."""

COUNT_PACKETS: Final = 12_000
"""Ten minutes: some ten sets."""


def test_cost_of_a_live_session(
    measure: Measure,
    hour: SimulatedSession,
    packets: tuple[Notification, ...],
    base_packet_s: float,
    report: Report,
) -> None:
    stream = packets[:COST_PACKETS]

    def feed() -> int:
        engine = build_engine(hour.info)
        for notification in stream:
            engine.feed(notification)
        return engine.samples

    fed, taken_s = measure(feed)
    packet_s = taken_s / len(stream)
    report(
        "one live notification of 5 samples",
        f"{packet_s * 1e6:.0f} µs",
        f"{packet_s / base_packet_s:.1f} × sosfilt of it ({base_packet_s * 1e6:.0f} µs)",
    )
    report("live at 100 Hz", f"{100 * packet_s / PACKET_S:.2f} %", "of one core")
    assert fed > 5 * (COST_PACKETS - 100)


def test_how_long_a_count_takes(
    hour: SimulatedSession, packets: tuple[Notification, ...], report: Report
) -> None:
    """From the start of a lockout to the newest sample that the engine had when it counted."""
    engine = build_engine(hour.info)
    latencies_s = []
    for notification in packets[:COUNT_PACKETS]:
        for event in engine.feed(notification):
            if isinstance(event, RepCounted):
                assert engine.newest_s is not None
                latencies_s.append(engine.newest_s - event.at_s)
    middle_s, most_s = np.percentile(latencies_s, (50, 95))
    report(
        "count latency, median",
        f"{middle_s * 1e3:.0f} ms",
        f"95 % within {most_s * 1e3:.0f} ms, {len(latencies_s)} reps; radio not included",
    )
    assert len(latencies_s) > 50
