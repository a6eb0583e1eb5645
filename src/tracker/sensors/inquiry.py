"""What a sensor can be asked about itself, as data: the steps, and how the answer is read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Generic, TypeVar

from tracker.sensors.script import Read, newest

if TYPE_CHECKING:
    from collections.abc import Callable

    from tracker.sensors.script import Heard, Step

BATTERY_LEVEL_UUID: Final = "00002a19-0000-1000-8000-00805f9b34fb"
"""Battery Level of the Battery Service 180F: u8, percent."""

FIRMWARE_REVISION_UUID: Final = "00002a26-0000-1000-8000-00805f9b34fb"
"""Firmware Revision String of the Device Information Service 180A: text."""

HIGHEST_PERCENT: Final = 100

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Inquiry(Generic[T]):
    """A question that is put to a sensor after its start script, and again whenever one likes.

    The runner runs `steps` like any script, while samples stream, and gives `answer` what was
    heard meanwhile. An inquiry never breaks a session: if a step fails, the answer is unknown.
    """

    steps: tuple[Step, ...]
    """What asks."""
    answer: Callable[[Heard], T | None]
    """Pure: from what was heard to the answer; None if it is not in there."""


def _percent(heard: Heard) -> int | None:
    value = newest(heard, BATTERY_LEVEL_UUID)
    return value[0] if value and value[0] <= HIGHEST_PERCENT else None


def _text(heard: Heard) -> str | None:
    value = newest(heard, FIRMWARE_REVISION_UUID)
    text = (value or b"").split(b"\0")[0].decode("utf-8", errors="replace").strip()
    return text or None


BATTERY_LEVEL: Final = Inquiry((Read(BATTERY_LEVEL_UUID),), _percent)
"""The battery in percent, where a sensor has the standard service."""

FIRMWARE_REVISION: Final = Inquiry((Read(FIRMWARE_REVISION_UUID),), _text)
"""The version of the firmware, where a sensor has the standard service."""
