"""What a live session costs, and how long a count takes: packet by packet, as they come."""

from __future__ import annotations

import gc
import os
import threading
import time
from functools import partial
from typing import TYPE_CHECKING, Final

import numpy as np
import pytest
from hours import on_end

from tracker.domain import Notification, RepCounted, SessionInfo, SessionState
from tracker.domain.units import ns_from_s
from tracker.engine import build_engine
from tracker.outlets import Delivery
from tracker.outlets.lines import LineOutlet
from tracker.sensors import SAMPLES, SAMPLES_CHANNEL, encode_samples
from tracker.sim import RadioPlan, RepPlan, SessionPlan, SetPlan, simulate
from tracker.sim.plan import Activity, ActivityPlan, Posture

if TYPE_CHECKING:
    from collections.abc import Sequence

    from measuring import Measure, Report

    from tracker.sim import SimulatedSession

PACKET_S: Final = 0.05
"""Five samples at 100 Hz."""

COST_PACKETS: Final = 6000
"""Five minutes: a rest and lifting as they alternate in a training."""

FAST_HZ: Final = 200.0
"""Rate of a sensor that sends each sample by itself: what a packet costs counts most."""

COUNT_PACKETS: Final = 12_000
"""Ten minutes: some ten sets."""

EVENT_PACKETS: Final = 2000
"""A hundred seconds: some hundred events."""

EVENT_APART_S: Final = 0.01

HALF_HOURS: Final = 16
HALF_HOUR_REPS: Final = 600

SETTLING_S: Final = 5.0
"""Before the first rep and between half hours: where the stream begins in a rep, that is no whole
one."""

MOST_DEARER: Final = 2.0
"""A rep of the last half hour may cost this many times one of the first. If the cost grew with the
set, it would be up to 16 times."""


def _fed(info: SessionInfo, stream: Sequence[Notification]) -> int:
    """Feed an engine one notification after the other; return how many samples it had."""
    engine = build_engine(info)
    for notification in stream:
        engine.feed(notification)
    return engine.samples


def test_cost_of_a_live_session(
    measure: Measure,
    hour: SimulatedSession,
    packets: tuple[Notification, ...],
    base_packet_s: float,
    report: Report,
) -> None:
    stream = packets[:COST_PACKETS]

    fed, taken_s = measure(partial(_fed, hour.info, stream))
    packet_s = taken_s / len(stream)
    report(
        "one live notification of 5 samples",
        f"{packet_s * 1e6:.0f} µs",
        f"{packet_s / base_packet_s:.1f} × sosfilt of it ({base_packet_s * 1e6:.0f} µs)",
    )
    report("live at 100 Hz", f"{100 * packet_s / PACKET_S:.2f} %", "of one core")
    assert fed > 5 * (COST_PACKETS - 100)


def test_cost_of_single_samples(measure: Measure, hour: SimulatedSession, report: Report) -> None:
    """The same lifting, straight lines between its samples, twice as fast and one by one."""
    slow_s, acc_mps2, gyro_radps = hour.samples()
    assert gyro_radps is not None
    time_s = slow_s[0] + np.arange(COST_PACKETS) / FAST_HZ
    acc, gyro = (
        np.stack([np.interp(time_s, slow_s, channel) for channel in values.T], axis=1)
        for values in (acc_mps2, gyro_radps)
    )
    stream = [
        Notification(
            ns_from_s(float(at_s)),
            SAMPLES_CHANNEL,
            encode_samples(time_s[at : at + 1], acc[at : at + 1], gyro[at : at + 1]),
        )
        for at, at_s in enumerate(time_s)
    ]

    info = SessionInfo(sensor=SAMPLES.kind, exercise=hour.info.exercise)
    fed, taken_s = measure(partial(_fed, info, stream))
    sample_s = taken_s / len(stream)
    report(
        "live at 200 Hz, one sample in a packet",
        f"{100 * sample_s * FAST_HZ:.2f} %",
        f"of one core, {sample_s * 1e6:.0f} µs each",
    )
    assert fed == COST_PACKETS


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


def test_how_long_an_event_takes_to_its_reader(
    hour: SimulatedSession, packets: tuple[Notification, ...], report: Report
) -> None:
    """From when a session emits an event to when another thread has read its line from a pipe."""
    engine = build_engine(hour.info)
    reading, writing = os.pipe()
    delivery = Delivery(LineOutlet("a pipe", lambda: writing), print)
    given_s: list[float] = []
    read_s: list[float] = []

    def read() -> None:
        with os.fdopen(reading, encoding="utf-8") as lines:
            read_s.extend(time.perf_counter() for _ in lines)

    reader = threading.Thread(target=read)
    reader.start()
    for notification in packets[:EVENT_PACKETS]:
        for event in engine.feed(notification):
            given_s.append(time.perf_counter())
            delivery.accept((event,), engine.newest_s)
            # As in a session, where events are far apart.
            time.sleep(EVENT_APART_S)
    delivery.end()
    assert delivery.wait(60.0)
    reader.join()
    added_s = np.subtract(read_s, given_s)
    middle_s, most_s = np.percentile(added_s, (50, 95))
    report(
        "an event to its reader, median",
        f"{middle_s * 1e3:.2f} ms",
        f"95 % within {most_s * 1e3:.2f} ms, {len(added_s)} events",
    )
    assert len(added_s) > 50


# Takes many minutes.
@pytest.mark.timeout(3600)
def test_a_set_without_end(report: Report) -> None:
    """Eight hours of reps, three seconds each: no packet takes long, and no rep more and more."""
    rng = np.random.default_rng(1)
    reps = tuple(
        RepPlan(concentric_s, 0.5, 1.0, 1.6 - concentric_s)
        for concentric_s in rng.uniform(0.7, 1.1, HALF_HOUR_REPS).tolist()
    )
    half_hour = simulate(
        SessionPlan(
            exercise="hip_thrust",
            blocks=(ActivityPlan(Activity.REST, SETTLING_S), SetPlan(reps)),
            starts=Posture.LYING,
            radio=RadioPlan(samples_per_packet=5),
        ),
        1,
    )
    packets = tuple(half_hour.notifications())
    gc.collect()
    gc.freeze()  # what is looked through for garbage is the session's, not this benchmark's
    engine, ledger = build_engine(half_hour.info), SessionState()
    taken_s = []
    for notification in on_end(packets, HALF_HOURS):
        start_s = time.process_time()
        events = engine.feed(notification)
        taken_s.append(time.process_time() - start_s)
        ledger.accept(events)
    ledger.accept(engine.finish())
    gc.unfreeze()
    part = len(taken_s) // HALF_HOURS
    first_s, last_s = sum(taken_s[:part]), sum(taken_s[-part:])
    hours = HALF_HOURS // 2
    report(
        f"one set of {hours} h, longest pause",
        f"{max(taken_s) * 1e3:.1f} ms",
        f"of {PACKET_S * 1e3:.0f} ms until the next packet; "
        f"1 in 1000 over {np.quantile(taken_s, 0.999) * 1e3:.1f} ms",
    )
    report(
        "a rep of its last half hour",
        f"{last_s / HALF_HOUR_REPS * 1e3:.1f} ms",
        f"{last_s / first_s:.2f} × one of its first",
    )
    (the_set,) = ledger.sets
    assert the_set.counted == HALF_HOURS * HALF_HOUR_REPS
    assert last_s < MOST_DEARER * first_s
