"""Where a sample of a Movella DOT belongs: its stamp is all there is to tell, and it wraps.

Theory of operation (note, "Clock"). Samples come one by one, a period apart on the sensor's own
clock. Against the newest sample so far a stamp is *later* by up to half of the range of 2**32 µs,
or *behind*.

- later by about a period: the next sample. By more than one and a half: some were lost.
- the same: it was here before.
- behind by less than a second: it comes late.
- behind by more: the sensor restarted.

After the control value was read again a pause of any length is no wonder: then the host's clock
tells how often the stamp has wrapped, and that nothing was lost.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from tracker.sensors.profile_counters import Order, Place
from tracker.sensors.xsens_dot_wire import STAMP_MODULUS_US

LATE_US: Final = 1_000_000
"""Bluetooth keeps the order; only a host's queue can mix samples, and never this far."""

LOSS_PERIODS: Final = 1.5
"""A gap of more periods than this has a lost sample in it."""

STALL_US: Final = 2_000_000
"""A radio may hold a sample back for so long; clocks that differ by more are two clocks."""

DRIFT: Final = 0.01
"""So much faster or slower may one of the two clocks run."""

_NS_PER_US: Final = 1000


@dataclass(frozen=True, slots=True)
class _Newest:
    time_us: int
    received_ns: int


class Stamps:
    """Unwraps stamps from sample to sample, and counts what is missing between them."""

    def __init__(self) -> None:
        self._newest: _Newest | None = None
        self._resumed = False

    def resume(self) -> None:
        """Expect a pause of any length before the next sample."""
        self._resumed = True

    def place(self, stamp_us: int, received_ns: int, rate_hz: int) -> Place:
        """Return where a sample belongs, and remember it if it is to be used.

        Parameters
        ----------
        stamp_us
            The sample's stamp, µs, modulo 2**32.
        received_ns
            Host time of arrival, ns.
        rate_hz
            Samples per second, which tell how many fit into a gap.
        """
        newest = self._newest
        if newest is None:
            return self._use(Place(Order.NEXT, stamp_us), received_ns)
        later_us = (stamp_us - newest.time_us) % STAMP_MODULUS_US
        if later_us == 0:
            return Place(Order.DUPLICATE, newest.time_us)
        if self._resumed:
            return self._use(self._after_pause(newest, stamp_us, received_ns), received_ns)
        if later_us < STAMP_MODULUS_US // 2:
            periods = later_us * rate_hz / 1e6
            lost = round(periods) - 1 if periods > LOSS_PERIODS else 0
            place = Place(Order.NEXT, newest.time_us + later_us, lost)
            return self._use(place, received_ns)
        if STAMP_MODULUS_US - later_us <= LATE_US:
            return Place(Order.LATE, newest.time_us + later_us - STAMP_MODULUS_US)
        return self._use(Place(Order.RESTART, stamp_us), received_ns)

    def _after_pause(self, newest: _Newest, stamp_us: int, received_ns: int) -> Place:
        """Return the place of the first sample after a pause whose length the host knows."""
        host_us = (received_ns - newest.received_ns) // _NS_PER_US
        later_us = (stamp_us - newest.time_us) % STAMP_MODULUS_US
        wraps = max(0, round((host_us - later_us) / STAMP_MODULUS_US))
        elapsed_us = later_us + wraps * STAMP_MODULUS_US
        if abs(elapsed_us - host_us) > STALL_US + DRIFT * host_us:
            return Place(Order.RESTART, stamp_us)
        return Place(Order.NEXT, newest.time_us + elapsed_us)

    def _use(self, place: Place, received_ns: int) -> Place:
        self._newest = _Newest(place.time_us, received_ns)
        self._resumed = False
        return place
