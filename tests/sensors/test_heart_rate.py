"""The heart rate: its bytes, from captures, from the specification and from another encoder."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.sensors import examples, notes
from tracker.domain import (
    Fault,
    FaultReason,
    HeartRateRead,
    Notification,
    SensorError,
)
from tracker.sensors import (
    HEART_RATE,
    HEART_RATE_UUID,
    PLAUSIBLE_BPM,
    families,
    identify,
    identify_connected,
    read_heart_rate,
    refuse_without_motion,
)
from tracker.sensors.base import BATTERY_LEVEL_UUID, Advertisement
from tracker.sensors.heart_rate import SERVICE_UUID
from tracker.sensors.polar import POLAR

NOTE = "10-heart-rate.md"
PER_S = 1024


def reading(data: bytes, device: int = 0) -> HeartRateRead:
    read = read_heart_rate(Notification(1_500_000_000, HEART_RATE_UUID, data, device))
    assert isinstance(read, HeartRateRead)
    return read


@pytest.mark.parametrize(
    ("data", "bpm", "contact", "beats", "source"), notes.table(NOTE, "Vectors", "hex")
)
def test_the_vectors_are_read_as_stated(
    data: str, bpm: str, contact: str, beats: str, source: str
) -> None:
    read = reading(bytes.fromhex(data))

    assert read.bpm == (None if bpm == "–" else int(bpm))
    assert read.contact is {"–": None, "yes": True, "no": False}[contact]
    assert read.rr_s == tuple(int(beat) / PER_S for beat in beats.split())
    assert source


@pytest.mark.parametrize("example", notes.examples(NOTE), ids=examples.titles)
def test_the_examples_are_no_samples(example: dict[str, object]) -> None:
    assert examples.play(HEART_RATE, example) == 0


def test_time_and_sensor_are_those_of_the_notification() -> None:
    read = reading(bytes.fromhex("0048"), device=1)

    assert (read.at_s, read.device, read.energy_kj) == (1.5, 1, None)
    assert reading(bytes.fromhex("1ec8f4013b013c01")).energy_kj == 500
    assert reading(bytes.fromhex("1fc800ffff3b01")).energy_kj is None


@given(
    bpm=st.integers(0, 0xFFFF),
    contact=st.sampled_from((None, True, False)),
    energy_kj=st.none() | st.integers(0, 0xFFFE),
    beats=st.lists(st.integers(1, 0xFFFF), max_size=9),
)
def test_what_another_encoder_writes_is_read(
    bpm: int, contact: bool | None, energy_kj: int | None, beats: list[int]
) -> None:
    profile = pytest.importorskip("bumble.profiles.heart_rate_service", reason="Linux only")
    measured = profile.HeartRateService.HeartRateMeasurement(
        heart_rate=bpm,
        sensor_contact_detected=contact,
        energy_expended=energy_kj,
        rr_intervals=[beat / PER_S for beat in beats],
    )

    read = reading(bytes(measured))

    known = contact is not False and bpm in PLAUSIBLE_BPM
    assert read.bpm == (bpm if known else None)
    assert read.contact is contact
    assert read.energy_kj == energy_kj
    assert read.rr_s == (tuple(beat / PER_S for beat in beats) if known else ())


@given(st.binary(max_size=64))
def test_any_bytes_are_a_reading_or_a_fault(data: bytes) -> None:
    read = read_heart_rate(Notification(0, HEART_RATE_UUID, data))

    if isinstance(read, Fault):
        assert read.reason is FaultReason.LENGTH
    else:
        assert read.bpm is None or read.bpm in PLAUSIBLE_BPM
        assert all(beat > 0 for beat in read.rr_s)
        assert read.contact is not False or (read.bpm, read.rr_s) == (None, ())


@pytest.mark.parametrize("kind", families())
def test_no_decoder_of_motion_is_disturbed(kind: str) -> None:
    decoder = families()[kind].decoder({})

    assert decoder.feed(Notification(0, HEART_RATE_UUID, bytes.fromhex("0048"))) == ()
    assert decoder.feed(Notification(0, BATTERY_LEVEL_UUID, bytes((80,)))) == ()


def test_a_strap_is_known_by_its_service_unless_it_is_known_for_more() -> None:
    strap = Advertisement("TICKR 1234", (SERVICE_UUID,))

    assert identify(strap) is HEART_RATE
    assert identify_connected(strap, (SERVICE_UUID,)) is HEART_RATE
    assert identify(Advertisement("Polar H10 1234", (SERVICE_UUID,))) is POLAR
    nameless = Advertisement(None, (SERVICE_UUID,))
    assert identify_connected(nameless, (SERVICE_UUID, *POLAR.services)) is POLAR


def test_nothing_can_be_trained_with_a_strap_alone() -> None:
    refuse_without_motion(POLAR)
    with pytest.raises(SensorError, match="sends no motion"):
        refuse_without_motion(HEART_RATE)


def test_decode_shows_the_newest_reading() -> None:
    decoder = HEART_RATE.decoder({})
    assert decoder.configuration() == {}

    assert decoder.feed(Notification(0, HEART_RATE_UUID, bytes.fromhex("164d1603"))) == ()

    rr_s = [790 / PER_S]
    assert decoder.configuration() == {"bpm": 77, "contact": True, "rr_s": rr_s, "energy_kj": None}


def test_the_channels_are_those_of_the_note() -> None:
    ids = {row[0]: row[1] for row in notes.table(NOTE, "GATT table", "name")}

    assert ids.pop("service") == SERVICE_UUID
    assert ids == dict(HEART_RATE.channels)
