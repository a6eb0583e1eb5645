from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.sensors.base import PacketOrder, PacketPosition
from tracker.sensors.xsens_dot import LATE_US, TimestampUnwrapper

PERIOD_US = 16_667
WRAP_US = 1 << 32
RATE_HZ = 60


def place(
    stamps: TimestampUnwrapper, time_us: int, received_s: float | None = None
) -> PacketPosition:
    host_s = time_us / 1e6 if received_s is None else received_s
    return stamps.place(time_us % WRAP_US, round(host_s * 1e9), RATE_HZ)


@given(
    st.integers(0, WRAP_US - 1),
    st.lists(st.integers(1, 40), min_size=1, max_size=30),
)
def test_what_is_missing_is_counted_and_time_never_wraps(start_us: int, steps: list[int]) -> None:
    stamps = TimestampUnwrapper()
    times_us = [start_us]
    for step in steps:
        times_us.append(times_us[-1] + step * PERIOD_US)

    places = [place(stamps, time_us) for time_us in times_us]

    assert all(each.order is PacketOrder.NEXT for each in places)
    assert [each.lost for each in places] == [0, *(step - 1 for step in steps)]
    assert [later.time_us - before.time_us for before, later in pairwise(places)] == [
        step * PERIOD_US for step in steps
    ]


@pytest.mark.parametrize(("jitter_us", "lost"), [(-8_000, 0), (8_000, 0), (9_000, 1)])
def test_one_and_a_half_periods_are_no_loss(jitter_us: int, lost: int) -> None:
    stamps = TimestampUnwrapper()
    place(stamps, 0)

    assert place(stamps, PERIOD_US + jitter_us).lost == lost


def test_the_same_stamp_is_a_duplicate_also_after_a_pause() -> None:
    stamps = TimestampUnwrapper()
    place(stamps, 5)
    stamps.resume()

    assert place(stamps, 5).order is PacketOrder.DUPLICATE


def test_a_stamp_a_little_behind_is_late_and_changes_nothing() -> None:
    stamps = TimestampUnwrapper()
    place(stamps, 2 * LATE_US)

    assert place(stamps, LATE_US).order is PacketOrder.LATE
    assert place(stamps, 2 * LATE_US + PERIOD_US) == PacketPosition(
        PacketOrder.NEXT, 2 * LATE_US + PERIOD_US
    )


def test_a_stamp_far_behind_is_a_restart() -> None:
    stamps = TimestampUnwrapper()
    place(stamps, 2 * LATE_US)

    assert place(stamps, LATE_US - 1) == PacketPosition(PacketOrder.RESTART, LATE_US - 1)
    assert place(stamps, LATE_US - 1 + PERIOD_US).order is PacketOrder.NEXT


@pytest.mark.parametrize("pause_s", [10, 2400, 4300, 9000, 20_000])
def test_after_a_pause_the_host_tells_how_often_the_stamp_has_wrapped(pause_s: int) -> None:
    stamps = TimestampUnwrapper()
    place(stamps, 1_000_000)
    stamps.resume()

    resumed_us = 1_000_000 + pause_s * 1_000_000

    assert place(stamps, resumed_us, received_s=resumed_us / 1e6 + 0.3) == PacketPosition(
        PacketOrder.NEXT, resumed_us
    )


def test_a_sensor_that_was_off_during_the_pause_begins_anew() -> None:
    stamps = TimestampUnwrapper()
    place(stamps, 60_000_000)
    stamps.resume()

    assert place(stamps, 3_000_000, received_s=660.0) == PacketPosition(
        PacketOrder.RESTART, 3_000_000
    )


def test_only_one_sample_after_a_pause_is_forgiven() -> None:
    stamps = TimestampUnwrapper()
    place(stamps, 0)
    stamps.resume()
    place(stamps, 10 * PERIOD_US)

    assert place(stamps, 20 * PERIOD_US).lost == 9
