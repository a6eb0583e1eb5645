from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tracker.signal.sample_rate import RUN_S, SPACING_S, Arrival, Pace

TOGETHER = 4
RATE_HZ = 97.3


def arrivals(seconds: float, waits_s: list[float] | None = None, start: int = 0) -> list[Arrival]:
    """Return notifications of `TOGETHER` samples; `waits_s` come on top of a delay of 10 ms."""
    numbers = np.arange(start, start + int(seconds * RATE_HZ), TOGETHER) + TOGETHER - 1
    received_s = numbers / RATE_HZ + 0.01
    if waits_s is not None:
        received_s += np.resize(waits_s, len(numbers))
    received_s = np.maximum.accumulate(received_s)
    return [Arrival(int(n), float(s)) for n, s in zip(numbers, received_s, strict=True)]


def fitted(points: list[Arrival]) -> Pace:
    pace = Pace()
    for number, point in enumerate(points):
        pace.add(point)
        if number == len(points) // 10:
            pace.fit()
    assert pace.fit()
    return pace


def test_there_is_no_line_before_there_are_arrivals() -> None:
    pace = Pace()
    assert not pace.fit()
    pace.add(Arrival(3, 1.0))
    assert not pace.fit()


def test_arrivals_of_one_moment_have_no_rate() -> None:
    pace = Pace()
    for number in range(50):
        pace.add(Arrival(number, 2.0))
    assert not pace.fit()


def test_even_arrivals_are_met_exactly() -> None:
    pace = fitted(arrivals(5.0))
    assert pace.period_s == pytest.approx(1.0 / RATE_HZ, rel=1e-12)
    assert pace.time_s(200) == pytest.approx(200 / RATE_HZ + 0.01, abs=1e-9)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.floats(0.0, 0.3), min_size=200, max_size=200))
def test_delays_only_ever_lie_above_the_line(waits_s: list[float]) -> None:
    points = arrivals(20.0, [0.0, *waits_s])
    pace = fitted(points)
    assert pace.period_s == pytest.approx(1.0 / RATE_HZ, rel=0.012)
    recent = [point for point in points if point.received_s > points[-1].received_s - 10.0]
    # Of arrivals within a tenth of a second, the one that was kept may not be the very least.
    assert min(map(pace.delay_s, recent)) > -0.01


def test_accuracy_over_ten_and_thirty_seconds() -> None:
    """Exponential delays of 20 ms on average: 0.04 % after 10 s, 0.02 % after 30 s, at worst."""
    for seconds, error in ((10.0, 4e-4), (30.0, 2e-4)):
        for seed in range(30):
            waits_s = np.random.default_rng(seed).exponential(0.02, 3000).tolist()
            pace = fitted(arrivals(seconds, waits_s))
            assert pace.period_s == pytest.approx(1.0 / RATE_HZ, rel=error)


def test_a_late_start_does_not_tilt_the_line() -> None:
    pace = fitted(arrivals(3.0, [0.4] * 15 + [0.0] * 1000))
    assert pace.period_s == pytest.approx(1.0 / RATE_HZ, rel=1e-9)


def test_memory_is_bounded_by_the_length_of_a_run() -> None:
    pace = fitted(arrivals(2.0))
    for point in arrivals(5.0 * RUN_S, start=200):
        pace.add(point)
    assert len(pace.arrivals(0.0)) <= RUN_S / SPACING_S + 2


def test_a_new_run_keeps_the_rate_and_moves_the_line() -> None:
    points = arrivals(12.0)
    pace = fitted(points)
    after = [Arrival(n, s + 0.7) for n, s in arrivals(0.5, start=points[-1].sample + 1)]
    pace.break_run(after)
    assert pace.period_s == pytest.approx(1.0 / RATE_HZ, rel=1e-9)
    assert pace.delay_s(after[0]) == pytest.approx(0.0, abs=1e-9)
    assert pace.delay_s(points[-1]) == pytest.approx(-0.7, abs=1e-9)


def test_a_long_run_outweighs_a_short_one() -> None:
    pace = fitted(arrivals(1.2, [0.0] * 10 + [0.05] * 100))
    assert abs(pace.period_s * RATE_HZ - 1.0) > 0.01
    pace.break_run([])
    for point in arrivals(20.0, start=400):
        pace.add(point)
    pace.fit()
    assert pace.period_s == pytest.approx(1.0 / RATE_HZ, rel=5e-4)


def test_the_least_delay_is_of_the_arrivals_since_then() -> None:
    points = arrivals(4.0)
    pace = fitted(points)
    late = Arrival(points[-1].sample + 4, points[-1].received_s + 4 / RATE_HZ + 0.3)
    pace.add(late)
    assert pace.least_delay_s(0.0) == pytest.approx(0.0, abs=1e-9)
    assert pace.least_delay_s(late.received_s) == pytest.approx(0.3, abs=1e-9)
    assert pace.least_delay_s(late.received_s + 1.0) == float("inf")
