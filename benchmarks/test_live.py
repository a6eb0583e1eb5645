"""What a live session costs: one notification at a time, as a radio delivers them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tracker.engine import build_engine

if TYPE_CHECKING:
    from measuring import Measure, Report

    from tracker.domain import Notification
    from tracker.sim import SimulatedSession

PACKET_S = 0.05
PACKETS = 2400


def test_cost_of_a_live_session(
    measure: Measure,
    hour: SimulatedSession,
    packets: tuple[Notification, ...],
    base_packet_s: float,
    report: Report,
) -> None:
    stream = packets[:PACKETS]

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
        f"{packet_s / base_packet_s:.0f} × sosfilt of it ({base_packet_s * 1e6:.0f} µs)",
    )
    report("live at 100 Hz", f"{100 * packet_s / PACKET_S:.2f} %", "of one core")
    assert fed > 5 * (PACKETS - 100)
