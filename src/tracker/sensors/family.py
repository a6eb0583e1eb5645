"""What the tracker knows about one family of sensors.

Everything here is data or a pure function, so that a radio runs a family without knowing it:

1. Before connecting, `recognises` tells from the advertisement, and `refuses` says in words why a
   sensor that looks like the family's cannot be used.
2. After connecting, one of `services` among those of the sensor decides; `recognises` may have
   known too little. `refuses` is asked here as well.
3. If the connection's ATT MTU is below `least_mtu`, the sensor would refuse or cut its packets:
   say so before the start.
4. `start` runs (see `script`). It stops what may be left of an earlier session first, so the same
   script serves a reconnection.
5. `battery` and `firmware` are asked (see `inquiry`), and the battery again every few minutes.
6. `stop` runs on every way out.

Short names in `channels` are for people. Steps and notifications use the UUIDs.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tracker.domain import Decoder
    from tracker.sensors.inquiry import Inquiry
    from tracker.sensors.script import Step

SMALLEST_MTU: Final = 23
"""ATT MTU of every connection before it is negotiated, bytes."""


class ClockKind(Enum):
    """What a family's samples say about time."""

    SESSION = "session"
    """Each sample carries its time on the session clock (an imported file)."""
    DEVICE = "device"
    """Packets carry stamps of the sensor's own clock."""
    NONE = "none"
    """No stamps at all: the rate is estimated from arrivals."""
    MIXED = "mixed"
    """Stamps or none, as the program on the board has it."""


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
    """Services that decide after connecting: one of them is enough."""
    refuses: Callable[[Advertisement], str | None] = lambda _advertisement: None
    """Why a sensor with the family's marks cannot be used, in words for people; None if it can."""
    least_mtu: int = SMALLEST_MTU
    """Smallest ATT MTU, in bytes, with which the sensor sends what the decoder understands."""
    start: tuple[Step, ...] = ()
    """Script that makes the sensor stream; it stops a stale stream first."""
    stop: tuple[Step, ...] = ()
    """Script that stops it, on every way out."""
    battery: Inquiry[int] | None = None
    """How the charge is asked for, percent; None if the sensor cannot tell."""
    firmware: Inquiry[str] | None = None
    """How the version of the firmware is asked for; None if the sensor cannot tell."""
    default_channel: str = ""
    """Channel of samples (UUID), assumed where none is named."""
