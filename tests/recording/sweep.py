"""Sweeps over every byte of a file, which are thinned out unless `TRACKER_HEAVY=1` is set."""

from __future__ import annotations

import os
from typing import Final

# Coprime to 8, so that damage which rotates through the bits still meets each of them.
STRIDE: Final = 1 if os.environ.get("TRACKER_HEAVY") else 7


def sweep(start: int, end: int) -> list[int]:
    """Return offsets from `start` to `end`, always with the first and the last one."""
    return sorted({*range(start, end, STRIDE), end - 1})
