"""Pairs acceleration and angular rate, which a MetaMotion sends separately and without timestamps.

Theory of operation (note, "Pairing"). Both streams run at one rate off one chip's clock and share
a characteristic, so their packets arrive in the order sent: in rounds of one packet of each. A
lost packet leaves no trace but two packets of the other stream in a row.

At most two runs wait for partners: one of a stream, and perhaps one of the other behind it.

- The second run has become as long as the first: they are partners. If they are in the wrong
  order, only the next packet confirms it.
- A packet of the first run's stream arrives while there is a second run: what the first has left
  over will never get partners. It is dropped, and its partners count as lost. In the right order
  that is the oldest surplus; in the wrong order it is the whole run, whose partners would have
  come before it.
- A packet of the second run's stream arrives while both are equally long, in the wrong order: two
  packets merely changed places, and are partners after all.
- A run of `MOST_WAITING` samples is given up.

What both streams lose at once cannot be seen. What remains is an offset of less than a packet
between the two: 30 ms with three samples at 100 Hz.

Which stream comes first in a round shows in the gaps between arrivals: of the mean gap from
acceleration to angular rate and the mean gap the other way, the shorter lies inside a round. A
radio delays both alike, so the mean is right where a single gap is not.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import numpy as np

from tracker.domain import Frame
from tracker.sensors.metamotion.protocol import Stream

if TYPE_CHECKING:
    from numpy.typing import NDArray

EVALUATE_EVERY: Final = 64
"""Packets between two evaluations of the gaps, about a second: a chip's packets and a radio's
events beat slowly, and while they are in step the gaps mislead."""

MOST_GAPS: Final = 128
"""Gaps to average: two seconds."""

LONGEST_GAP_S: Final = 0.12
"""Longer gaps count as this, or a single stall of the radio would decide."""

SWITCH_RATIO: Final = 0.5
"""The other order must be this much tighter to be adopted, or the decision would oscillate."""

MOST_DOUBLED: Final = 0.15
"""If a larger share of packets follows one of its own stream, there is no fixed order: a board
that sends each round in random order comes to a quarter."""


class ArrivalOrder:
    """Decides from arrivals which stream comes first in a round."""

    def __init__(self) -> None:
        self._gaps: deque[tuple[Stream, Stream, float]] = deque(maxlen=MOST_GAPS)
        self._newest: tuple[Stream, float] | None = None
        self._first: Stream | None = None
        self._noted = 0

    def note(self, stream: Stream, received_s: float) -> Stream | None:
        """Add an arrival; return which stream comes first, or None if unknown."""
        if self._newest is not None:
            before, before_s = self._newest
            gap_s = min(max(received_s - before_s, 0.0), LONGEST_GAP_S)
            self._gaps.append((before, stream, gap_s))
        self._newest = stream, received_s
        self._noted += 1
        if self._noted % EVALUATE_EVERY == 0:
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
                return Stream.GYRO if gyro_first_s < SWITCH_RATIO * acc_first_s else Stream.ACC
            case Stream.GYRO:
                return Stream.ACC if acc_first_s < SWITCH_RATIO * gyro_first_s else Stream.GYRO

    def _mean_s(self, first: Stream) -> float:
        """Return the mean gap from a packet of a stream to the next one of the other."""
        gaps_s = [
            gap_s for before, after, gap_s in self._gaps if before is first and after is not first
        ]
        return sum(gaps_s) / len(gaps_s) if gaps_s else LONGEST_GAP_S


MOST_WAITING: Final = 48
"""Samples of one stream that may wait for the other: half a second."""


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """The samples of one notification."""

    received_s: float
    """Host time of arrival, s."""
    values: NDArray[np.float64]
    """Acceleration, m/s², or angular rate, rad/s; shape (n, 3)."""
    saturated: bool = False
    """Whether one of them is at the end of its range."""


@dataclass(slots=True)
class Outcome:
    """The outcome of one notification."""

    received_s: float
    """When it arrived, s."""
    frames: list[Frame] = field(default_factory=list)
    """Simultaneous samples of both streams, or acceleration while the gyroscope is silent."""
    lost: list[tuple[Stream, int]] = field(default_factory=list)
    """How many samples of which stream were lost."""

    def add(
        self, acc: NDArray[np.float64], gyro: NDArray[np.float64] | None, *, saturated: bool
    ) -> None:
        """Add a frame."""
        self.frames.append(Frame(acc, gyro, None, self.received_s, saturated))


@dataclass(slots=True, eq=False)
class _Run:
    stream: Stream
    values: NDArray[np.float64]
    saturated: bool

    def __len__(self) -> int:
        return len(self.values)

    def extend(self, part: Part) -> None:
        self.values = np.concatenate((self.values, part.values))
        self.saturated = self.saturated or part.saturated

    def take(self, samples: int) -> _Run:
        """Remove and return the oldest samples."""
        taken = _Run(self.stream, self.values[:samples], self.saturated)
        self.values = self.values[samples:]
        return taken


class StreamPairer:
    """Holds the samples that wait for partners."""

    def __init__(self) -> None:
        self._order = ArrivalOrder()
        self._first: Stream | None = None
        self._runs: list[_Run] = []
        self._is_aligned = False
        self._gyro_is_silent = False

    @property
    def waiting(self) -> int:
        """Waiting samples of both streams."""
        return sum(map(len, self._runs))

    def add(self, stream: Stream, part: Part) -> Outcome:
        """Add the samples of one notification, and return what they complete."""
        outcome = Outcome(part.received_s)
        if stream is Stream.GYRO:
            self._gyro_is_silent = False
        elif self._gyro_is_silent:
            outcome.add(part.values, None, saturated=part.saturated)
            return outcome
        first = self._order.note(stream, part.received_s)
        if first is not self._first:
            # What this drops was not lost: it was paired wrongly until now.
            self._first, self._is_aligned = first, False

        self._settle(stream, outcome)
        self._append(stream, part)
        if self._is_complete() and self._is_in_order():
            self._pair(outcome)
        elif len(self._runs) == 1 and len(self._runs[0]) >= MOST_WAITING:
            self._give_up(outcome)
        return outcome

    def _settle(self, stream: Stream, outcome: Outcome) -> None:
        """Decide what was open until this packet arrived."""
        if len(self._runs) < 2:
            return
        earlier, later = self._runs
        if stream is later.stream:
            if self._is_complete():
                self._pair(outcome)
            return
        surplus = len(earlier) - (len(later) if self._is_in_order() else 0)
        earlier.take(surplus)
        if self._is_aligned:
            outcome.lost.append((later.stream, surplus))
        if len(earlier):
            self._pair(outcome)
        else:
            self._runs = [later]

    def _append(self, stream: Stream, part: Part) -> None:
        if self._runs and self._runs[-1].stream is stream:
            self._runs[-1].extend(part)
        else:
            self._runs.append(_Run(stream, part.values, part.saturated))

    def _is_complete(self) -> bool:
        """Return whether the second run has partners for all of the first."""
        return len(self._runs) == 2 and len(self._runs[0]) <= len(self._runs[1])

    def _is_in_order(self) -> bool:
        return self._first in (None, self._runs[0].stream)

    def _pair(self, outcome: Outcome) -> None:
        self._is_aligned = self._is_aligned or self._is_in_order()
        earlier, later = self._runs
        partners = later.take(len(earlier))
        acc, gyro = (earlier, partners) if earlier.stream is Stream.ACC else (partners, earlier)
        outcome.add(acc.values, gyro.values, saturated=acc.saturated or gyro.saturated)
        self._runs = [later] if len(later) else []

    def _give_up(self, outcome: Outcome) -> None:
        """Pass acceleration on without partners; angular rate alone is useless."""
        (run,) = self._runs
        self._runs = []
        self._is_aligned = False
        if run.stream is Stream.GYRO:
            outcome.lost.append((Stream.ACC, len(run)))
            return
        outcome.lost.append((Stream.GYRO, len(run)))
        outcome.add(run.values, None, saturated=run.saturated)
        self._gyro_is_silent = True
