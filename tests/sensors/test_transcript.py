from __future__ import annotations

import json

import numpy as np
import pytest

from tracker.domain import Fault, FaultReason, Frame, TrackerError, UnknownNameError
from tracker.sensors import PROFILE, SAMPLES, encode_packet, encode_samples
from tracker.sensors.profile.packets import CONFIG_UUID, ProfileConfig
from tracker.sensors.registry import as_document, decode_transcript, parse_settings

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
    assert document["faults"] == [{"reason": "lost"}]


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
        {"acc_mps2": [[0.0, 0.0, 0.0]], "gyro_radps": None, "device_time_s": None}
    ]
    assert document["faults"] == []


def test_a_fault_is_its_reason() -> None:
    fault = Fault(0.0, FaultReason.OUT_OF_ORDER, "packet 3 came after a newer one")

    document = as_document([fault])

    assert document["frames"] == []
    assert document["faults"] == [{"reason": "out_of_order"}]


def test_the_document_is_json_for_every_family() -> None:
    samples = encode_samples(np.array([0.5]), np.ones((1, 3)), np.ones((1, 3))).hex()

    document = as_document(decode_transcript(SAMPLES, [samples, samples]))

    assert json.loads(json.dumps(document)) == {
        "frames": [{"acc_mps2": [[1.0] * 3], "gyro_radps": [[1.0] * 3], "device_time_s": 0.5}],
        "faults": [{"reason": "clock"}],
    }


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
