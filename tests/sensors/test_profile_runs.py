from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.sensors.base import MalformedError
from tracker.sensors.profile import packet_runs
from tracker.sensors.profile.packets import (
    EXTENDED_FLAG,
    ProfileConfig,
    decode_packet,
    encode_packet,
)

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
