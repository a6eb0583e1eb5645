from __future__ import annotations

import struct
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from tests.sensors import notes
from tracker.domain import FaultReason
from tracker.sensors.base import BATTERY_LEVEL_UUID, MalformedError
from tracker.sensors.profile.packets import (
    AXES_WITH_GYRO,
    CONFIG_UUID,
    CONTROL_UUID,
    EXTENDED_FLAG,
    GYRO_FLAG,
    IMU_UUID,
    PACKET_HEADER,
    SATURATED_FLAG,
    SERVICE_UUID,
    ProfileConfig,
    decode_packet,
    encode_packet,
    samples_per_packet,
)

NOTE = "01-profile.md"
ACC_ONLY = ProfileConfig(gyro_range_dps=None)
ONE = np.array([[0, 0, 4096]], dtype=np.int16)


def test_the_ids_are_those_of_the_note() -> None:
    assert {row[0]: row[1] for row in notes.table(NOTE, "GATT table", "name")} == {
        "service": SERVICE_UUID,
        "imu": IMU_UUID,
        "config": CONFIG_UUID,
        "control": CONTROL_UUID,
        "battery": BATTERY_LEVEL_UUID,
    }


def test_the_packet_is_laid_out_as_in_the_note() -> None:
    header, offsets = notes.layout(NOTE, "Packet header")
    sample, sample_offsets = notes.layout(NOTE, "Sample")

    assert header == PACKET_HEADER.format
    assert offsets == [struct.calcsize(header[: 1 + index]) for index in range(len(offsets))]
    assert sample == "<" + "h" * AXES_WITH_GYRO
    assert sample_offsets == [0, 6]


def test_the_flags_are_those_of_the_note() -> None:
    flags = {row[1]: 1 << int(row[0]) for row in notes.table(NOTE, "Packet header", "bit")}

    assert flags == {
        "gyro": GYRO_FLAG,
        "saturated": SATURATED_FLAG,
        "extended": EXTENDED_FLAG,
        "reserved": 0x08,
    }


@pytest.mark.parametrize(
    ("mtu", "gyro", "rate_hz", "fits", "n"), notes.table(NOTE, "How many samples", "MTU")
)
def test_a_packet_holds_as_many_samples_as_the_note_says(
    mtu: str, gyro: str, rate_hz: str, fits: str, n: str
) -> None:
    config = ProfileConfig(rate_hz=int(rate_hz), gyro_range_dps=1000 if gyro == "yes" else None)

    expected = int(n)
    assert samples_per_packet(int(mtu), config) == expected
    bytes_per_sample = 12 if gyro == "yes" else 6
    assert (
        8 + int(fits) * bytes_per_sample <= int(mtu) - 3 < 8 + (int(fits) + 1) * bytes_per_sample
    )


@given(st.integers(23, 517), st.integers(25, 200), st.booleans())
def test_a_packet_always_fits_and_is_never_older_than_a_twentieth(
    mtu: int, rate_hz: int, has_gyro: bool
) -> None:
    config = ProfileConfig(rate_hz=rate_hz, gyro_range_dps=1000 if has_gyro else None)
    n = samples_per_packet(mtu, config)
    counts = np.zeros((n, 3), dtype=np.int16)

    packet = encode_packet(config, 0, 0, counts, counts if has_gyro else None)

    assert len(packet) <= mtu - 3
    assert n == 1 or n / rate_hz <= 1 / 20


def test_an_mtu_that_bluetooth_does_not_know_is_refused() -> None:
    with pytest.raises(ValueError, match="an ATT MTU of at least 23, got 22"):
        samples_per_packet(22, ACC_ONLY)


PACKETS_OF_THE_NOTE = [
    pytest.param(step, id=f"{example['title']} {index}")
    for example in notes.examples(NOTE)
    for index, step in enumerate(example["feed"])
    if "frame" in step and "data sheet" not in example["title"] and "02 aa bb" not in step["hex"]
]


@pytest.mark.parametrize("step", PACKETS_OF_THE_NOTE)
def test_the_encoder_writes_the_packets_of_the_note(step: dict[str, Any]) -> None:
    frame = step["frame"]
    data = bytes.fromhex(step["hex"])
    acc_counts = (notes.as_array(frame["acc_g"]) * 32768 / 8).astype(np.int16)
    gyro_counts = None
    if "gyro_dps" in frame:
        gyro_counts = (notes.as_array(frame["gyro_dps"]) * 32768 / 1000).astype(np.int16)
    config = ACC_ONLY if gyro_counts is None else ProfileConfig()
    sequence = int.from_bytes(data[2:4], "little")

    packet = encode_packet(
        config, sequence, round(frame["device_time_s"] * 1e6), acc_counts, gyro_counts
    )

    assert packet == data


def counts_of(n: int) -> st.SearchStrategy[np.ndarray[Any, np.dtype[np.int16]]]:
    return arrays.arrays(np.int16, (n, 3))


@given(st.integers(1, 40), st.booleans(), st.data())
def test_what_was_encoded_comes_back_with_its_counters_wrapped(
    n: int, has_gyro: bool, data: st.DataObject
) -> None:
    acc_counts = data.draw(counts_of(n))
    gyro_counts = data.draw(counts_of(n)) if has_gyro else None
    sequence = data.draw(st.integers(0, 1 << 20))
    time_us = data.draw(st.integers(0, 1 << 40))
    config = ProfileConfig() if has_gyro else ACC_ONLY

    packet = decode_packet(encode_packet(config, sequence, time_us, acc_counts, gyro_counts))

    assert packet.sequence == sequence % (1 << 16)
    assert packet.device_time_us == time_us % (1 << 32)
    np.testing.assert_array_equal(packet.acc_counts, acc_counts)
    drawn = [acc_counts] if gyro_counts is None else [acc_counts, gyro_counts]
    assert packet.saturated == any(
        int(counts.max()) == 32767 or int(counts.min()) == -32768 for counts in drawn
    )
    if gyro_counts is None:
        assert packet.gyro_counts is None
    else:
        assert packet.gyro_counts is not None
        np.testing.assert_array_equal(packet.gyro_counts, gyro_counts)


@pytest.mark.parametrize(
    ("config", "acc_counts", "gyro_counts", "message"),
    [
        (ACC_ONLY, ONE, ONE, "exactly where the configuration has a range"),
        (ProfileConfig(), ONE, None, "exactly where the configuration has a range"),
        (ACC_ONLY, ONE[:0], None, "1 to 255 samples in a packet, got 0"),
        (ACC_ONLY, np.repeat(ONE, 256, axis=0), None, "1 to 255 samples in a packet, got 256"),
        (ProfileConfig(), ONE, np.repeat(ONE, 2, axis=0), r"shape \(1, 3\), got \(2, 3\)"),
        (ACC_ONLY, ONE[:, :2], None, r"shape \(1, 3\), got \(1, 2\)"),
    ],
)
def test_what_does_not_fit_together_is_refused_by_the_encoder(
    config: ProfileConfig, acc_counts: Any, gyro_counts: Any, message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        encode_packet(config, 0, 0, acc_counts, gyro_counts)


WHOLE = encode_packet(ProfileConfig(), 7, 1_000_000, ONE, ONE)


@pytest.mark.parametrize("length", range(len(WHOLE)))
def test_a_packet_cut_anywhere_is_short(length: int) -> None:
    with pytest.raises(MalformedError) as caught:
        decode_packet(WHOLE[:length])

    assert caught.value.reason is FaultReason.LENGTH


def test_a_packet_with_something_after_it_is_long() -> None:
    with pytest.raises(MalformedError, match="expected 20 bytes for n = 1, got 21"):
        decode_packet(WHOLE + b"\0")


def test_an_extension_is_passed_over_and_a_missing_one_is_short() -> None:
    extended = bytes([WHOLE[0] | EXTENDED_FLAG]) + WHOLE[1:8] + b"\x01\xee" + WHOLE[8:]

    np.testing.assert_array_equal(decode_packet(extended).acc_counts, ONE)
    with pytest.raises(MalformedError) as caught:
        decode_packet(extended[:8])
    assert caught.value.reason is FaultReason.LENGTH


def test_the_reserved_flag_is_not_looked_at() -> None:
    flagged = bytes([WHOLE[0] | 0x08]) + WHOLE[1:]

    np.testing.assert_array_equal(decode_packet(flagged).acc_counts, ONE)
