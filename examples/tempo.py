"""Print the tempo of each rep of a recording.

python examples/tempo.py recordings/clean_set.arrows
"""

from __future__ import annotations

import sys

import tracker


def main(path: str) -> None:
    """Print a line for each rep: its start, phases and range."""
    print("set rep  start    up  hold  down floor  range")
    for each in tracker.open(path).sets:
        for rep in each.reps:
            phases = (rep.concentric_s, rep.lockout_s, rep.eccentric_s, rep.bottom_s)
            seconds = " ".join(f"{number(phase, 2):>5}" for phase in phases)
            place = f"{each.index:3} {rep.index:3} {rep.start_s:6.1f}"
            print(f"{place} {seconds} {number(rep.rom_deg, 0):>5}°")


def number(value: float | None, decimals: int) -> str:
    """Format a value; unknown is a dash, never 0."""
    return "–" if value is None else f"{value:.{decimals}f}"


if __name__ == "__main__":
    main(sys.argv[1])
