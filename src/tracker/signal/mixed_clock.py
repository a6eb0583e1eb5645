"""Session seconds for sensors of which some send stamps and others do not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tracker.signal.arrival_clock import ArrivalClock
from tracker.signal.clock import DeviceClock

if TYPE_CHECKING:
    from tracker.domain import Frame, TimedFrame
    from tracker.signal.clock import SessionClock


class MixedClock:
    """Goes by the stamps where there are some, and by the arrivals where there are none.

    A program that is changed in between, to one that stamps or to one that does not, begins with
    a fresh clock: what waited in the other is of a stream that has ended.
    """

    def __init__(self) -> None:
        self._clock: SessionClock = ArrivalClock()
        self._has_stamps = False

    def process(self, frame: Frame) -> tuple[TimedFrame, ...]:
        """Return the frame with times, and any that waited for it."""
        has_stamps = frame.stamps_s is not None
        if has_stamps is not self._has_stamps:
            self._has_stamps = has_stamps
            self._clock = DeviceClock() if has_stamps else ArrivalClock()
        return self._clock.process(frame)
