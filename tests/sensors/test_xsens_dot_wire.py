from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.sensors import notes
from tests.sensors.encoders import encode_xsens_dot
from tracker.domain import FaultReason
from tracker.domain.units import RADPS_PER_DPS, STANDARD_GRAVITY_MPS2
from tracker.sensors.base import MalformedError
from tracker.sensors.xsens_dot import (
    ACC_RANGE_MPS2,
    CHANNEL_BYTES,
    CONFIGURATION_SERVICE_UUID,
    GYRO_RANGE_RADPS,
    MEASUREMENT_SERVICE_UUID,
    MODES,
    XSENS_DOT,
    Mode,
    decode_payload,
)

NOTE = "06-xsens-dot.md"
LEVEL = np.array([0.0, 0.0, STANDARD_GRAVITY_MPS2])
STILL = np.zeros(3)


def offset(cell: str) -> int | None:
    return None if cell == "-" else int(cell)


def test_the_payloads_are_those_of_the_note() -> None:
    stated = {}
    for mode, channel, size, acc, gyro, status, _confidence in notes.table(
        NOTE, "Payloads", "mode"
    ):
        uuid = XSENS_DOT.channels[channel]
        stated[int(mode)] = Mode(uuid, int(size), int(acc), offset(gyro), offset(status))

    assert stated == dict(MODES)


def test_the_ids_and_lengths_are_those_of_the_note() -> None:
    rows = notes.table(NOTE, "GATT table", "name")
    ids = {row[0]: row[1] for row in rows}
    lengths = {row[1]: int(row[2].split()[1]) for row in rows if row[2].startswith("notify")}

    assert ids.pop("configuration service") == CONFIGURATION_SERVICE_UUID
    assert ids.pop("measurement service") == MEASUREMENT_SERVICE_UUID
    assert ids == dict(XSENS_DOT.channels)
    assert lengths == dict(CHANNEL_BYTES)


def float32(limit: float) -> st.SearchStrategy[float]:
    return st.floats(-limit, limit, width=32)


@given(
    st.sampled_from(sorted(MODES)),
    st.integers(0, 1 << 40),
    st.lists(float32(150.0), min_size=3, max_size=3),
    st.lists(float32(1999.0), min_size=3, max_size=3),
)
def test_what_was_encoded_comes_back(
    mode: int, stamp_us: int, acc: list[float], gyro_dps: list[float]
) -> None:
    has_gyro = MODES[mode].gyro_at is not None
    gyro_radps = np.array(gyro_dps) * RADPS_PER_DPS if has_gyro else None

    data = encode_xsens_dot(mode, stamp_us, np.array(acc), gyro_radps)
    payload = decode_payload(mode, data)

    assert len(data) == CHANNEL_BYTES[MODES[mode].channel]
    assert payload.stamp_us == stamp_us % 2**32
    np.testing.assert_allclose(payload.acc_mps2, [acc], rtol=1e-6)
    if gyro_radps is None:
        assert payload.gyro_radps is None
    else:
        assert payload.gyro_radps is not None
        np.testing.assert_allclose(payload.gyro_radps, [gyro_radps], rtol=1e-6)


def test_zeros_behind_the_payload_may_be_cut_off() -> None:
    data = encode_xsens_dot(21, 5, LEVEL, STILL)

    assert decode_payload(21, data[:28]).stamp_us == 5


@pytest.mark.parametrize(("mode", "size"), [(21, 0), (21, 27), (21, 41), (6, 15), (26, 64)])
def test_a_length_that_does_not_fit_is_refused(mode: int, size: int) -> None:
    with pytest.raises(MalformedError) as caught:
        decode_payload(mode, bytes(size))

    assert caught.value.reason is FaultReason.LENGTH


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("at", [4, 12, 16, 24])
def test_what_is_no_number_is_refused(at: int, value: float) -> None:
    data = bytearray(encode_xsens_dot(21, 0, LEVEL, STILL))
    data[at : at + 4] = np.float32(value).tobytes()

    with pytest.raises(MalformedError) as caught:
        decode_payload(21, bytes(data))

    assert caught.value.reason is FaultReason.NOT_FINITE


@pytest.mark.parametrize(("at", "value"), [(4, 314.0), (12, -1e30), (16, 4001.0), (24, -1e30)])
def test_what_no_chip_measures_is_refused(at: int, value: float) -> None:
    data = bytearray(encode_xsens_dot(21, 0, LEVEL, STILL))
    data[at : at + 4] = np.float32(value).tobytes()

    with pytest.raises(MalformedError) as caught:
        decode_payload(21, bytes(data))

    assert caught.value.reason is FaultReason.FORMAT


@pytest.mark.parametrize(
    ("acc_share", "gyro_share", "saturated"),
    [(0.997, 0.997, False), (0.999, 0.0, True), (0.0, -0.999, True), (-5.0, 5.0, True)],
)
def test_the_end_of_a_range_is_flagged(
    acc_share: float, gyro_share: float, saturated: bool
) -> None:
    acc_mps2 = np.array([0.0, ACC_RANGE_MPS2 * acc_share, 0.0])
    gyro_radps = np.array([GYRO_RANGE_RADPS * gyro_share, 0.0, 0.0])

    assert decode_payload(21, encode_xsens_dot(21, 0, acc_mps2, gyro_radps)).saturated is saturated


def test_the_published_status_word_says_that_an_axis_clipped() -> None:
    ((status, _clipped, _source),) = notes.table(NOTE, "Vectors", "status")
    still = bytearray(encode_xsens_dot(2, 0, STILL, None))
    clipped, only_magnetic = bytearray(still), bytearray(still)
    clipped[32:34] = bytes.fromhex(status)
    only_magnetic[32:34] = b"\xc0\x03"

    assert decode_payload(2, bytes(clipped)).saturated
    assert not decode_payload(2, bytes(still)).saturated
    assert not decode_payload(2, bytes(only_magnetic)).saturated


@pytest.mark.parametrize(("mode", "gyro_radps"), [(21, None), (6, STILL)])
def test_a_rate_goes_exactly_where_there_is_room(
    mode: int, gyro_radps: np.ndarray[tuple[int, ...], np.dtype[np.float64]] | None
) -> None:
    with pytest.raises(ValueError, match="a rate exactly where mode"):
        encode_xsens_dot(mode, 0, LEVEL, gyro_radps)
