from __future__ import annotations

import numpy as np
import pytest

from tests.sensors import notes
from tracker.domain import Frame, Notification, SensorError, TrackerError, UnknownNameError
from tracker.domain.units import RADPS_PER_DPS, STANDARD_GRAVITY_MPS2
from tracker.sensors.base import Advertisement, Decide, Expect, Read, Subscribe, Write
from tracker.sensors.profile import PROFILE, START, STARTED, STOP, STOPPED
from tracker.sensors.profile.packets import (
    CONFIG_UUID,
    CONTROL_UUID,
    IMU_UUID,
    SERVICE_UUID,
    ProfileConfig,
    encode_packet,
)

NOTE = "01-profile.md"
ONE = np.array([[0, 0, 4096]], dtype=np.int16)
PACKET = encode_packet(ProfileConfig(), 7, 1_000_000, ONE, ONE)
ACC_PACKET = encode_packet(ProfileConfig(gyro_range_dps=None), 7, 1_000_000, ONE, None)


def test_settings_stand_in_for_the_configuration() -> None:
    decoder = PROFILE.decoder({"acc_range_g": "16", "gyro_range_dps": "2000", "rate_hz": "50"})

    (frame,) = decoder.feed(Notification(0, IMU_UUID, PACKET))

    assert isinstance(frame, Frame)
    assert frame.acc_mps2[0, 2] == pytest.approx(2 * STANDARD_GRAVITY_MPS2)
    assert frame.gyro_radps is not None
    assert frame.gyro_radps[0, 2] == pytest.approx(250 * RADPS_PER_DPS)


@pytest.mark.parametrize("given_settings", [{"acc_range_g": "8"}, {"gyro_range_dps": "0"}])
def test_settings_without_a_gyroscope_read_packets_without_one(
    given_settings: dict[str, str],
) -> None:
    (frame,) = PROFILE.decoder(given_settings).feed(Notification(0, IMU_UUID, ACC_PACKET))

    assert isinstance(frame, Frame)
    assert frame.gyro_radps is None


def test_settings_that_are_unknown_or_impossible_are_refused() -> None:
    with pytest.raises(UnknownNameError, match="profile setting 'range_g'"):
        PROFILE.decoder({"range_g": "8"})
    with pytest.raises(TrackerError, match="a rate of 25 to 200 Hz, got 1000"):
        PROFILE.decoder({"rate_hz": "1000"})


def test_the_service_is_recognised_in_any_case_and_nothing_else_is() -> None:
    upper = Advertisement(None, service_uuids=(SERVICE_UUID.upper(),))
    other = Advertisement("Hip", service_uuids=("0000180d-0000-1000-8000-00805f9b34fb",))

    assert PROFILE.recognises(upper)
    assert not PROFILE.recognises(other)
    assert not PROFILE.recognises(Advertisement("Hip"))


def test_commands_and_replies_are_those_of_the_note() -> None:
    stated = {row[0]: row[1:] for row in notes.table(NOTE, "Control", "command")}

    assert {name: [bytes.fromhex(cell) for cell in cells] for name, cells in stated.items()} == {
        "start": [START, STARTED],
        "stop": [STOP, STOPPED],
    }


def test_the_start_script_keeps_the_order_of_the_note() -> None:
    steps = list(PROFILE.start)
    replies = [steps.index(step) for step in steps if isinstance(step, Expect)]

    assert steps[0] == Subscribe(CONTROL_UUID)
    assert steps[1] == Write(CONTROL_UUID, STOP)
    assert steps.index(Read(CONFIG_UUID)) < steps.index(Write(CONTROL_UUID, START))
    assert steps.index(Subscribe(IMU_UUID)) < steps.index(Write(CONTROL_UUID, START))
    assert all(isinstance(steps[index - 1], Write) for index in replies)
    reply, decision = steps[-2:]
    assert isinstance(reply, Expect)
    assert (reply.channel, reply.prefix) == (CONTROL_UUID, STARTED[:1])
    assert isinstance(decision, Decide)
    assert decision.steps([Notification(0, CONTROL_UUID, STARTED + b"\x01")]) == ()


@pytest.mark.parametrize(
    ("result", "word"), [(2, "81 02"), (3, "motion chip"), (4, "battery"), (9, "81 09")]
)
def test_a_refused_start_is_told_in_the_words_of_the_note(result: int, word: str) -> None:
    decision = PROFILE.start[-1]
    assert isinstance(decision, Decide)
    with pytest.raises(SensorError, match=word) as refused:
        decision.steps([Notification(0, CONTROL_UUID, bytes((0x81, result, 0)))])
    assert refused.value.advice
    assert PROFILE.stop[0] == Write(CONTROL_UUID, STOP)
