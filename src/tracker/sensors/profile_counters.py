"""Where a packet belongs: the sequence and the device time of our own profile both wrap.

Theory of operation (note, "Counters"). Both counters run from boot to boot. Against the newest
packet so far, a packet's sequence is *ahead* by 1 to 32767 or *behind* by 0 to 32768, and its time
is *later* by up to half the range of 2**32 µs, or not later.

- ahead and later: the next packet; what lies between was lost.
- behind by fewer than 64, and not later: it was here before, or it comes late.
- everything else: the counters began again.

Right after the configuration was read again with the same boot id a long pause is no wonder, so
any other time counts as later. After another boot id a decoder starts with fresh counters.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Final

from tracker.sensors.profile_wire import SEQUENCE_MODULUS, TIME_MODULUS_US

LATE_WINDOW: Final = 64
"""Packets that are remembered: Bluetooth keeps the order, so only a host's queue can mix them."""

_SEEN_MASK: Final = (1 << LATE_WINDOW) - 1
_NS_PER_US: Final = 1000


class Order(Enum):
    """How a packet relates to the ones before it."""

    NEXT = "next"
    """The first one, or newer than all; use it."""
    DUPLICATE = "duplicate"
    """It was here before; drop it."""
    LATE = "late"
    """Newer ones were used already; drop it."""
    RESTART = "restart"
    """The counters began again; use it."""


@dataclass(frozen=True, slots=True)
class Place:
    """What the counters of one packet mean."""

    order: Order
    time_us: int
    """Device time of the first sample since the sensor booted, unwrapped, µs."""
    lost: int = 0
    """Packets that never came between the newest one before and this one."""


@dataclass(frozen=True, slots=True)
class _Newest:
    sequence: int
    time_us: int
    received_ns: int
    seen: int
    """Bit k is set if the packet k before this one was here."""


class Counters:
    """Unwraps sequence and device time from packet to packet."""

    def __init__(self) -> None:
        self._newest: _Newest | None = None
        self._resumed = False

    def resume(self) -> None:
        """Expect a pause of any length before the next packet; the sensor did not restart."""
        self._resumed = True

    def place(self, sequence: int, time_us: int, received_ns: int) -> Place:
        """Return where a packet belongs, and remember it if it is to be used.

        Parameters
        ----------
        sequence
            The packet's counter, modulo 2**16.
        time_us
            The packet's device time, µs, modulo 2**32.
        received_ns
            Host time of arrival, ns; tells how often the device time wrapped during a pause.
        """
        newest = self._newest
        if newest is None:
            return self._use(Place(Order.NEXT, time_us), sequence, received_ns, seen=1)

        ahead = (sequence - newest.sequence) % SEQUENCE_MODULUS
        behind = (newest.sequence - sequence) % SEQUENCE_MODULUS
        later_us = (time_us - newest.time_us) % TIME_MODULUS_US
        is_later = 0 < later_us < TIME_MODULUS_US // 2
        is_ahead = 0 < ahead < SEQUENCE_MODULUS // 2

        if is_ahead and (is_later or (self._resumed and later_us > 0)):
            host_us = (received_ns - newest.received_ns) // _NS_PER_US
            wraps = max(0, round((host_us - later_us) / TIME_MODULUS_US))
            unwrapped_us = newest.time_us + later_us + wraps * TIME_MODULUS_US
            seen = (newest.seen << min(ahead, LATE_WINDOW) | 1) & _SEEN_MASK
            place = Place(Order.NEXT, unwrapped_us, lost=ahead - 1)
            return self._use(place, sequence, received_ns, seen)
        if behind < LATE_WINDOW and not is_later:
            was_here = newest.seen >> behind & 1
            return Place(Order.DUPLICATE if was_here else Order.LATE, time_us)
        return self._use(Place(Order.RESTART, time_us), sequence, received_ns, seen=1)

    def _use(self, place: Place, sequence: int, received_ns: int, seen: int) -> Place:
        self._newest = _Newest(sequence, place.time_us, received_ns, seen)
        self._resumed = False
        return place
