from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.sensors import notes
from tests.sensors.encoders import encode_microbit
from tracker.domain import Fault, FaultReason, Frame, Notification, TrackerError, UnknownNameError
from tracker.domain.units import STANDARD_GRAVITY_MPS2, ns_from_s
from tracker.sensors.base import Advertisement, Attempt, ClockKind, Subscribe, Write
from tracker.sensors.microbit import (
    BEYOND_PER_G,
    CLIPPED_PER_G,
    COUNT,
    DATA_UUID,
    MICROBIT,
    PERIOD_UUID,
    RANGES_G,
    SERVICE_UUID,
    MicrobitDecoder,
)

NOTE = "09-microbit.md"
VECTORS = notes.table(NOTE, "Vectors", "hex")
MG = STANDARD_GRAVITY_MPS2 / 1000


def milli_g(cell: str) -> list[float]:
    return [float(word) for word in cell.split()]


def decoded(data: bytes, decoder: MicrobitDecoder | None = None) -> Frame:
    (frame,) = (decoder or MicrobitDecoder()).feed(Notification(0, DATA_UUID, data))
    assert isinstance(frame, Frame)
    return frame


@pytest.mark.parametrize(("data", "mg", "source"), VECTORS)
def test_the_vectors_come_out_as_published(data: str, mg: str, source: str) -> None:
    frame = decoded(bytes.fromhex(data))

    np.testing.assert_allclose(frame.acc_mps2, [np.array(milli_g(mg)) * MG], rtol=1e-12)
    assert np.linalg.norm(frame.acc_mps2) == pytest.approx(STANDARD_GRAVITY_MPS2, rel=0.1)
    assert frame.gyro_radps is None
    assert frame.stamps_s is None
    assert not frame.saturated
    assert source.startswith("lancaster-university/")


def test_the_logged_burst_keeps_every_sample_and_its_arrival() -> None:
    log = notes.table(NOTE, "Arrivals", "mg")
    arrivals_s = np.cumsum([float(ms) / 1000 for _mg, ms in log])
    decoder = MicrobitDecoder()

    frames = [
        result
        for (mg, _ms), arrival_s in zip(log, arrivals_s, strict=True)
        for result in decoder.feed(
            Notification(
                ns_from_s(arrival_s), DATA_UUID, np.array(milli_g(mg)).astype(COUNT).tobytes()
            )
        )
    ]

    assert len(log) == 24
    assert [frame.acc_mps2.tolist() for frame in frames if isinstance(frame, Frame)] == [
        [[value * MG for value in milli_g(mg)]] for mg, _ms in log
    ]
    assert [frame.received_s for frame in frames if isinstance(frame, Frame)] == pytest.approx(
        arrivals_s
    )
    assert round(float(arrivals_s[-1]) * 1000 / len(log)) == 18


def test_the_layout_and_the_ids_are_those_of_the_note() -> None:
    assert notes.layout(NOTE, "Sample") == ("<hhh", [0])
    ids = {row[0]: row[1] for row in notes.table(NOTE, "GATT table", "name")}
    assert ids.pop("service") == SERVICE_UUID
    assert ids == dict(MICROBIT.channels)
    assert MICROBIT.clock is ClockKind.NONE


@pytest.mark.parametrize(("range_g", "beyond", "clipped"), notes.table(NOTE, "Range", "range_g"))
def test_each_range_ends_where_the_note_says(range_g: str, beyond: str, clipped: str) -> None:
    full = int(range_g)
    assert (BEYOND_PER_G * full, CLIPPED_PER_G * full) == (int(beyond), int(clipped))

    for sign in (-1, 1):
        below = np.array([0, sign * (int(clipped) - 1), 0]).astype(COUNT).tobytes()
        at = np.array([0, 0, sign * int(clipped)]).astype(COUNT).tobytes()
        assert not decoded(below, MicrobitDecoder(full)).saturated
        assert decoded(at, MicrobitDecoder(full)).saturated


def test_a_value_beyond_the_range_shows_that_the_range_is_larger() -> None:
    decoder = MicrobitDecoder()
    beyond = np.array([0, 0, 2049]).astype(COUNT).tobytes()
    at_two_g = np.array([0, 0, 2032]).astype(COUNT).tobytes()

    assert decoded(at_two_g, decoder).saturated
    assert not decoded(beyond, decoder).saturated
    assert not decoded(at_two_g, decoder).saturated


def test_what_is_beyond_every_range_is_saturated() -> None:
    assert decoded(np.array([-32768, 0, 0]).astype(COUNT).tobytes()).saturated


@given(st.lists(st.integers(-8 * BEYOND_PER_G, 8 * CLIPPED_PER_G), min_size=3, max_size=3))
def test_what_was_encoded_comes_back(mg: list[int]) -> None:
    acc_mps2 = np.array(mg, dtype=np.float64) * MG

    frame = decoded(encode_microbit(acc_mps2, range_g=8), MicrobitDecoder(8))

    np.testing.assert_allclose(frame.acc_mps2, [acc_mps2], atol=1e-9)


def test_the_encoder_clips_like_the_chip() -> None:
    frame = decoded(encode_microbit(np.array([1e3, -1e3, 0.0])))

    assert (frame.acc_mps2 / MG).round().tolist() == [[2032.0, -2048.0, 0.0]]
    assert frame.saturated


@pytest.mark.parametrize("data", [b"", b"\0" * 5, b"\0" * 7])
def test_another_length_is_a_fault(data: bytes) -> None:
    (fault,) = MicrobitDecoder().feed(Notification(0, DATA_UUID, data))

    assert isinstance(fault, Fault)
    assert fault.reason is FaultReason.LENGTH


def test_the_period_says_nothing_and_other_channels_are_unknown() -> None:
    (fault,) = MicrobitDecoder().feed(Notification(0, "other", b"\0" * 6))

    assert isinstance(fault, Fault)
    assert fault.reason is FaultReason.UNKNOWN_CHANNEL
    assert MicrobitDecoder().feed(Notification(0, PERIOD_UUID, b"\x14\0")) == ()


def test_the_script_writes_twenty_milliseconds_and_does_not_depend_on_it() -> None:
    attempt, subscribe = MICROBIT.start

    assert isinstance(attempt, Attempt)
    assert attempt.steps[0] == Write(PERIOD_UUID, b"\x14\0")
    assert attempt.otherwise == ()
    assert subscribe == Subscribe(DATA_UUID)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("BBC micro:bit [zatig]", True),
        ("uBit [zatig]", True),
        ("micro:mouse", False),
        ("uBitter", False),
        (None, False),
    ],
)
def test_it_is_recognised_by_its_name(name: str | None, expected: bool) -> None:
    assert MICROBIT.recognises(Advertisement(name)) is expected


def test_settings_give_the_range_to_begin_with() -> None:
    at_two_g = np.array([0, 0, 2032]).astype(COUNT).tobytes()

    (frame,) = MICROBIT.decoder({"range_g": "4"}).feed(Notification(0, DATA_UUID, at_two_g))

    assert isinstance(frame, Frame)
    assert not frame.saturated
    with pytest.raises(TrackerError, match="±2, 4, 8 or 16 g, got range_g=3"):
        MICROBIT.decoder({"range_g": "3"})
    with pytest.raises(UnknownNameError, match="microbit setting 'rate'"):
        MICROBIT.decoder({"rate": "50"})
    assert RANGES_G == (2, 4, 8, 16)
