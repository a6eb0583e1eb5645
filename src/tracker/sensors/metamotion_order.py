"""Which of two streams comes first in a round of both, told by the gaps between arrivals.

Of the gap from acceleration to angular rate and the gap from angular rate to acceleration, the
shorter one on the mean lies inside a round. A radio delays both by the same, so the mean is right
where a single gap is not.
"""

from __future__ import annotations

from collections import deque
from typing import Final

from tracker.sensors.metamotion_wire import Stream

LOOK_EVERY: Final = 64
"""Packets from one look at the gaps to the next, one second: a chip's packets and a radio's events
beat slowly, and while they are in step the gaps mislead."""

MOST_GAPS: Final = 128
"""Gaps whose means count, two seconds."""

LONGEST_GAP_S: Final = 0.12
"""A gap counts for no more than this, or a single stall of the radio would decide."""

CHANGE_OF_MIND: Final = 0.5
"""The other order must be so much tighter to be believed; with less it would swing."""

MOST_DOUBLED: Final = 0.15
"""If a larger share of packets follows one of its own stream, there is no order to speak of: a
board that sends each round any way round comes to a quarter."""


class Order:
    """Watches arrivals, and says which stream comes first."""

    def __init__(self) -> None:
        self._gaps: deque[tuple[Stream, Stream, float]] = deque(maxlen=MOST_GAPS)
        self._newest: tuple[Stream, float] | None = None
        self._first: Stream | None = None
        self._noted = 0

    def note(self, stream: Stream, received_s: float) -> Stream | None:
        """Take an arrival; return what comes first, or None where that cannot be said."""
        if self._newest is not None:
            before, before_s = self._newest
            gap_s = min(max(received_s - before_s, 0.0), LONGEST_GAP_S)
            self._gaps.append((before, stream, gap_s))
        self._newest = stream, received_s
        self._noted += 1
        if self._noted % LOOK_EVERY == 0:
            self._first = self._decided()
        return self._first

    def _decided(self) -> Stream | None:
        doubled = sum(before is after for before, after, _gap_s in self._gaps)
        if doubled > MOST_DOUBLED * len(self._gaps):
            return None
        acc_first_s, gyro_first_s = self._mean_s(Stream.ACC), self._mean_s(Stream.GYRO)
        match self._first:
            case None:
                return Stream.ACC if acc_first_s <= gyro_first_s else Stream.GYRO
            case Stream.ACC:
                return Stream.GYRO if gyro_first_s < CHANGE_OF_MIND * acc_first_s else Stream.ACC
            case Stream.GYRO:
                return Stream.ACC if acc_first_s < CHANGE_OF_MIND * gyro_first_s else Stream.GYRO

    def _mean_s(self, first: Stream) -> float:
        """Return the mean gap between a packet of a stream and one of the other after it."""
        gaps_s = [
            gap_s for before, after, gap_s in self._gaps if before is first and after is not first
        ]
        return sum(gaps_s) / len(gaps_s) if gaps_s else LONGEST_GAP_S
