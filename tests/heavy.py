"""How much of a long sweep is run: all of it with `TRACKER_HEAVY=1`, as in `make sweep`."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final, TypeVar

if TYPE_CHECKING:
    from collections.abc import Sequence

T = TypeVar("T")

HEAVY: Final = os.environ.get("TRACKER_HEAVY") == "1"


def tries(full: int) -> int:
    """Return how many random examples a law is tried on."""
    return full if HEAVY else max(full // 6, 20)


def sweep(cases: Sequence[T], light: int) -> Sequence[T]:
    """Return all cases in a heavy run, otherwise `light` of them, spread evenly."""
    if HEAVY or len(cases) <= light:
        return cases
    return [cases[number * len(cases) // light] for number in range(light)]
