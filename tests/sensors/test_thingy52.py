from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.sensors import notes
from tests.sensors.encoders import encode_thingy52
from tracker.domain import Fault, FaultReason, Frame, Notification, SensorError, UnknownNameError
from tracker.domain.units import RADPS_PER_DPS, STANDARD_GRAVITY_MPS2
from tracker.sensors.base import (
    Advertisement,
    ClockKind,
    Decide,
    Read,
    Subscribe,
    Unsubscribe,
    Write,
)
from tracker.sensors.thingy52 import (
    ACC_CLIPPED,
    CONFIG,
    CONFIG_UUID,
    CONFIGURATION_SERVICE_UUID,
    COUNT,
    COUNTS_PER_DPS,
    COUNTS_PER_G,
    FIRMWARE_UUID,
    GYRO_CLIPPED,
    MOTION_SERVICE_UUID,
    RAW_UUID,
    ROTATION_UUID,
    SAMPLE_BYTES,
    STREAMING_RATE_HZ,
    THINGY52,
    ThingyDecoder,
)

NOTE = "07-thingy52.md"
PARTS = [row for row in notes.table(NOTE, "Vectors", "hex") if len(row[0]) < 2 * SAMPLE_BYTES]
ROTATIONS = [row for row in notes.table(NOTE, "Vectors", "hex") if len(row[0]) == 2 * SAMPLE_BYTES]
DEFAULT_CONFIG = CONFIG.pack(1000, 500, 500, 10, 1)


def numbers(cell: str) -> list[float]:
    return [float(word) for word in cell.split()]


def decoded(data: bytes) -> Frame:
    (frame,) = ThingyDecoder().feed(Notification(0, RAW_UUID, data))
    assert isinstance(frame, Frame)
    return frame


def padded(part: str) -> bytes:
    return bytes.fromhex(part).ljust(SAMPLE_BYTES, b"\0")


def counts(*values: int) -> bytes:
    return np.array(values).astype(COUNT).tobytes().ljust(SAMPLE_BYTES, b"\0")


def test_the_note_has_vectors_of_both_kinds() -> None:
    assert len(PARTS) == 2
    assert len(ROTATIONS) == 1


def test_a_thingy_on_a_table_feels_one_g() -> None:
    (part, acc_g, source), (same_part, wrong_acc_g) = PARTS

    frame = decoded(padded(part))

    np.testing.assert_allclose(frame.acc_mps2 / STANDARD_GRAVITY_MPS2, [numbers(acc_g)])
    assert np.linalg.norm(frame.acc_mps2) == pytest.approx(STANDARD_GRAVITY_MPS2, rel=0.03)
    assert part == same_part
    assert not np.allclose(
        frame.acc_mps2 / STANDARD_GRAVITY_MPS2, [numbers(wrong_acc_g)], rtol=0.5
    )
    assert "devzone" in source


def test_the_published_rotation_pins_the_byte_order_and_gives_no_samples() -> None:
    ((data, published, _source),) = ROTATIONS
    integers = np.frombuffer(bytes.fromhex(data), COUNT)
    matrix = integers.reshape(3, 3) / 16384

    assert integers.tolist() == numbers(published)
    np.testing.assert_allclose(matrix @ matrix.T, np.eye(3), atol=1e-4)
    assert np.linalg.det(matrix) == pytest.approx(1.0, abs=1e-4)
    assert ThingyDecoder().feed(Notification(0, ROTATION_UUID, bytes.fromhex(data))) == ()


def test_the_tables_of_the_note_are_those_of_the_code() -> None:
    assert notes.layout(NOTE, "Sample") == ("<hhhhhhhhh", [0, 6, 12])
    assert notes.layout(NOTE, "Configuration") == (CONFIG.format, [0, 2, 4, 6, 8])
    ids = {row[0]: row[1] for row in notes.table(NOTE, "GATT table", "name")}
    assert ids.pop("configuration service") == CONFIGURATION_SERVICE_UUID
    assert ids.pop("motion service") == MOTION_SERVICE_UUID
    assert ids == dict(THINGY52.channels)
    assert THINGY52.clock is ClockKind.NONE
    ranges = {row[0]: int(row[1]) for row in notes.table(NOTE, "Range", "signal")}
    assert ranges == {"acc": ACC_CLIPPED, "gyro": GYRO_CLIPPED}


@pytest.mark.parametrize(
    ("data", "saturated"),
    [
        (counts(0, 2046, -2046), False),
        (counts(0, 2047, 0), True),
        (counts(0, 0, -2048), True),
        (counts(0, 0, 1024, 32735, -32735, 0), False),
        (counts(0, 0, 1024, 32736, 0, 0), True),
        (counts(0, 0, 1024, 0, 0, -32768), True),
        (counts(0, 0, 1024, 0, 0, 0, 32767, -32768, 0), False),
    ],
)
def test_the_end_of_a_range_is_flagged_but_not_that_of_the_compass(
    data: bytes, saturated: bool
) -> None:
    assert decoded(data).saturated is saturated


vectors = st.lists(st.integers(-2048, 2047), min_size=3, max_size=3)


@given(vectors, vectors)
def test_what_was_encoded_comes_back(acc: list[int], gyro: list[int]) -> None:
    acc_mps2 = np.array(acc) * (STANDARD_GRAVITY_MPS2 / COUNTS_PER_G)
    gyro_radps = np.array(gyro) * (RADPS_PER_DPS / COUNTS_PER_DPS)

    frame = decoded(encode_thingy52(acc_mps2, gyro_radps))

    np.testing.assert_allclose(frame.acc_mps2, [acc_mps2], atol=1e-12)
    assert frame.gyro_radps is not None
    np.testing.assert_allclose(frame.gyro_radps, [gyro_radps], atol=1e-12)
    assert frame.stamps_s is None


def test_the_encoder_clips_like_chip_and_firmware() -> None:
    frame = decoded(encode_thingy52(np.array([100.0, -100.0, 0.0]), np.array([50.0, -50.0, 0.0])))

    assert frame.saturated
    assert frame.gyro_radps is not None
    np.testing.assert_allclose(frame.acc_mps2 / STANDARD_GRAVITY_MPS2, [[2047 / 1024, -2.0, 0.0]])
    np.testing.assert_allclose(frame.gyro_radps / RADPS_PER_DPS, [[1023.0, -1024.0, 0.0]])


@pytest.mark.parametrize("size", [0, 6, 17, 19, 36])
def test_another_length_is_a_fault(size: int) -> None:
    (fault,) = ThingyDecoder().feed(Notification(0, RAW_UUID, bytes(size)))

    assert isinstance(fault, Fault)
    assert fault.reason is FaultReason.LENGTH


def test_other_channels_are_silent_or_unknown() -> None:
    (fault,) = ThingyDecoder().feed(Notification(0, "other", bytes(SAMPLE_BYTES)))

    assert isinstance(fault, Fault)
    assert fault.reason is FaultReason.UNKNOWN_CHANNEL
    for channel in set(THINGY52.channels.values()) - {RAW_UUID}:
        assert ThingyDecoder().feed(Notification(0, channel, bytes(SAMPLE_BYTES))) == ()


def configure(*heard: bytes) -> tuple[object, ...]:
    (decide,) = (step for step in THINGY52.start if isinstance(step, Decide))
    return decide.steps([Notification(0, CONFIG_UUID, value) for value in heard])


def test_the_rate_is_changed_in_what_was_read_and_nothing_else() -> None:
    config = CONFIG.pack(4000, 300, 200, 10, 0)

    assert configure(config) == (
        Write(CONFIG_UUID, CONFIG.pack(4000, 300, 200, STREAMING_RATE_HZ, 0)),
    )
    assert configure(DEFAULT_CONFIG, CONFIG.pack(4000, 300, 200, STREAMING_RATE_HZ, 0)) == ()


@pytest.mark.parametrize("heard", [(), (b"",), (DEFAULT_CONFIG[:-1],)])
def test_a_configuration_that_cannot_be_read_ends_the_start(heard: tuple[bytes, ...]) -> None:
    with pytest.raises(SensorError, match="should have 9 bytes"):
        configure(*heard)


def test_the_subscription_is_changed_even_if_the_firmware_believes_in_an_old_one() -> None:
    assert THINGY52.start[0] == Read(CONFIG_UUID)
    assert THINGY52.start[-3:] == (
        Subscribe(RAW_UUID),
        Unsubscribe(RAW_UUID),
        Subscribe(RAW_UUID),
    )
    assert THINGY52.stop == (Unsubscribe(RAW_UUID),)


@pytest.mark.parametrize(("value", "version"), [(b"\x02\x02\x00", "2.2.0"), (b"\x02", None)])
def test_the_firmware_version_is_three_numbers(value: bytes, version: str | None) -> None:
    assert THINGY52.firmware is not None
    assert THINGY52.firmware.answer([Notification(0, FIRMWARE_UUID, value)]) == version


@pytest.mark.parametrize(
    ("advertisement", "expected"),
    [
        (Advertisement("Thingy"), True),
        (Advertisement("Hip", (CONFIGURATION_SERVICE_UUID.upper(),)), True),
        (Advertisement("Hip"), False),
        (Advertisement(None), False),
    ],
)
def test_it_is_recognised_by_service_or_name(advertisement: Advertisement, expected: bool) -> None:
    assert THINGY52.recognises(advertisement) is expected


def test_it_takes_no_settings_of_its_own() -> None:
    with pytest.raises(UnknownNameError, match="no thingy52 setting 'rate_hz'"):
        THINGY52.decoder({"rate_hz": "100"})
