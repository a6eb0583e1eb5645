from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from tracker.domain import Frame
from tracker.signal.clocks import ArrivalClock, DeviceClock, MixedClock

if TYPE_CHECKING:
    from tracker.signal.clocks import SessionClock

STAMPED = [
    Frame(np.zeros((2, 3)), None, np.array([0.02 * k, 0.02 * k + 0.01]), 0.02 * k + 0.013)
    for k in range(200)
]
PLAIN = [Frame(np.zeros((2, 3)), None, None, 0.02 * k + 0.013) for k in range(200)]


def times_s(clock: SessionClock, frames: list[Frame]) -> list[float]:
    return [
        time_s
        for frame in frames
        for timed in clock.process(frame)
        for time_s in timed.time_s.tolist()
    ]


def test_stamps_are_gone_by_where_there_are_some() -> None:
    times = times_s(MixedClock(), STAMPED)

    assert len(times) == 400
    assert times == times_s(DeviceClock(), STAMPED)


def test_arrivals_are_gone_by_where_there_are_none() -> None:
    times = times_s(MixedClock(), PLAIN)

    assert times
    assert times == times_s(ArrivalClock(), PLAIN)


def test_another_program_begins_with_a_fresh_clock() -> None:
    clock = MixedClock()
    later = [Frame(frame.acc_mps2, None, None, frame.received_s + 4.0) for frame in PLAIN]

    assert times_s(clock, STAMPED) == times_s(DeviceClock(), STAMPED)
    assert times_s(clock, later) == times_s(ArrivalClock(), later)
    assert times_s(clock, STAMPED) == times_s(DeviceClock(), STAMPED)
