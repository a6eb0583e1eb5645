from __future__ import annotations

import struct
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.sensors import notes
from tracker.domain import FaultReason
from tracker.domain.units import RADPS_PER_DPS, STANDARD_GRAVITY_MPS2
from tracker.sensors.base import MalformedError
from tracker.sensors.profile.packets import (
    CONFIG,
    HIGHEST_RATE_HZ,
    LOWEST_RATE_HZ,
    REQUEST,
    ProfileConfig,
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
    assert config.encode_request() == bytes.fromhex(example["request"])


@given(configs(), st.binary(max_size=8))
def test_what_was_encoded_comes_back_whatever_follows_it(
    config: ProfileConfig, later_fields: bytes
) -> None:
    assert ProfileConfig.decode(config.encode() + later_fields) == config


@given(configs())
def test_a_request_is_the_head_of_the_value(config: ProfileConfig) -> None:
    assert config.encode().startswith(config.encode_request())


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
        (b"\x02" + ProfileConfig().encode()[1:], FaultReason.VERSION),
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
