"""Coach live from arrays of samples.

python examples/live.py recordings/hard_session.arrows

Here the samples come from a recording, ten at a time. Replace `blocks` with your own source:
anything that yields times (s), specific force (m/s²) and angular rate (rad/s or None).
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import tracker
from tracker.domain import Cue, RepCounted, SetEnded

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from numpy import float64
    from numpy.typing import NDArray

    from tracker.domain import Event

    Block = tuple[NDArray[float64], NDArray[float64], NDArray[float64] | None]

BLOCK_SAMPLES = 10


def main(path: str) -> None:
    """Print each rep as its lockout begins, and what the coach says."""
    engine = tracker.Engine("hip_thrust")
    for time_s, acc_mps2, gyro_radps in blocks(path):
        show(engine.feed(time_s, acc_mps2, gyro_radps))
    show(engine.finish())


def blocks(path: str) -> Iterator[Block]:
    """Yield the samples of a recording in blocks, as a sensor sends them."""
    samples = tracker.open(path).samples
    for first in range(0, len(samples), BLOCK_SAMPLES):
        cut = slice(first, first + BLOCK_SAMPLES)
        gyro_radps = None if samples.gyro_radps is None else samples.gyro_radps[cut]
        yield samples.time_s[cut], samples.acc_mps2[cut], gyro_radps


def show(events: Iterable[Event]) -> None:
    """Print reps, cues and the end of each set."""
    for event in events:
        if isinstance(event, RepCounted):
            print(f"{event.at_s:6.1f} s  set {event.set_index} rep {event.index}")
        elif isinstance(event, Cue):
            print(f"{event.at_s:6.1f} s  coach: {event.text}")
        elif isinstance(event, SetEnded):
            print(f"{event.at_s:6.1f} s  end of set {event.set_index}")


if __name__ == "__main__":
    main(sys.argv[1])
