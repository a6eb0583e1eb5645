from __future__ import annotations

from tracker.domain import Notification
from tracker.sensors.base import newest

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
