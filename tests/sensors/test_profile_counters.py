from __future__ import annotations

import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.sensors import notes
from tracker.sensors.base import MalformedError, PacketOrder, PacketPosition
from tracker.sensors.profile import LATE_WINDOW, SequenceUnwrapper, packet_runs
from tracker.sensors.profile.packets import (
    EXTENDED_FLAG,
    ProfileConfig,
    decode_packet,
    encode_packet,
)

WRAP_US = 1 << 32


PACKET_US = 50_000


def test_the_window_for_late_packets_is_the_one_of_the_note() -> None:
    (stated,) = re.findall(
        r"behind by 0 to (\d+)", notes.section("01-profile.md", "What a decoder does")
    )

    assert int(stated) == LATE_WINDOW - 1


def test_the_first_packet_is_next_wherever_its_counters_are() -> None:
    assert SequenceUnwrapper().place(40_000, 123, 0) == PacketPosition(PacketOrder.NEXT, 123)


def placed(counters: SequenceUnwrapper, number: int) -> PacketPosition:
    """Place the packet of that number since boot, sent in steady time."""
    time_us = number * PACKET_US
    return counters.place(number % (1 << 16), time_us % WRAP_US, time_us * 1000)


@given(
    st.integers(0, 1 << 20),
    st.lists(st.integers(1, 30_000), min_size=1, max_size=20),
)
def test_any_loss_leaves_time_unwrapped_and_counts_what_is_missing(
    first: int, steps: list[int]
) -> None:
    counters = SequenceUnwrapper()
    origin_us = placed(counters, first).time_us
    number = first
    for step in steps:
        number += step
        place = placed(counters, number)

        assert place.order is PacketOrder.NEXT
        assert place.lost == step - 1
        assert place.time_us - origin_us == (number - first) * PACKET_US


@given(st.integers(0, 1 << 20), st.sets(st.integers(1, LATE_WINDOW - 1), max_size=20))
def test_what_comes_again_is_a_duplicate_and_what_was_lost_comes_late(
    first: int, lost: set[int]
) -> None:
    counters = SequenceUnwrapper()
    present = [k for k in range(LATE_WINDOW + 1) if k not in lost]
    for k in present:
        placed(counters, first + k)

    for k in range(1, LATE_WINDOW + 1):
        expected = PacketOrder.LATE if k in lost else PacketOrder.DUPLICATE
        assert placed(counters, first + k).order is expected


def test_a_late_packet_changes_nothing_for_the_next_one() -> None:
    counters = SequenceUnwrapper()
    for number in (10, 12, 11, 12):
        placed(counters, number)

    assert placed(counters, 13) == PacketPosition(PacketOrder.NEXT, 13 * PACKET_US)


def test_further_behind_than_any_late_packet_is_a_restart() -> None:
    counters = SequenceUnwrapper()
    placed(counters, 1000)

    assert placed(counters, 1000 - LATE_WINDOW).order is PacketOrder.RESTART
    assert placed(counters, 1001 - LATE_WINDOW).order is PacketOrder.NEXT


def test_a_sequence_that_goes_on_while_the_time_does_not_is_a_restart() -> None:
    counters = SequenceUnwrapper()
    counters.place(7, 1_000_000, 0)

    assert counters.place(8, 1_000_000, 0).order is PacketOrder.RESTART
    assert counters.place(9, 400_000, 0).order is PacketOrder.RESTART


def test_a_sequence_that_falls_while_the_time_goes_on_is_a_restart() -> None:
    counters = SequenceUnwrapper()
    counters.place(7, 1_000_000, 0)

    assert counters.place(3, 1_050_000, 0) == PacketPosition(PacketOrder.RESTART, 1_050_000)


@given(st.integers(1, 20 * WRAP_US), st.integers(-60_000_000, 60_000_000))
def test_after_a_pause_of_any_length_the_host_tells_how_often_time_wrapped(
    pause_us: int, host_error_us: int
) -> None:
    if pause_us % WRAP_US == 0:
        pause_us += 1
    counters = SequenceUnwrapper()
    counters.place(7, 5_000, 0)
    counters.resume()

    place = counters.place(8, (5_000 + pause_us) % WRAP_US, (pause_us + host_error_us) * 1000)

    assert place == PacketPosition(PacketOrder.NEXT, 5_000 + pause_us)


def test_a_pause_is_expected_once() -> None:
    counters = SequenceUnwrapper()
    counters.place(7, 0, 0)
    counters.resume()
    counters.place(8, 3_000_000_000, 0)

    assert counters.place(9, 2_000_000_000, 0).order is PacketOrder.RESTART


@given(
    st.integers(0, 1 << 20),
    st.lists(
        st.tuples(
            st.sampled_from([1, 1, 1, 1, 2, 40, 40_000, 0, -1, -70]),
            st.sampled_from([PACKET_US] * 4 + [0, -PACKET_US, WRAP_US // 2, 3 * WRAP_US]),
        ),
        max_size=150,
    ),
    st.integers(0, 2),
)
def test_places_of_many_are_those_one_by_one_up_to_the_first_that_is_not_next(
    first: int, steps: list[tuple[int, int]], resumed: int
) -> None:
    number, time_us = first, first * PACKET_US
    packets = [(number % (1 << 16), time_us % WRAP_US, time_us * 1000)]
    for step, later_us in steps:
        number, time_us = number + step, time_us + later_us
        packets.append((number % (1 << 16), time_us % WRAP_US, time_us * 1000))
    together, alone = SequenceUnwrapper(), SequenceUnwrapper()
    at = 0
    while at < len(packets):
        rest = np.array(packets[at:], dtype=np.int64).T
        times_us, losses = together.place_run(rest[0], rest[1], rest[2])
        count = len(times_us)
        expected = [alone.place(*each) for each in packets[at : at + count]]
        assert expected == [
            PacketPosition(PacketOrder.NEXT, time_us, lost)
            for time_us, lost in zip(times_us.tolist(), losses.tolist(), strict=True)
        ]
        at += count
        if at < len(packets):
            # Where the run stops, both go on alike: what was seen is remembered bit by bit.
            assert together.place(*packets[at]) == alone.place(*packets[at])
            at += 1
        if resumed and at % resumed == 0:
            together.resume()
            alone.resume()


BOTH = ProfileConfig()


ACC_ONLY = ProfileConfig(gyro_range_dps=None)


def packet(number: int, samples: int, config: ProfileConfig = BOTH) -> bytes:
    rng = np.random.default_rng(number)
    acc, gyro = rng.integers(-99, 99, (2, samples, 3), dtype=np.int16)
    with_gyro = None if config.gyro_range_dps is None else gyro
    return encode_packet(config, number, number * 50_000, acc, with_gyro)


def test_no_payloads_are_no_run() -> None:
    assert list(packet_runs([])) == []


def test_neighbours_of_one_shape_are_one_run() -> None:
    payloads = [
        *(packet(k, 5) for k in range(4)),
        *(packet(k, 3) for k in range(4, 6)),
        *(packet(k, 3, ACC_ONLY) for k in range(6, 9)),
    ]

    parts = [part for part, _ in packet_runs(payloads)]

    assert parts == [slice(0, 4), slice(4, 6), slice(6, 9)]


def test_packets_of_one_length_but_another_number_of_samples_are_another_run() -> None:
    """Two samples with a gyroscope are as long as four without one."""
    payloads = [packet(0, 2), packet(1, 4, ACC_ONLY)]

    assert len(payloads[0]) == len(payloads[1])
    assert [part for part, _ in packet_runs(payloads)] == [slice(0, 1), slice(1, 2)]


@pytest.mark.parametrize(
    "odd",
    [
        pytest.param(packet(3, 5)[:-1], id="too short"),
        pytest.param(packet(3, 5) + b"\0\0", id="too long"),
        pytest.param(packet(3, 5)[:7], id="no header"),
        pytest.param(b"", id="nothing"),
        pytest.param(bytes([0x21]) + packet(3, 5)[1:], id="another version"),
        pytest.param(bytes([packet(3, 5)[0], 0]) + packet(3, 5)[2:], id="no samples"),
        pytest.param(bytes([packet(3, 5)[0] | EXTENDED_FLAG]) + packet(3, 5)[1:], id="extended"),
    ],
)
def test_what_is_no_plain_packet_is_left_alone(odd: bytes) -> None:
    runs = list(packet_runs([packet(1, 5), packet(2, 5), odd, packet(4, 5)]))

    assert [part for part, _ in runs] == [slice(0, 2), slice(2, 3), slice(3, 4)]
    assert [run is None for _, run in runs] == [False, True, False]


@given(
    st.lists(
        st.one_of(
            st.builds(
                packet,
                st.integers(0, 1 << 17),
                st.integers(1, 3),
                st.sampled_from([BOTH, BOTH, ACC_ONLY]),
            ),
            st.binary(max_size=20),
        ),
        max_size=12,
    )
)
def test_runs_cover_all_and_say_what_the_packets_say(payloads: list[bytes]) -> None:
    seen = 0
    for part, run in packet_runs(payloads):
        assert part.start == seen
        seen = part.stop
        if run is None:
            continue
        size = run.samples_per_packet
        for index, payload in enumerate(payloads[part]):
            alone = decode_packet(payload)
            rows = slice(index * size, (index + 1) * size)
            assert int(run.sequence[index]) == alone.sequence
            assert int(run.device_time_us[index]) == alone.device_time_us
            assert run.saturated == alone.saturated
            np.testing.assert_array_equal(run.acc_counts[rows], alone.acc_counts)
            assert (run.gyro_counts is None) == (alone.gyro_counts is None)
            if run.gyro_counts is not None and alone.gyro_counts is not None:
                np.testing.assert_array_equal(run.gyro_counts[rows], alone.gyro_counts)
    assert seen == len(payloads)


@given(st.lists(st.binary(max_size=40), max_size=8))
def test_bytes_that_are_no_packet_are_never_taken_for_one(payloads: list[bytes]) -> None:
    for part, run in packet_runs(payloads):
        if run is not None:
            for payload in payloads[part]:
                try:
                    decode_packet(payload)
                except MalformedError as error:
                    pytest.fail(f"{payload.hex()} was taken for a packet: {error}")
