from __future__ import annotations

import json
from typing import TYPE_CHECKING

import numpy as np
import pytest

from tests.fuzzing import fuzz, mutated, note_of, seeds
from tests.heavy import HEAVY
from tests.sensors import notes
from tracker.domain import (
    LINK_CHANNEL,
    MARK_CHANNEL,
    Fault,
    FaultReason,
    Frame,
    Notification,
    TrackerError,
    UnknownNameError,
)
from tracker.sensors import (
    HEART_RATE,
    Advertisement,
    families,
    family,
    identify,
    identify_connected,
)
from tracker.sensors.base import SMALLEST_MTU, Attempt, Decide, Expect, Pause, Where
from tracker.sensors.profile import PROFILE
from tracker.sensors.profile.packets import CONFIG_UUID, ProfileConfig, encode_packet
from tracker.sensors.registry import (
    as_document,
    decode_transcript,
    parse_settings,
    transcript_document,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tracker.sensors import SensorFamily, Step


KINDS = sorted(families())


def every_step(steps: Iterable[Step]) -> Iterator[Step]:
    """Yield steps and the steps inside them, as far as they are known before anything is heard."""
    for step in steps:
        yield step
        if isinstance(step, Attempt | Where):
            yield from every_step((*step.steps, *step.otherwise))


def scripts_of(entry: SensorFamily) -> Iterator[Step]:
    inquiries = [inquiry for inquiry in (entry.battery, entry.firmware) if inquiry is not None]
    asked = (step for inquiry in inquiries for step in inquiry.steps)
    yield from every_step((*entry.start, *entry.stop, *asked))


@pytest.mark.parametrize("kind", KINDS)
def test_every_family_is_found_by_its_kind(kind: str) -> None:
    assert family(kind).kind == kind


@pytest.mark.parametrize("kind", KINDS)
def test_every_family_names_its_default_channel(kind: str) -> None:
    assert family(kind).default_channel in family(kind).channels.values()


@pytest.mark.parametrize("kind", KINDS)
def test_every_channel_is_in_lower_case(kind: str) -> None:
    assert all(uuid == uuid.lower() for uuid in family(kind).channels.values())


@pytest.mark.parametrize("kind", KINDS)
def test_every_script_step_is_on_a_channel_of_its_family(kind: str) -> None:
    entry = family(kind)
    for step in scripts_of(entry):
        if isinstance(step, Pause):
            assert step.duration_s > 0
            continue
        if isinstance(step, Attempt | Decide):
            continue
        assert step.channel in entry.channels.values()
        if isinstance(step, Expect):
            assert step.timeout_s > 0


@pytest.mark.parametrize("kind", KINDS)
def test_every_family_names_its_services_in_lower_case(kind: str) -> None:
    assert all(uuid == uuid.lower() for uuid in family(kind).services)
    assert family(kind).least_mtu >= SMALLEST_MTU


@pytest.mark.parametrize("kind", KINDS)
def test_no_answer_is_an_unknown_answer(kind: str) -> None:
    for inquiry in (family(kind).battery, family(kind).firmware):
        assert inquiry is None or inquiry.answer(()) is None


@pytest.mark.parametrize("kind", KINDS)
def test_every_decoder_leaves_link_and_marks_to_the_engine(kind: str) -> None:
    decoder = family(kind).decoder({})

    assert decoder.feed(Notification(0, LINK_CHANNEL, b"streaming")) == ()
    assert decoder.feed(Notification(0, MARK_CHANNEL, b"set_start")) == ()


@pytest.mark.parametrize("kind", KINDS)
def test_every_family_gives_fresh_decoders(kind: str) -> None:
    assert family(kind).decoder({}) is not family(kind).decoder({})


def test_an_unknown_kind_is_refused_with_the_known_ones() -> None:
    with pytest.raises(UnknownNameError, match=r"Did you mean profile\?"):
        family("profil")


def test_an_advertisement_is_identified_or_not() -> None:
    assert identify(Advertisement("Hip 3f2a", PROFILE.services)) is PROFILE
    assert identify(Advertisement("Headphones")) is None
    assert identify(Advertisement(None)) is None


def test_a_connected_sensor_is_identified_by_its_services() -> None:
    nameless = Advertisement(None)
    heart_rate = "0000180d-0000-1000-8000-00805f9b34fb"

    assert identify_connected(nameless, (heart_rate, PROFILE.services[0].upper())) is PROFILE
    assert identify_connected(nameless, (PROFILE.services[0], heart_rate)) is PROFILE
    assert identify_connected(nameless, (heart_rate,)) is HEART_RATE
    assert identify_connected(nameless, ("0000180f-0000-1000-8000-00805f9b34fb",)) is None
    assert identify_connected(Advertisement("Hip", PROFILE.services), ()) is None


CONFIG = ProfileConfig().encode().hex()


ONE = np.array([[0, 0, 4096]], dtype=np.int16)


PACKETS = [
    encode_packet(ProfileConfig(), k, 1_000_000 + k * 50_000, ONE, ONE).hex() for k in range(3)
]


IN_RANGE = {"acc_range_g": "8", "gyro_range_dps": "1000", "rate_hz": "100"}


def test_packets_are_decoded_in_order_on_one_decoder() -> None:
    document = as_document(decode_transcript(PROFILE, [PACKETS[0], PACKETS[2]], settings=IN_RANGE))

    assert [frame["device_time_s"] for frame in document["frames"]] == [1.0, 1.1]
    assert document["frames"][0]["acc_mps2"] == [[0.0, 0.0, pytest.approx(9.80665)]]
    assert document["faults"] == [
        {"reason": "lost", "detail": "1 packet lost before packet 2", "count": 1}
    ]


def test_a_payload_may_name_its_own_channel() -> None:
    results = decode_transcript(
        PROFILE, [f"config={CONFIG}", PACKETS[0], f"{CONFIG_UUID}={CONFIG}"]
    )

    assert [type(result) for result in results] == [Frame]


@pytest.mark.parametrize("name", ["config", CONFIG_UUID, CONFIG_UUID.upper()])
def test_the_channel_of_all_is_a_short_name_or_a_uuid(name: str) -> None:
    assert decode_transcript(PROFILE, [CONFIG], channel=name) == ()


@pytest.mark.parametrize("separator", [" ", ":", "-", " 0x", "\n"])
def test_hex_is_read_as_debugging_apps_print_it(separator: str) -> None:
    spaced = separator.join(PACKETS[0][i : i + 2] for i in range(0, len(PACKETS[0]), 2))

    (frame,) = decode_transcript(PROFILE, ["0x" + spaced.upper()], settings=IN_RANGE)

    assert isinstance(frame, Frame)


def test_a_sensor_without_gyroscope_or_clock_has_nulls() -> None:
    without_either = Frame(np.zeros((1, 3)), None, None, 0.0)

    document = as_document([without_either])

    assert document["frames"] == [
        {
            "acc_mps2": [[0.0, 0.0, 0.0]],
            "gyro_radps": None,
            "device_time_s": None,
            "saturated": False,
        }
    ]
    assert document["faults"] == []


def test_saturation_is_told() -> None:
    (frame,) = as_document([Frame(np.zeros((1, 3)), None, None, 0.0, saturated=True)])["frames"]

    assert frame["saturated"] is True


def test_a_fault_is_its_reason_its_detail_and_how_much_it_concerns() -> None:
    fault = Fault(0.0, FaultReason.OUT_OF_ORDER, "packet 3 came after a newer one", 2)

    document = as_document([fault])

    assert document["frames"] == []
    assert document["faults"] == [
        {"reason": "out_of_order", "detail": "packet 3 came after a newer one", "count": 2}
    ]


@pytest.mark.parametrize("kind", families())
def test_the_document_is_json_for_every_family(kind: str) -> None:
    document = transcript_document(family(kind), ["00", "55 61", "23 69 6d 75 0a"])

    assert json.loads(json.dumps(document)) == document
    assert isinstance(document["configuration"], dict)


def test_the_configuration_is_shown_as_it_was_understood() -> None:
    config = ProfileConfig(rate_hz=104, acc_lsb_g=0.000244, boot_id=0xA1B2).encode().hex()

    document = transcript_document(PROFILE, [f"config={config}"])

    assert document["configuration"] == {
        "rate_hz": 104,
        "acc_range_g": 8,
        "gyro_range_dps": 1000,
        "acc_lsb_g": pytest.approx(0.000244),
        "gyro_lsb_dps": 1000 / 32768,
        "boot_id": "0000a1b2",
    }


def test_a_configuration_that_is_refused_is_none() -> None:
    document = transcript_document(PROFILE, [f"config={CONFIG}", "config=02"])

    assert document["configuration"] == {}
    assert [fault["reason"] for fault in document["faults"]] == ["version"]


@pytest.mark.parametrize("payload", ["123", "zz", "config=0", "12 3"])
def test_what_is_no_hex_is_refused(payload: str) -> None:
    with pytest.raises(TrackerError, match="two digits a byte"):
        decode_transcript(PROFILE, [payload])


def test_an_unknown_channel_is_refused_with_the_known_ones() -> None:
    with pytest.raises(UnknownNameError, match="profile channel 'configs'"):
        decode_transcript(PROFILE, ["00"], channel="configs")
    with pytest.raises(UnknownNameError, match="Did you mean config"):
        decode_transcript(PROFILE, ["configs=00"])


def test_an_unknown_setting_is_refused() -> None:
    with pytest.raises(UnknownNameError, match="profile setting"):
        decode_transcript(PROFILE, [], settings={"colour": "red"})


def test_settings_are_split_at_the_first_equals_sign() -> None:
    assert parse_settings(["acc_range_g=8", "note=a=b", "empty="]) == {
        "acc_range_g": "8",
        "note": "a=b",
        "empty": "",
    }


@pytest.mark.parametrize("pair", ["acc_range_g", "=8", ""])
def test_a_setting_without_key_or_value_is_refused(pair: str) -> None:
    with pytest.raises(TrackerError, match="written key=value"):
        parse_settings([pair])


FUZZ_PACKETS = 20_000 if HEAVY else 2_000
"""A million are in `benchmarks/test_fuzz.py`."""


@pytest.mark.parametrize("kind", KINDS)
def test_no_packets_harm_a_decoder(kind: str) -> None:
    fuzz(kind, FUZZ_PACKETS)


@pytest.mark.parametrize("kind", KINDS)
def test_every_family_has_a_note_with_packets_to_start_from(kind: str) -> None:
    given = seeds(families()[kind])

    assert (notes.NOTES / note_of(families()[kind])).is_file()
    assert sum(len(packets) for _, packets in given) >= 3


def test_most_mutations_change_a_packet() -> None:
    rng = np.random.default_rng(0)
    data, other = bytes(range(40)), bytes(range(100, 140))

    changed = [mutated(data, other, rng) != data for _ in range(500)]

    assert sum(changed) > 450
