"""How fast an hour of each family of sensors becomes samples with times, from a file and live."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pytest
from families import FAMILIES, notified
from measuring import best_of

from tracker.decoding import PIECE_NOTIFICATIONS, SampleDecoder
from tracker.domain import Fault
from tracker.sensors import family

if TYPE_CHECKING:
    from measuring import Measure, Report

    from tracker.sim import SimulatedSession

PART_S: Final = 600.0
"""What is measured of the hour, s: encoding all of it would take longer than measuring it."""


@pytest.mark.parametrize("kind", FAMILIES)
def test_an_hour_of_a_family(
    kind: str,
    measure: Measure,
    hour: SimulatedSession,
    samples: int,
    base_hour_s: float,
    report: Report,
) -> None:
    time_s, acc_mps2, gyro_radps = hour.samples()
    assert gyro_radps is not None
    part = slice(0, int(np.searchsorted(time_s, PART_S)))
    notifications = notified(kind, (time_s[part], acc_mps2[part], gyro_radps[part]))
    _, settings = FAMILIES[kind]

    def decode(together: int) -> int:
        decoder = SampleDecoder(family(kind), settings)
        amount = 0
        for first in range(0, len(notifications), together):
            for timed in decoder.feed(notifications[first : first + together]):
                assert not isinstance(timed, Fault)
                amount += len(timed.time_s)
        return amount

    share = samples / part.stop
    amount, from_file_s = measure(lambda: decode(PIECE_NOTIFICATIONS))
    live_s = best_of(1, lambda: decode(1))
    assert amount > 0.99 * part.stop
    for how, taken_s in (("from a file", from_file_s), ("one by one", live_s)):
        hour_s = taken_s * share
        ratio = f"{hour_s / base_hour_s:.0f} ×"
        report(f"hour of {kind} to timed samples, {how}", f"{hour_s * 1e3:.0f} ms", ratio)
