"""Counts and times against what is known: `make accuracy` prints this table.

Simulated sessions are simulated: a rigid trunk, our own model of it, and nobody trained.
Recordings are of people, but none of them is of a hip thrust with a sensor on the pelvis, because
no such recording is public. Nothing here was measured on our hardware.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Final

from lossy import lossy_part
from people import bridges_part, negatives_part, squats_part
from seat import seat_part
from shapes import daily_part, hard_part, shapes_part
from simulated import simulated_part
from table import print_table

CORPUS_SEED: Final = 4242
"""Seed of the sessions that are reported; nothing was tuned on it."""

CORPUS_SIZE: Final = 124
"""Four rounds of every scenario: 240 sets."""

RECORDED: Final = (
    hard_part,
    shapes_part,
    squats_part,
    bridges_part,
    seat_part,
    daily_part,
    negatives_part,
    lossy_part,
)
"""The parts of the table that are measured on files, one folder each."""


def main() -> int:
    """Print the table; return 1 if it is asked to be strict and a row falls short."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--size", type=int, default=CORPUS_SIZE, help="simulated sessions; 0 for none"
    )
    parser.add_argument("--seed", type=int, default=CORPUS_SEED, help="seed of the simulation")
    parser.add_argument("--data", type=Path, default=_shared_data(), help="folder of recordings")
    parser.add_argument("--verbose", action="store_true", help="a line for each miss")
    parser.add_argument("--markdown", action="store_true", help="the table for a README")
    parser.add_argument("--strict", action="store_true", help="fail if a row falls short")
    options = parser.parse_args()

    def on_miss(text: str) -> None:
        if options.verbose:
            print(f"missed: {text}", file=sys.stderr)

    parts = [simulated_part(options.seed, options.size, on_miss)] if options.size else []
    if options.data is None or not options.data.is_dir():
        print("Real recordings: not here; name their folder with --data.", file=sys.stderr)
    else:
        parts += [part(options.data, on_miss) for part in RECORDED]
    print_table(parts, markdown=options.markdown)
    short = any(not row.met for part in parts for row in part.rows)
    return int(options.strict and short)


def _shared_data() -> Path | None:
    """Return where the recordings lie beside the checkout, if they do."""
    folder = Path(__file__).resolve().parents[2] / "shared" / "data"
    return folder if folder.is_dir() else None


if __name__ == "__main__":
    sys.exit(main())
