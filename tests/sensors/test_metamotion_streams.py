from __future__ import annotations

import math
from dataclasses import dataclass, field
from itertools import chain
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.heavy import tries
from tracker.sensors.metamotion.protocol import Stream
from tracker.sensors.metamotion.streams import (
    EVALUATE_EVERY,
    MOST_GAPS,
    MOST_WAITING,
    ArrivalOrder,
    Part,
    StreamPairer,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from tracker.sensors.metamotion.streams import Outcome


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


PACKET = 3


PAIRING_PACKET_S = PACKET / 100.7


"""No chip runs at its nominal rate, so its packets wander across the radio's events."""


def part(index: int, received_s: float = 0.0, samples: int = PACKET) -> Part:
    """Return a packet whose samples say their place in their stream."""
    values = np.repeat(np.arange(index * samples, (index + 1) * samples), 3)
    return Part(received_s, values.reshape(-1, 3).astype(np.float64))


@dataclass
class Heard:
    """What came out: places of paired samples, samples without angular rate, and losses."""

    shifts: list[int] = field(default_factory=list)
    alone: int = 0
    lost: dict[Stream, int] = field(default_factory=lambda: dict.fromkeys(Stream, 0))

    def take(self, outcome: Outcome) -> None:
        for pair in outcome.frames:
            if pair.gyro_radps is None:
                self.alone += len(pair.acc_mps2)
                continue
            shifts = pair.gyro_radps[:, 0] - pair.acc_mps2[:, 0]
            self.shifts += [int(shift) for shift in shifts]
        for stream, count in outcome.lost:
            self.lost[stream] += count


def pair(
    rounds: int,
    lost: Collection[tuple[Stream, int]] = (),
    *,
    event_s: float = 0.015,
    first: Stream = Stream.ACC,
    swapped: Collection[int] = (),
) -> Heard:
    """Send rounds of one packet each over a link that delivers at its connection events."""
    pairing = StreamPairer()
    second = Stream.GYRO if first is Stream.ACC else Stream.ACC
    heard = Heard()
    for index in range(rounds):
        order = (second, first) if index in swapped else (first, second)
        for stream, made_s in zip(order, (0.0, 0.001), strict=True):
            if (stream, index) in lost:
                continue
            ready_s = index * PAIRING_PACKET_S + made_s
            received_s = math.ceil(ready_s / event_s) * event_s
            heard.take(pairing.add(stream, part(index, received_s)))
    return heard


@pytest.mark.parametrize("first", Stream)
@pytest.mark.parametrize("event_s", [0.0075, 0.03, 0.05, 0.1])
def test_without_loss_every_sample_finds_its_partner(first: Stream, event_s: float) -> None:
    heard = pair(100, first=first, event_s=event_s)

    assert heard.shifts == [0] * 100 * PACKET
    assert heard.lost == {Stream.ACC: 0, Stream.GYRO: 0}


@pytest.mark.parametrize("first", Stream)
@pytest.mark.parametrize("losing", Stream)
@pytest.mark.parametrize("length", [1, 2, 5])
def test_a_loss_of_either_is_seen_before_it_can_shift_anything(
    first: Stream, losing: Stream, length: int
) -> None:
    lost = {(losing, index) for index in range(50, 50 + length)}

    heard = pair(90, lost, first=first)

    assert set(heard.shifts) == {0}
    assert heard.lost[losing] == length * PACKET
    assert sum(heard.lost.values()) == length * PACKET
    assert len(heard.shifts) == (90 - length) * PACKET


def test_what_both_streams_lose_together_cannot_be_seen() -> None:
    lost = {(stream, index) for stream in Stream for index in (30, 31)}

    heard = pair(60, lost)

    assert set(heard.shifts) == {0}
    assert sum(heard.lost.values()) == 0


def test_a_gyroscope_that_wakes_up_later_has_lost_nothing() -> None:
    heard = pair(60, {(Stream.GYRO, index) for index in range(4)})

    assert set(heard.shifts) == {0}
    assert sum(heard.lost.values()) == 0


def test_streams_that_start_a_packet_apart_are_aligned_without_a_loss() -> None:
    heard = pair(100, {(Stream.ACC, 0)})

    assert sum(heard.lost.values()) == 0
    assert {abs(shift) for shift in heard.shifts} == {0, PACKET}
    assert not any(heard.shifts[-40 * PACKET :])


def test_a_round_that_comes_the_other_way_round_is_still_a_round() -> None:
    heard = pair(120, swapped=range(60, 120, 7))

    assert heard.shifts == [0] * 120 * PACKET
    assert sum(heard.lost.values()) == 0


def test_rounds_without_an_order_are_paired_as_they_come() -> None:
    any_way_round = [index for index in range(300) if index * index % 7 < 3 and index % 5]

    heard = pair(300, {(Stream.ACC, 150), (Stream.GYRO, 200)}, swapped=any_way_round)

    assert heard.shifts.count(0) > 270 * PACKET
    assert not any(heard.shifts[-60 * PACKET :])


def test_two_and_two_in_a_row_are_partners() -> None:
    pairing = StreamPairer()
    heard = Heard()
    order = (Stream.ACC, Stream.ACC, Stream.GYRO, Stream.GYRO)
    for count, stream in enumerate(order * 20):
        index = count // 4 * 2 + count % 2
        heard.take(pairing.add(stream, part(index, count // 4 * 2 * PAIRING_PACKET_S)))

    assert heard.shifts == [0] * 40 * PACKET
    assert sum(heard.lost.values()) == 0


def test_packets_of_one_and_of_three_are_paired_by_their_samples() -> None:
    pairing = StreamPairer()
    heard = Heard()
    for index in range(30):
        heard.take(pairing.add(Stream.ACC, part(index)))
        for within in range(PACKET):
            heard.take(pairing.add(Stream.GYRO, part(index * PACKET + within, samples=1)))

    assert heard.shifts == [0] * 30 * PACKET
    assert sum(heard.lost.values()) == 0


def test_a_stall_of_the_radio_between_partners_moves_nothing() -> None:
    pairing = StreamPairer()
    heard = Heard()
    for index in range(80):
        late_s = 2.0 if index >= 40 else 0.0
        heard.take(
            pairing.add(
                Stream.ACC,
                part(index, index * PAIRING_PACKET_S + late_s * (index > 40)),
            )
        )
        heard.take(pairing.add(Stream.GYRO, part(index, index * PAIRING_PACKET_S + late_s)))

    assert heard.shifts == [0] * 80 * PACKET
    assert sum(heard.lost.values()) == 0


def test_a_silent_gyroscope_silences_the_accelerometer_for_half_a_second_only() -> None:
    pairing = StreamPairer()
    heard = Heard()
    packets = MOST_WAITING // PACKET
    for index in range(packets - 1):
        heard.take(pairing.add(Stream.ACC, part(index)))
    assert heard == Heard()

    for index in range(packets - 1, 3 * packets):
        heard.take(pairing.add(Stream.ACC, part(index)))

    assert heard.alone == 3 * MOST_WAITING
    assert heard.lost == {Stream.ACC: 0, Stream.GYRO: MOST_WAITING}


def test_a_gyroscope_that_comes_back_is_paired_again() -> None:
    silent = {(Stream.GYRO, index) for index in range(60, 100)}

    heard = pair(160, silent)

    assert heard.alone == 40 * PACKET + PACKET
    assert heard.lost == {Stream.ACC: 0, Stream.GYRO: MOST_WAITING}
    assert heard.shifts == [0] * (60 + 59) * PACKET


def test_angular_rate_alone_is_counted_as_a_loss_and_held_no_longer() -> None:
    heard = pair(200, {(Stream.ACC, index) for index in range(200)})

    assert heard.shifts == []
    assert heard.alone == 0
    assert heard.lost[Stream.ACC] == 200 * PACKET // MOST_WAITING * MOST_WAITING


def test_saturation_of_either_marks_both() -> None:
    for saturated in Stream:
        pairing = StreamPairer()
        outcomes = [
            pairing.add(stream, Part(0.0, np.zeros((PACKET, 3)), stream is saturated))
            for stream in Stream
        ]
        (pair,) = chain.from_iterable(outcome.frames for outcome in outcomes)
        assert pair.saturated


packets = st.tuples(st.sampled_from(Stream), st.integers(5, 60))


@settings(max_examples=tries(200), deadline=None)
@given(
    st.sets(packets, max_size=30),
    st.sampled_from([0.0075, 0.015, 0.03, 0.05, 0.1]),
    st.sampled_from(Stream),
)
def test_no_losses_shift_the_streams_for_ever(
    lost: set[tuple[Stream, int]], event_s: float, first: Stream
) -> None:
    heard = pair(160, lost, event_s=event_s, first=first)

    assert not any(heard.shifts[-20 * PACKET :])
    assert len(heard.shifts) + heard.alone >= (60 - len(lost)) * PACKET


sizes = st.sampled_from([1, 3])


arrivals = st.lists(st.tuples(st.sampled_from(Stream), sizes, st.floats(0, 1e9)), max_size=120)


@settings(max_examples=tries(200), deadline=None)
@given(arrivals)
def test_whatever_comes_the_samples_that_wait_are_few(
    feed: Iterable[tuple[Stream, int, float]],
) -> None:
    pairing = StreamPairer()
    came = dict.fromkeys(Stream, 0)
    gone = dict.fromkeys(Stream, 0)
    for stream, samples, received_s in feed:
        outcome = pairing.add(stream, part(0, received_s, samples))
        came[stream] += samples
        for pair in outcome.frames:
            gone[Stream.ACC] += len(pair.acc_mps2)
            gone[Stream.GYRO] += 0 if pair.gyro_radps is None else len(pair.gyro_radps)
            assert pair.gyro_radps is None or pair.gyro_radps.shape == pair.acc_mps2.shape
        assert pairing.waiting <= 2 * MOST_WAITING
    assert all(gone[stream] <= came[stream] for stream in Stream)
