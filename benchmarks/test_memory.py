"""Whether a long session needs more memory than a short one; it must not."""

from __future__ import annotations

import tracemalloc
from itertools import islice
from typing import TYPE_CHECKING, Final

import pytest

from tracker.domain import Notification
from tracker.engine import build_engine
from tracker.sensors.profile.packets import (
    IMU_UUID,
    PACKET_HEADER,
    SEQUENCE_MODULUS,
    TIME_MODULUS_US,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from measuring import Report

    from tracker.engine import Engine
    from tracker.sim import SimulatedSession

HOURS: Final = 8
PACKET_US: Final = 50_000
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


def on_end(packets: Sequence[Notification], times: int) -> Iterator[Notification]:
    """Yield a session several times over, as one: counters, device time and arrivals go on."""
    sensed = [packet for packet in packets if packet.channel == IMU_UUID]
    first, last = (PACKET_HEADER.unpack_from(packet.data) for packet in (sensed[0], sensed[-1]))
    hour_packets = (last[2] - first[2] + 1) % SEQUENCE_MODULUS
    hour_us = (last[3] - first[3] + PACKET_US) % TIME_MODULUS_US
    hour_ns = sensed[-1].received_ns - sensed[0].received_ns + PACKET_US * 1000
    yield from packets
    for number in range(1, times):
        for packet in sensed:
            shape, n, sequence, time_us = PACKET_HEADER.unpack_from(packet.data)
            header = PACKET_HEADER.pack(
                shape,
                n,
                (sequence + number * hour_packets) % SEQUENCE_MODULUS,
                (time_us + number * hour_us) % TIME_MODULUS_US,
            )
            received_ns = packet.received_ns + number * hour_ns
            yield Notification(received_ns, IMU_UUID, header + packet.data[len(header) :])
