"""Whether the hips have begun to sink out of a hold, before the eccentric itself is known.

An eccentric is known when it is half over: its own peak speed decides where it began.
A hold must not seem to go on for so long, least of all be told as done. So the sinking is looked
for sample by sample: one that goes on for long enough to be no tremble is said, with the moment at
which it began. If the hips come up again, the hold goes on, and the next sinking is said as well.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from tracker.detect.vectors import Turn

if TYPE_CHECKING:
    from tracker.detect.buffer import MotionBuffer
    from tracker.detect.features import Movement

WINDOW_S: Final = 0.1
"""A trembling hold turns up and down ten times a second: over one turn it comes to nothing."""

SINKING_RADPS: Final = float(np.radians(3.0))
"""A tenth of the peak speed of an eccentric of 47° in 3 s, where by definition it begins."""

LEAST_DROP_RAD: Final = float(np.radians(1.0))
LEAST_DROP_OF_ARC_RAD: Final = float(np.radians(0.7))
"""Less is a tremble: breathing under a load moves the pelvis by half a degree. Without a gyroscope
what trembles faster is averaged away."""


class LoweringWatch:
    """Watches one hold after the other, sample by sample, however the samples come."""

    def __init__(self, buffer: MotionBuffer) -> None:
        self._buffer = buffer
        self._window = round(WINDOW_S * buffer.rate_hz)
        self._lift: Movement | None = None
        self._turn = Turn(np.zeros(3), np.zeros(3))
        self._next = 0
        self._first = 0
        self._began: int | None = None
        self._told = False

    def follow(self, lift: Movement | None) -> None:
        """Watch the hold of a concentric from its end on; None watches nothing."""
        if lift is not None and (self._lift is None or lift.number != self._lift.number):
            self._next = self._first = self._buffer.sample_at(lift.end_s)
            self._began, self._told = None, False
        if lift is not None and lift is not self._lift:
            self._turn = Turn(lift.axis, lift.to_up)
        self._lift = lift

    def scan(self, until: int) -> float | None:
        """Look at the samples before `until`; return when a sinking began, s, once it is sure."""
        lift = self._lift
        first = max(self._next - self._window, self._first, self._buffer.first)
        if lift is None or until <= self._next or until - first <= self._window:
            return None
        angle = self._turn.rad(self._buffer.up(first, until))
        sinking = angle[: -self._window] - angle[self._window :] >= SINKING_RADPS * WINDOW_S
        found = None
        least = LEAST_DROP_RAD if lift.by_gyroscope else LEAST_DROP_OF_ARC_RAD
        offset = first + self._window
        if not np.count_nonzero(sinking[max(self._next - offset, 0) :]):
            self._began, self._told = None, False
            self._next = until
            return None
        for sample in range(max(self._next, offset), until):
            if not sinking[sample - offset]:
                self._began, self._told = None, False
                continue
            if self._began is None:
                self._began = sample - self._window // 2
                self._from_rad = float(angle[self._began - first])
            if not self._told and self._from_rad - angle[sample - first] >= least:
                self._told = True
                found = self._buffer.time_s(self._began)
                self._next = sample + 1
                return found
        self._next = until
        return None
