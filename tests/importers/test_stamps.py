from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.domain import WarningKind
from tracker.importers.stamps import (
    clock_in,
    clock_times,
    mended_times,
    order_of,
    read_clock,
    spread,
    unwrapped,
    zone_of,
)

MOMENT = datetime(2026, 5, 28, 20, 26, 40, 19_000, tzinfo=UTC).timestamp()


@pytest.mark.parametrize(
    "text",
    [
        "2026-05-28T20:26:40.019",
        " 2026-05-28 20:26:40:019",
        "2026-05-28_20:26:40_019 UTC",
        "2026/5/28 20:26:40,019",
        "28.05.2026 20:26:40.019",
        "28/5/2026 20:26:40.019",
        "5/28/2026 8:26:40.019 PM",
        "2026-05-28 20-26-40_019",
        "2026-05-28T20:26:40.019Z",
        "2026-05-28T23:26:40.019+03:00",
    ],
)
def test_the_same_moment_in_every_spelling(text: str) -> None:
    found = read_clock(text)
    assert found is not None
    offset = None if found.zone is None else found.zone.utcoffset(None)
    shift_s = 0.0 if offset is None else offset.total_seconds()
    assert found.time_s - shift_s == pytest.approx(MOMENT)
    assert found.dated


@pytest.mark.parametrize(
    "text",
    ["", "hello", "99:00:00", "12:60:00", "2026-13-01 00:00:00", "1.5", "12:00", "0:0:0:0:0"],
)
def test_what_is_no_clock_is_none(text: str) -> None:
    assert read_clock(text) is None


@given(st.text(max_size=40))
def test_no_text_brings_it_down(text: str) -> None:
    read_clock(text)
    clock_in(text)
    zone_of(text)


def test_a_clock_is_found_above_a_table() -> None:
    found = clock_in("DeviceTag:,hip\nStartTime: ,2026-05-28_20:26:40_019 UTC\nx")
    assert found is not None
    assert found.unix_s == pytest.approx(MOMENT)


@pytest.mark.parametrize(
    ("text", "hours"), [("+0300", 3), ("UTC+01:00", 1), ("-05:30", -5.5), ("Z", 0), ("UTC", 0)]
)
def test_zones(text: str, hours: float) -> None:
    found = zone_of(text)
    assert found is not None
    assert found.utcoffset(None) == timedelta(hours=hours)


def test_no_zone() -> None:
    assert [zone_of(text) for text in ("", "Europe/Berlin", "+9900", "()")] == [None] * 4


def shown(start: datetime, seconds: float, form: str) -> list[str]:
    return [
        (start + timedelta(seconds=step / 10)).strftime(form)[:-3]
        for step in range(round(seconds * 10))
    ]


def test_midnight_does_not_matter() -> None:
    texts = shown(datetime(2026, 5, 28, 23, 59, 58), 4.0, "%H:%M:%S.%f")
    found = clock_times(texts)
    assert found is not None
    np.testing.assert_allclose(np.diff(found.time_s), 0.1)
    assert (found.first.dated, found.first.unix_s, found.changed) == (False, None, 0)


@pytest.mark.parametrize(("before", "hours"), [(1, 1), (2, -1)], ids=["spring", "autumn"])
def test_a_clock_that_is_changed_runs_on(before: int, hours: int) -> None:
    """Forward from 1:59 to 3:00, or back from 2:59 to 2:00."""
    start = datetime(2026, 10, 25, before, 59, 58)
    early = shown(start, 2.0, "%Y-%m-%d %H:%M:%S.%f")
    late = shown(start + timedelta(hours=hours, seconds=2), 2.0, "%Y-%m-%d %H:%M:%S.%f")
    found = clock_times(early + late)
    assert found is not None
    np.testing.assert_allclose(np.diff(found.time_s), 0.1, atol=1e-6)
    assert found.changed == 1


def test_a_zone_in_each_reading_needs_no_guess() -> None:
    found = clock_times(["2026-10-25 02:59:59 +0200", "2026-10-25 02:00:00 +0100"])
    assert found is not None
    assert np.diff(found.time_s).tolist() == [1.0]
    assert found.changed == 0
    assert found.first.zone == timezone(timedelta(hours=2))


def test_an_hour_without_samples_is_a_gap_unless_it_is_on_the_hour() -> None:
    found = clock_times(["2026-10-25 02:30:00", "2026-10-25 03:30:01"])
    assert found is not None
    assert np.diff(found.time_s).tolist() == [3601.0]


@given(
    st.lists(st.floats(0.0, 1e3), min_size=2, max_size=30).map(sorted),
    st.floats(0.0, 4e9),
)
def test_a_counter_that_wraps_runs_on(steps: list[float], began: float) -> None:
    span = float(1 << 32)
    truth = began + np.array(steps)
    np.testing.assert_allclose(
        unwrapped(truth % span, span) - began % span, np.array(steps), atol=1e-3
    )


@given(
    st.lists(st.integers(1, 36), min_size=2, max_size=20),
    st.floats(0.002, 0.1),
)
def test_packets_of_any_size_are_spread_evenly(sizes: list[int], period_s: float) -> None:
    ends = np.cumsum(sizes)
    stamps_s = np.repeat(10.0 + ends * period_s, sizes)
    found = spread(stamps_s)
    if max(sizes) == 1:
        assert found is None
        return
    assert found is not None
    np.testing.assert_allclose(np.diff(found), period_s, rtol=1e-6)
    assert found[-1] == stamps_s[-1]


def test_a_gap_between_packets_stays_a_gap() -> None:
    stamps_s = np.repeat([1.0, 1.5, 2.0, 9.0, 9.5], 5)
    found = spread(stamps_s)
    assert found is not None
    assert np.diff(found).max() == pytest.approx(6.6)
    np.testing.assert_allclose(np.sort(np.diff(found))[:-1], 0.1, atol=1e-9)


@given(st.lists(st.floats(-1e6, 1e6), max_size=40))
def test_times_are_mended_or_left_and_no_row_is_lost(times: list[float]) -> None:
    found = mended_times(np.array(times))
    assert sorted(found.order.tolist()) == list(range(len(times)))
    assert len(found.time_s) == len(times)
    if found.warnings:
        assert (np.diff(found.time_s) >= 0.0).all()


def test_many_late_rows_are_no_few() -> None:
    assert order_of(np.array([0.0, 2.0, 1.0, 3.0])) is None
    assert order_of(np.array([*range(100), 0.0])) is None
    times_s = np.arange(100) / 100.0
    times_s[[50, 51]] = times_s[[51, 50]]
    assert [warning.kind for warning in mended_times(times_s).warnings] == [
        WarningKind.ROWS_REORDERED
    ]
