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
from typing import TYPE_CHECKING, Final

import numpy as np

from tracker.sensors.profile.packets import SEQUENCE_MODULUS, TIME_MODULUS_US

if TYPE_CHECKING:
    from numpy.typing import NDArray

LATE_WINDOW: Final = 64
"""Packets that are remembered: Bluetooth keeps the order, so only a host's queue can mix them."""

_SEEN_MASK: Final = (1 << LATE_WINDOW) - 1
_NS_PER_US: Final = 1000


class PacketOrder(Enum):
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
class PacketPosition:
    """What the counters of one packet mean."""

    order: PacketOrder
    time_us: int
    """Device time of the first sample since the sensor booted, unwrapped, µs."""
    lost: int = 0
    """Packets that never came between the newest one before and this one."""


@dataclass(frozen=True, slots=True, eq=False)
class Places:
    """What the counters of packets mean that are all the next one."""

    time_us: NDArray[np.int64]
    """Device time of the first sample of each since the sensor booted, unwrapped, µs, (p,)."""
    lost: NDArray[np.int64]
    """Packets that never came right before each, shape (p,)."""


@dataclass(frozen=True, slots=True)
class _Newest:
    sequence: int
    time_us: int
    received_ns: int
    seen: int
    """Bit k is set if the packet k before this one was here."""


class SequenceUnwrapper:
    """Unwraps sequence and device time from packet to packet."""

    def __init__(self) -> None:
        self._newest: _Newest | None = None
        self._resumed = False

    def resume(self) -> None:
        """Expect a pause of any length before the next packet; the sensor did not restart."""
        self._resumed = True

    def place(self, sequence: int, time_us: int, received_ns: int) -> PacketPosition:
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
            return self._use(
                PacketPosition(PacketOrder.NEXT, time_us), sequence, received_ns, seen=1
            )

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
            place = PacketPosition(PacketOrder.NEXT, unwrapped_us, lost=ahead - 1)
            return self._use(place, sequence, received_ns, seen)
        if behind < LATE_WINDOW and not is_later:
            was_here = newest.seen >> behind & 1
            return PacketPosition(PacketOrder.DUPLICATE if was_here else PacketOrder.LATE, time_us)
        return self._use(
            PacketPosition(PacketOrder.RESTART, time_us), sequence, received_ns, seen=1
        )

    def place_run(
        self,
        sequence: NDArray[np.int64],
        time_us: NDArray[np.int64],
        received_ns: NDArray[np.int64],
    ) -> Places:
        """Return where as many packets belong, from the first on, as are each the next one.

        That is what `place` would say of them one by one, and they are remembered. With the first
        one that is anything else, or may be, it stops: that one is for `place`.
        """
        newest = self._newest
        if newest is None or self._resumed:
            return Places(np.empty(0, np.int64), np.empty(0, np.int64))
        ahead = np.diff(sequence, prepend=newest.sequence) % SEQUENCE_MODULUS
        later_us = np.diff(time_us, prepend=newest.time_us) % TIME_MODULUS_US
        is_next = (
            (ahead > 0)
            & (ahead < SEQUENCE_MODULUS // 2)
            & (later_us > 0)
            & (later_us < TIME_MODULUS_US // 2)
        )
        count = len(is_next) if is_next.all() else int(np.argmin(is_next))
        ahead, later_us = ahead[:count], later_us[:count]
        host_us = np.diff(received_ns[:count], prepend=newest.received_ns) // _NS_PER_US
        wraps = np.maximum(np.rint((host_us - later_us) / TIME_MODULUS_US).astype(np.int64), 0)
        places = Places(newest.time_us + np.cumsum(later_us + wraps * TIME_MODULUS_US), ahead - 1)
        if count:
            seen = newest.seen
            for steps in ahead[-LATE_WINDOW:].tolist():
                seen = (seen << min(steps, LATE_WINDOW) | 1) & _SEEN_MASK
            self._newest = _Newest(
                int(sequence[count - 1]),
                int(places.time_us[-1]),
                int(received_ns[count - 1]),
                seen,
            )
        return places

    def _use(
        self, place: PacketPosition, sequence: int, received_ns: int, seen: int
    ) -> PacketPosition:
        self._newest = _Newest(sequence, place.time_us, received_ns, seen)
        self._resumed = False
        return place
