"""How much of a sweep is run: all of it if `TRACKER_HEAVY` is set, as `make check` does."""

from __future__ import annotations

import os
from typing import Final

HEAVY: Final = bool(os.environ.get("TRACKER_HEAVY"))


def tries(full: int) -> int:
    """Return how many random examples a law is tried on."""
    return full if HEAVY else max(full // 6, 20)
