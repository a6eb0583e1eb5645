from __future__ import annotations

import math

import pytest

from tracker.sensors.metamotion.packets import Stream
from tracker.sensors.metamotion.streams import EVALUATE_EVERY, MOST_GAPS, ArrivalOrder

PACKET_S = 3 / 100.7


def listen(
    order: ArrivalOrder,
    rounds: range,
    *,
    first: Stream,
    event_s: float = 0.015,
    stall_at: int = -1,
) -> Stream | None:
    """Send rounds over a link that delivers at its connection events; return the last answer."""
    second = Stream.GYRO if first is Stream.ACC else Stream.ACC
    answer = None
    for index in rounds:
        stall_s = 2.0 if index == stall_at else 0.0
        for stream, late_s in ((first, 0.0), (second, 0.002 + stall_s)):
            ready_s = index * PACKET_S + late_s
            answer = order.note(stream, math.ceil(ready_s / event_s) * event_s)
    return answer


@pytest.mark.parametrize("first", Stream)
@pytest.mark.parametrize("event_s", [0.0075, 0.015, 0.03, 0.05, 0.1])
def test_the_shorter_gap_lies_inside_a_round(first: Stream, event_s: float) -> None:
    assert listen(ArrivalOrder(), range(EVALUATE_EVERY), first=first, event_s=event_s) is first


def test_nothing_is_said_before_enough_has_come() -> None:
    order = ArrivalOrder()

    assert listen(order, range(EVALUATE_EVERY // 2 - 1), first=Stream.GYRO) is None
    assert (
        listen(order, range(EVALUATE_EVERY // 2 - 1, EVALUATE_EVERY), first=Stream.GYRO)
        is Stream.GYRO
    )


def test_a_stall_decides_nothing() -> None:
    order = ArrivalOrder()
    listen(order, range(EVALUATE_EVERY), first=Stream.ACC)

    for end in (EVALUATE_EVERY + 20, 2 * EVALUATE_EVERY):
        rounds = range(end - 20, end)
        assert listen(order, rounds, first=Stream.ACC, stall_at=end - 10) is Stream.ACC


def test_another_order_is_believed_once_it_is_plain() -> None:
    order = ArrivalOrder()
    listen(order, range(MOST_GAPS), first=Stream.ACC)

    assert listen(order, range(MOST_GAPS, 3 * MOST_GAPS), first=Stream.GYRO) is Stream.GYRO


def test_two_in_a_row_too_often_are_no_order() -> None:
    order = ArrivalOrder()
    for index in range(MOST_GAPS):
        stream = Stream.ACC if index % 4 < 2 else Stream.GYRO
        assert order.note(stream, index * 0.015) is None


def test_arrivals_all_at_once_have_an_order_too() -> None:
    order = ArrivalOrder()
    answers = {order.note(stream, 0.0) for _ in range(EVALUATE_EVERY) for stream in Stream}

    assert answers == {None, Stream.ACC}
