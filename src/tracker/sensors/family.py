"""What the tracker knows about one family of sensors."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tracker.domain import Decoder
    from tracker.sensors.script import Step


class ClockKind(Enum):
    """What a family's samples say about time."""

    SESSION = "session"
    """Each sample carries its time on the session clock (an imported file)."""
    DEVICE = "device"
    """Packets carry stamps of the sensor's own clock."""
    NONE = "none"
    """No stamps at all: the rate is estimated from arrivals."""


@dataclass(frozen=True, slots=True)
class Advertisement:
    """What a sensor says of itself before a connection."""

    name: str | None
    """Its name, as advertised; None if it gives none."""
    service_uuids: tuple[str, ...] = ()
    """Advertised services, 128-bit form."""
    manufacturer_ids: tuple[int, ...] = ()
    """Company identifiers of its manufacturer data."""


@dataclass(frozen=True, slots=True)
class SensorFamily:
    """One family: how it is recognised, started, stopped and decoded."""

    kind: str
    """Identifier in commands and recordings."""
    title: str
    """Name for people."""
    clock: ClockKind
    """What its samples say about time."""
    channels: Mapping[str, str]
    """Short names of the channels that the decoder understands, to their UUIDs."""
    decoder: Callable[[Mapping[str, str]], Decoder]
    """Makes a fresh decoder from settings as text; raises `TrackerError` on an unknown one."""
    recognises: Callable[[Advertisement], bool] = lambda _advertisement: False
    """Whether an advertisement is one of this family's."""
    services: tuple[str, ...] = ()
    """Services that decide after connecting."""
    start: tuple[Step, ...] = ()
    """Script that makes the sensor stream; it stops a stale stream first."""
    stop: tuple[Step, ...] = ()
    """Script that stops it, on every way out."""
    default_channel: str = ""
    """Channel of samples (UUID), assumed where none is named."""
