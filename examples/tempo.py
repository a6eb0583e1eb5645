"""Print the tempo of each rep of a recording.

python examples/tempo.py recordings/clean_set.arrows
"""

from __future__ import annotations

import sys
from itertools import chain

from tracker.domain import Rep, RepCompleted, RepRevised
from tracker.engine import build_engine
from tracker.recording import open_recording


def main(path: str) -> None:
    """Print a line for each rep: its start, phases and range."""
    recording = open_recording(path)
    engine = build_engine(recording.info)
    reps: dict[tuple[int, int], Rep] = {}
    for event in chain(engine.feed_many(list(recording)), engine.finish()):
        if isinstance(event, RepCompleted):
            reps[event.set_index, event.rep.index] = event.rep
        elif isinstance(event, RepRevised):
            # Later samples tell more, such as the pause after the rep.
            reps.pop((event.set_index, event.index), None)
            if event.rep is not None and event.rep.complete:
                reps[event.set_index, event.index] = event.rep

    print("set rep  start    up  hold  down floor  range")
    for (set_index, index), rep in sorted(reps.items()):
        phases = (rep.concentric_s, rep.lockout_s, rep.eccentric_s, rep.bottom_s)
        seconds = " ".join(f"{number(phase, 2):>5}" for phase in phases)
        print(f"{set_index:3} {index:3} {rep.start_s:6.1f} {seconds} {number(rep.rom_deg, 0):>5}°")


def number(value: float | None, decimals: int) -> str:
    """Format a value; unknown is a dash, never 0."""
    return "–" if value is None else f"{value:.{decimals}f}"


if __name__ == "__main__":
    main(sys.argv[1])
