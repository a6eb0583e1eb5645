"""Puts acceleration and angular rate together, which a MetaMotion sends apart and without stamps.

Theory of operation (note, "Pairing"). Both streams run at one rate off one chip's clock, and come
on one characteristic, so in the order in which they were sent: in rounds of one packet of each. A
lost packet leaves no trace but two of the other stream in a row.

What waits for partners is one run of a stream, and perhaps one of the other behind it.

- The second run has grown as long as the first: they are partners. If it is the wrong way round,
  only the next packet tells.
- A packet of the first run's stream comes while there is a second run: what is left over in the
  first will never get partners. It is dropped, and its partners are counted as lost. The right way
  round that is the oldest surplus; the wrong way round it is the whole run, whose partners would
  have come before it.
- A packet of the second run's stream comes while both are as long, the wrong way round: two
  packets only changed places, and are partners after all.
- A run that has grown to `MOST_WAITING` samples is not held any longer.

What is lost in both streams at once cannot be seen. What remains is an offset of less than a
packet between the two, 30 ms with three samples at 100 Hz.

Which of two streams comes first in a round of both, told by the gaps between arrivals.

Of the gap from acceleration to angular rate and the gap from angular rate to acceleration, the
shorter one on the mean lies inside a round. A radio delays both by the same, so the mean is right
where a single gap is not.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import numpy as np

from tracker.sensors.metamotion.packets import Stream

if TYPE_CHECKING:
    from numpy.typing import NDArray

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


class ArrivalOrder:
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


MOST_WAITING: Final = 48
"""Samples of one stream that wait for the other: half a second, several stalls of a radio."""


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """Samples of one stream that came in one notification."""

    received_s: float
    """Host time of arrival, s."""
    values: NDArray[np.float64]
    """Acceleration, m/s², or angular rate, rad/s; shape (n, 3)."""
    saturated: bool = False
    """Whether one of them is at the end of its range."""


@dataclass(frozen=True, slots=True, eq=False)
class Pair:
    """Samples of both streams that belong together."""

    acc_mps2: NDArray[np.float64]
    """Shape (n, 3)."""
    gyro_radps: NDArray[np.float64] | None
    """Shape (n, 3), or None where the gyroscope is silent."""
    saturated: bool
    """Whether one of them is at the end of its range."""


@dataclass(slots=True)
class Outcome:
    """What one notification led to."""

    pairs: list[Pair] = field(default_factory=list)
    """Samples that are complete, in order."""
    lost: list[tuple[Stream, int]] = field(default_factory=list)
    """How many samples of which stream never came."""


@dataclass(slots=True, eq=False)
class _Run:
    """Samples of one stream that wait."""

    stream: Stream
    values: NDArray[np.float64]
    saturated: bool

    def __len__(self) -> int:
        return len(self.values)

    def extend(self, part: Part) -> None:
        self.values = np.concatenate((self.values, part.values))
        self.saturated = self.saturated or part.saturated

    def take(self, samples: int) -> _Run:
        """Take the oldest samples away."""
        taken = _Run(self.stream, self.values[:samples], self.saturated)
        self.values = self.values[samples:]
        return taken


class Pairing:
    """Holds what waits for its partners."""

    def __init__(self) -> None:
        self._order = ArrivalOrder()
        self._first: Stream | None = None
        self._runs: list[_Run] = []
        self._is_aligned = False
        self._gyro_is_silent = False

    @property
    def waiting(self) -> int:
        """Samples that wait, of both streams."""
        return sum(map(len, self._runs))

    def add(self, stream: Stream, part: Part) -> Outcome:
        """Take what one notification held, and return what it completes."""
        outcome = Outcome()
        if stream is Stream.GYRO:
            self._gyro_is_silent = False
        elif self._gyro_is_silent:
            outcome.pairs.append(Pair(part.values, None, part.saturated))
            return outcome
        first = self._order.note(stream, part.received_s)
        if first is not self._first:
            # What the change of mind drops was not lost, it was paired wrongly until now.
            self._first, self._is_aligned = first, False

        self._settle(stream, outcome)
        self._append(stream, part)
        if self._is_complete() and self._is_right_way_round():
            self._pair(outcome)
        elif len(self._runs) == 1 and len(self._runs[0]) >= MOST_WAITING:
            self._give_up(outcome)
        return outcome

    def _settle(self, stream: Stream, outcome: Outcome) -> None:
        """Let a packet decide what was open before it came."""
        if len(self._runs) < 2:
            return
        earlier, later = self._runs
        if stream is later.stream:
            if self._is_complete():
                self._pair(outcome)
            return
        surplus = len(earlier) - (len(later) if self._is_right_way_round() else 0)
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
        """Return whether all of the first run have partners, if they are that."""
        return len(self._runs) == 2 and len(self._runs[0]) <= len(self._runs[1])

    def _is_right_way_round(self) -> bool:
        return self._first in (None, self._runs[0].stream)

    def _pair(self, outcome: Outcome) -> None:
        """Put the first run together with as much of the second."""
        self._is_aligned = self._is_aligned or self._is_right_way_round()
        earlier, later = self._runs
        partners = later.take(len(earlier))
        acc, gyro = (earlier, partners) if earlier.stream is Stream.ACC else (partners, earlier)
        outcome.pairs.append(Pair(acc.values, gyro.values, acc.saturated or gyro.saturated))
        self._runs = [later] if len(later) else []

    def _give_up(self, outcome: Outcome) -> None:
        """Pass acceleration on without its partners; angular rate alone is of no use."""
        (run,) = self._runs
        self._runs = []
        self._is_aligned = False
        if run.stream is Stream.GYRO:
            outcome.lost.append((Stream.ACC, len(run)))
            return
        outcome.lost.append((Stream.GYRO, len(run)))
        outcome.pairs.append(Pair(run.values, None, run.saturated))
        self._gyro_is_silent = True
