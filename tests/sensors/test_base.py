from __future__ import annotations

import numpy as np
import pytest

from tracker.domain import (
    Fault,
    FaultReason,
    Frame,
    Notification,
    SensorMend,
    TrackerError,
    UnknownNameError,
    mend_in,
)
from tracker.sensors import SAMPLES_CHANNEL, encode_samples, parse_settings
from tracker.sensors.base import (
    BATTERY_LEVEL,
    BATTERY_LEVEL_UUID,
    FIRMWARE_REVISION,
    FIRMWARE_REVISION_UUID,
    PacketDecoder,
    PacketOrder,
    Read,
    fault_of,
    newest,
    number,
    order_faults,
    whole_number,
)
from tracker.sensors.profile import PROFILE
from tracker.sensors.samples import SAMPLES

CLOCK_RESTARTED = "the sensor's clock restarted at packet 7"


def test_a_fault_happens_when_its_notification_arrives() -> None:
    delayed = Notification(1_500_000_000, "imu", b"")

    assert fault_of(delayed, FaultReason.LOST, "gone", 3) == Fault(
        1.5, FaultReason.LOST, "gone", 3
    )


def test_an_unknown_channel_is_named() -> None:
    (fault,) = PacketDecoder({}).feed(Notification(0, "2a37", b""))

    assert isinstance(fault, Fault)
    assert fault.reason is FaultReason.UNKNOWN_CHANNEL
    assert "'2a37'" in fault.detail


@pytest.mark.parametrize(
    ("order", "lost", "expected"),
    [
        (PacketOrder.NEXT, 0, None),
        (PacketOrder.NEXT, 3, (FaultReason.LOST, "3 packets lost before packet 7", 3)),
        (PacketOrder.DUPLICATE, 0, (FaultReason.DUPLICATE, "packet 7 is a duplicate", 1)),
        (PacketOrder.LATE, 0, (FaultReason.OUT_OF_ORDER, "packet 7 came after a newer one", 1)),
        (PacketOrder.RESTART, 0, (FaultReason.CLOCK, CLOCK_RESTARTED, 1)),
    ],
)
def test_the_place_of_a_packet_shows_its_fault(
    order: PacketOrder, lost: int, expected: tuple[FaultReason, str, int] | None
) -> None:
    notification = Notification(1_500_000_000, "imu", b"")

    faults = order_faults(notification, order, "packet 7", lost, "packets")

    assert faults == (() if expected is None else (Fault(1.5, *expected),))


def test_an_unknown_setting_is_named_with_the_nearest_known_one() -> None:
    with pytest.raises(UnknownNameError, match="acc_range_g") as caught:
        PROFILE.decoder({"acc_range": "8"})

    assert "Did you mean acc_range_g?" in str(caught.value)


def test_a_family_without_settings_has_those_of_a_mend() -> None:
    with pytest.raises(UnknownNameError, match="acc_axes, acc_factor, gyro_axes, gyro_factor"):
        SAMPLES.decoder({"rate_hz": "100"})


@pytest.mark.parametrize(
    "setting",
    [
        {"gyro_axes": "x,y"},
        {"gyro_axes": "x,x,z"},
        {"acc_axes": "--x,y,z"},
        {"gyro_factor": "0"},
        {"gyro_factor": "nan"},
        {"acc_factor": "two"},
    ],
)
def test_a_mend_that_makes_no_sense_is_refused_by_name(setting: dict[str, str]) -> None:
    with pytest.raises(TrackerError, match=f"The setting {next(iter(setting))}"):
        SAMPLES.decoder(setting)


def test_a_mend_reaches_every_sample_however_they_are_decoded() -> None:
    time_s, acc, gyro = np.arange(3.0), np.arange(9.0).reshape(3, 3), np.ones((3, 3))
    sent = [Notification(0, SAMPLES_CHANNEL, encode_samples(time_s, acc, gyro))]
    mend = SensorMend(acc_axes="y,-x,z", acc_factor=0.5, gyro_axes="-x,-y,-z", gyro_factor=2.0)
    settings = parse_settings(mend.text.split())

    (frame,) = SAMPLES.decoder(settings).feed(sent[0])

    assert isinstance(frame, Frame)
    assert frame.acc_mps2.tolist() == (0.5 * acc[:, [1, 0, 2]] * [1, -1, 1]).tolist()
    assert frame.gyro_radps is not None
    assert frame.gyro_radps.tolist() == (-2.0 * gyro).tolist()
    assert mend_in(settings) == mend


def test_known_settings_and_none_at_all_pass() -> None:
    PROFILE.decoder({"rate_hz": "100"})
    SAMPLES.decoder({})


def test_a_number_comes_from_its_text_or_is_the_default() -> None:
    assert whole_number({"rate_hz": "104"}, "rate_hz", 100) == 104
    assert whole_number({}, "rate_hz", 100) == 100


@pytest.mark.parametrize("text", ["", "fast", "99.5", "nan", "0x10"])
def test_what_is_no_whole_number_is_refused(text: str) -> None:
    with pytest.raises(TrackerError, match="rate_hz must be a whole number"):
        whole_number({"rate_hz": text}, "rate_hz", 100)


def test_a_positive_number_comes_from_its_text_or_is_the_default() -> None:
    assert number({"acc_lsb_per_g": "8.75"}, "acc_lsb_per_g", 1.0, positive=True) == 8.75
    assert number({}, "acc_lsb_per_g", 1.5, positive=True) == 1.5


@pytest.mark.parametrize("text", ["", "fast", "0", "-1", "nan", "inf"])
def test_what_is_no_positive_number_is_refused(text: str) -> None:
    with pytest.raises(TrackerError, match="acc_lsb_per_g must be a number above 0"):
        number({"acc_lsb_per_g": text}, "acc_lsb_per_g", 8192.0, positive=True)


HEARD = (
    Notification(1, "control", b"\x81\x00"),
    Notification(2, "imu", b"\x81\x05"),
    Notification(3, "control", b"\x82\x01"),
    Notification(4, "control", b"\x81\x02"),
)


def test_the_newest_bytes_of_a_channel_are_found_by_how_they_start() -> None:
    assert newest(HEARD, "control") == b"\x81\x02"
    assert newest(HEARD, "control", b"\x82") == b"\x82\x01"
    assert newest(HEARD, "control", b"\x83") is None
    assert newest(HEARD, "battery") is None
    assert newest((), "control") is None


@pytest.mark.parametrize(
    ("value", "percent"),
    [(b"\x00", 0), (b"\x57", 87), (b"\x64", 100), (b"\xff", None), (b"", None)],
)
def test_the_battery_level_is_read_in_percent(value: bytes, percent: int | None) -> None:
    heard = (Notification(0, BATTERY_LEVEL_UUID, value),)

    assert BATTERY_LEVEL.steps == (Read(BATTERY_LEVEL_UUID),)
    assert BATTERY_LEVEL.answer(heard) == percent


@pytest.mark.parametrize(
    ("value", "version"),
    [(b"3.1.0", "3.1.0"), (b"2.1\0junk", "2.1"), (b" \0", None), (b"", None), (b"v\xff", "v�")],
)
def test_the_firmware_is_read_as_text(value: bytes, version: str | None) -> None:
    heard = (Notification(0, FIRMWARE_REVISION_UUID, value),)

    assert FIRMWARE_REVISION.steps == (Read(FIRMWARE_REVISION_UUID),)
    assert FIRMWARE_REVISION.answer(heard) == version


def test_a_question_without_an_answer_stays_unknown() -> None:
    assert BATTERY_LEVEL.answer(()) is None
    assert FIRMWARE_REVISION.answer(()) is None
