"""Heart rate: the standard service that straps have, alone or beside motion.

Bluetooth SIG, *Heart Rate Service* 1.0, section 3.1 "Heart Rate Measurement"; with worked examples
in `firmware_notes/10-heart-rate.md`. The engine reads these notifications of every sensor, so no
decoder has to. `HEART_RATE` is the family of what has nothing else to send: a strap that is worn
beside a motion sensor.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tracker.domain import FaultReason, HeartRateRead, Notification
from tracker.domain.units import s_from_ns
from tracker.language import _
from tracker.sensors.base import (
    BATTERY_LEVEL,
    BATTERY_LEVEL_UUID,
    FIRMWARE_REVISION,
    FIRMWARE_REVISION_UUID,
    HEART_RATE_UUID,
    ClockKind,
    Inquiry,
    MalformedError,
    PacketDecoder,
    SensorFamily,
    Subscribe,
    Unsubscribe,
    Where,
    check_length,
    fault_of,
)

if TYPE_CHECKING:
    from tracker.domain import Fault

SERVICE_UUID: Final = "0000180d-0000-1000-8000-00805f9b34fb"
"""Heart Rate Service."""

# The bits of the first byte.
_WIDE: Final = 0x01
_IN_CONTACT: Final = 0x02
_DETECTS_CONTACT: Final = 0x04
_HAS_ENERGY: Final = 0x08
_HAS_RR: Final = 0x10

_RR_PER_S: Final = 1024.0
"""Times between beats are sent in 1/1024 s."""

_NO_ENERGY: Final = 0xFFFF
"""The counter of energy is full: what it was is unknown."""

PLAUSIBLE_BPM: Final = range(25, 251)
"""Rates that a living heart can have, beats per minute: straps without contact send 0, and invent
others from noise."""


def read_heart_rate(notification: Notification) -> HeartRateRead | Fault:
    """Return what a Heart Rate Measurement says; never raises on bytes, a bad one is a `Fault`."""
    try:
        return _measurement(notification)
    except MalformedError as error:
        return fault_of(notification, error.reason, error.detail)


def _measurement(notification: Notification) -> HeartRateRead:
    data = notification.data
    check_length(data, 2, _("a heart rate"), exact=False)
    flags = data[0]
    wide, has_energy = bool(flags & _WIDE), bool(flags & _HAS_ENERGY)
    rate_ends = 3 if wide else 2
    energy_ends = rate_ends + 2 * has_energy
    check_length(data, energy_ends, _("a heart rate"), exact=False)
    # What follows without the flag of beats is of a newer version of the service.
    beats = data[energy_ends:] if flags & _HAS_RR else b""
    if len(beats) % 2:
        raise MalformedError(
            FaultReason.LENGTH,
            _("expected two bytes for each beat, got {got} bytes").format(got=len(beats)),
        )
    bpm = int.from_bytes(data[1:rate_ends], "little")
    energy_kj = int.from_bytes(data[rate_ends:energy_ends], "little")
    contact = bool(flags & _IN_CONTACT) if flags & _DETECTS_CONTACT else None
    known = contact is not False and bpm in PLAUSIBLE_BPM
    counts = [int.from_bytes(beats[at : at + 2], "little") for at in range(0, len(beats), 2)]
    return HeartRateRead(
        s_from_ns(notification.received_ns),
        bpm if known else None,
        contact,
        tuple(count / _RR_PER_S for count in counts if count) if known else (),
        energy_kj if has_energy and energy_kj != _NO_ENERGY else None,
        notification.device,
    )


class HeartRateDecoder(PacketDecoder):
    """Finds no motion; its `configuration` is the newest reading."""

    def __init__(self) -> None:
        super().__init__({HEART_RATE_UUID: self._measured}, (FIRMWARE_REVISION_UUID,))
        self._newest: HeartRateRead | None = None

    def configuration(self) -> dict[str, object]:
        """Return the newest reading, which is all that such a strap says."""
        newest = self._newest
        if newest is None:
            return {}
        return {
            "bpm": newest.bpm,
            "contact": newest.contact,
            "rr_s": list(newest.rr_s),
            "energy_kj": newest.energy_kj,
        }

    def _measured(self, notification: Notification) -> tuple[()]:
        self._newest = _measurement(notification)
        return ()


BESIDE: Final[Inquiry[None]] = Inquiry(
    (Where(HEART_RATE_UUID, (Subscribe(HEART_RATE_UUID),)),), lambda _heard: None
)
"""Makes any sensor send its heart rate too, if it has one."""

HEART_RATE: Final = SensorFamily(
    kind="heart_rate",
    title=_("heart-rate strap"),
    clock=ClockKind.NONE,
    channels={
        "measurement": HEART_RATE_UUID,
        "battery": BATTERY_LEVEL_UUID,
        "firmware": FIRMWARE_REVISION_UUID,
    },
    new_decoder=lambda _settings: HeartRateDecoder(),
    recognises=lambda advertisement: advertisement.offers(SERVICE_UUID),
    services=(SERVICE_UUID,),
    start=(Subscribe(HEART_RATE_UUID),),
    # The subscription was acknowledged; a dry strap may take its time.
    confirms_start=True,
    stop=(Unsubscribe(HEART_RATE_UUID),),
    battery=BATTERY_LEVEL,
    firmware=FIRMWARE_REVISION,
    default_channel=HEART_RATE_UUID,
    has_motion=False,
    # Some send with each beat, and a heart at rest may take 2 s to two.
    pause_s=3.0,
)
"""A chest or arm strap without motion, or whose motion we cannot read."""
