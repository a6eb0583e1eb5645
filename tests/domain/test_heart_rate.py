"""Which sensor's heart rate counts, for how long a reading is shown, and what it adds up to."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tracker.domain import (
    HeartRate,
    HeartRateLog,
    HeartRateRead,
    HeartRateSummary,
    LinkChanged,
    LinkState,
    SessionState,
    heart_rate_of,
    heart_rate_over,
)
from tracker.domain.heart_rate import HEART_RATE_HOLDS_S, MOST_HEART_RATES


def log_of(*events: HeartRateRead) -> HeartRateLog:
    log = HeartRateLog()
    for event in events:
        log.accept(event)
    return log


def shown_bpm(log: HeartRateLog, now_s: float) -> int | None:
    reading = log.shown(now_s)
    assert reading is not None
    return reading.bpm


def test_without_a_sensor_there_is_nothing() -> None:
    log = HeartRateLog()

    assert (log.readings, log.shown(1.0)) == ((), None)
    assert heart_rate_of(()) is None


def test_a_reading_is_shown_until_it_is_old() -> None:
    log = log_of(HeartRateRead(10.0, 96))

    assert shown_bpm(log, 10.0) == 96
    assert shown_bpm(log, 10.0 + HEART_RATE_HOLDS_S) == 96
    assert shown_bpm(log, 10.1 + HEART_RATE_HOLDS_S) is None


def test_lost_contact_shows_nothing_and_adds_nothing() -> None:
    log = log_of(HeartRateRead(10.0, 96), HeartRateRead(11.0, None, contact=False))

    assert shown_bpm(log, 11.0) is None
    assert log.readings == (HeartRate(10.0, 96),)


def test_a_second_sensor_counts_once_it_knows_a_rate() -> None:
    log = log_of(HeartRateRead(1.0, 60), HeartRateRead(1.5, None, device=1))
    assert shown_bpm(log, 2.0) == 60
    assert log.readings == (HeartRate(1.0, 60),)

    log.accept(HeartRateRead(2.0, 120, device=1))
    log.accept(HeartRateRead(2.1, 61))
    assert shown_bpm(log, 2.2) == 120
    assert log.readings == (HeartRate(2.0, 120),)


def test_a_lost_link_shows_nothing_until_it_is_back() -> None:
    state = SessionState()
    state.accept((HeartRateRead(1.0, 60, device=1), LinkChanged(1.5, LinkState.LOST, 1)))
    assert state.heart_rate.shown(1.6) is None

    state.accept((LinkChanged(2.0, LinkState.STREAMING, 1), HeartRateRead(2.5, 61, device=1)))
    assert shown_bpm(state.heart_rate, 2.6) == 61
    assert len(state.heart_rate.readings) == 2


def test_the_readings_are_bounded() -> None:
    log = HeartRateLog()
    for second in range(MOST_HEART_RATES + 10):
        log.accept(HeartRateRead(float(second), 60 + second % 2))

    assert len(log.readings) == MOST_HEART_RATES
    assert shown_bpm(log, MOST_HEART_RATES + 9.0) == 60 + (MOST_HEART_RATES + 9) % 2


@given(
    st.lists(st.tuples(st.floats(0.0, 100.0), st.integers(25, 250)), max_size=30),
    st.floats(0.0, 100.0),
    st.floats(0.0, 100.0),
)
def test_mean_and_peak_are_those_of_the_readings_inside(
    pairs: list[tuple[float, int]], one_s: float, other_s: float
) -> None:
    start_s, end_s = sorted((one_s, other_s))
    readings = tuple(HeartRate(*pair) for pair in sorted(pairs))
    inside = [each.bpm for each in readings if start_s <= each.at_s <= end_s]

    found = heart_rate_over(readings, start_s, end_s)

    if not inside:
        assert found is None
        return
    assert found == HeartRateSummary(sum(inside) / len(inside), max(inside))
