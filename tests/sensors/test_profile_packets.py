from __future__ import annotations

import struct
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from tests.sensors import notes
from tests.sensors.encoders import samples_per_packet
from tracker.domain import FaultReason
from tracker.domain.units import RADPS_PER_DPS, STANDARD_GRAVITY_MPS2
from tracker.sensors.base import BATTERY_LEVEL_UUID, MalformedError
from tracker.sensors.profile.packets import (
    AXES_WITH_GYRO,
    CONFIG,
    CONFIG_UUID,
    CONTROL_UUID,
    EXTENDED_FLAG,
    GYRO_FLAG,
    HIGHEST_RATE_HZ,
    IMU_UUID,
    LOWEST_RATE_HZ,
    PACKET_HEADER,
    REQUEST,
    SATURATED_FLAG,
    SERVICE_UUID,
    ProfileConfig,
    decode_packet,
    encode_packet,
)

NOTE = "01-profile.md"


WITH_CONFIG = [example for example in notes.examples(NOTE) if "config" in example]


@st.composite
def configs(draw: st.DrawFn) -> ProfileConfig:
    """Return any configuration whose LSBs a float32 can hold."""

    def lsb(full_range: int) -> float | None:
        nominal = full_range / 32768
        drawn = draw(st.none() | st.floats(0.95, 1.9))
        number = None if drawn is None else float(np.float32(nominal * drawn))
        return None if number == nominal else number

    acc_range_g = draw(st.integers(1, 0xFFFF))
    gyro_range_dps = draw(st.none() | st.integers(1, 0xFFFF))
    return ProfileConfig(
        rate_hz=draw(st.integers(LOWEST_RATE_HZ, HIGHEST_RATE_HZ)),
        acc_range_g=acc_range_g,
        gyro_range_dps=gyro_range_dps,
        acc_lsb_g=lsb(acc_range_g),
        gyro_lsb_dps=None if gyro_range_dps is None else lsb(gyro_range_dps),
        boot_id=draw(st.integers(0, 0xFFFFFFFF)),
    )


@pytest.mark.parametrize(
    ("heading", "layout"),
    [("Configuration value", CONFIG), ("Configuration request", REQUEST)],
)
def test_the_layouts_are_those_of_the_note(heading: str, layout: struct.Struct) -> None:
    described, offsets = notes.layout(NOTE, heading)

    assert described == layout.format
    assert offsets == [struct.calcsize(described[: 1 + index]) for index in range(len(offsets))]


def test_the_defaults_are_those_that_the_note_recommends() -> None:
    rows = notes.table(NOTE, "Configuration request", "field")

    assert rows
    for field, value, _why in rows:
        assert getattr(ProfileConfig(), field) == int(value)


def test_the_rates_are_those_of_the_note() -> None:
    (meaning,) = (
        row[3] for row in notes.table(NOTE, "Configuration value", "offset") if row[2] == "rate_hz"
    )

    assert meaning.endswith(f"{LOWEST_RATE_HZ} to {HIGHEST_RATE_HZ}")


@pytest.mark.parametrize("example", WITH_CONFIG, ids=lambda example: example["title"])
def test_the_configurations_of_the_note_are_read_as_it_says(example: dict[str, Any]) -> None:
    stated = {"gyro_range_dps": None, **example["config"]}
    for name in stated.keys() & {"acc_lsb_g", "gyro_lsb_dps"}:
        stated[name] = float(np.float32(stated[name]))

    config = ProfileConfig.decode(bytes.fromhex(example["feed"][0]["hex"]))

    assert config == ProfileConfig(**stated)


def test_the_encoder_writes_the_first_example_of_the_note() -> None:
    example = WITH_CONFIG[0]
    config = ProfileConfig(**example["config"])

    assert config.encode() == bytes.fromhex(example["feed"][0]["hex"])
    assert config.request() == bytes.fromhex(example["request"])


@given(configs(), st.binary(max_size=8))
def test_what_was_encoded_comes_back_whatever_follows_it(
    config: ProfileConfig, later_fields: bytes
) -> None:
    assert ProfileConfig.decode(config.encode() + later_fields) == config


@given(configs())
def test_a_request_is_the_head_of_the_value(config: ProfileConfig) -> None:
    assert config.encode().startswith(config.request())


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"rate_hz": 24}, "a rate of 25 to 200 Hz, got 24"),
        ({"rate_hz": 201}, "a rate of 25 to 200 Hz, got 201"),
        ({"acc_range_g": 0}, "a range of 1 to 65535 g, got 0"),
        ({"gyro_range_dps": 65536}, "a range of 1 to 65535 degrees/s, got 65536"),
        ({"acc_lsb_g": 0.244}, "LSB of the accelerometer near 0.000244 g"),
        ({"acc_lsb_g": 0.0}, "LSB of the accelerometer"),
        ({"acc_lsb_g": float("nan")}, "LSB of the accelerometer"),
        ({"gyro_lsb_dps": 0.0005326}, "LSB of the gyroscope near 0.0305 degrees/s"),
        ({"gyro_range_dps": None, "gyro_lsb_dps": 0.03}, "no gyroscope LSB without"),
        ({"boot_id": -1}, "a boot id of 32 bits, got -1"),
    ],
)
def test_what_no_sensor_can_be_set_to_is_refused(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        ProfileConfig(**arguments)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (ProfileConfig().encode()[:-1], FaultReason.LENGTH),
        (b"", FaultReason.LENGTH),
        (b"\x02" + ProfileConfig().encode()[1:], FaultReason.VERSION),
        (b"\x02" + ProfileConfig().encode()[1:7], FaultReason.VERSION),
        (b"\x02", FaultReason.VERSION),
        (CONFIG.pack(1, 0, 0, 8, 0, 8 / 32768, 0.0, 0), FaultReason.FORMAT),
        (CONFIG.pack(1, 1, 100, 8, 0, 8 / 32768, 0.0, 0), FaultReason.FORMAT),
        (CONFIG.pack(1, 0, 100, 8, 0, float("inf"), 0.0, 0), FaultReason.FORMAT),
    ],
)
def test_a_value_that_breaks_the_note_is_malformed(data: bytes, reason: FaultReason) -> None:
    with pytest.raises(MalformedError) as caught:
        ProfileConfig.decode(data)

    assert caught.value.reason is reason


def test_one_g_is_the_count_that_the_range_gives() -> None:
    config = ProfileConfig(acc_range_g=8, gyro_range_dps=1000)

    assert config.acc_counts(np.array([[0.0, -9.80665, 9.80665]])).tolist() == [[0, -4096, 4096]]
    half = np.array([[500.0, -250.0, 0.0]]) * RADPS_PER_DPS
    assert config.gyro_counts(half).tolist() == [[16384, -8192, 0]]


def test_a_data_sheets_lsb_goes_before_the_range() -> None:
    config = ProfileConfig(acc_lsb_g=0.000244, gyro_lsb_dps=0.035)

    assert config.acc_scale_mps2 == pytest.approx(0.000244 * STANDARD_GRAVITY_MPS2)
    assert config.gyro_scale_radps == pytest.approx(0.035 * RADPS_PER_DPS)


def test_beyond_the_range_counts_stay_at_its_end() -> None:
    config = ProfileConfig(acc_range_g=2)

    counts = config.acc_counts(np.array([[1e6, -1e6, 0.0]]))

    assert counts.dtype == np.int16
    assert counts.tolist() == [[32767, -32768, 0]]


def test_a_sensor_without_a_gyroscope_counts_no_turning() -> None:
    config = ProfileConfig(gyro_range_dps=None)

    assert config.gyro_scale_radps is None
    with pytest.raises(ValueError, match="a configuration with a gyroscope"):
        config.gyro_counts(np.zeros((1, 3)))


@given(configs(), st.floats(-0.99, 0.99))
def test_inside_the_range_counting_is_off_by_half_a_count_at_most(
    config: ProfileConfig, share: float
) -> None:
    acc_mps2 = np.full((1, 3), share * config.acc_scale_mps2 * 32767)

    back_mps2 = config.acc_counts(acc_mps2) * config.acc_scale_mps2

    assert np.abs(back_mps2 - acc_mps2).max() <= 0.5001 * config.acc_scale_mps2


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
    with pytest.raises(MalformedError, match="n = 1 of 20 bytes, got 21"):
        decode_packet(WHOLE + b"\0")


@pytest.mark.parametrize("length", [1, 7, 8])
def test_of_a_packet_of_another_version_nothing_else_is_looked_at(length: int) -> None:
    with pytest.raises(MalformedError) as caught:
        decode_packet((b"\x21" + WHOLE[1:])[:length])

    assert caught.value.reason is FaultReason.VERSION


def test_an_extension_is_passed_over_and_a_missing_one_is_short() -> None:
    extended = bytes([WHOLE[0] | EXTENDED_FLAG]) + WHOLE[1:8] + b"\x01\xee" + WHOLE[8:]

    np.testing.assert_array_equal(decode_packet(extended).acc_counts, ONE)
    with pytest.raises(MalformedError) as caught:
        decode_packet(extended[:8])
    assert caught.value.reason is FaultReason.LENGTH


def test_the_reserved_flag_is_not_looked_at() -> None:
    flagged = bytes([WHOLE[0] | 0x08]) + WHOLE[1:]

    np.testing.assert_array_equal(decode_packet(flagged).acc_counts, ONE)
