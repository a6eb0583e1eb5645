from __future__ import annotations

import pytest

from tracker.domain import Notification
from tracker.sensors.base import (
    BATTERY_LEVEL,
    BATTERY_LEVEL_UUID,
    FIRMWARE_REVISION,
    FIRMWARE_REVISION_UUID,
    Read,
)


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
