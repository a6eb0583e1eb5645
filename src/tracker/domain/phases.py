"""The four phases of a rep, and the span of time of each."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Phase(Enum):
    """The four parts of a rep; `BOTTOM` and `LOCKOUT` are the pauses."""

    CONCENTRIC = "concentric"
    LOCKOUT = "lockout"
    ECCENTRIC = "eccentric"
    BOTTOM = "bottom"


@dataclass(frozen=True, slots=True)
class PhaseSpan:
    """One phase of one rep."""

    phase: Phase
    start_s: float
    """Where the speed crossed 10 % of the movement's own peak, s."""
    end_s: float
    """Where the next phase starts, s."""
    whole: bool = True
    """Whether both ends were seen; if not, it lasted longer, by an unknown amount."""

    @property
    def duration_s(self) -> float:
        """Length of the phase, s."""
        return self.end_s - self.start_s
